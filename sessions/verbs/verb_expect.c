/* expect: what must hold of a column; alone, what was stated and whether it holds. */
#include <string.h>

#include "base/mem.h"
#include "paths.h"
#include "present.h"
#include "present_expect.h"
#include "state_expectation.h"
#include "table/cell.h"

enum { EXPECT_UNIQUE, EXPECT_NOT_MISSING, EXPECT_KEY };
static const char *const whats[] = { "unique", "not-missing", "key", NULL };
static const char *const types[] = { "bool", "int", "real", "text", "date", "timestamp", NULL };

static const struct param_spec expect_params[] = {
    { .name = "column",
      .type = PARAM_COLUMN,
      .flags = PARAM_WORD,
      .help = "the column; without it what was stated is checked and listed" },
    { .name = "what",
      .type = PARAM_CHOICE,
      .flags = PARAM_WORD,
      .choices = whats,
      .help = "unique, not-missing, or both: key" },
    { .name = "type", .type = PARAM_CHOICE, .choices = types, .help = "the type of its values" },
    { .name = "min", .type = PARAM_TEXT, .help = "the least value, a number or a date" },
    { .name = "max", .type = PARAM_TEXT, .help = "the greatest value" },
    { .name = "in", .type = PARAM_TEXT, .help = "the values there may be: a,b,c (\\, in a value)" },
    { .name = "key",
      .type = PARAM_PATH,
      .flags = PARAM_INPUT,
      .help = "a file that has the values there may be" },
    { .name = "key_column",
      .type = PARAM_TEXT,
      .help = "its column; without it the one of the same name" },
    { .name = "matches", .type = PARAM_TEXT, .help = "a pattern, found anywhere in the text" },
    { .name = "with", .type = PARAM_COLUMNS, .help = "unique: further columns of the key" },
    { .name = "distinct_min",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e9,
      .help = "least number of different values" },
    { .name = "distinct_max",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e9,
      .help = "greatest number of different values" },
    EXPECT_MOSTLY_PARAM,
    EXPECT_SEVERITY_PARAM,
    { .name = "show",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e6,
      .help = "failing rows to list of each; without it 10" },
    { .name = NULL },
};

/* ---------------------------------------------------------------- values */

/* "a,b\,c" to two values. */
static void split_values(struct expectation *e, const char *text, struct arena *arena)
{
    size_t room = 1;
    struct str value;

    for (const char *at = text; *at; at++)
        room += *at == ',';
    const char **list = ARENA_NEW(arena, const char *, room);
    str_init(&value);
    for (const char *at = text;; at++) {
        if (*at == '\\' && (at[1] == ',' || at[1] == '\\')) {
            str_add_char(&value, *++at);
        } else if (*at == ',' || !*at) {
            list[e->n_in++] = arena_strdup(arena, value.buf ? value.buf : "");
            str_clear(&value);
        } else {
            str_add_char(&value, *at);
        }
        if (!*at)
            break;
    }
    str_release(&value);
    e->in = list;
}

static void take_values(struct expectation *e, const struct column *c, struct arena *arena)
{
    const char **list = ARENA_NEW(arena, const char *, c->n_rows);
    struct str value;

    str_init(&value);
    for (size_t i = 0; i < c->n_rows; i++) {
        if (column_missing(c, i))
            continue;
        str_clear(&value);
        cell_text(&value, c, i);
        list[e->n_in++] = arena_strdup(arena, value.buf);
    }
    str_release(&value);
    e->in = list;
}

/* The values travel with the expectation, so that the file is not needed again. */
static int read_key(struct expectation *e, struct context *ctx, struct err *err)
{
    const char *typed = params_text(ctx->args, "key"), *path = paths_find(ctx, typed);
    const char *name = params_text(ctx->args, "key_column");
    const struct reader *reader;
    struct source *source;
    struct params none;
    char hex[33];

    name = name ? name : e->column;
    if (reader_find(&reader, path, NULL, err))
        return -1;
    params_init(&none, reader->params, ctx->arena);
    if (source_read(&source, path, reader, &none, ctx->job, err))
        return -1;
    const struct column *c = table_column(source->table, name, err);
    if (c) {
        take_values(e, c, ctx->arena);
        e->of = arena_printf(ctx->arena, "%s:%s", typed, name);
        str_add(ctx->input_digest, digest_long(hex, source->info.digest));
    } else {
        err_prefix(err, "%s: ", path);
    }
    source_unref(source);
    return c ? 0 : -1;
}

/* ---------------------------------------------------------------- stating */

static size_t count_of(const struct params *args, const char *name)
{
    const struct param_value *v = params_value(args, name);

    return v->set ? (size_t)v->integer : EXPECT_NONE;
}

static int fill(struct expectation *e, struct context *ctx, struct err *err)
{
    const struct params *args = ctx->args;
    const struct param_value *what = params_value(args, "what"), *with = params_value(args, "with");
    const char *in = params_text(args, "in");

    *e = expectation_blank();
    e->column = params_text(args, "column");
    const struct column *c = table_column(workspace_table(ctx->ws), e->column, err);
    if (!c)
        return -1;
    if (what->set) {
        e->unique = what->integer != EXPECT_NOT_MISSING;
        e->not_missing = what->integer != EXPECT_UNIQUE;
    }
    e->type = params_text(args, "type");
    e->min = params_text(args, "min");
    e->max = params_text(args, "max");
    e->matches = params_text(args, "matches");
    e->with = with->list;
    e->n_with = with->n_list;
    e->least_distinct = count_of(args, "distinct_min");
    e->most_distinct = count_of(args, "distinct_max");
    if ((e->min || e->max) && (column_is_text(c) || c->type == COLUMN_BOOL))
        return err_set(err, ERR_USAGE,
                       "%s is a column of %s: min= and max= are for numbers and dates; in= lists "
                       "values",
                       e->column, column_type_name(c->type));
    if (in && params_text(args, "key"))
        return err_set(err, ERR_USAGE, "in= lists the values, or key= has them; give one of them");
    if (with->n_list && !e->unique)
        return err_set(err, ERR_USAGE, "with= belongs to unique and key");
    for (size_t k = 0; k < e->n_with; k++)
        if (!table_column(workspace_table(ctx->ws), e->with[k], err))
            return -1;
    if (in)
        split_values(e, in, ctx->arena);
    return params_text(args, "key") ? read_key(e, ctx, err) : 0;
}

static int list_all(struct report *r, struct context *ctx, struct err *err)
{
    const struct expectations *l = ctx->ws->expectations;
    const struct param_value *show = params_value(ctx->args, "show");

    if (!l || !l->n)
        report_line(r, "nothing is expected yet; expect infer proposes what could be");
    return present_workspace_expectations(r, ctx, 0, show->set ? (size_t)show->integer : 10, false,
                                          err);
}

static int expect_run(struct report *r, struct context *ctx, struct err *err)
{
    struct expectation e;

    if (!params_text(ctx->args, "column"))
        return list_all(r, ctx, err);
    if (fill(&e, ctx, err))
        return -1;
    return state_expectation(r, ctx, &e, err);
}

/* The list is a look. */
static int expect_resolve(struct context *ctx, struct err *err)
{
    (void)err;
    ctx->unrecorded = params_text(ctx->args, "column") == NULL;
    return 0;
}

const struct command verb_expect = {
    .name = "expect",
    .stage = "Cleaning",
    .help = "state what must hold of a column, or list what was",
    .details =
        "An expectation is about the table as it stands when it is stated: it is behind the steps "
        "so "
        "far, and steps that come later do not matter to it. It is checked at once, whenever "
        "expect "
        "without a column lists them all, at the end of assay run, which exits with 3 and lists "
        "the "
        "rows when one fails, and, since it travels with a saved model, on the data that the model "
        "predicts. A missing cell fails not-missing and key alone. min= and max= take numbers or "
        "dates; in= and key= compare 5, 5.0 and \"5\" as one; matches= is a PCRE2 pattern. expect "
        "rows "
        "and expect that state what concerns the whole table.",
    .example = "expect body_mass_g min=2000 max=8000 mostly=0.99",
    .params = expect_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = expect_run,
    .resolve = expect_resolve,
};
