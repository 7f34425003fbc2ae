/* Householder QR of the centred, scaled columns as a solver, and refinement of the augmented system
 * with residuals of the ORIGINAL columns in long double: centring and scaling round, but only as
 * far as the solver goes, and the answer does not depend on them.
 *
 * Source: Bjorck 1967, "Iterative refinement of linear least squares solutions I", BIT 7. */
#include "learn/least_squares.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "num/moments.h"

enum { REFINE_MAX = 20, RESIDUAL_ROWS = 1024 };

/* A column whose part that the columns before it do not explain is smaller than this, of its
 * length, is dependent on them.  NIST's Filip has 1e-7; an exact combination leaves 1e-15. */
static const double RANK_TOLERANCE = 1e-11;

/* ---- setting up ---- */

static double root_of(const struct least_squares *ls, size_t i)
{
    return ls->root ? ls->root[i] : 1;
}

/* Which features vary, and their centres.  Without an intercept nothing is centred and a constant
 * column is as good as another, unless it is all zero. */
static int choose_columns(struct least_squares *ls, struct err *err)
{
    const struct matrix *x = ls->in->x;
    double *mean = MEM_NEW(double, x->p), *sd = MEM_NEW(double, x->p);
    int rc = 0;

    column_moments(mean, sd, x, ls->in->weights);
    for (size_t j = 0; j < x->p && !rc; j++) {
        if (sd[j] == 0 && (ls->intercept || mean[j] == 0)) {
            if (ls->first_constant == SIZE_MAX)
                ls->first_constant = j;
            continue;
        }
        if (!isfinite(mean[j]) || !isfinite(sd[j]))
            rc = err_set(err, ERR_NUMERIC, "the values of %s are too large to be squared; scale it",
                         ls->in->names[j]);
        ls->mean[ls->n_active] = ls->intercept ? mean[j] : 0;
        ls->active[ls->n_active++] = j;
    }
    mem_free(mean);
    mem_free(sd);
    return rc;
}

struct fill {
    struct least_squares *ls;
    struct matrix *z;
};

/* Column a of the factor: weighted, centred, of length 1. */
static void fill_column(const struct fill *fill, size_t a)
{
    struct least_squares *ls = fill->ls;
    double *z = matrix_col(fill->z, a + ls->intercept), squares = 0;
    const double *v = matrix_col(ls->in->x, ls->active[a]);

    for (size_t i = 0; i < ls->n; i++) {
        z[i] = (v[i] - ls->mean[a]) * root_of(ls, i);
        squares += z[i] * z[i];
    }
    ls->scale[a] = 1 / sqrt(squares);
    for (size_t i = 0; i < ls->n; i++)
        z[i] *= ls->scale[a];
}

static void fill_columns(void *ctx, size_t begin, size_t end, size_t chunk)
{
    (void)chunk;
    for (size_t a = begin; a < end; a++)
        fill_column(ctx, a);
}

static void fill_constant(struct least_squares *ls, struct matrix *z)
{
    double squares = 0;

    for (size_t i = 0; i < ls->n; i++)
        squares += root_of(ls, i) * root_of(ls, i);
    ls->constant_scale = 1 / sqrt(squares);
    for (size_t i = 0; i < ls->n; i++)
        z->x[i] = root_of(ls, i) * ls->constant_scale;
}

static int check_rank(const struct least_squares *ls, struct err *err)
{
    for (size_t j = 0; j < ls->q; j++) {
        double pivot = fabs(ls->qr.r[j * ls->q + j]);
        if (pivot >= RANK_TOLERANCE)
            continue;
        const char *name = ls->in->names[ls->active[j - ls->intercept]];
        if (!isfinite(pivot))
            return err_set(err, ERR_NUMERIC,
                           "the values of %s are too large to be squared; scale it", name);
        return err_set(err, ERR_NUMERIC,
                       "feature %s is a combination of those before it; drop it, or train ridge",
                       name);
    }
    return 0;
}

static int allocate(struct least_squares *ls, size_t p, struct err *err)
{
    void *memory;
    size_t n = ls->n;

    if (mem_big(&memory, (ls->in->weights ? 2 : 1) * n, sizeof(double), "residuals", err))
        return -1;
    ls->residual = memory;
    if (ls->in->weights) {
        ls->root = ls->residual + n;
        for (size_t i = 0; i < n; i++)
            ls->root[i] = sqrt(ls->in->weights[i]);
    }
    ls->memory = MEM_NEW(double, 4 * p);
    ls->mean = ls->memory;
    ls->scale = ls->mean + p;
    ls->estimate = ls->scale + p;
    ls->std_error = ls->estimate + p;
    ls->active = MEM_NEW(size_t, p);
    return 0;
}

int least_squares_init(struct least_squares *ls, const struct fit_input *in, bool intercept,
                       struct job *job, struct err *err)
{
    struct matrix z = { 0 };

    *ls = (struct least_squares){ .in = in,
                                  .intercept = intercept,
                                  .n = in->x->n,
                                  .first_constant = SIZE_MAX,
                                  .constant_scale = 1 };
    if (job_tick(job, 0, REFINE_MAX, err) || allocate(ls, in->x->p, err) || choose_columns(ls, err))
        goto fail;
    ls->q = ls->n_active + intercept;
    if (ls->q > ls->n) {
        err_set(err, ERR_NUMERIC,
                "%zu training rows cannot tell %zu coefficients apart; use fewer "
                "features, or train ridge",
                ls->n, ls->q);
        goto fail;
    }
    if (ls->q == 0)
        return 0;
    if (matrix_new(&z, ls->n, ls->q, "the design matrix", err))
        goto fail;
    if (intercept)
        fill_constant(ls, &z);
    struct fill fill = { ls, &z };
    parallel_for(ls->n_active, matrix_columns_at_once(&z), fill_columns, &fill);
    if (qr_factor(&ls->qr, &z, err) || check_rank(ls, err))
        goto fail;
    return 0;
fail:
    least_squares_release(ls);
    return -1;
}

void least_squares_release(struct least_squares *ls)
{
    if (ls->qr.a.x)
        qr_release(&ls->qr);
    mem_big_free(ls->residual);
    mem_free(ls->memory);
    mem_free(ls->active);
    *ls = (struct least_squares){ 0 };
}

/* ---- refinement ---- */

struct refinement {
    struct least_squares *ls;
    long double *beta;    /* (q) in the original columns */
    long double *partial; /* (n_parts, q) */
    double *rest;         /* (n) y - residual - A beta */
};

static void block_residual(const struct refinement *r, size_t begin, size_t end)
{
    const struct least_squares *ls = r->ls;
    long double sum[RESIDUAL_ROWS];
    size_t n = end - begin;

    for (size_t i = 0; i < n; i++)
        sum[i] = (long double)ls->in->y[begin + i] - (ls->intercept ? r->beta[0] : 0);
    for (size_t a = 0; a < ls->n_active; a++) {
        const double *v = matrix_col(ls->in->x, ls->active[a]) + begin;
        for (size_t i = 0; i < n; i++)
            sum[i] -= r->beta[a + ls->intercept] * v[i];
    }
    for (size_t i = 0; i < n; i++)
        r->rest[begin + i] = (double)(sum[i] * root_of(ls, begin + i) - ls->residual[begin + i]);
}

static void block_gradient(const struct refinement *r, size_t begin, size_t end, size_t chunk)
{
    const struct least_squares *ls = r->ls;
    long double *partial = r->partial + chunk * ls->q, weighted[RESIDUAL_ROWS];
    size_t n = end - begin;

    for (size_t i = 0; i < n; i++)
        weighted[i] = (long double)ls->residual[begin + i] * root_of(ls, begin + i);
    if (ls->intercept) {
        partial[0] = 0;
        for (size_t i = 0; i < n; i++)
            partial[0] += weighted[i];
    }
    for (size_t a = 0; a < ls->n_active; a++) {
        const double *v = matrix_col(ls->in->x, ls->active[a]) + begin;
        long double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += weighted[i] * v[i];
        partial[a + ls->intercept] = sum;
    }
}

static void refine_block(void *ctx, size_t begin, size_t end, size_t chunk)
{
    block_residual(ctx, begin, end);
    block_gradient(ctx, begin, end, chunk);
}

/* rest (n) = y - residual - A beta;  g (q) = -Z' residual, Z the factor's columns. */
static void evaluate(struct refinement *r, double *g)
{
    const struct least_squares *ls = r->ls;
    size_t n_parts = parallel_n_chunks(ls->n, RESIDUAL_ROWS);

    parallel_for(ls->n, RESIDUAL_ROWS, refine_block, r);
    for (size_t c = 1; c < n_parts; c++)
        for (size_t j = 0; j < ls->q; j++)
            r->partial[j] += r->partial[c * ls->q + j];
    if (ls->intercept)
        g[0] = (double)(-r->partial[0] * ls->constant_scale);
    for (size_t a = 0; a < ls->n_active; a++) {
        long double sum = r->partial[a + ls->intercept];
        if (ls->intercept)
            sum -= r->partial[0] * ls->mean[a];
        g[a + ls->intercept] = (double)(-sum * ls->scale[a]);
    }
}

/* Solve [I Z; Z' 0] [dr; dc] = [rest; g], and take the step.  Returns the length of dc. */
static double refine_step(struct refinement *r, double *g)
{
    struct least_squares *ls = r->ls;
    size_t q = ls->q;
    double *top = MEM_NEW(double, 2 * q), *step = top + q, length = 0;

    qr_apply_t(&ls->qr, r->rest, top);
    qr_solve_rt(&ls->qr, g);
    for (size_t j = 0; j < q; j++)
        step[j] = top[j] - g[j];
    qr_solve_r(&ls->qr, step);
    qr_apply(&ls->qr, r->rest, g);

    for (size_t i = 0; i < ls->n; i++)
        ls->residual[i] += r->rest[i];
    for (size_t j = 0; j < q; j++)
        length += step[j] * step[j];
    if (ls->intercept)
        r->beta[0] += (long double)step[0] * ls->constant_scale;
    for (size_t a = 0; a < ls->n_active; a++) {
        long double move = (long double)step[a + ls->intercept] * ls->scale[a];
        r->beta[a + ls->intercept] += move;
        if (ls->intercept)
            r->beta[0] -= move * ls->mean[a];
    }
    mem_free(top);
    return sqrt(length);
}

/* The first step, from zero, is the plain least-squares solution; every further one multiplies the
 * error by about epsilon * condition, until they get no shorter.  Two corrections at least: the
 * first can look small beside a large residual and be wrong (Wampler5). */
static int refine(struct least_squares *ls, struct refinement *r, struct job *job, struct err *err)
{
    double *g = MEM_NEW(double, ls->q), last = INFINITY;
    int rc = 0;

    for (size_t k = 0; k < REFINE_MAX; k++) {
        if ((rc = job_tick(job, k + 1, REFINE_MAX + 1, err)))
            break;
        evaluate(r, g);
        double length = refine_step(r, g);
        if (length == 0 || (k > 1 && length > 0.5 * last))
            break;
        last = length;
    }
    mem_free(g);
    return rc;
}

/* sigma^2 = RSS / (n - q); the rows of R^-1 give the variances.  Weights count rows here as in R's
 * lm: those with weight 0 are none. */
static void standard_errors(struct least_squares *ls)
{
    size_t q = ls->q, rows = 0;
    double rss = 0, *u = MEM_NEW(double, q);

    for (size_t i = 0; i < ls->n; i++) {
        rss += ls->residual[i] * ls->residual[i];
        rows += root_of(ls, i) > 0;
    }
    ls->freedom = rows > q ? (double)(rows - q) : 0;
    double sigma = rows > q ? sqrt(rss / ls->freedom) : NAN;
    for (size_t j = 0; j < q; j++) {
        memset(u, 0, q * sizeof(*u));
        bool constant = ls->intercept && j == 0;
        size_t a = j - ls->intercept;
        u[j] = constant ? ls->constant_scale : ls->scale[a];
        for (size_t b = 0; constant && b < ls->n_active; b++)
            u[b + 1] = -ls->mean[b] * ls->scale[b];
        qr_solve_rt(&ls->qr, u);
        double squares = 0;
        for (size_t k = 0; k < q; k++)
            squares += u[k] * u[k];
        *(constant ? &ls->constant_error : &ls->std_error[a]) = sigma * sqrt(squares);
    }
    mem_free(u);
}

int least_squares_solve(struct least_squares *ls, struct job *job, struct err *err)
{
    void *rest;

    memset(ls->residual, 0, ls->n * sizeof(double));
    if (ls->q == 0)
        return 0;
    if (mem_big(&rest, ls->n, sizeof(double), "residuals", err))
        return -1;
    struct refinement r = {
        .ls = ls,
        .beta = MEM_NEW(long double, ls->q),
        .partial = MEM_NEW(long double, parallel_n_chunks(ls->n, RESIDUAL_ROWS) * ls->q),
        .rest = rest,
    };
    int rc = refine(ls, &r, job, err);

    if (ls->intercept)
        ls->constant = (double)r.beta[0];
    for (size_t a = 0; a < ls->n_active; a++)
        ls->estimate[a] = (double)r.beta[a + ls->intercept];
    if (!rc)
        standard_errors(ls);
    mem_free(r.beta);
    mem_free(r.partial);
    mem_big_free(rest);
    return rc;
}
