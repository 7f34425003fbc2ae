/* Cross-validation against scikit-learn Pipelines (tests/reference/make_validate.py). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "evaluate_fixture.h"
#include "io/reader.h"

#define EXPECTED ASSAY_SOURCE_DIR "/tests/reference/validate_folds.csv"

enum { K = 5 };

static struct source *read_data(const char *data)
{
    char path[512];
    const struct reader *reader;
    struct arena arena;
    struct params params;
    struct source *source;
    struct err err = { 0 };

    snprintf(path, sizeof(path), "%s/share/data/%s.csv", ASSAY_SOURCE_DIR, data);
    arena_init(&arena);
    if (reader_find(&reader, path, NULL, &err))
        fail_msg("%s", err.msg);
    params_init(&params, reader->params, &arena);
    if (source_read(&source, path, reader, &params, NULL, &err))
        fail_msg("%s", err.msg);
    arena_release(&arena);
    return source;
}

/* Scaled in every fold, at a tolerance that has converged; all metrics of the task. */
static struct resample_result *validate(const char *data, const char *target, const char *learner,
                                        const struct fixture_set *sets)
{
    struct source *source = read_data(data);
    const struct learner *l = learner_find(learner);
    const struct metric *metrics[32];
    struct resample_result *r;
    struct resample_plan plan;
    struct target detected;
    struct params params;
    struct arena arena;
    struct err err = { 0 };
    size_t n_metrics = 0;

    arena_init(&arena);
    fixture_params(&params, l->params, &arena, sets);
    struct recipe *recipe = recipe_empty();
    fixture_role(&recipe, target, ROLE_TARGET);
    fixture_step(&recipe, "scale", "scale all", FIXTURE_NO_SETS);
    if (target_detect(&detected, source->table, target, NULL, source->table->n_rows, false, NULL,
                      &arena, &err))
        fail_msg("%s", err.msg);
    for (size_t j = 0; metric_table[j]; j++)
        if (metric_table[j]->tasks & detected.task)
            metrics[n_metrics++] = metric_table[j];
    fixture_plan(&plan, source->table->n_rows, K);
    struct resample_request req = { .input = source->table,
                                    .recipe = recipe,
                                    .learner = l,
                                    .params = &params,
                                    .target = &detected,
                                    .plan = &plan,
                                    .metrics = metrics,
                                    .n_metrics = n_metrics };
    if (resample_run(&r, &req, NULL, &err))
        fail_msg("%s", err.msg);
    resample_plan_release(&plan);
    recipe_unref(recipe);
    source_unref(source);
    arena_release(&arena);
    return r;
}

/* Every expected line of this data set. */
static void check_folds(const struct resample_result *r, const char *data, const char *learner,
                        size_t n_expected)
{
    char line[256], of[64], with[64], metric[64];
    FILE *f = fopen(EXPECTED, "r");
    size_t fold, n = 0;
    double value;

    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        assert_int_equal(
            sscanf(line, "%63[^,],%63[^,],%63[^,],%zu,%lf", of, with, metric, &fold, &value), 5);
        if (strcmp(of, data) != 0 || strcmp(with, learner) != 0)
            continue;
        double got = resample_estimate(r, metric)->folds[fold];
        if (!(fabs(got - value) <= 1e-6))
            fail_msg("%s %s fold %zu: got %.12g, scikit-learn says %.12g", data, metric, fold, got,
                     value);
        n++;
    }
    fclose(f);
    assert_int_equal(n, n_expected);
}

static void test_logistic_on_breast_cancer(void **state)
{
    struct resample_result *r = validate("breast_cancer", "diagnosis", "logistic", FIXTURE_NO_SETS);

    (void)state;
    assert_int_equal(r->n_warnings, 0);
    check_folds(r, "breast_cancer", "logistic", 8 * K);
    resample_result_unref(r);
}

static void test_multinomial_logistic_on_wine(void **state)
{
    struct resample_result *r = validate("wine", "cultivar", "logistic", FIXTURE_NO_SETS);

    (void)state;
    assert_int_equal(r->n_warnings, 0);
    check_folds(r, "wine", "logistic", 5 * K);
    resample_result_unref(r);
}

static void test_ridge_on_diabetes(void **state)
{
    struct resample_result *r = validate("diabetes", "progression", "ridge", FIXTURE_NO_SETS);

    (void)state;
    check_folds(r, "diabetes", "ridge", 4 * K);
    resample_result_unref(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logistic_on_breast_cancer),
        cmocka_unit_test(test_multinomial_logistic_on_wine),
        cmocka_unit_test(test_ridge_on_diabetes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
