/* plot_rows.h - what plots of columns share: numbers by row, and rows by group. */
#ifndef VIZ_PLOT_ROWS_H
#define VIZ_PLOT_ROWS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "canvas.h"
#include "table/table.h"

/* Rows divided by the values of a column, at most as many groups as there are colours: the most
 * frequent ones keep their own, the rest are "other"; missing is a group. */
struct plot_groups {
    size_t n;
    const char *labels[CANVAS_N_PALETTE]; /* NULL when nothing divides the rows */
    uint8_t *of_row;                      /* (n_rows) in a large block, NULL: one group */
};

/* `by` NULL: one group of all rows.  ERR_USAGE: no such column; ERR_SHAPE: numbers with too many
 * values; ERR_NOMEM. */
int plot_groups_make(struct plot_groups *out, const struct table *t, const char *by,
                     struct arena *arena, struct err *err);
void plot_groups_release(struct plot_groups *g);
static inline size_t plot_group(const struct plot_groups *g, size_t row)
{
    return g->of_row ? g->of_row[row] : 0;
}

/* The column as a number of row i, NAN when it is missing. */
double plot_value(const struct column *c, size_t i);
/* The column of numbers, or ERR_SHAPE with what it is and `what` takes. */
const struct column *plot_number_column(const struct table *t, const char *name, const char *what,
                                        struct err *err);

#endif
