/* branch: name a point of the history. */
#include "present_history.h"
#include "present.h"

static const struct param_spec branch_params[] = {
    { .name = "name",
      .type = PARAM_NAME,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "what to call it" },
    { .name = "at",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e9,
      .help = "number of the command; without it the last one" },
    { .name = NULL },
};

static int branch_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct param_value *at = params_value(ctx->args, "at");
    const char *name = params_text(ctx->args, "name");
    struct session *s = ctx->session;
    struct entry *e = at->set     ? history_find(s, (size_t)at->integer)
                      : s->n_done ? s->entries[s->n_done - 1]
                                  : NULL;

    if (!e)
        return err_set(err, ERR_USAGE, "there is no command %s to name; the history has %zu",
                       at->set ? at->text : "yet", s->n_all);
    if (history_name(s, e, name, err))
        return -1;
    report_put_text(r, "branch", name);
    report_put_int(r, "at", (int64_t)e->number);
    report_line(r, "%s: command %zu, %s", name, e->number, e->line);
    return 0;
}

const struct command verb_branch = {
    .name = "branch",
    .stage = "Session",
    .help = "name this point of the history",
    .details =
        "The name stands for the last command, and moves on with what is given behind it. After "
        "undo and another command it stays with what was undone, so that two ways can be compared: "
        "branch diff A B. What nobody named is called b1, b2 and so on.",
    .example = "branch plain",
    .params = branch_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = branch_run,
};
