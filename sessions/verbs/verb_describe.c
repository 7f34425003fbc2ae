/* describe: what is in each column. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "present.h"
#include "profile/profile.h"
#include "table/cell.h"

static const struct param_spec describe_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "which columns" },
    { .name = NULL },
};

static const char *top_text(struct context *ctx, const struct column *c,
                            const struct profile_column *p)
{
    struct str s;

    if (p->top_count == 0)
        return NULL;
    str_init(&s);
    cell_text(&s, c, p->top_row);
    const char *text = arena_strdup(ctx->arena, s.buf);
    str_release(&s);
    return text;
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

static json_t *column_json(struct context *ctx, const struct column *c,
                           const struct profile_column *p)
{
    const char *top = top_text(ctx, c, p);
    json_t *bins = json_array(), *top_json = top ? json_string(top) : NULL;

    for (size_t i = 0; i < p->n_bins; i++)
        json_array_append_new(bins, json_integer((json_int_t)p->bins[i]));
    json_t *o = json_pack("{s:s,s:s,s:I,s:I,s:I}", "name", p->name, "type",
                          column_type_name(p->type), "count", (json_int_t)p->count, "missing",
                          (json_int_t)p->missing, "distinct", (json_int_t)p->distinct);
    json_object_set_new(o, "mean", value_json(p, p->mean));
    json_object_set_new(o, "std", report_real(p->std));
    json_object_set_new(o, "min", value_json(p, p->min));
    json_object_set_new(o, "q25", value_json(p, p->q25));
    json_object_set_new(o, "median", value_json(p, p->median));
    json_object_set_new(o, "q75", value_json(p, p->q75));
    json_object_set_new(o, "max", value_json(p, p->max));
    json_object_set_new(o, "top", top_json ? top_json : json_null());
    json_object_set_new(o, "top_count", json_integer((json_int_t)p->top_count));
    json_object_set_new(o, "histogram", bins);
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

static void grid_column(struct report_grid *g, struct context *ctx, const struct column *c,
                        const struct profile_column *p)
{
    const char *top = top_text(ctx, c, p);
    struct str shown;
    size_t width;

    report_grid_add(g, "%s", p->name);
    report_grid_add(g, "%s", column_type_name(p->type));
    report_grid_add(g, "%zu", p->missing);
    report_grid_add(g, "%zu", p->distinct);
    grid_value(g, p, p->mean);
    if (isnan(p->std))
        report_grid_add(g, "%s", "");
    else
        report_grid_real(g, p->std, 4);
    grid_value(g, p, p->min);
    grid_value(g, p, p->median);
    grid_value(g, p, p->max);
    str_init(&shown);
    str_add_escaped(&shown, top ? top : "", top ? strlen(top) : 0);
    if (top)
        report_grid_add(g, "%.*s (%zu)", (int)text_prefix(shown.buf, shown.len, 30, &width),
                        shown.buf, p->top_count);
    else
        report_grid_add(g, "%s", "");
    str_release(&shown);
}

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
    static const char *const head[] = { "column", "type", "missing", "distinct", "mean",
                                        "std",    "min",  "median",  "max",      "top" };

    if (select_columns(&t, ctx, err))
        return -1;
    if (profile_table(&profile, t, ctx->job, err)) {
        table_unref(t);
        return -1;
    }
    json_t *columns = json_array();
    report_grid_init(&g, "llrrrrrrrl");
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
        report_grid_add(&g, "%s", head[i]);
    for (size_t j = 0; j < t->n_cols; j++) {
        grid_column(&g, ctx, table_at(t, j), &profile.columns[j]);
        json_array_append_new(columns, column_json(ctx, table_at(t, j), &profile.columns[j]));
    }
    report_line(r, "%zu rows", t->n_rows);
    report_grid_end(r, &g);
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
        "standard deviation (n - 1), quartiles, and the most frequent value with its count. "
        "With --json also a small histogram.",
    .example = "describe",
    .params = describe_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = describe_run,
};
