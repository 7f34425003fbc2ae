/* test: open the held-out rows. */
#include "base/mem.h"
#include "present.h"

static const struct param_spec test_params[] = {
    { .name = "models",
      .type = PARAM_MODELS,
      .flags = PARAM_WORD | PARAM_REQUIRED,
      .help = "models to test" },
    { .name = "seed",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "random seed of the bootstrap" },
    { .name = NULL },
};

static int test_one(struct resample_result **out, struct context *ctx, const char *name,
                    struct err *err)
{
    const struct named_model *named = workspace_model(ctx->ws, name, err);
    const struct metric *metrics[64];
    size_t n = 0;

    if (!named)
        return -1;
    for (size_t i = 0; metric_table[i] && n < 64; i++)
        if (metric_table[i]->tasks & named->model->target.task)
            metrics[n++] = metric_table[i];
    return workspace_test(out, ctx->ws, named, metrics, n, (uint64_t)params_int(ctx->args, "seed"),
                          ctx->job, err);
}

static void keep_result(struct context *ctx, const char *name, const struct resample_result *t)
{
    struct workspace *next = workspace_with_result(ctx->next, name, NULL, t);

    workspace_unref(ctx->next);
    ctx->next = next;
}

static int test_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct param_value *models = params_value(ctx->args, "models");
    struct resample_result **results = ARENA_NEW(ctx->arena, struct resample_result *,
                                                 models->n_list);
    size_t n = 0, looks = ctx->looks + 1;

    while (n < models->n_list && !test_one(&results[n], ctx, models->list[n], err))
        n++;
    if (n == models->n_list) {
        ctx->looked = true;
        ctx->next = workspace_ref(ctx->ws);
        present_results(r, models->list, (const struct resample_result *const *)results, n);
        size_t n_rows = resample_n_scored(results[0]);
        report_put_int(r, "rows", (int64_t)n_rows);
        report_put_int(r, "looks", (int64_t)looks);
        report_line(r, "%zu held-out row%s, look number %zu; 95 %% intervals", n_rows,
                    n_rows == 1 ? "" : "s", looks);
        present_left_out(r, results[0]);
        if (looks > 1)
            report_line(r, "choosing by numbers one has looked at before makes them too good");
    }
    for (size_t i = 0; i < n; i++) {
        if (n == models->n_list)
            keep_result(ctx, models->list[i], results[i]);
        resample_result_unref(results[i]);
    }
    return n == models->n_list ? 0 : -1;
}

const struct command verb_test = {
    .name = "test",
    .stage = "Validate",
    .help = "score models on the held-out rows",
    .details =
        "The only command that opens the rows the split put aside. Every look is counted and "
        "shown; undo does not turn the count back. Intervals are those of the bootstrap, "
        "where the metric is a share of rows Wilson's (1927). Rows without a target are not "
        "scored.",
    .example = "test lr",
    .params = test_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = test_run,
};
