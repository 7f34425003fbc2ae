/* Metrics against scikit-learn (tests/reference/make_metrics.py), and the table of defaults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/metric.h"

#define CASES ASSAY_SOURCE_DIR "/tests/reference/metrics_cases.csv"

enum { MAX_ROWS = 100, MAX_CLASSES = 4 };

struct reference {
    char name[64];
    struct scored s;
    double truth[MAX_ROWS], weights[MAX_ROWS];
    struct matrix value;
    size_t n_read;
};

static void begin_case(struct reference *ref, const char *line)
{
    size_t n, n_classes, positive;

    assert_int_equal(sscanf(line, "case,%63[^,],%zu,%zu,%zu", ref->name, &n, &n_classes, &positive),
                     4);
    assert_true(n <= MAX_ROWS && n_classes <= MAX_CLASSES);
    matrix_release(&ref->value);
    assert_int_equal(matrix_new(&ref->value, n, n_classes ? n_classes : 1, "a test", NULL), 0);
    ref->n_read = 0;
    ref->s = (struct scored){ .n = n,
                              .n_classes = n_classes,
                              .positive = positive,
                              .truth = ref->truth,
                              .value = &ref->value,
                              .weights = ref->weights };
}

static void add_row(struct reference *ref, char *line)
{
    size_t i = ref->n_read++;
    char *at = line + strlen("row,");

    assert_true(i < ref->s.n);
    ref->weights[i] = strtod(at, &at);
    ref->truth[i] = strtod(at + 1, &at);
    for (size_t k = 0; k < ref->value.p; k++)
        matrix_col(&ref->value, k)[i] = strtod(at + 1, &at);
}

static void check_metric(const struct reference *ref, char *line)
{
    char *name = line + strlen("expect,"), *comma = strchr(name, ',');
    double expected = strtod(comma + 1, NULL), got;

    *comma = '\0';
    const struct metric *m = metric_find(name);
    assert_non_null(m);
    assert_int_equal(metric_scores(&got, &m, 1, &ref->s, NULL), 0);
    if (isnan(expected) ? !isnan(got) : !(fabs(got - expected) <= 1e-12 * fmax(1, fabs(expected))))
        fail_msg("%s %s: got %.17g, scikit-learn says %.17g", ref->name, name, got, expected);
}

static void test_equal_to_scikit_learn(void **state)
{
    struct reference *ref = calloc(1, sizeof(*ref));
    FILE *f = fopen(CASES, "r");
    char line[512];
    size_t n_checked = 0;

    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        if (strncmp(line, "case,", 5) == 0)
            begin_case(ref, line);
        else if (strncmp(line, "row,", 4) == 0)
            add_row(ref, line);
        else {
            assert_int_equal(ref->n_read, ref->s.n);
            check_metric(ref, line);
            n_checked++;
        }
    }
    fclose(f);
    matrix_release(&ref->value);
    free(ref);
    assert_true(n_checked > 150);
}

/* Defaults are what the task can take, and the first is the one to rank by. */
static void check_defaults(unsigned task, const char *const *names)
{
    const struct metric *shown[8];
    size_t n = metric_defaults(shown, task), i = 0;

    for (; names[i]; i++) {
        assert_true(i < n);
        assert_string_equal(shown[i]->name, names[i]);
        assert_true(shown[i]->tasks & task);
    }
    assert_int_equal(n, i);
}

static void test_defaults_by_task(void **state)
{
    (void)state;
    check_defaults(TASK_BINARY,
                   (const char *const[]){ "roc-auc", "accuracy", "f1", "log-loss", "brier", NULL });
    check_defaults(TASK_MULTICLASS,
                   (const char *const[]){ "accuracy", "f1-macro", "log-loss", "roc-auc", NULL });
    check_defaults(TASK_REGRESS, (const char *const[]){ "rmse", "mae", "r2", NULL });
}

static void test_unknown_name_is_not_found(void **state)
{
    (void)state;
    assert_null(metric_find("roc"));
    assert_null(metric_find(""));
    assert_non_null(metric_find("roc-auc"));
}

/* A model that diverged has no score; it must not look like a good one. */
static void test_nan_predictions_have_no_score(void **state)
{
    double truth[4] = { 0, 1, 0, 1 };
    struct matrix value;

    (void)state;
    assert_int_equal(matrix_new(&value, 4, 2, "a test", NULL), 0);
    for (size_t i = 0; i < 4; i++)
        matrix_col(&value, 0)[i] = matrix_col(&value, 1)[i] = i == 2 ? NAN : 0.5;
    struct scored s = { .n = 4, .n_classes = 2, .positive = 1, .truth = truth, .value = &value };
    const char *names[] = { "roc-auc", "pr-auc", "log-loss", "brier" };
    for (size_t j = 0; j < 4; j++) {
        const struct metric *m = metric_find(names[j]);
        double got;

        assert_int_equal(metric_scores(&got, &m, 1, &s, NULL), 0);
        assert_true(isnan(got));
    }
    matrix_release(&value);
}

static void test_no_memory_is_an_error(void **state)
{
    double truth[2] = { 0, 1 }, got;
    struct matrix value;
    struct err err = { 0 };
    const struct metric *m = metric_find("roc-auc");

    (void)state;
    assert_int_equal(matrix_new(&value, 2, 2, "a test", NULL), 0);
    struct scored s = { .n = 2, .n_classes = 2, .positive = 1, .truth = truth, .value = &value };
    for (size_t nth = 1; nth <= 2; nth++) {
        mem_big_fail_after(nth);
        assert_int_equal(metric_scores(&got, &m, 1, &s, &err), -1);
        assert_int_equal(err.code, ERR_NOMEM);
    }
    mem_big_fail_after(0);
    matrix_release(&value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_to_scikit_learn),
        cmocka_unit_test(test_defaults_by_task),
        cmocka_unit_test(test_unknown_name_is_not_found),
        cmocka_unit_test(test_nan_predictions_have_no_score),
        cmocka_unit_test(test_no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
