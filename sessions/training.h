/* training.h - fitting a learner on the workspace's training rows, for the verbs that do. */
#ifndef SESSIONS_TRAINING_H
#define SESSIONS_TRAINING_H

#include "command.h"

struct training_how {
    const struct learner *learner;
    const struct params *params;
    const struct train_stage *stages; /* (n_stages), as in a train_request */
    size_t n_stages;
    const struct model *warm; /* to go on from; NULL */
    const char *class_weight; /* as in a train_request */
    const char *line;         /* that makes it */
};

/* A model with its lineage (source, recipe, split, line) among its notes. */
int training_fit(struct model **out, struct context *ctx, const struct workspace *ws,
                 const struct training_how *how, struct err *err);
/* ERR_DOMAIN when source, recipe or split are not those that the model was trained with: says which. */
int training_check_same(const struct workspace *ws, const char *name, const struct model *m,
                        struct arena *arena, struct err *err);
/* For a learner made of others: the models that were named (models=, base=) as members= says them, with
 * the parameters that they have now, so that a replay needs no names.  ERR_USAGE naming a model that
 * is none, ERR_DOMAIN one whose training cannot be taken over. */
int training_resolve_members(struct context *ctx, struct err *err);
/* The model called `name` in `ws`; when there is none and a learner is called so, that learner is
 * trained with its defaults under its own name: *ws is then replaced.  ERR_USAGE when there is
 * neither. */
int training_need_model(struct workspace **ws, struct context *ctx, const char *name,
                        struct err *err);

#endif
