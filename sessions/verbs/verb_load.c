/* load: a data file becomes the workspace's source. */
#include <string.h>

#include "base/text.h"
#include "loading.h"
#include "present.h"
#include "rejects.h"
#include "session.h"

static const struct param_spec load_params[] = {
    { .name = "path",
      .type = PARAM_PATHS,
      .flags = PARAM_REQUIRED | PARAM_WORD | PARAM_INPUT,
      .help = "the file, or several: names, patterns, folders; - is standard input" },
    { .name = "format", .type = PARAM_TEXT, .help = "the reader's name, when the suffix lies" },
    { .name = "member",
      .type = PARAM_TEXT,
      .help = "the file to read in a zip archive that has several" },
    { .name = "roles",
      .type = PARAM_TEXT,
      .help = "columns that are no features, as column:fold, column:split or column:ignore" },
    { .name = NULL },
};

static void report_columns(struct report *r, const struct table *t)
{
    json_t *columns = json_array();
    struct report_grid g;

    report_grid_init(&g, "llr");
    for (size_t j = 0; j < t->n_cols; j++) {
        const struct column *c = table_at(t, j);
        const char *type = column_type_name(c->type);
        json_array_append_new(columns, json_pack("{s:s,s:s,s:I}", "name", table_name(t, j), "type",
                                                 type, "missing", (json_int_t)c->n_missing));
        report_grid_add(&g, "%s", table_name(t, j));
        report_grid_add(&g, "%s", type);
        if (c->n_missing)
            report_grid_add(&g, "%zu missing", c->n_missing);
        else
            report_grid_add(&g, "%s", "");
    }
    report_put(r, "columns", columns);
    report_grid_end(r, &g);
}

static void report_rejects(struct report *r, const struct source *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < s->rejects.n && i < 1000; i++) {
        const struct reject *j = &s->rejects.list[i];
        json_array_append_new(
            list,
            json_pack("{s:s,s:I,s:I,s:I,s:s,s:s}", "kind", reject_kind_name(j->kind), "row",
                      (json_int_t)j->row, "line", (json_int_t)j->line, "col", (json_int_t)j->col,
                      "column", j->column >= 0 ? table_name(s->table, (size_t)j->column) : "",
                      "text", j->text));
    }
    report_put(r, "rejects", list);
    rejects_tell(&r->text, s);
}

/* In one line: the name, the size, what was left, and how the fields were told apart. */
static void report_brief(struct report *r, const char *name, const struct source *s)
{
    const char *slash = strrchr(name, '/');
    static const char delimiter[] = "delimiter: ";

    str_addf(&r->brief, "%s: %zu rows × %zu columns", slash && slash[1] ? slash + 1 : name,
             s->table->n_rows, s->table->n_cols);
    if (rejects_count(s))
        str_addf(&r->brief, ", %zu rejected", rejects_count(s));
    for (size_t i = 0; s->notes && s->notes[i]; i++)
        if (strncmp(s->notes[i], delimiter, sizeof(delimiter) - 1) == 0)
            str_addf(&r->brief, "; %s", s->notes[i]);
}

static void report_source(struct report *r, struct context *ctx, const struct source *s)
{
    report_put_int(r, "rows", (int64_t)s->table->n_rows);
    report_line(r, "%s: %zu rows × %zu columns", loading_name(ctx, s), s->table->n_rows,
                s->table->n_cols);
    report_brief(r, loading_name(ctx, s), s);
    report_columns(r, s->table);
    report_put_int(r, "rejected", (int64_t)rejects_count(s));
    report_rejects(r, s);
    json_t *evidence = json_array();
    for (size_t i = 0; s->notes && s->notes[i]; i++) {
        report_line(r, "note: %s", s->notes[i]);
        json_array_append_new(evidence, json_string(s->notes[i]));
    }
    report_put(r, "evidence", evidence);
}

/* ---------------------------------------------------------------- roles */

/* Roles that later lines of the script give, as the value of roles=. */
static int roles_from_ahead(struct context *ctx, const struct table *t, struct err *err)
{
    struct str text;
    int rc = 0;

    str_init(&text);
    for (size_t i = 0; i < ctx->n_ahead; i++)
        if (table_find(t, ctx->ahead[i].column) >= 0)
            str_addf(&text, "%s%s:%s", text.len ? "," : "", ctx->ahead[i].column,
                     role_name(ctx->ahead[i].role));
    if (text.len)
        rc = params_set(ctx->args, (size_t)param_find(ctx->args->specs, "roles", false), text.buf,
                        ctx->arena, err);
    str_release(&text);
    return rc;
}

static int parse_role(enum role *role, const char *name, struct err *err)
{
    static const enum role all[] = { ROLE_FOLD, ROLE_SPLIT, ROLE_IGNORE, ROLE_WEIGHT, ROLE_GROUP };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (strcmp(role_name(all[i]), name) == 0) {
            *role = all[i];
            return 0;
        }
    return err_set(err, ERR_USAGE,
                   "'%s' is no role; roles takes fold, split, ignore, weight or group", name);
}

/* One "column:role" of roles=, added to the recipe. */
static int add_role(struct recipe **recipe, const struct table *t, char *item, struct err *err)
{
    char *colon = strrchr(item, ':');
    enum role role = ROLE_IGNORE;

    if (!colon)
        return err_set(err, ERR_USAGE, "'%s' is not column:role", item);
    *colon = 0;
    if (!table_column(t, item, err) || parse_role(&role, colon + 1, err))
        return -1;
    struct recipe *next = recipe_set_role(*recipe, item, role);
    recipe_unref(*recipe);
    *recipe = next;
    return 0;
}

static int apply_roles(struct context *ctx, struct err *err)
{
    const char *roles = params_text(ctx->args, "roles");
    struct workspace *loaded = ctx->next;
    int rc = 0;

    if (!roles)
        return 0;
    struct recipe *recipe = recipe_ref(loaded->recipe);
    char *list = arena_strdup(ctx->arena, roles);
    for (char *item = list, *next; item && *item && !rc; item = next) {
        next = strchr(item, ',');
        if (next)
            *next++ = 0;
        rc = add_role(&recipe, loaded->source->table, item, err);
    }
    ctx->next = NULL;
    if (!rc)
        rc = workspace_with_recipe(&ctx->next, loaded, recipe, ctx->job, err);
    recipe_unref(recipe);
    workspace_unref(loaded);
    return rc;
}

static int load_run(struct report *r, struct context *ctx, struct err *err)
{
    struct source *source;

    if (loading_read(&source, ctx, true, err))
        return -1;
    int rc = workspace_with_source(&ctx->next, ctx->ws, source, err);
    if (!rc && !params_text(ctx->args, "roles"))
        rc = roles_from_ahead(ctx, source->table, err);
    if (!rc)
        rc = apply_roles(ctx, err);
    if (!rc) {
        loading_keep(ctx, source);
        report_source(r, ctx, source);
    }
    source_unref(source);
    return rc;
}

const struct command verb_load = {
    .name = "load",
    .stage = "Data",
    .help = "load a data file",
    .details =
        "The file may be compressed (gzip, zstd, xz, bzip2, lz4) or in a zip archive. "
        "Encoding, delimiter, quotes, lines before the table and below it, header, how numbers are "
        "written and types are guessed from the file, shown with what speaks for them, and "
        "recorded, so that a replay never guesses; each can be said instead (delimiter=\";\" "
        "decimal=\",\" header=no skip=3 encoding=latin1). types=all:text keeps every cell as it "
        "stands. Dates are read as 2024-12-31, 31.12.2024, 12/31/24, 31 Dec 2024 and so on, with "
        "times, when one form reads (almost) all cells; where day and month could be either way "
        "round and no cell tells, the column stays text until dates= says it. Lines that do not "
        "fit are kept, counted and listed. A file is "
        "looked for where it is named, then beside the session file, then among the shipped "
        "data. Several files become one table, matched by the names of columns, with a column "
        "source; folders called key=value give columns. Loading starts afresh: steps, split and "
        "models of the table before are gone "
        "(undo brings them back).",
    .example = "load penguins.csv",
    .params = load_params,
    .flags = COMMAND_UNDOABLE,
    .run = load_run,
    .extend = loading_extend,
};
