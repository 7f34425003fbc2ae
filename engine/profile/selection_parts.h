/* selection_parts.h - what the files of selection.h share. */
#ifndef PROFILE_SELECTION_PARTS_H
#define PROFILE_SELECTION_PARTS_H

#include "profile/selection.h"

/* The facet (copied; its row set gets a reference more) in place of its column's, or behind the
 * others. */
struct selection *selection_put(const struct selection *s, const struct facet *f);

/* One of the values as it stands in the list. */
void facet_item_print(struct str *out, const struct facet_item *item);

/* Rows of the column by value: those of `rows` ((n), ascending), and all of them.  In the arena.
 * ERR_NOMEM. */
int facet_count_column(struct facet_counts *out, const struct column *c, const uint32_t *rows,
                       size_t n, struct arena *arena, struct err *err);

/* The column that stands for row numbers: @row. */
#define FACET_ROW_COLUMN "@row"

#endif
