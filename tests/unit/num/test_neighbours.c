/* neighbours.h against measuring and sorting everything, on rows of every shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "num/neighbours.h"

enum shape { NORMAL, GRID, EQUAL, FAR_APART, TINY, OFFSET, LAST_SHAPE = OFFSET };

static double value_of(struct rng *rng, enum shape shape, size_t j)
{
    double v = rng_normal(rng);

    switch (shape) {
    case GRID:
        return round(v);
    case EQUAL:
        return 3.7;
    case FAR_APART:
        return v * pow(10, (double)(rng_below(rng, 12)));
    case TINY:
        return v * 1e-60;
    case OFFSET:
        return v + 1e9 * (double)(j + 1);
    default:
        return v * (double)(1 + j);
    }
}

static void fill(struct matrix *m, size_t n, size_t p, enum shape shape, uint64_t stream)
{
    struct rng rng;

    rng_init(&rng, 5, stream);
    assert_int_equal(matrix_new(m, n, p, "test", NULL), 0);
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < n; i++)
            matrix_col(m, j)[i] = value_of(&rng, shape, j);
}

static double naive(const struct matrix *x, size_t i, const struct matrix *q, size_t m,
                    enum metric metric, double power)
{
    double sum = 0;

    for (size_t j = 0; j < x->p; j++) {
        double d = fabs(matrix_col(x, j)[i] - matrix_col(q, j)[m]);
        if (metric == METRIC_CHEBYSHEV)
            sum = fmax(sum, d);
        else
            sum += metric == METRIC_EUCLIDEAN   ? d * d
                   : metric == METRIC_MANHATTAN ? d
                                                : pow(d, power);
    }
    return metric == METRIC_EUCLIDEAN   ? sqrt(sum)
           : metric == METRIC_MINKOWSKI ? pow(sum, 1 / power)
                                        : sum;
}

static int by_distance(const void *a, const void *b)
{
    const struct neighbour *u = a, *v = b;

    if (u->distance != v->distance)
        return u->distance < v->distance ? -1 : 1;
    return u->row < v->row ? -1 : u->row > v->row;
}

static void compare(const struct matrix *x, const struct matrix *q, size_t k, enum metric metric,
                    enum neighbours_search search, const char *what)
{
    struct neighbour *found = malloc(q->n * k * sizeof(*found)), *all = malloc(x->n * sizeof(*all));
    struct neighbours nb;
    struct arena arena;

    arena_init(&arena);
    assert_int_equal(neighbours_build(&nb, x, metric, 3, search, &arena, NULL), 0);
    neighbours_find(found, &nb, q, k);
    for (size_t m = 0; m < q->n; m++) {
        for (size_t i = 0; i < x->n; i++)
            all[i] = (struct neighbour){ naive(x, i, q, m, metric, 3), (uint32_t)i };
        qsort(all, x->n, sizeof(*all), by_distance);
        for (size_t r = 0; r < k; r++)
            if (found[m * k + r].row != all[r].row || found[m * k + r].distance != all[r].distance)
                fail_msg(
                    "%s: n %zu p %zu k %zu point %zu place %zu: row %u at %.17g, not %u at %.17g",
                    what, x->n, x->p, k, m, r, found[m * k + r].row, found[m * k + r].distance,
                    all[r].row, all[r].distance);
    }
    arena_release(&arena);
    free(found);
    free(all);
}

static void test_every_search_is_the_naive_one(void **state)
{
    static const size_t rows[] = { 1, 31, 33, 700 }, columns[] = { 1, 3, 29 };

    (void)state;
    for (size_t a = 0; a < 4; a++)
        for (size_t b = 0; b < 3; b++)
            for (int shape = 0; shape <= LAST_SHAPE; shape++) {
                struct matrix x, q;
                fill(&x, rows[a], columns[b], (enum shape)shape, 1);
                fill(&q, 53, columns[b], (enum shape)shape, 2);
                for (size_t k = 1; k <= rows[a]; k = 5 * k + 2)
                    for (int metric = 0; metric < METRIC_COSINE; metric++) {
                        compare(&x, &q, k, (enum metric)metric, SEARCH_BRUTE, "brute");
                        compare(&x, &q, k, (enum metric)metric, SEARCH_TREE, "tree");
                    }
                matrix_release(&x);
                matrix_release(&q);
            }
}

/* Of equal rows the first count, though there are more of them than there is room for. */
static void test_a_point_far_away_and_many_equal_rows(void **state)
{
    struct matrix x, q;

    (void)state;
    fill(&x, 3000, 4, GRID, 1);
    fill(&q, 3, 4, GRID, 2);
    matrix_col(&q, 0)[0] = 1e300;
    matrix_col(&q, 1)[1] = -1e20;
    compare(&x, &q, 7, METRIC_EUCLIDEAN, SEARCH_BRUTE, "brute");
    compare(&x, &q, 7, METRIC_EUCLIDEAN, SEARCH_TREE, "tree");
    matrix_release(&x);
    matrix_release(&q);
}

static void test_cosine(void **state)
{
    static double rows[] = { 1, 0, 0, 1, 3, 3, 0, 0 }; /* (4, 2) by rows */
    struct matrix x, q;
    struct neighbour found[4];
    struct neighbours nb;
    struct arena arena;

    (void)state;
    assert_int_equal(matrix_new(&x, 4, 2, "test", NULL), 0);
    assert_int_equal(matrix_new(&q, 1, 2, "test", NULL), 0);
    for (size_t i = 0; i < 8; i++)
        matrix_col(&x, i % 2)[i / 2] = rows[i];
    matrix_col(&q, 0)[0] = 10;
    matrix_col(&q, 1)[0] = 0;
    arena_init(&arena);
    assert_int_equal(neighbours_build(&nb, &x, METRIC_COSINE, 2, SEARCH_AUTO, &arena, NULL), 0);
    neighbours_find(found, &nb, &q, 4);
    assert_int_equal(found[0].row, 0);
    assert_true(found[0].distance == 0);
    assert_int_equal(found[1].row, 2);
    assert_true(fabs(found[1].distance - (1 - sqrt(0.5))) < 1e-15);
    assert_int_equal(found[2].row, 1);
    assert_true(found[2].distance == 1 && found[3].distance == 1);
    struct err err = { 0 };
    assert_int_equal(neighbours_build(&nb, &x, METRIC_COSINE, 2, SEARCH_TREE, &arena, &err), -1);
    assert_non_null(strstr(err.msg, "a tree cannot search by cosine"));
    matrix_col(&x, 1)[2] = 1e200;
    assert_int_equal(neighbours_build(&nb, &x, METRIC_EUCLIDEAN, 2, SEARCH_AUTO, &arena, &err), -1);
    assert_non_null(strstr(err.msg, "feature 2 has values beyond 1e+150"));
    arena_release(&arena);
    matrix_release(&x);
    matrix_release(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_search_is_the_naive_one),
        cmocka_unit_test(test_a_point_far_away_and_many_equal_rows),
        cmocka_unit_test(test_cosine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
