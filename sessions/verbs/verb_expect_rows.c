/* expect rows: how many rows there must be. */
#include "state_expectation.h"

static const struct param_spec rows_params[] = {
    { .name = "min", .type = PARAM_INT, .min = 0, .max = 1e12, .help = "at least so many" },
    { .name = "max", .type = PARAM_INT, .min = 0, .max = 1e12, .help = "at most so many" },
    EXPECT_SEVERITY_PARAM,
    { .name = NULL },
};

static int rows_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct param_value *min = params_value(ctx->args, "min");
    const struct param_value *max = params_value(ctx->args, "max");
    struct expectation e = expectation_blank();

    if (!min->set && !max->set)
        return err_set(err, ERR_USAGE, "say how many rows there must be: min= or max=");
    if (min->set)
        e.least_rows = (size_t)min->integer;
    if (max->set)
        e.most_rows = (size_t)max->integer;
    return state_expectation(r, ctx, &e, err);
}

const struct command verb_expect_rows = {
    .name = "expect rows",
    .stage = "Cleaning",
    .help = "state how many rows there must be",
    .details = "Of the table as it stands when it is stated; see expect.",
    .example = "expect rows min=100",
    .params = rows_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = rows_run,
};
