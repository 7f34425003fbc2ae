/* missing: where values are absent, by column and jointly. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "present.h"

static const struct param_spec missing_params[] = {
    { .name = "top",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e6,
      .fallback = "10",
      .help = "how many joint patterns to show" },
    { .name = NULL },
};

/* Rows with the same columns missing: the hash tells patterns apart, `row` is the first that has it. */
struct pattern {
    uint64_t hash;
    size_t row, count;
};

static int by_hash(const void *a, const void *b)
{
    const struct pattern *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int by_count(const void *a, const void *b)
{
    const struct pattern *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

static struct pattern *find_patterns(const struct table *t, size_t *n_out)
{
    struct pattern *p = MEM_NEW(struct pattern, t->n_rows);
    size_t n = 0;

    for (size_t i = 0; i < t->n_rows; i++)
        p[i] = (struct pattern){ .row = i, .count = 1 };
    for (size_t j = 0; j < t->n_cols; j++)
        for (size_t i = 0; table_at(t, j)->n_missing && i < t->n_rows; i++)
            if (column_missing(table_at(t, j), i))
                p[i].hash = hash_mix(p[i].hash, j + 1);
    qsort(p, t->n_rows, sizeof(*p), by_hash);
    for (size_t i = 0; i < t->n_rows; i++)
        if (n && p[n - 1].hash == p[i].hash)
            p[n - 1].count++;
        else
            p[n++] = p[i];
    qsort(p, n, sizeof(*p), by_count);
    *n_out = n;
    return p;
}

static void report_columns(struct report *r, const struct table *t)
{
    json_t *columns = json_array();
    struct report_grid g;
    char share[TEXT_REAL_SIZE];

    report_grid_init(&g, "lrr");
    for (size_t j = 0; j < t->n_cols; j++) {
        size_t n = table_at(t, j)->n_missing;
        double part = t->n_rows ? (double)n / (double)t->n_rows : 0;
        json_array_append_new(columns, json_pack("{s:s,s:I,s:f}", "name", table_name(t, j),
                                                 "missing", (json_int_t)n, "share", part));
        if (!n)
            continue;
        report_grid_add(&g, "%s", table_name(t, j));
        report_grid_add(&g, "%zu", n);
        report_grid_add(&g, "%s %%", text_real_short(share, 100 * part, 3));
    }
    report_put(r, "columns", columns);
    report_grid_end(r, &g);
}

static void report_pattern(struct report *r, json_t *list, const struct table *t,
                           const struct pattern *p)
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
    report_line(r, "  %zu row%s: %s", p->count, p->count == 1 ? "" : "s",
                names.len ? names.buf : "complete");
    json_array_append_new(list,
                          json_pack("{s:o,s:I}", "columns", columns, "rows", (json_int_t)p->count));
    str_release(&names);
}

static int missing_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    size_t n, top = (size_t)params_int(ctx->args, "top");
    struct pattern *p = find_patterns(t, &n);
    json_t *list = json_array();

    report_columns(r, t);
    for (size_t i = 0; i < n && i < top; i++)
        report_pattern(r, list, t, &p[i]);
    if (n > top)
        report_line(r, "  … and %zu more patterns", n - top);
    report_put_int(r, "patterns_found", (int64_t)n);
    report_put(r, "patterns", list);
    mem_free(p);
    (void)err;
    return 0;
}

const struct command verb_missing = {
    .name = "missing",
    .stage = "Cleaning",
    .help = "count missing values, by column and jointly",
    .details = "Which columns lack values, and which lack them together. impute fills them, drop "
               "missing removes the rows.",
    .example = "missing",
    .params = missing_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = missing_run,
};
