/* audit refuse: tell the audit that a finding is wrong. */
#include "audit_answer.h"

static int refuse_run(struct report *r, struct context *ctx, struct err *err)
{
    return audit_answer(r, ctx, false, err);
}

const struct command verb_audit_refuse = {
    .name = "audit refuse",
    .stage = "Cleaning",
    .help = "tell the audit that a finding is wrong",
    .details =
        "The answer is remembered in the session: what was refused never comes back, and findings "
        "like it are believed less. rows= answers for some rows alone; ROW COLUMN for one cell.",
    .example = "audit refuse missing:sex",
    .params = audit_answer_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = refuse_run,
};
