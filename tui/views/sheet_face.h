/* sheet_face.h - what the sheet shows: the table as it stands, or what one step made of another.
 *
 * Rows are those that the facets leave (desk.h, looked); all functions count these.
 * With a step, rows are those that were there before it, removed ones among them, and columns are
 * those after it with the dropped ones behind.
 */
#ifndef TUI_SHEET_FACE_H
#define TUI_SHEET_FACE_H

#include "desk.h"

#define FACE_GONE ((size_t)-1)

struct face {
    const struct table *table, *before;
    const struct diff *diff; /* NULL: the table alone */
    const struct recipe_run *run;
    const uint8_t *parts; /* by row of the table; NULL: all train */
    const uint32_t
        *looked; /* (n_rows) rows that are looked at, of `before` or the table; NULL: all */
    size_t n_rows, n_cols;
};

struct face_cell {
    struct str was, is; /* texts; `was` only when the cell changed */
    bool changed, missing, was_missing;
};

void face_of(struct face *f, const struct desk *d);
/* All rows, not only those looked at. */
void face_show_all(struct face *f);
/* The row of the table, FACE_GONE for one that the step removed. */
size_t face_row(const struct face *f, size_t row);
size_t face_row_number(const struct face *f, size_t row); /* in the source, from 1 */
bool face_is_held_out(const struct face *f, size_t row);
const char *face_name(const struct face *f, size_t col);
/* The column whose cells are shown, for type and alignment. */
const struct column *face_column(const struct face *f, size_t col);
enum diff_kind face_kind(const struct face *f, size_t col);
bool face_is_changed(const struct face *f, size_t row, size_t col);

void face_cell_init(struct face_cell *c);
void face_cell_release(struct face_cell *c);
/* Reals with that many decimals where they can be shown so; -1: as short as may be. */
void face_read(struct face_cell *out, const struct face *f, size_t row, size_t col, int decimals);
/* Decimals for the column, from its first n rows: as many as its values need, but no more than
 * show the largest of them to four digits (and four in any case): a sheet is for looking. */
int face_decimals(const struct face *f, size_t col, size_t n);

/* The next (step 1) or previous (step -1) cell or row that the step changed; false when there is
 * none. */
bool face_next_change(const struct face *f, size_t *row, size_t *col, int step);

#endif
