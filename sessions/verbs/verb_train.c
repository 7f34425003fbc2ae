/* train: fit a learner on the training rows, under a name. */
#include <string.h>

#include "base/text.h"
#include "present.h"
#include "present_model.h"
#include "session.h"
#include "training.h"

static const struct param_spec train_params[] = {
    { .name = "learner",
      .type = PARAM_LEARNER,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "a learner, see help learners" },
    { .name = "as", .type = PARAM_NAME, .help = "name of the model; without it the learner's" },
    { .name = "pause",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e9,
      .help = "stop after so many iterations, to look and continue; learners that iterate" },
    { .name = "class_weight",
      .type = PARAM_TEXT,
      .help = "balanced, or weights of classes as yes:5,no:1; others count one" },
    { .name = NULL },
};

static int fail_learner(const char *name, struct err *err)
{
    const char *names[64];
    size_t n = 0;

    for (; learner_table[n] && n < 63; n++)
        names[n] = learner_table[n]->name;
    names[n] = NULL;
    const char *near = text_nearest(name, names);
    return near ? err_set(err, ERR_USAGE, "no learner is called '%s'; did you mean %s?", name, near)
                : err_set(err, ERR_USAGE, "no learner is called '%s'; help learners lists them",
                          name);
}

static int train_extend(const struct param_spec **more, const struct params *so_far,
                        struct err *err)
{
    const char *name = params_text(so_far, "learner");
    const struct learner *learner = name ? learner_find(name) : NULL;

    if (name && !learner)
        return fail_learner(name, err);
    *more = learner ? learner->params : NULL;
    return 0;
}

/* The learner's own name, or with a number behind it when a model has it. */
static const char *free_name(struct context *ctx, const char *learner)
{
    const char *name = learner;

    for (unsigned k = 2; workspace_model(ctx->ws, name, NULL); k++)
        name = arena_printf(ctx->arena, "%s_%u", learner, k);
    return name;
}

static int train_resolve(struct context *ctx, struct err *err)
{
    if (training_resolve_members(ctx, err))
        return -1;
    if (params_text(ctx->args, "as"))
        return 0;
    return params_set(ctx->args, (size_t)param_find(ctx->args->specs, "as", false),
                      free_name(ctx, params_text(ctx->args, "learner")), ctx->arena, err);
}

static int check_pause(const struct learner *learner, struct err *err)
{
    if (learner->flags & LEARNER_WARM_START)
        return 0;
    return err_set(err, ERR_USAGE, "%s cannot be paused: it has no iterations to go on with",
                   learner->name);
}

static int train_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct learner *learner = learner_find(params_text(ctx->args, "learner"));
    const char *name = params_text(ctx->args, "as");
    const size_t pause = (size_t)params_int(ctx->args, "pause");
    struct train_stage stage = { .until = pause };
    struct model *m;
    struct str line;

    if ((!(learner->tasks & TASK_ALONE) && present_need_target(ctx, err)) ||
        (pause && check_pause(learner, err)))
        return -1;
    str_init(&line);
    call_subset(&stage.params, ctx->args, learner->params, ctx->arena);
    call_print(&line, ctx->command, ctx->args);
    const struct training_how how = { .learner = learner,
                                      .params = &stage.params,
                                      .stages = &stage,
                                      .n_stages = pause > 0,
                                      .class_weight = params_text(ctx->args, "class_weight"),
                                      .line = line.buf };
    double from = ctx->options->clock ? ctx->options->clock() : 0;
    int rc = training_fit(&m, ctx, ctx->ws, &how, err);
    double seconds = ctx->options->clock ? ctx->options->clock() - from : 0;
    str_release(&line);
    if (rc)
        return -1;
    ctx->next = workspace_with_model(ctx->ws, name, m);
    present_model(r, ctx, name, m, seconds);
    if (pause && m->n_iterations == pause)
        report_line(r, "paused after %zu iterations; continue %s goes on", pause, name);
    model_unref(m);
    return 0;
}

const struct command verb_train = {
    .name = "train",
    .stage = "Models",
    .help = "train a model on the training rows",
    .details =
        "The model keeps its recipe as fitted, so that predict takes raw data. Its parameters "
        "are those of the learner: help LEARNER explains them. With pause= a learner that "
        "iterates stops on the way; continue goes on, and gives the same as never having stopped.",
    .example = "train logistic C=1.0 as=lr",
    .params = train_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = train_run,
    .extend = train_extend,
    .resolve = train_resolve,
};
