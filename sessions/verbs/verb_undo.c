/* undo: back before the last change, or to any point of the history. */
#include "present_history.h"

static const struct param_spec undo_params[] = {
    { .name = "to",
      .type = PARAM_INT,
      .flags = PARAM_WORD,
      .min = 0,
      .max = 1e9,
      .help = "number of the last command to keep; 0 takes back all" },
    { .name = NULL },
};

static int undo_to(struct session *s, size_t number, struct err *err)
{
    struct entry *to = history_find(s, number);

    if (!to && number > 0)
        return err_set(err, ERR_USAGE, "there is no command %zu; the history has %zu", number,
                       s->n_all);
    return history_go(s, to, err);
}

static int undo_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct param_value *to = params_value(ctx->args, "to");
    struct session *s = ctx->session;
    const struct entry *before = session_last(s);

    if (to->set ? undo_to(s, (size_t)to->integer, err) : session_undo(s, err))
        return -1;
    present_move(r, s, before);
    return 0;
}

const struct command verb_undo = {
    .name = "undo",
    .stage = "Session",
    .help = "take back the last change",
    .details =
        "Takes back the last command that changed the workspace, or with to= goes to any point "
        "of the history, as goto does. redo brings it back. When another command is given instead, "
        "what was taken back stays as a branch: goto b1 goes there, branches lists them.",
    .example = "undo",
    .params = undo_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = undo_run,
};
