/* Fisher's scoring (iteratively reweighted least squares) with halved steps, on standardised
 * features and a target divided by its mean, which changes none of the coefficients but the constant.
 * Source: McCullagh and Nelder 1989, Generalized Linear Models, section 2.5; errors as R's glm. */
#include "learn/glm.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "learn/standard.h"
#include "num/linalg.h"
#include "num/reduce.h"

enum { HALVINGS_MAX = 40, ROWS_AT_ONCE = 4096 };

static const double PIVOT_TOLERANCE = 1e-12;

/* A fitted mean below this part of the target's: rows that are all 0, and a coefficient without
 * limit. */
static const double VANISHING_MEAN = 1e-6;

struct glm {
    const struct fit_input *in;
    struct standard s;
    size_t q; /* unknowns, the constant last */
    double power, alpha, unit;
    struct reducer reducer;
    const double *at;
    double *theta, *next, *step, *root; /* (q) */
    double *sum, *hessian;              /* (SUM_GRADIENT + q + q q), (q, q) */
    void *memory;
    size_t n_iter;
    bool converged, vanishing;
};

enum { SUM_LOSS, SUM_PEARSON, SUM_VANISHING, SUM_GRADIENT };

/* ---- sums over rows ---- */

/* Half the deviance, up to what depends on y alone. */
static double half_deviance(double power, double y, double eta)
{
    if (power == 1)
        return exp(eta) - y * eta;
    if (power == 2)
        return eta + y * exp(-eta);
    return exp((2 - power) * eta) / (2 - power) - y * exp((1 - power) * eta) / (1 - power);
}

static void add_row(const struct glm *g, double *acc, double w, double y, double *eta, double *root)
{
    double m = exp(*eta), fisher = exp((2 - g->power) * *eta), rest = y - m;

    acc[SUM_LOSS] += w > 0 ? w * half_deviance(g->power, y, *eta) : 0;
    acc[SUM_PEARSON] += w > 0 ? w * rest * rest * exp(-g->power * *eta) : 0;
    acc[SUM_VANISHING] += w > 0 && m < VANISHING_MEAN;
    *eta = -w * rest * exp((1 - g->power) * *eta);
    *root = sqrt(w * fisher);
}

static void add_rows(void *ctx, double *acc, double *z, size_t begin, size_t end)
{
    const struct glm *g = ctx;
    double *eta = z + g->q * REDUCE_BLOCK, *root = eta + REDUCE_BLOCK;

    for (size_t at = begin; at < end; at += REDUCE_BLOCK) {
        size_t n = end - at < REDUCE_BLOCK ? end - at : REDUCE_BLOCK;
        standard_block(&g->s, z, at, n);
        product_of(eta, z, n, g->q, REDUCE_BLOCK, g->at);
        for (size_t i = 0; i < n; i++)
            add_row(g, acc, standard_weight(&g->s, at + i), g->in->y[at + i] / g->unit, &eta[i],
                    &root[i]);
        product_add(acc + SUM_GRADIENT, z, n, g->q, REDUCE_BLOCK, eta);
        for (size_t j = 0; j < g->q; j++)
            for (size_t i = 0; i < n; i++)
                z[j * REDUCE_BLOCK + i] *= root[i];
        gram_add(acc + SUM_GRADIENT + g->q, g->q, z, n, REDUCE_BLOCK);
    }
}

/* Penalty of coefficient j in standardised features: c = theta scale.  The unit of the target is
 * taken out of the likelihood, so it stands here. */
static double penalty_of(const struct glm *g, size_t j)
{
    return j < g->s.p ? g->alpha * g->s.scale[j] * g->s.scale[j] * pow(g->unit, g->power - 2) : 0;
}

/* The objective at theta; its gradient and Hessian stay in sum. */
static double evaluate(struct glm *g, const double *theta)
{
    g->at = theta;
    reducer_run(&g->reducer, g->sum, add_rows, g);
    double value = g->sum[SUM_LOSS] / g->s.total, *gradient = g->sum + SUM_GRADIENT;

    for (size_t j = 0; j < g->q; j++) {
        value += 0.5 * penalty_of(g, j) * theta[j] * theta[j];
        gradient[j] = gradient[j] / g->s.total + penalty_of(g, j) * theta[j];
    }
    return value;
}

/* ---- scoring ---- */

static size_t factor(struct glm *g)
{
    const double *from = g->sum + SUM_GRADIENT + g->q;

    for (size_t j = 0; j < g->q; j++) {
        for (size_t i = 0; i <= j; i++)
            g->hessian[j * g->q + i] = from[j * g->q + i] / g->s.total;
        g->hessian[j * g->q + j] += penalty_of(g, j);
        if (g->hessian[j * g->q + j] == 0) /* a feature of one value: its coefficient stays 0 */
            g->hessian[j * g->q + j] = 1;
    }
    return chol_factor(g->hessian, g->root, g->q, PIVOT_TOLERANCE);
}

static double largest_gradient(const struct glm *g)
{
    double most = 0;

    for (size_t j = 0; j < g->q; j++)
        most = fmax(most, fabs(g->sum[SUM_GRADIENT + j]));
    return most;
}

/* False: rounding leaves nothing to gain. */
static bool move(struct glm *g, double *value)
{
    double length = 1;

    for (size_t k = 0; k < HALVINGS_MAX; k++, length /= 2) {
        for (size_t j = 0; j < g->q; j++)
            g->next[j] = g->theta[j] - length * g->step[j];
        double next = evaluate(g, g->next);
        if (isfinite(next) && next <= *value + (k ? 0 : 1e-14 * fabs(*value))) {
            *value = next;
            memcpy(g->theta, g->next, g->q * sizeof(double));
            return true;
        }
    }
    evaluate(g, g->theta);
    return false;
}

static int score(struct glm *g, struct job *job, struct err *err)
{
    size_t most = (size_t)params_int(g->in->params, "max_iter");
    double tolerance = params_real(g->in->params, "tol"), value = evaluate(g, g->theta);

    for (g->n_iter = 0; g->n_iter < most && !g->converged; g->n_iter++) {
        if (job_tick(job, g->n_iter, most, err))
            return -1;
        bool last = largest_gradient(g) <= tolerance;
        size_t bad = factor(g);
        if (bad)
            return standard_refuse(&g->s, bad - 1, ", or raise alpha (the means may have no limit)",
                                   err);
        memcpy(g->step, g->sum + SUM_GRADIENT, g->q * sizeof(double));
        chol_solve(g->hessian, g->root, g->q, g->step, 1);
        g->converged = !move(g, &value) || last;
    }
    g->vanishing = g->alpha == 0 && g->sum[SUM_VANISHING] > 0;
    return 0;
}

/* ---- the model ---- */

/* var = dispersion inverse(X'WX). */
static void put_errors(struct glm *g, struct linear_model *m)
{
    double rows = (double)g->s.n_rows - (double)g->q, dispersion = 1;

    if (g->alpha > 0 || !g->converged || rows <= 0 || factor(g))
        return;
    if (g->power != 1)
        dispersion = g->sum[SUM_PEARSON] / rows;
    chol_invert(g->hessian, g->root, g->q);
    standard_errors(&g->s, m, g->hessian, dispersion / g->s.total / (g->power == 1 ? g->unit : 1));
    m->freedom = g->power == 1 ? INFINITY : rows;
}

static void keep_model(struct glm *g, struct linear_model *m)
{
    standard_keep(&g->s, m, g->theta);
    m->constant[0] += g->s.intercept ? log(g->unit) : 0;
    put_errors(g, m);
}

static const char *warning_of(const struct glm *g, struct arena *arena)
{
    if (g->vanishing)
        return arena_printf(arena,
                            "the fitted mean of %.0f rows is 0 in effect: some features tell rows "
                            "that are all 0 apart, and their coefficients have no limit; drop "
                            "them, or raise alpha",
                            g->sum[SUM_VANISHING]);
    if (!g->converged)
        return arena_printf(arena,
                            "did not converge in %zu iterations; raise max_iter, scale the "
                            "features, or raise alpha",
                            g->n_iter);
    return standard_warning(&g->s, arena);
}

/* ---- before it begins ---- */

static int check_target(struct glm *g, struct err *err)
{
    double sum = 0;

    for (size_t i = 0; i < g->s.n; i++) {
        double y = g->in->y[i];
        if (y < 0 || (y == 0 && g->power >= 2))
            return err_set(err, ERR_DOMAIN,
                           "the target is %g in training row %zu; with power %g it must be %s; "
                           "filter such rows, or train ridge",
                           y, i + 1, g->power, g->power >= 2 ? "above 0" : "0 or more");
        sum += standard_weight(&g->s, i) * y;
    }
    if (!(sum > 0) || !isfinite(sum))
        return err_set(err, ERR_DOMAIN,
                       "the mean of the target must be above 0 and finite; here it is %g",
                       sum / g->s.total);
    g->unit = g->s.intercept ? sum / g->s.total : 1;
    return 0;
}

static int glm_init(struct glm *g, struct err *err)
{
    size_t q = g->q, n = 4 * q + SUM_GRADIENT + q + 2 * q * q;

    if (mem_big(&g->memory, n, sizeof(double), "the Hessian", err))
        return -1;
    memset(g->memory, 0, n * sizeof(double));
    g->theta = g->memory;
    g->next = g->theta + q;
    g->step = g->next + q;
    g->root = g->step + q;
    g->hessian = g->root + q;
    g->sum = g->hessian + q * q;
    return reducer_init(&g->reducer, g->s.n, SUM_GRADIENT + q + q * q, (q + 2) * REDUCE_BLOCK, err);
}

int glm_fit(struct fit_output *out, const struct fit_input *in, double power, struct job *job,
            struct err *err)
{
    bool intercept = params_flag(in->params, "fit_intercept");
    struct glm g = { .in = in,
                     .q = in->x->p + intercept,
                     .power = power,
                     .alpha = params_real(in->params, "alpha") };
    struct linear_model *m = linear_model_new(out->arena, in->x->p, 1, intercept);

    if (job_tick(job, 0, 1, err) || standard_init(&g.s, in, intercept, err))
        return -1;
    int rc = check_target(&g, err) || glm_init(&g, err) || (g.q > 0 && score(&g, job, err));
    if (!rc) {
        if (g.q > 0)
            keep_model(&g, m);
        out->state = m;
        out->n_iterations = g.n_iter;
        out->warning = g.q > 0 ? warning_of(&g, out->arena) : NULL;
    }
    reducer_release(&g.reducer);
    mem_big_free(g.memory);
    standard_release(&g.s);
    return rc ? -1 : 0;
}

static void link_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    double *v = ctx;
    (void)chunk;

    for (size_t i = begin; i < end; i++)
        v[i] = exp(fmin(v[i], 700)); /* finite, be the row however far outside */
}

int glm_predict(struct matrix *out, const void *state, const struct matrix *x, struct err *err)
{
    (void)err;
    linear_model_scores(out, state, x);
    parallel_for(x->n, ROWS_AT_ONCE, link_rows, matrix_col(out, 0));
    return 0;
}
