/* head: the first rows as text. */
#include "present.h"

static const struct param_spec head_params[] = {
    { .name = "n",
      .type = PARAM_INT,
      .flags = PARAM_WORD,
      .min = 1,
      .max = 100000,
      .fallback = "10",
      .help = "how many rows" },
    { .name = "from",
      .type = PARAM_INT,
      .min = 1,
      .max = 4294967295.0,
      .fallback = "1",
      .help = "first row to show, counted in the table as it stands" },
    { .name = NULL },
};

static int head_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct table *t = workspace_table(ctx->ws);
    size_t from = (size_t)params_int(ctx->args, "from") - 1;

    if (from >= t->n_rows && t->n_rows)
        return err_set(err, ERR_USAGE, "row %zu is behind the last; there are %zu rows", from + 1,
                       t->n_rows);
    report_put_int(r, "rows", (int64_t)t->n_rows);
    present_rows(r, t, from, (size_t)params_int(ctx->args, "n"));
    return 0;
}

const struct command verb_head = {
    .name = "head",
    .stage = "Data",
    .help = "show the first rows",
    .details = "Rows carry their number in the source. Missing cells appear as a middle dot.",
    .example = "head 5",
    .params = head_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_VOLATILE,
    .run = head_run,
};
