/* open: a session file or a data file, afresh. */
#include <string.h>

#include "paths.h"
#include "present.h"
#include "session.h"

static const struct param_spec open_params[] = {
    { .name = "path",
      .type = PARAM_PATH,
      .flags = PARAM_REQUIRED | PARAM_WORD | PARAM_INPUT,
      .help = "a .assay session, or data to load" },
    { .name = "discard",
      .type = PARAM_FLAG,
      .fallback = "no",
      .help = "drop commands that were not saved" },
    { .name = NULL },
};

static bool is_session(const char *path)
{
    size_t n = strlen(path);

    return n > 6 && strcmp(path + n - 6, ".assay") == 0;
}

static int open_run(struct report *r, struct context *ctx, struct err *err)
{
    const char *typed = params_text(ctx->args, "path");
    const char *path = paths_find(ctx, typed);
    struct session *s = ctx->session;
    struct str line;

    if (session_unsaved(s) && !params_flag(ctx->args, "discard"))
        return err_set(err, ERR_USAGE,
                       "the session has commands that were not saved; save session "
                       "to=FILE first, or open %s discard=yes",
                       typed);
    if (is_session(path)) {
        if (session_queue_tree(s, path, err))
            return -1;
    } else {
        str_init(&line);
        str_add(&line, "load ");
        lex_quote(&line, typed);
        session_queue_line(s, line.buf, "", 0);
        str_release(&line);
    }
    session_forget(s);
    if (is_session(path))
        session_opens(s, path);
    report_put_text(r, "path", path);
    return 0;
}

const struct command verb_open = {
    .name = "open",
    .stage = "Session",
    .help = "open a session or a data file",
    .details = "Starts afresh: a .assay file is run command by command, with the other branches of "
               "its history, anything else is loaded. "
               "Refused while there are commands that were not saved, unless discard=yes.",
    .example = "open share/sessions/penguins.assay discard=yes",
    .params = open_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = open_run,
};
