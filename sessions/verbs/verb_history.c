/* history: the commands so far. */
#include "base/mem.h"
#include "history_tree.h"
#include "present.h"

static const struct param_spec no_params[] = { { .name = NULL } };

static json_t *row_json(const struct history_row *row, const char *state)
{
    const struct entry *e = row->entry;
    json_t *line = json_string(e->line);
    json_t *o = json_pack("{s:I,s:o,s:s,s:I}", "number", (json_int_t)e->number, "command",
                          line ? line : json_null(), "state", state, "parent",
                          (json_int_t)(e->parent ? e->parent->number : 0));

    if (e->branch)
        json_object_set_new(o, "branch", json_string(e->branch));
    return o;
}

static const char *state_of(const struct history_row *row)
{
    if (row->entry->error)
        return "failed";
    return row->depth ? "branch" : row->undone ? "undone" : "";
}

static void say_row(struct report *r, const struct history_row *row)
{
    const struct entry *e = row->entry;
    struct str gutter;

    str_init(&gutter);
    str_add_repeat(&gutter, "│ ", row->depth ? row->depth - 1 : 0);
    if (row->depth)
        str_add(&gutter, row->first ? "├─" : "│ ");
    report_line(r, "%4zu %-6s %s%s%s%s%s", e->number, state_of(row), gutter.buf, e->line,
                e->branch ? "   [" : "", e->branch ? e->branch : "", e->branch ? "]" : "");
    if (e->error)
        report_line(r, "            %s%s", gutter.buf, e->error);
    str_release(&gutter);
}

static int history_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct session *s = ctx->session;
    struct history_row *rows = MEM_NEW(struct history_row, s->n_all);
    json_t *list = json_array();

    history_rows(rows, s);
    for (size_t i = 0; i < s->n_all; i++) {
        json_array_append_new(list, row_json(&rows[i], state_of(&rows[i])));
        say_row(r, &rows[i]);
    }
    mem_free(rows);
    report_put(r, "history", list);
    report_put_int(r, "at", session_last(s) ? (int64_t)session_last(s)->number : 0);
    (void)err;
    return 0;
}

const struct command verb_history = {
    .name = "history",
    .stage = "Session",
    .help = "list the commands so far",
    .details =
        "The history is a tree: behind a command stand, set in, the branches that left from there, "
        "with their names in brackets. Failed commands stand with their message, those taken back "
        "are marked. goto N or goto NAME goes to any of them.",
    .example = "history",
    .params = no_params,
    .flags = COMMAND_SESSION | COMMAND_VOLATILE,
    .run = history_run,
};
