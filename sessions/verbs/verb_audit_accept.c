/* audit accept: tell the audit that a finding is right. */
#include "audit_answer.h"

static int accept_run(struct report *r, struct context *ctx, struct err *err)
{
    return audit_answer(r, ctx, true, err);
}

const struct command verb_audit_accept = {
    .name = "audit accept",
    .stage = "Cleaning",
    .help = "tell the audit that a finding is right",
    .details = "The answer is remembered in the session: findings like it are believed more. rows= "
               "answers for some rows alone; ROW COLUMN for one cell. It does not repair: the "
               "finding's own command does.",
    .example = "audit accept missing:sex",
    .params = audit_answer_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = accept_run,
};
