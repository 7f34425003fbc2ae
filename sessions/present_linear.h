/* present_linear.h - what a linear model that was just trained looks like. */
#ifndef SESSIONS_PRESENT_LINEAR_H
#define SESSIONS_PRESENT_LINEAR_H

#include "learn/model.h"
#include "session.h"

/* Its coefficients with errors and, where theory gives them, statistics and p values. */
void present_coefficients(struct report *r, struct context *ctx, const struct model *m);
/* The path of penalised models that it was chosen from; whole in the data. */
void present_path(struct report *r, const struct model *m);

#endif
