/* expr_check.c - a tree and a table to a plan: names looked up, types settled. */
#include "table/expr.h"

#include <assert.h>

#include "table/expr_plan.h"

static int check_node(struct plan **out, struct checker *c, const struct expr_node *node,
                      struct err *err);

static struct plan *plan_new(struct checker *c, enum plan_kind kind, const struct expr_node *node)
{
    struct plan *p = ARENA_NEW(c->arena, struct plan, 1);

    p->kind = kind;
    p->node = node;
    return p;
}

const char *plan_type_name(const struct plan *p)
{
    if (p->kind == PLAN_COLUMN)
        return column_type_name(p->column->type);
    return p->type == COLUMN_N_TYPES ? "missing" : column_type_name(p->type);
}

/* ---- leaves ---- */
static int check_column(struct plan **out, struct checker *c, const struct expr_node *node,
                        struct err *err)
{
    struct err why = { .code = ERR_NONE };
    const struct column *column = table_column(c->table, node->name, &why);

    if (!column)
        return err_set_at(err, why.code, expr_place(node), "%s", why.msg);
    struct plan *p = plan_new(c, PLAN_COLUMN, node);
    p->column = p->only = column;
    p->type = column->type == COLUMN_CATEGORY ? COLUMN_TEXT : column->type;
    *out = p;
    return 0;
}

static struct plan *check_constant(struct checker *c, const struct expr_node *node)
{
    struct plan *p = plan_new(c, PLAN_CONSTANT, node);

    p->value = node->value;
    p->type = node->value.type;
    return p;
}

/* ---- calls ---- */
/* What a call reads and whether it may fail follows from its arguments. */
static void plan_gather(struct plan *call)
{
    call->only = NULL;
    call->reads_several = call->op->reads_row;
    call->may_fail = call->op->may_fail;
    for (size_t i = 0; i < call->n_args; i++) {
        const struct plan *arg = call->args[i];
        if (call->only && arg->only && call->only != arg->only)
            call->reads_several = true;
        call->reads_several |= arg->reads_several;
        call->may_fail |= arg->may_fail;
        if (!call->only)
            call->only = arg->only;
    }
}

static int check_call(struct plan **out, struct checker *c, const struct expr_node *node,
                      struct err *err)
{
    struct plan *p = plan_new(c, PLAN_CALL, node);

    p->op = node->op;
    p->n_args = node->n_args;
    p->args = ARENA_NEW(c->arena, struct plan *, p->n_args);
    for (size_t i = 0; i < p->n_args; i++)
        if (check_node(&p->args[i], c, node->args[i], err))
            return -1;
    if (p->op->rule(c, p, err))
        return -1;
    assert(p->type < COLUMN_N_TYPES);
    plan_gather(p);
    *out = p;
    return 0;
}

static int check_node(struct plan **out, struct checker *c, const struct expr_node *node,
                      struct err *err)
{
    switch (node->kind) {
    case EXPR_COLUMN:
        return check_column(out, c, node, err);
    case EXPR_CALL:
        return check_call(out, c, node, err);
    default:
        *out = check_constant(c, node);
        return 0;
    }
}

/* ---- conversions ---- */
/* Constants are converted here and now: true when that was possible. */
static bool convert_constant(struct plan *p, enum column_type type)
{
    struct expr_value *v = &p->value;

    if (p->type == COLUMN_N_TYPES) {
        p->type = v->type = type;
        return true;
    }
    if (p->type != COLUMN_INT || type != COLUMN_REAL)
        return false;
    v->real = (double)v->integer;
    p->type = v->type = COLUMN_REAL;
    return true;
}

static const struct expr_op *conversion(enum column_type type)
{
    switch (type) {
    case COLUMN_REAL:
        return expr_function_find(span_of("real"));
    case COLUMN_TEXT:
        return expr_function_find(span_of("text"));
    default:
        assert(type == COLUMN_TIMESTAMP);
        return expr_operator_find(span_of("(timestamp)"), 1);
    }
}

void plan_convert(struct checker *c, struct plan **p, enum column_type type)
{
    if ((*p)->type == type || ((*p)->kind == PLAN_CONSTANT && convert_constant(*p, type)))
        return;
    struct plan *call = plan_new(c, PLAN_CALL, (*p)->node);
    call->op = conversion(type);
    call->type = type;
    call->n_args = 1;
    call->args = ARENA_NEW(c->arena, struct plan *, 1);
    call->args[0] = *p;
    plan_gather(call);
    *p = call;
}

/* ---- by level ---- */
/* Let the columns in p, all of them one category, be read as its levels. */
static void read_levels(struct plan *p)
{
    p->over_levels = p->kind == PLAN_COLUMN;
    for (size_t i = 0; i < p->n_args; i++)
        read_levels(p->args[i]);
}

/* Put PLAN_LEVELS above the largest parts that depend on one category alone. */
static void lift_levels(struct expr_plan *plan, struct plan **at)
{
    struct plan *p = *at;
    const struct column *only = p->only;

    if (p->kind != PLAN_CALL)
        return;
    if (p->reads_several || !only || only->type != COLUMN_CATEGORY ||
        only->levels->n_rows >= only->n_rows) {
        for (size_t i = 0; i < p->n_args; i++)
            lift_levels(plan, &p->args[i]);
        return;
    }
    struct plan *levels = ARENA_NEW(&plan->arena, struct plan, 1);
    levels->kind = PLAN_LEVELS;
    levels->type = p->type;
    levels->node = p->node;
    levels->column = only;
    levels->args = ARENA_NEW(&plan->arena, struct plan *, 1);
    levels->args[0] = p;
    levels->n_args = 1;
    levels->next_levels = plan->levels;
    plan->levels = levels;
    read_levels(p);
    *at = levels;
}

/* Once the slow parts are lifted, what is left may be able to run in parallel. */
static bool settle_failing(struct plan *p)
{
    if (p->kind != PLAN_CALL)
        return p->may_fail = false;
    p->may_fail = p->op->may_fail;
    for (size_t i = 0; i < p->n_args; i++)
        p->may_fail |= settle_failing(p->args[i]);
    return p->may_fail;
}

/* ---- plans ---- */
int expr_plan_init(struct expr_plan *plan, const struct expr *e, const struct table *t,
                   struct err *err)
{
    struct plan *root;

    *plan = (struct expr_plan){ .root = NULL };
    arena_init(&plan->arena);
    struct checker c = { .table = t, .arena = &plan->arena };
    if (check_node(&root, &c, e->root, err)) {
        arena_release(&plan->arena);
        return -1;
    }
    if (root->type == COLUMN_N_TYPES) /* the whole expression is `missing` */
        plan_convert(&c, &root, COLUMN_REAL);
    lift_levels(plan, &root);
    settle_failing(root);
    plan->root = root;
    return 0;
}

void expr_plan_release(struct expr_plan *plan)
{
    for (struct plan *p = plan->levels; p; p = p->next_levels)
        column_unref(p->by_level);
    arena_release(&plan->arena);
}

int expr_type(enum column_type *out, const struct expr *e, const struct table *t, struct err *err)
{
    struct expr_plan plan;

    if (expr_plan_init(&plan, e, t, err))
        return -1;
    const struct plan *root = plan.root;
    *out = root->kind == PLAN_COLUMN ? root->column->type : root->type;
    expr_plan_release(&plan);
    return 0;
}
