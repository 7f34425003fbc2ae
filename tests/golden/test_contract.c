/* test_contract.c - what other programs rely on in `assay run --json`: the fields of the reports. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

/* The objects that a session prints, and the exit status. */
struct outcome {
    json_t *lines;
    int status;
};

static struct outcome run(const char *commands)
{
    struct outcome out = { .lines = json_array() };
    int ends[2];
    char *line = NULL;
    size_t cap = 0;

    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (!freopen("/dev/null", "w", stderr))
            _exit(126);
        setenv("ASSAY_SHARE", ASSAY_SOURCE_DIR "/share", 1);
        execl(ASSAY_PROGRAM, "assay", "run", "--json", "-c", commands, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *from = fdopen(ends[0], "r");
    while (getline(&line, &cap, from) > 0) {
        json_error_t why;
        json_t *object = json_loads(line, 0, &why);
        if (!object)
            fail_msg("%s in %s", why.text, line);
        json_array_append_new(out.lines, object);
    }
    free(line);
    fclose(from);
    assert_int_equal(waitpid(child, &out.status, 0), child);
    assert_true(WIFEXITED(out.status));
    out.status = WEXITSTATUS(out.status);
    return out;
}

/* The report of the last command, which succeeded. */
static const json_t *last_report(const struct outcome *o)
{
    const json_t *last = json_array_get(o->lines, json_array_size(o->lines) - 1);

    assert_int_equal(o->status, 0);
    assert_true(json_is_true(json_object_get(last, "ok")));
    assert_true(json_is_integer(json_object_get(last, "line")));
    assert_true(json_is_string(json_object_get(last, "command")));
    assert_true(json_is_real(json_object_get(last, "ms")));
    return json_object_get(last, "report");
}

/* Every word of `keys` is a field of the object. */
static void assert_fields(const json_t *object, const char *keys)
{
    assert_true(json_is_object(object));
    while (*keys) {
        size_t n = strcspn(keys, " ");
        char key[64];
        snprintf(key, sizeof(key), "%.*s", (int)n, keys);
        if (!json_object_get(object, key))
            fail_msg("no field %s in %s", key, json_dumps(object, 0));
        keys += n + (keys[n] == ' ');
    }
}

static const json_t *field(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (!value)
        fail_msg("no field %s in %s", key, json_dumps(object, 0));
    return value;
}

static void release(struct outcome *o)
{
    json_decref(o->lines);
}

/* ---------------------------------------------------------------- tests */

static void test_load_has_rows_columns_and_rejected(void **state)
{
    struct outcome o = run("load penguins.csv");
    const json_t *r = last_report(&o), *columns = field(r, "columns"), *sex;

    assert_int_equal(json_integer_value(field(r, "rows")), 344);
    assert_int_equal(json_integer_value(field(r, "rejected")), 0);
    assert_int_equal(json_array_size(columns), 7);
    sex = json_array_get(columns, 6);
    assert_fields(sex, "name type missing");
    assert_string_equal(json_string_value(field(sex, "name")), "sex");
    assert_string_equal(json_string_value(field(sex, "type")), "category");
    assert_int_equal(json_integer_value(field(sex, "missing")), 11);
    release(&o);
    (void)state;
}

static void test_describe_has_every_figure(void **state)
{
    struct outcome o = run("load iris.csv; describe");
    const json_t *columns = field(last_report(&o), "columns"), *petal = json_array_get(columns, 2);

    assert_int_equal(json_array_size(columns), 5);
    for (size_t j = 0; j < 5; j++)
        assert_fields(json_array_get(columns, j),
                      "name type count missing distinct mean std min q25 median q75 max top");
    /* R: summary(iris$Petal.Length), sd(iris$Petal.Length) */
    assert_true(fabs(json_real_value(field(petal, "mean")) - 3.758) < 1e-12);
    assert_true(json_real_value(field(petal, "median")) == 4.35);
    assert_true(json_real_value(field(petal, "q25")) == 1.6);
    assert_float_equal((float)json_real_value(field(petal, "std")), 1.765298f, 1e-6f);
    assert_true(json_is_null(field(json_array_get(columns, 4), "mean")));
    release(&o);
    (void)state;
}

static void test_every_step_counts_its_effect(void **state)
{
    static const char *const steps[] = {
        "cast sex to=text",
        "trim all",
        "replace sex from=MALE to=male",
        "derive x = body_mass_g / 2",
        "filter body_mass_g > 3000",
        "drop sex",
        "keep species sex",
        "rename sex to=s",
        "drop missing",
        "dedupe",
        "clip body_mass_g max=5000",
        "impute all",
        "encode island",
        "scale all",
    };

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        char commands[128];
        snprintf(commands, sizeof(commands), "load penguins.csv; %s", steps[i]);
        struct outcome o = run(commands);
        assert_fields(last_report(&o), "cells_changed rows_removed columns_added columns_dropped");
        release(&o);
    }
    struct outcome o = run("load penguins.csv; drop missing");
    assert_int_equal(json_integer_value(field(last_report(&o), "rows_removed")), 11);
    release(&o);
    (void)state;
}

static void test_train_has_model_and_coefficients(void **state)
{
    struct outcome o = run("load diabetes.csv; target progression; train linear as=ols");
    const json_t *r = last_report(&o), *c = field(r, "coefficients"), *bmi = NULL;

    assert_fields(r, "model learner rows features seconds");
    assert_string_equal(json_string_value(field(r, "model")), "ols");
    assert_string_equal(json_string_value(field(r, "learner")), "linear");
    assert_int_equal(json_integer_value(field(r, "rows")), 442);
    assert_int_equal(json_integer_value(field(r, "features")), 10);
    for (size_t i = 0; i < json_array_size(c); i++) {
        assert_fields(json_array_get(c, i), "name estimate std_error");
        if (!strcmp(json_string_value(field(json_array_get(c, i), "name")), "bmi"))
            bmi = json_array_get(c, i);
    }
    assert_non_null(bmi);
    /* R 4.2.2: lm(progression ~ ., diabetes) */
    assert_float_equal((float)json_real_value(field(bmi, "estimate")), 5.60296f, 1e-5f);
    assert_float_equal((float)json_real_value(field(bmi, "std_error")), 0.71711f, 1e-5f);
    release(&o);
    (void)state;
}

static void assert_models(const json_t *report, const char *metric, bool folds)
{
    const json_t *models = field(report, "models");

    assert_int_equal(json_array_size(models), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *m = json_array_get(models, i);
        assert_fields(m, "name metrics");
        const json_t *e = field(field(m, "metrics"), metric);
        assert_fields(e, "mean low high folds");
        double mean = json_real_value(field(e, "mean"));
        assert_true(json_real_value(field(e, "low")) <= mean);
        assert_true(json_real_value(field(e, "high")) >= mean);
        if (folds)
            assert_int_equal(json_array_size(field(e, "folds")), 10);
    }
}

#define TWO_MODELS                                                                                 \
    "load iris.csv; target species; split test=0.2 stratify=species; "                             \
    "train baseline as=guess; train logistic as=lr; validate guess lr folds=5 repeats=2; "

static void test_validate_has_folds_of_every_metric(void **state)
{
    struct outcome o = run(TWO_MODELS);

    assert_models(last_report(&o), "accuracy", true);
    assert_models(last_report(&o), "log-loss", true);
    release(&o);
    (void)state;
}

static void test_test_has_the_same_fields(void **state)
{
    struct outcome o = run(TWO_MODELS "test guess lr");

    assert_models(last_report(&o), "accuracy", false);
    release(&o);
    (void)state;
}

static void test_compare_has_pairs(void **state)
{
    struct outcome o = run(TWO_MODELS "compare guess lr metric=log-loss");
    const json_t *pairs = field(last_report(&o), "pairs"), *pair = json_array_get(pairs, 0);

    assert_int_equal(json_array_size(pairs), 1);
    assert_fields(pair, "a b metric difference low high p");
    assert_string_equal(json_string_value(field(pair, "a")), "guess");
    assert_string_equal(json_string_value(field(pair, "metric")), "log-loss");
    assert_true(json_real_value(field(pair, "difference")) > 0);
    release(&o);
    (void)state;
}

static void test_audit_has_findings_with_all_their_cells(void **state)
{
    struct outcome o = run("load penguins.csv; audit");
    const json_t *findings = field(last_report(&o), "findings"),
                 *first = json_array_get(findings, 0);
    size_t i;
    const json_t *f;

    assert_int_equal(json_array_size(findings), 5);
    json_array_foreach(findings, i, f)
    {
        assert_fields(f, "kind columns count severity command cells rows name says sampled set");
        assert_true(json_is_string(field(f, "command")));
        assert_int_equal(json_array_size(field(f, "cells")), json_integer_value(field(f, "count")));
        assert_fields(json_array_get(field(f, "cells"), 0), "row column value proposal sure");
    }
    assert_string_equal(json_string_value(field(first, "kind")), "missing");
    assert_string_equal(json_string_value(json_array_get(field(first, "columns"), 0)), "sex");
    assert_int_equal(json_integer_value(field(json_array_get(field(first, "cells"), 0), "row")), 4);
    release(&o);
    (void)state;
}

static void test_failure_has_message_and_place(void **state)
{
    struct outcome o = run("load iris.csv; train logistik; head");
    const json_t *last = json_array_get(o.lines, json_array_size(o.lines) - 1);

    assert_int_equal(o.status, 1);
    assert_int_equal(json_array_size(o.lines), 2);
    assert_true(json_is_false(json_object_get(last, "ok")));
    assert_string_equal(json_string_value(field(last, "command")), "train logistik");
    assert_non_null(strstr(json_string_value(field(field(last, "error"), "message")), "logistic"));
    assert_int_equal(json_integer_value(field(field(last, "error"), "column")), 7);
    release(&o);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_has_rows_columns_and_rejected),
        cmocka_unit_test(test_describe_has_every_figure),
        cmocka_unit_test(test_every_step_counts_its_effect),
        cmocka_unit_test(test_train_has_model_and_coefficients),
        cmocka_unit_test(test_validate_has_folds_of_every_metric),
        cmocka_unit_test(test_test_has_the_same_fields),
        cmocka_unit_test(test_compare_has_pairs),
        cmocka_unit_test(test_audit_has_findings_with_all_their_cells),
        cmocka_unit_test(test_failure_has_message_and_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
