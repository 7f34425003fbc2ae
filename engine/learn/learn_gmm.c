/* learn_gmm.c - a mixture of normal distributions, by expectation and maximisation.
 *
 * Rows are taken about their means, in blocks that stay in cache.  A component is kept as the inverse
 * of the Cholesky factor of its covariance, so that a row's distance is a sum of squares. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "learn/learner.h"
#include "num/kmeans.h"
#include "num/moments.h"
#include "num/reduce.h"

enum { COV_FULL, COV_TIED, COV_DIAG, COV_SPHERICAL };
static const char *const covariance_types[] = { "full", "tied", "diag", "spherical", NULL };

#define LOG_2PI 1.8378770664093454836

static const struct param_spec gmm_params[] = {
    { .name = "n_components",
      .type = PARAM_INT,
      .min = 1,
      .max = 10000,
      .fallback = "1",
      .help = "how many normal distributions" },
    { .name = "covariance_type",
      .type = PARAM_CHOICE,
      .choices = covariance_types,
      .fallback = "full",
      .help =
          "full: each its own; tied: one for all; diag: variances; spherical: one variance each" },
    { .name = "tol",
      .type = PARAM_REAL,
      .min = 0,
      .max = 1e6,
      .fallback = "1e-3",
      .help = "stop when the mean log likelihood grows by less" },
    { .name = "reg_covar",
      .type = PARAM_REAL,
      .min = 0,
      .max = 1e6,
      .fallback = "1e-6",
      .help = "added to every variance" },
    { .name = "max_iter",
      .type = PARAM_INT,
      .min = 1,
      .max = 1000000,
      .fallback = "100",
      .help = "most steps" },
    { .name = "n_init",
      .type = PARAM_INT,
      .min = 1,
      .max = 1000,
      .fallback = "1",
      .help = "how often k-means begins anew for the first clusters" },
    { .name = "seed",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "random seed of where it begins" },
    { .name = NULL },
};

struct gmm {
    size_t p, k;
    double *base;       /* (p) taken off every row */
    double *log_weight; /* (k) of the weight, and of the factor's determinant */
    double *mean;       /* (k, p) about base */
    double *inverse;    /* (k, p, p) lower triangles by row: of the Cholesky factors' inverses */
    double log_likelihood, n_rows, n_free; /* mean of a row, rows, parameters */
};

/* ---- one row ---- */

/* Log of weight times density of a row about base, by component. */
static void log_densities(double *out, const struct gmm *g, const double *row, double *diff)
{
    size_t p = g->p;

    for (size_t c = 0; c < g->k; c++) {
        const double *inverse = g->inverse + c * p * p;
        double sum = 0;
        for (size_t j = 0; j < p; j++)
            diff[j] = row[j] - g->mean[c * p + j];
        for (size_t a = 0; a < p; a++) {
            double y = 0;
            for (size_t j = 0; j <= a; j++)
                y += inverse[a * p + j] * diff[j];
            sum += y * y;
        }
        out[c] = g->log_weight[c] - 0.5 * ((double)p * LOG_2PI + sum);
    }
}

static size_t highest(const double *v, size_t k)
{
    size_t at = 0;

    for (size_t c = 1; c < k; c++)
        at = v[c] > v[at] ? c : at;
    return at;
}

/* Shares in place of logs; the log of their sum. */
static double to_shares(double *v, size_t k)
{
    double top = v[highest(v, k)], sum = 0;

    for (size_t c = 0; c < k; c++) {
        v[c] = exp(v[c] - top);
        sum += v[c];
    }
    for (size_t c = 0; c < k; c++)
        v[c] /= sum;
    return top + log(sum);
}

/* ---- a step ---- */

struct em {
    struct gmm *g;
    const struct matrix *x;
    const double *near; /* (n) clusters to begin with; NULL: by the model */
    double *sums;       /* (k) shares, (k, p), (k, p, p) lower, then the log likelihood */
    double *best;       /* (same) scratch of the covariance */
    int type;
    double reg;
    struct reducer reducer;
};

static void add_products(double *acc, double share, const double *row, const double *about,
                         size_t p, bool diagonal)
{
    for (size_t a = 0; a < p; a++) {
        double v = share * (row[a] - about[a]);
        if (diagonal)
            acc[a * p + a] += v * (row[a] - about[a]);
        for (size_t j = 0; !diagonal && j <= a; j++)
            acc[a * p + j] += v * (row[j] - about[j]);
    }
}

/* scratch: row (p), diff (p), shares (k). */
static void add_rows(void *ctx, double *acc, double *scratch, size_t begin, size_t end)
{
    const struct em *e = ctx;
    size_t p = e->x->p, k = e->g->k;
    double *row = scratch, *diff = row + p, *share = diff + p;
    double *sum = acc + k, *products = sum + k * p;
    bool diagonal = e->type == COV_DIAG || e->type == COV_SPHERICAL;

    for (size_t i = begin; i < end; i++) {
        for (size_t j = 0; j < p; j++)
            row[j] = matrix_col(e->x, j)[i] - e->g->base[j];
        if (e->near)
            for (size_t c = 0; c < k; c++)
                share[c] = e->near[i] == (double)c;
        else
            log_densities(share, e->g, row, diff);
        if (!e->near)
            acc[k + k * p + k * p * p] += to_shares(share, k);
        for (size_t c = 0; c < k; c++) {
            if (share[c] == 0)
                continue;
            acc[c] += share[c];
            for (size_t j = 0; j < p; j++)
                sum[c * p + j] += share[c] * row[j];
            add_products(products + c * p * p, share[c], row, e->g->mean + c * p, p, diagonal);
        }
    }
}

/* Lower Cholesky factor in place, then its inverse; false when there is none. */
static bool invert_factor(double *inverse, double *cov, size_t p, double *log_det)
{
    *log_det = 0;
    for (size_t a = 0; a < p; a++) {
        for (size_t b = 0; b <= a; b++) {
            double v = cov[a * p + b];
            for (size_t j = 0; j < b; j++)
                v -= cov[a * p + j] * cov[b * p + j];
            if (a == b && !(v > 0 && isfinite(v)))
                return false;
            cov[a * p + b] = a == b ? sqrt(v) : v / cov[b * p + b];
        }
        *log_det -= log(cov[a * p + a]);
    }
    for (size_t b = 0; b < p; b++)
        for (size_t a = b; a < p; a++) {
            double v = a == b;
            for (size_t j = b; j < a; j++)
                v -= cov[a * p + j] * inverse[j * p + b];
            inverse[a * p + b] = v / cov[a * p + a];
        }
    return true;
}

/* The covariance of component c about its new mean, which lies `moved` from the old one. */
static void covariance(double *cov, const struct em *e, size_t c, const double *moved)
{
    size_t p = e->g->p, k = e->g->k;
    const double *products = e->sums + k + k * p + c * p * p;
    double share = e->sums[c] + 10 * 2.220446049250313e-16, mean = 0;

    for (size_t a = 0; a < p; a++)
        for (size_t j = 0; j <= a; j++)
            cov[a * p + j] = products[a * p + j] / share - moved[a] * moved[j];
    for (size_t a = 0; a < p && e->type != COV_FULL && e->type != COV_TIED; a++)
        for (size_t j = 0; j < a; j++)
            cov[a * p + j] = 0;
    for (size_t a = 0; a < p; a++)
        mean += cov[a * p + a] / (double)p;
    for (size_t a = 0; a < p; a++)
        cov[a * p + a] = (e->type == COV_SPHERICAL ? mean : cov[a * p + a]);
}

static int fail_component(size_t c, struct err *err)
{
    return err_set(err, ERR_NUMERIC,
                   "the covariance of component %zu has no inverse: too few rows, or features that "
                   "say the same; lower n_components, raise reg_covar, or scale all first",
                   c);
}

/* Means, weights and inverses from the sums. */
static int maximise(struct em *e, struct err *err)
{
    struct gmm *g = e->g;
    size_t p = g->p, k = g->k;
    double *cov = e->best, *tied = cov + p * p, *moved = tied + p * p, log_det, total = 0;

    memset(tied, 0, p * p * sizeof(*tied));
    for (size_t c = 0; c < k; c++)
        total += e->sums[c];
    for (size_t c = 0; c < k; c++) {
        double share = e->sums[c] + 10 * 2.220446049250313e-16;
        for (size_t j = 0; j < p; j++) {
            double mean = e->sums[k + c * p + j] / share;
            moved[j] = mean - g->mean[c * p + j];
            g->mean[c * p + j] = mean;
        }
        covariance(cov, e, c, moved);
        for (size_t i = 0; i < p * p; i++)
            tied[i] += e->sums[c] / total * cov[i];
        for (size_t a = 0; a < p; a++)
            cov[a * p + a] += e->reg;
        g->log_weight[c] = log(share / total);
        if (e->type == COV_TIED)
            continue;
        if (!invert_factor(g->inverse + c * p * p, cov, p, &log_det))
            return fail_component(c, err);
        g->log_weight[c] += log_det;
    }
    if (e->type != COV_TIED)
        return 0;
    for (size_t a = 0; a < p; a++)
        tied[a * p + a] += e->reg;
    if (!invert_factor(g->inverse, tied, p, &log_det))
        return fail_component(0, err);
    for (size_t c = 0; c < k; c++) {
        g->log_weight[c] += log_det;
        if (c)
            memcpy(g->inverse + c * p * p, g->inverse, p * p * sizeof(double));
    }
    return 0;
}

static int run_steps(struct em *e, struct fit_output *out, size_t max_iter, double tol,
                     struct job *job, struct err *err)
{
    size_t k = e->g->k, p = e->g->p, last = k + k * p + k * p * p;
    double before = -INFINITY;
    bool done = false;

    reducer_run(&e->reducer, e->sums, add_rows, e);
    e->near = NULL;
    if (maximise(e, err))
        return -1;
    for (size_t it = 0; it < max_iter && !done; it++) {
        if (job_tick(job, it, max_iter, err))
            return -1;
        reducer_run(&e->reducer, e->sums, add_rows, e);
        double mean = e->sums[last] / (double)e->x->n;
        if (!isfinite(mean))
            return err_set(err, ERR_NUMERIC, "the likelihood is no finite number; scale all first");
        out->n_iterations = it + 1;
        done = fabs(mean - before) < tol;
        before = mean;
        if (maximise(e, err))
            return -1;
    }
    reducer_run(&e->reducer, e->sums, add_rows, e);
    e->g->log_likelihood = e->sums[last] / (double)e->x->n;
    if (!done)
        out->warning = arena_printf(
            out->arena, "the likelihood still grew after %zu steps; raise max_iter", max_iter);
    return 0;
}

static double n_free(size_t k, size_t p, int type)
{
    double full = (double)p * ((double)p + 1) / 2, own = (double)k;

    own *= type == COV_FULL ? full : type == COV_DIAG ? (double)p : type == COV_SPHERICAL ? 1 : 0;
    return own + (type == COV_TIED ? full : 0) + (double)(k * p) + (double)k - 1;
}

static int begin(struct em *e, double *near, const struct fit_input *in, struct arena *arena,
                 struct job *job, struct err *err)
{
    struct kmeans km;
    struct kmeans_options o = {
        .k = e->g->k,
        .n_init = (size_t)params_int(in->params, "n_init"),
        .max_iter = 300,
        .tol = 1e-4,
        .seed = (uint64_t)params_int(in->params, "seed"),
    };

    if (kmeans_fit(&km, in->x, &o, arena, job, err))
        return -1;
    kmeans_assign(near, &km, in->x);
    e->near = near;
    for (size_t c = 0; c < km.k; c++)
        for (size_t j = 0; j < km.p; j++)
            e->g->mean[c * km.p + j] = km.centres[c * km.p + j] - e->g->base[j];
    return 0;
}

static int gmm_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                   struct err *err)
{
    size_t n = in->x->n, p = in->x->p, k = (size_t)params_int(in->params, "n_components");
    size_t m = k + k * p + k * p * p + 1;
    struct gmm *g = ARENA_NEW(out->arena, struct gmm, 1);
    struct em e = { .g = g,
                    .x = in->x,
                    .type = params_choice(in->params, "covariance_type"),
                    .reg = params_real(in->params, "reg_covar") };
    void *near = NULL, *sums = NULL;

    *g = (struct gmm){ .p = p, .k = k, .n_rows = (double)n, .n_free = n_free(k, p, e.type) };
    int rc = mem_big(&near, n, sizeof(double), "clusters to begin with", err) ||
             mem_big(&sums, m + 2 * p * p + p, sizeof(double), "sums of products", err) ||
             reducer_init(&e.reducer, n, m, 2 * p + k, err);
    if (!rc) {
        g->base = ARENA_NEW(out->arena, double, p);
        g->log_weight = ARENA_NEW(out->arena, double, k);
        g->mean = ARENA_NEW(out->arena, double, k *p);
        g->inverse = ARENA_NEW(out->arena, double, k *p *p);
        e.sums = sums;
        e.best = e.sums + m;
        column_moments(g->base, NULL, in->x, NULL);
        rc = begin(&e, near, in, out->arena, job, err) ||
             run_steps(&e, out, (size_t)params_int(in->params, "max_iter"),
                       params_real(in->params, "tol"), job, err);
    }
    reducer_release(&e.reducer);
    mem_big_free(near);
    mem_big_free(sums);
    out->state = g;
    return rc ? -1 : 0;
}

/* ---- what it gives ---- */

struct labelling {
    const struct gmm *g;
    const struct matrix *x;
    double *near;
};

static void label_rows(void *ctx, size_t begin_at, size_t end, size_t chunk)
{
    const struct labelling *l = ctx;
    size_t p = l->g->p;
    double *row = MEM_NEW(double, 2 * p + l->g->k);

    (void)chunk;
    for (size_t i = begin_at; i < end; i++) {
        for (size_t j = 0; j < p; j++)
            row[j] = matrix_col(l->x, j)[i] - l->g->base[j];
        log_densities(row + 2 * p, l->g, row, row + p);
        l->near[i] = (double)highest(row + 2 * p, l->g->k);
    }
    mem_free(row);
}

static int gmm_predict(struct matrix *out, const void *state, const struct matrix *x,
                       struct err *err)
{
    struct labelling l = { state, x, matrix_col(out, 0) };

    (void)err;
    parallel_for(x->n, 256, label_rows, &l);
    return 0;
}

static size_t gmm_facts(struct fact **out, const void *state, const char *const *names,
                        struct arena *arena)
{
    const struct gmm *g = state;
    double twice = 2 * g->n_rows * g->log_likelihood;
    size_t n = 0;

    *out = ARENA_NEW(arena, struct fact, 3 + g->k * g->p);
    (*out)[n++] = (struct fact){ "log likelihood, mean of a row", g->log_likelihood };
    (*out)[n++] = (struct fact){ "BIC", g->n_free * log(g->n_rows) - twice };
    (*out)[n++] = (struct fact){ "AIC", 2 * g->n_free - twice };
    for (size_t c = 0; c < g->k; c++)
        for (size_t j = 0; j < g->p; j++)
            (*out)[n++] = (struct fact){ arena_printf(arena, "cluster %zu: %s", c, names[j]),
                                         g->mean[c * g->p + j] + g->base[j] };
    return n;
}

static void gmm_save(struct str *out, const void *state)
{
    const struct gmm *g = state;

    pack_u64(out, g->p);
    pack_u64(out, g->k);
    pack_reals(out, g->base, g->p);
    pack_reals(out, g->log_weight, g->k);
    pack_reals(out, g->mean, g->k * g->p);
    pack_reals(out, g->inverse, g->k * g->p * g->p);
    pack_real(out, g->log_likelihood);
    pack_real(out, g->n_rows);
    pack_real(out, g->n_free);
}

static double *unpack_finite(struct unpack *u, size_t n)
{
    size_t got;
    const double *v = unpack_reals(u, &got);

    if (got != n)
        unpack_fail(u, "as many numbers as the mixture has");
    for (size_t i = 0; i < n && !u->failed; i++)
        if (!isfinite(v[i]))
            unpack_fail(u, "finite numbers");
    return (double *)(uintptr_t)v;
}

static int gmm_load(void **state, struct arena *arena, struct unpack *u, size_t p, size_t n_classes,
                    struct err *err)
{
    struct gmm *g = ARENA_NEW(arena, struct gmm, 1);

    (void)n_classes;
    g->p = unpack_count(u, SIZE_MAX);
    g->k = unpack_count(u, u->left / 8);
    if (g->p != p || g->k == 0)
        unpack_fail(u, "a mixture over as many features as the model has");
    g->base = unpack_finite(u, p);
    g->log_weight = unpack_finite(u, g->k);
    g->mean = unpack_finite(u, g->k * p);
    g->inverse = unpack_finite(u, g->k * p * p);
    g->log_likelihood = unpack_real(u);
    g->n_rows = unpack_real(u);
    g->n_free = unpack_real(u);
    *state = g;
    return unpack_end(u, err);
}

const struct learner learn_gmm = {
    .name = "gmm",
    .help = "clusters as a mixture of normal distributions; takes no target",
    .details =
        "Fits n_components normal distributions by expectation and maximisation, beginning with "
        "the "
        "clusters of k-means; a row belongs to the most probable one. It suits elongated clusters "
        "that overlap. covariance_type says what the covariances may be; reg_covar is added to "
        "every variance so that none collapses. BIC and AIC in the report are for choosing "
        "n_components: smaller is better. Parameters mean what they do in scikit-learn's "
        "GaussianMixture, but that n_init is how often k-means begins.",
    .source = "Dempster, Laird and Rubin 1977; scikit-learn's GaussianMixture",
    .tasks = TASK_CLUSTER,
    .params = gmm_params,
    .fit = gmm_fit,
    .predict = gmm_predict,
    .facts = gmm_facts,
    .save = gmm_save,
    .load = gmm_load,
};
