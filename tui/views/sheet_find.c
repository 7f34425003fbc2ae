/* sheet_find.c - to the next change, the next missing cell, a row, a text. */
#include "views/sheet.h"

#include "widgets/find_text.h"

#define SEARCH_BUDGET 150000 /* cells looked at before one is asked to go on */

void sheet_find_change(struct sheet *s, struct desk *d, const struct face *f, int step)
{
    if (!f->diff) {
        desk_say(d, "no step is shown; choose one in steps and press Enter");
        return;
    }
    if (!face_next_change(f, &s->row, &d->column, step))
        desk_say(d, step > 0 ? "no change further down" : "no change further up");
}

void sheet_first_change(struct sheet *s, struct desk *d, const struct face *f)
{
    size_t row = 0, col = 0;

    if (!f->diff || f->n_rows == 0 ||
        (d->column < f->n_cols && face_is_changed(f, s->row, d->column)))
        return;
    if (face_row(f, 0) != FACE_GONE && !(f->n_cols && face_is_changed(f, 0, 0)) &&
        !face_next_change(f, &row, &col, 1))
        return;
    s->row = row;
    d->column = col;
}

void sheet_find_row(struct sheet *s, const struct desk *d, const struct face *f)
{
    size_t low = 0, high = f->n_rows;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (face_row_number(f, mid) < d->go_to)
            low = mid + 1;
        else
            high = mid;
    }
    s->row = low < f->n_rows ? low : f->n_rows ? f->n_rows - 1 : 0;
}

/* One cell on, in reading order, around the end; false when one is back at the start. */
static bool walk(size_t *row, size_t *col, const struct face *f, int step)
{
    if (step > 0) {
        *col += 1;
        if (*col == f->n_cols) {
            *col = 0;
            *row = *row + 1 < f->n_rows ? *row + 1 : 0;
        }
    } else if (*col > 0) {
        *col -= 1;
    } else {
        *col = f->n_cols - 1;
        *row = *row > 0 ? *row - 1 : f->n_rows - 1;
    }
    return true;
}

void sheet_search(struct sheet *s, struct desk *d, const struct face *f, int step)
{
    size_t row = s->row, col = d->column;
    size_t n = f->n_rows * f->n_cols;
    struct face_cell cell;

    if (!d->search.len || n == 0) {
        desk_say(d, "nothing to look for yet; / takes a text");
        return;
    }
    face_cell_init(&cell);
    bool found = false;
    size_t k = 0;
    for (; k < n && k < SEARCH_BUDGET && !found; k++) {
        walk(&row, &col, f, step);
        face_read(&cell, f, row, col, s->layout[col].decimals);
        found = find_text(cell.is.buf, d->search.buf);
    }
    face_cell_release(&cell);
    if (found || k < n) {
        s->row = row;
        d->column = col;
    }
    if (!found)
        desk_say(d, "'%s' is not in %s", d->search.buf,
                 k < n ? "these rows; n looks further" : "the table");
}

void sheet_find_missing(struct sheet *s, struct desk *d, const struct face *f, int step)
{
    struct face_cell cell;

    if (f->n_cols == 0)
        return;
    face_cell_init(&cell);
    for (size_t k = 1; k < f->n_rows; k++) {
        size_t row = step > 0 ? s->row + k : s->row - k;
        if (row >= f->n_rows)
            break;
        face_read(&cell, f, row, d->column, -1);
        if (cell.missing || cell.was_missing) {
            s->row = row;
            face_cell_release(&cell);
            return;
        }
    }
    face_cell_release(&cell);
    desk_say(d, "no missing cell further %s in %s", step > 0 ? "down" : "up",
             face_name(f, d->column));
}
