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

static void queue_number(struct session *s, const char *verb, size_t number)
{
    struct str line;

    str_init(&line);
    str_addf(&line, "%s%zu", verb, number);
    session_queue_line(s, line.buf, "recovered", 0);
    str_release(&line);
}

/* The commands in their old order, with the ways between them: the k-th gets the k-th number from
 * here on. */
static void queue_tree(struct session *s, const struct lost_session *l)
{
    const struct entry *here = session_last(s);
    size_t start = here ? here->number : 0, before = s->n_all, at = start;
    struct str name;

    for (size_t i = 0; i < l->n_commands; i++) {
        size_t parent = l->commands[i].parent ? before + l->commands[i].parent : start;
        if (parent != at)
            queue_number(s, "goto ", parent);
        session_queue_line(s, l->commands[i].line, "recovered", i + 1);
        at = before + i + 1;
    }
    str_init(&name);
    for (size_t i = 0; i < l->n_commands; i++) {
        if (!l->commands[i].name)
            continue;
        str_clear(&name);
        str_addf(&name, "branch %s at=", l->commands[i].name);
        queue_number(s, name.buf, before + i + 1);
    }
    str_release(&name);
    if (l->at && before + l->at != at)
        queue_number(s, "goto ", before + l->at);
    else if (!l->at && at != start)
        queue_number(s, "goto ", start);
}

static int recover_run(struct report *r, struct context *ctx, struct err *err)
{
    struct lost_session lost;
    bool found = false;

    if (!ctx->options->state_dir || journal_find(&lost, &found, ctx->options->state_dir, err) ||
        !found)
        return found ? -1 : err_set(err, ERR_DOMAIN, "there is no lost session");
    bool discard = params_flag(ctx->args, "discard");
    if (!discard)
        queue_tree(ctx->session, &lost);
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
        "runs the commands that had finished, those on other branches of the history too; "
        "discard=yes forgets them.",
    .example = "recover",
    .params = recover_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = recover_run,
};
