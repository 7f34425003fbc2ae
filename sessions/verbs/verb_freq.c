/* freq: how often values occur, alone and together. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "present.h"
#include "profile/crosstab.h"
#include "profile/group.h"
#include "profile/profile.h"
#include "table/cell.h"

enum order { ORDER_COUNT, ORDER_VALUE };
static const char *const orders[] = { "count", "value", NULL };

static const struct param_spec freq_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "one column; two for a cross table; more for their combinations" },
    { .name = "top",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e6,
      .fallback = "20",
      .help = "how many values to show" },
    { .name = "sort",
      .type = PARAM_CHOICE,
      .choices = orders,
      .fallback = "count",
      .help = "the most frequent first, or by value" },
    { .name = "bins",
      .type = PARAM_FLAG,
      .fallback = "no",
      .help = "numbers and dates in bins of a round width (one column)" },
    { .name = NULL },
};

#define BAR_WIDTH  24
#define MOST_WIDE  12 /* columns of a cross table as text */
#define NAME_WIDTH 60

/* The columns asked for, in the order they were named. */
struct chosen {
    const struct column **columns;
    const char **names;
    size_t n;
};

/* ---------------------------------------------------------------- pieces */

static void add_shown(struct report_grid *g, const char *text, size_t most)
{
    size_t width;

    report_grid_add(g, "%.*s", (int)text_prefix(text, strlen(text), most, &width), text);
}

static void add_share(struct report_grid *g, size_t count, size_t of)
{
    char share[TEXT_REAL_SIZE];

    report_grid_add(g, "%s %%",
                    text_real_short(share, of ? 100 * (double)count / (double)of : 0, 3));
}

static void add_bar(struct report_grid *g, size_t count, size_t largest)
{
    struct str bar;

    str_init(&bar);
    if (largest)
        str_add_repeat(&bar, "■",
                       (size_t)((double)BAR_WIDTH * (double)count / (double)largest + 0.5));
    report_grid_add(g, "%s", bar.buf);
    str_release(&bar);
}

static json_t *value_json(const struct column *c, size_t row)
{
    struct str exact;

    if (column_missing(c, row))
        return json_null();
    str_init(&exact);
    cell_text(&exact, c, row);
    json_t *value = json_string(exact.buf);
    str_release(&exact);
    return value ? value : json_null();
}

/* " NAME=VALUE" for facet; false when it cannot be written. */
static bool add_word(struct str *out, const char *name, const struct column *c, size_t row)
{
    str_add_char(out, ' ');
    selection_quote_name(out, name);
    str_add_char(out, '=');
    return selection_quote_cell(out, c, row);
}

/* ---------------------------------------------------------------- one column */

static void add_value(json_t *list, struct report_grid *g, const char *name, const struct column *c,
                      const struct frequency *f, size_t n_rows, size_t largest)
{
    struct str shown, word;

    str_init(&shown);
    str_init(&word);
    cell_show(&shown, c, f->row, 6, "·");
    json_array_append_new(list, json_pack("{s:o,s:I,s:f}", "value", value_json(c, f->row), "count",
                                          (json_int_t)f->count, "share", f->share));
    if (add_word(&word, name, c, f->row))
        report_grid_link(g, "facet only%s", word.buf);
    add_shown(g, shown.buf, NAME_WIDTH);
    report_grid_add(g, "%zu", f->count);
    add_share(g, f->count, n_rows);
    add_bar(g, f->count, largest);
    str_release(&word);
    str_release(&shown);
}

/* Frequencies come by count. */
struct by_value {
    const struct column *column;
};

static int compare_values(const void *a, const void *b, void *ctx)
{
    const struct frequency *x = a, *y = b;

    if (x->missing != y->missing)
        return (int)x->missing - (int)y->missing;
    const struct group left = { .row = (uint32_t)x->row }, right = { .row = (uint32_t)y->row };
    return group_compare(((struct by_value *)ctx)->column, &left, &right);
}

static int freq_values(struct report *r, struct context *ctx, const char *name,
                       const struct column *c, struct err *err)
{
    size_t top = (size_t)params_int(ctx->args, "top");
    struct by_value by = { .column = c };
    struct frequencies f;
    struct report_grid g;

    if (frequencies_of(&f, c, err))
        return -1;
    size_t largest = f.n ? f.items[0].count : 0;
    if (params_choice(ctx->args, "sort") == ORDER_VALUE)
        qsort_r(f.items, f.n, sizeof(*f.items), compare_values, &by);
    json_t *values = json_array();
    report_grid_init(&g, "lrrl");
    for (size_t i = 0; i < f.n && i < top; i++)
        add_value(values, &g, name, c, &f.items[i], f.n_rows, largest);
    report_line(r, "%s: %zu different values in %zu rows", name, f.n, f.n_rows);
    report_grid_end(r, &g);
    if (f.n > top)
        report_line(r, "  … and %zu more", f.n - top);
    report_put_text(r, "column", name);
    report_put_int(r, "distinct", (int64_t)f.n);
    report_put(r, "values", values);
    frequencies_release(&f);
    return 0;
}

static void add_facet_item(json_t *list, struct report_grid *g, const char *name,
                           const struct facet_count *item, size_t n_rows, size_t largest)
{
    double share = n_rows ? (double)item->all / (double)n_rows : 0;
    struct str column;

    str_init(&column);
    selection_quote_name(&column, name);
    json_array_append_new(list, json_pack("{s:o,s:I,s:f}", "value",
                                          item->missing ? json_null() : json_string(item->shown),
                                          "count", (json_int_t)item->all, "share", share));
    if (item->word)
        report_grid_link(g, "facet only %s=%s", column.buf, item->word);
    add_shown(g, item->shown, NAME_WIDTH);
    report_grid_add(g, "%zu", item->all);
    add_share(g, item->all, n_rows);
    add_bar(g, item->all, largest);
    str_release(&column);
}

/* The bins are those of the column's facet, so that each can be looked at. */
static int freq_bins(struct report *r, struct context *ctx, const char *name, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    struct selection *none = selection_empty(), *open = NULL;
    struct looked *looked = NULL;
    struct str word;
    size_t largest = 0;

    str_init(&word);
    selection_quote_name(&word, name);
    int rc = selection_with_words(&open, none, word.buf, err);
    if (!rc)
        rc = selection_look(&looked, open, t, true, ctx->job, err);
    str_release(&word);
    selection_unref(none);
    selection_unref(open);
    if (rc)
        return -1;
    const struct facet_counts *f = &looked->facets[0];
    json_t *values = json_array();
    struct report_grid g;
    report_grid_init(&g, "lrrl");
    for (size_t i = 0; i < f->n; i++)
        largest = f->items[i].all > largest ? f->items[i].all : largest;
    for (size_t i = 0; i < f->n; i++)
        add_facet_item(values, &g, name, &f->items[i], t->n_rows, largest);
    report_line(r, "%s: %zu rows", name, t->n_rows);
    report_grid_end(r, &g);
    report_put_text(r, "column", name);
    report_put(r, "values", values);
    looked_free(looked);
    return 0;
}

/* ---------------------------------------------------------------- several columns */

/* Falling counts; else in the order of values. */
static int by_place_count(const void *a, const void *b, void *ctx)
{
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    const struct cross_value *values = ctx;

    if (values[i].count != values[j].count)
        return values[i].count < values[j].count ? 1 : -1;
    return (i > j) - (i < j);
}

/* Places of a column's values in the order that was asked for. */
static size_t *value_order(struct context *ctx, const struct cross_column *x)
{
    size_t *order = ARENA_NEW(ctx->arena, size_t, x->n);

    for (size_t k = 0; k < x->n; k++)
        order[k] = k;
    if (params_choice(ctx->args, "sort") == ORDER_COUNT)
        qsort_r(order, x->n, sizeof(*order), by_place_count, x->values);
    return order;
}

static const char *shown_value(struct context *ctx, const struct cross_column *x, size_t k)
{
    struct str s;

    str_init(&s);
    cell_show(&s, x->column, x->values[k].row, 6, "·");
    const char *text = arena_strdup(ctx->arena, s.buf);
    str_release(&s);
    return text;
}

/* cells (rows, cols) of a table of two columns. */
static size_t *cross_cells(struct context *ctx, const struct crosstab *c)
{
    size_t *cells = ARENA_NEW(ctx->arena, size_t, c->columns[0].n * c->columns[1].n);

    for (size_t i = 0; i < c->n; i++)
        cells[c->items[i].places[0] * c->columns[1].n + c->items[i].places[1]] = c->items[i].count;
    return cells;
}

static json_t *values_json(const struct cross_column *x, const size_t *order, json_t **totals)
{
    json_t *values = json_array();

    *totals = json_array();
    for (size_t k = 0; k < x->n; k++) {
        json_array_append_new(values, value_json(x->column, x->values[order[k]].row));
        json_array_append_new(*totals, json_integer((json_int_t)x->values[order[k]].count));
    }
    return values;
}

static void put_cross(struct report *r, const struct crosstab *c, const size_t *cells,
                      const size_t *rows, const size_t *cols)
{
    json_t *counts = json_array(), *totals;
    size_t m = c->columns[1].n;

    report_put(r, "rows", values_json(&c->columns[0], rows, &totals));
    report_put(r, "row_totals", totals);
    report_put(r, "cols", values_json(&c->columns[1], cols, &totals));
    report_put(r, "col_totals", totals);
    for (size_t i = 0; i < c->columns[0].n; i++) {
        json_t *line = json_array();
        for (size_t j = 0; j < m; j++)
            json_array_append_new(line, json_integer((json_int_t)cells[rows[i] * m + cols[j]]));
        json_array_append_new(counts, line);
    }
    report_put(r, "counts", counts);
    report_put_real(r, "chi2", c->chi2);
    report_put_int(r, "df", (int64_t)c->df);
    report_put_real(r, "p", c->chi2_p);
    report_put_real(r, "cramers_v", c->cramers_v);
}

static void cross_line(struct report_grid *g, struct context *ctx, const struct chosen *names,
                       const struct crosstab *c, const size_t *cells, size_t row,
                       const size_t *cols, size_t n_cols)
{
    const struct cross_column *x = &c->columns[0];
    struct str word;

    str_init(&word);
    if (add_word(&word, names->names[0], x->column, x->values[row].row)) {
        str_add_char(&word, ' ');
        selection_quote_name(&word, names->names[1]);
        report_grid_link(g, "facet only%s", word.buf);
    }
    add_shown(g, shown_value(ctx, x, row), 30);
    for (size_t j = 0; j < n_cols; j++)
        report_grid_add(g, "%zu", cells[row * c->columns[1].n + cols[j]]);
    report_grid_add(g, "%zu", x->values[row].count);
    add_share(g, x->values[row].count, c->n_rows);
    str_release(&word);
}

static void cross_totals(struct report_grid *g, const struct crosstab *c, const size_t *cols,
                         size_t n_cols)
{
    report_grid_add(g, "total");
    for (size_t j = 0; j < n_cols; j++)
        report_grid_add(g, "%zu", c->columns[1].values[cols[j]].count);
    report_grid_add(g, "%zu", c->n_rows);
    report_grid_add(g, "%s", "");
    report_grid_add(g, "share");
    for (size_t j = 0; j < n_cols; j++)
        add_share(g, c->columns[1].values[cols[j]].count, c->n_rows);
    report_grid_add(g, "%s", "");
    report_grid_add(g, "%s", "");
}

static void report_cross(struct report *r, struct context *ctx, const struct chosen *names,
                         const struct crosstab *c)
{
    size_t *rows = value_order(ctx, &c->columns[0]), *cols = value_order(ctx, &c->columns[1]);
    size_t top = (size_t)params_int(ctx->args, "top"), n_rows = c->columns[0].n,
           n_cols = c->columns[1].n, *cells = cross_cells(ctx, c);
    size_t shown_rows = n_rows < top ? n_rows : top;
    size_t shown_cols = n_cols < MOST_WIDE ? n_cols : MOST_WIDE;
    char align[MOST_WIDE + 4] = "l", buf[TEXT_REAL_SIZE], p[TEXT_REAL_SIZE];
    struct report_grid g;

    memset(align + 1, 'r', shown_cols + 2);
    report_grid_init(&g, align);
    report_grid_add(&g, "%s", "");
    for (size_t j = 0; j < shown_cols; j++)
        add_shown(&g, shown_value(ctx, &c->columns[1], cols[j]), 16);
    report_grid_add(&g, "total");
    report_grid_add(&g, "share");
    for (size_t i = 0; i < shown_rows; i++)
        cross_line(&g, ctx, names, c, cells, rows[i], cols, shown_cols);
    cross_totals(&g, c, cols, shown_cols);
    report_grid_end(r, &g);
    if (shown_rows < n_rows || shown_cols < n_cols)
        report_line(r, "  … %zu × %zu values in all", n_rows, n_cols);
    if (!isnan(c->chi2))
        report_line(r, "  chi-square %s, df %zu, p %s, Cramér's V %.4f (missing left out)",
                    text_real_short(buf, c->chi2, 5), c->df, text_real_short(p, c->chi2_p, 3),
                    c->cramers_v);
    put_cross(r, c, cells, rows, cols);
}

/* Falling counts; else in the order of values. */
static int by_count(const void *a, const void *b)
{
    const struct combination *x = *(const struct combination *const *)a,
                             *y = *(const struct combination *const *)b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x > y) - (x < y);
}

static void add_combination(json_t *list, struct report_grid *g, struct context *ctx,
                            const struct chosen *names, const struct crosstab *c,
                            const struct combination *item)
{
    json_t *values = json_array();
    struct str words;
    bool written = true;

    str_init(&words);
    for (size_t k = 0; k < c->n_columns; k++) {
        const struct cross_column *x = &c->columns[k];
        size_t row = x->values[item->places[k]].row;
        json_array_append_new(values, value_json(x->column, row));
        written = add_word(&words, names->names[k], x->column, row) && written;
    }
    if (written)
        report_grid_link(g, "facet only%s", words.buf);
    for (size_t k = 0; k < c->n_columns; k++)
        add_shown(g, shown_value(ctx, &c->columns[k], item->places[k]), 30);
    report_grid_add(g, "%zu", item->count);
    add_share(g, item->count, c->n_rows);
    json_array_append_new(list, json_pack("{s:o,s:I,s:f}", "values", values, "count",
                                          (json_int_t)item->count, "share",
                                          (double)item->count / (double)c->n_rows));
    str_release(&words);
}

static void report_combinations(struct report *r, struct context *ctx, const struct chosen *names,
                                const struct crosstab *c)
{
    size_t top = (size_t)params_int(ctx->args, "top");
    const struct combination **sorted = ARENA_NEW(ctx->arena, const struct combination *, c->n);
    char *align = ARENA_NEW(ctx->arena, char, c->n_columns + 3);
    json_t *list = json_array();
    struct report_grid g;

    for (size_t i = 0; i < c->n; i++)
        sorted[i] = &c->items[i];
    if (params_choice(ctx->args, "sort") == ORDER_COUNT)
        qsort(sorted, c->n, sizeof(*sorted), by_count);
    memset(align, 'l', c->n_columns);
    memset(align + c->n_columns, 'r', 2);
    report_grid_init(&g, align);
    for (size_t k = 0; k < c->n_columns; k++)
        report_grid_add(&g, "%s", names->names[k]);
    report_grid_add(&g, "%s", "");
    report_grid_add(&g, "%s", "");
    for (size_t i = 0; i < c->n && i < top; i++)
        add_combination(list, &g, ctx, names, c, sorted[i]);
    report_line(r, "%zu combinations in %zu rows", c->n, c->n_rows);
    report_grid_end(r, &g);
    if (c->n > top)
        report_line(r, "  … and %zu more", c->n - top);
    report_put_int(r, "distinct", (int64_t)c->n);
    report_put(r, "combinations", list);
}

/* A table of two wants all its cells in memory, and on the screen. */
static bool is_cross(const struct crosstab *c)
{
    return c->n_columns == 2 && (double)c->columns[0].n * (double)c->columns[1].n <= 4e6;
}

static int freq_together(struct report *r, struct context *ctx, const struct chosen *chosen,
                         struct err *err)
{
    json_t *names = json_array();
    struct crosstab c;

    for (size_t k = 0; k < chosen->n; k++)
        json_array_append_new(names, json_string(chosen->names[k]));
    report_put(r, "columns", names);
    if (crosstab_of(&c, chosen->columns, chosen->n, ctx->job, err))
        return -1;
    if (is_cross(&c))
        report_cross(r, ctx, chosen, &c);
    else
        report_combinations(r, ctx, chosen, &c);
    crosstab_release(&c);
    return 0;
}

/* ---------------------------------------------------------------- the command */

static int choose(struct chosen *out, struct context *ctx, struct err *err)
{
    const struct param_value *words = params_value(ctx->args, "columns");
    const struct table *t = workspace_table(ctx->ws);

    out->columns = ARENA_NEW(ctx->arena, const struct column *, words->n_list * t->n_cols);
    out->names = ARENA_NEW(ctx->arena, const char *, words->n_list * t->n_cols);
    for (size_t k = 0; k < words->n_list; k++) {
        size_t *cols, n;
        if (table_match(&cols, &n, t, &words->list[k], 1, NULL, NULL, ctx->arena, err))
            return -1;
        for (size_t i = 0; i < n; i++) {
            out->columns[out->n] = table_at(t, cols[i]);
            out->names[out->n++] = table_name(t, cols[i]);
        }
    }
    return 0;
}

static int freq_run(struct report *r, struct context *ctx, struct err *err)
{
    struct chosen chosen = { .n = 0 };
    bool bins = params_flag(ctx->args, "bins");

    if (choose(&chosen, ctx, err))
        return -1;
    if (bins && chosen.n > 1)
        return err_set(err, ERR_USAGE, "bins are for one column: freq %s bins=yes",
                       chosen.names[0]);
    if (chosen.n > 1)
        return freq_together(r, ctx, &chosen, err);
    return bins ? freq_bins(r, ctx, chosen.names[0], err)
                : freq_values(r, ctx, chosen.names[0], chosen.columns[0], err);
}

const struct command verb_freq = {
    .name = "freq",
    .stage = "Data",
    .help = "count how often values occur, alone or together",
    .details = "Most frequent first; missing cells are counted as a value of their own, shown as a "
               "middle dot. Two columns make a cross table with totals, chi-square and Cramér's V; "
               "more are counted in combination. bins=yes puts numbers and dates into bins. Enter "
               "on a line of the report shows its rows in the sheet (facet).",
    .example = "freq species",
    .params = freq_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = freq_run,
};
