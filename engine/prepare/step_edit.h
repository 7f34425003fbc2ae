/* step_edit.h - what row-wise steps over columns have in common: each column that the step's
 * `columns` stands for may be replaced by another one of the same rows. */
#ifndef PREPARE_STEP_EDIT_H
#define PREPARE_STEP_EDIT_H

#include "prepare/step_columns.h"

/* The column in place of `c`; *out stays NULL when nothing changes.  `ctx` is the step's own. */
typedef int step_edit_one(struct column **out, const struct column *c, const char *name, void *ctx,
                          struct job *job, struct err *err);

int step_edit_columns(struct table **out, const struct step_input *in,
                      const struct column_rule *rule, step_edit_one *one, void *ctx,
                      struct job *job, struct err *err);
/* Only the columns of `kept` (n_kept), chosen by the step from those that `columns` names. */
typedef int step_choose(size_t *kept, size_t *n_kept, const struct step_input *in,
                        const size_t *named, size_t n_named, struct err *err);
int step_choose_columns(struct table **out, const struct step_input *in, step_choose *choose,
                        struct err *err);

#endif
