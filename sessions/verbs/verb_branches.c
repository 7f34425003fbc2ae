/* branches: the tips of the history and what has a name. */
#include "present_history.h"
#include "present.h"

static const struct param_spec no_params[] = { { .name = NULL } };

static size_t n_between(const struct entry *fork, const struct entry *e)
{
    size_t n = 0;

    for (; e != fork; e = e->parent)
        n += e->error == NULL;
    return n;
}

static void add_branch(json_t *list, struct report_grid *g, struct context *ctx,
                       const struct entry *e)
{
    const struct entry *here = session_last(ctx->session), *fork = history_fork(e, here);
    const struct table *t = workspace_table(e->ws);
    size_t more = n_between(fork, e);

    json_array_append_new(list, json_pack("{s:s?,s:I,s:b,s:I,s:I,s:I,s:I}", "name", e->branch, "at",
                                          (json_int_t)e->number, "here", e == here, "leaves_at",
                                          (json_int_t)(fork ? fork->number : 0), "commands",
                                          (json_int_t)more, "rows", (json_int_t)(t ? t->n_rows : 0),
                                          "columns", (json_int_t)(t ? t->n_cols : 0)));
    report_grid_add(g, "%s", e == here ? "*" : "");
    report_grid_add(g, "%s", e->branch ? e->branch : "");
    report_grid_add(g, "%zu", e->number);
    report_grid_add(g, e == here ? "here" : "+%zu from %zu", more, fork ? fork->number : 0);
    report_grid_add(g, "%zu rows × %zu columns", t ? t->n_rows : 0, t ? t->n_cols : 0);
    report_grid_add(g, "%s", e->line);
}

static int branches_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct session *s = ctx->session;
    json_t *list = json_array();
    struct report_grid g;

    report_grid_init(&g, "llrlll");
    for (size_t i = 0; i < s->n_all; i++) {
        const struct entry *e = s->all[i];
        if (e->branch || e == session_last(s))
            add_branch(list, &g, ctx, e);
    }
    report_grid_end(r, &g);
    if (!s->n_all)
        report_line(r, "nothing was done yet");
    report_put(r, "branches", list);
    (void)err;
    return 0;
}

const struct command verb_branches = {
    .name = "branches",
    .stage = "Session",
    .help = "list the branches of the history",
    .details = "For each: its last command, how many of its commands are not among those that led "
               "here and where they leave from, and the table there. A star marks where one is.",
    .example = "branches",
    .params = no_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = branches_run,
};
