/* expr_parse.c - tokens to a tree, by precedence climbing.
 *
 * From loose to tight: or; and; not; = < in …; + -; * / %; unary -; ^ (to the right).
 */
#include "table/expr.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "table/expr_plan.h"

enum { LEVEL_OR = 1, LEVEL_COMPARE = 3, LEVEL_SIGN = 6, LEVEL_POWER = 7 };

struct parser {
    struct expr *expr;
    struct lexer lexer;
    struct token token; /* the one to be read next */
    size_t end;         /* where the token before it ended */
    unsigned nesting;
};

static int parse_level(struct expr_node **out, struct parser *p, int level, struct err *err);

static struct err_at token_place(const struct token *t)
{
    return (struct err_at){ .col = t->at + 1, .width = t->width };
}

static int advance(struct parser *p, struct err *err)
{
    p->end = p->token.at + p->token.width;
    return expr_lex(&p->token, &p->lexer, err);
}

/* The token was not what could stand here. */
static int unexpected(const struct parser *p, const char *wanted, struct err *err)
{
    const struct token *t = &p->token;
    int shown = (int)(t->width < 60 ? t->width : 60);

    if (t->kind == TOKEN_END)
        return err_set_at(err, ERR_PARSE, token_place(t),
                          "the expression ends too early; %s is wanted", wanted);
    return err_set_at(err, ERR_PARSE, token_place(t), "found %.*s where %s is wanted", shown,
                      p->expr->text + t->at, wanted);
}

static int enter(struct parser *p, struct err *err)
{
    if (++p->nesting <= EXPR_NESTING_MAX)
        return 0;
    return err_set_at(err, ERR_PARSE, token_place(&p->token),
                      "nested more than %d deep; derive a part of it first", EXPR_NESTING_MAX);
}

static void leave(struct parser *p)
{
    p->nesting--;
}

/* ---- nodes ---- */
static struct expr_node *node_new(struct parser *p, enum expr_kind kind, size_t at)
{
    struct expr_node *node = ARENA_NEW(&p->expr->arena, struct expr_node, 1);

    node->kind = kind;
    node->at = at;
    node->width = p->end - at;
    node->height = 1;
    return node;
}

static int node_call(struct expr_node **out, struct parser *p, const struct expr_op *op, size_t at,
                     struct expr_node **args, size_t n_args, struct err *err)
{
    struct expr_node *node = node_new(p, EXPR_CALL, at);

    node->op = op;
    node->args = args;
    node->n_args = n_args;
    for (size_t i = 0; i < n_args; i++)
        if (args[i]->height >= node->height)
            node->height = args[i]->height + 1;
    if (node->height > EXPR_HEIGHT_MAX)
        return err_set_at(err, ERR_PARSE, expr_place(node),
                          "more than %d operators in a row; use in (…) or parentheses",
                          EXPR_HEIGHT_MAX);
    *out = node;
    return 0;
}

static int node_binary(struct expr_node **inout, struct parser *p, const char *name,
                       struct expr_node *right, struct err *err)
{
    struct expr_node **args = ARENA_NEW(&p->expr->arena, struct expr_node *, 2);

    args[0] = *inout;
    args[1] = right;
    return node_call(inout, p, expr_operator_find(span_of(name), 2), args[0]->at, args, 2, err);
}

static int node_unary(struct expr_node **inout, struct parser *p, const char *name, size_t at,
                      struct err *err)
{
    struct expr_node **args = ARENA_NEW(&p->expr->arena, struct expr_node *, 1);

    args[0] = *inout;
    return node_call(inout, p, expr_operator_find(span_of(name), 1), at, args, 1, err);
}

static struct expr_node *node_column(struct parser *p, const struct token *t)
{
    struct expr_node *node = node_new(p, EXPR_COLUMN, t->at);
    struct expr *e = p->expr;

    node->name = arena_strndup(&e->arena, t->text.at, t->text.len);
    for (size_t i = 0; i < e->n_names; i++)
        if (!strcmp(e->names[i], node->name))
            return node;
    if (e->n_names == e->names_cap) {
        e->names_cap = e->names_cap ? 2 * e->names_cap : 8;
        e->names = mem_resize(e->names, e->names_cap, sizeof(*e->names));
    }
    e->names[e->n_names++] = node->name;
    return node;
}

static struct expr_node *node_constant(struct parser *p, const struct token *t)
{
    struct expr_node *node = node_new(p, EXPR_CONSTANT, t->at);
    struct expr_value *v = &node->value;

    v->present = true;
    if (t->kind == TOKEN_INT) {
        *v = (struct expr_value){ COLUMN_INT, true, .integer = t->integer };
    } else if (t->kind == TOKEN_REAL) {
        *v = (struct expr_value){ COLUMN_REAL, true, .real = t->real };
    } else if (t->kind == TOKEN_TEXT) {
        *v = (struct expr_value){ COLUMN_TEXT, true, .text = t->text };
    } else if (token_is(t, "true") || token_is(t, "false")) {
        *v = (struct expr_value){ COLUMN_BOOL, true, .integer = token_is(t, "true") };
    } else if (token_is(t, "pi")) {
        *v = (struct expr_value){ COLUMN_REAL, true, .real = acos(-1.0) };
    } else {
        *v = (struct expr_value){ COLUMN_N_TYPES, false, .integer = 0 };
    }
    return node;
}

/* ---- calls ---- */
/* `args` with room for one more than the n it holds; it grows at powers of two. */
static struct expr_node **args_room(struct parser *p, struct expr_node **args, size_t n)
{
    if (n > 0 && (n < 4 || (n & (n - 1)) != 0))
        return args;
    struct expr_node **more = ARENA_NEW(&p->expr->arena, struct expr_node *, n ? 2 * n : 4);
    if (n > 0)
        memcpy(more, args, n * sizeof(*args));
    return more;
}

/* Items between commas in parentheses, after `first` when there is one.  The opening parenthesis is
 * the token to be read. */
static int parse_items(struct expr_node ***out, size_t *n_out, struct parser *p,
                       struct expr_node *first, struct err *err)
{
    struct token open = p->token;
    struct expr_node **args = args_room(p, NULL, 0);
    size_t n = first ? 1 : 0;

    args[0] = first;
    if (enter(p, err) || advance(p, err))
        return -1;
    bool more = !token_is(&p->token, ")");
    while (more) {
        args = args_room(p, args, n);
        if (parse_level(&args[n++], p, LEVEL_OR, err))
            return -1;
        more = token_is(&p->token, ",");
        if (more && advance(p, err))
            return -1;
    }
    if (p->token.kind == TOKEN_END)
        return err_set_at(err, ERR_PARSE, token_place(&open), "this ( is not closed");
    if (!token_is(&p->token, ")"))
        return unexpected(p, "a comma or )", err);
    leave(p);
    *out = args;
    *n_out = n;
    return advance(p, err);
}

static int check_arity(const struct expr_op *op, const struct token *name, size_t n,
                       struct err *err)
{
    unsigned least = op->min_args, most = op->max_args;
    char wanted[64];

    if (n >= least && n <= most)
        return 0;
    if (n > most && most == EXPR_ANY_ARGS)
        snprintf(wanted, sizeof(wanted), "at most %u arguments", most);
    else if (most == EXPR_ANY_ARGS)
        snprintf(wanted, sizeof(wanted), "at least %u argument%s", least, least == 1 ? "" : "s");
    else if (most == least)
        snprintf(wanted, sizeof(wanted), "%u argument%s", least, least == 1 ? "" : "s");
    else
        snprintf(wanted, sizeof(wanted), "%u to %u arguments", least, most);
    return err_set_at(err, ERR_PARSE, token_place(name), "%s takes %s, not %zu: %s", op->name,
                      wanted, n, op->usage);
}

/* A literal pattern is compiled now, so that a bad one is told before any table is there. */
static int compile_pattern(struct parser *p, struct expr_node *call, struct err *err)
{
    const struct expr_node *literal = call->args[1];
    struct expr_pattern *pattern;

    if (literal->kind != EXPR_CONSTANT || literal->value.type != COLUMN_TEXT)
        return 0;
    /* Without doubled quotes the characters stand in the source as they are in the pattern. */
    bool exact = literal->width == literal->value.text.len + 2;
    if (expr_pattern_new(&pattern, literal->value.text, expr_place(literal), exact, err))
        return -1;
    expr_pattern_push(&p->expr->patterns, pattern);
    call->pattern = pattern;
    if (call->n_args < 3)
        return 0;
    const struct expr_node *with = call->args[2];
    if (with->kind != EXPR_CONSTANT || with->value.type != COLUMN_TEXT)
        return 0;
    unsigned asked = expr_template_groups(with->value.text), there = expr_pattern_groups(pattern);
    if (asked <= there)
        return 0;
    return err_set_at(err, ERR_PARSE, expr_place(with),
                      "$%u asks for a group that the pattern does not have (it has %u); $$ is a $",
                      asked, there);
}

/* name ( … ); the parenthesis is the token to be read. */
static int parse_call(struct expr_node **out, struct parser *p, const struct token *name,
                      struct err *err)
{
    const struct expr_op *op = expr_function_find(name->text);
    struct expr_node **args;
    size_t n;

    if (!op) {
        const char *word = arena_strndup(&p->expr->arena, name->text.at, name->text.len);
        const char *near = expr_function_nearest(word);
        if (near)
            return err_set_at(err, ERR_PARSE, token_place(name),
                              "no function '%s'; did you mean %s?", word, near);
        return err_set_at(err, ERR_PARSE, token_place(name),
                          "no function '%s'; see help derive for those there are", word);
    }
    if (parse_items(&args, &n, p, NULL, err) || check_arity(op, name, n, err) ||
        node_call(out, p, op, name->at, args, n, err))
        return -1;
    return op->pattern ? compile_pattern(p, *out, err) : 0;
}

/* ---- operands ---- */
static bool is_reserved(const struct token *t)
{
    static const char *const words[] = { "or", "and", "not", "in", NULL };

    for (size_t i = 0; words[i]; i++)
        if (token_is(t, words[i]))
            return true;
    return false;
}

static bool is_literal(const struct token *t)
{
    return t->kind == TOKEN_INT || t->kind == TOKEN_REAL || t->kind == TOKEN_TEXT ||
           token_is(t, "true") || token_is(t, "false") || token_is(t, "missing") ||
           token_is(t, "pi");
}

static int parse_parentheses(struct expr_node **out, struct parser *p, struct err *err)
{
    struct token open = p->token;

    if (enter(p, err) || advance(p, err) || parse_level(out, p, LEVEL_OR, err))
        return -1;
    if (p->token.kind == TOKEN_END)
        return err_set_at(err, ERR_PARSE, token_place(&open), "this ( is not closed");
    if (!token_is(&p->token, ")"))
        return unexpected(p, "an operator or )", err);
    leave(p);
    if (advance(p, err))
        return -1;
    (*out)->at = open.at; /* a message about this part shows its parentheses too */
    (*out)->width = p->end - open.at;
    return 0;
}

static int parse_primary(struct expr_node **out, struct parser *p, struct err *err)
{
    struct token t = p->token;

    if (token_is(&t, "("))
        return parse_parentheses(out, p, err);
    if (t.kind == TOKEN_END || t.kind == TOKEN_SYMBOL || is_reserved(&t))
        return unexpected(p, "a value", err);
    if (advance(p, err))
        return -1;
    if (t.kind == TOKEN_WORD && token_is(&p->token, "("))
        return parse_call(out, p, &t, err);
    *out = is_literal(&t) ? node_constant(p, &t) : node_column(p, &t);
    return 0;
}

/* not and -; ^ binds tighter than -, so that -2^2 is -4. */
static int parse_operand(struct expr_node **out, struct parser *p, int level, struct err *err)
{
    struct token t = p->token;
    bool is_not = token_is(&t, "not");

    if (!is_not && !token_is(&t, "-"))
        return parse_primary(out, p, err);
    if (is_not && level > LEVEL_COMPARE)
        return unexpected(p, "a value (put not in parentheses)", err);
    if (enter(p, err) || advance(p, err) ||
        parse_level(out, p, is_not ? LEVEL_COMPARE : LEVEL_SIGN, err))
        return -1;
    leave(p);
    return node_unary(out, p, is_not ? "not" : "-", t.at, err);
}

/* ---- binary operators ---- */
/* x in (…), x not in (…); `in` is the token to be read. */
static int parse_in(struct expr_node **inout, struct parser *p, bool negated, struct err *err)
{
    const struct expr_op *op = expr_operator_find(span_of("in"), 2);
    size_t at = (*inout)->at, n;
    struct expr_node **args;

    if (advance(p, err))
        return -1;
    if (!token_is(&p->token, "("))
        return unexpected(p, "( after in", err);
    if (parse_items(&args, &n, p, *inout, err))
        return -1;
    if (n < 2)
        return err_set_at(err, ERR_PARSE, (struct err_at){ .col = at + 1, .width = p->end - at },
                          "in () holds nothing; write x in (1, 2, 3)");
    if (node_call(inout, p, op, at, args, n, err))
        return -1;
    return negated ? node_unary(inout, p, "not", at, err) : 0;
}

/* What stands between two operands: its level, or 0 when the token is no binary operator. */
static int binary_level(const struct token *t)
{
    if (token_is(t, "not")) /* x not in (…) */
        return LEVEL_COMPARE;
    if (t->kind != TOKEN_SYMBOL && t->kind != TOKEN_WORD)
        return 0;
    const struct expr_op *op = expr_operator_find(t->text, 2);
    return op ? op->level : 0;
}

static int parse_binary(struct expr_node **inout, struct parser *p, int level, struct err *err)
{
    struct token t = p->token;
    const struct expr_op *op;
    struct expr_node *right;

    if (token_is(&t, "in"))
        return parse_in(inout, p, false, err);
    if (advance(p, err))
        return -1;
    if (token_is(&t, "not"))
        return token_is(&p->token, "in") ? parse_in(inout, p, true, err)
                                         : unexpected(p, "in (as in x not in (1, 2))", err);
    op = expr_operator_find(t.text, 2);
    if (level != LEVEL_POWER)
        return parse_level(&right, p, level + 1, err) ? -1
                                                      : node_binary(inout, p, op->name, right, err);
    /* To the right, and 2^-1 needs no parentheses. */
    if (enter(p, err) || parse_level(&right, p, LEVEL_SIGN, err))
        return -1;
    leave(p);
    return node_binary(inout, p, op->name, right, err);
}

/* Operators of this level and above. */
static int parse_level(struct expr_node **out, struct parser *p, int level, struct err *err)
{
    bool compared = false;

    if (parse_operand(out, p, level, err))
        return -1;
    for (;;) {
        int next = binary_level(&p->token);
        if (next == 0 || next < level)
            return 0;
        if (next == LEVEL_COMPARE && compared)
            return err_set_at(err, ERR_PARSE, token_place(&p->token),
                              "comparisons do not chain; write a < b and b < c");
        compared = next == LEVEL_COMPARE;
        if (parse_binary(out, p, next, err))
            return -1;
    }
}

/* ---- expressions ---- */
static int parse_whole(struct parser *p, struct err *err)
{
    if (advance(p, err))
        return -1;
    if (p->token.kind == TOKEN_END)
        return err_set_at(err, ERR_PARSE, (struct err_at){ .col = 1 },
                          "an expression is wanted, as in bill_length / bill_depth");
    if (parse_level(&p->expr->root, p, LEVEL_OR, err))
        return -1;
    return p->token.kind == TOKEN_END ? 0 : unexpected(p, "an operator", err);
}

int expr_parse(struct expr **out, const char *text, struct err *err)
{
    struct expr *e = MEM_NEW(struct expr, 1);

    arena_init(&e->arena);
    e->text = arena_strdup(&e->arena, text);
    struct parser p = { .expr = e, .lexer = { .text = e->text, .arena = &e->arena } };
    if (parse_whole(&p, err)) {
        expr_free(e);
        return -1;
    }
    *out = e;
    return 0;
}

void expr_free(struct expr *e)
{
    if (!e)
        return;
    expr_patterns_free(e->patterns);
    mem_free(e->names);
    arena_release(&e->arena);
    mem_free(e);
}

const char *expr_text(const struct expr *e)
{
    return e->text;
}

size_t expr_columns(const struct expr *e, const char *const **names)
{
    *names = e->names;
    return e->n_names;
}
