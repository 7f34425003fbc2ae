/* step_svd.c - columns of numbers to their largest singular directions, without taking means off. */
#include <math.h>

#include "base/mem.h"
#include "prepare/projection.h"

static const struct param_spec svd_params[] = {
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
    { .name = "prefix", .type = PARAM_NAME, .fallback = "svd", .help = "names of the new columns" },
    { .name = NULL },
};

static int svd_fit(void **state, struct arena *arena, const struct step_input *in, struct job *job,
                   struct err *err)
{
    struct projection *s = ARENA_NEW(arena, struct projection, 1);
    void *cross = NULL;
    size_t *cols;

    if (projection_init(s, &cols, in, arena, err) ||
        mem_big(&cross, s->p * s->p + s->p, sizeof(double), "sums of products", err))
        return -1;
    double *values = (double *)cross + s->p * s->p;
    int rc = projection_cross(s, cross, cols, false, in, job, err);
    if (!rc)
        rc = projection_eigen(s, values, cross, (double)params_int(in->params, "n_components"),
                              arena, err);
    for (size_t c = 0; c < s->k && !rc; c++) {
        s->variance[c] = NAN;
        s->share[c] = NAN; /* of squares, not of the variance */
    }
    mem_big_free(cross);
    *state = s;
    return rc;
}

const struct step_kind step_svd = {
    .name = "svd",
    .help = "replace columns by their truncated singular value decomposition",
    .details =
        "As pca, but about zero instead of the means, so that counts with many zeros keep their "
        "meaning: the rows times the right singular vectors of the largest singular values, the "
        "weight largest in absolute value positive, as scikit-learn's TruncatedSVD gives since "
        "1.5. "
        "Found from the eigenvectors of X'X: singular values below 1e-8 of the largest are noise. "
        "Rows with a missing or infinite cell teach nothing and have missing cells.",
    .example = "svd bill_length_mm bill_depth_mm flipper_length_mm n_components=2",
    .scope = STEP_FITTED,
    .params = svd_params,
    .fit = svd_fit,
    .apply = projection_apply,
    .describe = projection_describe,
    .save = projection_save,
    .load = projection_load,
};
