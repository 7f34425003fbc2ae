/* paths.c - files that a command reads, seen from where it stands. */
#include "paths.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "session.h"

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
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

static bool is_input(const struct params *args, size_t i)
{
    return args->specs[i].type == PARAM_PATH && (args->specs[i].flags & PARAM_INPUT) &&
           args->values[i].set && strcmp(args->values[i].text, "-") != 0;
}

bool paths_beside(const struct context *ctx)
{
    for (size_t i = 0; i < ctx->args->n; i++)
        if (is_input(ctx->args, i) && find_beside(ctx, ctx->args->values[i].text))
            return true;
    return false;
}

void paths_print_full(struct str *out, const struct context *ctx)
{
    struct params full;

    params_copy(&full, ctx->args, ctx->arena);
    for (size_t i = 0; i < full.n; i++) {
        if (!is_input(&full, i))
            continue;
        char *real = realpath(paths_find(ctx, full.values[i].text), NULL);
        if (real)
            full.values[i].text = arena_strdup(ctx->arena, real);
        free(real);
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
