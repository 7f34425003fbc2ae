/* load: a data file becomes the workspace's source. */
#include <string.h>

#include "base/text.h"
#include "io/files.h"
#include "io/stream.h"
#include "paths.h"
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

/* The reader is known before the file is opened, so that its parameters can be checked; what a file
 * without a telling suffix holds is seen later, and then only parameters of the first reader can
 * have been given. */
static int load_extend(const struct param_spec **more, const struct params *so_far, struct err *err)
{
    const char *format = params_text(so_far, "format");
    const struct param_value *paths = params_value(so_far, "path");
    const char *path = paths->n_list ? paths->list[0] : NULL;
    const struct reader *reader = path ? reader_by_suffix(path) : NULL;

    if (format && reader_named(&reader, format, err))
        return -1;
    *more = (reader ? reader : reader_table[0])->params;
    return 0;
}

/* A parameter was given that this file's reader does not have. */
static int refuse_foreign_params(const struct context *ctx, const struct reader *reader,
                                 struct err *err)
{
    for (size_t i = param_count(load_params); i < ctx->args->n; i++) {
        const char *name = ctx->args->specs[i].name;
        if (ctx->args->values[i].given && param_find(reader->params, name, false) < 0)
            return err_set(err, ERR_USAGE,
                           "%s says nothing about %s, which is read as %s; leave "
                           "it out, or name another format=",
                           name, params_text(ctx->args, "path"), reader->name);
    }
    return 0;
}

/* What the reader found out goes into the command, so that a replay never guesses again. */
static void keep_resolved(struct context *ctx, const struct params *found)
{
    for (size_t i = param_count(load_params); i < ctx->args->n; i++)
        if (param_find(found->specs, ctx->args->specs[i].name, false) < 0)
            ctx->args->values[i].set = false;
    for (size_t i = 0; i < found->n; i++) {
        int j = param_find(ctx->args->specs, found->specs[i].name, false);
        if (j < 0 || !found->values[i].set)
            continue;
        ctx->args->values[j] = found->values[i];
        ctx->args->values[j].text = arena_strdup(ctx->arena, found->values[i].text);
    }
}

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

/* What was loaded, in few words. */
static const char *loaded_name(const struct context *ctx, const struct source *s)
{
    const struct param_value *paths = params_value(ctx->args, "path");

    if (paths->n_list == 1)
        return paths->list[0];
    return arena_printf(ctx->arena, "%s and %zu more", paths->list[0], s->n_parts - 1);
}

static void report_source(struct report *r, struct context *ctx, const struct source *s)
{
    report_put_int(r, "rows", (int64_t)s->table->n_rows);
    report_line(r, "%s: %zu rows × %zu columns", loaded_name(ctx, s), s->table->n_rows,
                s->table->n_cols);
    report_columns(r, s->table);
    report_put_int(r, "rejected", (int64_t)rejects_count(s));
    report_rejects(r, s);
    for (size_t i = 0; s->notes && s->notes[i]; i++)
        report_line(r, "note: %s", s->notes[i]);
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
    static const enum role all[] = { ROLE_FOLD, ROLE_SPLIT, ROLE_IGNORE };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (strcmp(role_name(all[i]), name) == 0) {
            *role = all[i];
            return 0;
        }
    return err_set(err, ERR_USAGE, "'%s' is no role; roles takes fold, split or ignore", name);
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

/* One file.  Open once, since standard input cannot be opened again: see what it is, then read it. */
struct early_rows {
    struct context *ctx;
    const struct reader *reader;
    const char *path;
};

/* The first rows as a workspace of their own, to be looked at while the rest is read. */
static void show_early(void *early_ctx, struct table *take)
{
    struct early_rows *e = early_ctx;
    struct source *source = source_new(e->reader, e->path);
    struct workspace *ws = NULL;

    source->table = take;
    if (workspace_with_source(&ws, e->ctx->ws, source, NULL) == 0)
        workspace_unref(atomic_exchange(e->ctx->early, ws));
    source_unref(source);
}

static int read_file(struct source **out, struct context *ctx, const char *path, struct err *err)
{
    struct read_request req = { .path = path, .member = params_text(ctx->args, "member") };
    const struct reader *reader;

    if (stream_open(&req.stream, req.path, req.member, err))
        return -1;
    if (reader_find_in(&reader, req.stream, params_text(ctx->args, "format"), err) ||
        refuse_foreign_params(ctx, reader, err)) {
        stream_close(req.stream);
        return -1;
    }
    call_subset(&req.params, ctx->args, reader->params, ctx->arena);
    struct early_rows early = { ctx, reader, path };
    if (ctx->early) {
        req.early = show_early;
        req.early_ctx = &early;
    }
    return source_read_request(out, &req, reader, ctx->job, err);
}

static int read_source(struct source **out, struct context *ctx, struct err *err)
{
    const struct param_value *paths = params_value(ctx->args, "path");
    struct read_request req = { .params = *ctx->args, .member = params_text(ctx->args, "member") };
    const char **words = ARENA_NEW(ctx->arena, const char *, paths->n_list);
    struct file_list list;

    for (size_t k = 0; k < paths->n_list; k++)
        words[k] = paths_find(ctx, paths->list[k]);
    if (files_find(&list, words, paths->list, paths->n_list, ctx->arena, err))
        return -1;
    if (!list.several)
        return read_file(out, ctx, list.files[0].path, err);
    return files_read(out, &list, &req, params_text(ctx->args, "format"), ctx->job, err);
}

static int load_run(struct report *r, struct context *ctx, struct err *err)
{
    struct source *source;
    char hex[33];

    if (read_source(&source, ctx, err))
        return -1;
    int rc = workspace_with_source(&ctx->next, ctx->ws, source, err);
    if (!rc && !params_text(ctx->args, "roles"))
        rc = roles_from_ahead(ctx, source->table, err);
    if (!rc)
        rc = apply_roles(ctx, err);
    if (!rc) {
        keep_resolved(ctx, &source->params);
        str_add(ctx->input_digest, digest_long(hex, source->info.digest));
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
        "stands. Lines that do not fit are kept, counted and listed. A file is "
        "looked for where it is named, then beside the session file, then among the shipped "
        "data. Several files become one table, matched by the names of columns, with a column "
        "source; folders called key=value give columns. Loading starts afresh: steps, split and "
        "models of the table before are gone "
        "(undo brings them back).",
    .example = "load penguins.csv",
    .params = load_params,
    .flags = COMMAND_UNDOABLE,
    .run = load_run,
    .extend = load_extend,
};
