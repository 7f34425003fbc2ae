/* expr_run_number.c - arithmetic and mathematical functions, over one block. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "table/expr_plan.h"

/* ---- rows ---- */
int expr_run_row_number(struct eval *ev, const struct plan *call, const struct vec *args,
                        struct vec *out, struct err *err)
{
    int64_t *r = out->data;

    (void)call;
    (void)args;
    (void)err;
    for (size_t i = 0; i < ev->n; i++)
        r[i] = (int64_t)table_row_number(ev->table, ev->begin + i);
    return 0;
}

/* ---- + - * ---- */
/* Sums of days leave the range of a date long before that of an int. */
static void shift_days(struct eval *ev, struct vec *out, const int32_t *days, const int64_t *by,
                       bool back)
{
    int32_t *r = out->data;

    for (size_t i = 0; i < ev->n; i++) {
        int64_t day;
        bool over = back ? __builtin_sub_overflow((int64_t)days[i], by[i], &day)
                         : __builtin_add_overflow((int64_t)days[i], by[i], &day);
        r[i] = (int32_t)day;
        if (over || day != r[i])
            eval_overflow(ev, out, i);
    }
}

#define INT_LOOP(OVERFLOWS)                                                                        \
    do {                                                                                           \
        const int64_t *a = args[0].data, *b = args[1].data;                                        \
        int64_t *r = out->data;                                                                    \
        for (size_t i = 0; i < ev->n; i++)                                                         \
            if (OVERFLOWS(a[i], b[i], &r[i]))                                                      \
                eval_overflow(ev, out, i);                                                         \
    } while (0)

#define REAL_LOOP(RESULT)                                                                          \
    do {                                                                                           \
        const double *a = args[0].data, *b = args[1].data;                                         \
        double *r = out->data;                                                                     \
        for (size_t i = 0; i < ev->n; i++)                                                         \
            r[i] = (RESULT);                                                                       \
    } while (0)

int expr_run_add(struct eval *ev, const struct plan *call, const struct vec *args, struct vec *out,
                 struct err *err)
{
    (void)err;
    if (call->type == COLUMN_DATE) {
        size_t date = call->args[0]->type == COLUMN_DATE ? 0 : 1;
        shift_days(ev, out, args[date].data, args[1 - date].data, false);
    } else if (call->type == COLUMN_INT) {
        INT_LOOP(__builtin_add_overflow);
    } else {
        REAL_LOOP(a[i] + b[i]);
    }
    return 0;
}

static void days_between(struct eval *ev, const struct vec *args, struct vec *out)
{
    const int32_t *a = args[0].data, *b = args[1].data;
    int64_t *r = out->data;

    for (size_t i = 0; i < ev->n; i++)
        r[i] = (int64_t)a[i] - b[i];
}

static void seconds_between(struct eval *ev, const struct vec *args, struct vec *out)
{
    const int64_t *a = args[0].data, *b = args[1].data;
    double *r = out->data;

    for (size_t i = 0; i < ev->n; i++) {
        int64_t us; /* exact as an int where it fits */
        r[i] = __builtin_sub_overflow(a[i], b[i], &us) ? ((double)a[i] - (double)b[i]) / 1e6
                                                       : (double)us / 1e6;
    }
}

int expr_run_subtract(struct eval *ev, const struct plan *call, const struct vec *args,
                      struct vec *out, struct err *err)
{
    (void)err;
    if (call->type == COLUMN_DATE)
        shift_days(ev, out, args[0].data, args[1].data, true);
    else if (call->args[0]->type == COLUMN_DATE)
        days_between(ev, args, out);
    else if (call->args[0]->type == COLUMN_TIMESTAMP)
        seconds_between(ev, args, out);
    else if (call->type == COLUMN_INT)
        INT_LOOP(__builtin_sub_overflow);
    else
        REAL_LOOP(a[i] - b[i]);
    return 0;
}

int expr_run_multiply(struct eval *ev, const struct plan *call, const struct vec *args,
                      struct vec *out, struct err *err)
{
    (void)err;
    if (call->type == COLUMN_INT)
        INT_LOOP(__builtin_mul_overflow);
    else
        REAL_LOOP(a[i] * b[i]);
    return 0;
}

/* ---- / % ^ ---- */
/* What is left of a has the sign of b. */
static double modulo(double a, double b)
{
    double left = fmod(a, b);

    return left != 0 && (left < 0) != (b < 0) ? left + b : left;
}

int expr_run_arith(struct eval *ev, const struct plan *call, const struct vec *args,
                   struct vec *out, struct err *err)
{
    (void)err;
    if (call->op->which == ARITH_DIVIDE)
        REAL_LOOP(a[i] / b[i]);
    else if (call->op->which == ARITH_MODULO)
        REAL_LOOP(modulo(a[i], b[i]));
    else
        REAL_LOOP(pow(a[i], b[i]));
    return 0;
}

/* ---- functions of one number ---- */
int expr_run_negate(struct eval *ev, const struct plan *call, const struct vec *args,
                    struct vec *out, struct err *err)
{
    (void)err;
    if (call->type == COLUMN_REAL) {
        const double *a = args[0].data;
        double *r = out->data;
        for (size_t i = 0; i < ev->n; i++)
            r[i] = -a[i];
        return 0;
    }
    const int64_t *a = args[0].data;
    int64_t *r = out->data;
    for (size_t i = 0; i < ev->n; i++)
        if (__builtin_sub_overflow(INT64_C(0), a[i], &r[i]))
            eval_overflow(ev, out, i);
    return 0;
}

int expr_run_math(struct eval *ev, const struct plan *call, const struct vec *args, struct vec *out,
                  struct err *err)
{
    const double *a = args[0].data;
    double *r = out->data;

    (void)err;
    for (size_t i = 0; i < ev->n; i++)
        r[i] = call->op->real(a[i]);
    return 0;
}

/* floor, ceil: ints are whole already. */
int expr_run_whole(struct eval *ev, const struct plan *call, const struct vec *args,
                   struct vec *out, struct err *err)
{
    if (call->type == COLUMN_REAL)
        return expr_run_math(ev, call, args, out, err);
    memcpy(out->data, args[0].data, ev->n * sizeof(int64_t));
    return 0;
}

int expr_run_abs(struct eval *ev, const struct plan *call, const struct vec *args, struct vec *out,
                 struct err *err)
{
    (void)err;
    if (call->type == COLUMN_REAL) {
        const double *a = args[0].data;
        double *r = out->data;
        for (size_t i = 0; i < ev->n; i++)
            r[i] = fabs(a[i]);
        return 0;
    }
    const int64_t *a = args[0].data;
    int64_t *r = out->data;
    for (size_t i = 0; i < ev->n; i++) {
        r[i] = a[i];
        if (a[i] < 0 && __builtin_sub_overflow(INT64_C(0), a[i], &r[i]))
            eval_overflow(ev, out, i);
    }
    return 0;
}

int expr_run_sign(struct eval *ev, const struct plan *call, const struct vec *args, struct vec *out,
                  struct err *err)
{
    (void)err;
    if (call->type == COLUMN_REAL) {
        const double *a = args[0].data;
        double *r = out->data;
        for (size_t i = 0; i < ev->n; i++)
            r[i] = isnan(a[i]) ? a[i] : (double)((a[i] > 0) - (a[i] < 0));
        return 0;
    }
    const int64_t *a = args[0].data;
    int64_t *r = out->data;
    for (size_t i = 0; i < ev->n; i++)
        r[i] = (a[i] > 0) - (a[i] < 0);
    return 0;
}

/* ---- round ---- */
static double round_real(double x, int64_t digits)
{
    if (digits == 0)
        return round(x);
    if (digits > 308 || !isfinite(x))
        return x;
    if (digits < -308)
        return copysign(0, x);
    double scale = pow(10, (double)(digits < 0 ? -digits : digits));
    if (digits < 0)
        return round(x / scale) * scale;
    /* Past 2^52 there is nothing after the point that could be cut. */
    return fabs(x * scale) < 0x1p52 ? round(x * scale) / scale : x;
}

/* Halves away from zero.  False when the result is no int. */
static bool round_int(int64_t *out, int64_t x, int64_t digits)
{
    int64_t scale = 1;

    *out = x;
    if (digits >= 0)
        return true;
    *out = 0;
    if (digits < -19)
        return true;
    if (digits == -19) /* 10^19 is no int, half of it is: 5e18 */
        return x < INT64_C(5000000000000000000) && x > -INT64_C(5000000000000000000);
    for (int64_t k = 0; k < -digits; k++)
        scale *= 10;
    int64_t rest = x % scale, away = 0;
    if (rest >= scale - rest)
        away = scale;
    else if (rest <= -scale - rest)
        away = -scale;
    return !__builtin_add_overflow(x - rest, away, out);
}

int expr_run_round(struct eval *ev, const struct plan *call, const struct vec *args,
                   struct vec *out, struct err *err)
{
    const int64_t *digits = call->n_args == 2 ? args[1].data : NULL;

    (void)err;
    if (call->type == COLUMN_REAL) {
        const double *a = args[0].data;
        double *r = out->data;
        for (size_t i = 0; i < ev->n; i++)
            r[i] = round_real(a[i], digits ? digits[i] : 0);
        return 0;
    }
    const int64_t *a = args[0].data;
    int64_t *r = out->data;
    for (size_t i = 0; i < ev->n; i++)
        if (!round_int(&r[i], a[i], digits ? digits[i] : 0))
            eval_overflow(ev, out, i);
    return 0;
}

/* ---- conversions ---- */
static bool real_to_int(int64_t *out, double x)
{
    *out = 0;
    if (!(x >= -0x1p63 && x < 0x1p63)) /* NaN too */
        return false;
    *out = (int64_t)x;
    return true;
}

static bool text_to_int(int64_t *out, struct span s)
{
    double x;

    s = span_trim(s);
    if (text_parse_int(out, s.at, s.len))
        return true;
    *out = 0;
    return text_parse_real(&x, s.at, s.len) && real_to_int(out, x);
}

int expr_run_to_int(struct eval *ev, const struct plan *call, const struct vec *args,
                    struct vec *out, struct err *err)
{
    enum column_type from = call->args[0]->type;
    const void *data = args[0].data;
    int64_t *r = out->data;

    (void)err;
    if (from == COLUMN_INT)
        memcpy(r, data, ev->n * sizeof(*r));
    for (size_t i = 0; i < ev->n && from != COLUMN_INT; i++) {
        if (from == COLUMN_BOOL)
            r[i] = ((const uint8_t *)data)[i];
        else if (from == COLUMN_TEXT)
            out->valid[i] &= text_to_int(&r[i], ((const struct span *)data)[i]);
        else if (!real_to_int(&r[i], ((const double *)data)[i]))
            eval_overflow(ev, out, i);
    }
    return 0;
}

static bool text_to_real(double *out, struct span s)
{
    s = span_trim(s);
    *out = 0;
    return text_parse_real(out, s.at, s.len);
}

int expr_run_to_real(struct eval *ev, const struct plan *call, const struct vec *args,
                     struct vec *out, struct err *err)
{
    enum column_type from = call->args[0]->type;
    const void *data = args[0].data;
    double *r = out->data;

    (void)err;
    if (from == COLUMN_REAL)
        memcpy(r, data, ev->n * sizeof(*r));
    for (size_t i = 0; i < ev->n && from != COLUMN_REAL; i++) {
        if (from == COLUMN_INT)
            r[i] = (double)((const int64_t *)data)[i];
        else if (from == COLUMN_BOOL)
            r[i] = ((const uint8_t *)data)[i];
        else
            out->valid[i] &= text_to_real(&r[i], ((const struct span *)data)[i]);
    }
    return 0;
}
