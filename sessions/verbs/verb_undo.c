/* undo: back before the last change, or to any point of the history. */
#include "present.h"
#include "session.h"

static const struct param_spec undo_params[] = {
    { .name = "to",
      .type = PARAM_INT,
      .flags = PARAM_WORD,
      .min = 0,
      .max = 1e9,
      .help = "number of the last command to keep; 0 takes back all" },
    { .name = NULL },
};

static int undo_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct param_value *to = params_value(ctx->args, "to");
    struct session *s = ctx->session;
    size_t before = s->n_done;

    if (to->set ? session_undo_to(s, (size_t)to->integer, err) : session_undo(s, err))
        return -1;
    report_put_int(r, "commands", (int64_t)s->n_done);
    if (s->n_done == before)
        report_line(r, "nothing is taken back");
    for (size_t i = before; i-- > s->n_done;)
        report_line(r, "taken back: %s", s->entries[i]->line);
    for (size_t i = before; i < s->n_done; i++)
        report_line(r, "again: %s", s->entries[i]->line);
    return 0;
}

const struct command verb_undo = {
    .name = "undo",
    .stage = "Session",
    .help = "take back the last change",
    .details =
        "Takes back the last command that changed the workspace, or with to= goes to any point "
        "of the history. redo brings it back until another command is given. The saved session "
        "holds only what was not taken back.",
    .example = "undo",
    .params = undo_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = undo_run,
};
