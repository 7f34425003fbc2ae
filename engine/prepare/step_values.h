/* step_values.h - the values a fitted step learns from, and columns made like another. */
#ifndef PREPARE_STEP_VALUES_H
#define PREPARE_STEP_VALUES_H

#include "prepare/step.h"

/* Numbers of the column in the rows to learn from, in row order, without missing cells and NaN.
 * Free with mem_big_free.  ERR_NOMEM. */
int step_values(double **out, size_t *n, const struct step_input *in, size_t col, struct err *err);

/* A new column of `type` with the missing cells of `c`; values are zero.  Levels only for category,
 * text is not possible. */
int column_new_like(struct column **out, enum column_type type, const struct column *c,
                    struct err *err);
/* Zero the value slots of missing cells, as the layout wants it, after all were computed. */
void column_clear_missing(struct column *c);

/* A value of any type but text and category, as the builders and columns take it. */
struct cell_value {
    double real;     /* real */
    int64_t integer; /* the others: 0 or 1, a number, days, microseconds */
};
/* A whole text as a value of the type; false when it is none.  Always true for words. */
bool cell_value_read(struct cell_value *out, struct span text, enum column_type type);

/* A name that must be there. */
const char *unpack_name(struct unpack *u);

#endif
