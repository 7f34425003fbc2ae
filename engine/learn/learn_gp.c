/* learn_gp.c - Gaussian process regression; Rasmussen and Williams 2006, algorithm 2.1.
 *
 * Covariance of the standardised target: amplitude times a kernel of s, the squared distance in
 * length scales, plus noise on the diagonal.  What is optimised are the logarithms, in the order
 * amplitude, noise, shape (rational quadratic), length scales. */
#include "learn/learner.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "num/linalg.h"
#include "num/optim.h"
#include "num/stats.h"

enum gp_kernel { GP_RBF, GP_MATERN15, GP_MATERN25, GP_RATIONAL };
enum { AMPLITUDE, NOISE, SHAPE, LENGTHS };
enum { COLUMNS_AT_ONCE = 16 };

static const double LARGEST = 1e150, BOUND = 11.512925464970229 /* log 1e5 */, JITTER = 1e-10;
static const double GRADIENT_TOLERANCE = 1e-5;

struct gp {
    size_t n, p;
    enum gp_kernel kernel;
    bool one_length;
    double mean, deviation; /* of the target */
    const double *theta;    /* (LENGTHS + lengths) logarithms */
    const double *x;        /* (p, n): rows one after another */
    const double *alpha;    /* (n) inverse covariance times target */
};

static size_t n_lengths(const struct gp *g)
{
    return g->one_length ? 1 : g->p;
}

/* ---- the kernel ---- */

struct at_distance {
    double k, dk, dshape; /* value, and derivatives by s and by log shape */
};

static struct at_distance kernel_at(enum gp_kernel kind, double s, double shape)
{
    double t = sqrt((kind == GP_MATERN15 ? 3 : 5) * s), e = exp(-t), u = 1 + s / (2 * shape);

    switch (kind) {
    case GP_RBF:
        return (struct at_distance){ exp(-s / 2), -exp(-s / 2) / 2, 0 };
    case GP_MATERN15:
        return (struct at_distance){ (1 + t) * e, -1.5 * e, 0 };
    case GP_MATERN25:
        return (struct at_distance){ (1 + t + t * t / 3) * e, -5.0 / 6 * (1 + t) * e, 0 };
    default:
        break;
    }
    double k = pow(u, -shape);
    return (struct at_distance){ k, -k / u / 2, k * shape * ((u - 1) / u - log(u)) };
}

/* weight (p): 1 over the square of each length. */
static double distance(const double *a, const double *b, const double *weight, size_t p)
{
    double s = 0;

    for (size_t j = 0; j < p; j++)
        s += (a[j] - b[j]) * (a[j] - b[j]) * weight[j];
    return s;
}

static void weights_of(double *weight, const struct gp *g, const double *theta)
{
    for (size_t j = 0; j < g->p; j++)
        weight[j] = exp(-2 * theta[LENGTHS + (g->one_length ? 0 : j)]);
}

/* ---- the likelihood ---- */

struct likelihood {
    struct gp *g;
    const double *y;   /* (n) standardised */
    double *K, *scale; /* (n, n), (n) */
    double *alpha;     /* (n) */
    double *weight;    /* (p) */
    double *theta;     /* within bounds */
    double *parts;     /* (chunks, n_theta) of the gradient */
    size_t n_theta;
};

static void fill_columns(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct likelihood *l = ctx;
    const struct gp *g = l->g;
    double amplitude = exp(l->theta[AMPLITUDE]), noise = exp(l->theta[NOISE]);
    (void)chunk;

    for (size_t j = begin; j < end; j++)
        for (size_t i = 0; i <= j; i++) {
            double s = distance(g->x + i * g->p, g->x + j * g->p, l->weight, g->p);
            l->K[j * g->n + i] = amplitude * kernel_at(g->kernel, s, exp(l->theta[SHAPE])).k +
                                 (i == j ? noise + JITTER : 0);
        }
}

/* Part of the gradient of log likelihood by the upper triangle's columns; K holds the inverse. */
static void add_gradient(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct likelihood *l = ctx;
    const struct gp *g = l->g;
    double *part = l->parts + chunk * l->n_theta;
    double amplitude = exp(l->theta[AMPLITUDE]), shape = exp(l->theta[SHAPE]);

    memset(part, 0, l->n_theta * sizeof(double));
    for (size_t j = begin; j < end; j++)
        for (size_t i = 0; i <= j; i++) {
            const double *a = g->x + i * g->p, *b = g->x + j * g->p;
            struct at_distance at = kernel_at(g->kernel, distance(a, b, l->weight, g->p), shape);
            double w = (l->alpha[i] * l->alpha[j] - l->K[j * g->n + i]) * (i == j ? 0.5 : 1);
            part[AMPLITUDE] += w * amplitude * at.k;
            part[NOISE] += i == j ? w * exp(l->theta[NOISE]) : 0;
            part[SHAPE] += w * amplitude * at.dshape;
            for (size_t k = 0; k < g->p; k++)
                part[LENGTHS + (g->one_length ? 0 : k)] -= 2 * w * amplitude * at.dk *
                                                           (a[k] - b[k]) * (a[k] - b[k]) *
                                                           l->weight[k];
        }
}

static bool factorise(struct likelihood *l, const double *theta)
{
    size_t n = l->g->n;

    for (size_t k = 0; k < l->n_theta; k++)
        l->theta[k] = fmin(fmax(theta[k], -BOUND), BOUND);
    weights_of(l->weight, l->g, l->theta);
    parallel_for(n, COLUMNS_AT_ONCE, fill_columns, l);
    if (chol_factor(l->K, l->scale, n, 0))
        return false;
    memcpy(l->alpha, l->y, n * sizeof(double));
    chol_solve(l->K, l->scale, n, l->alpha, 1);
    return true;
}

/* Minus the log marginal likelihood, its gradient to g. */
static double objective(void *ctx, const double *theta, double *gradient)
{
    struct likelihood *l = ctx;
    size_t n = l->g->n;

    memset(gradient, 0, l->n_theta * sizeof(double));
    if (!factorise(l, theta))
        return 1e10; /* too near to singular to be likely */
    double value = (double)n / 2 * log(2 * M_PI);
    for (size_t i = 0; i < n; i++)
        value += log(l->K[i * n + i]) + log(l->scale[i]) + l->y[i] * l->alpha[i] / 2;
    chol_invert(l->K, l->scale, n);
    parallel_for(n, COLUMNS_AT_ONCE, add_gradient, l);
    for (size_t c = 0; c < parallel_n_chunks(n, COLUMNS_AT_ONCE); c++)
        for (size_t k = 0; k < l->n_theta; k++)
            gradient[k] -= l->parts[c * l->n_theta + k];
    for (size_t k = 0; k < l->n_theta; k++)
        if (fabs(theta[k]) >= BOUND || (k == SHAPE && l->g->kernel != GP_RATIONAL))
            gradient[k] = 0;
    return value;
}

/* From 1 for everything, then from random starts; the best stays in theta. */
static int maximise(double *theta, struct likelihood *l, const struct params *p, size_t *n_iter,
                    bool *converged, struct job *job, struct err *err)
{
    size_t n_starts = 1 + (size_t)params_int(p, "n_restarts_optimizer");
    double best = INFINITY, *at = MEM_NEW(double, 2 * l->n_theta), *unused = at + l->n_theta;
    int rc = 0;

    for (size_t start = 0; start < n_starts && !rc; start++) {
        struct rng rng;
        enum optim_end end;
        size_t n;
        struct job_range range = job_part(job, start, n_starts);
        rng_init(&rng, (uint64_t)params_int(p, "seed"), start);
        for (size_t k = 0; k < l->n_theta; k++)
            at[k] = start ? 6 * rng_unit(&rng) - 3 : 0;
        rc = optim_lbfgs(at, l->n_theta, objective, l, GRADIENT_TOLERANCE,
                         (size_t)params_int(p, "max_iter"), &end, &n, job, err);
        double value = rc ? INFINITY : objective(l, at, unused);
        if (value < best) {
            best = value;
            *n_iter = n;
            *converged = end == OPTIM_CONVERGED;
            memcpy(theta, l->theta, l->n_theta * sizeof(double));
        }
        job_restore(job, range);
    }
    mem_free(at);
    return rc;
}

/* ---- fitting ---- */

static int check(const struct fit_input *in, struct err *err)
{
    size_t most = (size_t)params_int(in->params, "max_rows");

    if (in->x->n > most)
        return err_set(err, ERR_DOMAIN,
                       "%zu rows are too many for a Gaussian process, whose cost grows with their "
                       "cube; keep fewer, or raise max_rows=%zu",
                       in->x->n, most);
    for (size_t j = 0; j < in->x->p; j++)
        for (size_t i = 0; i < in->x->n; i++)
            if (!(fabs(matrix_col(in->x, j)[i]) <= LARGEST))
                return err_set(err, ERR_NUMERIC,
                               "feature %s has values too large to be squared; scale it first",
                               in->names[j]);
    return 0;
}

static double *standardised(struct gp *g, const double *y, struct arena *arena)
{
    double *z = ARENA_NEW(arena, double, g->n);

    g->mean = stats_mean(y, g->n);
    g->deviation = sqrt(stats_variance(y, g->n, 0));
    g->deviation = g->deviation > 0 ? g->deviation : 1;
    for (size_t i = 0; i < g->n; i++)
        z[i] = (y[i] - g->mean) / g->deviation;
    return z;
}

static struct gp *new_gp(const struct fit_input *in, struct arena *arena)
{
    struct gp *g = ARENA_NEW(arena, struct gp, 1);
    double *x = ARENA_NEW(arena, double, in->x->n * in->x->p);

    *g = (struct gp){ .n = in->x->n,
                      .p = in->x->p,
                      .kernel = (enum gp_kernel)params_choice(in->params, "kernel"),
                      .one_length = !params_flag(in->params, "ard"),
                      .x = x };
    for (size_t i = 0; i < g->n; i++)
        for (size_t j = 0; j < g->p; j++)
            x[i * g->p + j] = matrix_col(in->x, j)[i];
    return g;
}

static int gp_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                  struct err *err)
{
    size_t n = in->x->n, n_iter = 0;
    bool converged = false;
    void *room;

    if (job_tick(job, 0, 1, err) || check(in, err))
        return -1;
    struct gp *g = new_gp(in, out->arena);
    struct likelihood l = { .g = g, .n_theta = LENGTHS + n_lengths(g) };
    size_t n_parts = parallel_n_chunks(n, COLUMNS_AT_ONCE) * l.n_theta;
    if (mem_big(&room, n * n + n + n_parts, sizeof(double), "the covariance of all rows", err))
        return -1;
    l.K = room;
    l.scale = l.K + n * n;
    l.parts = l.scale + n;
    l.y = standardised(g, in->y, out->arena);
    l.alpha = ARENA_NEW(out->arena, double, n);
    l.weight = ARENA_NEW(out->arena, double, g->p);
    l.theta = ARENA_NEW(out->arena, double, l.n_theta);
    double *theta = ARENA_NEW(out->arena, double, l.n_theta);
    int rc = maximise(theta, &l, in->params, &n_iter, &converged, job, err);
    if (!rc && !factorise(&l, theta))
        rc = err_set(
            err, ERR_NUMERIC,
            "the covariance of the rows is singular; drop duplicates or scale the features");
    mem_big_free(room);
    g->theta = theta;
    g->alpha = l.alpha;
    out->state = g;
    out->n_iterations = n_iter;
    if (!rc && !converged)
        out->warning = arena_printf(out->arena,
                                    "the likelihood did not reach its maximum in %zu iterations; "
                                    "raise max_iter, or scale the features",
                                    n_iter);
    return rc;
}

/* ---- predicting ---- */

struct answering {
    struct matrix *out;
    const struct gp *g;
    const struct matrix *x;
};

static void answer_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct answering *a = ctx;
    const struct gp *g = a->g;
    double *weight = MEM_NEW(double, 2 * g->p), *q = weight + g->p;
    double amplitude = exp(g->theta[AMPLITUDE]), shape = exp(g->theta[SHAPE]);
    (void)chunk;

    weights_of(weight, g, g->theta);
    for (size_t i = begin; i < end; i++) {
        double sum = 0;
        for (size_t j = 0; j < g->p; j++)
            q[j] = matrix_col(a->x, j)[i];
        for (size_t r = 0; r < g->n; r++)
            sum += g->alpha[r] *
                   kernel_at(g->kernel, distance(q, g->x + r * g->p, weight, g->p), shape).k;
        matrix_col(a->out, 0)[i] = g->mean + g->deviation * amplitude * sum;
    }
    mem_free(weight);
}

static int gp_predict(struct matrix *out, const void *state, const struct matrix *x,
                      struct err *err)
{
    struct answering a = { out, state, x };
    (void)err;

    parallel_for(x->n, 64, answer_rows, &a);
    return 0;
}

/* ---- saving ---- */

static void gp_save(struct str *out, const void *state)
{
    const struct gp *g = state;

    pack_u64(out, (uint64_t)g->kernel);
    pack_u64(out, g->one_length);
    pack_real(out, g->mean);
    pack_real(out, g->deviation);
    pack_reals(out, g->theta, LENGTHS + n_lengths(g));
    pack_reals(out, g->alpha, g->n);
    pack_reals(out, g->x, g->n * g->p);
}

static int gp_load(void **state, struct arena *arena, struct unpack *u, size_t p, size_t n_classes,
                   struct err *err)
{
    struct gp *g = ARENA_NEW(arena, struct gp, 1);
    size_t n_theta, n_x;
    (void)n_classes;

    g->p = p;
    g->kernel = (enum gp_kernel)unpack_count(u, GP_RATIONAL);
    g->one_length = unpack_count(u, 1) == 1;
    g->mean = unpack_real(u);
    g->deviation = unpack_real(u);
    g->theta = unpack_reals(u, &n_theta);
    g->alpha = unpack_reals(u, &g->n);
    g->x = unpack_reals(u, &n_x);
    if (!u->failed &&
        (n_theta != LENGTHS + n_lengths(g) || g->n == 0 || n_x % g->n || n_x / g->n != p))
        unpack_fail(u, "length scales, and the features of each row");
    for (size_t k = 0; !u->failed && k < n_theta; k++)
        if (!(fabs(g->theta[k]) <= BOUND))
            unpack_fail(u, "parameters within their bounds");
    if (!u->failed && !(isfinite(g->mean) && isfinite(g->deviation)))
        unpack_fail(u, "a finite mean and deviation");
    if (unpack_end(u, err))
        return -1;
    *state = g;
    return 0;
}

/* ---- the learner ---- */

static const char *const kernels[] = { "rbf", "matern15", "matern25", "rational_quadratic", NULL };

static const struct param_spec gp_params[] = {
    { .name = "kernel",
      .type = PARAM_CHOICE,
      .choices = kernels,
      .fallback = "rbf",
      .help = "how alike two rows are by their distance, from smooth to rough" },
    { .name = "ard",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "a length scale for each feature, or one for all" },
    { .name = "n_restarts_optimizer",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 100,
      .fallback = "0",
      .help = "further random starts of the search for the likeliest parameters" },
    { .name = "max_iter",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 1,
      .max = 1e5,
      .fallback = "200",
      .help = "most iterations of each search" },
    { .name = "max_rows",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 2,
      .max = 1e5,
      .fallback = "10000",
      .help = "refuse more training rows than that" },
    { .name = "seed",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "of the random starts" },
    { .name = NULL },
};

const struct learner learn_gp = {
    .name = "gp",
    .help = "Gaussian process regression, for few rows and smooth relations",
    .details =
        "Takes the target, standardised, as a draw of a Gaussian process with covariance "
        "amplitude times a kernel plus noise, and predicts its mean given the training rows. "
        "Amplitude, noise and length scales, within 1e-5 and 1e5, maximise the marginal "
        "likelihood (L-BFGS); a long length says that a feature matters little. Hard to "
        "beat with some hundred rows of smooth numbers; the cost grows with the cube of the "
        "rows. Scale the features first. The model keeps all training rows.",
    .source = "Rasmussen and Williams 2006, \"Gaussian processes for machine learning\", algorithm "
              "2.1; scikit-learn's GaussianProcessRegressor with normalize_y",
    .tasks = TASK_REGRESS,
    .flags = LEARNER_STEEP,
    .params = gp_params,
    .fit = gp_fit,
    .predict = gp_predict,
    .save = gp_save,
    .load = gp_load,
};
