/* expr_run_logic.c - and, or, not, comparisons, choices. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "table/expr_plan.h"

/* ---- three-valued logic ---- */
int expr_run_or(struct eval *ev, const struct plan *call, const struct vec *args, struct vec *out,
                struct err *err)
{
    const uint8_t *a = args[0].data, *b = args[1].data;
    const uint8_t *a_there = args[0].valid, *b_there = args[1].valid;
    uint8_t *r = out->data;

    (void)call;
    (void)err;
    for (size_t i = 0; i < ev->n; i++) {
        r[i] = (a[i] & a_there[i]) | (b[i] & b_there[i]);
        out->valid[i] = r[i] | (a_there[i] & b_there[i]);
    }
    return 0;
}

int expr_run_and(struct eval *ev, const struct plan *call, const struct vec *args, struct vec *out,
                 struct err *err)
{
    const uint8_t *a = args[0].data, *b = args[1].data;
    const uint8_t *a_there = args[0].valid, *b_there = args[1].valid;
    uint8_t *r = out->data;

    (void)call;
    (void)err;
    for (size_t i = 0; i < ev->n; i++) {
        uint8_t is_false = (uint8_t)((a_there[i] & !a[i]) | (b_there[i] & !b[i]));
        r[i] = !is_false;
        out->valid[i] = is_false | (a_there[i] & b_there[i]);
    }
    return 0;
}

int expr_run_not(struct eval *ev, const struct plan *call, const struct vec *args, struct vec *out,
                 struct err *err)
{
    const uint8_t *a = args[0].data;
    uint8_t *r = out->data;

    (void)call;
    (void)err;
    for (size_t i = 0; i < ev->n; i++)
        r[i] = !a[i];
    return 0;
}

/* ---- comparisons ---- */
/* One loop for each operator, so that the inner one has nothing to decide. */
#define COMPARE_ALL(A, B)                                                                          \
    do {                                                                                           \
        switch (which) {                                                                           \
        case COMPARE_EQ:                                                                           \
            for (size_t i = 0; i < n; i++)                                                         \
                r[i] = (A) == (B);                                                                 \
            break;                                                                                 \
        case COMPARE_NE:                                                                           \
            for (size_t i = 0; i < n; i++)                                                         \
                r[i] = (A) != (B);                                                                 \
            break;                                                                                 \
        case COMPARE_LT:                                                                           \
            for (size_t i = 0; i < n; i++)                                                         \
                r[i] = (A) < (B);                                                                  \
            break;                                                                                 \
        case COMPARE_LE:                                                                           \
            for (size_t i = 0; i < n; i++)                                                         \
                r[i] = (A) <= (B);                                                                 \
            break;                                                                                 \
        case COMPARE_GT:                                                                           \
            for (size_t i = 0; i < n; i++)                                                         \
                r[i] = (A) > (B);                                                                  \
            break;                                                                                 \
        default:                                                                                   \
            for (size_t i = 0; i < n; i++)                                                         \
                r[i] = (A) >= (B);                                                                 \
            break;                                                                                 \
        }                                                                                          \
    } while (0)

#define COMPARE_AS(T)                                                                              \
    do {                                                                                           \
        const T *a = left->data, *b = right->data;                                                 \
        COMPARE_ALL(a[i], b[i]);                                                                   \
    } while (0)

static void compare_texts(uint8_t *r, int which, const struct span *a, const struct span *b,
                          size_t n)
{
    if (which == COMPARE_EQ || which == COMPARE_NE) { /* lengths tell most of them apart */
        for (size_t i = 0; i < n; i++)
            r[i] = span_eq(a[i], b[i]) == (which == COMPARE_EQ);
        return;
    }
    COMPARE_ALL(span_compare(a[i], b[i]), 0);
}

static void compare(uint8_t *r, int which, enum column_type type, const struct vec *left,
                    const struct vec *right, size_t n)
{
    switch (type) {
    case COLUMN_BOOL:
        COMPARE_AS(uint8_t);
        break;
    case COLUMN_REAL:
        COMPARE_AS(double);
        break;
    case COLUMN_DATE:
        COMPARE_AS(int32_t);
        break;
    case COLUMN_TEXT:
        compare_texts(r, which, left->data, right->data, n);
        break;
    default:
        COMPARE_AS(int64_t);
        break;
    }
}

int expr_run_compare(struct eval *ev, const struct plan *call, const struct vec *args,
                     struct vec *out, struct err *err)
{
    (void)err;
    compare(out->data, call->op->which, call->args[0]->type, &args[0], &args[1], ev->n);
    return 0;
}

int plan_compare_values(const void *a, const void *b)
{
    const struct plan *p = *(const struct plan *const *)a, *q = *(const struct plan *const *)b;
    const struct expr_value *v = &p->value, *w = &q->value;

    if (p->type == COLUMN_TEXT)
        return span_compare(v->text, w->text);
    if (p->type == COLUMN_REAL)
        return (v->real > w->real) - (v->real < w->real);
    return (v->integer > w->integer) - (v->integer < w->integer);
}

/* found[i] when x is one of the sorted constants. */
static void find_sorted(uint8_t *found, const struct plan *call, const struct vec *x, size_t n)
{
    struct plan key = { .kind = PLAN_CONSTANT, .type = call->args[0]->type };
    const struct plan *at = &key;

    for (size_t i = 0; i < n; i++) {
        if (key.type == COLUMN_TEXT)
            key.value.text = ((const struct span *)x->data)[i];
        else if (key.type == COLUMN_REAL)
            key.value.real = ((const double *)x->data)[i];
        else if (key.type == COLUMN_BOOL)
            key.value.integer = ((const uint8_t *)x->data)[i];
        else if (key.type == COLUMN_DATE)
            key.value.integer = ((const int32_t *)x->data)[i];
        else
            key.value.integer = ((const int64_t *)x->data)[i];
        bool nan = key.type == COLUMN_REAL && isnan(key.value.real); /* equals nothing */
        found[i] = !nan && x->valid[i] &&
                   bsearch(&at, call->args + 1, call->n_sorted, sizeof(at), plan_compare_values);
    }
}

/* x = a or x = b or …, with the same three values. */
int expr_run_in(struct eval *ev, const struct plan *call, const struct vec *args, struct vec *out,
                struct err *err)
{
    uint8_t *found = out->data, *same = ARENA_NEW(&ev->scratch, uint8_t, ev->n);

    (void)err;
    find_sorted(found, call, &args[0], ev->n);
    memcpy(out->valid, args[0].valid, ev->n);
    for (size_t k = 1 + call->n_sorted; k < call->n_args; k++) {
        compare(same, COMPARE_EQ, call->args[0]->type, &args[0], &args[k], ev->n);
        for (size_t i = 0; i < ev->n; i++) {
            found[i] |= same[i] & args[0].valid[i] & args[k].valid[i];
            out->valid[i] &= args[k].valid[i];
        }
    }
    for (size_t i = 0; i < ev->n; i++)
        out->valid[i] |= found[i];
    return 0;
}

/* ---- choices ---- */
int expr_run_is_missing(struct eval *ev, const struct plan *call, const struct vec *args,
                        struct vec *out, struct err *err)
{
    uint8_t *r = out->data;

    (void)call;
    (void)err;
    for (size_t i = 0; i < ev->n; i++)
        r[i] = !args[0].valid[i];
    memset(out->valid, 1, ev->n);
    return 0;
}

/* Do BODY with T the C type of the values. */
#define FOR_TYPE(TYPE, BODY)                                                                       \
    switch (vec_item_size(TYPE)) {                                                                 \
    case 1: {                                                                                      \
        typedef uint8_t T;                                                                         \
        BODY                                                                                       \
    } break;                                                                                       \
    case 4: {                                                                                      \
        typedef int32_t T;                                                                         \
        BODY                                                                                       \
    } break;                                                                                       \
    case 8: {                                                                                      \
        typedef uint64_t T;                                                                        \
        BODY                                                                                       \
    } break;                                                                                       \
    default: {                                                                                     \
        typedef struct span T;                                                                     \
        BODY                                                                                       \
    } break;                                                                                       \
    }

int expr_run_if(struct eval *ev, const struct plan *call, const struct vec *args, struct vec *out,
                struct err *err)
{
    const uint8_t *condition = args[0].data, *known = args[0].valid;

    (void)err;
    FOR_TYPE(call->type, {
        const T *a = args[1].data;
        const T *b = args[2].data;
        T *r = out->data;
        for (size_t i = 0; i < ev->n; i++)
            r[i] = condition[i] ? a[i] : b[i];
    })
    for (size_t i = 0; i < ev->n; i++)
        out->valid[i] = known[i] & (condition[i] ? args[1].valid[i] : args[2].valid[i]);
    return 0;
}

int expr_run_coalesce(struct eval *ev, const struct plan *call, const struct vec *args,
                      struct vec *out, struct err *err)
{
    (void)err;
    memcpy(out->data, args[0].data, ev->n * vec_item_size(call->type));
    memcpy(out->valid, args[0].valid, ev->n);
    for (size_t k = 1; k < call->n_args; k++) {
        FOR_TYPE(call->type, {
            const T *a = args[k].data;
            T *r = out->data;
            for (size_t i = 0; i < ev->n; i++)
                if (!out->valid[i])
                    r[i] = a[i];
        })
        for (size_t i = 0; i < ev->n; i++)
            out->valid[i] |= args[k].valid[i];
    }
    return 0;
}

/* The one of a and r that goes further wins; NaN is a value and wins over all. */
#define EXTREME(T, NAN_WINS)                                                                       \
    do {                                                                                           \
        const T *a = args[k].data;                                                                 \
        T *r = out->data;                                                                          \
        for (size_t i = 0; i < ev->n; i++) {                                                       \
            bool further = want_max ? a[i] > r[i] : a[i] < r[i];                                   \
            if (args[k].valid[i] && (!out->valid[i] || further || (NAN_WINS)))                     \
                r[i] = a[i];                                                                       \
            out->valid[i] |= args[k].valid[i];                                                     \
        }                                                                                          \
    } while (0)

int expr_run_extreme(struct eval *ev, const struct plan *call, const struct vec *args,
                     struct vec *out, struct err *err)
{
    bool want_max = call->op->which == EXTREME_MAX;

    (void)err;
    memset(out->valid, 0, ev->n);
    memset(out->data, 0, ev->n * vec_item_size(call->type));
    for (size_t k = 0; k < call->n_args; k++) {
        if (call->type == COLUMN_REAL)
            EXTREME(double, isnan(a[i]));
        else if (call->type == COLUMN_DATE)
            EXTREME(int32_t, false);
        else
            EXTREME(int64_t, false);
    }
    return 0;
}
