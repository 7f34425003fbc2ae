/* sheet.h - the sheet's own state, and what its files do to it: sheet_layout.c the widths of columns
 * and where they stand, sheet_find.c the jumps; view_sheet.c draws and takes keys. */
#ifndef TUI_SHEET_H
#define TUI_SHEET_H

#include "view.h"
#include "views/sheet_face.h"

#define SHEET_GAP 2 /* between columns */

struct layout {
    int width;     /* of what the cell is */
    int was_width; /* of what it was, 0: no changed cell seen */
    int decimals;
    bool right;
};

struct sheet {
    struct scroll rows;
    size_t row, left, frozen; /* left: first column behind the frozen ones */
    struct layout *layout;
    size_t n_layout;
    struct table *laid_out, *laid_before; /* what the layout is of: held, since another table could
                                           * come to stand at the address of one that went */
    size_t n_rows, n_cols;
    int w;
    size_t seen_top, seen_end, seen_of; /* rows (of so many) whose widths are in the layout */
};

/* ---- sheet_layout.c ---- */
/* Widths for this table or change, from its first rows, looked at or not; nothing to do when they are
 * known. */
void sheet_lay_out(struct sheet *s, const struct face *f);
void sheet_forget_layout(struct sheet *s);
/* Columns grow to what the rows on the screen need, and never shrink while one scrolls. */
void sheet_grow(struct sheet *s, const struct face *f);
int sheet_cell_width(const struct layout *l);
int sheet_gutter_width(const struct face *f);
/* Where column `col` begins when `left` is the first one behind the frozen ones; -1: hidden. */
int sheet_column_x(const struct sheet *s, const struct face *f, size_t left, size_t col);
/* Scrolls so that the column is seen. */
void sheet_settle_left(struct sheet *s, const struct face *f, size_t col);

/* ---- sheet_find.c: each moves the cursor, or says why not ---- */
void sheet_find_change(struct sheet *s, struct desk *d, const struct face *f, int step);
/* From the top; a cursor that stands on a change already stays. */
void sheet_first_change(struct sheet *s, struct desk *d, const struct face *f);
/* The row with the number that was asked for, or the next one that is still there. */
void sheet_find_row(struct sheet *s, const struct desk *d, const struct face *f);
/* The text searched for, in reading order, around the end. */
void sheet_search(struct sheet *s, struct desk *d, const struct face *f, int step);
/* In the column under the cursor. */
void sheet_find_missing(struct sheet *s, struct desk *d, const struct face *f, int step);

#endif
