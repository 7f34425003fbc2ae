/* expect that: an expression that must be true of every row. */
#include <string.h>

#include "state_expectation.h"
#include "table/expr.h"

static const struct param_spec that_params[] = {
    EXPECT_MOSTLY_PARAM,
    EXPECT_SEVERITY_PARAM,
    { .name = "expression",
      .type = PARAM_EXPR,
      .flags = PARAM_REQUIRED,
      .help = "a condition, as filter takes it" },
    { .name = NULL },
};

/* A condition in quotes is meant as one, since a text by itself is none. */
static const char *unquoted(const char *text, struct arena *arena)
{
    size_t len = strlen(text);

    if (len < 2 || text[0] != '"' || strchr(text + 1, '"') != text + len - 1)
        return text;
    return arena_strndup(arena, text + 1, len - 2);
}

static int that_resolve(struct context *ctx, struct err *err)
{
    int i = param_find(ctx->args->specs, "expression", false);
    struct param_value *v = &ctx->args->values[i];

    (void)err;
    const char *text = unquoted(v->text, ctx->arena);
    v->col += v->col && text != v->text;
    v->text = text;
    return 0;
}

static int check(const char *text, const struct table *t, struct err *err)
{
    enum column_type type;
    struct expr *e;

    if (expr_parse(&e, text, err))
        return -1;
    int rc = expr_type(&type, e, t, err);
    expr_free(e);
    if (rc || type == COLUMN_BOOL)
        return rc;
    return err_set(err, ERR_USAGE, "%s is no condition: it gives %s", text, column_type_name(type));
}

/* The expression knows its own places only. */
static void place_in_line(struct err *err, const struct param_value *v)
{
    if (err && err->col && v->col)
        err->col += v->col - 1;
}

static int that_run(struct report *r, struct context *ctx, struct err *err)
{
    struct expectation e = expectation_blank();

    e.expression = params_text(ctx->args, "expression");
    if (check(e.expression, workspace_table(ctx->ws), err)) {
        place_in_line(err, params_value(ctx->args, "expression"));
        return -1;
    }
    return state_expectation(r, ctx, &e, err);
}

const struct command verb_expect_that = {
    .name = "expect that",
    .stage = "Cleaning",
    .help = "state a condition that must be true of every row",
    .details = "A row for which the condition is missing does not fail it; see expect.",
    .example = "expect that bill_length_mm > bill_depth_mm",
    .params = that_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = that_run,
    .resolve = that_resolve,
};
