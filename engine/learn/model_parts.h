/* model_parts.h - what the files of model.h share. */
#ifndef LEARN_MODEL_PARTS_H
#define LEARN_MODEL_PARTS_H

#include "learn/model.h"

/* An empty model with one reference and an arena. */
struct model *model_blank(void);
/* What its learner can take with its parameters. */
static inline unsigned model_flags(const struct model *m)
{
    return learner_abilities(m->learner, &m->params);
}

#endif
