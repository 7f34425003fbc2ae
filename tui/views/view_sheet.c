/* view_sheet.c - the table: typed cells, frozen head, row numbers, before → after. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "table/cell.h"
#include "views/sheet.h"
#include "widgets/find_text.h"

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static void sheet_release(void *state)
{
    sheet_forget_layout(state);
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
    sheet_lay_out(s, &f);
    scroll_settle(&s->rows, &s->row, f.n_rows, h > 1 ? (size_t)h - 1 : 0);
    d->row = s->row < f.n_rows ? face_row_number(&f, s->row) : 0;
    d->column = f.n_cols == 0 ? 0 : d->column < f.n_cols ? d->column : f.n_cols - 1;
    if (f.n_cols == 0)
        return;
    sheet_grow(s, &f);
    sheet_settle_left(s, &f, d->column);
}

/* ---------------------------------------------------------------- drawing */

static void sheet_heading(struct str *out, const void *state, const struct desk *d)
{
    const struct sheet *s = state;
    const struct recipe *recipe = desk_recipe(d);

    str_add(out, "sheet");
    if (!d->table)
        return;
    if (d->trial)
        str_addf(out, " · preview · Enter keeps it, Esc drops it · %s", d->trial_line.buf);
    else if (d->shown != DESK_NOW && d->shown > 0 && d->shown <= recipe->n_steps)
        str_addf(out, " · after step %zu: %s", d->shown, recipe->steps[d->shown - 1]->text);
    else if (d->shown == 0)
        str_add(out, " · as loaded");
    else
        str_addf(out, " · %zu × %zu", d->table->n_rows, d->table->n_cols);
    if (d->looked && d->looked->rows) {
        str_addf(out, " · only %zu: ", d->looked->n);
        selection_print(out, d->selection);
    }
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
    int width = min_int(sheet_cell_width(l), g->w - x);
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
    int width = sheet_gutter_width(f);
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
        int x = sheet_column_x(s, f, s->left, col);
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
                grid_flag(g, x, y, min_int(sheet_cell_width(&s->layout[col]), g->w - x),
                          GRID_REVERSE);
        }
        last_x = x;
        if (col + 1 == s->frozen)
            grid_fill(g, x + sheet_cell_width(&s->layout[col]), 0, 1, g->h, ST_FRAME, 0x2502);
    }
    face_cell_release(&cell);
    if (s->left > s->frozen)
        grid_put(g, sheet_gutter_width(f) - 2, 0, ST_FRAME_ON, 0x2190);
    if (col < f->n_cols || last_x + sheet_cell_width(&s->layout[f->n_cols - 1]) > g->w)
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
        grid_text(g, sheet_gutter_width(&f) + 1, 2, g->w, ST_MUTED, "no rows");
}

/* ---------------------------------------------------------------- requests */

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

/* The facet of the column gets the value under the cursor. */
static void choose_value(const struct sheet *s, struct desk *d, const struct face *f)
{
    struct str name, value;
    size_t row = s->row < f->n_rows ? face_row(f, s->row) : FACE_GONE;

    if (row == FACE_GONE || d->column >= f->n_cols || face_kind(f, d->column) == DIFF_DROPPED) {
        desk_say(d, "there is no value here that the table still has");
        return;
    }
    const struct column *c = face_column(f, d->column);
    str_init(&name);
    str_init(&value);
    selection_quote_name(&name, face_name(f, d->column));
    if (selection_quote_cell(&value, c, row))
        desk_wish(d, WISH_SUBMIT, "facet %s=%s", name.buf, value.buf);
    else
        desk_say(d, "a value with a line break cannot be written in a facet");
    str_release(&name);
    str_release(&value);
}

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
        sheet_find_change(s, d, f, r == REQ_NEXT_CHANGE ? 1 : -1);
        return true;
    case REQ_NEXT_MISSING:
    case REQ_PREVIOUS_MISSING:
        sheet_find_missing(s, d, f, r == REQ_NEXT_MISSING ? 1 : -1);
        return true;
    case REQ_SEARCH_NEXT:
    case REQ_SEARCH_PREVIOUS:
        sheet_search(s, d, f, r == REQ_SEARCH_NEXT ? 1 : -1);
        return true;
    case REQ_FIRST_CHANGE:
        sheet_first_change(s, d, f);
        return true;
    case REQ_GO_TO:
        sheet_find_row(s, d, f);
        return true;
    default:
        return false;
    }
}

/* The cell under the cursor to the prompt, as the table as it stands has it. */
static void edit_cell(const struct sheet *s, struct desk *d, const struct face *f)
{
    const struct table *now = recipe_run_result(f->run);
    size_t row = s->row < f->n_rows ? face_row(f, s->row) : FACE_GONE, i = 0;
    int col = d->column < f->n_cols ? table_find(now, face_name(f, d->column)) : -1;
    struct str line, value;

    if (row == FACE_GONE || col < 0) {
        desk_say(d, "there is no cell here that the table still has");
        return;
    }
    size_t number = face_row_number(f, s->row);
    while (i < now->n_rows && table_row_number(now, i) != number)
        i++;
    if (i == now->n_rows) {
        desk_say(d, "a later step removed row %zu", number);
        return;
    }
    str_init(&line);
    str_init(&value);
    str_addf(&line, "edit %zu ", number);
    lex_quote(&line, table_name(now, (size_t)col));
    str_add_char(&line, ' ');
    if (!column_missing(table_at(now, (size_t)col), i)) {
        cell_text(&value, table_at(now, (size_t)col), i);
        lex_quote(&line, value.buf);
    }
    desk_wish(d, WISH_EDIT, "%s", line.buf);
    str_release(&value);
    str_release(&line);
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
    case REQ_SAME_VALUE:
        choose_value(s, d, &f);
        return true;
    case REQ_EDIT:
        edit_cell(s, d, &f);
        return true;
    case REQ_FREEZE:
        toggle_frozen(s, d);
        return true;
    case REQ_CHANGES:
        toggle_changes(d);
        return true;
    case REQ_CLOSE:
        if (d->shown == DESK_NOW && !d->search.len) {
            if (selection_restricts(d->selection))
                desk_wish(d, WISH_SUBMIT, "facet reset");
            return selection_restricts(d->selection);
        }
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
        int from = sheet_column_x(s, &f, s->left, j);
        if (from >= 0 && x >= from && x < from + sheet_cell_width(&s->layout[j]) + SHEET_GAP)
            d->column = j;
    }
}

static const struct binding sheet_keys[] = {
    { .keys = "]", .request = REQ_NEXT_CHANGE, .hint = "next change" },
    { .keys = "[", .request = REQ_PREVIOUS_CHANGE },
    { .keys = "c", .request = REQ_CHANGES, .hint = "changes" },
    { .keys = "}", .request = REQ_NEXT_MISSING, .hint = "next missing" },
    { .keys = "{", .request = REQ_PREVIOUS_MISSING },
    { .keys = "e", .request = REQ_EDIT, .help = "change the cell by hand" },
    { .keys = "!", .request = REQ_FREEZE },
    { .keys = "F Enter",
      .command = "freq {column}",
      .help = "count the values of the column",
      .hint = "freq" },
    { .keys = "w",
      .command = "where {row} {column}",
      .help = "where the cell comes from, and what each step did to it" },
    { .keys = "x",
      .command = "explain {model} row={row}",
      .help = "what the prediction of this row by the chosen model comes from" },
    { .keys = ",", .request = REQ_SAME_VALUE },
    { .keys = "gF", .command = "facet {facet}", .help = "a facet of the column" },
    { .keys = "K",
      .command = "clusters {column}",
      .help = "spellings in the column that may be one value" },
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
