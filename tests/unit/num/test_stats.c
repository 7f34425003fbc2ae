/* Sums, order statistics and distributions against exact or published values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "num/stats.h"

static void assert_digits(double got, double want, double tolerance)
{
    if (got == want)
        return;
    if (!(fabs(got - want) <= tolerance * fabs(want)))
        fail_msg("got %.17g, want %.17g", got, want);
}

static void test_sum_keeps_small_terms(void **state)
{
    (void)state;
    enum { N = 1000003 };
    double *v = malloc(N * sizeof(*v));

    for (size_t i = 0; i < N; i++)
        v[i] = 0.1;
    /* one after another loses five digits: 100000.30000133 */
    assert_digits(stats_sum(v, N), 100000.3, 1e-15);
    assert_digits(stats_mean(v, N), 0.1, 1e-15);
    free(v);
    assert_true(stats_sum(NULL, 0) == 0);
    assert_true(isnan(stats_mean(NULL, 0)));
}

static void test_mean_survives_an_overflowing_sum(void **state)
{
    (void)state;
    double v[] = { 1.5e308, 1.5e308, 1.5e308, 1.5e308 };
    assert_digits(stats_mean(v, 4), 1.5e308, 1e-15);
}

static void test_variance_of_shifted_values(void **state)
{
    (void)state;
    /* NIST StRD SmLs07's idea: a large mean, a variance of exactly 0.01 with divisor n - 1 */
    enum { N = 1001 };
    double v[N];
    v[0] = 1000000.2;
    for (size_t i = 1; i < N; i++)
        v[i] = i % 2 ? 1000000.1 : 1000000.3;
    assert_digits(sqrt(stats_variance(v, N, 1)), 0.1, 1e-8);

    double w[] = { 1, 2, 3, 4 };
    assert_digits(stats_variance(w, 4, 0), 1.25, 1e-15);
    assert_digits(stats_variance(w, 4, 1), 5.0 / 3, 1e-15);
    assert_true(stats_variance(w, 1, 1) == 0);
    assert_true(stats_variance(w, 0, 0) == 0);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void fill(double *v, size_t n, int pattern)
{
    struct rng rng;
    rng_init(&rng, 7, (uint64_t)pattern);
    for (size_t i = 0; i < n; i++) {
        double even = (double)i;
        v[i] = pattern == 0   ? rng_normal(&rng)
               : pattern == 1 ? (double)rng_below(&rng, 3)
               : pattern == 2 ? even
               : pattern == 3 ? -even
               : pattern == 4 ? (i % 2 ? even : -even)
                              : 5.0;
    }
}

static void test_sort_agrees_with_qsort(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 2, 3, 24, 25, 100, 4097 };
    static double v[4097], w[4097];

    for (int pattern = 0; pattern < 6; pattern++)
        for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
            fill(v, sizes[s], pattern);
            memcpy(w, v, sizeof(w));
            stats_sort(v, sizes[s]);
            qsort(w, sizes[s], sizeof(*w), compare);
            assert_memory_equal(v, w, sizes[s] * sizeof(*w));
        }
}

static void test_quantile_is_type_seven(void **state)
{
    (void)state;
    /* numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], [0, .1, .25, .5, .75, .99, 1]), numpy 1.24 */
    static const double q[] = { 0, 0.1, 0.25, 0.5, 0.75, 0.99, 1 };
    static const double want[] = { 1, 1, 1.75, 3.5, 5.25, 8.79, 9 };
    for (size_t k = 0; k < 7; k++) {
        double v[] = { 3, 1, 4, 1, 5, 9, 2, 6 };
        assert_digits(stats_quantile(v, 8, q[k]), want[k], 1e-15);
    }
    double one[] = { 42 };
    assert_true(stats_quantile(one, 1, 0.3) == 42);
}

static void test_quantile_by_selection_equals_quantile_by_sorting(void **state)
{
    (void)state;
    static double v[1000], sorted[1000];

    for (int pattern = 0; pattern < 6; pattern++)
        for (size_t k = 0; k <= 20; k++) {
            fill(v, 1000, pattern);
            memcpy(sorted, v, sizeof(v));
            stats_sort(sorted, 1000);
            double q = (double)k / 20, want = stats_quantile_sorted(sorted, 1000, q);
            assert_true(stats_quantile(v, 1000, q) == want);
        }
}

static void test_distributions_against_r(void **state)
{
    (void)state;
    /* R 4.2: pt(2.5, 9), qt(0.975, c(1, 4, 9, 49, 1e6)), pnorm(-6), qnorm(c(0.975, 1e-10)) */
    assert_digits(dist_t_cdf(2.5, 9), 0.98306908615850719, 1e-12);
    assert_digits(dist_t_quantile(0.975, 1), 12.706204736174694, 1e-10);
    assert_digits(dist_t_quantile(0.975, 4), 2.7764451051977941, 1e-10);
    assert_digits(dist_t_quantile(0.975, 9), 2.2621571627982053, 1e-10);
    assert_digits(dist_t_quantile(0.975, 49), 2.0095752371292397, 1e-10);
    assert_digits(dist_t_quantile(0.975, 1e6), 1.9599663568141066, 1e-8);
    assert_digits(dist_normal_cdf(-6), 9.8658764503769458e-10, 1e-12);
    assert_digits(dist_normal_quantile(0.975), 1.959963984540054, 1e-12);
    assert_digits(dist_normal_quantile(1e-10), -6.3613409024040557, 1e-12);
}

static void test_distributions_outside_their_domain(void **state)
{
    (void)state;
    assert_true(isnan(dist_t_cdf(NAN, 3)));
    assert_true(isnan(dist_t_cdf(1, 0)));
    assert_true(isnan(dist_t_quantile(1.5, 3)));
    assert_true(isnan(dist_normal_quantile(-0.1)));
    assert_true(dist_t_quantile(0, 3) == -INFINITY);
    assert_true(dist_normal_quantile(1) == INFINITY);
    assert_digits(dist_t_quantile(0.975, INFINITY), 1.959963984540054, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum_keeps_small_terms),
        cmocka_unit_test(test_mean_survives_an_overflowing_sum),
        cmocka_unit_test(test_variance_of_shifted_values),
        cmocka_unit_test(test_sort_agrees_with_qsort),
        cmocka_unit_test(test_quantile_is_type_seven),
        cmocka_unit_test(test_quantile_by_selection_equals_quantile_by_sorting),
        cmocka_unit_test(test_distributions_against_r),
        cmocka_unit_test(test_distributions_outside_their_domain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
