/* expect_cells.c - what is expected of every row: type, missing, range, set, pattern, expression. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/text_set.h"
#include "profile/expect_parts.h"
#include "table/cell.h"
#include "table/expr.h"

/* ---------------------------------------------------------------- pieces */

static const struct column *column_of(const struct expectation *e, const struct table *t)
{
    return table_at(t, (size_t)table_find(t, e->column));
}

static void say(struct str *why, size_t n, const char *fmt, const char *a, const char *b)
{
    if (!n)
        return;
    str_addf(why, "%s%zu ", why->len ? ", " : "", n);
    str_addf(why, "%s%s%s", fmt, a, b);
}

static void add_doubled(struct str *out, const char *text, char quote)
{
    str_add_char(out, quote);
    for (; *text; text++) {
        if (*text == quote)
            str_add_char(out, quote);
        str_add_char(out, *text);
    }
    str_add_char(out, quote);
}

void expect_add_name(struct str *out, const char *column)
{
    add_doubled(out, column, '`');
}

void expect_add_literal(struct str *out, const char *text)
{
    add_doubled(out, text, '\'');
}

void expect_pattern_source(struct str *out, const char *column, const char *pattern)
{
    str_add(out, "matches(text(");
    expect_add_name(out, column);
    str_add(out, "), ");
    expect_add_literal(out, pattern);
    str_add_char(out, ')');
}

int expect_parses(const char *expression, struct err *err)
{
    struct expr *e;

    if (expr_parse(&e, expression, err))
        return -1;
    expr_free(e);
    return 0;
}

/* Rows for which the expression is false; *n_looked those for which it is not missing. */
static int check_expression(uint8_t *bad, size_t *n_looked, size_t *n_bad, const char *source,
                            const struct table *t, struct job *job, struct err *err)
{
    struct column *c = NULL;
    enum column_type type;
    struct expr *e;

    if (expr_parse(&e, source, err))
        return -1;
    int rc = expr_type(&type, e, t, err);
    if (!rc && type != COLUMN_BOOL)
        rc = err_set(err, ERR_USAGE, "%s is no condition: it gives %s", source,
                     column_type_name(type));
    if (!rc)
        rc = expr_eval(&c, e, t, job, err);
    expr_free(e);
    *n_bad = 0;
    for (size_t i = 0; c && i < c->n_rows; i++) {
        if (column_missing(c, i))
            continue;
        ++*n_looked;
        if (column_bool(c, i))
            continue;
        bad[i] = 1;
        ++*n_bad;
    }
    column_unref(c);
    return rc;
}

/* ---------------------------------------------------------------- type */

static bool asks_type(const struct expectation *e)
{
    return e->type != NULL;
}

static bool fits(enum column_type is, enum column_type wanted)
{
    bool words = wanted == COLUMN_TEXT || wanted == COLUMN_CATEGORY;

    return is == wanted || (words && (is == COLUMN_TEXT || is == COLUMN_CATEGORY)) ||
           (wanted == COLUMN_REAL && is == COLUMN_INT) ||
           (wanted == COLUMN_TIMESTAMP && is == COLUMN_DATE);
}

/* Another type that holds nothing but values of the wanted one is told by its cells. */
static int check_type(uint8_t *bad, size_t *n_looked, struct str *why, const struct expectation *e,
                      const struct table *t, struct job *job, struct err *err)
{
    const struct column *c = column_of(e, t);
    enum column_type wanted;
    struct column *cast;
    size_t n_lost = 0;

    (void)job;
    column_type_parse(&wanted, e->type);
    *n_looked = c->n_rows - c->n_missing;
    if (fits(c->type, wanted))
        return 0;
    if (wanted == COLUMN_TEXT || wanted == COLUMN_CATEGORY ||
        column_cast(&cast, c, wanted, &n_lost, NULL, 0, NULL)) {
        *n_looked = 0;
        str_addf(why, "%sthe type is %s, not %s", why->len ? ", " : "", column_type_name(c->type),
                 e->type);
        return 0;
    }
    for (size_t i = 0; i < c->n_rows; i++)
        if (column_missing(cast, i) && !column_missing(c, i))
            bad[i] = 1;
    column_unref(cast);
    say(why, n_lost, "not of type ", e->type, "");
    (void)err;
    return 0;
}

const struct expect_kind expect_type = {
    .name = "type",
    .help = "values of that type",
    .asks = asks_type,
    .check = check_type,
};

/* ---------------------------------------------------------------- missing */

static bool asks_not_missing(const struct expectation *e)
{
    return e->not_missing;
}

static int check_not_missing(uint8_t *bad, size_t *n_looked, struct str *why,
                             const struct expectation *e, const struct table *t, struct job *job,
                             struct err *err)
{
    const struct column *c = column_of(e, t);

    (void)job;
    (void)err;
    *n_looked = c->n_rows;
    for (size_t i = 0; c->n_missing && i < c->n_rows; i++)
        if (column_missing(c, i))
            bad[i] = 1;
    say(why, c->n_missing, "missing", "", "");
    return 0;
}

const struct expect_kind expect_not_missing = {
    .name = "not-missing",
    .help = "no cell is missing",
    .asks = asks_not_missing,
    .check = check_not_missing,
};

/* ---------------------------------------------------------------- range */

static bool asks_range(const struct expectation *e)
{
    return e->min || e->max;
}

/* A number as it is, a date as a text, which the expression reads as one. */
static void add_bound(struct str *out, const char *column, const char *sign, const char *bound)
{
    double v;

    expect_add_name(out, column);
    str_addf(out, " %s ", sign);
    if (text_parse_real(&v, bound, strlen(bound)))
        str_addf(out, "(%s)", bound);
    else
        expect_add_literal(out, bound);
}

static int check_range(uint8_t *bad, size_t *n_looked, struct str *why, const struct expectation *e,
                       const struct table *t, struct job *job, struct err *err)
{
    const struct column *c = column_of(e, t);
    struct str source;
    size_t n_bad;

    if (column_is_text(c)) { /* would be compared letter by letter */
        str_addf(why, "%sthe type is %s, no number or date", why->len ? ", " : "",
                 column_type_name(c->type));
        return 0;
    }
    str_init(&source);
    if (e->min)
        add_bound(&source, e->column, ">=", e->min);
    if (e->min && e->max)
        str_add(&source, " and ");
    if (e->max)
        add_bound(&source, e->column, "<=", e->max);
    int rc = check_expression(bad, n_looked, &n_bad, source.buf, t, job, err);
    str_release(&source);
    if (rc || !n_bad)
        return rc;
    str_addf(why, "%s%zu ", why->len ? ", " : "", n_bad);
    if (e->min && e->max)
        str_addf(why, "outside %s to %s", e->min, e->max);
    else
        str_addf(why, "%s %s", e->min ? "below" : "above", e->min ? e->min : e->max);
    return 0;
}

const struct expect_kind expect_range = {
    .name = "range",
    .help = "no value below min or above max",
    .asks = asks_range,
    .check = check_range,
};

/* ---------------------------------------------------------------- set */

static bool asks_set(const struct expectation *e)
{
    return e->in && (e->n_in > 0 || e->of);
}

/* A value as sets compare it: 5, 5.0 and '5' are one. */
static void plain_text(struct str *out, const struct column *c, size_t i)
{
    char buf[TEXT_REAL_SIZE];

    str_clear(out);
    if (c->type == COLUMN_REAL)
        str_add(out, text_real(buf, column_reals(c)[i], false));
    else
        cell_text(out, c, i);
}

/* Listed numbers are written in many ways. */
static const char *plain_item(char buf[TEXT_REAL_SIZE], const char *item, const struct column *c)
{
    double v;

    if (!column_is_number(c) || c->type == COLUMN_BOOL || !text_parse_real(&v, item, strlen(item)))
        return item;
    return text_real(buf, v, false);
}

static void fill_set(struct text_set *set, char **room, const struct expectation *e,
                     const struct column *c)
{
    char buf[TEXT_REAL_SIZE], *at;
    size_t size = 0;

    for (size_t k = 0; k < e->n_in; k++)
        size += strlen(plain_item(buf, e->in[k], c)) + 1;
    *room = at = MEM_NEW(char, size + 1);
    for (size_t k = 0; k < e->n_in; k++) {
        const char *text = plain_item(buf, e->in[k], c);
        size_t len = strlen(text);
        memcpy(at, text, len + 1);
        text_set_add(set, at, len);
        at += len + 1;
    }
}

/* For categories each level is looked up once. */
static uint8_t *levels_in(const struct column *c, const struct text_set *set)
{
    uint8_t *in = MEM_NEW(uint8_t, c->levels->n_rows + 1);

    for (size_t k = 0; k < c->levels->n_rows; k++) {
        struct span text = column_text(c->levels, k);
        in[k] = text_set_has(set, text.at, text.len);
    }
    return in;
}

static size_t mark_strangers(uint8_t *bad, const struct column *c, const struct text_set *set)
{
    uint8_t *level = c->type == COLUMN_CATEGORY ? levels_in(c, set) : NULL;
    struct str text;
    size_t n = 0;

    str_init(&text);
    for (size_t i = 0; i < c->n_rows; i++) {
        if (column_missing(c, i))
            continue;
        if (!level)
            plain_text(&text, c, i);
        if (level ? level[column_codes(c)[i]] : text_set_has(set, text.buf, text.len))
            continue;
        bad[i] = 1;
        n++;
    }
    str_release(&text);
    mem_free(level);
    return n;
}

static int check_set(uint8_t *bad, size_t *n_looked, struct str *why, const struct expectation *e,
                     const struct table *t, struct job *job, struct err *err)
{
    const struct column *c = column_of(e, t);
    struct text_set set;
    char *room;

    (void)job;
    (void)err;
    text_set_init(&set);
    fill_set(&set, &room, e, c);
    size_t n = mark_strangers(bad, c, &set);
    text_set_release(&set);
    mem_free(room);
    *n_looked = c->n_rows - c->n_missing;
    say(why, n, e->of ? "not in " : "not in the set", e->of ? e->of : "", "");
    return 0;
}

const struct expect_kind expect_set = {
    .name = "set",
    .help = "one of the values listed, or found in a column of another file",
    .asks = asks_set,
    .check = check_set,
};

/* ---------------------------------------------------------------- pattern, expression */

static bool asks_pattern(const struct expectation *e)
{
    return e->matches != NULL;
}

static int check_pattern(uint8_t *bad, size_t *n_looked, struct str *why,
                         const struct expectation *e, const struct table *t, struct job *job,
                         struct err *err)
{
    struct str source;
    size_t n;

    str_init(&source);
    expect_pattern_source(&source, e->column, e->matches);
    int rc = check_expression(bad, n_looked, &n, source.buf, t, job, err);
    str_release(&source);
    if (!rc)
        say(why, n, "not like ", e->matches, "");
    return rc;
}

const struct expect_kind expect_pattern = {
    .name = "pattern",
    .help = "texts that a pattern is found in",
    .asks = asks_pattern,
    .check = check_pattern,
};

static bool asks_that(const struct expectation *e)
{
    return e->expression != NULL;
}

static int check_that(uint8_t *bad, size_t *n_looked, struct str *why, const struct expectation *e,
                      const struct table *t, struct job *job, struct err *err)
{
    size_t n;

    if (check_expression(bad, n_looked, &n, e->expression, t, job, err))
        return -1;
    say(why, n, "false", "", "");
    return 0;
}

const struct expect_kind expect_that = {
    .name = "that",
    .help = "an expression that is true of every row",
    .asks = asks_that,
    .check = check_that,
};
