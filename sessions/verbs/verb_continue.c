/* continue: go on training a model from where it stopped. */
#include <string.h>

#include "base/text.h"
#include "present.h"
#include "present_model.h"
#include "session.h"
#include "training.h"

static const struct param_spec continue_params[] = {
    { .name = "model",
      .type = PARAM_MODEL,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "a model whose learner iterates" },
    { .name = "iterations",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e6,
      .help = "so many more; without it, to the end that its parameters say" },
    { .name = "learning_rate",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN,
      .min = 0,
      .max = 10,
      .help = "from here on; without it, as before" },
    { .name = "as", .type = PARAM_NAME, .help = "name of the result; without it the same" },
    { .name = NULL },
};

static int continue_resolve(struct context *ctx, struct err *err)
{
    if (params_text(ctx->args, "as"))
        return 0;
    return params_set(ctx->args, (size_t)param_find(ctx->args->specs, "as", false),
                      params_text(ctx->args, "model"), ctx->arena, err);
}

/* The parameters from here on. */
static int next_params(struct params *out, struct context *ctx, const struct model *m,
                       struct err *err)
{
    const char *rate = params_text(ctx->args, "learning_rate");

    params_copy(out, &m->params, ctx->arena);
    if (!rate)
        return 0;
    if (!m->learner->rate)
        return err_set(err, ERR_USAGE, "%s has no learning rate that could change",
                       m->learner->name);
    return params_put(out, m->learner->rate, rate, ctx->arena, err);
}

/* The stages so far and the one to come.  Where nothing changes and the last one only paused, it goes
 * on: the model is what it would be without the pause. */
static const struct train_stage *plan_stages(size_t *n, const struct context *ctx,
                                             const struct model *m, const struct params *params)
{
    const size_t more = (size_t)params_int(ctx->args, "iterations");
    struct train_stage *list = ARENA_NEW(ctx->arena, struct train_stage, m->n_stages + 2);
    bool paused = m->n_stages && m->stages[m->n_stages - 1].until;

    *n = 0;
    for (; *n < m->n_stages; ++*n)
        list[*n] = m->stages[*n];
    if (!*n)
        list[(*n)++].params = m->params;
    if (!paused || params_text(ctx->args, "learning_rate"))
        ++*n;
    list[*n - 1] = (struct train_stage){ *params, more ? m->n_iterations + more : 0 };
    *n = *n == 1 && !more ? 0 : *n;
    return list;
}

static int fail_over(const char *name, const struct model *m, struct err *err)
{
    if (m->curve.best && m->curve.best < m->n_iterations)
        return err_set(err, ERR_DOMAIN,
                       "%s has stopped: after %zu iterations none was better than that after %zu; "
                       "train it anew without early stopping to go further",
                       name, m->n_iterations, m->curve.best);
    return err_set(err, ERR_DOMAIN,
                   "%s has had its %zu iterations; iterations=25 would add 25 to them", name,
                   m->n_iterations);
}

static int check_model(const struct context *ctx, const char *name, const struct model *m,
                       struct err *err)
{
    if (!(m->learner->flags & LEARNER_WARM_START))
        return err_set(err, ERR_USAGE, "%s cannot go on: %s has no iterations", name,
                       m->learner->name);
    return training_check_same(ctx->ws, name, m, ctx->arena, err);
}

/* The lines that made it, one below the other. */
static const char *whole_line(struct context *ctx, const struct model *m)
{
    struct str line;

    str_init(&line);
    for (size_t i = 0; i < m->n_notes; i++)
        if (strcmp(m->notes[i].key, "session.train") == 0)
            str_addf(&line, "%s\n", m->notes[i].value);
    call_print(&line, ctx->command, ctx->args);
    const char *copy = arena_strdup(ctx->arena, line.buf);
    str_release(&line);
    return copy;
}

static int continue_run(struct report *r, struct context *ctx, struct err *err)
{
    const char *from_name = params_text(ctx->args, "model"), *name = params_text(ctx->args, "as");
    const struct named_model *named = workspace_model(ctx->ws, from_name, err);
    struct params params;
    struct model *m;

    if (!named || check_model(ctx, from_name, named->model, err) ||
        next_params(&params, ctx, named->model, err))
        return -1;
    const struct model *warm = named->model;
    struct training_how how = { .learner = warm->learner,
                                .params = &params,
                                .warm = warm,
                                .class_weight = warm->class_weight,
                                .line = whole_line(ctx, warm) };
    how.stages = plan_stages(&how.n_stages, ctx, warm, &params);
    double from = ctx->options->clock ? ctx->options->clock() : 0;
    if (training_fit(&m, ctx, ctx->ws, &how, err))
        return -1;
    double seconds = ctx->options->clock ? ctx->options->clock() - from : 0;
    int rc = m->n_iterations == warm->n_iterations ? fail_over(from_name, warm, err) : 0;
    if (!rc) {
        ctx->next = workspace_with_model(ctx->ws, name, m);
        present_model(r, ctx, name, m, seconds);
    }
    model_unref(m);
    return rc;
}

const struct command verb_continue = {
    .name = "continue",
    .stage = "Models",
    .help = "go on training a model from where it stopped",
    .details =
        "For learners that iterate (boost): to the end after train … pause=50, or some iterations "
        "more, with another learning rate if wanted. Going on gives, to the bit, what never having "
        "stopped gives. Data, steps, split and target must be those it was trained with. undo is "
        "the "
        "way back to a checkpoint; as= keeps both.",
    .example = "continue b iterations=25 learning_rate=0.05",
    .params = continue_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = continue_run,
    .resolve = continue_resolve,
};
