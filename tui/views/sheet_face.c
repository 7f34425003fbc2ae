/* sheet_face.c - rows, columns and cells of the sheet, removed rows among them. */
#include "views/sheet_face.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "table/bits.h"
#include "table/cell.h"

void face_show_all(struct face *f)
{
    f->looked = NULL;
    f->n_rows = f->diff ? f->before->n_rows : f->table->n_rows;
}

void face_of(struct face *f, const struct desk *d)
{
    const struct recipe_run *run = d->trial ? d->trial->run : d->ws->run;

    *f = (struct face){ .table = d->table, .before = d->before, .diff = d->diff, .run = run };
    if (!f->table)
        return;
    size_t k = d->shown == DESK_NOW || d->trial ? run->n_tables - 1 : d->shown;
    f->parts = run->parts[k];
    face_show_all(f);
    f->n_cols = f->diff ? f->diff->n_columns : f->table->n_cols;
    /* While the diff is being found the desk has looked at the table alone. */
    if (d->looked && d->looked->rows && d->looked->n_rows == f->n_rows) {
        f->looked = d->looked->rows;
        f->n_rows = d->looked->n;
    }
}

/* ---------------------------------------------------------------- rows */

/* How many of the removed rows (ascending indices in `before`) come before `row`. */
static size_t gone_before(const struct diff *d, size_t row)
{
    const uint32_t *gone = d->rows_gone ? d->rows_gone->data : NULL;
    size_t low = 0, high = gone ? d->rows_removed : 0;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (gone[mid] < row)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool is_gone(const struct diff *d, size_t row)
{
    size_t k = gone_before(d, row);

    return d->rows_gone && k < d->rows_removed && ((const uint32_t *)d->rows_gone->data)[k] == row;
}

/* The row of `before` or the table that stands in the sheet's line `row`. */
static size_t base_row(const struct face *f, size_t row)
{
    return f->looked ? f->looked[row] : row;
}

/* The line of the first row looked at that is not before `base`; n_rows when there is none. */
static size_t line_of(const struct face *f, size_t base)
{
    size_t low = 0, high = f->n_rows;

    if (!f->looked)
        return base;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (f->looked[mid] < base)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static size_t row_after(const struct face *f, size_t base)
{
    if (!f->diff)
        return base;
    return is_gone(f->diff, base) ? FACE_GONE : base - gone_before(f->diff, base);
}

size_t face_row(const struct face *f, size_t row)
{
    return row_after(f, base_row(f, row));
}

size_t face_row_number(const struct face *f, size_t row)
{
    return table_row_number(f->diff ? f->before : f->table, base_row(f, row));
}

bool face_is_held_out(const struct face *f, size_t row)
{
    size_t i = face_row(f, row);

    return f->parts && i != FACE_GONE && f->parts[i] == PART_PREDICT;
}

/* ---------------------------------------------------------------- columns */

const char *face_name(const struct face *f, size_t col)
{
    if (!f->diff)
        return table_name(f->table, col);
    const struct diff_column *c = &f->diff->columns[col];
    return c->after >= 0 ? table_name(f->table, (size_t)c->after)
                         : table_name(f->before, (size_t)c->before);
}

const struct column *face_column(const struct face *f, size_t col)
{
    if (!f->diff)
        return table_at(f->table, col);
    const struct diff_column *c = &f->diff->columns[col];
    return c->after >= 0 ? table_at(f->table, (size_t)c->after)
                         : table_at(f->before, (size_t)c->before);
}

enum diff_kind face_kind(const struct face *f, size_t col)
{
    return f->diff ? f->diff->columns[col].kind : DIFF_SAME;
}

bool face_is_changed(const struct face *f, size_t row, size_t col)
{
    if (!f->diff || f->diff->columns[col].kind != DIFF_CHANGED)
        return false;
    size_t i = face_row(f, row);
    return i != FACE_GONE && diff_cell(f->diff, i, (size_t)f->diff->columns[col].after);
}

/* ---------------------------------------------------------------- cells */

void face_cell_init(struct face_cell *c)
{
    *c = (struct face_cell){ 0 };
    str_init(&c->was);
    str_init(&c->is);
}

void face_cell_release(struct face_cell *c)
{
    str_release(&c->was);
    str_release(&c->is);
}

static void show(struct str *out, const struct column *c, size_t i, int decimals)
{
    char buf[64];
    double v;

    if (c->type != COLUMN_REAL || column_missing(c, i) || decimals < 0) {
        cell_show(out, c, i, 6, "·");
        return;
    }
    v = column_reals(c)[i];
    bool fits = isfinite(v) && fabs(v) < 1e9 && (v == 0 || fabs(v) >= 0.5 * pow(10, -decimals));
    if (!fits) {
        cell_show(out, c, i, 6, "·");
        return;
    }
    snprintf(buf, sizeof(buf), "%.*f", decimals, v);
    str_add(out, buf);
}

/* Which column and row of `before` or `table` the cell comes from. */
static bool locate(const struct column **c, size_t *i, const struct face *f, size_t row, size_t col)
{
    size_t after = face_row(f, row);

    if (!f->diff) {
        *c = table_at(f->table, col);
        *i = after;
        return true;
    }
    const struct diff_column *d = &f->diff->columns[col];
    if (after == FACE_GONE || d->after < 0) {
        if (d->before < 0)
            return false; /* a new column has no value in a row that went */
        *c = table_at(f->before, (size_t)d->before);
        *i = base_row(f, row);
        return true;
    }
    *c = table_at(f->table, (size_t)d->after);
    *i = after;
    return true;
}

void face_read(struct face_cell *out, const struct face *f, size_t row, size_t col, int decimals)
{
    const struct column *c;
    size_t i;

    str_clear(&out->was);
    str_clear(&out->is);
    out->missing = out->was_missing = false;
    out->changed = face_is_changed(f, row, col);
    if (!locate(&c, &i, f, row, col))
        return;
    out->missing = column_missing(c, i);
    show(&out->is, c, i, decimals);
    if (out->changed) {
        const struct column *old = table_at(f->before, (size_t)f->diff->columns[col].before);
        out->was_missing = column_missing(old, base_row(f, row));
        show(&out->was, old, base_row(f, row), decimals);
    }
}

/* Decimals that show the value to six digits. */
static int decimals_of(double v)
{
    char buf[TEXT_REAL_SIZE];

    text_real_short(buf, v, 6);
    const char *point = strchr(buf, '.');
    return point && !strchr(buf, 'e') ? (int)strlen(point + 1) : 0;
}

int face_decimals(const struct face *f, size_t col, size_t n)
{
    const struct column *c;
    double largest = 0;
    int needed = 0;
    size_t i;

    for (size_t row = 0; row < n; row++) {
        if (!locate(&c, &i, f, row, col) || c->type != COLUMN_REAL || column_missing(c, i) ||
            !isfinite(column_reals(c)[i]))
            continue;
        int decimals = decimals_of(column_reals(c)[i]);
        needed = decimals > needed ? decimals : needed;
        largest = fmax(largest, fabs(column_reals(c)[i]));
    }
    int enough = largest > 0 ? 3 - (int)floor(log10(largest)) : 4;
    enough = enough < 4 ? 4 : enough > 9 ? 9 : enough;
    return needed < enough ? needed : enough;
}

/* ---------------------------------------------------------------- changes */

struct place {
    size_t row, col;
    bool found;
};

static struct place next_cell(const struct face *f, size_t row, size_t col, int step)
{
    /* diff counts rows after the step; from a removed row one starts between its neighbours. */
    size_t i = row_after(f, row), j = col;
    size_t at = i != FACE_GONE ? i : row - gone_before(f->diff, row);
    struct place p = { 0 };

    if (i == FACE_GONE && step > 0) {
        if (at == 0)
            i = FACE_GONE, j = 0;
        else
            i = at - 1, j = f->table->n_cols;
    } else if (i == FACE_GONE) {
        i = at, j = 0;
    }
    if (j >= f->table->n_cols && i != FACE_GONE)
        j = f->table->n_cols ? f->table->n_cols - 1 : 0;
    p.found = step > 0 ? diff_next(f->diff, &i, &j) : diff_previous(f->diff, &i, &j);
    if (p.found) {
        p.row = diff_row_before(f->diff, i);
        p.col = j;
    }
    return p;
}

static struct place next_gone(const struct face *f, size_t row, size_t col, int step)
{
    const struct diff *d = f->diff;
    struct place p = { .col = col };

    if (!d->rows_gone || d->rows_removed == 0)
        return p;
    const uint32_t *gone = d->rows_gone->data;
    size_t k = gone_before(d, step > 0 ? row + 1 : row);
    if (step > 0 ? k >= d->rows_removed : k == 0)
        return p;
    p.row = gone[step > 0 ? k : k - 1];
    p.found = true;
    return p;
}

/* From a row of `before`; false when there is none. */
static bool next_place(const struct face *f, size_t *row, size_t *col, int step)
{
    struct place cell = next_cell(f, *row, *col, step), gone = next_gone(f, *row, *col, step);

    if (!cell.found && !gone.found)
        return false;
    bool take_cell = cell.found &&
                     (!gone.found || (step > 0 ? cell.row < gone.row : cell.row > gone.row));
    *row = take_cell ? cell.row : gone.row;
    *col = take_cell ? cell.col : gone.col;
    return true;
}

bool face_next_change(const struct face *f, size_t *row, size_t *col, int step)
{
    if (!f->diff || f->n_rows == 0)
        return false;
    size_t base = base_row(f, *row), j = *col;
    while (next_place(f, &base, &j, step)) {
        size_t line = line_of(f, base);
        if (line >= f->n_rows || base_row(f, line) != base)
            continue; /* not among the rows looked at */
        *row = line;
        *col = j;
        return true;
    }
    return false;
}
