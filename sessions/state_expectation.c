/* state_expectation.c - from a verb's arguments to an expectation of the workspace. */
#include "state_expectation.h"

#include "present_expect.h"

const char *const expect_severities[] = { "fail", "warn", NULL };

/* Failing rows that a statement shows. */
#define SHOWN 5

int state_expectation(struct report *r, struct context *ctx, struct expectation *wanted,
                      struct err *err)
{
    const struct param_value *severity = params_value(ctx->args, "severity");
    int mostly = param_find(ctx->args->specs, "mostly", false);
    const struct expectations *old = ctx->ws->expectations;
    struct expectation *e;
    struct str line;

    str_init(&line);
    call_print(&line, ctx->command, ctx->args);
    wanted->text = line.buf;
    wanted->warn = severity->set && severity->integer == 1;
    if (mostly >= 0 && ctx->args->values[mostly].set)
        wanted->mostly = ctx->args->values[mostly].real;
    int rc = expectation_new(&e, wanted, err);
    str_release(&line);
    if (rc)
        return -1;
    struct expectations *more = expectations_add(old, e, ctx->ws->recipe->n_steps);
    expectation_unref(e);
    ctx->next = workspace_with_expectations(ctx->ws, more);
    expectations_unref(more);
    return present_workspace_expectations(r, ctx, old ? old->n : 0, SHOWN, false, err);
}
