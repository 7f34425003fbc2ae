/* sheet_layout.c - how wide the columns of the sheet are, and which of them are seen. */
#include "views/sheet.h"

#include <stdio.h>

#include "base/mem.h"

#define MAX_WIDTH   26
#define SAMPLE_ROWS 100 /* looked at for widths, beside those on the screen */

int sheet_cell_width(const struct layout *l)
{
    return l->was_width ? l->was_width + 3 + l->width : l->width;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static void widen(struct layout *l, const struct face *f, size_t row, size_t col,
                  struct face_cell *cell)
{
    if (row >= f->n_rows)
        return;
    face_read(cell, f, row, col, l->decimals);
    int width = min_int(grid_width(cell->is.buf), MAX_WIDTH);
    l->width = width > l->width ? width : l->width;
    if (cell->changed) {
        width = min_int(grid_width(cell->was.buf), MAX_WIDTH);
        l->was_width = width > l->was_width ? width : l->was_width;
    }
}

static void lay_out_column(struct sheet *s, const struct face *f, size_t col,
                           struct face_cell *cell)
{
    struct layout *l = &s->layout[col];
    const struct column *c = face_column(f, col);
    size_t n = f->n_rows < SAMPLE_ROWS ? f->n_rows : SAMPLE_ROWS;

    *l = (struct layout){ .right = !column_is_text(c) };
    l->decimals = face_decimals(f, col, n);
    for (size_t i = 0; i < n; i++)
        widen(l, f, i, col, cell);
    enum diff_kind kind = face_kind(f, col);
    int marks = kind == DIFF_ADDED || kind == DIFF_DROPPED || kind == DIFF_RENAMED ? 2 : 0;
    int head = min_int(grid_width(face_name(f, col)), MAX_WIDTH) + marks;
    if (sheet_cell_width(l) < head)
        l->width += head - sheet_cell_width(l);
    l->width = l->width < 3 ? 3 : l->width;
}

void sheet_lay_out(struct sheet *s, const struct face *f)
{
    const struct table *before = f->diff ? f->before : NULL;
    struct face all = *f;
    struct face_cell cell;

    if (s->laid_out == f->table && s->laid_before == before)
        return;
    sheet_forget_layout(s);
    s->layout = MEM_NEW(struct layout, f->n_cols + 1);
    s->n_layout = f->n_cols;
    s->laid_out = table_ref(f->table);
    s->laid_before = before ? table_ref(before) : NULL;
    s->seen_top = s->seen_end = 0;
    face_show_all(&all);
    face_cell_init(&cell);
    for (size_t j = 0; j < f->n_cols; j++)
        lay_out_column(s, &all, j, &cell);
    face_cell_release(&cell);
}

void sheet_forget_layout(struct sheet *s)
{
    mem_free(s->layout);
    table_unref(s->laid_out);
    table_unref(s->laid_before);
    s->layout = NULL;
    s->laid_out = s->laid_before = NULL;
}

void sheet_grow(struct sheet *s, const struct face *f)
{
    size_t end = s->rows.top + s->rows.height;
    struct face_cell cell;

    if (s->seen_end == end && s->seen_top == s->rows.top && s->seen_of == f->n_rows)
        return;
    s->seen_of = f->n_rows;
    s->seen_top = s->rows.top;
    s->seen_end = end;
    face_cell_init(&cell);
    for (size_t j = s->left; j < f->n_cols && j < s->left + (size_t)s->w; j++)
        for (size_t i = s->rows.top; i < end; i++)
            widen(&s->layout[j], f, i, j, &cell);
    face_cell_release(&cell);
}

int sheet_gutter_width(const struct face *f)
{
    char buf[24];
    size_t most = f->n_rows ? face_row_number(f, f->n_rows - 1) : 0;

    return snprintf(buf, sizeof(buf), "%zu", most) + 2;
}

int sheet_column_x(const struct sheet *s, const struct face *f, size_t left, size_t col)
{
    int x = sheet_gutter_width(f) + 1;

    for (size_t j = 0; j < col; j++)
        if (j < s->frozen || j >= left)
            x += sheet_cell_width(&s->layout[j]) + SHEET_GAP;
    return col < s->frozen || col >= left ? x : -1;
}

void sheet_settle_left(struct sheet *s, const struct face *f, size_t col)
{
    s->frozen = s->frozen < f->n_cols ? s->frozen : 0;
    if (s->left >= f->n_cols)
        s->left = 0;
    if (s->left < s->frozen)
        s->left = s->frozen;
    if (col >= s->frozen && col < s->left)
        s->left = col;
    while (s->left < col) {
        int x = sheet_column_x(s, f, s->left, col);
        if (x + sheet_cell_width(&s->layout[col]) <= s->w)
            break;
        s->left++;
    }
    /* The table fits: nothing is scrolled away. */
    while (s->left > s->frozen) {
        size_t last = f->n_cols - 1;
        int end = sheet_column_x(s, f, s->left - 1, last) + sheet_cell_width(&s->layout[last]);
        if (end > s->w || sheet_column_x(s, f, s->left - 1, col) < 0)
            break;
        s->left--;
    }
}
