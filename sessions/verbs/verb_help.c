/* help: from the tables. */
#include "help.h"
#include "present.h"

static const struct param_spec help_params[] = {
    { .name = "topic",
      .type = PARAM_REST,
      .help = "a command, learner, step, plot or metric, or a list of them" },
    { .name = NULL },
};

static int help_run(struct report *r, struct context *ctx, struct err *err)
{
    return help_text(&r->text, params_text(ctx->args, "topic"), err);
}

const struct command verb_help = {
    .name = "help",
    .stage = "Session",
    .help = "explain a command, learner, plot or metric",
    .details = "help alone gives an overview; help commands, learners, steps, plots, metrics, "
               "functions and language list what there is.",
    .example = "help impute",
    .params = help_params,
    .flags = COMMAND_VOLATILE,
    .run = help_run,
};
