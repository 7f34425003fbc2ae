/* Intervals and comparison: the golden case, coverage by simulation, independence of threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "evaluate/resample.h"
#include "num/stats.h"

/* ---- comparing ---- */

/* Ten folds with the p of Weka's Experimenter. */
static void test_corrected_comparison_golden(void **state)
{
    const double x[] = { .93, .95, .91, .97, .92, .96, .94, .90, .95, .93 };
    const double y[] = { .90, .93, .90, .95, .93, .92, .92, .89, .93, .90 };
    struct comparison c;

    (void)state;
    compare_corrected(&c, x, y, 10, 1.0 / 9);
    assert_true(fabs(c.p - 0.0145333873306434) < 1e-14);
    assert_true(fabs(c.difference - 0.019) < 1e-15);
    assert_true(c.low > 0 && fabs((c.low + c.high) / 2 - c.difference) < 1e-15);
    compare_corrected(&c, x, y, 10, 0); /* the plain paired t test */
    assert_true(fabs(c.p - 0.00176) < 5e-6);
    compare_corrected(&c, y, x, 10, 1.0 / 9);
    assert_true(fabs(c.p - 0.0145333873306434) < 1e-14);
    assert_true(fabs(c.difference + 0.019) < 1e-15);
}

static void test_equal_models_do_not_differ(void **state)
{
    const double x[] = { 0.1, 0.7, 0.3 };
    struct comparison c;

    (void)state;
    compare_corrected(&c, x, x, 3, 0.5);
    assert_true(c.difference == 0 && c.low == 0 && c.high == 0 && c.p == 1);
}

static void test_undefined_folds_are_left_out_of_a_comparison(void **state)
{
    const double x[] = { 0.9, NAN, 0.8, 0.7, 0.75 }, y[] = { 0.8, 0.5, 0.75, NAN, 0.6 };
    const double x3[] = { 0.9, 0.8, 0.75 }, y3[] = { 0.8, 0.75, 0.6 };
    struct comparison c, c3;

    (void)state;
    compare_corrected(&c, x, y, 5, 0.25);
    compare_corrected(&c3, x3, y3, 3, 0.25);
    assert_memory_equal(&c, &c3, sizeof(c));
    compare_corrected(&c, x, y, 2, 0.25); /* one left */
    assert_true(fabs(c.difference - 0.1) < 1e-15);
    assert_true(isnan(c.low) && isnan(c.high) && isnan(c.p));
}

/* ---- folds ---- */
static void test_fold_interval(void **state)
{
    /* mean 3, variance 2.5, t(0.975, 4) = 2.7764451051977987; half t * sqrt(2.5 * (0.2 + 0.25)) */
    const double v[] = { 1, 2, 3, 4, 5 };
    struct estimate e;

    (void)state;
    estimate_folds(&e, NULL, v, 5, 0.25);
    assert_true(e.mean == 3 && e.n == 5 && e.n_undefined == 0 && !e.folds);
    double half = 2.7764451051977987 * sqrt(2.5 * 0.45);
    assert_true(fabs(e.low - (3 - half)) < 1e-12 && fabs(e.high - (3 + half)) < 1e-12);
}

static void test_undefined_folds_are_counted_and_left_out(void **state)
{
    const double v[] = { NAN, 1, 2, NAN, 3 }, one[] = { 5, NAN }, none[] = { NAN, NAN };
    struct estimate e, of_three;

    (void)state;
    estimate_folds(&e, NULL, v, 5, 0.25);
    estimate_folds(&of_three, NULL, (const double[]){ 1, 2, 3 }, 3, 0.25);
    assert_true(e.n == 5 && e.n_undefined == 2);
    assert_true(e.mean == 2 && e.low == of_three.low && e.high == of_three.high);
    estimate_folds(&e, NULL, one, 2, 1);
    assert_true(e.mean == 5 && isnan(e.low) && isnan(e.high));
    estimate_folds(&e, NULL, none, 2, 1);
    assert_true(isnan(e.mean) && e.n_undefined == 2);
}

/* Folds whose training sets overlap are correlated by n_test / (n_test + n_train), the assumption
 * of Nadeau and Bengio.  Then the interval holds the truth in 95 % of cases, where the plain one
 * would do so in fewer than 85 %. */
static void test_fold_interval_covers(void **state)
{
    enum { RUNS = 4000, FOLDS = 10 };
    const double ratio = 1.0 / 9, rho = ratio / (1 + ratio);
    size_t covered = 0, covered_plain = 0;
    struct rng rng;

    (void)state;
    rng_init(&rng, 42, 0);
    for (size_t run = 0; run < RUNS; run++) {
        double v[FOLDS], common = rng_normal(&rng);
        struct estimate e;

        for (size_t f = 0; f < FOLDS; f++)
            v[f] = 0.8 + sqrt(rho) * common + sqrt(1 - rho) * rng_normal(&rng);
        estimate_folds(&e, NULL, v, FOLDS, ratio);
        covered += e.low <= 0.8 && 0.8 <= e.high;
        estimate_folds(&e, NULL, v, FOLDS, 0);
        covered_plain += e.low <= 0.8 && 0.8 <= e.high;
    }
    assert_in_range(covered, 0.94 * RUNS, 0.96 * RUNS);
    assert_true(covered_plain < 0.85 * RUNS);
}

/* Two models that are alike are told apart in 5 % of cases. */
static void test_null_comparison_is_rarely_significant(void **state)
{
    enum { RUNS = 4000, FOLDS = 10 };
    const double ratio = 1.0 / 9, rho = ratio / (1 + ratio);
    size_t significant = 0;
    struct rng rng;

    (void)state;
    rng_init(&rng, 43, 0);
    for (size_t run = 0; run < RUNS; run++) {
        double x[FOLDS], y[FOLDS], common = rng_normal(&rng);
        struct comparison c;

        for (size_t f = 0; f < FOLDS; f++) {
            y[f] = rng_unit(&rng);
            x[f] = y[f] + sqrt(rho) * common + sqrt(1 - rho) * rng_normal(&rng);
        }
        compare_corrected(&c, x, y, FOLDS, ratio);
        significant += c.p < 0.05;
    }
    assert_in_range(significant, 0.04 * RUNS, 0.06 * RUNS);
}

/* ---- bootstrap ---- */
enum { N = 200 };

struct test_set {
    double truth[N];
    struct matrix value;
    struct scored s;
};

/* Binary, right with probability `accuracy`. */
static void test_set_init(struct test_set *t, double accuracy, struct rng *rng)
{
    assert_int_equal(matrix_new(&t->value, N, 2, "a test", NULL), 0);
    t->s = (struct scored){
        .n = N, .n_classes = 2, .positive = 1, .truth = t->truth, .value = &t->value
    };
    for (size_t i = 0; i < N; i++) {
        t->truth[i] = (double)rng_below(rng, 2);
        double p = rng_unit(rng) < accuracy ? t->truth[i] : 1 - t->truth[i];
        p = p > 0.5 ? 0.5 + 0.5 * rng_unit(rng) : 0.5 * rng_unit(rng);
        matrix_col(&t->value, 0)[i] = 1 - p;
        matrix_col(&t->value, 1)[i] = p;
    }
}

static void test_bootstrap_covers(void **state)
{
    enum { RUNS = 500 };
    const struct metric *metric = metric_find("balanced-accuracy");
    size_t covered = 0;
    struct rng rng;

    (void)state;
    rng_init(&rng, 44, 0);
    for (uint64_t run = 0; run < RUNS; run++) {
        struct test_set t;
        struct estimate e;

        test_set_init(&t, 0.8, &rng);
        assert_int_equal(estimate_bootstrap(&e, &metric, 1, &t.s, 200, run, NULL, NULL), 0);
        covered += e.low <= 0.8 && 0.8 <= e.high;
        matrix_release(&t.value);
    }
    assert_in_range(covered, 0.92 * RUNS, 0.97 * RUNS);
}

static void test_bootstrap_does_not_depend_on_threads(void **state)
{
    const struct metric *metrics[] = { metric_find("roc-auc"), metric_find("accuracy"),
                                       metric_find("log-loss") };
    struct estimate first[3], e[3];
    struct test_set t;
    struct rng rng;

    (void)state;
    rng_init(&rng, 45, 0);
    test_set_init(&t, 0.7, &rng);
    for (size_t threads = 1; threads <= 4; threads++) {
        parallel_set_threads(threads);
        assert_int_equal(estimate_bootstrap(e, metrics, 3, &t.s, 301, 9, NULL, NULL), 0);
        if (threads == 1)
            memcpy(first, e, sizeof(e));
        assert_memory_equal(e, first, sizeof(e));
    }
    parallel_set_threads(0);
    for (size_t j = 0; j < 3; j++) {
        assert_true(e[j].low < e[j].mean && e[j].mean < e[j].high);
        assert_true(e[j].n == 1 && !e[j].folds);
        struct estimate alone; /* a metric's interval does not depend on the others' company */
        assert_int_equal(estimate_bootstrap(&alone, &metrics[j], 1, &t.s, 301, 9, NULL, NULL), 0);
        assert_memory_equal(&alone, &e[j], sizeof(alone));
    }
    matrix_release(&t.value);
}

static void test_bootstrap_can_be_cancelled(void **state)
{
    const struct metric *metric = metric_find("accuracy");
    struct err err = { 0 };
    struct test_set t;
    struct estimate e;
    struct job job;
    struct rng rng;

    (void)state;
    rng_init(&rng, 45, 0);
    test_set_init(&t, 0.7, &rng);
    job_init(&job);
    job_cancel(&job);
    assert_int_equal(estimate_bootstrap(&e, &metric, 1, &t.s, 100, 9, &job, &err), -1);
    assert_int_equal(err.code, ERR_CANCELLED);
    matrix_release(&t.value);
}

/* A resample is a set of weights; a plain one gathers rows.  Both give the same scores. */
static void test_bootstrap_equals_gathered_rows(void **state)
{
    enum { BOOT = 50 };
    const struct metric *m = metric_find("roc-auc");
    struct test_set t, gathered;
    double values[BOOT];
    struct estimate e;
    struct rng rng;

    (void)state;
    rng_init(&rng, 46, 0);
    test_set_init(&t, 0.7, &rng);
    test_set_init(&gathered, 0.7, &rng);
    for (uint64_t b = 0; b < BOOT; b++) {
        rng_init(&rng, 9, resample_stream(STREAM_BOOTSTRAP, b));
        for (size_t i = 0; i < N; i++) {
            size_t row = (size_t)rng_below(&rng, N);
            gathered.truth[i] = t.truth[row];
            for (size_t k = 0; k < 2; k++)
                matrix_col(&gathered.value, k)[i] = matrix_col(&t.value, k)[row];
        }
        assert_int_equal(metric_scores(&values[b], &m, 1, &gathered.s, NULL), 0);
    }
    stats_sort(values, BOOT);
    assert_int_equal(estimate_bootstrap(&e, &m, 1, &t.s, BOOT, 9, NULL, NULL), 0);
    assert_true(fabs(e.low - stats_quantile_sorted(values, BOOT, 0.025)) < 1e-12);
    assert_true(fabs(e.high - stats_quantile_sorted(values, BOOT, 0.975)) < 1e-12);
    matrix_release(&t.value);
    matrix_release(&gathered.value);
}

static void test_bootstrap_without_memory_is_an_error(void **state)
{
    const struct metric *m = metric_find("roc-auc");
    struct test_set t;
    struct estimate e;
    struct err err = { 0 };
    struct rng rng;

    (void)state;
    rng_init(&rng, 47, 0);
    test_set_init(&t, 0.7, &rng);
    for (size_t nth = 1; nth <= 3; nth++) {
        mem_big_fail_after(nth);
        assert_int_equal(estimate_bootstrap(&e, &m, 1, &t.s, 10, 1, NULL, &err), -1);
        assert_int_equal(err.code, ERR_NOMEM);
    }
    mem_big_fail_after(0);
    matrix_release(&t.value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corrected_comparison_golden),
        cmocka_unit_test(test_equal_models_do_not_differ),
        cmocka_unit_test(test_undefined_folds_are_left_out_of_a_comparison),
        cmocka_unit_test(test_fold_interval),
        cmocka_unit_test(test_undefined_folds_are_counted_and_left_out),
        cmocka_unit_test(test_fold_interval_covers),
        cmocka_unit_test(test_null_comparison_is_rarely_significant),
        cmocka_unit_test(test_bootstrap_covers),
        cmocka_unit_test(test_bootstrap_does_not_depend_on_threads),
        cmocka_unit_test(test_bootstrap_can_be_cancelled),
        cmocka_unit_test(test_bootstrap_equals_gathered_rows),
        cmocka_unit_test(test_bootstrap_without_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
