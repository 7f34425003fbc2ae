/* describe: what is in each column. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "present.h"
#include "profile/profile.h"
#include "table/cell.h"
#include "table/expr.h"

#define PATTERNS_SHOWN 3

static const struct param_spec describe_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "which columns" },
    { .name = NULL },
};

/* The exact text of a value; NULL when JSON cannot hold it. */
static json_t *cell_json(const struct column *c, size_t row)
{
    struct str s;

    str_init(&s);
    cell_text(&s, c, row);
    json_t *text = json_string(s.buf);
    str_release(&s);
    return text ? text : json_null();
}

/* Numbers as numbers, dates as text, what does not exist as null. */
static json_t *value_json(const struct profile_column *p, double v)
{
    struct str s;

    if (p->type != COLUMN_DATE && p->type != COLUMN_TIMESTAMP)
        return report_real(v);
    if (isnan(v))
        return json_null();
    str_init(&s);
    profile_show(&s, p, v, 6);
    json_t *text = json_string(s.buf);
    str_release(&s);
    return text;
}

static void put_figures(json_t *o, const struct profile_column *p)
{
    json_object_set_new(o, "mean", value_json(p, p->mean));
    json_object_set_new(o, "std", report_real(p->std));
    json_object_set_new(o, "min", value_json(p, p->min));
    json_object_set_new(o, "q25", value_json(p, p->q25));
    json_object_set_new(o, "median", value_json(p, p->median));
    json_object_set_new(o, "q75", value_json(p, p->q75));
    json_object_set_new(o, "max", value_json(p, p->max));
}

static void put_number_figures(json_t *o, const struct profile_column *p)
{
    json_object_set_new(o, "skew", report_real(p->skew));
    json_object_set_new(o, "kurtosis", report_real(p->kurtosis));
    json_object_set_new(o, "zeros", json_integer((json_int_t)p->n_zero));
    json_object_set_new(o, "negative", json_integer((json_int_t)p->n_negative));
    json_object_set_new(o, "infinite", json_integer((json_int_t)p->n_infinite));
    json_object_set_new(o, "nan", json_integer((json_int_t)p->n_nan));
}

static void put_text_figures(json_t *o, const struct profile_column *p)
{
    json_t *patterns = json_array();

    for (size_t i = 0; i < p->n_patterns; i++) {
        json_t *text = json_string(p->patterns[i].text);
        json_array_append_new(patterns, json_pack("{s:o,s:I}", "pattern", text ? text : json_null(),
                                                  "count", (json_int_t)p->patterns[i].count));
    }
    json_object_set_new(o, "shortest", json_integer((json_int_t)p->shortest));
    json_object_set_new(o, "longest", json_integer((json_int_t)p->longest));
    json_object_set_new(o, "blank", json_integer((json_int_t)p->n_blank));
    json_object_set_new(o, "patterns", patterns);
    json_object_set_new(o, "patterns_found", json_integer((json_int_t)p->n_patterns_found));
}

static bool is_number(const struct profile_column *p)
{
    return p->type == COLUMN_INT || p->type == COLUMN_REAL;
}

static json_t *column_json(const struct column *c, const struct profile_column *p)
{
    json_t *bins = json_array(), *tops = json_array();

    for (size_t i = 0; i < p->n_bins; i++)
        json_array_append_new(bins, json_integer((json_int_t)p->bins[i]));
    for (size_t i = 0; i < p->n_tops; i++)
        json_array_append_new(tops, json_pack("{s:o,s:I}", "value", cell_json(c, p->tops[i].row),
                                              "count", (json_int_t)p->tops[i].count));
    json_t *o = json_pack("{s:s,s:s,s:I,s:I,s:I}", "name", p->name, "type",
                          column_type_name(p->type), "count", (json_int_t)p->count, "missing",
                          (json_int_t)p->missing, "distinct", (json_int_t)p->distinct);
    put_figures(o, p);
    json_object_set_new(o, "top", p->top_count ? cell_json(c, p->top_row) : json_null());
    json_object_set_new(o, "top_count", json_integer((json_int_t)p->top_count));
    json_object_set_new(o, "tops", tops);
    json_object_set_new(o, "histogram", bins);
    if (is_number(p))
        put_number_figures(o, p);
    else if (column_is_text(c))
        put_text_figures(o, p);
    return o;
}

static void grid_value(struct report_grid *g, const struct profile_column *p, double v)
{
    struct str s;

    str_init(&s);
    if (!isnan(v))
        profile_show(&s, p, v, 4);
    report_grid_add(g, "%s", s.buf);
    str_release(&s);
}

static void grid_top(struct report_grid *g, const struct column *c, const struct profile_column *p)
{
    struct str shown, text;
    size_t width;

    str_init(&shown);
    str_init(&text);
    if (p->top_count) {
        cell_text(&text, c, p->top_row);
        str_add_escaped(&shown, text.buf, text.len);
        report_grid_add(g, "%.*s (%zu)", (int)text_prefix(shown.buf, shown.len, 30, &width),
                        shown.buf, p->top_count);
    } else {
        report_grid_add(g, "%s", "");
    }
    str_release(&text);
    str_release(&shown);
}

static void grid_real(struct report_grid *g, double v)
{
    if (isnan(v))
        report_grid_add(g, "%s", "");
    else
        report_grid_real(g, v, 4);
}

static void grid_column(struct report_grid *g, const struct column *c,
                        const struct profile_column *p)
{
    struct str bars, name;

    str_init(&bars);
    str_init(&name);
    lex_quote(&name, p->name);
    present_bars(&bars, p->bins, p->n_bins);
    report_grid_link(g, "freq %s", name.buf);
    report_grid_add(g, "%s", p->name);
    report_grid_add(g, "%s", column_type_name(p->type));
    report_grid_add(g, "%zu", p->missing);
    report_grid_add(g, "%zu", p->distinct);
    grid_value(g, p, p->mean);
    grid_real(g, p->std);
    grid_value(g, p, p->min);
    grid_value(g, p, p->median);
    grid_value(g, p, p->max);
    grid_real(g, p->skew);
    report_grid_add(g, "%s", bars.buf);
    grid_top(g, c, p);
    str_release(&name);
    str_release(&bars);
}

/* ---------------------------------------------------------------- patterns */

/* The rows of one pattern. */
static void link_pattern(struct report_grid *g, const struct profile_column *p, size_t k)
{
    struct str where, regex;

    str_init(&where);
    str_init(&regex);
    expr_add_name(&where, p->name);
    profile_pattern_regex(&regex, p->patterns[k].text, p->patterns_are_wide);
    str_add(&where, ", ");
    expr_add_text(&where, regex.buf);
    report_grid_link(g, "facet only where matches(%s)", where.buf);
    str_release(&regex);
    str_release(&where);
}

static void grid_pattern(struct report_grid *g, const struct column *c,
                         const struct profile_column *p, size_t k)
{
    const struct profile_pattern *pattern = &p->patterns[k];
    struct str form, text;
    size_t width;
    char share[TEXT_REAL_SIZE];

    str_init(&form);
    str_init(&text);
    str_add_escaped(&form, pattern->text, strlen(pattern->text));
    cell_show(&text, c, pattern->row, 6, "·");
    link_pattern(g, p, k);
    report_grid_add(g, "%s", k == 0 ? p->name : "");
    report_grid_add(g, "%s", form.buf);
    report_grid_add(g, "%zu", pattern->count);
    report_grid_add(g, "%s %%",
                    text_real_short(share, 100 * (double)pattern->count / (double)p->count, 3));
    report_grid_add(g, "%.*s", (int)text_prefix(text.buf, text.len, 30, &width), text.buf);
    str_release(&text);
    str_release(&form);
}

/* How texts are written, where they are not all words of their own. */
static void report_patterns(struct report *r, const struct table *t, const struct profile *profile)
{
    struct report_grid g;
    size_t n = 0;

    for (size_t j = 0; j < t->n_cols; j++)
        n += profile->columns[j].n_patterns;
    if (n == 0)
        return;
    report_line(r, "patterns of texts: A a letters, 9 digits, + a run of them");
    report_grid_init(&g, "llrrl");
    for (size_t j = 0; j < t->n_cols; j++) {
        const struct profile_column *p = &profile->columns[j];
        size_t shown = p->n_patterns < PATTERNS_SHOWN ? p->n_patterns : PATTERNS_SHOWN;
        for (size_t k = 0; k < shown; k++)
            grid_pattern(&g, table_at(t, j), p, k);
        if (p->n_patterns_found > shown) {
            report_grid_add(&g, "%s", "");
            report_grid_add(&g, "… and %zu more", p->n_patterns_found - shown);
            for (size_t k = 0; k < 3; k++)
                report_grid_add(&g, "%s", "");
        }
    }
    report_grid_end(r, &g);
}

/* ---------------------------------------------------------------- the command */

static int select_columns(struct table **out, struct context *ctx, struct err *err)
{
    const struct param_value *words = params_value(ctx->args, "columns");
    const struct table *t = workspace_table(ctx->ws);
    size_t *cols, n;

    if (table_match(&cols, &n, t, words->list, words->n_list, NULL, NULL, ctx->arena, err))
        return -1;
    return table_select(out, t, cols, n, err);
}

static int describe_run(struct report *r, struct context *ctx, struct err *err)
{
    struct table *t;
    struct profile profile;
    struct report_grid g;
    static const char *const head[] = { "column", "type",   "missing", "distinct", "mean", "std",
                                        "min",    "median", "max",     "skew",     "",     "top" };

    if (select_columns(&t, ctx, err))
        return -1;
    if (profile_table(&profile, t, ctx->job, err)) {
        table_unref(t);
        return -1;
    }
    json_t *columns = json_array();
    report_grid_init(&g, "llrrrrrrrrll");
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
        report_grid_add(&g, "%s", head[i]);
    for (size_t j = 0; j < t->n_cols; j++) {
        grid_column(&g, table_at(t, j), &profile.columns[j]);
        json_array_append_new(columns, column_json(table_at(t, j), &profile.columns[j]));
    }
    report_line(r, "%zu rows", t->n_rows);
    report_grid_end(r, &g);
    report_patterns(r, t, &profile);
    report_put(r, "columns", columns);
    profile_release(&profile);
    table_unref(t);
    return 0;
}

const struct command verb_describe = {
    .name = "describe",
    .stage = "Data",
    .help = "describe columns: counts, quantiles, top values",
    .details =
        "Exact figures of the table as it stands: present, missing and distinct values, mean, "
        "standard deviation (n - 1), quartiles, skewness (adjusted, as pandas has it), a small "
        "histogram, the most frequent value with its count, and the patterns of texts. --json has "
        "also the quartiles, kurtosis, zeros, negative, infinite and NaN values, the ten most "
        "frequent values, and the lengths of texts. Enter on a line of the report opens it: the "
        "values of the column, or the rows of a pattern.",
    .example = "describe",
    .params = describe_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = describe_run,
};
