/* source: run the commands of a session file here and now. */
#include <string.h>

#include "paths.h"
#include "present.h"
#include "session.h"

static const struct param_spec source_params[] = {
    { .name = "path",
      .type = PARAM_PATH,
      .flags = PARAM_REQUIRED | PARAM_WORD | PARAM_INPUT,
      .help = "the session file" },
    { .name = NULL },
};

static int source_run(struct report *r, struct context *ctx, struct err *err)
{
    const char *path = paths_find(ctx, params_text(ctx->args, "path"));

    if (session_queue_file(ctx->session, path, err))
        return -1;
    report_put_text(r, "path", path);
    return 0;
}

const struct command verb_source = {
    .name = "source",
    .stage = "Session",
    .help = "run the commands of a session file here",
    .details =
        "Its commands are recorded one by one, as if they had been typed. The first that fails "
        "stops the rest.",
    .example = "source share/sessions/penguins.assay",
    .params = source_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = source_run,
};
