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

/* Mean and t interval would promise more than can be. */
static void test_fold_interval_stays_in_the_range(void **state)
{
    const double right[] = { 1, 0.9, 1, 0.97 }, r2[] = { 0.99, 0.7, 0.98, -3 };
    const double loss[] = { 0.01, 0.2, 0.02, 0.5 }, mcc[] = { -1, -0.9, 1, -0.97 };
    struct estimate e, free;

    (void)state;
    estimate_folds(&e, metric_find("accuracy"), right, 4, 1.0 / 3);
    estimate_folds(&free, NULL, right, 4, 1.0 / 3);
    assert_true(free.high > 1 && e.high == 1 && e.low == free.low && e.mean == free.mean);
    estimate_folds(&e, metric_find("log-loss"), loss, 4, 1.0 / 3);
    assert_true(e.low == 0 && e.high > 0.5);
    estimate_folds(&e, metric_find("mcc"), mcc, 4, 1.0 / 3);
    assert_true(e.low == -1 && e.high == 1);
    estimate_folds(&e, metric_find("r2"), r2, 4, 1.0 / 3);
    assert_true(e.low < -3 && e.high == 1);
    estimate_folds(&e, metric_find("accuracy"), right, 1, 1); /* no interval stays none */
    assert_true(isnan(e.low) && isnan(e.high) && !e.flat);
}

static void test_folds_without_a_spread_at_the_end_are_flat(void **state)
{
    const double perfect[] = { 1, 1, 1 }, half[] = { 0.5, 0.5, 0.5 }, zero[] = { 0, 0, 0 };
    struct estimate e;

    (void)state;
    estimate_folds(&e, metric_find("roc-auc"), perfect, 3, 0.5);
    assert_true(e.low == 1 && e.high == 1 && e.flat);
    estimate_folds(&e, metric_find("f1"), zero, 3, 0.5);
    assert_true(e.flat);
    estimate_folds(&e, metric_find("roc-auc"), half, 3, 0.5); /* of a constant: exactly so */
    assert_true(e.low == 0.5 && e.high == 0.5 && !e.flat);
    estimate_folds(&e, metric_find("rmse"), perfect, 3, 0.5);
    assert_false(e.flat);
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

/* ---- a share of rows ---- */

/* Against R 4.2.2: prop.test(hits, of, correct = FALSE)$conf.int */
static void test_wilson_golden(void **state)
{
    const struct {
        double hits, of, low, high;
    } golden[] = {
        { 86, 86, 0.9572418027142576, 1 },
        { 0, 10, 0, 0.2775327998628891 },
        { 8, 10, 0.4901624715366418, 0.9433178485456247 },
        { 271, 340, 0.7510998805746455, 0.8363801769286547 },
    };
    struct estimate e;

    (void)state;
    for (size_t i = 0; i < sizeof(golden) / sizeof(*golden); i++) {
        estimate_share(&e, golden[i].hits, golden[i].of);
        assert_true(e.mean == golden[i].hits / golden[i].of && e.n == 1 && !e.flat);
        assert_true(fabs(e.low - golden[i].low) < 1e-14);
        assert_true(fabs(e.high - golden[i].high) < 1e-14);
    }
    estimate_share(&e, 86, 86);
    assert_true(e.high == 1);
    estimate_share(&e, 0, 10);
    assert_true(e.low == 0);
    estimate_share(&e, 0, 0);
    assert_true(isnan(e.mean) && isnan(e.low) && isnan(e.high));
}

/* How probable it is that the interval of a binomial count holds p; summed, not drawn. */
static double wilson_coverage(size_t n, double p)
{
    double covered = 0;

    for (size_t k = 0; k <= n; k++) {
        struct estimate e;
        double chosen = lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);

        estimate_share(&e, (double)k, (double)n);
        if (e.low <= p && p <= e.high)
            covered += exp(chosen + (double)k * log(p) + (double)(n - k) * log1p(-p));
    }
    return covered;
}

/* Counts are whole, so that no interval covers 95 % at every p; the mean over p does, and no p is
 * far off.  The bootstrap of 86 rows at p = 0.99 fails whenever all are right, in 42 % of cases. */
static void test_wilson_covers(void **state)
{
    const size_t sizes[] = { 10, 86, 340 };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        double sum = 0, least = 1;

        for (size_t k = 1; k < 200; k++) {
            double c = wilson_coverage(sizes[i], (double)k / 200);
            sum += c;
            least = c < least ? c : least;
        }
        assert_true(sum / 199 > 0.945 && sum / 199 < 0.96);
        assert_true(least > 0.83);
    }
    assert_true(wilson_coverage(86, 0.99) > 0.94);
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

/* A bootstrap draws the same from rows that are all right. */
static void test_interval_of_rows_that_are_all_right(void **state)
{
    const struct metric *metrics[] = { metric_find("roc-auc"), metric_find("accuracy"),
                                       metric_find("recall"), metric_find("precision"),
                                       metric_find("mcc") };
    struct estimate e[5];
    struct test_set t;
    struct rng rng;
    size_t n_positive = 0;

    (void)state;
    rng_init(&rng, 48, 0);
    test_set_init(&t, 1, &rng);
    for (size_t i = 0; i < N; i++)
        n_positive += t.truth[i] == 1;
    assert_int_equal(estimate_bootstrap(e, metrics, 5, &t.s, 100, 1, NULL, NULL), 0);
    for (size_t j = 0; j < 5; j++)
        assert_true(e[j].mean == 1 && e[j].high == 1);
    assert_true(e[0].flat && e[0].low == 1 && e[4].flat && e[4].low == 1);
    for (size_t j = 1; j < 4; j++) {
        struct estimate wilson;
        double of = j == 1 ? N : (double)n_positive;
        estimate_share(&wilson, of, of);
        assert_true(e[j].low == wilson.low && !e[j].flat && e[j].n_undefined == 0);
    }
    matrix_release(&t.value);
}

/* Weights of 0 and 1 choose rows; others weigh them, and then the bootstrap decides. */
static void test_shares_of_weighted_rows(void **state)
{
    const struct metric *m = metric_find("accuracy");
    double weights[N], hits = 0, of = 0;
    struct estimate e, wilson;
    struct test_set t;
    struct rng rng;

    (void)state;
    rng_init(&rng, 49, 0);
    test_set_init(&t, 0.7, &rng);
    t.s.weights = weights;
    for (size_t i = 0; i < N; i++) {
        weights[i] = i % 3 ? 1 : 0;
        of += weights[i];
        hits += weights[i] * ((matrix_col(&t.value, 1)[i] > 0.5) == (t.truth[i] == 1));
    }
    estimate_share(&wilson, hits, of);
    assert_int_equal(estimate_bootstrap(&e, &m, 1, &t.s, 100, 1, NULL, NULL), 0);
    assert_memory_equal(&e, &wilson, sizeof(e));
    weights[1] = 0.5;
    assert_int_equal(estimate_bootstrap(&e, &m, 1, &t.s, 100, 1, NULL, NULL), 0);
    assert_true(e.low != wilson.low && e.low < e.mean && e.mean < e.high);
    matrix_release(&t.value);
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
        cmocka_unit_test(test_fold_interval_stays_in_the_range),
        cmocka_unit_test(test_folds_without_a_spread_at_the_end_are_flat),
        cmocka_unit_test(test_fold_interval_covers),
        cmocka_unit_test(test_null_comparison_is_rarely_significant),
        cmocka_unit_test(test_wilson_golden),
        cmocka_unit_test(test_wilson_covers),
        cmocka_unit_test(test_bootstrap_covers),
        cmocka_unit_test(test_interval_of_rows_that_are_all_right),
        cmocka_unit_test(test_shares_of_weighted_rows),
        cmocka_unit_test(test_bootstrap_does_not_depend_on_threads),
        cmocka_unit_test(test_bootstrap_can_be_cancelled),
        cmocka_unit_test(test_bootstrap_equals_gathered_rows),
        cmocka_unit_test(test_bootstrap_without_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
