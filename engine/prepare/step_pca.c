/* step_pca.c - columns of numbers to their principal components. */
#include <math.h>

#include "base/mem.h"
#include "prepare/projection.h"

static const struct param_spec pca_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "columns of numbers; they are replaced" },
    { .name = "n_components",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN,
      .min = 0,
      .max = 100000,
      .fallback = "0.95",
      .help = "how many, or below 1 the share of the variance they are to hold" },
    { .name = "whiten",
      .type = PARAM_FLAG,
      .fallback = "no",
      .help = "bring the components to variance 1" },
    { .name = "prefix", .type = PARAM_NAME, .fallback = "pc", .help = "names of the components" },
    { .name = NULL },
};

/* Variances with the divisor n - 1, and the weights of whitened components. */
static void finish(struct projection *s, const double *values, bool whiten)
{
    for (size_t c = 0; c < s->k; c++) {
        double variance = values[c] / (double)(s->n_rows - 1), deviation = sqrt(variance);
        s->variance[c] = variance;
        for (size_t j = 0; j < s->p && whiten && deviation > 0; j++)
            s->weights[c * s->p + j] /= deviation;
    }
}

static int pca_fit(void **state, struct arena *arena, const struct step_input *in, struct job *job,
                   struct err *err)
{
    struct projection *s = ARENA_NEW(arena, struct projection, 1);
    double wanted = params_real(in->params, "n_components");
    void *cross = NULL;
    size_t *cols;

    if (wanted > 1 && wanted != floor(wanted))
        return err_set(err, ERR_USAGE,
                       "n_components=%g is neither a whole number nor a share below 1", wanted);
    if (projection_init(s, &cols, in, arena, err) ||
        mem_big(&cross, s->p * s->p + s->p, sizeof(double), "the covariance", err))
        return -1;
    double *values = (double *)cross + s->p * s->p;
    int rc = projection_cross(s, cross, cols, true, in, job, err);
    if (!rc)
        rc = projection_eigen(s, values, cross, wanted, arena, err);
    if (!rc)
        finish(s, values, params_flag(in->params, "whiten"));
    mem_big_free(cross);
    *state = s;
    return rc;
}

const struct step_kind step_pca = {
    .name = "pca",
    .help = "replace columns by their principal components",
    .details =
        "Each component is a weighted sum of the columns, less their means; the first holds as "
        "much "
        "of the variance as one sum can, the next as much of what is left. n_components below 1 "
        "takes as many as hold that share. Columns count by their scale, so scale all first. "
        "Eigenvectors of the covariance (divisor n - 1), the weight largest in absolute value "
        "positive, as scikit-learn's PCA does since 1.5; whiten divides each component by its "
        "deviation. Rows with a missing or infinite cell teach nothing and have missing "
        "components. "
        "Jolliffe 2002, Principal Component Analysis, 2nd ed.",
    .example = "pca bill_length_mm bill_depth_mm flipper_length_mm n_components=2",
    .scope = STEP_FITTED,
    .params = pca_params,
    .fit = pca_fit,
    .apply = projection_apply,
    .describe = projection_describe,
    .save = projection_save,
    .load = projection_load,
};
