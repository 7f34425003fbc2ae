#include "num/robust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "num/linalg.h"
#include "num/reduce.h"
#include "num/stats.h"

#define MAX_STEPS   100
#define CHOL_TOL    1e-12
#define MAD_NORMAL  1.4826
#define RIDGE_FIRST 1e-8

struct subset {
    const struct matrix *x;
    const uint8_t *in; /* (n) */
    const double *mean;
};

struct concentration {
    const struct matrix *x;
    uint8_t *in, *before;              /* (n) the rows that count */
    double *square;                    /* (n) */
    double *sorted;                    /* (n) */
    double *mean, *cov, *scale, *sums; /* (p) (p, p) (p) (p + 1) */
    struct reducer sum, gram;
    bool shrunk;
};

/* ---------------------------------------------------------------- moments of a subset */

static void add_sums(void *ctx, double *acc, double *scratch, size_t begin, size_t end)
{
    const struct subset *s = ctx;

    (void)scratch;
    for (size_t j = 0; j < s->x->p; j++)
        for (size_t i = begin; i < end; i++)
            acc[j] += s->in[i] ? matrix_col(s->x, j)[i] : 0;
    for (size_t i = begin; i < end; i++)
        acc[s->x->p] += s->in[i];
}

static void add_products(void *ctx, double *acc, double *scratch, size_t begin, size_t end)
{
    const struct subset *s = ctx;

    for (size_t from = begin; from < end; from += REDUCE_BLOCK) {
        size_t to = end - from < REDUCE_BLOCK ? end : from + REDUCE_BLOCK;
        for (size_t j = 0; j < s->x->p; j++)
            for (size_t i = from; i < to; i++)
                scratch[j * REDUCE_BLOCK + i - from] = s->in[i]
                                                           ? matrix_col(s->x, j)[i] - s->mean[j]
                                                           : 0;
        gram_add(acc, s->x->p, scratch, to - from, REDUCE_BLOCK);
    }
}

/* mean and cov (the upper triangle) of the rows that count. */
static void subset_moments(struct concentration *c)
{
    struct subset s = { c->x, c->in, c->mean };
    size_t p = c->x->p;

    reducer_run(&c->sum, c->sums, add_sums, &s);
    double n = c->sums[p] > 0 ? c->sums[p] : 1;
    for (size_t j = 0; j < p; j++)
        c->mean[j] = c->sums[j] / n;
    reducer_run(&c->gram, c->cov, add_products, &s);
    for (size_t k = 0; k < p * p; k++)
        c->cov[k] /= n;
}

/* cov becomes its inverse; what is missing to that is added to the diagonal. */
static int invert(struct concentration *c, struct err *err)
{
    size_t p = c->x->p;
    double *try = c->sorted, trace = 0, ridge = 0; /* sorted has room for p * p, see allocate */

    for (size_t j = 0; j < p; j++)
        trace += c->cov[j * p + j];
    for (int attempt = 0; attempt < 12; attempt++) {
        memcpy(try, c->cov, p * p * sizeof(double));
        for (size_t j = 0; j < p; j++)
            try[j * p + j] += ridge * (trace > 0 ? trace / (double)p : 1);
        if (chol_factor(try, c->scale, p, CHOL_TOL) == 0) {
            chol_invert(try, c->scale, p);
            memcpy(c->cov, try, p * p * sizeof(double));
            c->shrunk = attempt > 0;
            return 0;
        }
        ridge = ridge > 0 ? ridge * 10 : RIDGE_FIRST;
    }
    return err_set(err, ERR_NUMERIC,
                   "the covariance of the columns cannot be worked out; scale them, or name fewer");
}

/* ---------------------------------------------------------------- distances */

struct measuring {
    double *square;
    const struct robust *r;
    const struct matrix *x;
};

static void measure(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct measuring *m = ctx;
    size_t p = m->r->p;

    (void)chunk;
    for (size_t i = begin; i < end; i++) {
        double sum = 0;
        for (size_t j = 0; j < p; j++) {
            double row = 0;
            for (size_t k = 0; k < p; k++)
                row += m->r->inverse[j * p + k] * (matrix_col(m->x, k)[i] - m->r->mean[k]);
            sum += row * (matrix_col(m->x, j)[i] - m->r->mean[j]);
        }
        m->square[i] = sum;
    }
}

void robust_squares(double *square, const struct robust *r, const struct matrix *x)
{
    struct measuring m = { square, r, x };

    parallel_for(x->n, 1024, measure, &m);
}

static void measure_all(struct concentration *c)
{
    struct robust r = { .p = c->x->p, .mean = c->mean, .inverse = c->cov };

    robust_squares(c->square, &r, c->x);
}

/* ---------------------------------------------------------------- steps */

/* The sum of squares of how many deviations from the median each value lies. */
static void first_distances(struct concentration *c)
{
    size_t n = c->x->n;

    memset(c->square, 0, n * sizeof(double));
    for (size_t j = 0; j < c->x->p; j++) {
        const double *v = matrix_col(c->x, j);
        memcpy(c->sorted, v, n * sizeof(double));
        double median = stats_quantile(c->sorted, n, 0.5);
        for (size_t i = 0; i < n; i++)
            c->sorted[i] = fabs(v[i] - median);
        double unit = MAD_NORMAL * stats_quantile(c->sorted, n, 0.5);
        unit = unit > 0 ? unit : sqrt(stats_variance(v, n, 0));
        for (size_t i = 0; i < n && unit > 0; i++)
            c->square[i] += (v[i] - median) / unit * ((v[i] - median) / unit);
    }
}

/* The h rows with the smallest distances count, earlier rows first among equals. */
static void choose_nearest(struct concentration *c, size_t h)
{
    size_t n = c->x->n, below = 0;

    memcpy(c->sorted, c->square, n * sizeof(double));
    stats_sort(c->sorted, n);
    double last = c->sorted[h - 1];
    for (size_t i = 0; i < n; i++)
        below += c->square[i] < last;
    size_t ties = h - below;
    for (size_t i = 0; i < n; i++) {
        bool tie = c->square[i] == last && ties > 0;
        ties -= tie;
        c->in[i] = c->square[i] < last || tie;
    }
}

static double median_square(struct concentration *c)
{
    memcpy(c->sorted, c->square, c->x->n * sizeof(double));
    return stats_quantile(c->sorted, c->x->n, 0.5);
}

/* So that the median distance is that of normal rows: the inverse is divided. */
static void make_consistent(struct concentration *c)
{
    size_t p = c->x->p;
    double factor = median_square(c) / dist_chi2_quantile(0.5, (double)p);

    if (!(factor > 0) || !isfinite(factor))
        return;
    for (size_t k = 0; k < p * p; k++)
        c->cov[k] /= factor;
    for (size_t i = 0; i < c->x->n; i++)
        c->square[i] /= factor;
}

static int concentrate(struct concentration *c, struct job *job, struct err *err)
{
    size_t n = c->x->n, p = c->x->p, h = (n + p + 1) / 2;
    bool moved = true;

    first_distances(c);
    choose_nearest(c, h < n ? h : n);
    for (size_t step = 0; step < MAX_STEPS && moved; step++) {
        memcpy(c->before, c->in, n);
        subset_moments(c);
        if (invert(c, err) || job_tick(job, step, MAX_STEPS, err))
            return -1;
        measure_all(c);
        choose_nearest(c, h < n ? h : n);
        moved = memcmp(c->before, c->in, n) != 0;
    }
    make_consistent(c);
    double limit = dist_chi2_quantile(0.975, (double)p);
    for (size_t i = 0; i < n; i++)
        c->in[i] = c->square[i] < limit;
    subset_moments(c);
    return invert(c, err);
}

/* ---------------------------------------------------------------- all of it */

static int allocate(struct concentration *c, struct err *err)
{
    size_t n = c->x->n, p = c->x->p, n_sorted = n > p * p ? n : p * p;
    void *reals, *flags;

    if (mem_big(&reals, n + n_sorted + p * p + 3 * p + 1, sizeof(double), "distances", err))
        return -1;
    c->square = reals;
    c->sorted = c->square + n;
    c->cov = c->sorted + n_sorted;
    c->mean = c->cov + p * p;
    c->scale = c->mean + p;
    c->sums = c->scale + p;
    if (mem_big(&flags, 2 * n, 1, "rows that count", err))
        return -1;
    c->in = flags;
    c->before = c->in + n;
    if (reducer_init(&c->sum, n, p + 1, 0, err))
        return -1;
    return reducer_init(&c->gram, n, p * p, p * REDUCE_BLOCK, err);
}

int robust_fit(struct robust *out, const struct matrix *x, struct arena *arena, struct job *job,
               struct err *err)
{
    struct concentration c = { .x = x };
    size_t p = x->p;

    num_init();
    int rc = allocate(&c, err);
    if (!rc)
        rc = concentrate(&c, job, err);
    if (!rc) {
        double *mean = ARENA_NEW(arena, double, p), *inverse = ARENA_NEW(arena, double, p *p);
        memcpy(mean, c.mean, p * sizeof(double));
        memcpy(inverse, c.cov, p * p * sizeof(double));
        *out = (struct robust){ p, mean, inverse, c.shrunk };
    }
    mem_big_free(c.square);
    mem_big_free(c.in);
    reducer_release(&c.sum);
    reducer_release(&c.gram);
    return rc;
}
