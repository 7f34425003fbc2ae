/* model_parts.h - what the files of model.h share. */
#ifndef LEARN_MODEL_PARTS_H
#define LEARN_MODEL_PARTS_H

#include "learn/model.h"

/* An empty model with one reference and an arena. */
struct model *model_blank(void);

#endif
