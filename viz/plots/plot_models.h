/* plot_models.h - what plots of models share: their out-of-fold predictions. */
#ifndef VIZ_PLOT_MODELS_H
#define VIZ_PLOT_MODELS_H

#include "workspace.h"

/* The result of `validate` for a model of classes.  ERR_USAGE: no such model; ERR_DOMAIN: "lr was
 * not validated yet; run validate lr first", or it predicts numbers. */
const struct resample_result *plot_validated(const struct workspace *ws, const char *model,
                                             const char *plot, struct err *err);
/* "out-of-fold, 569 rows, 5 folds pooled": a curve of pooled rows has not quite the mean over
 * folds that validate shows. */
const char *plot_validated_note(const struct resample_result *r, struct arena *arena);

#endif
