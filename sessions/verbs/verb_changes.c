/* changes: what a step did, or all of them together, down to the cell. */
#include <stdint.h>

#include "present.h"
#include "session.h"

static const struct param_spec changes_params[] = {
    { .name = "step",
      .type = PARAM_INT,
      .flags = PARAM_WORD,
      .min = 1,
      .max = 100000,
      .help = "which step, as `steps` numbers them; without it all of them together" },
    { .name = "show",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e6,
      .fallback = "20",
      .help = "how many cells and removed rows to list" },
    { .name = NULL },
};

static int changes_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct param_value *step = params_value(ctx->args, "step");
    const struct recipe_run *run = ctx->ws->run;
    size_t n = ctx->ws->recipe->n_steps, i = step->set ? (size_t)step->integer : 0;
    size_t show = (size_t)params_int(ctx->args, "show");
    struct diff *d;

    if (i > n)
        return err_set(err, ERR_USAGE, "there is no step %zu; the recipe has %zu", i, n);
    if (i ? recipe_run_diff(&d, run, i - 1, err)
          : diff_tables(&d, run->tables[0], recipe_run_result(run), err))
        return -1;
    present_effect(r, i ? ctx->ws->recipe->steps[i - 1]->text : "all steps together", d);
    int rc = present_changes(r, d, show, ctx->options->complete ? SIZE_MAX : show, err);
    diff_free(d);
    return rc;
}

const struct command verb_changes = {
    .name = "changes",
    .stage = "Session",
    .help = "show what a step changed",
    .details =
        "For each column that is not the same: how many cells, and missing, distinct, mean, median "
        "and distribution before and after; the bars of both stand over one range. Then every "
        "changed cell and removed row, as many as show=; assay run --json lists all of them. "
        "preview does the same for a step that is not in the recipe yet.",
    .example = "changes 1",
    .params = changes_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_VOLATILE,
    .run = changes_run,
};
