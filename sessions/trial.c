/* trial.c - running a command for its workspace alone. */
#include "trial.h"

#include <string.h>

bool command_can_be_tried(const struct command *c)
{
    if (c->step)
        return true;
    return (c->flags & COMMAND_UNDOABLE) && (c->flags & COMMAND_NEEDS_TABLE) &&
           strcmp(command_stage(c), "Models") != 0;
}

int command_try(struct workspace **out, struct call *call, const struct workspace *ws,
                const struct context *ctx, struct err *err)
{
    struct context trial = *ctx;
    struct str unread_digest;
    struct report unread;

    report_init(&unread);
    str_init(&unread_digest);
    trial.ws = ws;
    trial.command = call->command;
    trial.args = &call->args;
    trial.next = trial.trial = NULL;
    trial.input_digest = &unread_digest;
    int rc = call->command->resolve ? call->command->resolve(&trial, err) : 0;
    if (!rc)
        rc = call->command->run(&unread, &trial, err);
    report_release(&unread);
    str_release(&unread_digest);
    if (rc) {
        workspace_unref(trial.next);
        return -1;
    }
    *out = trial.next ? trial.next : workspace_ref(ws);
    return 0;
}
