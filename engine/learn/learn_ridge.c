/* learn_ridge.c - least squares with an L2 penalty.
 *
 * Minimise  sum of w (y - b - x c)^2 + alpha |c|^2,  b without penalty.
 * With m the means and X the centred, weighted columns this is  (X'X + alpha I) c = X'y,
 * b = mean(y) - m c.  More features than rows: the same c is X'(X X' + alpha I)^-1 y. */
#include "learn/linear_model.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "num/linalg.h"
#include "num/moments.h"
#include "num/reduce.h"

/* Of a column's variance: what must be left of it beside those before.  Smaller pivots have lost
 * more than 12 of 16 digits. */
static const double PIVOT_TOLERANCE = 1e-12;

/* Past this, p^3 for standard errors would outweigh the fit. */
enum { ERRORS_MAX_FEATURES = 2000 };

struct ridge {
    const struct fit_input *in;
    size_t n, p;
    double alpha;
    bool intercept;
    double *mean, *coef, *error; /* (p) */
    double y_mean, total;        /* total weight */
};

static double weight_of(const struct ridge *r, size_t i)
{
    return r->in->weights ? r->in->weights[i] : 1;
}

/* ---- kernels over a block of rows ---- */

/* z (rows, p + 1): centred, weighted features, then the target. */
static void fill_block(const struct ridge *r, double *z, size_t begin, size_t rows)
{
    double root[REDUCE_BLOCK];

    for (size_t i = 0; i < rows; i++)
        root[i] = sqrt(weight_of(r, begin + i));
    for (size_t j = 0; j <= r->p; j++) {
        const double *v = (j < r->p ? matrix_col(r->in->x, j) : r->in->y) + begin;
        double centre = j < r->p ? r->mean[j] : r->y_mean;
        for (size_t i = 0; i < rows; i++)
            z[j * REDUCE_BLOCK + i] = (v[i] - centre) * root[i];
    }
}

/* acc: gram (p, p), then X'y (p). */
static void add_gram(void *ctx, double *acc, double *z, size_t begin, size_t end)
{
    const struct ridge *r = ctx;
    size_t p = r->p;

    for (size_t at = begin; at < end; at += REDUCE_BLOCK) {
        size_t rows = end - at < REDUCE_BLOCK ? end - at : REDUCE_BLOCK;
        fill_block(r, z, at, rows);
        gram_add(acc, p, z, rows, REDUCE_BLOCK);
        product_add(acc + p * p, z, rows, p, REDUCE_BLOCK, z + p * REDUCE_BLOCK);
    }
}

/* acc: weighted sum of squared residuals. */
static void add_rss(void *ctx, double *acc, double *z, size_t begin, size_t end)
{
    const struct ridge *r = ctx;
    double fit[REDUCE_BLOCK];

    for (size_t at = begin; at < end; at += REDUCE_BLOCK) {
        size_t rows = end - at < REDUCE_BLOCK ? end - at : REDUCE_BLOCK;
        fill_block(r, z, at, rows);
        product_of(fit, z, rows, r->p, REDUCE_BLOCK, r->coef);
        for (size_t i = 0; i < rows; i++) {
            double rest = z[r->p * REDUCE_BLOCK + i] - fit[i];
            acc[0] += rest * rest;
        }
    }
}

static int sum_rows(const struct ridge *r, double *out, size_t m, reduce_body *body,
                    struct err *err)
{
    struct reducer reducer;

    if (reducer_init(&reducer, r->n, m, (r->p + 1) * REDUCE_BLOCK, err))
        return -1;
    reducer_run(&reducer, out, body, (void *)r);
    reducer_release(&reducer);
    return 0;
}

static int refuse(const struct ridge *r, size_t column, struct err *err)
{
    return err_set(err, ERR_NUMERIC,
                   "feature %s is a combination of those before it, or too large to be squared; "
                   "drop it, scale it, or raise alpha",
                   r->in->names[column]);
}

/* ---- standard errors ---- */

/* With A = X'X + alpha I:  var(c) = s^2 A^-1 X'X A^-1 = s^2 (A^-1 - alpha A^-2),
 * s^2 = RSS / (n - tr(A^-1 X'X) - 1).  They leave the bias out: what the errors of y do to the
 * estimate, given alpha.  Source: ESL 2nd ed., section 3.4.1; Hoerl and Kennard 1970. */
static int standard_errors(struct ridge *r, struct linear_model *m, double *inverse,
                           struct err *err)
{
    size_t p = r->p;
    double rss, freedom = (double)p, *covariance;
    void *memory;

    if (sum_rows(r, &rss, 1, add_rss, err) ||
        mem_big(&memory, p * p, sizeof(double), "the covariance", err))
        return -1;
    covariance = memory;
    memcpy(covariance, inverse, p * p * sizeof(double));
    cross_add(covariance, -r->alpha, inverse, p, inverse, p, p, p);
    for (size_t j = 0; j < p; j++)
        freedom -= r->alpha * inverse[j * p + j];

    double rest = (double)r->n - freedom - r->intercept;
    double variance = rest > 0 ? rss / rest : NAN, of_constant = 1 / r->total;
    for (size_t j = 0; j < p; j++) {
        m->coef_error[j] = sqrt(variance * fmax(covariance[j * p + j], 0));
        for (size_t k = 0; k < p; k++)
            of_constant += r->mean[j] * covariance[j * p + k] * r->mean[k];
    }
    if (r->intercept)
        m->constant_error[0] = sqrt(variance * of_constant);
    mem_big_free(covariance);
    return 0;
}

/* ---- the two forms ---- */

static int solve_primal(struct ridge *r, struct linear_model *m, struct err *err)
{
    size_t p = r->p;
    void *memory;

    if (mem_big(&memory, p * p + 2 * p, sizeof(double), "the Gram matrix", err))
        return -1;
    double *gram = memory, *right = gram + p * p, *scale = right + p;
    int rc = sum_rows(r, gram, p * p + p, add_gram, err);

    for (size_t j = 0; j < p; j++)
        gram[j * p + j] += r->alpha;
    size_t bad = rc ? 0 : chol_factor(gram, scale, p, PIVOT_TOLERANCE);
    if (bad)
        rc = refuse(r, bad - 1, err);
    if (!rc) {
        memcpy(r->coef, right, p * sizeof(double));
        chol_solve(gram, scale, p, r->coef, 1);
    }
    if (!rc && p <= ERRORS_MAX_FEATURES) {
        chol_invert(gram, scale, p);
        rc = standard_errors(r, m, gram, err);
    }
    mem_big_free(memory);
    return rc;
}

/* Rows are few: X is copied whole, transposed, so that X X' is a Gram matrix of its columns. */
static int solve_dual(struct ridge *r, struct err *err)
{
    size_t n = r->n, p = r->p;
    struct matrix t;
    void *memory;

    if (matrix_new(&t, p, n, "the design matrix", err))
        return -1;
    if (mem_big(&memory, n * n + 2 * n, sizeof(double), "the Gram matrix", err)) {
        matrix_release(&t);
        return -1;
    }
    double *gram = memory, *dual = gram + n * n, *scale = dual + n;
    memset(gram, 0, n * n * sizeof(double));
    for (size_t i = 0; i < n; i++) {
        double root = sqrt(weight_of(r, i));
        for (size_t j = 0; j < p; j++)
            matrix_col(&t, i)[j] = (matrix_col(r->in->x, j)[i] - r->mean[j]) * root;
        dual[i] = (r->in->y[i] - r->y_mean) * root;
    }
    gram_add(gram, n, t.x, p, t.ld);
    for (size_t i = 0; i < n; i++)
        gram[i * n + i] += r->alpha;

    int rc = 0;
    if (chol_factor(gram, scale, n, PIVOT_TOLERANCE))
        rc = err_set(err, ERR_NUMERIC,
                     "%zu features and %zu training rows leave the coefficients "
                     "open; raise alpha",
                     p, n);
    if (!rc) {
        chol_solve(gram, scale, n, dual, 1);
        product_of(r->coef, t.x, p, n, t.ld, dual);
    }
    mem_big_free(memory);
    matrix_release(&t);
    return rc;
}

/* ---- the learner ---- */

static int check_scale(const struct ridge *r, struct err *err)
{
    for (size_t j = 0; j < r->p; j++)
        if (!isfinite(r->mean[j]))
            return refuse(r, j, err);
    return 0;
}

static void centre(struct ridge *r)
{
    struct matrix y = { .n = r->n, .p = 1, .ld = r->n, .x = (double *)r->in->y };

    for (size_t i = 0; i < r->n; i++)
        r->total += weight_of(r, i);
    if (!r->intercept)
        return;
    column_moments(r->mean, NULL, r->in->x, r->in->weights);
    column_moments(&r->y_mean, NULL, &y, r->in->weights);
}

static int ridge_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                     struct err *err)
{
    bool intercept = params_flag(in->params, "fit_intercept");
    struct linear_model *m = linear_model_new(out->arena, in->x->p, 1, intercept);
    struct ridge r = { .in = in,
                       .n = in->x->n,
                       .p = in->x->p,
                       .intercept = intercept,
                       .alpha = params_real(in->params, "alpha"),
                       .coef = m->coef,
                       .mean = MEM_NEW(double, in->x->p) };

    int rc = job_tick(job, 0, 1, err);
    if (!rc) {
        centre(&r);
        rc = check_scale(&r, err);
    }
    if (!rc)
        rc = r.p <= r.n ? solve_primal(&r, m, err) : solve_dual(&r, err);
    if (!rc && intercept) {
        m->constant[0] = r.y_mean;
        for (size_t j = 0; j < r.p; j++)
            m->constant[0] -= r.mean[j] * m->coef[j];
    }
    mem_free(r.mean);
    out->state = m;
    return rc;
}

static const struct param_spec ridge_params[] = {
    { .name = "alpha",
      .type = PARAM_REAL,
      .flags = PARAM_LOG,
      .min = 0,
      .max = INFINITY,
      .fallback = "1.0",
      .help = "weight of the penalty, in squared units of the features" },
    { .name = "fit_intercept",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "whether the model has a constant" },
    { .name = NULL },
};

const struct learner learn_ridge = {
    .name = "ridge",
    .help = "least squares with an L2 penalty",
    .details = "Least squares plus alpha times the sum of squared coefficients; the constant is "
               "not penalised. Works where features depend on each other or outnumber the rows. "
               "The penalty treats all features alike, so scale them first. Standard errors say "
               "what the noise of the target does to the coefficients at the given alpha; they do "
               "not cover the bias, and there are none when features outnumber rows.",
    .source = "ESL 2nd ed., section 3.4.1",
    .tasks = TASK_REGRESS,
    .flags = LEARNER_WEIGHTS,
    .params = ridge_params,
    .fit = ridge_fit,
    .predict = linear_model_predict,
    .save = linear_model_save,
    .load = linear_model_load,
    .coefficients = linear_model_coefficients,
};
