/* history: the commands so far. */
#include "present.h"
#include "session.h"

static const struct param_spec no_params[] = { { .name = NULL } };

static int history_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct session *s = ctx->session;
    json_t *list = json_array();

    for (size_t i = 0; i < s->n_entries; i++) {
        const struct entry *e = s->entries[i];
        const char *state = e->error ? "failed" : i >= s->n_done ? "undone" : "";
        json_t *line = json_string(e->line);
        json_array_append_new(list,
                              json_pack("{s:I,s:o,s:s}", "number", (json_int_t)e->number, "command",
                                        line ? line : json_null(), "state", state));
        report_line(r, "%4zu %-6s %s", e->number, state, e->line);
        if (e->error)
            report_line(r, "            %s", e->error);
    }
    report_put(r, "history", list);
    (void)err;
    return 0;
}

const struct command verb_history = {
    .name = "history",
    .stage = "Session",
    .help = "list the commands so far",
    .details =
        "Failed commands stand with their message, those taken back are marked. undo to=N goes "
        "to any of them.",
    .example = "history",
    .params = no_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = history_run,
};
