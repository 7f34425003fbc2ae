/* join: columns of a second table beside those of the first, by equal keys. */
#include <string.h>

#include "loading.h"
#include "present.h"
#include "table/cell.h"
#include "workspace_stage.h"

static const char *const hows[] = { "left", "inner", "full", "semi", "anti", NULL };

static const struct param_spec join_params[] = {
    { .name = "path",
      .type = PARAM_PATHS,
      .flags = PARAM_REQUIRED | PARAM_WORD | PARAM_INPUT,
      .help = "the file with the second table, as for load" },
    { .name = "by",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED,
      .help = "the key: columns that both tables have" },
    { .name = "how",
      .type = PARAM_CHOICE,
      .choices = hows,
      .fallback = "left",
      .help = "which rows stay: all of the first, those with a match, all of both, or rows of the "
              "first with (semi) or without (anti) a match, and no columns more" },
    { .name = "format", .type = PARAM_TEXT, .help = "the reader's name, when the suffix lies" },
    { .name = "member",
      .type = PARAM_TEXT,
      .help = "the file to read in a zip archive that has several" },
    { .name = NULL },
};

/* A side of the join, and those of its rows that have no match. */
struct alone {
    const char *field, *rows_field, *what; /* of the report's data; for people */
    const struct table *table;
    const uint32_t *rows; /* the first of them */
    size_t n, n_missing;
    const struct buffer
        *other; /* by row of the result: the row on the other side; NULL: not told */
};

/* Their rows of the result, to be opened. */
static void link_alone(struct report *r, const struct alone *a)
{
    struct buffer *rows;
    size_t n = 0;

    if (!a->other)
        return;
    size_t total = a->other->size / sizeof(uint32_t);
    const uint32_t *other = a->other->data;
    if (buffer_new(&rows, total, sizeof(uint32_t), "rows without a match", NULL))
        return;
    uint32_t *to = rows->data;
    for (size_t i = 0; i < total; i++)
        if (other[i] == JOIN_NO_ROW)
            to[n++] = (uint32_t)i;
    if (n)
        report_link(r, "facet only set=%zu", report_add_rows(r, a->what, rows, n));
    buffer_unref(rows);
}

static void report_alone(struct report *r, const struct alone *a, const char *const *by,
                         size_t n_by)
{
    json_t *list = json_array();
    struct str text;

    report_put_int(r, a->field, (int64_t)a->n);
    str_init(&text);
    for (size_t i = 0; i < a->n && i < 8; i++) {
        json_array_append_new(list,
                              json_integer((json_int_t)table_row_number(a->table, a->rows[i])));
        str_add(&text, i ? ", " : "");
        for (size_t k = 0; k < n_by; k++) {
            str_add(&text, k ? " " : "");
            cell_show(&text, table_at(a->table, (size_t)table_find(a->table, by[k])), a->rows[i],
                      12, "missing");
        }
        str_addf(&text, " (row %zu)", table_row_number(a->table, a->rows[i]));
    }
    report_put(r, a->rows_field, list);
    if (a->n) {
        link_alone(r, a);
        report_line(r, "  %s: %zu", a->what, a->n);
        report_line(r, "    %s%s", text.buf, a->n > 8 ? ", …" : "");
        if (a->n_missing)
            report_line(r, "    of them with a missing key: %zu", a->n_missing);
    }
    str_release(&text);
}

static void report_join(struct report *r, const struct join *j, enum join_how how,
                        const struct table *left, const struct table *right, const char *const *by,
                        size_t n_by)
{
    json_t *renamed = json_object();

    report_put_int(r, "rows", (int64_t)j->table->n_rows);
    report_put_int(r, "matched", (int64_t)j->n_matched);
    report_put_int(r, "rows_multiplied", (int64_t)j->n_more);
    report_put_int(r, "keys_twice", (int64_t)j->n_keys_twice);
    report_put_int(r, "columns_added", (int64_t)j->n_added);
    report_line(r, "%zu rows × %zu columns; %zu of %zu rows have a match", j->table->n_rows,
                j->table->n_cols, j->n_matched, left->n_rows);
    const struct alone here = {
        "unmatched",  "unmatched_rows", "without a match here", left,
        j->left_only, j->n_left_only,   j->n_missing_left,      how == JOIN_SEMI ? NULL : j->right
    };
    const struct alone there = { "unmatched_other",
                                 "unmatched_other_rows",
                                 "without a match in the second table",
                                 right,
                                 j->right_only,
                                 j->n_right_only,
                                 j->n_missing_right,
                                 j->left };
    report_alone(r, &here, by, n_by);
    report_alone(r, &there, by, n_by);
    if (j->n_keys_twice)
        report_line(r, "  keys that the second table has more than once: %zu%s", j->n_keys_twice,
                    j->n_more ? "; they multiply rows" : "");
    if (j->n_more)
        report_line(r, "  rows more than before, from keys that are there more than once: %zu",
                    j->n_more);
    for (size_t k = 0; k < j->n_added; k++)
        if (strcmp(j->names[k], j->was[k]) != 0) {
            json_object_set_new(renamed, j->was[k], json_string(j->names[k]));
            report_line(r, "  renamed: %s of the second table is %s", j->was[k], j->names[k]);
        }
    report_put(r, "renamed", renamed);
}

static int join_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct param_value *by = params_value(ctx->args, "by");
    enum join_how how = (enum join_how)params_choice(ctx->args, "how");
    struct source *other;
    struct join join;
    struct str text;

    if (workspace_may_stage(ctx->ws, "join", err) || loading_read(&other, ctx, false, err))
        return -1;
    str_init(&text);
    str_addf(&text, "join %s by=%s how=%s", loading_name(ctx, other), by->text, hows[how]);
    int rc = workspace_join(&ctx->next, &join, ctx->ws, other, by->list, by->n_list, how, text.buf,
                            ctx->job, err);
    str_release(&text);
    if (!rc) {
        loading_keep(ctx, other);
        report_join(r, &join, how, workspace_table(ctx->ws), other->table, by->list, by->n_list);
        join_release(&join);
    }
    source_unref(other);
    return rc;
}

const struct command verb_join = {
    .name = "join",
    .stage = "Data",
    .help = "columns of a second table, by equal keys",
    .details =
        "The second table is a file, read as load reads it. Rows keep their order; what has no "
        "match "
        "is counted and its first rows are listed, and so are keys that multiply rows. A missing "
        "key "
        "matches nothing. Columns whose name is taken get _2. The result is a new source: the "
        "steps "
        "so far are part of it (undo brings them back), and where goes on through it. Steps that "
        "learn from rows, and the split, come after.",
    .example = "join penguins.csv by=species,island how=semi",
    .params = join_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = join_run,
    .extend = loading_extend,
};
