/* train: fit a learner on the training rows, under a name. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "present.h"
#include "session.h"
#include "training.h"

static const struct param_spec train_params[] = {
    { .name = "learner",
      .type = PARAM_LEARNER,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "a learner, see help learners" },
    { .name = "as", .type = PARAM_NAME, .help = "name of the model; without it the learner's" },
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
    if (params_text(ctx->args, "as"))
        return 0;
    return params_set(ctx->args, (size_t)param_find(ctx->args->specs, "as", false),
                      free_name(ctx, params_text(ctx->args, "learner")), ctx->arena, err);
}

#define COEFFICIENTS_SHOWN 40

static void report_coefficients(struct report *r, struct context *ctx, const struct model *m)
{
    struct coefficient *c;
    struct report_grid g;

    size_t n = model_coefficients(&c, m, ctx->arena);
    if (!n)
        return;
    json_t *list = json_array();
    report_grid_init(&g, "lrr");
    report_grid_add(&g, "coefficient");
    report_grid_add(&g, "estimate");
    report_grid_add(&g, "std error");
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list, json_pack("{s:s,s:o,s:o}", "name", c[i].name, "estimate",
                                              report_real(c[i].estimate), "std_error",
                                              report_real(c[i].std_error)));
        if (i >= COEFFICIENTS_SHOWN)
            continue;
        report_grid_add(&g, "%s", c[i].name);
        report_grid_real(&g, c[i].estimate, 6);
        if (isnan(c[i].std_error))
            report_grid_add(&g, "%s", "");
        else
            report_grid_real(&g, c[i].std_error, 4);
    }
    report_put(r, "coefficients", list);
    report_grid_end(r, &g);
    if (n > COEFFICIENTS_SHOWN)
        report_line(r, "  … and %zu more", n - COEFFICIENTS_SHOWN);
}

#define FEATURES_SHOWN 10

static void report_importance(struct report *r, struct context *ctx, const struct model *m)
{
    struct importance *list;
    struct report_grid g;

    size_t n = model_importance(&list, m, ctx->arena);
    if (!n)
        return;
    json_t *all = json_array();
    report_grid_init(&g, "lrr");
    report_grid_add(&g, "feature");
    report_grid_add(&g, "gain");
    report_grid_add(&g, "divisions");
    for (size_t j = 0; j < n; j++) {
        json_array_append_new(all, json_pack("{s:s,s:o,s:o}", "name", list[j].name, "gain",
                                             report_real(list[j].gain), "splits",
                                             report_real(list[j].splits)));
        if (j >= FEATURES_SHOWN)
            continue;
        report_grid_add(&g, "%s", list[j].name);
        report_grid_add(&g, "%.1f %%", 100 * list[j].gain);
        report_grid_add(&g, "%.0f", list[j].splits);
    }
    report_put(r, "importance", all);
    report_grid_end(r, &g);
    if (n > FEATURES_SHOWN)
        report_line(r, "  … and %zu more", n - FEATURES_SHOWN);
}

static void report_model(struct report *r, struct context *ctx, const char *name,
                         const struct model *m, double seconds)
{
    report_put_text(r, "model", name);
    report_put_text(r, "learner", m->learner->name);
    report_put_int(r, "rows", (int64_t)m->n_rows);
    report_put_int(r, "features", (int64_t)m->p);
    report_put_real(r, "seconds", seconds);
    report_put_text(r, "task", task_name(m->target.task));
    report_put_int(r, "iterations", (int64_t)m->n_iterations);
    report_put_text(r, "warning", m->warning);
    report_line(r, "%s: %s for %s, %zu rows × %s", name, m->learner->name, m->target.name,
                m->n_rows, present_count(ctx, m->p, "feature"));
    if (m->target.type == COLUMN_INT && m->target.n_classes > 2 && ctx->ws->as == AS_FITS)
        report_line(r,
                    "note: %s holds whole numbers, taken as %zu classes since %s predicts classes; "
                    "target %s task=classes says so for all",
                    m->target.name, m->target.n_classes, m->learner->name, m->target.name);
    if (m->warning)
        report_line(r, "warning: %s", m->warning);
    report_coefficients(r, ctx, m);
    report_importance(r, ctx, m);
}

static int train_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct learner *learner = learner_find(params_text(ctx->args, "learner"));
    const char *name = params_text(ctx->args, "as");
    struct params own;
    struct model *m;
    struct str line;

    if (present_need_target(ctx, err))
        return -1;
    str_init(&line);
    call_subset(&own, ctx->args, learner->params, ctx->arena);
    call_print(&line, ctx->command, ctx->args);
    double from = ctx->options->clock ? ctx->options->clock() : 0;
    int rc = training_fit(&m, ctx, ctx->ws, learner, &own, line.buf, err);
    double seconds = ctx->options->clock ? ctx->options->clock() - from : 0;
    str_release(&line);
    if (rc)
        return -1;
    ctx->next = workspace_with_model(ctx->ws, name, m);
    report_model(r, ctx, name, m, seconds);
    model_unref(m);
    return 0;
}

const struct command verb_train = {
    .name = "train",
    .stage = "Models",
    .help = "train a model on the training rows",
    .details =
        "The model keeps its recipe as fitted, so that predict takes raw data. Its parameters "
        "are those of the learner: help LEARNER explains them.",
    .example = "train logistic C=1.0 as=lr",
    .params = train_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = train_run,
    .extend = train_extend,
    .resolve = train_resolve,
};
