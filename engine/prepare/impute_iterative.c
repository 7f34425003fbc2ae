/* impute_iterative.c - each column with gaps is regressed on the others, in rounds.
 *
 * As scikit-learn's IterativeImputer with its default estimator, BayesianRidge; columns in the
 * order of their gaps, fewest first.  Source: van Buuren and Groothuis-Oudshoorn 2011, "mice",
 * Journal of Statistical Software 45 (one chain, no draws); MacKay 1992, "Bayesian interpolation",
 * and Tipping 2001 for the two precisions.
 *
 * Why from X'X and not from the singular values of X: one pass over the rows for each regression,
 * in blocks that fit the cache. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "num/linalg.h"
#include "num/reduce.h"
#include "prepare/step_columns.h"
#include "prepare/step_impute.h"

#define RIDGE_MAX_ITER 300
#define RIDGE_TOL      1e-3
#define RIDGE_PRIOR    1e-6 /* shape and rate of both gamma priors */
#define MAX_ROUNDS     1000
#define DEFAULT_ROUNDS 10
#define DEFAULT_TOL    1e-3

struct iterative {
    size_t p, n_rounds;
    bool converged;
    double low, high;    /* bounds of what is filled in */
    const double *means; /* (p) to begin with */
    const double *order; /* (p) features in the order of a round */
    const double *
        coefs; /* (n_rounds, p, p + 1): of order[m] on the others (0 for itself), then the intercept */
};

/* ---------------------------------------------------------------- one regression */

struct regression {
    const struct matrix *x; /* filled */
    const uint8_t *missing; /* (n, p) column-major */
    size_t y;               /* which column */
    const double *means;    /* (p) over the rows that have y */
};

static bool taught(const struct regression *r, size_t i)
{
    return !r->missing[r->y * r->x->n + i];
}

static void add_sums(void *ctx, double *acc, double *scratch, size_t begin, size_t end)
{
    const struct regression *r = ctx;

    (void)scratch;
    for (size_t j = 0; j < r->x->p; j++)
        for (size_t i = begin; i < end; i++)
            acc[j] += taught(r, i) ? matrix_col(r->x, j)[i] : 0;
    for (size_t i = begin; i < end; i++)
        acc[r->x->p] += taught(r, i);
}

/* acc (p, p) += the block's centred rows, those that have y. */
static void add_gram(void *ctx, double *acc, double *scratch, size_t begin, size_t end)
{
    const struct regression *r = ctx;
    size_t p = r->x->p;

    for (size_t from = begin; from < end; from += REDUCE_BLOCK) {
        size_t to = end - from < REDUCE_BLOCK ? end : from + REDUCE_BLOCK, n = 0;
        for (size_t j = 0; j < p; j++) {
            n = 0;
            for (size_t i = from; i < to; i++)
                if (taught(r, i))
                    scratch[j * REDUCE_BLOCK + n++] = matrix_col(r->x, j)[i] - r->means[j];
        }
        if (n)
            gram_add(acc, p, scratch, n, REDUCE_BLOCK);
    }
}

/* What the two precisions are found from: eigenvalues of X'X and X'y in their directions. */
struct ridge {
    size_t n, p;
    const double *eigen;   /* (p) */
    const double *rotated; /* (p) V'X'y */
    double yy;
    double *coef; /* (p) in the directions */
};

static double squared_error(const struct ridge *r)
{
    double sum = r->yy;

    for (size_t k = 0; k < r->p; k++)
        sum += r->coef[k] * (r->eigen[k] * r->coef[k] - 2 * r->rotated[k]);
    return sum > 0 ? sum : 0;
}

/* `before` (p) scratch.  v (p, p): directions, for the change in the columns' own coefficients. */
static void find_precisions(struct ridge *r, const double *v, double *before, double *change)
{
    double alpha = 1 / (r->yy / (double)(r->n ? r->n : 1) + DBL_EPSILON), lambda = 1;

    for (size_t it = 0; it < RIDGE_MAX_ITER; it++) {
        double gamma = 0, length = 0, moved = 0;
        for (size_t k = 0; k < r->p; k++) {
            before[k] = r->coef[k];
            r->coef[k] = r->rotated[k] / (r->eigen[k] + lambda / alpha);
            gamma += alpha * r->eigen[k] / (lambda + alpha * r->eigen[k]);
            length += r->coef[k] * r->coef[k];
            before[k] -= r->coef[k];
        }
        lambda = (gamma + 2 * RIDGE_PRIOR) / (length + 2 * RIDGE_PRIOR);
        alpha = ((double)r->n - gamma + 2 * RIDGE_PRIOR) / (squared_error(r) + 2 * RIDGE_PRIOR);
        product_of(change, v, r->p, r->p, r->p, before);
        for (size_t k = 0; k < r->p; k++)
            moved += fabs(change[k]);
        if (it > 0 && moved < RIDGE_TOL)
            break;
    }
    for (size_t k = 0; k < r->p; k++)
        r->coef[k] = r->rotated[k] / (r->eigen[k] + lambda / alpha);
}

/* coef (p + 1) of column y on the others from gram (p, p), both triangles, of n rows. */
static int bayesian_ridge(double *coef, const double *gram, size_t n, const struct regression *reg,
                          struct err *err)
{
    size_t p = reg->x->p, q = p - 1, y = reg->y;
    double *memory = MEM_NEW(double, q *q + 6 * q);
    double *v = memory, *eigen = v + q * q, *xy = eigen + q, *rotated = xy + q;
    double *before = rotated + q, *found = before + q, *change = found + q;
    struct ridge r = { .n = n, .p = q, .eigen = eigen, .rotated = rotated, .coef = found };

    for (size_t j = 0, at = 0; j < p; j++) {
        if (j == y)
            continue;
        xy[at] = gram[y * p + j];
        for (size_t i = 0, row = 0; i < p; i++)
            if (i != y)
                v[at * q + row++] = gram[j * p + i];
        at++;
    }
    r.yy = gram[y * p + y];
    int rc = symmetric_eigen(v, eigen, q, err);
    if (!rc) {
        for (size_t k = 0; k < q; k++)
            eigen[k] = eigen[k] > 0 ? eigen[k] : 0;
        product_add(rotated, v, q, q, q, xy);
        find_precisions(&r, v, before, change);
        product_of(change, v, q, q, q, found);
        coef[p] = reg->means[y];
        for (size_t j = 0, at = 0; j < p; j++) {
            coef[j] = j == y ? 0 : change[at++];
            coef[p] -= coef[j] * reg->means[j];
        }
    }
    mem_free(memory);
    return rc;
}

/* ---------------------------------------------------------------- rounds */

static double predict_cell(const struct iterative *s, const double *coef, const double *row)
{
    double sum = coef[s->p];

    for (size_t j = 0; j < s->p; j++)
        sum += coef[j] * row[j];
    return sum < s->low ? s->low : sum > s->high ? s->high : sum;
}

struct rounds {
    struct iterative *s;
    struct matrix x;  /* (n, p) filled as far as it is known */
    uint8_t *missing; /* (n, p) column-major */
    double *before;   /* (n) sums of |change| of the rows in this round */
    double *old;      /* (n, p) x as the round before left it */
    double *memory;   /* gram, means */
    struct reducer sums, gram;
};

static void fill_column(struct rounds *r, size_t y, const double *coef, double *row)
{
    for (size_t i = 0; i < r->x.n; i++) {
        if (!r->missing[y * r->x.n + i])
            continue;
        for (size_t j = 0; j < r->x.p; j++)
            row[j] = matrix_col(&r->x, j)[i];
        matrix_col(&r->x, y)[i] = predict_cell(r->s, coef, row);
    }
}

static int regress_column(struct rounds *r, size_t y, double *coef, struct err *err)
{
    size_t p = r->x.p;
    double *gram = r->memory, *means = gram + p * p, *row = means + p + 1;
    struct regression reg = { &r->x, r->missing, y, means };

    reducer_run(&r->sums, means, add_sums, &reg);
    size_t n = (size_t)means[p];
    for (size_t j = 0; j < p; j++)
        means[j] /= n ? (double)n : 1;
    reducer_run(&r->gram, gram, add_gram, &reg);
    symmetric_fill(gram, p);
    for (size_t k = 0; k < p * p; k++)
        if (!isfinite(gram[k]))
            return err_set(err, ERR_DOMAIN,
                           "values are too large for method=iterative; clip or scale them first");
    if (bayesian_ridge(coef, gram, n, &reg, err))
        return -1;
    fill_column(r, y, coef, row);
    return 0;
}

/* The largest sum of |change| over a row, scikit-learn's measure; x becomes the state before. */
static double largest_change(struct rounds *r)
{
    double most = 0;

    memset(r->before, 0, r->x.n * sizeof(double));
    for (size_t j = 0; j < r->x.p; j++)
        for (size_t i = 0; i < r->x.n; i++) {
            double v = matrix_col(&r->x, j)[i], *old = &r->old[j * r->x.n + i];
            r->before[i] += fabs(v - *old);
            *old = v;
        }
    for (size_t i = 0; i < r->x.n; i++)
        most = r->before[i] > most ? r->before[i] : most;
    return most;
}

/* Means to begin with, gaps, and the largest |value| that was there. */
static double begin(struct rounds *r, double *means)
{
    double largest = 0;
    size_t n = r->x.n;

    for (size_t j = 0; j < r->x.p; j++) {
        double *v = matrix_col(&r->x, j), sum = 0;
        size_t there = 0;
        for (size_t i = 0; i < n; i++) {
            r->missing[j * n + i] = (uint8_t)(isnan(v[i]) ? 1 : 0);
            if (isnan(v[i]))
                continue;
            sum += v[i];
            there++;
            largest = fabs(v[i]) > largest ? fabs(v[i]) : largest;
        }
        means[j] = there ? sum / (double)there : 0;
        for (size_t i = 0; i < n; i++) {
            v[i] = isnan(v[i]) ? means[j] : v[i];
            r->old[j * n + i] = v[i];
        }
    }
    return largest;
}

/* Fewest gaps first, in table order among equals. */
static void order_columns(double *order, const struct rounds *r)
{
    size_t p = r->x.p, n = r->x.n, *gaps = MEM_NEW(size_t, p);

    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < n; i++)
            gaps[j] += r->missing[j * n + i];
    for (size_t j = 0; j < p; j++) {
        size_t at = j;
        for (; at > 0 && gaps[(size_t)order[at - 1]] > gaps[j]; at--)
            order[at] = order[at - 1];
        order[at] = (double)j;
    }
    mem_free(gaps);
}

static int run_rounds(struct rounds *r, const struct step_input *in, struct arena *arena,
                      struct job *job, struct err *err)
{
    struct iterative *s = r->s;
    size_t p = s->p, max_iter = DEFAULT_ROUNDS;
    double tol = DEFAULT_TOL;

    if (params_value(in->params, "max_iter")->set)
        max_iter = (size_t)params_int(in->params, "max_iter");
    if (params_value(in->params, "tol")->set)
        tol = params_real(in->params, "tol");
    double *means = ARENA_NEW(arena, double, p), *order = ARENA_NEW(arena, double, p);
    double tolerance = tol * begin(r, means);
    double *coefs = ARENA_NEW(arena, double, (p > 1 ? max_iter : 0) * p * (p + 1));

    order_columns(order, r);
    s->means = means;
    s->order = order;
    s->coefs = coefs;
    s->converged = p <= 1;
    job_phase(job, "round");
    for (size_t it = 0; p > 1 && it < max_iter && !s->converged; it++) {
        for (size_t m = 0; m < p; m++) {
            if (regress_column(r, (size_t)order[m], coefs + (it * p + m) * (p + 1), err) ||
                job_tick(job, it * p + m + 1, max_iter * p, err))
                return -1;
        }
        s->n_rounds++;
        s->converged = largest_change(r) < tolerance;
    }
    return 0;
}

static int rounds_init(struct rounds *r, struct err *err)
{
    size_t n = r->x.n, p = r->x.p;
    void *missing = NULL, *memory = NULL;

    if (mem_big(&missing, n * p, 1, "the gaps", err))
        return -1;
    r->missing = missing;
    if (mem_big(&memory, n * (p + 1) + p * p + 2 * p + 2, sizeof(double), "rounds of regressions",
                err))
        return -1;
    r->before = memory;
    r->old = r->before + n;
    r->memory = r->old + n * p;
    if (reducer_init(&r->sums, n, p + 1, 0, err))
        return -1;
    return reducer_init(&r->gram, n, p * p, p * REDUCE_BLOCK, err);
}

int iterative_learn(struct iterative **out, const struct features *f, const struct step_input *in,
                    struct arena *arena, struct job *job, struct err *err)
{
    struct iterative *s = ARENA_NEW(arena, struct iterative, 1);
    const struct param_value *low = params_value(in->params, "min_value");
    const struct param_value *high = params_value(in->params, "max_value");
    struct rounds r = { .s = s };

    s->p = f->p;
    s->low = low->set ? low->real : -INFINITY;
    s->high = high->set ? high->real : INFINITY;
    if (!(s->low < s->high))
        return err_set(err, ERR_USAGE, "min_value=%g is not below max_value=%g", s->low, s->high);
    num_init();
    int rc = features_matrix(&r.x, f, in, in->rows, step_n_rows(in), err);
    if (rc)
        return -1;
    rc = rounds_init(&r, err);
    if (!rc)
        rc = run_rounds(&r, in, arena, job, err);
    matrix_release(&r.x);
    mem_big_free(r.missing);
    mem_big_free(r.before);
    reducer_release(&r.sums);
    reducer_release(&r.gram);
    *out = s;
    return rc;
}

/* ---------------------------------------------------------------- filling */

struct replay {
    struct matrix *out;
    const struct iterative *s;
    const struct features *f;
    const struct matrix *x;
};

static void replay_row(const struct replay *r, size_t i, double *row, bool *gap)
{
    const struct iterative *s = r->s;
    bool any = false;

    for (size_t j = 0; j < s->p; j++) {
        double v = matrix_col(r->x, j)[i];
        gap[j] = isnan(v);
        any = any || gap[j];
        row[j] = gap[j] ? s->means[j] : v;
    }
    for (size_t m = 0; any && m < s->n_rounds * s->p; m++) {
        size_t y = (size_t)s->order[m % s->p];
        if (gap[y])
            row[y] = predict_cell(s, s->coefs + m * (s->p + 1), row);
    }
    for (size_t j = 0; j < s->p; j++)
        matrix_col(r->out, j)[i] = gap[j] ? row[j] : NAN;
}

static void replay_rows(void *ctx, size_t begin_row, size_t end, size_t chunk)
{
    const struct replay *r = ctx;
    double *row = MEM_NEW(double, r->s->p);
    bool *gap = MEM_NEW(bool, r->s->p);

    (void)chunk;
    for (size_t i = begin_row; i < end; i++)
        replay_row(r, i, row, gap);
    mem_free(row);
    mem_free(gap);
}

int iterative_fill(struct matrix *out, const struct iterative *s, const struct features *f,
                   const struct matrix *x, struct job *job, struct err *err)
{
    struct replay r = { out, s, f, x };

    parallel_for(x->n, PARALLEL_CHUNK, replay_rows, &r);
    return job_tick(job, 1, 1, err);
}

/* ---------------------------------------------------------------- telling, saving */

void iterative_describe(struct str *out, const struct iterative *s)
{
    str_addf(out, "regressions: %zu round%s over %zu column%s%s\n", s->n_rounds,
             s->n_rounds == 1 ? "" : "s", s->p, s->p == 1 ? "" : "s",
             s->converged ? "" : "; still changing, max_iter= allows more");
}

void iterative_save(struct str *out, const struct iterative *s, const struct features *f)
{
    (void)f;
    pack_u64(out, s->n_rounds);
    pack_u64(out, s->converged);
    pack_real(out, s->low);
    pack_real(out, s->high);
    pack_reals(out, s->means, s->p);
    pack_reals(out, s->order, s->p);
    pack_reals(out, s->coefs, s->n_rounds * s->p * (s->p + 1));
}

static bool all_finite(const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return false;
    return true;
}

struct iterative *iterative_load(struct unpack *u, struct arena *arena, const struct features *f)
{
    struct iterative *s = ARENA_NEW(arena, struct iterative, 1);
    size_t n_means, n_order, n_coefs;

    s->p = f->p;
    s->n_rounds = unpack_count(u, MAX_ROUNDS);
    s->converged = unpack_count(u, 1) == 1;
    s->low = unpack_real(u);
    s->high = unpack_real(u);
    s->means = unpack_reals(u, &n_means);
    s->order = unpack_reals(u, &n_order);
    s->coefs = unpack_reals(u, &n_coefs);
    if (!(s->low < s->high) || n_means != s->p || n_order != s->p ||
        n_coefs != s->n_rounds * s->p * (s->p + 1))
        unpack_fail(u, "regressions of these columns");
    if (!u->failed && (!all_finite(s->means, n_means) || !all_finite(s->coefs, n_coefs)))
        unpack_fail(u, "finite coefficients");
    for (size_t j = 0; j < s->p && !u->failed; j++)
        if (!(s->order[j] >= 0 && s->order[j] < (double)s->p && s->order[j] == floor(s->order[j])))
            unpack_fail(u, "columns in an order");
    return s;
}
