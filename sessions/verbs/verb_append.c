/* append: the rows of a second table behind those of the first. */
#include "loading.h"
#include "present.h"
#include "workspace_stage.h"

static const struct param_spec append_params[] = {
    { .name = "path",
      .type = PARAM_PATHS,
      .flags = PARAM_REQUIRED | PARAM_WORD | PARAM_INPUT,
      .help = "the file with the rows to add, as for load" },
    { .name = "format", .type = PARAM_TEXT, .help = "the reader's name, when the suffix lies" },
    { .name = "member",
      .type = PARAM_TEXT,
      .help = "the file to read in a zip archive that has several" },
    { .name = NULL },
};

/* Columns of `a` that `b` lacks. */
static void report_lacking(struct report *r, const char *field, const char *what,
                           const struct table *a, const struct table *b)
{
    json_t *list = json_array();

    for (size_t j = 0; j < a->n_cols; j++)
        if (table_find(b, table_name(a, j)) < 0) {
            json_array_append_new(list, json_string(table_name(a, j)));
            report_line(r, "  %s: %s, missing in %zu rows", what, table_name(a, j), b->n_rows);
        }
    report_put(r, field, list);
}

static void report_types(struct report *r, const struct table *a, const struct table *b,
                         const struct table *whole)
{
    for (size_t j = 0; j < a->n_cols; j++) {
        int at = table_find(b, table_name(a, j)), now = table_find(whole, table_name(a, j));
        if (at < 0 || table_at(a, j)->type == table_at(b, (size_t)at)->type)
            continue;
        report_line(r, "  %s is %s here and %s there: %s now", table_name(a, j),
                    column_type_name(table_at(a, j)->type),
                    column_type_name(table_at(b, (size_t)at)->type),
                    column_type_name(table_at(whole, (size_t)now)->type));
    }
}

static int append_run(struct report *r, struct context *ctx, struct err *err)
{
    struct source *other;

    if (workspace_may_stage(ctx->ws, "append", err) || loading_read(&other, ctx, false, err))
        return -1;
    const char *name = loading_name(ctx, other);
    int rc = workspace_append(&ctx->next, ctx->ws, other,
                              arena_printf(ctx->arena, "append %s", name), ctx->job, err);
    if (!rc) {
        const struct table *was = workspace_table(ctx->ws), *t = workspace_table(ctx->next);
        loading_keep(ctx, other);
        report_put_int(r, "rows", (int64_t)t->n_rows);
        report_put_int(r, "rows_added", (int64_t)other->table->n_rows);
        report_line(r, "%zu rows × %zu columns; %zu rows of %s added", t->n_rows, t->n_cols,
                    other->table->n_rows, name);
        report_lacking(r, "columns_only_here", "only here", was, other->table);
        report_lacking(r, "columns_only_there", "only there", other->table, was);
        report_types(r, was, other->table, t);
    }
    source_unref(other);
    return rc;
}

const struct command verb_append = {
    .name = "append",
    .stage = "Data",
    .help = "the rows of a second table behind those of this one",
    .details = "Columns are matched by name; one that only one of the tables has is missing in the "
               "other's rows and said. The result is a new source: the steps so far are part of it "
               "(undo brings them back). Steps that learn from rows, and the split, come after.",
    .example = "append penguins.csv",
    .params = append_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = append_run,
    .extend = loading_extend,
};
