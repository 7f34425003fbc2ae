/* expect remove: what is no longer expected. */
#include "present.h"

static const struct param_spec remove_params[] = {
    { .name = "number",
      .type = PARAM_INT,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .min = 1,
      .max = 100000,
      .help = "which one, as expect numbers them" },
    { .name = NULL },
};

static int remove_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct expectations *l = ctx->ws->expectations;
    size_t i = (size_t)params_int(ctx->args, "number") - 1, n = l ? l->n : 0;

    if (i >= n)
        return err_set(err, ERR_USAGE, "there is no expectation %zu; there are %zu", i + 1, n);
    struct expectations *less = expectations_remove(l, i);
    ctx->next = workspace_with_expectations(ctx->ws, less);
    expectations_unref(less);
    report_put_text(r, "removed", l->items[i]->text);
    report_line(r, "no longer expected: %s", l->items[i]->text);
    return 0;
}

const struct command verb_expect_remove = {
    .name = "expect remove",
    .stage = "Cleaning",
    .help = "drop an expectation",
    .details = "Those behind it move up by one number.",
    .example = "expect remove 1",
    .params = remove_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = remove_run,
};
