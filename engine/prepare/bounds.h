/* bounds.h - a lowest and a highest number for a column of ints or reals. */
#ifndef PREPARE_BOUNDS_H
#define PREPARE_BOUNDS_H

#include <stdbool.h>

#include "base/err.h"
#include "table/column.h"

struct bounds {
    double low, high; /* either may be infinite: no bound */
};

/* -1 below, 1 above, 0 within, missing or NaN. */
int bounds_beyond(const struct bounds *b, const struct column *c, size_t row);
/* Is any cell? */
bool bounds_outside(const struct bounds *b, const struct column *c);
/* A new column with the nearest bound where a cell is beyond; an int column stays int.  ERR_DOMAIN
 * when no whole number lies within, naming the column; ERR_NOMEM. */
int bounds_clip(struct column **out, const struct bounds *b, const char *name,
                const struct column *c, struct err *err);

#endif
