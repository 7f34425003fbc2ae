/* steps: the recipe and what each step did. */
#include "present.h"

static const struct param_spec no_params[] = { { .name = NULL } };

static const char *const scope_names[] = { "row-wise", "fitted", "rows" };

static json_t *step_json(size_t i, const struct step *step, const struct diff *d)
{
    return json_pack("{s:I,s:s,s:b,s:s,s:I,s:I,s:I,s:I}", "step", (json_int_t)i + 1, "command",
                     step->text, "on", step->on, "scope", scope_names[step->kind->scope],
                     "cells_changed", (json_int_t)d->cells_changed, "rows_removed",
                     (json_int_t)d->rows_removed, "columns_added", (json_int_t)d->columns_added,
                     "columns_dropped", (json_int_t)d->columns_dropped);
}

static int add_step(json_t *list, struct report_grid *g, struct context *ctx, size_t i,
                    struct err *err)
{
    const struct step *step = ctx->ws->recipe->steps[i];
    struct diff *d;

    if (recipe_run_diff(&d, ctx->ws->run, i, err))
        return -1;
    json_array_append_new(list, step_json(i, step, d));
    report_grid_add(g, "%zu%s", i + 1, step->on ? "" : " off");
    report_grid_add(g, "%s", step->text);
    report_grid_add(g, "%s", scope_names[step->kind->scope]);
    report_grid_add(g, "%zu cells", d->cells_changed);
    report_grid_add(g, "−%zu rows", d->rows_removed);
    report_grid_add(g, "+%zu −%zu columns", d->columns_added, d->columns_dropped);
    diff_free(d);
    return 0;
}

static int steps_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct recipe *recipe = ctx->ws->recipe;
    json_t *list = json_array();
    struct report_grid g;
    int rc = 0;

    report_put(r, "steps", list);
    report_grid_init(&g, "rllrrl");
    for (size_t i = 0; i < recipe->n_steps && !rc; i++)
        rc = add_step(list, &g, ctx, i, err);
    report_grid_end(r, &g);
    if (!rc && recipe->n_steps == 0)
        report_line(r, "no steps yet");
    if (!rc && recipe->split_at <= recipe->n_steps)
        report_line(r, "the rows were split after step %zu", recipe->split_at);
    return rc;
}

const struct command verb_steps = {
    .name = "steps",
    .stage = "Session",
    .help = "list the steps and what each did",
    .details = "For each step its effect: cells changed, rows removed, columns added and dropped.",
    .example = "steps",
    .params = no_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_VOLATILE,
    .run = steps_run,
};
