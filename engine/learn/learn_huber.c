/* learn_huber.c - linear regression that outlying rows do not move: Huber's loss and scale at once.
 *
 * Minimised over c, b and s > 0 is, with r = y - b - x c,
 *
 *     sum of w (s + h(r / s) s) + alpha |c|^2,   h(t) = t^2 where |t| <= epsilon, else
 *                                                       2 epsilon |t| - epsilon^2
 *
 * which is convex in all of them: Newton's method on standardised features and target, with halved
 * steps, and a little added to the diagonal where too few rows lie within epsilon s. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "learn/standard.h"
#include "num/linalg.h"
#include "num/moments.h"
#include "num/reduce.h"

enum { HALVINGS_MAX = 40, DAMPINGS_MAX = 12 };

static const double PIVOT_TOLERANCE = 1e-12;
/* A scale below this part of the target's deviation is that of a perfect fit. */
static const double SMALLEST_SCALE = 1e-9;

struct huber {
    struct linear_model linear; /* first: what linear models are predicted and shown by */
    double scale, outliers;     /* s in units of the target; rows with weight beyond epsilon s */
};

enum { SUM_LOSS, SUM_OUTLIERS, SUM_SQUARES, SUM_GRADIENT };

struct fitting {
    struct standard s;
    size_t m; /* unknowns: theta (q), then the scale */
    double epsilon, alpha, centre, unit;
    struct reducer reducer;
    const double *at;
    bool everything; /* the Gram matrix of all rows in place of the Hessian */
    double *theta, *next, *step, *root, *sum, *hessian;
    void *memory;
    size_t n_iter;
    bool converged, perfect;
};

/* ---- sums over rows ---- */

/* Residual r of a row of weight w: its loss, to *slope that of r and to *root the weight in the
 * Hessian of (z, r / s). */
static void add_row(const struct fitting *f, double *acc, double w, double r, double *slope,
                    double *root)
{
    double s = f->at[f->s.q], e = f->epsilon, t = r / s;
    bool inside = fabs(t) <= e;
    double clipped = inside ? r : copysign(e * s, r);

    acc[SUM_LOSS] += w * (s + (inside ? r * t : 2 * e * fabs(r) - e * e * s));
    acc[SUM_OUTLIERS] += w > 0 && !inside;
    acc[SUM_SQUARES] += w * clipped * clipped;
    acc[SUM_GRADIENT + f->s.q] += w * (1 - (inside ? t * t : e * e));
    *slope = w * (inside ? -2 * t : -copysign(2 * e, r));
    *root = f->everything ? sqrt(w) : inside ? sqrt(2 * w / s) : 0;
}

static void add_rows(void *ctx, double *acc, double *z, size_t begin, size_t end)
{
    const struct fitting *f = ctx;
    size_t q = f->s.q;
    double *rest = z + q * REDUCE_BLOCK, *slope = rest + REDUCE_BLOCK, *root = slope + REDUCE_BLOCK;

    for (size_t at = begin; at < end; at += REDUCE_BLOCK) {
        size_t n = end - at < REDUCE_BLOCK ? end - at : REDUCE_BLOCK;
        standard_block(&f->s, z, at, n);
        product_of(rest, z, n, q, REDUCE_BLOCK, f->at);
        for (size_t i = 0; i < n; i++) {
            rest[i] = (f->s.in->y[at + i] - f->centre) / f->unit - rest[i];
            add_row(f, acc, standard_weight(&f->s, at + i), rest[i], &slope[i], &root[i]);
            rest[i] /= f->at[q];
        }
        product_add(acc + SUM_GRADIENT, z, n, q, REDUCE_BLOCK, slope);
        for (size_t j = 0; j <= q; j++)
            for (size_t i = 0; i < n; i++)
                z[j * REDUCE_BLOCK + i] *= root[i];
        gram_add(acc + SUM_GRADIENT + f->m, f->m, z, n, REDUCE_BLOCK);
    }
}

/* Of theta_j^2, in units of the target's deviation and by weight. */
static double penalty_of(const struct fitting *f, size_t j)
{
    return j < f->s.p ? f->alpha * f->unit * f->s.scale[j] * f->s.scale[j] / f->s.total : 0;
}

/* The objective by weight; its gradient and Hessian stay in sum. */
static double evaluate(struct fitting *f, const double *theta)
{
    f->at = theta;
    reducer_run(&f->reducer, f->sum, add_rows, f);
    double value = f->sum[SUM_LOSS] / f->s.total, *gradient = f->sum + SUM_GRADIENT;

    for (size_t j = 0; j < f->m; j++) {
        value += penalty_of(f, j) * theta[j] * theta[j];
        gradient[j] = gradient[j] / f->s.total + 2 * penalty_of(f, j) * theta[j];
    }
    return value;
}

/* ---- Newton's method ---- */

static size_t factor(struct fitting *f, double damping)
{
    const double *from = f->sum + SUM_GRADIENT + f->m;
    size_t m = f->m;

    for (size_t j = 0; j < m; j++) {
        for (size_t i = 0; i <= j; i++)
            f->hessian[j * m + i] = from[j * m + i] / f->s.total;
        f->hessian[j * m + j] += 2 * penalty_of(f, j) + damping;
        if (j < f->s.p && f->s.scale[j] == 0)
            f->hessian[j * m + j] = 1;
    }
    return chol_factor(f->hessian, f->root, m, PIVOT_TOLERANCE);
}

static bool find_step(struct fitting *f)
{
    double damping = 0;

    for (size_t k = 0; k<DAMPINGS_MAX; k++, damping = damping> 0 ? 10 * damping : 1e-8)
        if (factor(f, damping) == 0) {
            memcpy(f->step, f->sum + SUM_GRADIENT, f->m * sizeof(double));
            chol_solve(f->hessian, f->root, f->m, f->step, 1);
            return true;
        }
    return false;
}

/* False: rounding leaves nothing to gain. */
static bool move(struct fitting *f, double *value)
{
    double *s = &f->theta[f->s.q], down = f->step[f->s.q], length = 1, slope = 0;

    if (down > 0.9 * *s) /* the scale stays above 0 */
        length = 0.9 * *s / down;
    for (size_t j = 0; j < f->m; j++)
        slope += f->step[j] * f->sum[SUM_GRADIENT + j];
    for (size_t k = 0; k < HALVINGS_MAX; k++, length /= 2) {
        for (size_t j = 0; j < f->m; j++)
            f->next[j] = f->theta[j] - length * f->step[j];
        double next = evaluate(f, f->next);
        if (next <= *value - 1e-4 * length * slope ||
            (k == 0 && next <= *value + 1e-14 * fabs(*value))) {
            *value = next;
            memcpy(f->theta, f->next, f->m * sizeof(double));
            return true;
        }
    }
    evaluate(f, f->theta);
    return false;
}

static double largest_gradient(const struct fitting *f)
{
    double most = 0;

    for (size_t j = 0; j < f->m; j++)
        most = fmax(most, fabs(f->sum[SUM_GRADIENT + j]));
    return most;
}

/* From no coefficients and a scale that has all rows inside. */
static double begin(struct fitting *f)
{
    double most = 0;

    for (size_t i = 0; i < f->s.n; i++)
        most = fmax(most, fabs(f->s.in->y[i] - f->centre) / f->unit);
    f->theta[f->s.q] = most / f->epsilon;
    return evaluate(f, f->theta);
}

static int iterate(struct fitting *f, struct job *job, struct err *err)
{
    size_t most = (size_t)params_int(f->s.in->params, "max_iter");
    double tolerance = params_real(f->s.in->params, "tol"), value = begin(f);
    size_t bad = factor(f, 0);

    if (bad > 0 && bad <= f->s.q)
        return standard_refuse(&f->s, bad - 1, ", or raise alpha", err);
    for (; f->n_iter < most && !f->converged && !f->perfect; f->n_iter++) {
        if (job_tick(job, f->n_iter, most, err))
            return -1;
        bool last = largest_gradient(f) <= tolerance;
        f->converged = !find_step(f) || !move(f, &value) || last;
        f->perfect = f->theta[f->s.q] < SMALLEST_SCALE;
    }
    return 0;
}

/* ---- the model ---- */

/* As summary of R's MASS::rlm: of the clipped residuals and the share of rows inside. */
static void put_errors(struct fitting *f, struct linear_model *m)
{
    double rows = (double)f->s.n_rows, free_rows = rows - (double)f->s.q;

    if (f->alpha > 0 || !f->converged || f->perfect || free_rows <= 0)
        return;
    double inside = 1 - f->sum[SUM_OUTLIERS] / rows, squares = f->sum[SUM_SQUARES] / free_rows;
    double spread = inside * (1 - inside) * rows / (rows - 1);
    double kappa = 1 + (double)f->s.q * spread / (rows * inside * inside);
    double *covariance = f->hessian;
    size_t q = f->s.q;

    f->everything = true;
    evaluate(f, f->theta);
    for (size_t j = 0; j < q; j++) {
        for (size_t i = 0; i <= j; i++)
            covariance[j * q + i] = f->sum[SUM_GRADIENT + f->m + j * f->m + i];
        if (j < f->s.p && f->s.scale[j] == 0)
            covariance[j * q + j] = 1;
    }
    if (chol_factor(covariance, f->root, q, PIVOT_TOLERANCE))
        return;
    chol_invert(covariance, f->root, q);
    standard_errors(&f->s, m, covariance,
                    squares * f->unit * f->unit * kappa * kappa / (inside * inside));
    m->freedom = INFINITY;
}

static void keep_model(struct fitting *f, struct huber *h)
{
    double outliers = f->sum[SUM_OUTLIERS];

    for (size_t j = 0; j < f->m; j++)
        f->next[j] = f->theta[j] * f->unit;
    standard_keep(&f->s, &h->linear, f->next);
    h->linear.constant[0] += f->s.intercept ? f->centre : 0;
    h->scale = f->theta[f->s.q] * f->unit;
    h->outliers = outliers;
    put_errors(f, &h->linear);
}

static const char *warning_of(const struct fitting *f, struct arena *arena)
{
    if (f->perfect)
        return "the scale went to 0: more rows than not are fitted without an error, and the rest "
               "counts by its absolute value; train linear, or raise epsilon";
    if (!f->converged)
        return arena_printf(arena, "did not converge in %zu iterations; raise max_iter or alpha",
                            f->n_iter);
    return standard_warning(&f->s, arena);
}

static int fitting_init(struct fitting *f, struct err *err)
{
    size_t m = f->m, n = 5 * m + SUM_GRADIENT + 2 * m * m;
    struct matrix y = { .n = f->s.n, .p = 1, .ld = f->s.n, .x = (double *)f->s.in->y };

    column_moments(&f->centre, &f->unit, &y, f->s.in->weights);
    if (!isfinite(f->unit))
        return err_set(err, ERR_NUMERIC, "the target is too large to be squared; scale it");
    if (!f->s.intercept) {
        f->unit = hypot(f->unit, f->centre);
        f->centre = 0;
    }
    if (mem_big(&f->memory, n, sizeof(double), "the Hessian", err))
        return -1;
    memset(f->memory, 0, n * sizeof(double));
    f->theta = f->memory;
    f->next = f->theta + m;
    f->step = f->next + m;
    f->root = f->step + m;
    f->hessian = f->root + m;
    f->sum = f->hessian + m * m;
    return reducer_init(&f->reducer, f->s.n, SUM_GRADIENT + m + m * m, (m + 2) * REDUCE_BLOCK, err);
}

static int huber_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                     struct err *err)
{
    bool intercept = params_flag(in->params, "fit_intercept");
    struct huber *h = ARENA_NEW(out->arena, struct huber, 1);
    struct fitting f = { .epsilon = params_real(in->params, "epsilon"),
                         .alpha = params_real(in->params, "alpha") };

    if (job_tick(job, 0, 1, err) || standard_init(&f.s, in, intercept, err))
        return -1;
    f.m = f.s.q + 1;
    h->linear = *linear_model_new(out->arena, in->x->p, 1, intercept);
    int rc = fitting_init(&f, err);
    if (!rc && !(f.unit > 0)) { /* a target of one value */
        h->linear.constant[0] = f.centre;
        out->warning = "the target has one value only: no feature explains anything";
    } else if (!rc) {
        rc = iterate(&f, job, err);
        if (!rc)
            keep_model(&f, h);
        out->warning = warning_of(&f, out->arena);
    }
    out->state = h;
    out->n_iterations = f.n_iter;
    reducer_release(&f.reducer);
    mem_big_free(f.memory);
    standard_release(&f.s);
    return rc;
}

/* ---- saving, showing ---- */

static void huber_save(struct str *out, const void *state)
{
    const struct huber *h = state;

    linear_model_save(out, &h->linear);
    pack_real(out, h->scale);
    pack_real(out, h->outliers);
}

static int huber_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                      size_t n_classes, struct err *err)
{
    struct huber *h = ARENA_NEW(arena, struct huber, 1);

    linear_model_unpack(&h->linear, u, p, n_classes);
    h->scale = unpack_real(u);
    h->outliers = unpack_real(u);
    if (!(h->scale >= 0) || !(h->outliers >= 0))
        unpack_fail(u, "a scale and a number of outliers");
    if (unpack_end(u, err))
        return -1;
    *state = h;
    return 0;
}

static size_t huber_facts(struct fact **out, const void *state, const char *const *names,
                          struct arena *arena)
{
    const struct huber *h = state;
    (void)names;

    *out = ARENA_NEW(arena, struct fact, 2);
    (*out)[0] = (struct fact){ "scale", h->scale };
    (*out)[1] = (struct fact){ "rows beyond epsilon", h->outliers };
    return 2;
}

static const struct param_spec huber_params[] = {
    { .name = "epsilon",
      .type = PARAM_REAL,
      .min = 1,
      .max = INFINITY,
      .fallback = "1.35",
      .help = "residuals beyond so many scales count by their absolute value" },
    { .name = "alpha",
      .type = PARAM_REAL,
      .flags = PARAM_LOG,
      .min = 0,
      .max = INFINITY,
      .fallback = "0.0001",
      .help = "weight of the L2 penalty; 0: none, with standard errors" },
    { .name = "fit_intercept",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "whether the model has a constant" },
    { .name = "max_iter",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 1,
      .max = 1e6,
      .fallback = "100",
      .help = "most iterations" },
    { .name = "tol",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN | PARAM_OPEN_MIN,
      .max = 1,
      .fallback = "1e-8",
      .help = "stop when no element of the gradient per row, in standardised features and target, "
              "is larger" },
    { .name = NULL },
};

const struct learner learn_huber = {
    .name = "huber",
    .help = "linear regression that outlying rows do not move",
    .details =
        "Minimises over the coefficients c and the scale s of the residuals r the sum of "
        "s + h(r/s) s plus alpha times the squared coefficients, as scikit-learn's HuberRegressor "
        "does: h is the square within epsilon scales and grows linearly beyond, so that a row far "
        "off pulls no harder than one at epsilon. The constant is not penalised. For targets with "
        "a "
        "few gross errors; where the spread itself depends on the features, train quantile. Rows "
        "that are outlying in the features still have their way. With alpha=0 standard errors are "
        "those of summary of R's MASS::rlm, for this scale; p values by the normal distribution.",
    .source = "Huber 1981, Robust Statistics, sections 7.7 and 7.8; Owen 2007, Contemp. Math. 443",
    .tasks = TASK_REGRESS,
    .flags = LEARNER_WEIGHTS,
    .params = huber_params,
    .fit = huber_fit,
    .predict = linear_model_predict,
    .save = huber_save,
    .load = huber_load,
    .coefficients = linear_model_coefficients,
    .facts = huber_facts,
};
