/* diff.h - the difference between two consecutive tables, as a value.
 *
 * Rows are matched by original row number (`after` holds a subset of `before`'s rows, in order);
 * columns by name, or by pointer when one was renamed.  Columns shared by pointer are skipped, so
 * that a step that changes one column costs one column.
 */
#ifndef TABLE_DIFF_H
#define TABLE_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/table.h"

enum diff_kind { DIFF_SAME, DIFF_CHANGED, DIFF_ADDED, DIFF_DROPPED, DIFF_RENAMED };

struct diff_column {
    enum diff_kind kind;
    int before, after; /* column indices, -1 when absent */
    size_t n_changed;  /* cells whose value or missingness differ; 5, 5.0 and '5' are one value */
    struct buffer *changed; /* bitmap over after's rows, NULL when none changed */
};

struct diff {
    struct table *before, *after;
    size_t n_columns; /* after's columns in order, then the dropped ones in before's order */
    struct diff_column *columns;
    size_t cells_changed, rows_removed, columns_added, columns_dropped, columns_renamed;
    struct buffer *row_before; /* uint32 (after.n_rows): index in before; NULL when no row went */
    struct buffer *rows_gone;  /* uint32 (rows_removed): indices in before; NULL when none */
};

/* O(cells of the columns that are not shared).  A cell whose column changed its type is changed unless
 * it is missing in both.  ERR_SHAPE when after has a row that before has not, or in another order;
 * ERR_NOMEM. */
int diff_tables(struct diff **out, const struct table *before, const struct table *after,
                struct err *err);
/* The same for tables of one source of which either may hold rows that the other has not, in any
 * order: the difference is over the rows that both have, matched by row number; *only_before and
 * *only_after count the others.  Where after holds a subset of before's rows, in order, it is
 * diff_tables'. */
int diff_any(struct diff **out, size_t *only_before, size_t *only_after, const struct table *before,
             const struct table *after, struct err *err);
void diff_free(struct diff *d); /* NULL is fine */

/* Was cell (row, col of after) changed? */
bool diff_cell(const struct diff *d, size_t row, size_t col);
size_t diff_row_before(const struct diff *d, size_t row);
/* The next changed cell after (row, col) in row-major order, or the previous one; false, and both
 * untouched, at the end.
 * Start from row = SIZE_MAX for the first (or the last). */
bool diff_next(const struct diff *d, size_t *row, size_t *col);
bool diff_previous(const struct diff *d, size_t *row, size_t *col);

#endif
