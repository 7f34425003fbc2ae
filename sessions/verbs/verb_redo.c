/* redo: what undo took back. */
#include "present.h"
#include "session.h"

static const struct param_spec no_params[] = { { .name = NULL } };

static int redo_run(struct report *r, struct context *ctx, struct err *err)
{
    struct session *s = ctx->session;

    if (session_redo(s, err))
        return -1;
    report_put_int(r, "commands", (int64_t)s->n_done);
    report_line(r, "again: %s", session_last(s)->line);
    return 0;
}

const struct command verb_redo = {
    .name = "redo",
    .stage = "Session",
    .help = "bring back what undo took",
    .details =
        "Goes along the line that undo came back on. Other lines, which the history keeps as "
        "branches, are reached with goto.",
    .example = "redo",
    .params = no_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = redo_run,
};
