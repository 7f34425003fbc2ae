#include "plots/plot_models.h"

const struct resample_result *plot_validated(const struct workspace *ws, const char *model,
                                             const char *plot, struct err *err)
{
    const struct named_model *named = workspace_model(ws, model, err);

    if (!named)
        return NULL;
    if (!named->validated) {
        err_set(err, ERR_DOMAIN, "%s was not validated yet; run validate %s first", model, model);
        return NULL;
    }
    if (named->validated->target.n_classes < 2) {
        err_set(err, ERR_DOMAIN, "%s predicts numbers; plot %s takes models that predict classes",
                model, plot);
        return NULL;
    }
    return named->validated;
}

const char *plot_validated_note(const struct resample_result *r, struct arena *arena)
{
    return arena_printf(arena, "out-of-fold, %zu rows, %zu folds pooled", r->n_rows, r->n_folds);
}
