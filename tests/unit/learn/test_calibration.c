/* Maps of probabilities, against scikit-learn: tests/reference/calibration.py. */
#include "learn_case.h"

#include "learn/calibration.h"
#include "learn/platt.h"

enum { N = 40 };

static void make(double *f, double *t)
{
    for (int i = 0; i < N; i++) {
        f[i] = (i * 7 % 40) / 10.0 - 2;
        t[i] = f[i] + ((i * 13 % 11) - 5) / 3.0 > 0;
    }
}

static void test_platt(void **state)
{
    double f[N], t[N];
    (void)state;

    make(f, t);
    struct platt p = platt_fit(f, t, NULL, N);
    assert_close(p.slope, -1.45319646, 1e-4, "slope");
    assert_close(p.offset, -0.0726595015, 1e-4, "shift");
}

static void test_isotonic(void **state)
{
    static const double at[] = { -3, -1.05, -0.33, 0.0, 0.47, 1.21, 5 };
    static const double want[] = { 0, 0, 0.583333333, 0.833333333, 0.833333333, 0.833333333, 1 };
    double f[N], t[N];
    struct isotonic iso;
    struct arena arena;
    (void)state;

    arena_init(&arena);
    make(f, t);
    assert_int_equal(isotonic_fit(&iso, f, t, NULL, N, &arena, NULL), 0);
    for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
        assert_close(isotonic_at(&iso, at[i]), want[i], 1e-8, "isotonic");
    arena_release(&arena);
}

/* Probabilities that were made too sure by a known temperature get it back. */
static void test_temperature(void **state)
{
    struct matrix p;
    double y[1000];
    (void)state;

    assert_int_equal(matrix_new(&p, 1000, 2, "test", NULL), 0);
    for (size_t i = 0; i < 1000; i++) {
        double q = (double)(i % 10) / 10 + 0.05, odds = pow(q / (1 - q), 2);
        y[i] = (double)(i / 10) + 0.5 < 100 * q; /* a share of q in each bin */
        matrix_col(&p, 1)[i] = odds / (1 + odds);
        matrix_col(&p, 0)[i] = 1 / (1 + odds);
    }
    assert_close(temperature_fit(&p, y, NULL), 2, 1e-5, "temperature");
    assert_true(calibration_error(&p, y, NULL) > 0.05);
    matrix_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_platt),
        cmocka_unit_test(test_isotonic),
        cmocka_unit_test(test_temperature),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
