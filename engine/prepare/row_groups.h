/* row_groups.h - rows that agree in some columns.  Missing agrees with missing. */
#ifndef PREPARE_ROW_GROUPS_H
#define PREPARE_ROW_GROUPS_H

#include <stdint.h>

#include "table/table.h"

/* A hash table of rows, one of each group; open addressing, at most half full; 0 is free. */
struct row_groups {
    const struct table *table;
    const size_t *cols; /* (n_cols) borrowed */
    size_t n_cols;
    uint32_t *slots; /* row + 1 */
    size_t n_slots;
};

/* For at most n rows.  ERR_NOMEM. */
int row_groups_init(struct row_groups *g, const struct table *t, const size_t *cols, size_t n_cols,
                    size_t n, struct err *err);
void row_groups_release(struct row_groups *g);
/* The row asked for first of those that agree with it: the row itself when it is the first. */
size_t row_groups_first(struct row_groups *g, size_t row);

#endif
