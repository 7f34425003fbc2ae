/* What every metric must do; a new row of metrics.def is tested by these without a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "evaluate/metric.h"

enum { N = 120 };

/* Predictions better than chance, with ties, for one task. */
struct sample {
    struct scored s;
    double truth[2 * N], weights[2 * N];
    struct matrix value;
};

static const unsigned tasks[] = { TASK_BINARY, TASK_MULTICLASS, TASK_REGRESS };

static void sample_init(struct sample *d, unsigned task, size_t n)
{
    size_t k = task == TASK_BINARY ? 2 : task == TASK_MULTICLASS ? 3 : 0;
    struct rng rng;

    memset(d, 0, sizeof(*d));
    assert_int_equal(matrix_new(&d->value, n, k ? k : 1, "a test", NULL), 0);
    d->s = (struct scored){ .n = n,
                            .n_classes = k,
                            .positive = k ? k - 1 : 0,
                            .truth = d->truth,
                            .value = &d->value,
                            .weights = d->weights };
    rng_init(&rng, 5, task);
    for (size_t i = 0; i < n; i++) {
        double sum = 0;

        d->weights[i] = (double)rng_below(&rng, 4);
        d->truth[i] = k ? (double)rng_below(&rng, k) : 10 + rng_normal(&rng);
        if (!k)
            matrix_col(&d->value, 0)[i] = d->truth[i] + 0.5 * rng_normal(&rng);
        for (size_t c = 0; c < k; c++) {
            double p = 0.1 + round(10 * rng_unit(&rng)) / 10 + 0.5 * (d->truth[i] == (double)c);
            matrix_col(&d->value, c)[i] = p;
            sum += p;
        }
        for (size_t c = 0; c < k; c++)
            matrix_col(&d->value, c)[i] /= sum;
    }
}

static void sample_release(struct sample *d)
{
    matrix_release(&d->value);
}

static void copy_row(struct sample *to, size_t i, const struct sample *from, size_t j)
{
    to->truth[i] = from->truth[j];
    to->weights[i] = from->weights[j];
    for (size_t c = 0; c < to->value.p; c++)
        matrix_col(&to->value, c)[i] = matrix_col(&from->value, c)[j];
}

static double score(const struct metric *m, const struct scored *s)
{
    double v;

    assert_int_equal(metric_scores(&v, &m, 1, s, NULL), 0);
    return v;
}

static void near(const struct metric *m, double a, double b)
{
    if (!(fabs(a - b) <= 1e-12 * fmax(1, fabs(a))))
        fail_msg("%s: %.17g and %.17g", m->name, a, b);
}

/* Calls `check` for every metric and each task it takes. */
static void for_all(void (*check)(const struct metric *m, struct sample *d, unsigned task))
{
    for (size_t j = 0; metric_table[j]; j++)
        for (size_t t = 0; t < 3; t++) {
            struct sample d;

            if (!(metric_table[j]->tasks & tasks[t]))
                continue;
            sample_init(&d, tasks[t], N);
            check(metric_table[j], &d, tasks[t]);
            sample_release(&d);
        }
}

/* ---- the descriptor ---- */
static void test_descriptors_are_sane(void **state)
{
    (void)state;
    for (size_t j = 0; metric_table[j]; j++) {
        const struct metric *m = metric_table[j];

        assert_ptr_equal(metric_find(m->name), m); /* so names are unique */
        for (const char *c = m->name; *c; c++)
            assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '-');
        assert_true(m->help && strlen(m->help) > 10 && m->help[strlen(m->help) - 1] != '.');
        assert_true(m->source && *m->source);
        assert_true(m->tasks &&
                    !(m->tasks & ~(unsigned)(TASK_CLASSIFY | TASK_REGRESS | TASK_ALONE)));
        assert_non_null(m->score);
        assert_true(m->low < m->high);
    }
}

/* ---- values ---- */
static void check_perfect_is_best(const struct metric *m, struct sample *d, unsigned task)
{
    double usual = score(m, &d->s);

    for (size_t i = 0; i < d->s.n; i++) {
        if (task == TASK_REGRESS)
            matrix_col(&d->value, 0)[i] = d->truth[i];
        for (size_t c = 0; c < d->s.n_classes; c++)
            matrix_col(&d->value, c)[i] = d->truth[i] == (double)c;
    }
    double perfect = score(m, &d->s);
    assert_true(m->greater_is_better ? perfect > usual : perfect < usual);
    assert_true(fabs(perfect - (m->greater_is_better ? 1 : 0)) < 1e-12);
}

/* Whatever is predicted: rows in turn said to be of every class, or far off. */
static void check_stays_in_its_range(const struct metric *m, struct sample *d, unsigned task)
{
    double usual = score(m, &d->s);

    assert_true(usual >= m->low && usual <= m->high);
    for (size_t i = 0; i < d->s.n; i++) {
        size_t wrong = ((size_t)d->truth[i] + 1) % (d->s.n_classes ? d->s.n_classes : 1);

        if (task == TASK_REGRESS)
            matrix_col(&d->value, 0)[i] = 1e6 * (double)i;
        for (size_t c = 0; c < d->s.n_classes; c++)
            matrix_col(&d->value, c)[i] = c == wrong;
    }
    double worst = score(m, &d->s);
    assert_true(worst >= m->low && worst <= m->high);
}

/* Weights 0 and 1 make a share of rows, where there is one, that is the score. */
static void check_share_is_the_score(const struct metric *m, struct sample *d, unsigned task)
{
    struct metric_share share;

    if (!m->share)
        return;
    assert_false(m->share(&share, &d->s)); /* weighed */
    for (size_t i = 0; i < d->s.n; i++)
        d->weights[i] = d->weights[i] > 0;
    if (m->share(&share, &d->s))
        near(m, share.hits / share.of, score(m, &d->s));
    else
        assert_true(task == TASK_MULTICLASS);
}

static void check_row_order_does_not_matter(const struct metric *m, struct sample *d, unsigned task)
{
    struct sample turned;

    sample_init(&turned, task, N);
    for (size_t i = 0; i < N; i++)
        copy_row(&turned, i, d, N - 1 - i);
    near(m, score(m, &d->s), score(m, &turned.s));
    sample_release(&turned);
}

static void check_weights_equal_repetition(const struct metric *m, struct sample *d, unsigned task)
{
    struct sample repeated;
    size_t n = 0;

    for (size_t i = 0; i < N; i++)
        d->weights[i] = (double)(i % 3); /* 0, 1, 2: as many rows again */
    sample_init(&repeated, task, N);
    for (size_t i = 0; i < N; i++)
        for (size_t r = 0; r < i % 3; r++)
            copy_row(&repeated, n++, d, i);
    assert_int_equal(n, N);
    repeated.s.weights = NULL;
    near(m, score(m, &d->s), score(m, &repeated.s));
    sample_release(&repeated);
}

static void check_scale_of_weights_does_not_matter(const struct metric *m, struct sample *d,
                                                   unsigned task)
{
    double before = score(m, &d->s);

    (void)task;
    for (size_t i = 0; i < N; i++)
        d->weights[i] *= 0.37;
    near(m, before, score(m, &d->s));
}

static void check_no_weight_at_all_is_undefined(const struct metric *m, struct sample *d,
                                                unsigned task)
{
    (void)task;
    memset(d->weights, 0, sizeof(d->weights));
    assert_true(isnan(score(m, &d->s)));
}

static void test_perfect_is_best(void **state)
{
    (void)state;
    for_all(check_perfect_is_best);
}

static void test_stays_in_its_range(void **state)
{
    (void)state;
    for_all(check_stays_in_its_range);
}

static void test_share_is_the_score(void **state)
{
    (void)state;
    for_all(check_share_is_the_score);
}

static void test_row_order_does_not_matter(void **state)
{
    (void)state;
    for_all(check_row_order_does_not_matter);
}

static void test_weights_equal_repetition(void **state)
{
    (void)state;
    for_all(check_weights_equal_repetition);
}

static void test_scale_of_weights_does_not_matter(void **state)
{
    (void)state;
    for_all(check_scale_of_weights_does_not_matter);
}

static void test_no_weight_at_all_is_undefined(void **state)
{
    (void)state;
    for_all(check_no_weight_at_all_is_undefined);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_descriptors_are_sane),
        cmocka_unit_test(test_perfect_is_best),
        cmocka_unit_test(test_stays_in_its_range),
        cmocka_unit_test(test_share_is_the_score),
        cmocka_unit_test(test_row_order_does_not_matter),
        cmocka_unit_test(test_weights_equal_repetition),
        cmocka_unit_test(test_scale_of_weights_does_not_matter),
        cmocka_unit_test(test_no_weight_at_all_is_undefined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
