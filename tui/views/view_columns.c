/* view_columns.c - the columns at a glance: type, missing, different values, spread, role. */
#include <stdio.h>
#include <string.h>

#include "lex.h"
#include "rejects.h"
#include "view.h"
#include "widgets/find_text.h"
#include "widgets/spark.h"

#define BAD_WIDTH 9 /* "   12 bad" */

struct columns {
    struct scroll scroll;
};

static void columns_heading(struct str *out, const void *state, const struct desk *d)
{
    (void)state;
    str_add(out, "columns");
    if (d->table)
        str_addf(out, " · %zu", d->table->n_cols);
}

static void columns_settle(void *state, struct desk *d, int w, int h)
{
    struct columns *s = state;
    size_t n = d->table ? d->table->n_cols : 0;
    size_t at = d->column; /* may be a dropped column, which is not listed */

    (void)w;
    scroll_settle(&s->scroll, &at, n, h > 0 ? (size_t)h : 0);
}

/* ---------------------------------------------------------------- drawing */

/* "real", "cat": four letters are enough here. */
static const char *short_type(enum column_type type)
{
    switch (type) {
    case COLUMN_CATEGORY:
        return "cat";
    case COLUMN_TIMESTAMP:
        return "time";
    default:
        return column_type_name(type);
    }
}

static void missing_text(char buf[16], const struct column *c)
{
    double percent = c->n_rows ? 100.0 * (double)c->n_missing / (double)c->n_rows : 0;

    if (c->n_missing == 0)
        buf[0] = 0;
    else if (percent < 0.05)
        snprintf(buf, 16, "<0.1%%");
    else
        snprintf(buf, 16, "%.1f%%", percent);
}

static void draw_spark(struct grid *g, int x, int y, int w, const struct profile_column *p)
{
    uint32_t bars[SPARK_WIDTH];
    size_t n = spark_of(bars, p);

    for (size_t k = 0; k < n && (int)k < w; k++)
        grid_put(g, x + (int)k, y, ST_SPARK, bars[k]);
}

/* The column of the source that column j of the table is, as long as it is the same one; SIZE_MAX when
 * a step made it. */
static size_t source_column(const struct desk *d, size_t j)
{
    const struct source *s = d->ws ? d->ws->source : NULL;
    int at = s ? table_find(s->table, table_name(d->table, j)) : -1;

    return at < 0 ? SIZE_MAX : (size_t)at;
}

static size_t n_bad_cells(const struct desk *d, size_t j)
{
    size_t at = source_column(d, j);

    return at == SIZE_MAX ? 0 : rejects_of_column(d->ws->source, at);
}

/* Columns of the pane, from the right: role, spark, distinct, missing, type; the name takes the
 * rest. */
struct places {
    int name_w, type, missing, distinct, spark, role;
};

static struct places places_for(int w)
{
    struct places p = { .role = -1, .distinct = -1, .spark = -1 };
    int right = w;

    if (w >= 60) {
        p.role = right - 7;
        right -= 8;
    }
    if (w >= 34) {
        p.spark = right - SPARK_WIDTH;
        right -= SPARK_WIDTH + 1;
    }
    if (w >= 52) {
        p.distinct = right - 6;
        right -= 7;
    }
    p.missing = right - 6;
    right -= 6;
    p.type = right - 5;
    p.name_w = right - 6;
    return p;
}

static void draw_profile(const struct places *p, const struct profile_column *profile,
                         struct grid *g, int y)
{
    if (!profile) {
        if (p->spark >= 0)
            grid_put(g, p->spark, y, ST_MUTED, 0x2026);
        return;
    }
    if (p->distinct >= 0)
        grid_printf(g, p->distinct, y, 6, ST_MUTED, "%6zu", profile->distinct);
    if (p->spark >= 0)
        draw_spark(g, p->spark, y, SPARK_WIDTH, profile);
}

static void draw_row(const struct desk *d, struct grid *g, const struct places *p, size_t j, int y)
{
    const struct column *c = table_at(d->table, j);
    const char *name = table_name(d->table, j);
    enum role role = roles_of(&desk_recipe(d)->roles, name);
    bool found = d->search.len && find_text(name, d->search.buf);
    char missing[16];

    missing_text(missing, c);
    /* Where there is no room for the word, a star marks the target and a ring other roles. */
    bool sign = role != ROLE_FEATURE && p->role < 0;
    size_t n_bad = n_bad_cells(d, j);
    bool bad = n_bad && p->name_w >= 2 * BAD_WIDTH;
    int name_w = p->name_w - (sign ? 2 : 0) - (bad ? BAD_WIDTH : 0);
    grid_text_cut(g, 0, y, name_w, found ? ST_MATCH : ST_TEXT, name);
    if (sign)
        grid_put(g, p->name_w - 1 - (bad ? BAD_WIDTH : 0), y, ST_GOOD,
                 role == ROLE_TARGET ? 0x2605 : 0x25CB);
    if (bad)
        grid_printf(g, p->name_w - BAD_WIDTH, y, BAD_WIDTH, ST_WARN, "%5zu bad", n_bad);
    grid_text(g, p->type, y, 5, ST_MUTED, short_type(c->type));
    grid_text_right(g, p->missing, y, 5, ST_MISSING, missing);
    draw_profile(p, j < d->n_profiles ? d->profiles[j] : NULL, g, y);
    if (p->role >= 0 && role != ROLE_FEATURE)
        grid_text(g, p->role, y, 7, role == ROLE_TARGET ? ST_GOOD : ST_MUTED, role_name(role));
}

static void columns_draw(const void *state, const struct desk *d, struct grid *g)
{
    const struct columns *s = state;
    struct places p = places_for(g->w - 1);

    if (!d->table) {
        grid_text_cut(g, 0, 0, g->w, ST_MUTED, "load a file");
        return;
    }
    for (int y = 0; y < g->h && s->scroll.top + (size_t)y < d->table->n_cols; y++) {
        size_t j = s->scroll.top + (size_t)y;
        draw_row(d, g, &p, j, y);
        if (j == d->column)
            grid_flag(g, 0, y, g->w - 1, GRID_REVERSE);
    }
    scroll_bar(g, g->w - 1, 0, &s->scroll, d->table->n_cols);
}

/* ---------------------------------------------------------------- requests */

static void search(struct desk *d, int step)
{
    size_t n = d->table->n_cols;

    for (size_t k = 1; k <= n && d->search.len; k++) {
        size_t j = (d->column + (step > 0 ? k : n - k)) % n;
        if (find_text(table_name(d->table, j), d->search.buf)) {
            d->column = j;
            return;
        }
    }
    desk_say(d, "no column is called like '%s'", d->search.buf);
}

static void show_bad_cells(struct desk *d)
{
    struct str name;

    str_init(&name);
    lex_quote(&name, table_name(d->table, d->column));
    desk_wish(d, WISH_SUBMIT, "types bad=%s", name.buf);
    str_release(&name);
}

static bool columns_request(void *state, struct desk *d, enum request r)
{
    struct columns *s = state;

    if (!d->table || d->table->n_cols == 0)
        return false;
    if (scroll_request(&s->scroll, &d->column, d->table->n_cols, r))
        return true;
    switch (r) {
    case REQ_SEARCH_NEXT:
    case REQ_SEARCH_PREVIOUS:
        search(d, r == REQ_SEARCH_NEXT ? 1 : -1);
        return true;
    case REQ_OPEN:
        if (n_bad_cells(d, d->column))
            show_bad_cells(d);
        else
            desk_wish(d, WISH_SHOW, "sheet");
        return true;
    default:
        return false;
    }
}

static void columns_click(void *state, struct desk *d, int x, int y)
{
    const struct columns *s = state;

    (void)x;
    if (d->table && s->scroll.top + (size_t)y < d->table->n_cols)
        d->column = s->scroll.top + (size_t)y;
}

static const struct binding columns_keys[] = {
    { .keys = "gF", .command = "facet {facet}", .help = "a facet of the column" },
    { .keys = "Enter",
      .request = REQ_OPEN,
      .help = "to this column of the sheet; where cells are bad, not of its type, list those",
      .hint = "to the sheet" },
    { .keys = "F",
      .command = "freq {column}",
      .help = "count the values of the column",
      .hint = "freq" },
    { .keys = ".",
      .command = "plot hist {column}",
      .help = "a histogram of the column",
      .hint = "plot" },
    { .keys = "K",
      .command = "clusters {column}",
      .help = "spellings in the column that may be one value" },
    { .keys = "I", .command = "describe", .help = "describe every column" },
    { .keys = "t",
      .command = "target {column}",
      .help = "make the column the target",
      .hint = "target",
      .edit = true },
    { .keys = "i",
      .command = "impute {column} method=",
      .help = "fill the column's missing cells",
      .hint = "impute",
      .edit = true },
    { .keys = "d", .command = "drop {column}", .help = "drop the column", .edit = true },
    { .keys = "e",
      .command = "encode {column} method=onehot",
      .help = "one column a category",
      .edit = true },
    { .keys = "s", .command = "scale {column}", .help = "to mean 0 and deviation 1", .edit = true },
    { .keys = NULL },
};

const struct view view_columns = {
    .name = "columns",
    .title = "Columns",
    .help = "Every column: type, share of missing cells, how many different values, their spread, "
            "its role; how many cells of the file are bad: not of the type.",
    .keys = columns_keys,
    .state_size = sizeof(struct columns),
    .heading = columns_heading,
    .settle = columns_settle,
    .draw = columns_draw,
    .request = columns_request,
    .click = columns_click,
};
