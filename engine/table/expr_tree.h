/* expr_tree.h - an expression as it was written: tokens, nodes, the table of operators and
 * functions.  Private to expr_*.c.
 *
 * The tree knows nothing of any table: names are not looked up and types not yet known.  It is
 * immutable once parsed, so that one expression may be evaluated over many tables at the same time.
 */
#ifndef TABLE_EXPR_TREE_H
#define TABLE_EXPR_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "table/column.h"

enum {
    EXPR_NESTING_MAX = 200, /* parentheses, calls and prefix operators inside each other */
    EXPR_HEIGHT_MAX = 1000, /* of the tree: a + b + c + … is as high as it is long */
    EXPR_ANY_ARGS = 255,
    EXPR_ANY_ITEMS = 1 << 30, /* of in (…): constants there cost little */
};

/* ---- lexer ---- */
enum token_kind {
    TOKEN_END,
    TOKEN_INT,
    TOKEN_REAL,
    TOKEN_TEXT,   /* '…' or "…" */
    TOKEN_NAME,   /* `…` */
    TOKEN_WORD,   /* a name, a function or a word of the language */
    TOKEN_SYMBOL, /* + <= ( … */
};

struct token {
    enum token_kind kind;
    size_t at, width; /* bytes from 0 in the source */
    struct span text; /* what it says, without quotes */
    int64_t integer;
    double real;
};

struct lexer {
    const char *text;
    size_t at;
    struct arena *arena; /* decoded texts and names */
};

/* The next token; TOKEN_END again and again at the end.  ERR_PARSE with the place. */
int expr_lex(struct token *out, struct lexer *lexer, struct err *err);
static inline bool token_is(const struct token *t, const char *word)
{
    return (t->kind == TOKEN_SYMBOL || t->kind == TOKEN_WORD) && span_is(t->text, word);
}

/* ---- tree ---- */
enum expr_kind { EXPR_CONSTANT, EXPR_COLUMN, EXPR_CALL };

/* A single value.  The type COLUMN_N_TYPES is that of a bare `missing`, which fits anywhere. */
struct expr_value {
    enum column_type type;
    bool present;
    int64_t integer; /* bool, int, date (days), timestamp (µs) */
    double real;
    struct span text;
};

struct expr_op;
struct expr_pattern;

struct expr_node {
    enum expr_kind kind;
    size_t at, width; /* bytes from 0 in the source */
    unsigned height;
    struct expr_value value;  /* EXPR_CONSTANT */
    const char *name;         /* EXPR_COLUMN */
    const struct expr_op *op; /* EXPR_CALL, and what follows */
    struct expr_node **args;
    size_t n_args;
    const struct expr_pattern *pattern; /* compiled, when args[1] is a literal pattern; or NULL */
};

struct expr {
    struct arena arena;
    const char *text;
    struct expr_node *root;
    const char **names; /* columns read, each once */
    size_t n_names, names_cap;
    struct expr_pattern *patterns; /* all that were compiled */
};

static inline struct err_at expr_place(const struct expr_node *node)
{
    return (struct err_at){ .col = node->at + 1, .width = node->width };
}

/* ---- operators and functions (expr_functions.c) ---- */
/* NULL when there is none.  Operators by what they say and the number of operands. */
const struct expr_op *expr_operator_find(struct span text, unsigned n_args);
const struct expr_op *expr_function_find(struct span name);
const char *expr_function_nearest(const char *name); /* for "did you mean"; or NULL */

/* ---- patterns (expr_pattern.c) ---- */
/* Compile; the error's place is `at` moved to the spot in the pattern when `exact`.  ERR_PARSE. */
int expr_pattern_new(struct expr_pattern **out, struct span text, struct err_at at, bool exact,
                     struct err *err);
/* Push onto a list that expr_patterns_free frees as a whole. */
void expr_pattern_push(struct expr_pattern **list, struct expr_pattern *p);
void expr_patterns_free(struct expr_pattern *list);
/* The largest group number that a replacement asks for, and how many the pattern has. */
unsigned expr_template_groups(struct span with);
unsigned expr_pattern_groups(const struct expr_pattern *p);

#endif
