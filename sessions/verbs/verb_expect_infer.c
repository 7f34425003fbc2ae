/* expect infer: proposals, with what they rest on, as commands ready to be given. */
#include <string.h>

#include "present.h"

static const struct param_spec no_params[] = { { .name = NULL } };

static void add_text(struct str *line, const char *name, const char *value)
{
    if (!value)
        return;
    str_addf(line, " %s=", name);
    lex_quote(line, value);
}

static void add_values(struct str *line, const struct expectation *e)
{
    struct str list;

    if (!e->n_in)
        return;
    str_init(&list);
    for (size_t k = 0; k < e->n_in; k++) {
        str_add(&list, k ? "," : "");
        for (const char *c = e->in[k]; *c; c++)
            str_addf(&list, "%s%c", *c == ',' || *c == '\\' ? "\\" : "", *c);
    }
    add_text(line, "in", list.buf);
    str_release(&list);
}

/* A column that is called as a verb goes on ("rows") stands in quotes. */
static void add_column(struct str *line, const char *column)
{
    struct str name;

    str_init(&name);
    str_addf(&name, "expect %s", column);
    if (command_named(name.buf)) {
        str_addf(line, "expect \"%s\"", column);
    } else {
        str_add(line, "expect ");
        lex_quote(line, column);
    }
    str_release(&name);
}

static void command_text(struct str *line, const struct expectation *e)
{
    if (!e->column) {
        str_addf(line, "expect rows min=%zu", e->least_rows);
        return;
    }
    add_column(line, e->column);
    if (e->unique || e->not_missing)
        str_addf(line, " %s",
                 e->unique && e->not_missing ? "key"
                 : e->unique                 ? "unique"
                                             : "not-missing");
    add_text(line, "type", e->type);
    add_text(line, "min", e->min);
    add_text(line, "max", e->max);
    add_values(line, e);
    add_text(line, "matches", e->matches);
}

static int infer_run(struct report *r, struct context *ctx, struct err *err)
{
    struct expect_proposal *proposals;
    json_t *list = json_array();
    struct str line;
    size_t n;

    report_put(r, "proposals", list);
    if (expect_infer(&proposals, &n, workspace_table(ctx->ws), ctx->arena, ctx->job, err))
        return -1;
    str_init(&line);
    for (size_t i = 0; i < n; i++) {
        str_clear(&line);
        command_text(&line, &proposals[i].wanted);
        report_line(r, "%s   # %s", line.buf, proposals[i].evidence);
        json_array_append_new(
            list, json_pack("{s:s,s:s}", "command", line.buf, "evidence", proposals[i].evidence));
    }
    if (!n)
        report_line(r, "too few rows to tell what to expect");
    str_release(&line);
    return 0;
}

const struct command verb_expect_infer = {
    .name = "expect infer",
    .stage = "Cleaning",
    .help = "propose what to expect, from the table as it stands",
    .details =
        "For each column the type, and where the rows bear it out: a range, a tenth wider than "
        "what "
        "was seen and rounded outwards; the set of a few values that each came often; a pattern of "
        "texts that are all built alike; that no cell is missing; that no value comes twice. "
        "Nothing "
        "is stated: the lines are commands, to be given as they are or edited.",
    .example = "expect infer",
    .params = no_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_VOLATILE,
    .run = infer_run,
};
