/* coded.h - a table as small whole numbers: for each column the different texts of its cells, and
 * for each row which of them it has.  What the searches for wrong cells work on.
 *
 * The text of a cell is what stood in the file, where that is known and no step changed the cell
 * since ("N/A" where it was read as missing, "012" where it was read as 12); else its exact text
 * (cell_text), and for a cell that the reader rejected the text that it noted.
 */
#ifndef PROFILE_CODED_H
#define PROFILE_CODED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/job.h"
#include "table/table.h"

/* A cell that became missing when it was read, and what stood there. */
struct odd_cell {
    uint32_t row; /* of the table, from 0 */
    uint32_t col;
    const char *text;
};

/* The table as it was read, and the same rows and columns as texts. */
struct raw_cells {
    const struct table *source, *texts; /* NULL: not known */
};

struct coded_column {
    const struct column *texts; /* category over the rows looked at; owned */
    uint32_t *code;             /* (n_rows) 0: missing, else level + 1 */
    uint32_t n_values;          /* codes 1 to n_values */
    uint32_t *count;            /* (n_values + 1) how many rows have it; [0] are missing */
};

struct coded {
    const struct table *table;
    size_t n_rows, n_cols;
    const uint32_t *rows; /* (n_rows) table rows looked at, rising; NULL: all of them */
    struct coded_column *columns;
};

/* Codes for every column of the rows (NULL: all).  odd (n_odd) in any order.  The table, the rows
 * and the odd texts are borrowed and must outlive it.  Columns in parallel.  ERR_NOMEM,
 * ERR_CANCELLED. */
int coded_new(struct coded **out, const struct table *t, const uint32_t *rows, size_t n_rows,
              const struct odd_cell *odd, size_t n_odd, struct raw_cells raw, struct job *job,
              struct err *err);
void coded_free(struct coded *c); /* NULL is fine */

static inline uint32_t coded_row(const struct coded *c, size_t i)
{
    return c->rows ? c->rows[i] : (uint32_t)i;
}
/* The text of a code; empty for 0. */
static inline struct span coded_text(const struct coded_column *c, uint32_t code)
{
    return code ? column_text(c->texts->levels, code - 1) : (struct span){ "", 0 };
}

/* Rows of one column by its values: rows order[start[code]..start[code + 1]). */
struct coded_groups {
    uint32_t *start; /* (n_values + 2) */
    uint32_t *order; /* (n_rows) rising within a group */
};
/* Counting sort; ERR_NOMEM.  Free with coded_groups_release. */
int coded_groups(struct coded_groups *out, const uint32_t *code, uint32_t n_values, size_t n_rows,
                 struct err *err);
void coded_groups_release(struct coded_groups *g);

#endif
