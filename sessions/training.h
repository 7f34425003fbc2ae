/* training.h - fitting a learner on the workspace's training rows, for the verbs that do. */
#ifndef SESSIONS_TRAINING_H
#define SESSIONS_TRAINING_H

#include "command.h"

/* A model with its lineage (source, recipe, split, `line` that made it) among its notes. */
int training_fit(struct model **out, struct context *ctx, const struct workspace *ws,
                 const struct learner *learner, const struct params *params, const char *line,
                 struct err *err);
/* The model called `name` in `ws`; when there is none and a learner is called so, that learner is
 * trained with its defaults under its own name: *ws is then replaced.  ERR_USAGE when there is
 * neither. */
int training_need_model(struct workspace **ws, struct context *ctx, const char *name,
                        struct err *err);

#endif
