/* present_changes.c - a difference in full: columns before and after, cells, removed rows. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "present.h"
#include "profile/profile.h"
#include "table/cell.h"

#define N_BINS 8

static const char *const kinds[] = {
    [DIFF_SAME] = "same",       [DIFF_CHANGED] = "changed", [DIFF_ADDED] = "added",
    [DIFF_DROPPED] = "dropped", [DIFF_RENAMED] = "renamed",
};

/* A column on one side of the difference. */
struct side {
    const struct column *column; /* NULL: not there */
    struct profile_column profile;
    size_t n_bins, bins[N_BINS];
};

struct pair {
    struct side before, after;
};

/* ---------------------------------------------------------------- distributions */

/* Over the range of both sides, or what stands in the way of one: another type, no number. */
static bool common_range(double *low, double *high, const struct pair *p)
{
    const struct profile_column *a = &p->before.profile, *b = &p->after.profile;

    if (!p->before.column || !p->after.column || a->type != b->type ||
        column_is_text(p->before.column) || a->type == COLUMN_BOOL)
        return false;
    *low = fmin(a->min, b->min); /* one without a number is passed over */
    *high = fmax(a->max, b->max);
    return isfinite(*low) && isfinite(*high);
}

static void count_bins(struct side *s, double low, double high)
{
    s->n_bins = N_BINS;
    for (size_t i = 0; i < s->column->n_rows; i++) {
        double v = column_missing(s->column, i) ? NAN : column_number(s->column, i);
        if (!isfinite(v))
            continue;
        double at = high > low ? (v - low) / (high - low) * N_BINS : 0;
        s->bins[at >= N_BINS ? N_BINS - 1 : (size_t)at]++;
    }
}

/* As the profile has them, two of its bins in one where there are more. */
static void own_bins(struct side *s)
{
    size_t n = s->profile.n_bins, each = n > N_BINS ? 2 : 1;

    s->n_bins = (n + each - 1) / each;
    for (size_t k = 0; k < n; k++)
        s->bins[k / each] += s->profile.bins[k];
}

static int describe_pair(struct pair *out, const struct diff *d, const struct diff_column *c,
                         struct err *err)
{
    double low, high;

    *out = (struct pair){ 0 };
    if (c->before >= 0)
        out->before.column = table_at(d->before, (size_t)c->before);
    if (c->after >= 0)
        out->after.column = table_at(d->after, (size_t)c->after);
    if (out->before.column && profile_column(&out->before.profile, out->before.column, err))
        return -1;
    if (out->after.column && profile_column(&out->after.profile, out->after.column, err))
        return -1;
    bool common = common_range(&low, &high, out);
    struct side *sides[] = { &out->before, &out->after };
    for (size_t k = 0; k < 2; k++) {
        if (sides[k]->column && common)
            count_bins(sides[k], low, high);
        else if (sides[k]->column)
            own_bins(sides[k]);
    }
    return 0;
}

/* ---------------------------------------------------------------- columns */

static json_t *side_json(const struct side *s)
{
    const struct profile_column *p = &s->profile;
    json_t *bins = json_array();

    for (size_t k = 0; k < s->n_bins; k++)
        json_array_append_new(bins, json_integer((json_int_t)s->bins[k]));
    return json_pack("{s:s,s:I,s:I,s:I,s:o,s:o,s:o}", "type", column_type_name(p->type), "count",
                     (json_int_t)p->count, "missing", (json_int_t)p->missing, "distinct",
                     (json_int_t)p->distinct, "mean", report_real(p->mean), "median",
                     report_real(p->median), "bins", bins);
}

static void add_side(struct report_grid *g, const char *name, const char *count, const char *when,
                     const struct side *s)
{
    const struct profile_column *p = &s->profile;
    struct str mean, median, bars;

    str_init(&mean);
    str_init(&median);
    str_init(&bars);
    profile_show(&mean, p, p->mean, 5);
    profile_show(&median, p, p->median, 5);
    present_bars(&bars, s->bins, s->n_bins);
    report_grid_add(g, "%s", name);
    report_grid_add(g, "%s", count);
    report_grid_add(g, "%s", when);
    report_grid_add(g, "%s", column_type_name(p->type));
    report_grid_add(g, "%zu", p->missing);
    report_grid_add(g, "%zu", p->distinct);
    report_grid_add(g, "%s", mean.buf);
    report_grid_add(g, "%s", median.buf);
    report_grid_add(g, "%s", bars.buf);
    str_release(&mean);
    str_release(&median);
    str_release(&bars);
}

static void add_heading(struct report_grid *g)
{
    static const char *const names[] = { "column",   "cells", "",       "type",        "missing",
                                         "distinct", "mean",  "median", "distribution" };

    for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
        report_grid_add(g, "%s", names[k]);
}

static const char *name_in(const struct diff *d, const struct diff_column *c)
{
    return c->after >= 0 ? table_name(d->after, (size_t)c->after)
                         : table_name(d->before, (size_t)c->before);
}

static void add_column(json_t *list, struct report_grid *g, const struct diff *d,
                       const struct diff_column *c, const struct pair *p)
{
    const char *name = name_in(d, c);
    char count[32];
    json_t *o = json_pack("{s:s,s:s,s:I}", "column", name, "kind", kinds[c->kind], "cells_changed",
                          (json_int_t)c->n_changed);

    if (c->kind == DIFF_RENAMED)
        json_object_set_new(o, "from", json_string(table_name(d->before, (size_t)c->before)));
    if (p->before.column)
        json_object_set_new(o, "before", side_json(&p->before));
    if (p->after.column)
        json_object_set_new(o, "after", side_json(&p->after));
    json_array_append_new(list, o);
    snprintf(count, sizeof(count), "%zu", c->n_changed);
    if (p->before.column)
        add_side(g, name, c->n_changed ? count : kinds[c->kind], "before", &p->before);
    if (p->after.column)
        add_side(g, p->before.column ? "" : name, p->before.column ? "" : kinds[c->kind], "after",
                 &p->after);
}

/* A column that is the same but for the rows that went is of interest where rows went. */
static bool worth_showing(const struct diff *d, const struct diff_column *c)
{
    return c->kind != DIFF_SAME || d->rows_removed > 0;
}

static int add_columns(struct report *r, const struct diff *d, struct err *err)
{
    json_t *list = json_array();
    struct report_grid g;
    struct pair p;
    int rc = 0;

    report_put(r, "columns", list);
    report_grid_init(&g, "lrllrrrrl");
    for (size_t k = 0; k < d->n_columns && !rc; k++) {
        const struct diff_column *c = &d->columns[k];
        if (!worth_showing(d, c))
            continue;
        rc = describe_pair(&p, d, c, err);
        if (!rc && !g.n_cells)
            add_heading(&g);
        if (!rc)
            add_column(list, &g, d, c, &p);
    }
    report_grid_end(r, &g);
    return rc;
}

/* ---------------------------------------------------------------- cells and rows */

static json_t *cell_json(const struct column *c, size_t i)
{
    struct str text;

    if (!c || column_missing(c, i))
        return json_null();
    str_init(&text);
    cell_text(&text, c, i);
    json_t *value = json_stringn(text.buf, text.len);
    str_release(&text);
    return value ? value : json_null();
}

static void say_cell(struct report *r, const struct diff *d, const struct diff_column *c,
                     size_t row)
{
    struct str before, after;
    size_t width;

    str_init(&before);
    str_init(&after);
    cell_show(&before, table_at(d->before, (size_t)c->before), diff_row_before(d, row), 6, "·");
    cell_show(&after, table_at(d->after, (size_t)c->after), row, 6, "·");
    report_line(r, "  row %zu  %s  %.*s → %.*s", table_row_number(d->after, row), name_in(d, c),
                (int)text_prefix(before.buf, before.len, 40, &width), before.buf,
                (int)text_prefix(after.buf, after.len, 40, &width), after.buf);
    str_release(&before);
    str_release(&after);
}

static void add_cells(struct report *r, const struct diff *d, size_t show, size_t limit)
{
    json_t *list = json_array();
    size_t row = SIZE_MAX, col = 0, n = 0;
    const struct diff_column *by_after = d->columns; /* after's columns come first, in order */

    while ((n < show || n < limit) && diff_next(d, &row, &col)) {
        const struct diff_column *c = &by_after[col];
        if (n < limit)
            json_array_append_new(
                list,
                json_pack(
                    "{s:I,s:s,s:o,s:o}", "row", (json_int_t)table_row_number(d->after, row),
                    "column", name_in(d, c), "before",
                    cell_json(table_at(d->before, (size_t)c->before), diff_row_before(d, row)),
                    "after", cell_json(table_at(d->after, (size_t)c->after), row)));
        if (n < show)
            say_cell(r, d, c, row);
        n++;
    }
    if (d->cells_changed > show)
        report_line(r, "  … and %zu more changed cells; show= lists more, --json all",
                    d->cells_changed - show);
    report_put(r, "cells", list);
}

static int add_removed(struct report *r, const struct diff *d, size_t show, size_t limit,
                       struct err *err)
{
    const uint32_t *gone = d->rows_gone ? d->rows_gone->data : NULL;
    size_t n = d->rows_removed, shown = n < show ? n : show;
    json_t *list = json_array();
    struct table *sample;

    report_put(r, "removed", list);
    for (size_t k = 0; k < n && k < limit; k++)
        json_array_append_new(list, json_integer((json_int_t)table_row_number(d->before, gone[k])));
    if (!shown)
        return 0;
    if (table_take(&sample, d->before, gone, shown, err))
        return -1;
    report_line(r, "removed rows:");
    present_rows(r, sample, 0, shown);
    table_unref(sample);
    if (n > shown)
        report_line(r, "  … and %zu more removed rows; show= lists more, --json all", n - shown);
    return 0;
}

int present_changes(struct report *r, const struct diff *d, size_t show, size_t limit,
                    struct err *err)
{
    if (add_columns(r, d, err))
        return -1;
    add_cells(r, d, show, limit);
    return add_removed(r, d, show, limit, err);
}
