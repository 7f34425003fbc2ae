/* learn_kmeans.c - k-means: rows to the nearest of k centres. */
#include "learn/learner.h"
#include "num/kmeans.h"

static const struct param_spec kmeans_params[] = {
    { .name = "n_clusters",
      .type = PARAM_INT,
      .min = 1,
      .max = 100000,
      .fallback = "8",
      .help = "how many clusters" },
    { .name = "n_init",
      .type = PARAM_INT,
      .min = 1,
      .max = 1000,
      .fallback = "10",
      .help = "how often to begin anew; the best is kept" },
    { .name = "max_iter",
      .type = PARAM_INT,
      .min = 1,
      .max = 1000000,
      .fallback = "300",
      .help = "most steps of one beginning" },
    { .name = "tol",
      .type = PARAM_REAL,
      .min = 0,
      .max = 1,
      .fallback = "1e-4",
      .help = "stop when the centres move by no more, as a share of the mean variance" },
    { .name = "seed",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "random seed of where it begins" },
    { .name = NULL },
};

static int kmeans_learn(struct fit_output *out, const struct fit_input *in, struct job *job,
                        struct err *err)
{
    struct kmeans *km = ARENA_NEW(out->arena, struct kmeans, 1);
    struct kmeans_options o = {
        .k = (size_t)params_int(in->params, "n_clusters"),
        .n_init = (size_t)params_int(in->params, "n_init"),
        .max_iter = (size_t)params_int(in->params, "max_iter"),
        .tol = params_real(in->params, "tol"),
        .seed = (uint64_t)params_int(in->params, "seed"),
    };
    size_t n_empty = 0;

    job_phase(job, "step");
    if (kmeans_fit(km, in->x, &o, out->arena, job, err))
        return -1;
    for (size_t c = 0; c < km->k; c++)
        n_empty += km->sizes[c] < 0.5;
    if (n_empty)
        out->warning = arena_printf(out->arena,
                                    "%zu of %zu clusters have no row: there are fewer different "
                                    "rows; lower n_clusters",
                                    n_empty, km->k);
    else if (!km->converged)
        out->warning = arena_printf(out->arena,
                                    "the centres still moved after %zu steps; raise max_iter",
                                    km->n_iterations);
    out->n_iterations = km->n_iterations;
    out->state = km;
    return 0;
}

static int kmeans_predict(struct matrix *out, const void *state, const struct matrix *x,
                          struct err *err)
{
    (void)err;
    kmeans_assign(matrix_col(out, 0), state, x);
    return 0;
}

static size_t kmeans_facts(struct fact **out, const void *state, const char *const *names,
                           struct arena *arena)
{
    const struct kmeans *km = state;
    size_t n = 0;

    *out = ARENA_NEW(arena, struct fact, 1 + km->k * (1 + km->p));
    (*out)[n++] = (struct fact){ "inertia", km->inertia };
    for (size_t c = 0; c < km->k; c++)
        (*out)[n++] = (struct fact){ arena_printf(arena, "cluster %zu: rows", c), km->sizes[c] };
    for (size_t c = 0; c < km->k; c++)
        for (size_t j = 0; j < km->p; j++)
            (*out)[n++] = (struct fact){ arena_printf(arena, "cluster %zu: %s", c, names[j]),
                                         km->centres[c * km->p + j] };
    return n;
}

static void kmeans_pack(struct str *out, const void *state)
{
    kmeans_save(out, state);
}

static int kmeans_unpack(void **state, struct arena *arena, struct unpack *u, size_t p,
                         size_t n_classes, struct err *err)
{
    struct kmeans *km = ARENA_NEW(arena, struct kmeans, 1);

    (void)n_classes;
    kmeans_load(km, u, arena, p);
    *state = km;
    return unpack_end(u, err);
}

const struct learner learn_kmeans = {
    .name = "kmeans",
    .help = "k clusters around their means; takes no target",
    .details =
        "Finds n_clusters centres such that the sum of squared distances of all rows to the "
        "nearest "
        "(the inertia) is small. A row belongs to the nearest centre; clusters are numbered from "
        "0. "
        "It suits round clusters of like size; features count by their scale, so scale all first. "
        "It begins n_init times with k-means++ (2 + log k candidates for each centre), goes on "
        "with "
        "Lloyd's steps, most of whose distances Hamerly's bounds leave out, and keeps the best. A "
        "cluster that lost all its rows takes the row farthest from its centre. tol and max_iter "
        "mean what they do in scikit-learn.",
    .source = "Arthur and Vassilvitskii 2007, k-means++; Hamerly 2010, Making k-means even faster; "
              "scikit-learn's KMeans",
    .tasks = TASK_CLUSTER,
    .params = kmeans_params,
    .fit = kmeans_learn,
    .predict = kmeans_predict,
    .facts = kmeans_facts,
    .save = kmeans_pack,
    .load = kmeans_unpack,
};
