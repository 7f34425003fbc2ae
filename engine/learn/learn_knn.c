/* learn_knn.c - what the nearest training rows say. */
#include "learn/learner.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "num/neighbours.h"

enum { WEIGHTS_UNIFORM, WEIGHTS_DISTANCE };

static const size_t FOUND_AT_ONCE = (size_t)1 << 20; /* neighbours kept at a time: 16 MB */

struct knn {
    size_t n, p, n_classes;
    size_t n_neighbors;
    int weights, metric, algorithm;
    double power;
    const double *x; /* (n, p) column-major */
    const double *y; /* (n) */
    struct neighbours nb;
};

static int build(struct knn *k, struct arena *arena, struct err *err)
{
    const struct matrix x = { .n = k->n, .p = k->p, .ld = k->n, .x = (double *)k->x };

    return neighbours_build(&k->nb, &x, (enum metric)k->metric, k->power,
                            (enum neighbours_search)k->algorithm, arena, err);
}

static int knn_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                   struct err *err)
{
    struct knn *k = ARENA_NEW(out->arena, struct knn, 1);
    size_t n = in->x->n, p = in->x->p;

    *k = (struct knn){
        .n = n,
        .p = p,
        .n_classes = in->n_classes,
        .n_neighbors = (size_t)params_int(in->params, "n_neighbors"),
        .weights = params_choice(in->params, "weights"),
        .metric = params_choice(in->params, "metric"),
        .algorithm = params_choice(in->params, "algorithm"),
        .power = params_real(in->params, "p"),
    };
    if (k->n_neighbors > n)
        return err_set(err, ERR_DOMAIN,
                       "n_neighbors is %zu, but there are %zu training rows; lower it",
                       k->n_neighbors, n);
    if (job_tick(job, 0, 1, err) ||
        mem_expect(n * (p + 1) * sizeof(double), "the rows to search", err))
        return -1;
    double *x = ARENA_NEW(out->arena, double, n *p), *y = ARENA_NEW(out->arena, double, n);
    for (size_t j = 0; j < p; j++)
        memcpy(x + j * n, matrix_col(in->x, j), n * sizeof(*x));
    memcpy(y, in->y, n * sizeof(*y));
    k->x = x;
    k->y = y;
    out->state = k;
    return build(k, out->arena, err);
}

/* ---- predicting ---- */

struct answering {
    struct matrix *out;
    const struct knn *k;
    const struct neighbour *found; /* (rows, n_neighbors) */
};

/* 1 over the distance; where some are at no distance, those alone; where all are too far to say, all
 * alike. */
static double weight_of(const struct neighbour *found, size_t i, int weights)
{
    if (weights == WEIGHTS_UNIFORM || isinf(found[0].distance))
        return 1;
    if (found[0].distance == 0)
        return found[i].distance == 0;
    /* in units of the nearest, so that nothing overflows */
    return found[0].distance / found[i].distance;
}

static void answer_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct answering *a = ctx;
    const struct knn *k = a->k;
    (void)chunk;

    for (size_t i = begin; i < end; i++) {
        const struct neighbour *found = a->found + i * k->n_neighbors;
        double total = 0, sum = 0;
        for (size_t c = 0; c < k->n_classes; c++)
            matrix_col(a->out, c)[i] = 0;
        for (size_t r = 0; r < k->n_neighbors; r++) {
            double w = weight_of(found, r, k->weights), y = k->y[found[r].row];
            total += w;
            if (k->n_classes)
                matrix_col(a->out, (size_t)y)[i] += w;
            else
                sum += w * y;
        }
        for (size_t c = 0; c < k->n_classes; c++)
            matrix_col(a->out, c)[i] /= total;
        if (!k->n_classes)
            matrix_col(a->out, 0)[i] = sum / total;
    }
}

static int knn_predict(struct matrix *out, const void *state, const struct matrix *x,
                       struct err *err)
{
    const struct knn *k = state;
    size_t at_once = 1 + FOUND_AT_ONCE / k->n_neighbors;
    void *found;

    at_once = at_once < x->n ? at_once : x->n;
    if (mem_big(&found, at_once * k->n_neighbors, sizeof(struct neighbour), "the neighbours", err))
        return -1;
    for (size_t at = 0; at < x->n; at += at_once) {
        size_t n = x->n - at < at_once ? x->n - at : at_once;
        struct matrix q = { .n = n, .p = x->p, .ld = x->ld, .x = x->x + at };
        struct matrix part = { .n = n, .p = out->p, .ld = out->ld, .x = out->x + at };
        struct answering a = { &part, k, found };
        neighbours_find(found, &k->nb, &q, k->n_neighbors);
        parallel_for(n, PARALLEL_CHUNK / 8, answer_rows, &a);
    }
    mem_big_free(found);
    return 0;
}

/* ---- saving ---- */

static void knn_save(struct str *out, const void *state)
{
    const struct knn *k = state;

    pack_u64(out, k->n);
    pack_u64(out, k->n_neighbors);
    pack_u64(out, (uint64_t)k->weights);
    pack_u64(out, (uint64_t)k->metric);
    pack_u64(out, (uint64_t)k->algorithm);
    pack_real(out, k->power);
    pack_reals(out, k->x, k->n * k->p);
    pack_reals(out, k->y, k->n);
}

static void check_values(struct unpack *u, const struct knn *k)
{
    for (size_t i = 0; !u->failed && i < k->n * k->p; i++)
        if (!isfinite(k->x[i]))
            unpack_fail(u, "finite features");
    for (size_t i = 0; !u->failed && i < k->n; i++) {
        double y = k->y[i];
        bool good = k->n_classes ? y >= 0 && y < (double)k->n_classes && y == floor(y)
                                 : isfinite(y);
        if (!good)
            unpack_fail(u, "the target of each row");
    }
}

static int knn_load(void **state, struct arena *arena, struct unpack *u, size_t p, size_t n_classes,
                    struct err *err)
{
    struct knn *k = ARENA_NEW(arena, struct knn, 1);
    size_t n_x, n_y;

    k->p = p;
    k->n_classes = n_classes;
    k->n = unpack_count(u, UINT32_MAX);
    k->n_neighbors = unpack_count(u, k->n);
    k->weights = (int)unpack_count(u, WEIGHTS_DISTANCE);
    k->metric = (int)unpack_count(u, METRIC_COSINE);
    k->algorithm = (int)unpack_count(u, SEARCH_TREE);
    k->power = unpack_real(u);
    k->x = unpack_reals(u, &n_x);
    k->y = unpack_reals(u, &n_y);
    if (!u->failed && (n_y != k->n || k->n == 0 || n_x % k->n != 0 || n_x / k->n != p))
        unpack_fail(u, "the features and the target of each row");
    if (!u->failed && (k->n_neighbors == 0 || !(k->power >= 1)))
        unpack_fail(u, "one neighbour at least, and a power of 1 at least");
    check_values(u, k);
    if (unpack_end(u, err) || build(k, arena, err))
        return -1;
    *state = k;
    return 0;
}

/* ---- the learner ---- */

static const char *const weight_names[] = { "uniform", "distance", NULL };
static const char *const metric_names[] = { "euclidean", "manhattan", "chebyshev",
                                            "minkowski", "cosine",    NULL };
static const char *const algorithm_names[] = { "auto", "brute", "kd_tree", NULL };

static const struct param_spec knn_params[] = {
    { .name = "n_neighbors",
      .type = PARAM_INT,
      .flags = PARAM_LOG,
      .min = 1,
      .max = 10000,
      .fallback = "5",
      .help = "how many neighbours are asked: more is smoother" },
    { .name = "weights",
      .type = PARAM_CHOICE,
      .choices = weight_names,
      .fallback = "uniform",
      .help = "all alike, or each by 1 over its distance" },
    { .name = "metric",
      .type = PARAM_CHOICE,
      .flags = PARAM_HIDDEN,
      .choices = metric_names,
      .fallback = "euclidean",
      .help = "how far two rows are apart" },
    { .name = "p",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN,
      .min = 1,
      .max = 100,
      .fallback = "2",
      .help = "power of metric=minkowski" },
    { .name = "algorithm",
      .type = PARAM_CHOICE,
      .flags = PARAM_HIDDEN,
      .choices = algorithm_names,
      .fallback = "auto",
      .help = "how neighbours are found; the answer is the same" },
    { .name = NULL },
};

const struct learner learn_knn = {
    .name = "knn",
    .help = "what the nearest training rows say",
    .details =
        "Finds the n_neighbors training rows nearest to a row and gives their classes' shares, "
        "or the mean of their targets. Where the ground is rough and rows are plenty, this "
        "is hard to beat; it learns nothing, keeps all training rows, and is slow to predict "
        "by. Distances treat all features alike, so scale them first, and drop those that "
        "say nothing. Of rows at equal distances the earlier ones count, whatever the "
        "algorithm. algorithm=auto takes the tree up to 6 features (9 where the metric is not "
        "euclidean).",
    .source = "ESL 2nd ed., section 13.3; scikit-learn's KNeighborsClassifier and "
              "KNeighborsRegressor",
    .tasks = TASK_CLASSIFY | TASK_REGRESS,
    .params = knn_params,
    .fit = knn_fit,
    .predict = knn_predict,
    .save = knn_save,
    .load = knn_load,
};
