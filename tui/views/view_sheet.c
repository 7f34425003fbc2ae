/* view_sheet.c - the table: typed cells, frozen head, row numbers, before → after. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "view.h"
#include "views/sheet_face.h"
#include "widgets/find_text.h"

#define MAX_WIDTH     26
#define SAMPLE_ROWS   100    /* looked at for widths, beside those on the screen */
#define SEARCH_BUDGET 150000 /* cells looked at before one is asked to go on */
#define GAP           2

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
    const struct table *laid_out; /* what the layout is of */
    const struct diff *laid_diff;
    size_t n_rows, n_cols;
    int w;
    size_t seen_top, seen_end; /* rows whose widths are in the layout */
};

static void sheet_release(void *state)
{
    mem_free(((struct sheet *)state)->layout);
}

/* ---------------------------------------------------------------- layout */

static int cell_width(const struct layout *l)
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
    if (cell_width(l) < head)
        l->width += head - cell_width(l);
    l->width = l->width < 3 ? 3 : l->width;
}

static void lay_out(struct sheet *s, const struct face *f)
{
    struct face_cell cell;

    if (s->laid_out == f->table && s->laid_diff == f->diff)
        return;
    s->layout = mem_resize(s->layout, f->n_cols + 1, sizeof(*s->layout));
    s->n_layout = f->n_cols;
    s->laid_out = f->table;
    s->laid_diff = f->diff;
    s->seen_top = s->seen_end = 0;
    face_cell_init(&cell);
    for (size_t j = 0; j < f->n_cols; j++)
        lay_out_column(s, f, j, &cell);
    face_cell_release(&cell);
}

/* Columns grow to what the rows on the screen need, and never shrink while one scrolls. */
static void grow(struct sheet *s, const struct face *f)
{
    size_t end = s->rows.top + s->rows.height;
    struct face_cell cell;

    if (s->seen_end == end && s->seen_top == s->rows.top)
        return;
    s->seen_top = s->rows.top;
    s->seen_end = end;
    face_cell_init(&cell);
    for (size_t j = s->left; j < f->n_cols && j < s->left + (size_t)s->w; j++)
        for (size_t i = s->rows.top; i < end; i++)
            widen(&s->layout[j], f, i, j, &cell);
    face_cell_release(&cell);
}

static int gutter_width(const struct face *f)
{
    char buf[24];
    size_t most = f->n_rows ? face_row_number(f, f->n_rows - 1) : 0;

    return snprintf(buf, sizeof(buf), "%zu", most) + 2;
}

/* Where column `col` begins when `left` is the first one behind the frozen ones; -1: hidden. */
static int column_x(const struct sheet *s, const struct face *f, size_t left, size_t col)
{
    int x = gutter_width(f) + 1;

    for (size_t j = 0; j < col; j++)
        if (j < s->frozen || j >= left)
            x += cell_width(&s->layout[j]) + GAP;
    return col < s->frozen || col >= left ? x : -1;
}

static void settle_left(struct sheet *s, const struct face *f, size_t col)
{
    s->frozen = s->frozen < f->n_cols ? s->frozen : 0;
    if (s->left >= f->n_cols)
        s->left = 0;
    if (s->left < s->frozen)
        s->left = s->frozen;
    if (col >= s->frozen && col < s->left)
        s->left = col;
    while (s->left < col) {
        int x = column_x(s, f, s->left, col);
        if (x + cell_width(&s->layout[col]) <= s->w)
            break;
        s->left++;
    }
    /* The table fits: nothing is scrolled away. */
    while (s->left > s->frozen) {
        size_t last = f->n_cols - 1;
        int end = column_x(s, f, s->left - 1, last) + cell_width(&s->layout[last]);
        if (end > s->w || column_x(s, f, s->left - 1, col) < 0)
            break;
        s->left--;
    }
}

static void sheet_settle(void *state, struct desk *d, int w, int h)
{
    struct sheet *s = state;
    struct face f;

    face_of(&f, d);
    s->w = w;
    s->n_rows = f.n_rows;
    s->n_cols = f.n_cols;
    if (!f.table)
        return;
    lay_out(s, &f);
    scroll_settle(&s->rows, &s->row, f.n_rows, h > 1 ? (size_t)h - 1 : 0);
    d->column = f.n_cols == 0 ? 0 : d->column < f.n_cols ? d->column : f.n_cols - 1;
    if (f.n_cols == 0)
        return;
    grow(s, &f);
    settle_left(s, &f, d->column);
}

/* ---------------------------------------------------------------- drawing */

static void sheet_heading(struct str *out, const void *state, const struct desk *d)
{
    const struct sheet *s = state;
    const struct recipe *recipe = desk_recipe(d);

    str_add(out, "sheet");
    if (!d->table)
        return;
    if (d->shown != DESK_NOW && d->shown > 0 && d->shown <= recipe->n_steps)
        str_addf(out, " · after step %zu: %s", d->shown, recipe->steps[d->shown - 1]->text);
    else if (d->shown == 0)
        str_add(out, " · as loaded");
    else
        str_addf(out, " · %zu × %zu", d->table->n_rows, d->table->n_cols);
    (void)s;
}

static void draw_welcome(struct grid *g)
{
    static const char *const lines[] = {
        "Nothing is loaded yet.",
        "",
        "Data      :load FILE       or :open SESSION.assay",
        "Clean     :impute COLUMN method=median",
        "Features  :encode COLUMN   :scale all",
        "Models    :target COLUMN   :split   :train logistic",
        "Validate  :validate MODEL  :compare A B  :test MODEL",
        "Plots     :plot roc MODEL",
        "",
        ": types a command, Tab completes, ? shows keys, q leaves",
    };
    int n = (int)(sizeof(lines) / sizeof(*lines));
    int y = g->h > n + 2 ? (g->h - n) / 3 : 0;

    for (int i = 0; i < n; i++)
        grid_text_cut(g, 2, y + i, g->w - 2, i == 0 ? ST_HEAD : ST_TEXT, lines[i]);
}

static void draw_head(const struct sheet *s, const struct face *f, const struct desk *d,
                      struct grid *g, size_t col, int x)
{
    static const char *const marks[] = {
        [DIFF_ADDED] = "+ ", [DIFF_DROPPED] = "- ", [DIFF_RENAMED] = "~ "
    };
    const struct layout *l = &s->layout[col];
    enum diff_kind kind = face_kind(f, col);
    int width = min_int(cell_width(l), g->w - x);
    enum style style = kind == DIFF_ADDED ? ST_ADDED : kind == DIFF_DROPPED ? ST_GONE : ST_HEAD;
    struct str text;

    str_init(&text);
    if (kind == DIFF_ADDED || kind == DIFF_DROPPED || kind == DIFF_RENAMED)
        str_add(&text, marks[kind]);
    str_add(&text, face_name(f, col));
    if (l->right)
        grid_text_right(g, x, 0, width, style, text.buf);
    else
        grid_text_cut(g, x, 0, width, style, text.buf);
    str_release(&text);
    grid_flag(g, x, 0, width, GRID_BOLD | GRID_UNDERLINE);
    if (col == d->column)
        grid_flag(g, x, 0, width, GRID_REVERSE);
}

static void put(struct grid *g, int x, int y, int w, bool right, enum style style, const char *text)
{
    if (right)
        grid_text_right(g, x, y, w, style, text);
    else
        grid_text_cut(g, x, y, w, style, text);
}

static void draw_cell(const struct layout *l, const struct desk *d, struct grid *g, int x, int y,
                      const struct face_cell *c, bool gone)
{
    enum style style = gone ? ST_GONE : c->missing ? ST_MISSING : c->changed ? ST_AFTER : ST_TEXT;
    int shift = l->was_width ? l->was_width + 3 : 0;
    int room = g->w - x;

    if (d->search.len && find_text(c->is.buf, d->search.buf))
        style = ST_MATCH;
    if (c->changed) {
        put(g, x, y, min_int(l->was_width, room), true, ST_BEFORE, c->was.buf);
        grid_put(g, x + l->was_width + 1, y, ST_AFTER, 0x2192);
    }
    if (room > shift)
        put(g, x + shift, y, min_int(l->width, room - shift), l->right, style, c->is.buf);
}

static void draw_gutter(const struct face *f, struct grid *g, size_t row, int y, bool current)
{
    int width = gutter_width(f);
    bool gone = face_row(f, row) == FACE_GONE;
    char number[24];

    snprintf(number, sizeof(number), "%zu", face_row_number(f, row));
    grid_text_right(g, 0, y, width - 1, current ? ST_HEAD : ST_MUTED, number);
    if (gone)
        grid_put(g, width - 1, y, ST_GONE, 0x2212);
    else if (face_is_held_out(f, row))
        grid_put(g, width - 1, y, ST_MUTED, 0x00B0);
}

static void draw_columns(const struct sheet *s, const struct face *f, const struct desk *d,
                         struct grid *g)
{
    struct face_cell cell;
    int last_x = 0;
    size_t col = 0;

    face_cell_init(&cell);
    for (; col < f->n_cols; col++) {
        int x = column_x(s, f, s->left, col);
        if (x < 0)
            continue;
        if (x >= g->w)
            break;
        draw_head(s, f, d, g, col, x);
        for (int y = 1; y < g->h && s->rows.top + (size_t)y - 1 < f->n_rows; y++) {
            size_t row = s->rows.top + (size_t)y - 1;
            face_read(&cell, f, row, col, s->layout[col].decimals);
            draw_cell(&s->layout[col], d, g, x, y, &cell, face_row(f, row) == FACE_GONE);
            if (row == s->row && col == d->column)
                grid_flag(g, x, y, min_int(cell_width(&s->layout[col]), g->w - x), GRID_REVERSE);
        }
        last_x = x;
        if (col + 1 == s->frozen)
            grid_fill(g, x + cell_width(&s->layout[col]), 0, 1, g->h, ST_FRAME, 0x2502);
    }
    face_cell_release(&cell);
    if (s->left > s->frozen)
        grid_put(g, gutter_width(f) - 2, 0, ST_FRAME_ON, 0x2190);
    if (col < f->n_cols || last_x + cell_width(&s->layout[f->n_cols - 1]) > g->w)
        grid_put(g, g->w - 1, 0, ST_FRAME_ON, 0x2192);
}

static void sheet_draw(const void *state, const struct desk *d, struct grid *g)
{
    const struct sheet *s = state;
    struct face f;

    face_of(&f, d);
    if (!f.table) {
        draw_welcome(g);
        return;
    }
    for (int y = 1; y < g->h && s->rows.top + (size_t)y - 1 < f.n_rows; y++) {
        size_t row = s->rows.top + (size_t)y - 1;
        draw_gutter(&f, g, row, y, row == s->row);
    }
    if (f.n_cols && s->n_layout == f.n_cols)
        draw_columns(s, &f, d, g);
    if (f.n_rows == 0)
        grid_text(g, gutter_width(&f) + 1, 2, g->w, ST_MUTED, "no rows");
}

/* ---------------------------------------------------------------- looking for things */

static void look_for_change(struct sheet *s, struct desk *d, const struct face *f, int step)
{
    if (!f->diff) {
        desk_say(d, "no step is shown; choose one in steps and press Enter");
        return;
    }
    if (!face_next_change(f, &s->row, &d->column, step))
        desk_say(d, step > 0 ? "no change further down" : "no change further up");
}

/* From the top; a cursor that stands on a change already stays. */
static void first_change(struct sheet *s, struct desk *d, const struct face *f)
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

/* The row with that number in the source, or the next one that is still there. */
static void go_to_row(struct sheet *s, const struct desk *d, const struct face *f)
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

static void search(struct sheet *s, struct desk *d, const struct face *f, int step)
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

static void look_for_missing(struct sheet *s, struct desk *d, const struct face *f, int step)
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

static void toggle_changes(struct desk *d)
{
    if (d->shown != DESK_NOW)
        d->shown = DESK_NOW;
    else if (d->step > 0)
        d->shown = d->step;
    else
        desk_say(d, "no step is chosen; 3 goes to the steps");
}

static void toggle_frozen(struct sheet *s, const struct desk *d)
{
    s->frozen = s->frozen ? 0 : d->column + 1;
    s->left = s->frozen;
}

/* ---------------------------------------------------------------- requests */

/* A row that was jumped to stands among its neighbours, not at the edge. */
static void centre_if_unseen(struct sheet *s)
{
    size_t half = s->rows.height / 2;

    if (s->row < s->rows.top || s->row >= s->rows.top + s->rows.height)
        s->rows.top = s->row > half ? s->row - half : 0;
}

static bool move_column(struct desk *d, const struct face *f, enum request r)
{
    size_t last = f->n_cols ? f->n_cols - 1 : 0;

    switch (r) {
    case REQ_LEFT:
        d->column -= d->column > 0;
        return true;
    case REQ_RIGHT:
        d->column += d->column < last;
        return true;
    case REQ_LEFT_END:
        d->column = 0;
        return true;
    case REQ_RIGHT_END:
        d->column = last;
        return true;
    default:
        return false;
    }
}

static bool use_jump(struct sheet *s, struct desk *d, const struct face *f, enum request r)
{
    switch (r) {
    case REQ_NEXT_CHANGE:
    case REQ_PREVIOUS_CHANGE:
        look_for_change(s, d, f, r == REQ_NEXT_CHANGE ? 1 : -1);
        return true;
    case REQ_NEXT_MISSING:
    case REQ_PREVIOUS_MISSING:
        look_for_missing(s, d, f, r == REQ_NEXT_MISSING ? 1 : -1);
        return true;
    case REQ_SEARCH_NEXT:
    case REQ_SEARCH_PREVIOUS:
        search(s, d, f, r == REQ_SEARCH_NEXT ? 1 : -1);
        return true;
    case REQ_FIRST_CHANGE:
        first_change(s, d, f);
        return true;
    case REQ_GO_TO:
        go_to_row(s, d, f);
        return true;
    default:
        return false;
    }
}

static bool sheet_request(void *state, struct desk *d, enum request r)
{
    struct sheet *s = state;
    struct face f;

    face_of(&f, d);
    if (!f.table)
        return false;
    if (scroll_request(&s->rows, &s->row, f.n_rows, r) || move_column(d, &f, r))
        return true;
    if (use_jump(s, d, &f, r)) {
        centre_if_unseen(s);
        return true;
    }
    switch (r) {
    case REQ_FREEZE:
        toggle_frozen(s, d);
        return true;
    case REQ_CHANGES:
        toggle_changes(d);
        return true;
    case REQ_CLOSE:
        if (d->shown == DESK_NOW && !d->search.len)
            return false;
        d->shown = DESK_NOW;
        str_clear(&d->search);
        return true;
    default:
        return false;
    }
}

static void sheet_click(void *state, struct desk *d, int x, int y)
{
    struct sheet *s = state;
    struct face f;

    face_of(&f, d);
    if (!f.table)
        return;
    if (y >= 1 && s->rows.top + (size_t)y - 1 < f.n_rows)
        s->row = s->rows.top + (size_t)y - 1;
    for (size_t j = 0; j < f.n_cols; j++) {
        int from = column_x(s, &f, s->left, j);
        if (from >= 0 && x >= from && x < from + cell_width(&s->layout[j]) + GAP)
            d->column = j;
    }
}

static const struct binding sheet_keys[] = {
    { .keys = "]", .request = REQ_NEXT_CHANGE, .hint = "next change" },
    { .keys = "[", .request = REQ_PREVIOUS_CHANGE },
    { .keys = "c", .request = REQ_CHANGES, .hint = "changes" },
    { .keys = "}", .request = REQ_NEXT_MISSING, .hint = "next missing" },
    { .keys = "{", .request = REQ_PREVIOUS_MISSING },
    { .keys = "!", .request = REQ_FREEZE },
    { .keys = "F Enter",
      .command = "freq {column}",
      .help = "count the values of the column",
      .hint = "freq" },
    { .keys = "I", .command = "describe", .help = "describe every column" },
    { .keys = ".", .command = "plot hist {column}", .help = "a histogram of the column" },
    { .keys = "i",
      .command = "impute {column} method=",
      .help = "fill the column's missing cells",
      .edit = true },
    { .keys = "d", .command = "drop {column}", .help = "drop the column", .edit = true },
    { .keys = "t",
      .command = "target {column}",
      .help = "make the column the target",
      .edit = true },
    { .keys = "=", .command = "derive ", .help = "a new column from an expression", .edit = true },
    { .keys = "f",
      .command = "filter ",
      .help = "keep the rows for which an expression holds",
      .edit = true },
    { .keys = NULL },
};

const struct view view_sheet = {
    .name = "sheet",
    .title = "Sheet",
    .help = "The table. · is a missing cell, ° a held-out row, − a row that the step shown "
            "removed, was → is a cell that it changed.",
    .keys = sheet_keys,
    .state_size = sizeof(struct sheet),
    .release = sheet_release,
    .heading = sheet_heading,
    .settle = sheet_settle,
    .draw = sheet_draw,
    .request = sheet_request,
    .click = sheet_click,
};
