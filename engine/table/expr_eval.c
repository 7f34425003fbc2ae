/* expr_eval.c - running a plan, block by block.
 *
 * Every node gives one vector per block; vectors live in slots that are handed back as soon as
 * their reader is done, so that a long expression needs only a few.  Blocks are independent: plans
 * that cannot fail (no new texts, no patterns) run in parallel.
 */
#include "table/expr.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "table/expr_plan.h"

enum {
    CHUNK_ROWS = 16 * EXPR_BLOCK, /* for one thread at a time */
    TICK_ROWS = 16 * CHUNK_ROWS,  /* between two looks at `cancel` */
};

/* Receives the values of rows [begin, begin + n); -1 stops the run. */
typedef int expr_sink(void *ctx, size_t begin, size_t n, const struct vec *v, struct err *err);

struct run {
    const struct plan *plan;
    const struct table *table; /* NULL over levels */
    size_t n_rows;
    expr_sink *sink;
    void *ctx;
    struct job *job;
    bool ticking; /* progress is told too */
    size_t first; /* parallel: row where this stretch begins */
    atomic_size_t n_overflow;
};

/* ---- slots ---- */
static void eval_init(struct eval *ev, const struct run *run)
{
    *ev = (struct eval){ .table = run->table, .job = run->job, .total = run->n_rows };
    ev->cap = run->n_rows < EXPR_BLOCK ? run->n_rows + 1 : EXPR_BLOCK;
    ev->ones = mem_resize(NULL, ev->cap, 1);
    memset(ev->ones, 1, ev->cap);
    arena_init(&ev->scratch);
    str_init(&ev->work);
}

static void eval_release(struct eval *ev)
{
    while (ev->slots) {
        struct vec_slot *slot = ev->slots;
        ev->slots = slot->next;
        mem_free(slot);
    }
    expr_patterns_free(ev->pattern);
    text_pool_release(&ev->pool);
    str_release(&ev->work);
    arena_release(&ev->scratch);
    mem_free(ev->ones);
}

static void vec_take_slot(struct vec *v, struct eval *ev)
{
    struct vec_slot *slot = ev->slots;

    if (slot) {
        ev->slots = slot->next;
    } else { /* header, values of the widest type, validity */
        size_t head = (sizeof(*slot) + 15) / 16 * 16;
        char *block = mem_resize(NULL, head + ev->cap * (sizeof(struct span) + 1), 1);
        slot = (struct vec_slot *)(void *)block;
        slot->data = block + head;
        slot->valid = (uint8_t *)block + head + ev->cap * sizeof(struct span);
    }
    *v = (struct vec){ .data = slot->data, .valid = slot->valid, .slot = slot };
}

static void vec_give_back(struct vec *v, struct eval *ev)
{
    if (!v->slot)
        return;
    v->slot->next = ev->slots;
    ev->slots = v->slot;
}

/* ---- leaves ---- */
static void eval_constant(struct vec *out, struct eval *ev, const struct plan *p)
{
    const struct expr_value *value = &p->value;

    vec_take_slot(out, ev);
    memset(out->valid, value->present, ev->n);
    if (p->type == COLUMN_BOOL) {
        memset(out->data, (int)value->integer, ev->n);
    } else if (p->type == COLUMN_REAL) {
        for (size_t i = 0; i < ev->n; i++)
            ((double *)out->data)[i] = value->real;
    } else if (p->type == COLUMN_TEXT) {
        for (size_t i = 0; i < ev->n; i++)
            ((struct span *)out->data)[i] = value->text;
    } else if (p->type == COLUMN_DATE) {
        for (size_t i = 0; i < ev->n; i++)
            ((int32_t *)out->data)[i] = (int32_t)value->integer;
    } else {
        for (size_t i = 0; i < ev->n; i++)
            ((int64_t *)out->data)[i] = value->integer;
    }
}

static void eval_texts(struct vec *out, const struct eval *ev, const struct column *c)
{
    struct span *r = out->data;

    for (size_t i = 0; i < ev->n; i++)
        r[i] = column_missing(c, ev->begin + i) ? (struct span){ "", 0 }
                                                : column_span(c, ev->begin + i);
}

static void eval_bits(uint8_t *out, const struct eval *ev, const void *bits)
{
    for (size_t i = 0; i < ev->n; i++)
        out[i] = bit_get(bits, ev->begin + i);
}

/* Numbers are read where they stand; what is a bit or has no span yet is unpacked. */
static void eval_column(struct vec *out, struct eval *ev, const struct column *c)
{
    bool in_place = c->type != COLUMN_BOOL && !column_is_text(c);

    *out = (struct vec){ .valid = ev->ones };
    if (!in_place || c->valid)
        vec_take_slot(out, ev);
    if (c->valid)
        eval_bits(out->valid, ev, c->valid->data);
    else
        out->valid = ev->ones;
    if (in_place)
        out->data = (char *)c->values->data + ev->begin * vec_item_size(c->type);
    else if (c->type == COLUMN_BOOL)
        eval_bits(out->data, ev, c->values->data);
    else
        eval_texts(out, ev, c);
}

/* Row r is level r; the one after the last is missing. */
static void eval_level_texts(struct vec *out, struct eval *ev, const struct column *levels)
{
    vec_take_slot(out, ev);
    struct span *r = out->data;
    for (size_t i = 0; i < ev->n; i++) {
        bool there = ev->begin + i < levels->n_rows;
        r[i] = there ? column_text(levels, ev->begin + i) : (struct span){ "", 0 };
        out->valid[i] = there;
    }
}

/* ---- by level ---- */
/* out[i] = READ for the row k of by_level that belongs to row i. */
#define GATHER(T, READ)                                                                            \
    do {                                                                                           \
        T *r = out->data;                                                                          \
        for (size_t i = 0; i < ev->n; i++) {                                                       \
            size_t k = column_missing(c, ev->begin + i) ? n_levels : (size_t)codes[i];             \
            out->valid[i] = !column_missing(values, k);                                            \
            r[i] = (T)(READ);                                                                      \
        }                                                                                          \
    } while (0)

static void eval_by_level(struct vec *out, struct eval *ev, const struct plan *p)
{
    const struct column *c = p->column, *values = p->by_level;
    const int32_t *codes = column_codes(c) + ev->begin;
    size_t n_levels = c->levels->n_rows;

    vec_take_slot(out, ev);
    switch (p->type) {
    case COLUMN_BOOL:
        GATHER(uint8_t, column_bool(values, k));
        break;
    case COLUMN_REAL:
        GATHER(double, column_reals(values)[k]);
        break;
    case COLUMN_TEXT:
        GATHER(struct span, column_text(values, k));
        break;
    case COLUMN_DATE:
        GATHER(int32_t, column_codes(values)[k]);
        break;
    default:
        GATHER(int64_t, column_ints(values)[k]);
        break;
    }
}

/* ---- calls ---- */
static int eval_node(struct vec *out, struct eval *ev, const struct plan *p, struct err *err);

/* Missing in any argument is missing. */
static void join_missing(struct vec *out, const struct eval *ev, const struct vec *args, size_t n)
{
    memset(out->valid, 1, ev->n);
    for (size_t k = 0; k < n; k++) {
        if (args[k].valid == ev->ones)
            continue;
        for (size_t i = 0; i < ev->n; i++)
            out->valid[i] &= args[k].valid[i];
    }
}

static int eval_call(struct vec *out, struct eval *ev, const struct plan *p, struct err *err)
{
    struct arena_mark mark = arena_mark(&ev->scratch);
    struct vec *args = ARENA_NEW(&ev->scratch, struct vec, p->n_args);
    size_t n = 0;
    int rc = 0;

    while (n < p->n_args && !rc) {
        bool sorted = n >= 1 && n <= p->n_sorted;
        rc = sorted ? 0 : eval_node(&args[n], ev, p->args[n], err);
        n += !rc;
    }
    if (!rc) {
        vec_take_slot(out, ev);
        if (!p->op->own_missing)
            join_missing(out, ev, args, n);
        rc = p->op->run(ev, p, args, out, err);
        if (rc)
            vec_give_back(out, ev);
    }
    while (n > 0)
        vec_give_back(&args[--n], ev);
    arena_rewind(&ev->scratch, mark);
    return rc;
}

static int eval_node(struct vec *out, struct eval *ev, const struct plan *p, struct err *err)
{
    switch (p->kind) {
    case PLAN_CALL:
        return eval_call(out, ev, p, err);
    case PLAN_LEVELS:
        eval_by_level(out, ev, p);
        return 0;
    case PLAN_COLUMN:
        if (p->over_levels)
            eval_level_texts(out, ev, p->column->levels);
        else
            eval_column(out, ev, p->column);
        return 0;
    default:
        eval_constant(out, ev, p);
        return 0;
    }
}

void eval_overflow(struct eval *ev, struct vec *out, size_t i)
{
    ev->n_overflow += out->valid[i];
    out->valid[i] = 0;
}

int eval_tick(struct eval *ev, struct err *err)
{
    return job_tick(ev->job, ev->done, ev->total, err);
}

/* ---- runs ---- */
static int run_block(struct run *run, struct eval *ev, size_t begin, size_t end, struct err *err)
{
    struct vec v;

    ev->begin = begin;
    ev->n = end - begin < EXPR_BLOCK ? end - begin : EXPR_BLOCK;
    text_pool_clear(&ev->pool);
    if (eval_node(&v, ev, run->plan, err))
        return -1;
    int rc = run->sink(run->ctx, begin, ev->n, &v, err);
    vec_give_back(&v, ev);
    return rc;
}

static void run_chunk(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct run *run = ctx;
    struct eval ev;

    (void)chunk;
    eval_init(&ev, run);
    for (size_t at = run->first + begin; at < run->first + end; at += EXPR_BLOCK)
        run_block(run, &ev, at, run->first + end, NULL);
    atomic_fetch_add(&run->n_overflow, ev.n_overflow);
    eval_release(&ev);
}

static int run_parallel(struct run *run, struct err *err)
{
    for (run->first = 0; run->first < run->n_rows; run->first += TICK_ROWS) {
        size_t left = run->n_rows - run->first;
        if (job_tick(run->job, run->ticking ? run->first : 0, run->n_rows, err))
            return -1;
        parallel_for(left < TICK_ROWS ? left : TICK_ROWS, CHUNK_ROWS, run_chunk, run);
    }
    return 0;
}

static int run_serial(struct run *run, struct err *err)
{
    struct eval ev;
    int rc = 0;

    eval_init(&ev, run);
    for (size_t at = 0; at < run->n_rows && !rc; at += EXPR_BLOCK) {
        ev.done = run->ticking ? at : 0;
        rc = eval_tick(&ev, err);
        if (!rc)
            rc = run_block(run, &ev, at, run->n_rows, err);
    }
    atomic_fetch_add(&run->n_overflow, ev.n_overflow);
    eval_release(&ev);
    return rc;
}

static int run_all(struct run *run, struct err *err)
{
    return run->plan->may_fail ? run_serial(run, err) : run_parallel(run, err);
}

/* ---- where values go ---- */
static int sink_column(void *ctx, size_t begin, size_t n, const struct vec *v, struct err *err)
{
    (void)err;
    vec_store(ctx, begin, n, v);
    return 0;
}

static int sink_builder(void *ctx, size_t begin, size_t n, const struct vec *v, struct err *err)
{
    struct column_builder *b = ctx;
    const struct span *text = v->data;

    (void)begin;
    (void)err; /* the builder keeps its error */
    for (size_t i = 0; i < n; i++) {
        if (v->valid[i])
            builder_add_text(b, text[i].at, text[i].len);
        else
            builder_add_missing(b);
    }
    return 0;
}

static int sink_keep(void *ctx, size_t begin, size_t n, const struct vec *v, struct err *err)
{
    uint8_t *keep = (uint8_t *)ctx + begin;
    const uint8_t *is = v->data;

    (void)err;
    for (size_t i = 0; i < n; i++)
        keep[i] = v->valid[i] & is[i];
    return 0;
}

static int run_to_text(struct column **out, struct run *run, struct err *err)
{
    struct column_builder b;

    builder_init(&b, COLUMN_TEXT, run->n_rows);
    run->sink = sink_builder;
    run->ctx = &b;
    if (run_serial(run, err)) { /* rows must come in order */
        builder_release(&b);
        return -1;
    }
    return builder_finish(out, &b, err);
}

static int run_to_column(struct column **out, struct run *run, struct err *err)
{
    struct column *c;

    if (run->plan->type == COLUMN_TEXT)
        return run_to_text(out, run, err);
    if (column_new(&c, run->plan->type, run->n_rows, NULL, err))
        return -1;
    if (buffer_new(&c->valid, (run->n_rows + 7) / 8, 1, "an expression", err)) {
        column_unref(c);
        return -1;
    }
    run->sink = sink_column;
    run->ctx = c;
    if (run_all(run, err)) {
        column_unref(c);
        return -1;
    }
    column_seal(c);
    *out = c;
    return 0;
}

/* The value of each level first, then the rows may be run. */
static int prepare_levels(struct expr_plan *plan, size_t *n_overflow, struct job *job,
                          struct err *err)
{
    for (struct plan *p = plan->levels; p; p = p->next_levels) {
        struct run run = { .plan = p->args[0],
                           .n_rows = p->column->levels->n_rows + 1,
                           .job = job };
        if (run_to_column(&p->by_level, &run, err))
            return -1;
        *n_overflow += run.n_overflow;
    }
    return 0;
}

/* ---- what callers ask for ---- */
int expr_eval_counting(struct column **out, size_t *n_overflow, const struct expr *e,
                       const struct table *t, struct job *job, struct err *err)
{
    struct expr_plan plan;
    struct run run = { .table = t, .n_rows = t->n_rows, .job = job, .ticking = true };
    size_t in_levels = 0;
    int rc = 0;

    if (expr_plan_init(&plan, e, t, err))
        return -1;
    run.plan = plan.root;
    if (plan.root->kind == PLAN_COLUMN) { /* its own type and memory, category or not */
        *out = column_ref(plan.root->column);
    } else {
        rc = prepare_levels(&plan, &in_levels, job, err);
        if (!rc)
            rc = run_to_column(out, &run, err);
    }
    if (!rc && n_overflow)
        *n_overflow = in_levels + run.n_overflow;
    expr_plan_release(&plan);
    return rc;
}

int expr_eval(struct column **out, const struct expr *e, const struct table *t, struct job *job,
              struct err *err)
{
    return expr_eval_counting(out, NULL, e, t, job, err);
}

int expr_filter(uint8_t *keep, const struct expr *e, const struct table *t, struct job *job,
                struct err *err)
{
    struct expr_plan plan;
    size_t in_levels = 0;
    int rc;

    if (expr_plan_init(&plan, e, t, err))
        return -1;
    struct run run = { .plan = plan.root,
                       .table = t,
                       .n_rows = t->n_rows,
                       .job = job,
                       .ticking = true,
                       .sink = sink_keep,
                       .ctx = keep };
    if (plan.root->type != COLUMN_BOOL)
        rc = err_set_at(err, ERR_SHAPE, expr_place(e->root),
                        "a condition is wanted, which is true or false; this is %s; compare it "
                        "with something",
                        plan_type_name(plan.root));
    else
        rc = prepare_levels(&plan, &in_levels, job, err) ? -1 : run_all(&run, err);
    expr_plan_release(&plan);
    return rc;
}
