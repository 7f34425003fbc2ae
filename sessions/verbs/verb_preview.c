/* preview: what a command would do to the table, without doing it. */
#include <stdint.h>

#include "present.h"
#include "session.h"
#include "trial.h"

static const struct param_spec preview_params[] = {
    { .name = "show",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e6,
      .fallback = "10",
      .help = "how many cells and removed rows to list" },
    { .name = "command",
      .type = PARAM_REST,
      .flags = PARAM_REQUIRED,
      .help = "the command, as it would be given" },
    { .name = NULL },
};

static int understand(struct call *call, struct context *ctx, struct err *err)
{
    struct line line;

    if (lex_line(&line, params_text(ctx->args, "command"), &ctx->options->definitions, ctx->arena,
                 err) ||
        call_parse(call, &line, ctx->arena, err))
        return -1;
    if (command_can_be_tried(call->command))
        return 0;
    return err_set(err, ERR_USAGE, "%s does not change the table; preview takes a step",
                   command_name(call->command));
}

static int preview_run(struct report *r, struct context *ctx, struct err *err)
{
    size_t show = (size_t)params_int(ctx->args, "show"), gone, back;
    struct workspace *next;
    struct call call;
    struct diff *d;
    struct str line;

    if (understand(&call, ctx, err) || command_try(&next, &call, ctx->ws, ctx, err))
        return -1;
    int rc = diff_any(&d, &gone, &back, workspace_table(ctx->ws), workspace_table(next), err);
    ctx->trial = next;
    if (rc)
        return -1;
    str_init(&line);
    call_print(&line, call.command, &call.args);
    report_put_text(r, "command", line.buf);
    present_effect(r, line.buf, d);
    str_release(&line);
    report_put_int(r, "rows_removed", (int64_t)gone);
    report_put_int(r, "rows_back", (int64_t)back);
    if (back)
        report_line(r, "%zu rows come back, %zu go", back, gone);
    rc = present_changes(r, d, show, ctx->options->complete ? SIZE_MAX : show, err);
    diff_free(d);
    return rc;
}

const struct command verb_preview = {
    .name = "preview",
    .stage = "Session",
    .help = "show what a step would do, without doing it",
    .details =
        "Runs the step on the table as it stands and reports its effect as changes does, with "
        "every "
        "cell before and after; nothing is recorded and nothing changes. The editing of a step is "
        "previewed too: preview step 2 off. In the workbench ^O at the prompt shows the same in "
        "the sheet, Enter then keeps it and Esc drops it.",
    .example = "preview impute body_mass_g method=median",
    .params = preview_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_VOLATILE,
    .run = preview_run,
};
