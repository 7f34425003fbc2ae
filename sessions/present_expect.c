/* present_expect.c - expectations as reports. */
#include "present_expect.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "present.h"
#include "session.h"
#include "table/cell.h"
#include "table/expr.h"

/* ---------------------------------------------------------------- failing rows */

/* The columns to be shown of a row that fails: those that the expectation is about. */
static size_t columns_of(const char ***out, const struct expectation *e, struct arena *arena)
{
    const char *const *names = NULL;
    struct expr *expr = NULL;
    size_t n = 0, n_read = 0;

    if (e->expression && !expr_parse(&expr, e->expression, NULL))
        n_read = expr_columns(expr, &names);
    *out = ARENA_NEW(arena, const char *, 1 + e->n_with + n_read);
    if (e->column)
        (*out)[n++] = e->column;
    for (size_t k = 0; k < e->n_with; k++)
        (*out)[n++] = e->with[k];
    for (size_t k = 0; k < n_read; k++)
        (*out)[n++] = arena_strdup(arena, names[k]);
    expr_free(expr);
    return n;
}

static json_t *cell_json(const struct column *c, size_t i)
{
    struct str text;

    if (column_missing(c, i))
        return json_null();
    str_init(&text);
    cell_text(&text, c, i);
    json_t *value = json_stringn(text.buf, text.len);
    str_release(&text);
    return value ? value : json_null();
}

static json_t *row_json(const struct table *t, size_t row, const char **names, size_t n)
{
    json_t *cells = json_object();
    size_t line = table_line(t, row);

    for (size_t k = 0; k < n; k++) {
        int j = table_find(t, names[k]);
        if (j >= 0)
            json_object_set_new(cells, names[k], cell_json(table_at(t, (size_t)j), row));
    }
    json_t *o = json_pack("{s:I,s:o}", "row", (json_int_t)table_row_number(t, row), "cells", cells);
    if (line)
        json_object_set_new(o, "line", json_integer((json_int_t)line));
    return o;
}

static void say_row(struct report *r, const struct table *t, size_t row, const char **names,
                    size_t n)
{
    size_t line = table_line(t, row), width;
    struct str text, cell;

    str_init(&text);
    str_init(&cell);
    str_addf(&text, "    row %zu", table_row_number(t, row));
    if (line)
        str_addf(&text, " (line %zu)", line);
    for (size_t k = 0; k < n; k++) {
        int j = table_find(t, names[k]);
        if (j < 0)
            continue;
        str_clear(&cell);
        cell_show(&cell, table_at(t, (size_t)j), row, 6, "·");
        str_addf(&text, "  %s %.*s", names[k], (int)text_prefix(cell.buf, cell.len, 60, &width),
                 cell.buf);
    }
    report_line(r, "%s", text.buf);
    str_release(&cell);
    str_release(&text);
}

static json_t *list_failing(struct report *r, const struct expect_outcome *o,
                            const struct expectation *e, const struct table *t,
                            const struct expect_request *q)
{
    size_t show = q->failures_only && o->held ? 0 : q->show;
    json_t *list = json_array();
    struct arena arena;
    const char **names;
    size_t n = 0;

    arena_init(&arena);
    size_t n_names = columns_of(&names, e, &arena);
    for (size_t i = 0; o->bad && i < t->n_rows && (n < show || n < q->limit); i++) {
        if (!o->bad[i])
            continue;
        if (n < q->limit)
            json_array_append_new(list, row_json(t, i, names, n_names));
        if (n < show)
            say_row(r, t, i, names, n_names);
        n++;
    }
    if (o->n_bad > show && show)
        report_line(r, "    … and %zu more; assay run --json lists all", o->n_bad - show);
    arena_release(&arena);
    return list;
}

/* ---------------------------------------------------------------- one, all */

static void say_outcome(struct report *r, size_t number, const struct expectation *e,
                        const struct expect_outcome *o)
{
    char share[TEXT_REAL_SIZE];
    const char *mark = o->held ? "holds" : e->warn ? "warns" : "FAILS";

    if (o->n_bad)
        report_line(r, "%3zu %s  %s: %zu of %zu rows (%s %%): %s", number, mark, e->text, o->n_bad,
                    o->n_looked,
                    text_real_short(share, 100.0 * (double)o->n_bad / (double)o->n_looked, 3),
                    o->why.buf);
    else
        report_line(r, "%3zu %s  %s%s%s", number, mark, e->text, o->why.len ? ": " : "",
                    o->why.len ? o->why.buf : "");
}

/* Enter on the line that comes next shows the rows that fail. */
static int link_rows(struct report *r, size_t number, const struct expect_outcome *o,
                     const struct table *t, struct err *err)
{
    struct buffer *rows;
    struct str title;
    size_t n = 0;

    if (buffer_new(&rows, o->n_bad, sizeof(uint32_t), "rows that fail an expectation", err))
        return -1;
    uint32_t *at = rows->data;
    for (size_t i = 0; i < t->n_rows; i++)
        if (o->bad[i])
            at[n++] = (uint32_t)table_row_number(t, i) - 1;
    n = row_numbers_sort(at, n);
    str_init(&title);
    str_addf(&title, "fail expectation %zu: %zu row%s", number, n, n == 1 ? "" : "s");
    report_link(r, "facet only set=%zu", report_add_rows(r, title.buf, rows, n));
    str_release(&title);
    buffer_unref(rows);
    return 0;
}

static int present_one(struct report *r, json_t *list, size_t failed[2],
                       const struct expect_request *q, size_t i, struct job *job, struct err *err)
{
    const struct expectation *e = q->list->items[i];
    struct expect_outcome o;

    if (expectation_check(&o, e, q->tables[i], job, err))
        return -1;
    failed[e->warn] += !o.held;
    if (q->opens && o.n_bad && link_rows(r, i + 1, &o, q->tables[i], err)) {
        expect_outcome_release(&o);
        return -1;
    }
    if (!q->failures_only || !o.held)
        say_outcome(r, i + 1, e, &o);
    json_t *failing = list_failing(r, &o, e, q->tables[i], q);
    json_array_append_new(
        list, json_pack("{s:I,s:s,s:s,s:b,s:I,s:I,s:s,s:o}", "number", (json_int_t)i + 1, "command",
                        e->text, "severity", e->warn ? "warn" : "fail", "held", o.held,
                        "rows_failed", (json_int_t)o.n_bad, "rows_checked", (json_int_t)o.n_looked,
                        "why", o.why.buf ? o.why.buf : "", "failing", failing));
    expect_outcome_release(&o);
    return 0;
}

int present_expectations(struct report *r, const struct expect_request *q, struct job *job,
                         struct err *err)
{
    json_t *list = json_array();
    size_t n = q->list ? q->list->n : 0, failed[2] = { 0 };
    int rc = 0;

    report_put(r, "expectations", list);
    for (size_t i = q->from; i < n && !rc; i++) {
        struct job_range range = job_part(job, i, n);
        if (q->tables[i])
            rc = present_one(r, list, failed, q, i, job, err);
        job_restore(job, range);
    }
    report_put_int(r, "failed", (int64_t)failed[0]);
    report_put_int(r, "warned", (int64_t)failed[1]);
    return rc;
}

int present_workspace_expectations(struct report *r, const struct context *ctx, size_t from,
                                   size_t show, bool failures_only, struct err *err)
{
    const struct workspace *ws = ctx->next ? ctx->next : ctx->ws;
    size_t n = ws->expectations ? ws->expectations->n : 0;
    const struct table **tables = ARENA_NEW(ctx->arena, const struct table *, n);

    for (size_t i = 0; i < n; i++)
        tables[i] = workspace_expected(ws, i);
    const struct expect_request q = { .list = ws->expectations,
                                      .tables = tables,
                                      .from = from,
                                      .show = show,
                                      .limit = ctx->options->complete ? SIZE_MAX : show,
                                      .failures_only = failures_only,
                                      .opens = !failures_only };
    return present_expectations(r, &q, ctx->job, err);
}

/* The target, say, which is what is asked for. */
static bool may_be_absent(const struct model *m, const char *column, const struct table *raw)
{
    if (!column || table_find(raw, column) >= 0)
        return false;
    for (size_t j = 0; j < m->n_inputs; j++)
        if (strcmp(m->inputs[j].name, column) == 0)
            return !m->inputs[j].needed;
    return false;
}

static bool is_about_absent(const struct model *m, const struct expectation *e,
                            const struct table *raw)
{
    struct arena arena;
    const char **names;
    bool absent = false;

    arena_init(&arena);
    size_t n = columns_of(&names, e, &arena);
    for (size_t k = 0; k < n; k++)
        absent = absent || may_be_absent(m, names[k], raw);
    arena_release(&arena);
    return absent;
}

int present_model_expectations(struct report *r, const struct model *m, const struct table *raw,
                               size_t show, size_t limit, struct job *job, struct err *err)
{
    const struct expectations *l = m->expectations;
    size_t n = l ? l->n : 0;
    struct table **tables;

    if (model_expected_tables(&tables, m, raw, job, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!is_about_absent(m, l->items[i], raw))
            continue;
        table_unref(tables[i]);
        tables[i] = NULL;
    }
    const struct expect_request q = { .list = l,
                                      .tables = (const struct table *const *)tables,
                                      .show = show,
                                      .limit = limit,
                                      .failures_only = true };
    int rc = present_expectations(r, &q, job, err);
    for (size_t i = 0; i < n; i++)
        table_unref(tables[i]);
    mem_free(tables);
    return rc;
}

size_t present_n_failed(const struct report *r)
{
    return (size_t)json_integer_value(json_object_get(r->data, "failed"));
}
