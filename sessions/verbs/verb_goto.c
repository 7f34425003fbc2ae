/* goto: to any point of the history, by number or by the name of a branch. */
#include <stdio.h>
#include <string.h>

#include "present_history.h"
#include "script.h"

static const struct param_spec goto_params[] = {
    { .name = "to",
      .type = PARAM_TEXT,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "number of a command, as history counts them, 0 the beginning; or a branch" },
    { .name = "line",
      .type = PARAM_TEXT,
      .help = "session files: the mark of the command that must stand there" },
    { .name = NULL },
};

/* The numbers in a session file hold as long as nobody edits the lines they count. */
static int check_line(const struct entry *e, const char *wanted, struct err *err)
{
    char digest[26] = "";

    if (e)
        script_digest(digest, e->line, e->digest);
    if (strncmp(digest, wanted, 8) == 0)
        return 0;
    return err_set(
        err, ERR_USAGE,
        "command %zu is not the one that this branch left from: the lines before it were "
        "edited; give its commands by hand",
        e ? e->number : 0);
}

static int goto_run(struct report *r, struct context *ctx, struct err *err)
{
    const char *line = params_text(ctx->args, "line");
    struct session *s = ctx->session;
    const struct entry *before = session_last(s);
    struct entry *to;

    if (history_point(&to, s, params_text(ctx->args, "to"), err) ||
        (line && check_line(to, line, err)) || history_go(s, to, err))
        return -1;
    present_move(r, s, before);
    return 0;
}

const struct command verb_goto = {
    .name = "goto",
    .stage = "Session",
    .help = "go to any point of the history",
    .details =
        "The workspace is as it was after that command, and the next one continues from there; "
        "nothing is lost, since what stood behind it stays as a branch. undo and redo go along the "
        "line that was taken last.",
    .example = "goto 1",
    .params = goto_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = goto_run,
};
