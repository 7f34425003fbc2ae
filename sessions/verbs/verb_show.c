/* show: where one stands. */
#include "present.h"
#include "present_tree.h"

static const char *const show_whats[] = { "all", "models", "model", "tree", NULL };

static const struct param_spec show_params[] = {
    { .name = "what",
      .type = PARAM_CHOICE,
      .flags = PARAM_WORD,
      .choices = show_whats,
      .fallback = "all",
      .help = "the whole, the models, one model, or a tree of it" },
    { .name = "name", .type = PARAM_MODEL, .flags = PARAM_WORD, .help = "which model" },
    { .name = "number",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e9,
      .fallback = "1",
      .help = "tree: which of the model's trees" },
    { .name = NULL },
};

static void show_models(struct report *r, struct context *ctx)
{
    const struct workspace *ws = ctx->ws;
    json_t *list = json_array();
    struct report_grid g;

    report_grid_init(&g, "lllll");
    for (size_t i = 0; i < ws->n_models; i++) {
        const struct named_model *m = &ws->models[i];
        const struct metric *best[8];
        char mean[64] = "not validated";
        metric_defaults(best, m->model->target.task);
        const struct estimate *e = m->validated ? resample_estimate(m->validated, best[0]->name)
                                                : NULL;
        if (e)
            snprintf(mean, sizeof(mean), "%.4g [%.4g, %.4g]", e->mean, e->low, e->high);
        report_grid_add(&g, "%s", m->name);
        report_grid_add(&g, "%s", m->model->learner->name);
        report_grid_add(&g, "%zu rows × %s", m->model->n_rows,
                        present_count(ctx, m->model->p, "feature"));
        report_grid_add(&g, "%s", e ? best[0]->name : "");
        report_grid_add(&g, "%s", mean);
        json_array_append_new(list, json_pack("{s:s,s:s,s:I,s:I}", "name", m->name, "learner",
                                              m->model->learner->name, "rows",
                                              (json_int_t)m->model->n_rows, "features",
                                              (json_int_t)m->model->p));
    }
    report_grid_end(r, &g);
    report_put(r, "models", list);
}

static int show_model(struct report *r, struct context *ctx, struct err *err)
{
    const char *name = params_text(ctx->args, "name");
    struct str text;

    if (!name)
        return err_set(err, ERR_USAGE, "which model? show model NAME");
    const struct named_model *named = workspace_model(ctx->ws, name, err);
    if (!named)
        return -1;
    const struct model *m = named->model;
    report_put_text(r, "model", name);
    report_line(r, "%s: %s for %s (%s), %zu rows × %s", name, m->learner->name, m->target.name,
                task_name(m->target.task), m->n_rows, present_count(ctx, m->p, "feature"));
    str_init(&text);
    for (size_t i = 0; i < m->params.n; i++)
        if (m->params.values[i].set)
            str_addf(&text, " %s=%s", m->params.specs[i].name, m->params.values[i].text);
    report_line(r, "parameters:%s", text.len ? text.buf : " none");
    str_release(&text);
    for (size_t i = 0; i < m->n_notes; i++)
        report_line(r, "%s: %s", m->notes[i].key, m->notes[i].value);
    return 0;
}

static int show_tree(struct report *r, struct context *ctx, struct err *err)
{
    const char *name = params_text(ctx->args, "name");

    if (!name)
        return err_set(err, ERR_USAGE, "of which model? show tree NAME");
    const struct named_model *named = workspace_model(ctx->ws, name, err);
    if (!named)
        return -1;
    return present_tree(r, ctx, name, named->model, (size_t)params_int(ctx->args, "number") - 1,
                        err);
}

static void show_all(struct report *r, struct context *ctx)
{
    const struct workspace *ws = ctx->ws;
    const struct table *t = workspace_table(ws);

    if (!t) {
        report_line(r, "nothing is loaded; load FILE begins");
        return;
    }
    report_put_int(r, "rows", (int64_t)t->n_rows);
    report_put_int(r, "columns", (int64_t)t->n_cols);
    report_line(r, "source   %s, %zu rows × %zu columns", ws->source->info.path,
                ws->source->table->n_rows, ws->source->table->n_cols);
    report_line(r, "table    %zu rows × %zu columns after %s", t->n_rows, t->n_cols,
                present_count(ctx, ws->recipe->n_steps, "step"));
    report_line(r, "target   %s", workspace_target(ws) ? workspace_target(ws) : "none");
    report_line(r, "split    %s", ws->split_text ? ws->split_text : "none");
    report_line(r, "models   %zu", ws->n_models);
    show_models(r, ctx);
}

static int show_run(struct report *r, struct context *ctx, struct err *err)
{
    switch (params_choice(ctx->args, "what")) {
    case 1:
        show_models(r, ctx);
        return 0;
    case 2:
        return show_model(r, ctx, err);
    case 3:
        return show_tree(r, ctx, err);
    default:
        show_all(r, ctx);
        return 0;
    }
}

const struct command verb_show = {
    .name = "show",
    .stage = "Session",
    .help = "show where one stands",
    .details =
        "Source, table, target, split and models; show models lists them with their estimates, "
        "show model NAME tells all that is known of one, show tree NAME the rules of its tree, or "
        "of "
        "tree number= of its trees.",
    .example = "show",
    .params = show_params,
    .flags = COMMAND_VOLATILE,
    .run = show_run,
};
