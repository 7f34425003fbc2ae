/* step: switch, move, edit or remove a step in the middle. */
#include "present.h"

enum { STEP_OFF, STEP_ON, STEP_REMOVE, STEP_MOVE, STEP_EDIT };

static const char *const step_actions[] = { "off", "on", "remove", "move", "edit", NULL };

static const struct param_spec step_params[] = {
    { .name = "number",
      .type = PARAM_INT,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .min = 1,
      .max = 100000,
      .help = "which step, as `steps` numbers them" },
    { .name = "action",
      .type = PARAM_CHOICE,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .choices = step_actions,
      .help = "what to do with it" },
    { .name = "to", .type = PARAM_INT, .min = 1, .max = 100000, .help = "move: its new place" },
    { .name = "command", .type = PARAM_REST, .help = "edit: the step as it should be" },
    { .name = NULL },
};

static int edit_step(struct recipe **out, struct context *ctx, size_t i, struct err *err)
{
    const char *text = params_text(ctx->args, "command");
    struct line line;
    struct call call;
    struct str canonical;

    if (!text)
        return err_set(err, ERR_USAGE, "edit takes the step as it should be: step %zu edit %s",
                       i + 1, ctx->ws->recipe->steps[i]->text);
    if (lex_line(&line, text, NULL, ctx->arena, err) || call_parse(&call, &line, ctx->arena, err))
        return -1;
    if (!call.command->step)
        return err_set(err, ERR_USAGE, "%s is no step", command_name(call.command));
    if (command_resolve_step(&call.args, ctx, call.command->step, ctx->ws->run->tables[i],
                             &ctx->ws->recipe->roles, err))
        return -1;
    str_init(&canonical);
    call_print(&canonical, call.command, &call.args);
    *out = recipe_replace(ctx->ws->recipe, i, call.command->step, &call.args, canonical.buf);
    int rc = params_put(ctx->args, "command", canonical.buf, ctx->arena, err);
    str_release(&canonical);
    return rc;
}

static int change_recipe(struct recipe **out, struct context *ctx, size_t i, struct err *err)
{
    const struct recipe *recipe = ctx->ws->recipe;
    const struct param_value *to = params_value(ctx->args, "to");

    switch (params_choice(ctx->args, "action")) {
    case STEP_OFF:
    case STEP_ON:
        *out = recipe_switch(recipe, i, params_choice(ctx->args, "action") == STEP_ON);
        return 0;
    case STEP_REMOVE:
        *out = recipe_remove(recipe, i);
        return 0;
    case STEP_MOVE:
        if (!to->set || (size_t)to->integer > recipe->n_steps)
            return err_set(err, ERR_USAGE, "move takes to= with a number from 1 to %zu",
                           recipe->n_steps);
        *out = recipe_move(recipe, i, (size_t)to->integer - 1);
        return 0;
    default:
        return edit_step(out, ctx, i, err);
    }
}

static int step_run(struct report *r, struct context *ctx, struct err *err)
{
    size_t i = (size_t)params_int(ctx->args, "number") - 1;
    struct recipe *recipe;
    struct diff *diff;

    if (i >= ctx->ws->recipe->n_steps)
        return err_set(err, ERR_USAGE, "there is no step %zu; the recipe has %zu", i + 1,
                       ctx->ws->recipe->n_steps);
    if (change_recipe(&recipe, ctx, i, err))
        return -1;
    int rc = workspace_with_recipe(&ctx->next, ctx->ws, recipe, ctx->job, err);
    recipe_unref(recipe);
    if (rc)
        return -1;
    /* The effect of the whole recipe, since a step in the middle changes what follows. */
    const struct recipe_run *run = ctx->next->run;
    if (diff_tables(&diff, run->tables[0], recipe_run_result(run), err))
        return -1;
    present_effect(r, "all steps together", diff);
    diff_free(diff);
    return 0;
}

const struct command verb_step = {
    .name = "step",
    .stage = "Session",
    .help = "switch, move, edit or remove a step",
    .details = "What follows the step is computed anew. When a later step no longer applies, the "
               "message says which and why, and everything stays as it was. The report counts the "
               "effect of all steps together.",
    .example = "step 1 off",
    .params = step_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = step_run,
};
