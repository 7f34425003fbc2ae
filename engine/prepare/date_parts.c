#include "prepare/date_parts.h"

#include <string.h>

#include "prepare/step_values.h"
#include "table/cell.h"

#define DAY_US INT64_C(86400000000)

const char *const date_part_names[] = { "year", "quarter", "month",  "day",    "weekday", "yearday",
                                        "week", "hour",    "minute", "second", NULL };

static int add_part(struct date_parts *p, struct span word, struct err *err)
{
    for (int k = 0; k < PART_N; k++) {
        if (!span_is(word, date_part_names[k]))
            continue;
        for (size_t i = 0; i < p->n; i++)
            if (p->which[i] == (enum date_part)k)
                return err_set(err, ERR_USAGE, "the part %s is named twice", date_part_names[k]);
        p->which[p->n++] = (enum date_part)k;
        return 0;
    }
    return err_set(err, ERR_USAGE,
                   "'%.*s' is no part of a date; there are year quarter month day weekday yearday "
                   "week hour minute second",
                   (int)word.len, word.at);
}

int date_parts_parse(struct date_parts *out, const char *text, struct err *err)
{
    out->n = 0;
    for (const char *at = text;; at++) {
        size_t len = strcspn(at, ",");
        if (add_part(out, span_trim((struct span){ at, len }), err))
            return -1;
        at += len;
        if (!*at)
            return 0;
    }
}

/* 1970-01-01 was a Thursday. */
static int64_t weekday_of(int32_t days)
{
    int64_t since_monday = ((int64_t)days + 3) % 7;

    return since_monday < 0 ? since_monday + 8 : since_monday + 1;
}

/* The week's Thursday decides which year it belongs to. */
static int64_t week_of(int32_t days)
{
    int32_t thursday = days + 4 - (int32_t)weekday_of(days), year;
    unsigned month, day;

    calendar_date(thursday, &year, &month, &day);
    return (thursday - calendar_days(year, 1, 1)) / 7 + 1;
}

static int64_t part_of_day(int32_t days, enum date_part part)
{
    int32_t year;
    unsigned month, day;

    calendar_date(days, &year, &month, &day);
    switch (part) {
    case PART_YEAR:
        return year;
    case PART_QUARTER:
        return (month + 2) / 3;
    case PART_MONTH:
        return month;
    case PART_DAY:
        return day;
    case PART_WEEKDAY:
        return weekday_of(days);
    case PART_YEARDAY:
        return days - calendar_days(year, 1, 1) + 1;
    default:
        return week_of(days);
    }
}

static int64_t part_of_moment(int64_t us, enum date_part part)
{
    int64_t days = us / DAY_US - (us % DAY_US < 0), second = (us - days * DAY_US) / 1000000;

    switch (part) {
    case PART_HOUR:
        return second / 3600;
    case PART_MINUTE:
        return second / 60 % 60;
    case PART_SECOND:
        return second % 60;
    default:
        return part_of_day((int32_t)days, part);
    }
}

int date_part_column(struct column **out, const struct column *c, enum date_part part,
                     const char *name, struct err *err)
{
    if (c->type == COLUMN_DATE && part >= PART_HOUR)
        return err_set(err, ERR_SHAPE, "%s has no time, and so no %s; to=timestamp gives it one",
                       name, date_part_names[part]);
    if (column_new_like(out, COLUMN_INT, c, err))
        return -1;
    for (size_t i = 0; i < c->n_rows; i++)
        column_ints_mut(*out)[i] = c->type == COLUMN_DATE ? part_of_day(column_codes(c)[i], part)
                                                          : part_of_moment(column_ints(c)[i], part);
    column_clear_missing(*out);
    return 0;
}
