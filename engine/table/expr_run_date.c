/* expr_run_date.c - parts of dates and timestamps, over one block. */
#include <string.h>

#include "table/cell.h"
#include "table/expr_plan.h"

#define DAY_US INT64_C(86400000000)

/* Whole days before it, also before 1970. */
static int32_t day_of(int64_t us)
{
    int64_t day = us / DAY_US;

    return (int32_t)(us % DAY_US < 0 ? day - 1 : day); /* within 1.1e8 */
}

static int64_t time_of_day(int64_t us)
{
    int64_t rest = us % DAY_US;

    return rest < 0 ? rest + DAY_US : rest;
}

static int64_t calendar_part(int which, int32_t day)
{
    int32_t year;
    unsigned month, mday;

    if (which == CALENDAR_WEEKDAY) /* 1970-01-01 was a Thursday */
        return (((int64_t)day + 3) % 7 + 7) % 7 + 1;
    calendar_date(day, &year, &month, &mday);
    switch (which) {
    case CALENDAR_YEAR:
        return year;
    case CALENDAR_MONTH:
        return month;
    case CALENDAR_DAY:
        return mday;
    case CALENDAR_QUARTER:
        return (month + 2) / 3;
    default:
        return (int64_t)day - calendar_days(year, 1, 1) + 1;
    }
}

int expr_run_calendar(struct eval *ev, const struct plan *call, const struct vec *args,
                      struct vec *out, struct err *err)
{
    bool is_date = call->args[0]->type == COLUMN_DATE;
    const void *data = args[0].data;
    int64_t *r = out->data;

    (void)err;
    for (size_t i = 0; i < ev->n; i++) {
        int32_t day = is_date ? ((const int32_t *)data)[i] : day_of(((const int64_t *)data)[i]);
        r[i] = calendar_part(call->op->which, day);
    }
    return 0;
}

int expr_run_clock(struct eval *ev, const struct plan *call, const struct vec *args,
                   struct vec *out, struct err *err)
{
    static const int64_t unit[] = { [CLOCK_HOUR] = INT64_C(3600000000),
                                    [CLOCK_MINUTE] = INT64_C(60000000),
                                    [CLOCK_SECOND] = INT64_C(1000000) };
    static const int64_t turn[] = { [CLOCK_HOUR] = 24, [CLOCK_MINUTE] = 60, [CLOCK_SECOND] = 60 };
    const int64_t *t = args[0].data;
    int64_t *r = out->data;
    int which = call->op->which;

    (void)err;
    for (size_t i = 0; i < ev->n; i++)
        r[i] = time_of_day(t[i]) / unit[which] % turn[which];
    return 0;
}

/* ---- conversions ---- */
static bool text_to_date(int32_t *out, struct span s)
{
    int64_t us;

    s = span_trim(s);
    if (cell_parse_date(out, s.at, s.len))
        return true;
    *out = 0;
    if (!cell_parse_timestamp(&us, s.at, s.len))
        return false;
    *out = day_of(us);
    return true;
}

int expr_run_to_date(struct eval *ev, const struct plan *call, const struct vec *args,
                     struct vec *out, struct err *err)
{
    enum column_type from = call->args[0]->type;
    const void *data = args[0].data;
    int32_t *r = out->data;

    (void)err;
    if (from == COLUMN_DATE)
        memcpy(r, data, ev->n * sizeof(*r));
    for (size_t i = 0; i < ev->n && from != COLUMN_DATE; i++) {
        if (from == COLUMN_TIMESTAMP)
            r[i] = day_of(((const int64_t *)data)[i]);
        else
            out->valid[i] &= text_to_date(&r[i], ((const struct span *)data)[i]);
    }
    return 0;
}

/* Midnight UTC. */
int expr_run_to_timestamp(struct eval *ev, const struct plan *call, const struct vec *args,
                          struct vec *out, struct err *err)
{
    const int32_t *day = args[0].data;
    int64_t *r = out->data;

    (void)call;
    (void)err;
    for (size_t i = 0; i < ev->n; i++)
        if (__builtin_mul_overflow((int64_t)day[i], DAY_US, &r[i]))
            eval_overflow(ev, out, i);
    return 0;
}
