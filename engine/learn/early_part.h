/* early_part.h - a run of the recipe in which some training rows only say when to stop. */
#ifndef LEARN_EARLY_PART_H
#define LEARN_EARLY_PART_H

#include "prepare/recipe.h"

/* Run the recipe of `run` on its input anew, fitted without those training rows of its last table
 * that are to validate: rows (n; NULL: all of them), part[i] PART_VALIDATE or PART_TRAIN.  They come
 * out as PART_VALIDATE.  ERR_NOMEM, ERR_CANCELLED, and what steps find. */
int early_part_run(struct recipe_run **out, const struct recipe_run *run, const uint32_t *rows,
                   size_t n, const uint8_t *part, struct job *job, struct err *err);

#endif
