/* text_map.h - one change for every text of a column: what trim and replace have in common. */
#ifndef PREPARE_TEXT_MAP_H
#define PREPARE_TEXT_MAP_H

#include "base/job.h"
#include "base/str.h"
#include "table/column.h"

enum text_change { TEXT_SAME, TEXT_CHANGED, TEXT_MISSING, TEXT_FAILED };

/* What becomes of a text: TEXT_CHANGED leaves the new one in `out` (empty when called),
 * TEXT_FAILED an error. */
typedef enum text_change text_map_one(void *ctx, struct str *out, struct span in, struct err *err);

/* A text or category column with each present cell changed; a reference to it when none was.  A
 * category asks once for each level, and levels that become equal are one. */
int text_map(struct column **out, const struct column *c, text_map_one *one, void *ctx,
             struct job *job, struct err *err);

#endif
