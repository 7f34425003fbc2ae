/* present_model.h - what a model that was just trained looks like. */
#ifndef SESSIONS_PRESENT_MODEL_H
#define SESSIONS_PRESENT_MODEL_H

#include "command.h"
#include "learn/model.h"

/* Sizes, warning, the curve of its loss, coefficients and importance, as data and as text. */
void present_model(struct report *r, struct context *ctx, const char *name, const struct model *m,
                   double seconds);

#endif
