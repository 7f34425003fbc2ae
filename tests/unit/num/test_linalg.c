/* The kernels against naive twins, and the solvers against what they solve. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "num/linalg.h"
#include "num/moments.h"
#include "num/optim.h"
#include "num/reduce.h"

static void close_to(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance * fmax(1, fabs(want))))
        fail_msg("got %.17g, want %.17g", got, want);
}

static struct matrix random_matrix(size_t n, size_t p, uint64_t seed)
{
    struct matrix m;
    struct rng rng;

    rng_init(&rng, seed, 0);
    assert_int_equal(matrix_new(&m, n, p, "test", NULL), 0);
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < n; i++)
            matrix_col(&m, j)[i] = rng_normal(&rng);
    return m;
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* ---- matrices ---- */

static void test_matrix_is_aligned_and_zero(void **state)
{
    (void)state;
    struct matrix m;

    assert_int_equal(matrix_new(&m, 13, 3, "test", NULL), 0);
    assert_int_equal(m.ld, 16);
    for (size_t j = 0; j < 3; j++) {
        assert_int_equal((uintptr_t)matrix_col(&m, j) % 64, 0);
        for (size_t i = 0; i < m.ld; i++)
            assert_true(matrix_col(&m, j)[i] == 0);
    }
    matrix_release(&m);
}

static void test_matrix_too_large_is_an_error(void **state)
{
    (void)state;
    struct matrix m;
    struct err err = { 0 };

    assert_int_equal(matrix_new(&m, SIZE_MAX / 16, 1000, "the design matrix", &err), -1);
    assert_int_equal(err.code, ERR_NOMEM);
    assert_non_null(strstr(err.msg, "the design matrix"));
}

/* ---- kernels ---- */

static void test_kernels_equal_their_naive_twins(void **state)
{
    (void)state;
    enum { N = 37, P = 5, Q = 3 };
    struct matrix y = random_matrix(N, P, 1), z = random_matrix(N, Q, 2);
    double gram[P * P] = { 0 }, cross[P * Q] = { 0 }, product[P] = { 0 }, out[N];

    gram_add(gram, P, y.x, N, y.ld);
    cross_add(cross, -2, y.x, P, z.x, Q, N, y.ld);
    product_add(product, y.x, N, P, y.ld, z.x);
    product_of(out, y.x, N, P, y.ld, z.x);
    symmetric_fill(gram, P);
    for (size_t j = 0; j < P; j++) {
        for (size_t i = 0; i < P; i++)
            close_to(gram[j * P + i], dot(matrix_col(&y, i), matrix_col(&y, j), N), 1e-13);
        for (size_t k = 0; k < Q; k++)
            close_to(cross[k * P + j], -2 * dot(matrix_col(&y, j), matrix_col(&z, k), N), 1e-13);
        close_to(product[j], dot(matrix_col(&y, j), z.x, N), 1e-13);
    }
    for (size_t i = 0; i < N; i++) {
        double want = 0;
        for (size_t j = 0; j < P; j++)
            want += matrix_col(&y, j)[i] * z.x[j];
        close_to(out[i], want, 1e-13);
    }
    matrix_release(&y);
    matrix_release(&z);
}

/* ---- Cholesky ---- */

static void test_cholesky_solves_badly_scaled_systems(void **state)
{
    (void)state;
    enum { N = 60, P = 6 };
    struct matrix x = random_matrix(N, P, 3);
    double a[P * P] = { 0 }, full[P * P], inverse[P * P], scale[P], b[P];

    for (size_t j = 0; j < P; j++)
        for (size_t i = 0; i < N; i++)
            matrix_col(&x, j)[i] *= pow(10, 3 * (double)j - 8);
    gram_add(a, P, x.x, N, x.ld);
    memcpy(full, a, sizeof(a));
    symmetric_fill(full, P);
    assert_int_equal(chol_factor(a, scale, P, 1e-12), 0);
    for (size_t j = 0; j < P; j++) /* right side of the solution 1 2 3 …, scaled */
        b[j] = 0;
    for (size_t j = 0; j < P; j++)
        for (size_t i = 0; i < P; i++)
            b[i] += full[j * P + i] * ((double)j + 1) / scale[j];
    chol_solve(a, scale, P, b, 1);
    for (size_t j = 0; j < P; j++)
        close_to(b[j] * scale[j], (double)j + 1, 1e-12);

    memcpy(inverse, a, sizeof(a));
    chol_invert(inverse, scale, P);
    for (size_t j = 0; j < P; j++)
        for (size_t i = 0; i < P; i++)
            close_to(dot(full + j * P, inverse + i * P, P) * scale[i] / scale[j], i == j, 1e-11);
    matrix_release(&x);
}

static void test_cholesky_names_the_first_dependent_column(void **state)
{
    (void)state;
    enum { N = 60, P = 5 };
    struct matrix x = random_matrix(N, P, 4);
    double a[P * P] = { 0 }, scale[P];

    for (size_t i = 0; i < N; i++)
        matrix_col(&x, 3)[i] = matrix_col(&x, 0)[i] - 3 * matrix_col(&x, 2)[i];
    gram_add(a, P, x.x, N, x.ld);
    assert_int_equal(chol_factor(a, scale, P, 1e-12), 4);

    double nothing[4] = { 1, 0, 0, 0 }, infinite[4] = { 1, 0, INFINITY, 1 };
    assert_int_equal(chol_factor(nothing, scale, 2, 1e-12), 2);
    assert_int_equal(chol_factor(infinite, scale, 2, 1e-12), 2);
    matrix_release(&x);
}

/* ---- QR ---- */

static void check_qr(size_t n, size_t p)
{
    struct matrix a = random_matrix(n, p, 5), copy = random_matrix(n, p, 5);
    struct qr qr;
    double *v = malloc(n * sizeof(*v)), *w = malloc(n * sizeof(*w)),
           *top = malloc(p * sizeof(*top));

    assert_int_equal(qr_factor(&qr, &a, NULL), 0);
    assert_null(a.x);
    /* R'R = A'A */
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i <= j; i++)
            close_to(dot(qr.r + i * p, qr.r + j * p, p),
                     dot(matrix_col(&copy, i), matrix_col(&copy, j), n), 1e-11);
    /* Q'A's columns are R's, and Q(Q'v) = v */
    memcpy(v, matrix_col(&copy, p - 1), n * sizeof(*v));
    qr_apply_t(&qr, v, top);
    for (size_t j = 0; j < p; j++)
        close_to(top[j], qr.r[(p - 1) * p + j], 1e-11);
    qr_apply(&qr, v, top);
    for (size_t i = 0; i < n; i++)
        close_to(v[i], matrix_col(&copy, p - 1)[i], 1e-12);
    /* R'x = b, then R y = x: R'R y = b */
    for (size_t j = 0; j < p; j++)
        top[j] = (double)j + 1;
    qr_solve_rt(&qr, top);
    qr_solve_r(&qr, top);
    for (size_t i = 0; i < n; i++) {
        w[i] = 0;
        for (size_t j = 0; j < p; j++)
            w[i] += matrix_col(&copy, j)[i] * top[j];
    }
    for (size_t j = 0; j < p; j++)
        close_to(dot(matrix_col(&copy, j), w, n), (double)j + 1, 1e-10);
    free(v);
    free(w);
    free(top);
    qr_release(&qr);
    matrix_release(&copy);
}

static void test_qr_in_one_and_in_many_blocks(void **state)
{
    (void)state;
    check_qr(1, 1);
    check_qr(7, 7);
    check_qr(40, 6);
    check_qr(5000, 6);
    check_qr(3100, 700); /* blocks of two widths */
}

/* ---- sums over rows ---- */

static void add_squares(void *ctx, double *acc, double *scratch, size_t begin, size_t end)
{
    const double *v = ctx;

    for (size_t i = begin; i < end; i++) {
        scratch[0] = v[i] * v[i];
        acc[0] += scratch[0];
        acc[1] += 1;
    }
}

static void test_reduction_does_not_depend_on_threads(void **state)
{
    (void)state;
    enum { N = 300001 };
    struct matrix m = random_matrix(N, 1, 6);
    struct reducer r;
    double one[2], more[2];

    assert_int_equal(reducer_init(&r, N, 2, 1, NULL), 0);
    parallel_set_threads(1);
    reducer_run(&r, one, add_squares, m.x);
    close_to(one[0], dot(m.x, m.x, N), 1e-12);
    assert_true(one[1] == N);
    for (size_t threads = 2; threads < 6; threads++) {
        parallel_set_threads(threads);
        reducer_run(&r, more, add_squares, m.x);
        assert_memory_equal(one, more, sizeof(one));
    }
    parallel_set_threads(0);
    reducer_release(&r);
    matrix_release(&m);
}

static void test_moments_of_columns(void **state)
{
    (void)state;
    struct matrix m;
    double mean[3], sd[3], weights[4] = { 1, 2, 0, 1 };

    assert_int_equal(matrix_new(&m, 4, 3, "test", NULL), 0);
    memcpy(matrix_col(&m, 0), (double[]){ 1, 2, 3, 4 }, 4 * sizeof(double));
    memcpy(matrix_col(&m, 1), (double[]){ 0.1, 0.1, 0.1, 0.1 }, 4 * sizeof(double));
    memcpy(matrix_col(&m, 2), (double[]){ 5, 5, 9, 5 }, 4 * sizeof(double));
    column_moments(mean, sd, &m, NULL);
    close_to(mean[0], 2.5, 1e-15);
    close_to(sd[0], sqrt(1.25), 1e-15);
    assert_true(sd[1] == 0);
    assert_true(sd[2] > 1);
    column_moments(mean, sd, &m, weights);
    close_to(mean[0], 2.25, 1e-15);
    close_to(sd[0], sqrt(1.1875), 1e-15);
    assert_true(sd[2] == 0); /* the 9 has no weight */
    matrix_release(&m);
}

/* ---- minimising ---- */

/* Rosenbrock's function of pairs; its minimum is at 1 1 1 … */
static double rosenbrock(void *ctx, const double *x, double *g)
{
    double value = 0;

    for (size_t i = 0; i < *(size_t *)ctx; i += 2) {
        double a = 1 - x[i], b = 10 * (x[i + 1] - x[i] * x[i]);
        g[i + 1] = 20 * b;
        g[i] = -2 * (x[i] * g[i + 1] + a);
        value += a * a + b * b;
    }
    return value;
}

static void test_lbfgs_finds_the_minimum(void **state)
{
    (void)state;
    size_t n = 20, n_iter = 0;
    double x[20];
    enum optim_end end;
    struct err err = { 0 };
    struct job job;

    for (size_t i = 0; i < n; i++)
        x[i] = i % 2 ? 1 : -1.2;
    assert_int_equal(optim_lbfgs(x, n, rosenbrock, &n, 1e-9, 1000, &end, &n_iter, NULL, &err), 0);
    assert_int_equal(end, OPTIM_CONVERGED);
    assert_true(n_iter > 5 && n_iter < 200);
    for (size_t i = 0; i < n; i++)
        close_to(x[i], 1, 1e-8);

    x[0] = -1.2;
    assert_int_equal(optim_lbfgs(x, n, rosenbrock, &n, 1e-9, 3, &end, &n_iter, NULL, &err), 0);
    assert_int_equal(end, OPTIM_LIMIT);

    job_init(&job);
    job_cancel(&job);
    x[0] = -1.2;
    assert_int_equal(optim_lbfgs(x, n, rosenbrock, &n, 1e-9, 100, &end, &n_iter, &job, &err), -1);
    assert_int_equal(err.code, ERR_CANCELLED);
    assert_true(x[0] == -1.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix_is_aligned_and_zero),
        cmocka_unit_test(test_matrix_too_large_is_an_error),
        cmocka_unit_test(test_kernels_equal_their_naive_twins),
        cmocka_unit_test(test_cholesky_solves_badly_scaled_systems),
        cmocka_unit_test(test_cholesky_names_the_first_dependent_column),
        cmocka_unit_test(test_qr_in_one_and_in_many_blocks),
        cmocka_unit_test(test_reduction_does_not_depend_on_threads),
        cmocka_unit_test(test_moments_of_columns),
        cmocka_unit_test(test_lbfgs_finds_the_minimum),
    };

    num_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
