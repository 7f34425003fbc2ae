#include "loading.h"

#include <string.h>

#include "io/files.h"
#include "io/stream.h"
#include "paths.h"

/* The reader is known before the file is opened, so that its parameters can be checked; what a file
 * without a telling suffix holds is seen later, and then only parameters of the first reader can
 * have been given. */
int loading_extend(const struct param_spec **more, const struct params *so_far, struct err *err)
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
    for (size_t i = param_count(command_params(ctx->command)); i < ctx->args->n; i++) {
        const char *name = ctx->args->specs[i].name;
        if (ctx->args->values[i].given && param_find(reader->params, name, false) < 0)
            return err_set(err, ERR_USAGE,
                           "%s says nothing about %s, which is read as %s; leave "
                           "it out, or name another format=",
                           name, params_value(ctx->args, "path")->list[0], reader->name);
    }
    return 0;
}

/* What the reader found out goes into the command, so that a replay never guesses again. */
static void keep_resolved(struct context *ctx, const struct params *found)
{
    for (size_t i = param_count(command_params(ctx->command)); i < ctx->args->n; i++)
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

/* One file.  Open once, since standard input cannot be opened again: see what it is, then read it. */
static int read_file(struct source **out, struct context *ctx, const char *path, bool early,
                     struct err *err)
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
    struct early_rows rows = { ctx, reader, path };
    if (early && ctx->early) {
        req.early = show_early;
        req.early_ctx = &rows;
    }
    return source_read_request(out, &req, reader, ctx->job, err);
}

int loading_read(struct source **out, struct context *ctx, bool early, struct err *err)
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
        return read_file(out, ctx, list.files[0].path, early, err);
    return files_read(out, &list, &req, params_text(ctx->args, "format"), ctx->job, err);
}

const char *loading_name(const struct context *ctx, const struct source *s)
{
    const struct param_value *paths = params_value(ctx->args, "path");

    if (paths->n_list == 1)
        return paths->list[0];
    return arena_printf(ctx->arena, "%s and %zu more", paths->list[0], s->n_parts - 1);
}

void loading_keep(struct context *ctx, const struct source *s)
{
    char hex[33];

    keep_resolved(ctx, &s->params);
    str_addf(ctx->input_digest, "%s", digest_long(hex, s->info.digest));
}
