/* step_random_projection.c - columns of numbers to fewer sums with weights drawn by chance. */
#include <math.h>

#include "base/rng.h"
#include "prepare/projection.h"

enum { DRAW_GAUSSIAN, DRAW_SPARSE };
static const char *const draw_methods[] = { "gaussian", "sparse", NULL };

static const struct param_spec random_projection_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "columns of numbers; they are replaced" },
    { .name = "n_components",
      .type = PARAM_INT,
      .min = 1,
      .max = 100000,
      .fallback = "2",
      .help = "how many" },
    { .name = "method",
      .type = PARAM_CHOICE,
      .choices = draw_methods,
      .fallback = "gaussian",
      .help = "gaussian: normal weights; sparse: most weights are zero" },
    { .name = "seed",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "random seed" },
    { .name = "prefix", .type = PARAM_NAME, .fallback = "rp", .help = "names of the new columns" },
    { .name = NULL },
};

/* Source: Li, Hastie and Church 2006, "Very sparse random projections": one weight in sqrt(p). */
static double draw_sparse(struct rng *rng, size_t p, size_t k)
{
    double density = 1 / sqrt((double)p), u = rng_unit(rng);

    if (u >= density)
        return 0;
    return (u < density / 2 ? 1 : -1) / sqrt(density * (double)k);
}

static int random_projection_fit(void **state, struct arena *arena, const struct step_input *in,
                                 struct job *job, struct err *err)
{
    struct projection *s = ARENA_NEW(arena, struct projection, 1);
    bool sparse = params_choice(in->params, "method") == DRAW_SPARSE;
    size_t k = (size_t)params_int(in->params, "n_components");
    struct rng rng;
    size_t *cols;

    if (projection_init(s, &cols, in, arena, err) || job_tick(job, 0, 1, err))
        return -1;
    s->k = k;
    s->weights = ARENA_NEW(arena, double, k * s->p);
    s->variance = ARENA_NEW(arena, double, k);
    s->share = ARENA_NEW(arena, double, k);
    rng_init(&rng, (uint64_t)params_int(in->params, "seed"), 0);
    for (size_t i = 0; i < k * s->p; i++)
        s->weights[i] = sparse ? draw_sparse(&rng, s->p, k) : rng_normal(&rng) / sqrt((double)k);
    for (size_t c = 0; c < k; c++)
        s->variance[c] = s->share[c] = NAN;
    *state = s;
    return 0;
}

const struct step_kind step_random_projection = {
    .name = "random-projection",
    .help = "replace columns by fewer random sums",
    .details =
        "Distances between rows stay about as they were, the more so the more components "
        "(Johnson and Lindenstrauss 1984), at a cost that pca does not have to be paid for: "
        "nothing "
        "is learned but how many columns there are. gaussian draws weights with variance 1 / "
        "n_components; sparse leaves all but one in sqrt(columns) zero (Li, Hastie and Church "
        "2006), as scikit-learn's GaussianRandomProjection and SparseRandomProjection do. Rows "
        "with "
        "a missing or infinite cell have missing cells.",
    .example = "random-projection bill_length_mm bill_depth_mm n_components=1",
    .scope = STEP_FITTED,
    .params = random_projection_params,
    .fit = random_projection_fit,
    .apply = projection_apply,
    .describe = projection_describe,
    .save = projection_save,
    .load = projection_load,
};
