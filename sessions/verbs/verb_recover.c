/* recover: take up a session that ended without saying so. */
#include "journal.h"
#include "present.h"
#include "session.h"

static const struct param_spec recover_params[] = {
    { .name = "discard",
      .type = PARAM_FLAG,
      .fallback = "no",
      .help = "forget the lost session instead" },
    { .name = NULL },
};

static int recover_run(struct report *r, struct context *ctx, struct err *err)
{
    struct lost_session lost;
    bool found = false;

    if (!ctx->options->state_dir || journal_find(&lost, &found, ctx->options->state_dir, err) ||
        !found)
        return found ? -1 : err_set(err, ERR_DOMAIN, "there is no lost session");
    bool discard = params_flag(ctx->args, "discard");
    for (size_t i = 0; i < lost.n_commands && !discard; i++)
        session_queue_line(ctx->session, lost.lines[i], "recovered", i + 1);
    report_put_int(r, "commands", (int64_t)lost.n_commands);
    report_line(r, "%s %zu commands", discard ? "forgotten:" : "recovering", lost.n_commands);
    if (!discard && lost.unfinished)
        report_line(r, "not finished when it ended: %s", lost.unfinished);
    if (lost.torn)
        report_line(r, "a damaged record at the end was left out");
    /* The lines run under this session's own journal; the old one has done its work when they have,
     * and until then a crash leaves both. */
    int rc = discard ? journal_discard(&lost, err) : session_discard_later(ctx->session, &lost);
    lost_session_release(&lost);
    return rc;
}

const struct command verb_recover = {
    .name = "recover",
    .stage = "Session",
    .help = "bring back a session that was lost",
    .details =
        "Every command is on disk before it runs. After a crash or a lost connection recover "
        "runs the commands that had finished; discard=yes forgets them.",
    .example = "recover",
    .params = recover_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = recover_run,
};
