/* note: a remark that stays in the session. */
#include "present.h"

static const struct param_spec note_params[] = {
    { .name = "text", .type = PARAM_REST, .flags = PARAM_REQUIRED, .help = "the remark" },
    { .name = NULL },
};

static int note_run(struct report *r, struct context *ctx, struct err *err)
{
    report_put_text(r, "note", params_text(ctx->args, "text"));
    report_line(r, "noted");
    (void)err;
    return 0;
}

const struct command verb_note = {
    .name = "note",
    .stage = "Session",
    .help = "write a remark into the session",
    .details = "The rest of the line is kept as it is and survives a replay.",
    .example = "note two penguins lack every measurement",
    .params = note_params,
    .flags = 0,
    .run = note_run,
};
