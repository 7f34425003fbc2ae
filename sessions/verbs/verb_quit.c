/* quit: end the session. */
#include "present.h"
#include "session.h"

static const struct param_spec quit_params[] = {
    { .name = "discard",
      .type = PARAM_FLAG,
      .fallback = "no",
      .help = "leave even when commands were not saved" },
    { .name = NULL },
};

static int quit_run(struct report *r, struct context *ctx, struct err *err)
{
    (void)r;
    (void)err;
    ctx->session->quit = true;
    return 0;
}

const struct command verb_quit = {
    .name = "quit",
    .stage = "Session",
    .help = "leave",
    .details = "At the screen one is asked first when there are commands that were not saved.",
    .example = "quit",
    .params = quit_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = quit_run,
};
