/* command_step.c - what every step's command does: append to the recipe, say what changed. */
#include "command.h"

#include <string.h>

#include "paths.h"
#include "present.h"

#define LEARNED_SHOWN 12

/* The first lines of what was learned; show model and the columns view have all of it. */
static void add_lines(struct report *r, const char *text)
{
    size_t n = 0;

    for (; *text && n < LEARNED_SHOWN; n++) {
        size_t len = strcspn(text, "\n");
        report_line(r, "  %.*s", (int)len, text);
        text += len + (text[len] == '\n');
    }
    for (n = 0; *text; text++)
        n += *text == '\n' || !text[1];
    if (n)
        report_line(r, "  … and %zu more", n);
}

static void report_learned(struct report *r, const struct recipe_run *run, size_t i)
{
    const struct step *step = run->fitted->recipe->steps[i];
    struct str text;

    if (!step->kind->describe || !run->fitted->state[i])
        return;
    str_init(&text);
    step->kind->describe(&text, run->fitted->state[i]);
    add_lines(r, text.buf);
    str_release(&text);
}

static const char *find_beside(const void *ctx, const char *path)
{
    return paths_find(ctx, path);
}

int command_resolve_step(struct params *args, const struct context *ctx,
                         const struct step_kind *kind, const struct table *table,
                         const struct roles *roles, struct err *err)
{
    if (!kind->resolve)
        return 0;
    const struct step_input in = {
        .table = table, .params = args, .roles = roles, .n_rows = table->n_rows
    };
    const struct step_resolving r = {
        .in = &in, .arena = ctx->arena, .find_file = find_beside, .ctx = ctx, .job = ctx->job
    };
    return kind->resolve(args, &r, err);
}

int command_run_step(struct report *r, struct context *ctx, struct err *err)
{
    struct str text;
    struct diff *diff;

    if (command_resolve_step(ctx->args, ctx, ctx->command->step, workspace_table(ctx->ws),
                             &ctx->ws->recipe->roles, err))
        return -1;
    str_init(&text);
    call_print(&text, ctx->command, ctx->args);
    struct recipe *recipe = recipe_append(ctx->ws->recipe, ctx->command->step, ctx->args, text.buf);
    str_release(&text);
    int rc = workspace_with_recipe(&ctx->next, ctx->ws, recipe, ctx->job, err);
    size_t last = recipe->n_steps - 1;
    recipe_unref(recipe);
    if (rc || recipe_run_diff(&diff, ctx->next->run, last, err))
        return -1;
    present_effect(r, command_name(ctx->command), diff);
    report_learned(r, ctx->next->run, last);
    diff_free(diff);
    return 0;
}
