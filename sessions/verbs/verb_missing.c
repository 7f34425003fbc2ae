/* missing: where values are absent, by column and jointly. */
#include <string.h>

#include "base/text.h"
#include "present.h"
#include "profile/missing_patterns.h"
#include "table/expr.h"

#define MOST_LINKED 300 /* columns that a condition names: it must stay one line */

static const struct param_spec missing_params[] = {
    { .name = "top",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e6,
      .fallback = "10",
      .help = "how many joint patterns to show" },
    { .name = NULL },
};

static void report_columns(struct report *r, const struct table *t)
{
    json_t *columns = json_array();
    struct report_grid g;
    char share[TEXT_REAL_SIZE];
    struct str name;

    str_init(&name);
    report_grid_init(&g, "lrr");
    for (size_t j = 0; j < t->n_cols; j++) {
        size_t n = table_at(t, j)->n_missing;
        double part = t->n_rows ? (double)n / (double)t->n_rows : 0;
        json_array_append_new(columns, json_pack("{s:s,s:I,s:f}", "name", table_name(t, j),
                                                 "missing", (json_int_t)n, "share", part));
        if (!n)
            continue;
        str_clear(&name);
        selection_quote_name(&name, table_name(t, j));
        report_grid_link(&g, "facet only %s=missing", name.buf);
        report_grid_add(&g, "%s", table_name(t, j));
        report_grid_add(&g, "%zu", n);
        report_grid_add(&g, "%s %%", text_real_short(share, 100 * part, 3));
    }
    report_put(r, "columns", columns);
    report_grid_end(r, &g);
    str_release(&name);
}

/* The rows that lack these columns and no others. */
static void link_pattern(struct report *r, const struct table *t, const struct missing_pattern *p)
{
    struct str where;
    size_t n = 0;

    str_init(&where);
    for (size_t j = 0; j < t->n_cols; j++) {
        if (!table_at(t, j)->n_missing)
            continue;
        str_add(&where, n++ ? " and " : "");
        str_add(&where, column_missing(table_at(t, j), p->row) ? "is_missing(" : "not is_missing(");
        expr_add_name(&where, table_name(t, j));
        str_add(&where, ")");
    }
    if (n && n <= MOST_LINKED)
        report_link(r, "facet only where %s", where.buf);
    str_release(&where);
}

static void report_pattern(struct report *r, json_t *list, const struct table *t,
                           const struct missing_pattern *p)
{
    json_t *columns = json_array();
    struct str names;

    str_init(&names);
    for (size_t j = 0; j < t->n_cols; j++) {
        if (!column_missing(table_at(t, j), p->row))
            continue;
        json_array_append_new(columns, json_string(table_name(t, j)));
        str_addf(&names, "%s%s", names.len ? ", " : "", table_name(t, j));
    }
    link_pattern(r, t, p);
    report_line(r, "  %zu row%s: %s", p->count, p->count == 1 ? "" : "s",
                names.len ? names.buf : "complete");
    json_array_append_new(list,
                          json_pack("{s:o,s:I}", "columns", columns, "rows", (json_int_t)p->count));
    str_release(&names);
}

static int missing_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    size_t top = (size_t)params_int(ctx->args, "top");
    struct missing_patterns found;

    if (missing_patterns_of(&found, t, ctx->job, err))
        return -1;
    json_t *list = json_array();
    report_columns(r, t);
    for (size_t i = 0; i < found.n && i < top; i++)
        report_pattern(r, list, t, &found.items[i]);
    if (found.n > top)
        report_line(r, "  … and %zu more patterns", found.n - top);
    report_put_int(r, "patterns_found", (int64_t)found.n);
    report_put(r, "patterns", list);
    missing_patterns_release(&found);
    return 0;
}

const struct command verb_missing = {
    .name = "missing",
    .stage = "Cleaning",
    .help = "count missing values, by column and jointly",
    .details = "Which columns lack values, and which lack them together. impute fills them, drop "
               "missing removes the rows. Enter on a line of the report shows its rows.",
    .example = "missing",
    .params = missing_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = missing_run,
};
