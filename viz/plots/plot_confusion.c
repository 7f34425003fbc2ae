/* plot_confusion.c - which classes a validated model takes for which. */
#include <math.h>

#include "base/mem.h"
#include "plot.h"
#include "plots/plot_models.h"

#define MOST_CLASSES 30

static const struct param_spec confusion_params[] = {
    { .name = "model",
      .type = PARAM_MODEL,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "a validated model of classes" },
    { .name = NULL },
};

/* counts (k, k) row-major: rows are true classes, columns predicted ones; returns how many rows. */
static size_t count(double *counts, const struct resample_result *r)
{
    const size_t k = r->target.n_classes;
    size_t n = 0;

    for (size_t i = 0; i < r->n_rows; i++) {
        if (isnan(r->truth[i]) || isnan(matrix_col(&r->oof.value, 0)[i]))
            continue;
        counts[(size_t)r->truth[i] * k + prediction_class(&r->oof, i)]++;
        n++;
    }
    return n;
}

/* A cell for each pair of classes: the count and its share of the true class. */
static void add_cells(struct figure *f, const double *counts, size_t k)
{
    double *x = MEM_NEW(double, k *k), *y = MEM_NEW(double, k *k), *share = MEM_NEW(double, k *k);
    const char **text = ARENA_NEW(&f->arena, const char *, k *k);

    for (size_t row = 0; row < k; row++) {
        double total = 0;
        for (size_t col = 0; col < k; col++)
            total += counts[row * k + col];
        for (size_t col = 0; col < k; col++) {
            const size_t i = row * k + col;
            x[i] = (double)col;
            y[i] = (double)row;
            share[i] = total > 0 ? counts[i] / total : 0;
            text[i] = k > 8 ? arena_printf(&f->arena, "%.0f", counts[i])
                            : arena_printf(&f->arena, "%.0f\n%.1f %%", counts[i], 100 * share[i]);
        }
    }
    struct series *s = figure_add(f, SERIES_CELLS, NULL, k * k, x, y);
    s->z = figure_copy(f, share, k * k);
    s->text = text;
    mem_free(x);
    mem_free(y);
    mem_free(share);
}

static int confusion_build(struct figure *f, const struct workspace *ws,
                           const struct params *params, struct job *job, struct err *err)
{
    const char *model = params_text(params, "model");
    const struct resample_result *r = plot_validated(ws, model, "confusion", err);

    if (!r || job_tick(job, 0, 1, err))
        return -1;
    const size_t k = r->target.n_classes;
    if (k > MOST_CLASSES)
        return err_set(err, ERR_DOMAIN, "%s has %zu classes; a confusion plot shows at most %d",
                       r->target.name, k, MOST_CLASSES);
    const char *const *names = figure_copy_text(f, r->target.classes, k);
    f->title = arena_printf(&f->arena, "confusion of %s", model);
    f->x = (struct axis){ .label = "predicted", .categories = names, .n_categories = k };
    f->y = (struct axis){ .label = "true", .categories = names, .n_categories = k };

    double *counts = MEM_NEW(double, k *k);
    const size_t n = count(counts, r);
    if (n > 0)
        add_cells(f, counts, k);
    mem_free(counts);
    if (n == 0)
        return err_set(err, ERR_DOMAIN, "nothing to plot: no row of %s has a known %s", model,
                       r->target.name);
    f->note = arena_printf(&f->arena, "%s; shares by row", plot_validated_note(r, &f->arena));
    return 0;
}

const struct plot_kind plot_confusion = {
    .name = "confusion",
    .help = "which classes a validated model takes for which",
    .details = "Counts of the out-of-fold predictions of validate, and their shares of the true "
               "class; a good model is dark on the diagonal.",
    .example = "plot confusion rf",
    .params = confusion_params,
    .build = confusion_build,
};
