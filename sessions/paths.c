/* paths.c - files that a command reads, seen from where it stands. */
#include "paths.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/files.h"
#include "session.h"

/* A file, or a pattern some file fits. */
static bool exists(const char *path)
{
    return access(path, F_OK) == 0 || (files_is_pattern(path) && files_any(path));
}

/* Beside the session file; NULL when it is not there, or is found without looking there. */
static const char *find_beside(const struct context *ctx, const char *path)
{
    if (!ctx->base_dir || path[0] == '/' || strcmp(path, "-") == 0 || exists(path))
        return NULL;
    const char *beside = arena_printf(ctx->arena, "%s/%s", ctx->base_dir, path);
    return exists(beside) ? beside : NULL;
}

const char *paths_find(const struct context *ctx, const char *path)
{
    const char *beside = find_beside(ctx, path);

    if (beside || path[0] == '/' || strcmp(path, "-") == 0 || exists(path))
        return beside ? beside : path;
    if (!ctx->options->share_dir || strchr(path, '/'))
        return path;
    const char *shipped = arena_printf(ctx->arena, "%s/data/%s", ctx->options->share_dir, path);
    return exists(shipped) ? shipped : path;
}

/* Parameters that name what a command reads, standard input apart. */
static bool is_input(const struct params *args, size_t i)
{
    enum param_type type = args->specs[i].type;

    return (type == PARAM_PATH || type == PARAM_PATHS) && (args->specs[i].flags & PARAM_INPUT) &&
           args->values[i].set && strcmp(args->values[i].text, "-") != 0;
}

/* The paths of such a parameter. */
static size_t input_paths(const char *const **list, const struct param_value *v)
{
    *list = v->n_list ? v->list : &v->text;
    return v->n_list ? v->n_list : 1;
}

bool paths_beside(const struct context *ctx)
{
    const char *const *list;

    for (size_t i = 0; i < ctx->args->n; i++) {
        size_t n = is_input(ctx->args, i) ? input_paths(&list, &ctx->args->values[i]) : 0;
        for (size_t k = 0; k < n; k++)
            if (find_beside(ctx, list[k]))
                return true;
    }
    return false;
}

static const char *full_path(const struct context *ctx, const char *path)
{
    const char *found = paths_find(ctx, path);
    char *real = realpath(found, NULL);
    const char *kept = real ? arena_strdup(ctx->arena, real) : found;

    free(real);
    return kept;
}

void paths_print_full(struct str *out, const struct context *ctx)
{
    struct params full;

    params_copy(&full, ctx->args, ctx->arena);
    for (size_t i = 0; i < full.n; i++) {
        struct param_value *v = &full.values[i];
        const char *const *list;
        if (!is_input(&full, i))
            continue;
        size_t n = input_paths(&list, v);
        const char **paths = ARENA_NEW(ctx->arena, const char *, n);
        for (size_t k = 0; k < n; k++)
            paths[k] = full_path(ctx, list[k]);
        v->text = paths[0];
        v->list = v->n_list ? paths : v->list;
    }
    call_print(out, ctx->command, &full);
}

bool paths_same_folder(const char *a, const char *b)
{
    struct stat x, y;

    if (stat(*a ? a : ".", &x) || stat(*b ? b : ".", &y))
        return false;
    return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
