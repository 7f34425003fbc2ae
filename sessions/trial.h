/* trial.h - a command tried on a snapshot, of which nothing is kept but the workspace it makes. */
#ifndef SESSIONS_TRIAL_H
#define SESSIONS_TRIAL_H

#include "command.h"

/* Does it do nothing but change the table or what is known of it, so that it can be tried?  Training is
 * left out: it is long, and makes no table. */
bool command_can_be_tried(const struct command *c);
/* *out: what it makes of `ws`, ws itself when it changes nothing; yours.  `ctx` gives the rest: job,
 * options, folder, arena.  The command's own errors. */
int command_try(struct workspace **out, struct call *call, const struct workspace *ws,
                const struct context *ctx, struct err *err);

#endif
