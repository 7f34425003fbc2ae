/* types: each column's type with what speaks for it, and other types, read anew from the source. */
#include <string.h>

#include "io/csv.h"
#include "io/files.h"
#include "present.h"
#include "rejects.h"
#include "session.h"

static const struct param_spec types_params[] = {
    { .name = "changes",
      .type = PARAM_TEXT,
      .flags = PARAM_WORD,
      .help = "new types, as price:real,zip:text; without it the types are shown" },
    { .name = "format",
      .type = PARAM_TEXT,
      .help = "how the dates are written: dmy, mdy, ymd or a form like %d/%m/%Y for all columns "
              "that become dates, or when:dmy,seen:%Y.%m.%d; guessed when absent" },
    { .name = "bad",
      .type = PARAM_COLUMN,
      .help = "list the cells of this column that are not of its type" },
    { .name = NULL },
};

/* ---------------------------------------------------------------- showing */

static void report_types(struct report *r, const struct source *s)
{
    json_t *columns = json_array();
    struct report_grid g;

    report_grid_init(&g, "llrrl");
    for (size_t j = 0; j < s->table->n_cols; j++) {
        const struct column *c = table_at(s->table, j);
        size_t n_bad = rejects_of_column(s, j), n = c->n_rows - c->n_missing;
        const struct reject *first = rejects_first(s, j);
        json_array_append_new(
            columns, json_pack("{s:s,s:s,s:I,s:I,s:I}", "name", table_name(s->table, j), "type",
                               column_type_name(c->type), "cells", (json_int_t)n, "missing",
                               (json_int_t)c->n_missing, "bad", (json_int_t)n_bad));
        report_grid_add(&g, "%s", table_name(s->table, j));
        report_grid_add(&g, "%s", column_type_name(c->type));
        report_grid_add(&g, "%zu cells", n);
        report_grid_add(&g, c->n_missing ? "%zu missing" : "", c->n_missing);
        if (n_bad)
            report_grid_add(&g, "%zu bad, such as '%.40s' in line %zu", n_bad, first->text,
                            first->line);
        else
            report_grid_add(&g, "%s", "");
    }
    report_put(r, "columns", columns);
    report_grid_end(r, &g);
}

#define BAD_SHOWN 1000

static void report_bad(struct report *r, const struct source *s, size_t column)
{
    json_t *cells = json_array();
    struct report_grid g;
    size_t n = rejects_of_column(s, column), shown = 0;

    report_line(r, "%s: %zu cell%s that %s no %s", table_name(s->table, column), n,
                n == 1 ? "" : "s", n == 1 ? "is" : "are",
                column_type_name(table_at(s->table, column)->type));
    report_grid_init(&g, "rrl");
    for (size_t i = 0; i < s->rejects.n && shown < BAD_SHOWN; i++) {
        const struct reject *j = &s->rejects.list[i];
        struct str text;
        if (j->kind != REJECT_VALUE || j->column != (int)column)
            continue;
        str_init(&text);
        str_add_escaped(&text, j->text, strlen(j->text));
        report_grid_add(&g, "row %zu", j->row);
        report_grid_add(&g, "line %zu:%zu", j->line, j->col);
        report_grid_add(&g, "\"%s\"", text.buf);
        json_array_append_new(cells, json_pack("{s:I,s:I,s:I,s:s}", "row", (json_int_t)j->row,
                                               "line", (json_int_t)j->line, "col",
                                               (json_int_t)j->col, "value", j->text));
        str_release(&text);
        shown++;
    }
    report_grid_end(r, &g);
    if (shown < n)
        report_line(r, "… and %zu more", n - shown);
    report_put_text(r, "column", table_name(s->table, column));
    report_put_int(r, "bad", (int64_t)n);
    report_put(r, "cells", cells);
}

/* ---------------------------------------------------------------- changing */

/* What the list NAME:FORM,… says of the column; a form without a name is for all.  NULL: nothing. */
static const char *form_of(struct context *ctx, const char *format, const char *name)
{
    const char *found = NULL;
    struct str word, form;

    if (!format)
        return NULL;
    if (*format == '%' || !strchr(format, ':'))
        return format;
    str_init(&word);
    str_init(&form);
    for (const char *at = format; *at && !found;) {
        at = csv_types_word(&word, at, ':');
        at = csv_types_word(&form, *at == ':' ? at + 1 : at, ',');
        at += *at == ',';
        if (strcmp(word.buf, name) == 0)
            found = arena_strdup(ctx->arena, form.buf);
    }
    str_release(&word);
    str_release(&form);
    return found;
}

static bool is_time(int type)
{
    return type == COLUMN_DATE || type == COLUMN_TIMESTAMP;
}

/* The types that the changes give to the source's columns, -1: none. */
static int *asked_types(struct context *ctx, const char *changes, struct err *err)
{
    const struct table *t = ctx->ws->source->table;
    struct csv_shape shape = { .n_cols = t->n_cols };
    int *types = ARENA_NEW(ctx->arena, int, t->n_cols);

    shape.names = ARENA_NEW(ctx->arena, char *, t->n_cols);
    for (size_t j = 0; j < t->n_cols; j++)
        shape.names[j] = t->fields[j].name;
    return csv_types_parse(types, changes, &shape, err) ? NULL : types;
}

/* The reader's dates parameter: a form for each column that is one of time from now on. */
static int changed_dates(struct params *out, struct context *ctx, const int *types, struct err *err)
{
    const struct source *s = ctx->ws->source;
    const char *format = params_text(ctx->args, "format");
    int dates = param_find(s->reader->params, "dates", false), rc = 0;
    struct str text;

    if (dates < 0 && format)
        return err_set(err, ERR_USAGE,
                       "format is for sources whose reader knows forms of dates; "
                       "the step dates reads them here");
    if (dates < 0)
        return 0;
    str_init(&text);
    for (size_t j = 0; j < s->table->n_cols; j++) {
        const char *name = table_name(s->table, j), *form = s->dates ? s->dates[j] : NULL;
        if (is_time(types[j]) && form_of(ctx, format, name))
            form = form_of(ctx, format, name);
        else if (is_time(types[j]) && !is_time((int)table_at(s->table, j)->type))
            form = "auto";
        else if (types[j] >= 0 && !is_time(types[j]))
            form = NULL;
        if (!form)
            continue;
        csv_dates_add(&text, name, form);
    }
    out->values[dates] = (struct param_value){ 0 };
    if (text.len)
        rc = params_set(out, (size_t)dates, text.buf, ctx->arena, err);
    str_release(&text);
    return rc;
}

/* A column whose day and month could be either way round was not read; what was chosen for the others
 * is recorded. */
static int keep_forms(struct context *ctx, const struct source *now, const int *types,
                      struct err *err)
{
    int format = param_find(ctx->args->specs, "format", false), rc = 0;
    struct str text;

    str_init(&text);
    for (size_t j = 0; j < now->table->n_cols && !rc; j++) {
        const char *name = table_name(now->table, j), *form = now->dates ? now->dates[j] : NULL;
        if (!is_time(types[j]))
            continue;
        if (!is_time((int)table_at(now->table, j)->type))
            rc = err_set(err, ERR_DOMAIN,
                         "the dates of %s can be read with the day or the month first, and nothing "
                         "tells which; say format=dmy or format=mdy",
                         name);
        if (!form || rc)
            continue;
        csv_dates_add(&text, name, form);
    }
    if (!rc && text.len)
        ctx->args->values[format] = (struct param_value){ 0 };
    if (!rc && text.len)
        rc = params_set(ctx->args, (size_t)format, text.buf, ctx->arena, err);
    str_release(&text);
    return rc;
}

/* The parameters the source was read with, and the new types behind the old ones. */
static int changed_params(struct params *out, struct context *ctx, const char *changes,
                          struct err *err)
{
    const struct source *s = ctx->ws->source;
    int types = param_find(s->reader->params, "types", false);
    struct str text;

    if (types < 0 || strcmp(s->info.path, "-") == 0)
        return err_set(
            err, ERR_USAGE,
            "%s cannot be read again with other types; cast changes the type of the values",
            types < 0 ? "this source" : "standard input");
    params_init(out, s->reader->params, ctx->arena);
    for (size_t i = 0; i < s->params.n; i++)
        if ((int)i != types && s->params.values[i].set &&
            params_set(out, i, s->params.values[i].text, ctx->arena, err))
            return -1;
    str_init(&text);
    if (s->params.values[types].set)
        str_addf(&text, "%s,", s->params.values[types].text);
    str_add(&text, changes);
    int rc = params_set(out, (size_t)types, text.buf, ctx->arena, err);
    str_release(&text);
    return rc;
}

static int check_same_file(const struct source *before, const struct source *now, struct err *err)
{
    if (digest_eq(before->info.digest, now->info.digest))
        return 0;
    return err_set(
        err, ERR_DOMAIN,
        "%s is no longer the file that was loaded; load it again with types=", before->info.path);
}

/* The new source under the old recipe. */
static int rebase(struct context *ctx, struct source *source, struct err *err)
{
    const struct workspace *ws = ctx->ws;
    const char *target = workspace_target(ws);
    struct workspace *fresh, *next = NULL;
    int rc;

    if (ws->split)
        return err_set(err, ERR_USAGE,
                       "types are settled before the split; undo the split, or use cast");
    if (workspace_with_source(&fresh, ws, source, err))
        return -1;
    rc = workspace_with_recipe(&next, fresh, ws->recipe, ctx->job, err);
    workspace_unref(fresh);
    if (rc == 0 && target && (ws->as != AS_FITS || ws->positive)) {
        fresh = next;
        rc = workspace_with_target(&next, fresh, target, ws->as, ws->positive, ctx->job, err);
        workspace_unref(fresh);
    }
    if (rc == 0)
        ctx->next = next;
    return rc;
}

static void report_changes(struct report *r, const struct source *before, const struct source *now)
{
    json_t *changed = json_array();

    for (size_t j = 0; j < now->table->n_cols; j++) {
        const struct column *a = table_at(before->table, j), *b = table_at(now->table, j);
        size_t n_bad = rejects_of_column(now, j), n_before = rejects_of_column(before, j);
        if (a->type == b->type)
            continue;
        report_line(r, "%s: %s → %s", table_name(now->table, j), column_type_name(a->type),
                    column_type_name(b->type));
        if (n_before)
            report_line(r, "  %zu bad cell%s came back from the file", n_before,
                        n_before == 1 ? "" : "s");
        json_array_append_new(
            changed, json_pack("{s:s,s:s,s:s,s:I,s:I}", "name", table_name(now->table, j), "before",
                               column_type_name(a->type), "type", column_type_name(b->type), "lost",
                               (json_int_t)n_bad, "restored", (json_int_t)n_before));
        if (n_bad) {
            report_line(r, "  %zu cell%s lost, for %s no %s; `types bad=%s` lists all", n_bad,
                        n_bad == 1 ? " is" : "s are", n_bad == 1 ? "it is" : "they are",
                        column_type_name(b->type), table_name(now->table, j));
            rejects_tell_column(&r->text, now, j);
        }
    }
    report_put(r, "changed", changed);
}

static int change_types(struct report *r, struct context *ctx, const char *changes, struct err *err)
{
    const struct source *before = ctx->ws->source;
    struct read_request req = { .path = before->info.path };
    struct source *now;
    char hex[33];
    int rc, *types;

    if (changed_params(&req.params, ctx, changes, err))
        return -1;
    types = asked_types(ctx, changes, err);
    if (!types || changed_dates(&req.params, ctx, types, err) ||
        source_read_request(&now, &req, before->reader, ctx->job, err))
        return -1;
    rc = check_same_file(before, now, err);
    if (rc == 0)
        rc = keep_forms(ctx, now, types, err);
    if (rc == 0)
        rc = rebase(ctx, now, err);
    if (rc == 0) {
        str_add(ctx->input_digest, digest_long(hex, now->info.digest));
        report_changes(r, before, now);
    }
    source_unref(now);
    return rc;
}

static int types_run(struct report *r, struct context *ctx, struct err *err)
{
    const char *changes = params_text(ctx->args, "changes"), *bad = params_text(ctx->args, "bad");
    const struct source *s = ctx->ws->source;

    if (changes && *changes)
        return change_types(r, ctx, changes, err);
    if (!bad) {
        report_types(r, s);
        return 0;
    }
    int j = table_find(s->table, bad);
    if (j < 0)
        return err_set(err, ERR_USAGE, "%s is no column of the file, but made by a step", bad);
    report_bad(r, s, (size_t)j);
    return 0;
}

static int types_resolve(struct context *ctx, struct err *err)
{
    const char *changes = params_text(ctx->args, "changes");

    (void)err;
    ctx->unrecorded = !changes || !*changes;
    return 0;
}

const struct command verb_types = {
    .name = "types",
    .stage = "Data",
    .help = "show the columns' types, or read columns with other types",
    .details =
        "Without arguments: each column's type, how many cells it has, how many are missing, and "
        "how "
        "many are bad: not of the type, so that they are missing in the table. With changes "
        "(price:real,zip:text, or all:text for the columns not named) the file is read again with "
        "those types, so that no text is lost on the way: 1.50 becomes a text as it stood, and bad "
        "cells come back. Cells that the new type loses are counted and listed with their lines. "
        "Dates are read in the usual forms, of which the one that fits is recorded; where day and "
        "month could be either way round format= must say it. "
        "Steps stay and run again; a split must be made afterwards.",
    .example = "types sex:text",
    .params = types_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = types_run,
    .resolve = types_resolve,
};
