/* recipe_run.h - what the files of the recipe share; for this room only. */
#ifndef PREPARE_RECIPE_RUN_H
#define PREPARE_RECIPE_RUN_H

#include "prepare/recipe.h"

/* No state yet; takes a reference to the recipe. */
struct fitted *fitted_new(const struct recipe *r);
/* The same steps with other roles and another split. */
struct recipe *recipe_with_roles(const struct recipe *r, const struct roles *roles,
                                 size_t split_at);

#endif
