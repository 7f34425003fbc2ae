/* facet: which rows are looked at. */
#include <string.h>

#include "present.h"
#include "profile/selection.h"

static const struct param_spec facet_params[] = {
    { .name = "facets",
      .type = PARAM_REST,
      .help = "COLUMN, COLUMN=VALUE,VALUE, COLUMN=LOW..HIGH, COLUMN~TEXT, or a word as below" },
    { .name = NULL },
};

#define VALUES_SHOWN 12

/* ---------------------------------------------------------------- what was asked for */

/* Does the text begin with this word?  *rest is what stands behind it. */
static bool takes_word(const char *text, const char *word, const char **rest)
{
    size_t n = strlen(word);

    if (strncmp(text, word, n) != 0 || (text[n] && text[n] != ' ' && text[n] != '='))
        return false;
    bool keyed = text[n] == '=';
    if (keyed != (strcmp(word, "set") == 0))
        return false;
    *rest = text + n + keyed;
    *rest += strspn(*rest, " ");
    return true;
}

static int use_set(struct selection **out, struct context *ctx, const struct selection *from,
                   const char *number, struct err *err)
{
    size_t k = 0, n = ctx->sets ? ctx->sets->n : 0;

    for (const char *c = number; *c >= '0' && *c <= '9' && k < 1000000; c++)
        k = 10 * k + (size_t)(*c - '0');
    if (strspn(number, "0123456789") != strlen(number) || k < 1 || k > n)
        return err_set(err, ERR_USAGE, "no row set '%s'; %s", number,
                       n ? arena_printf(ctx->arena, "the last report has %zu", n)
                         : "no report has left rows to look at");
    const struct row_set *set = &ctx->sets->items[k - 1];
    *out = selection_with_rows(from, set->title, set->rows, set->n_rows);
    return 0;
}

/* The columns' facets go. */
static int use_close(struct selection **out, const struct selection *from, const char *words,
                     struct err *err)
{
    struct selection *named, *none = selection_empty();
    int rc = selection_with_words(&named, none, words, err);

    selection_unref(none);
    if (rc)
        return -1;
    *out = selection_ref(from);
    for (size_t i = 0; i < named->n && !rc; i++) {
        if (!selection_facet(from, named->facets[i].column)) {
            rc = err_set(err, ERR_USAGE, "there is no facet of %s", named->facets[i].column);
            selection_unref(*out);
            break;
        }
        struct selection *next = selection_without(*out, named->facets[i].column);
        selection_unref(*out);
        *out = next;
    }
    selection_unref(named);
    return rc;
}

/* What was written must fit the table, though facets that stood already may have lost theirs. */
static int check_facet(const struct facet *f, const struct table *t, struct err *err)
{
    struct str text;

    if (f->kind == FACET_OPEN)
        return table_column(t, f->column, err) ? 0 : -1;
    str_init(&text);
    int rc = facet_expression(&text, f, t, err);
    str_release(&text);
    return rc;
}

static int use_words(struct selection **out, const struct selection *from, const char *words,
                     const struct table *t, struct err *err)
{
    struct selection *fresh, *none = selection_empty();
    int rc = selection_with_words(&fresh, none, words, err);

    selection_unref(none);
    if (rc)
        return -1;
    for (size_t i = 0; i < fresh->n && !rc; i++)
        rc = check_facet(&fresh->facets[i], t, err);
    selection_unref(fresh);
    return rc ? -1 : selection_with_words(out, from, words, err);
}

static int use_where(struct selection **out, struct context *ctx, const struct selection *from,
                     const char *expression, struct err *err)
{
    struct selection *alone, *none;
    struct looked *looked;

    if (!*expression)
        return err_set(err, ERR_USAGE, "facet where wants an expression that is true or false");
    none = selection_empty();
    alone = selection_with_where(none, expression);
    int rc = selection_look(&looked, alone, workspace_table(ctx->ws), false, ctx->job, err);
    selection_unref(none);
    selection_unref(alone);
    if (rc)
        return -1;
    bool fits = looked->why.code == ERR_NONE;
    if (!fits && err)
        *err = looked->why;
    looked_free(looked);
    if (!fits)
        return -1;
    *out = selection_with_where(from, expression);
    return 0;
}

/* The selection that the words make; the place of an error is in `text`, cut to *at. */
static int edit(struct selection **out, size_t *at, struct context *ctx, const char *text,
                struct err *err)
{
    struct selection *from = selection_ref(ctx->selection);
    const char *rest = text;
    int rc = 0;

    if (takes_word(text, "only", &rest)) {
        selection_unref(from);
        from = selection_empty();
    }
    const char *words = rest;
    if (takes_word(words, "clear", &rest) && !*rest)
        *out = selection_empty();
    else if (takes_word(words, "reset", &rest) && !*rest)
        *out = selection_cleared(from);
    else if (takes_word(words, "close", &rest))
        rc = use_close(out, from, rest, err);
    else if (takes_word(words, "where", &rest))
        rc = use_where(out, ctx, from, rest, err);
    else if (takes_word(words, "set", &rest))
        rc = use_set(out, ctx, from, rest, err);
    else
        rc = use_words(out, from, rest = words, workspace_table(ctx->ws), err);
    *at = (size_t)(rest - text);
    selection_unref(from);
    return rc;
}

/* ---------------------------------------------------------------- the report */

static void report_facet(struct report *r, json_t *list, const struct facet_counts *f)
{
    json_t *values = json_array();
    struct report_grid g;
    struct str name;

    str_init(&name);
    selection_quote_name(&name, f->facet->column);
    report_line(r, "%s%s", f->facet->column, f->known ? "" : ": no such column any more");
    report_grid_init(&g, "llrr");
    for (size_t i = 0; i < f->n; i++) {
        const struct facet_count *item = &f->items[i];
        json_array_append_new(values, json_pack("{s:s,s:I,s:I,s:b}", "value", item->shown, "count",
                                                (json_int_t)item->count, "all",
                                                (json_int_t)item->all, "chosen", item->chosen));
        if (i >= VALUES_SHOWN && !item->chosen && !f->items[0].bin)
            continue;
        if (item->word)
            report_grid_link(&g, "facet %s=%s", name.buf, item->word);
        report_grid_add(&g, "%s", item->chosen ? "*" : "");
        report_grid_add(&g, "%s", item->shown);
        report_grid_add(&g, "%zu", item->count);
        report_grid_add(&g, "of %zu", item->all);
    }
    report_grid_end(r, &g);
    if (f->n + f->n_more > VALUES_SHOWN && !f->items[0].bin)
        report_line(r, "  … %zu values in all", f->n + f->n_more);
    json_array_append_new(list, json_pack("{s:s,s:o,s:I}", "column", f->facet->column, "values",
                                          values, "more", (json_int_t)f->n_more));
    str_release(&name);
}

static void report_looked(struct report *r, const struct looked *l)
{
    json_t *list = json_array();
    struct str text;

    str_init(&text);
    selection_print(&text, l->of);
    report_put_int(r, "rows", (int64_t)l->n);
    report_put_int(r, "of", (int64_t)l->n_rows);
    report_put_text(r, "selection", text.buf);
    report_line(r, "%zu of %zu rows%s%s", l->n, l->n_rows, text.len ? ": " : "", text.buf);
    for (size_t i = 0; i < l->n_facets; i++)
        report_facet(r, list, &l->facets[i]);
    if (l->why.code != ERR_NONE)
        report_line(r, "a facet no longer fits the table and leaves nothing out: %s", l->why.msg);
    report_put(r, "facets", list);
    str_release(&text);
}

/* ---------------------------------------------------------------- the command */

/* facet keep and facet drop are filters, and recorded as what they are. */
static int facet_resolve(struct context *ctx, struct err *err)
{
    const char *text = params_text(ctx->args, "facets"), *rest;
    struct str expression;
    bool keep = text && takes_word(text, "keep", &rest) && !*rest;

    if (!keep && !(text && takes_word(text, "drop", &rest) && !*rest))
        return 0;
    str_init(&expression);
    int rc = selection_expression(&expression, ctx->selection, workspace_table(ctx->ws), err);
    if (!rc) {
        ctx->instead = arena_printf(
            ctx->arena, keep ? "filter %s" : "filter not coalesce(%s, false)", expression.buf);
        ctx->next_selection = selection_cleared(ctx->selection);
    }
    str_release(&expression);
    return rc;
}

static int facet_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct param_value *given = params_value(ctx->args, "facets");
    const char *text = given->text ? given->text : "";
    struct looked *looked;
    size_t at = 0;

    if (edit(&ctx->next_selection, &at, ctx, text, err)) {
        if (err && err->col)
            err->col += given->col - 1 + at;
        return -1;
    }
    if (selection_look(&looked, ctx->next_selection, workspace_table(ctx->ws), true, ctx->job, err))
        return -1;
    report_looked(r, looked);
    looked_free(looked);
    return 0;
}

const struct command verb_facet = {
    .name = "facet",
    .stage = "Data",
    .help = "look at some of the rows: those that all facets leave",
    .details =
        "A facet is a column with the values that are looked at: species=Adelie,missing; "
        "body_mass_g=3000..4000 (..< leaves the upper end out); name~text (the text stands "
        "somewhere "
        "in it); != and !~ turn it around; @row=5,10..20 are rows of the source; a column alone is "
        "counted and leaves nothing out. All facets must hold; the counts of each are those of the "
        "rows that the others leave. `facet where EXPRESSION` adds a condition, `facet only …` "
        "closes "
        "the others first, `facet close COLUMN` one of them, `facet reset` opens all again, `facet "
        "clear` ends it; `facet only set=K` shows the K-th set of rows of the last report. The "
        "table "
        "itself stays as it is, and nothing is recorded, until `facet keep` makes the facets a "
        "filter "
        "step, or `facet drop` the removal of the rows that are looked at. Names and values with "
        "blanks or commas stand in quotes.",
    .example = "facet species=Adelie body_mass_g=3000..4000",
    .params = facet_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_VOLATILE,
    .resolve = facet_resolve,
    .run = facet_run,
};
