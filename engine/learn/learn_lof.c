/* learn_lof.c - local outlier factor: how much thinner the surroundings of a row are than those of its
 * neighbours.  Source: Breunig, Kriegel, Ng and Sander 2000, "LOF: identifying density-based local
 * outliers", SIGMOD. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "learn/learner.h"
#include "num/neighbours.h"
#include "num/stats.h"

static const struct param_spec lof_params[] = {
    { .name = "n_neighbors",
      .type = PARAM_INT,
      .min = 1,
      .max = 100000,
      .fallback = "20",
      .help = "how many neighbours are the surroundings" },
    { .name = "contamination",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN,
      .min = 0,
      .max = 0.5,
      .help = "share of training rows to flag; without it those that score above 1.5" },
    { .name = NULL },
};

struct lof {
    size_t k;
    struct matrix x;       /* (n, p) the training rows, in the arena */
    const double *reach;   /* (n) distance to the k-th neighbour */
    const double *density; /* (n) one over the mean reachability distance */
    double threshold, n_flagged;
    struct neighbours search;
};

/* One over the mean distance to these neighbours, none of which counts as nearer than its own reach. */
static double density_of(const struct lof *s, const struct neighbour *near)
{
    double sum = 0;

    for (size_t j = 0; j < s->k; j++) {
        double reach = s->reach[near[j].row];
        sum += near[j].distance > reach ? near[j].distance : reach;
    }
    return 1 / (sum / (double)s->k + 1e-10);
}

static double factor_of(const struct lof *s, const struct neighbour *near, double density)
{
    double sum = 0;

    for (size_t j = 0; j < s->k; j++)
        sum += s->density[near[j].row] / density;
    return sum / (double)s->k;
}

/* The k nearest other rows of each training row: of k + 1 those that are not the row itself. */
static void leave_out_self(struct neighbour *near, size_t n, size_t k)
{
    for (size_t i = 0; i < n; i++) {
        struct neighbour *from = near + i * (k + 1), *to = near + i * k;
        size_t at = 0;
        for (size_t j = 0; j <= k && at < k; j++)
            if (from[j].row != i)
                to[at++] = from[j];
    }
}

static void settle(struct lof *s, const struct neighbour *near, double *reach, double *density,
                   double *score, const struct param_value *share)
{
    size_t n = s->x.n;

    for (size_t i = 0; i < n; i++)
        reach[i] = near[i * s->k + s->k - 1].distance;
    s->reach = reach;
    for (size_t i = 0; i < n; i++)
        density[i] = density_of(s, near + i * s->k);
    s->density = density;
    for (size_t i = 0; i < n; i++)
        score[i] = factor_of(s, near + i * s->k, density[i]);
    memcpy(score + n, score, n * sizeof(*score));
    s->threshold = share->set ? stats_quantile(score + n, n, 1 - share->real) : 1.5;
    for (size_t i = 0; i < n; i++)
        s->n_flagged += score[i] > s->threshold;
}

static int lof_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                   struct err *err)
{
    size_t n = in->x->n, p = in->x->p, k = (size_t)params_int(in->params, "n_neighbors");
    struct lof *s = ARENA_NEW(out->arena, struct lof, 1);
    void *near = NULL, *score = NULL;

    if (n < 3)
        return err_set(err, ERR_DOMAIN, "%zu rows have no surroundings; lof wants 3 at least", n);
    if (k >= n) {
        out->warning = arena_printf(out->arena,
                                    "n_neighbors=%zu is more than other rows; %zu taken", k, n - 1);
        k = n - 1;
    }
    s->k = k;
    s->x = (struct matrix){ n, p, n, ARENA_NEW(out->arena, double, n *p) };
    for (size_t j = 0; j < p; j++)
        memcpy(matrix_col(&s->x, j), matrix_col(in->x, j), n * sizeof(double));
    int rc = job_tick(job, 0, 2, err) ||
             neighbours_build(&s->search, &s->x, METRIC_EUCLIDEAN, 2, SEARCH_AUTO, out->arena,
                              err) ||
             mem_big(&near, n * (k + 1), sizeof(struct neighbour), "neighbours", err) ||
             mem_big(&score, 2 * n, sizeof(double), "scores", err);
    if (!rc) {
        neighbours_find(near, &s->search, in->x, k + 1);
        leave_out_self(near, n, k);
        settle(s, near, ARENA_NEW(out->arena, double, n), ARENA_NEW(out->arena, double, n), score,
               params_value(in->params, "contamination"));
        rc = job_tick(job, 1, 2, err);
    }
    mem_big_free(near);
    mem_big_free(score);
    out->state = s;
    return rc ? -1 : 0;
}

static int lof_predict(struct matrix *out, const void *state, const struct matrix *x,
                       struct err *err)
{
    const struct lof *s = state;
    double *score = matrix_col(out, 0), *flag = matrix_col(out, 1);
    void *block;

    if (mem_big(&block, x->n * s->k + 1, sizeof(struct neighbour), "neighbours", err))
        return -1;
    struct neighbour *near = block;
    if (x->n)
        neighbours_find(near, &s->search, x, s->k);
    for (size_t i = 0; i < x->n; i++) {
        score[i] = factor_of(s, near + i * s->k, density_of(s, near + i * s->k));
        flag[i] = score[i] > s->threshold;
    }
    mem_big_free(block);
    return 0;
}

static size_t lof_facts(struct fact **out, const void *state, const char *const *names,
                        struct arena *arena)
{
    const struct lof *s = state;

    (void)names;
    *out = ARENA_NEW(arena, struct fact, 2);
    (*out)[0] = (struct fact){ "score above which a row is flagged", s->threshold };
    (*out)[1] = (struct fact){ "training rows flagged", s->n_flagged };
    return 2;
}

static void lof_save(struct str *out, const void *state)
{
    const struct lof *s = state;

    pack_u64(out, s->x.p);
    pack_u64(out, s->x.n);
    pack_u64(out, s->k);
    pack_reals(out, s->x.x, s->x.n * s->x.p);
    pack_reals(out, s->reach, s->x.n);
    pack_reals(out, s->density, s->x.n);
    pack_real(out, s->threshold);
    pack_real(out, s->n_flagged);
}

static const double *unpack_finite(struct unpack *u, size_t n)
{
    size_t got;
    const double *v = unpack_reals(u, &got);

    if (got != n)
        unpack_fail(u, "as many numbers as there are training rows");
    for (size_t i = 0; i < n && !u->failed; i++)
        if (!isfinite(v[i]))
            unpack_fail(u, "finite numbers");
    return v;
}

static int lof_load(void **state, struct arena *arena, struct unpack *u, size_t p, size_t n_classes,
                    struct err *err)
{
    struct lof *s = ARENA_NEW(arena, struct lof, 1);

    (void)n_classes;
    if (unpack_count(u, SIZE_MAX) != p)
        unpack_fail(u, "as many features as the model has");
    size_t n = unpack_count(u, u->left / 8);
    s->k = unpack_count(u, n ? n - 1 : 0);
    if (n < 3 || s->k == 0)
        unpack_fail(u, "training rows and their neighbours");
    s->x = (struct matrix){ n, p, n, (double *)(uintptr_t)unpack_finite(u, n * p) };
    s->reach = unpack_finite(u, n);
    s->density = unpack_finite(u, n);
    s->threshold = unpack_real(u);
    s->n_flagged = unpack_real(u);
    *state = s;
    if (unpack_end(u, err))
        return -1;
    return neighbours_build(&s->search, &s->x, METRIC_EUCLIDEAN, 2, SEARCH_AUTO, arena, err);
}

const struct learner learn_lof = {
    .name = "lof",
    .help = "rows in thinner surroundings than their neighbours; takes no target",
    .details =
        "The local outlier factor compares how densely a row's n_neighbors nearest training rows "
        "lie "
        "about it with how densely others lie about them: about 1 is usual, well above 1 is apart, "
        "also beside a dense cluster. It is minus scikit-learn's score_samples with novelty=True: "
        "a "
        "training row that is predicted again counts itself among its neighbours. A row is flagged "
        "above 1.5, or with contamination above the score that leaves that share of the training "
        "rows. Features count by their scale, so scale all first.",
    .source = "Breunig, Kriegel, Ng and Sander 2000, LOF; scikit-learn's LocalOutlierFactor",
    .tasks = TASK_ANOMALY,
    .params = lof_params,
    .fit = lof_fit,
    .predict = lof_predict,
    .facts = lof_facts,
    .save = lof_save,
    .load = lof_load,
};
