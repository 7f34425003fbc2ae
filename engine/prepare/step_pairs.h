/* step_pairs.h - what replace and merge have in common: their `pairs` over their `columns`. */
#ifndef PREPARE_STEP_PAIRS_H
#define PREPARE_STEP_PAIRS_H

#include "prepare/step.h"

/* Each cell that a pair begins with becomes what the pair says.  Text and categories. */
int replace_pairs(struct table **out, const struct step_input *in, struct job *job,
                  struct err *err);

#endif
