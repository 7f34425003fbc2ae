/* expr_plan.h - an expression bound to a table: every node typed, every conversion written out.
 * Private to expr_*.c.
 *
 * expr_check.c makes a plan, expr_eval.c runs it: block by block of EXPR_BLOCK rows, each node
 * giving a vector of that many values.  Categories read as text.  What depends on one category
 * column alone is computed once for each level (PLAN_LEVELS) and then looked up by code, so that
 * species = 'Adelie' or lower(species) cost the same as reading a column.
 *
 * Adding a function: a row in expr_functions.def, naming a type rule (expr_rules.c) and a C
 * function that computes one block.
 */
#ifndef TABLE_EXPR_PLAN_H
#define TABLE_EXPR_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/job.h"
#include "base/str.h"
#include "table/expr_tree.h"
#include "table/table.h"

/* Rows of a block: three vectors of doubles stay within a usual L2.  A multiple of 8. */
enum { EXPR_BLOCK = 4096 };

/* ---- plan ---- */
enum plan_kind { PLAN_CONSTANT, PLAN_COLUMN, PLAN_CALL, PLAN_LEVELS };

struct plan {
    enum plan_kind kind;
    enum column_type type; /* never category; COLUMN_N_TYPES only for a `missing` not yet placed */
    const struct expr_node *node;
    struct expr_value value;     /* PLAN_CONSTANT */
    const struct column *column; /* PLAN_COLUMN, PLAN_LEVELS */
    bool over_levels;            /* PLAN_COLUMN: rows are the column's levels and a missing one */
    const struct expr_op *op;    /* PLAN_CALL */
    struct plan **args;          /* PLAN_CALL; PLAN_LEVELS: the one expression over the levels */
    size_t n_args;
    size_t n_sorted; /* in (…): args[1 …] are so many constants in order, not evaluated */
    struct column *by_level;  /* PLAN_LEVELS: its value for each level, then for missing */
    struct plan *next_levels; /* PLAN_LEVELS: list through the whole plan */
    /* What it reads: nothing (both empty), one column, or several. */
    const struct column *only;
    bool reads_several;
    bool may_fail; /* it or an argument may: not to be run in parallel */
};

struct expr_plan {
    struct arena arena;
    struct plan *root;
    struct plan *levels; /* all PLAN_LEVELS */
};

/* ERR_USAGE for an unknown column, ERR_SHAPE for types; both with the place.  Reads the table's
 * columns, which must outlive the plan. */
int expr_plan_init(struct expr_plan *plan, const struct expr *e, const struct table *t,
                   struct err *err);
void expr_plan_release(struct expr_plan *plan);
const char *plan_type_name(const struct plan *p); /* as the user knows it: "category" too */

/* ---- type rules ---- */
struct checker {
    const struct table *table;
    struct arena *arena;
};

/* Check call->args, convert them in place with plan_convert and set call->type. */
typedef int expr_rule(struct checker *c, struct plan *call, struct err *err);

/* Make *p give values of `type`, which must be possible: int to real, date to timestamp, anything
 * to text, a bare missing to anything. */
void plan_convert(struct checker *c, struct plan **p, enum column_type type);

/* Order of two constants of one type, for qsort and bsearch over struct plan *. */
int plan_compare_values(const void *a, const void *b);

/* ---- evaluation ---- */
/* One value and one validity byte for each row of the block.  By type: uint8_t (0, 1), int64_t,
 * double, struct span, int32_t (date), int64_t (timestamp).  The value where valid is 0 is anything
 * of the type that can be read. */
struct vec {
    void *data;
    uint8_t *valid;
    struct vec_slot *slot; /* its memory, NULL when all of it belongs to somebody else */
};

struct vec_slot {
    struct vec_slot *next;
    void *data;
    uint8_t *valid;
};

/* Texts made while a block is evaluated. */
struct text_pool {
    struct text_chunk *chunks; /* in use, the current one first */
    struct text_chunk *spare;
    size_t total;
};

void text_pool_clear(struct text_pool *pool); /* before the next block */
void text_pool_release(struct text_pool *pool);

struct eval {
    const struct table *table; /* whose rows these are; NULL over levels */
    size_t begin, n;           /* rows of this block */
    size_t cap;                /* rows that a slot holds */
    struct vec_slot *slots;    /* free ones */
    uint8_t *ones;             /* validity of a column that misses nothing */
    struct arena scratch;
    struct text_pool pool;
    struct str work;              /* one text being made */
    struct expr_pattern *pattern; /* the last one that came from data */
    size_t n_overflow;
    struct job *job;
    size_t done, total; /* for job_tick */
};

/* Compute out (ev->n rows) from call->args' values.  out->valid is already what it should be when
 * missing in any argument makes missing, unless the operator says own_missing.  An error is only
 * for operators that say may_fail. */
typedef int expr_run(struct eval *ev, const struct plan *call, const struct vec *args,
                     struct vec *out, struct err *err);

/* Integer overflow at row i of the block: missing, and counted. */
void eval_overflow(struct eval *ev, struct vec *out, size_t i);
/* Inside slow loops: -1 with ERR_CANCELLED. */
int eval_tick(struct eval *ev, struct err *err);
/* Room for a text of at most len bytes that lives as long as the block; then keep what was used. */
int eval_text_room(char **out, struct eval *ev, size_t len, struct err *err);
void eval_text_keep(struct eval *ev, size_t len);
/* The text in ev->work, kept. */
int eval_text_work(struct span *out, struct eval *ev, struct err *err);
/* Values of a vector to rows [begin, begin + n) of a column with a bitmap; begin is a multiple of
 * 8. */
void vec_store(struct column *c, size_t begin, size_t n, const struct vec *v);
size_t vec_item_size(enum column_type type);

/* ---- the table ---- */
struct expr_op {
    const char *name, *usage;
    unsigned min_args, max_args;
    int level; /* operators: how tightly it binds */
    expr_rule *rule;
    expr_run *run;
    /* What rule and run are told, so that a family shares one of them. */
    enum column_type result;
    int which;
    double (*real)(double);
    bool own_missing, may_fail, pattern;
    bool reads_row; /* its value depends on the row itself, whatever its arguments */
};

enum { COMPARE_EQ, COMPARE_NE, COMPARE_LT, COMPARE_LE, COMPARE_GT, COMPARE_GE };
enum { ARITH_DIVIDE, ARITH_MODULO, ARITH_POWER };
enum { EXTREME_MIN, EXTREME_MAX };
enum { CASE_LOWER, CASE_UPPER };
enum { PART_STARTS, PART_ENDS, PART_CONTAINS };
enum {
    CALENDAR_YEAR,
    CALENDAR_MONTH,
    CALENDAR_DAY,
    CALENDAR_WEEKDAY,
    CALENDAR_YEARDAY,
    CALENDAR_QUARTER
};
enum { CLOCK_HOUR, CLOCK_MINUTE, CLOCK_SECOND };

/* Declares expr_rule_… and expr_run_… of every row. */
#define OPERATOR(name, level, min, max, rule, run, ...)                                            \
    expr_rule expr_rule_##rule;                                                                    \
    expr_run expr_run_##run;
#define FUNCTION(name, usage, help, min, max, rule, run, ...)                                      \
    expr_rule expr_rule_##rule;                                                                    \
    expr_run expr_run_##run;
#include "table/expr_functions.def"
#undef OPERATOR
#undef FUNCTION

#endif
