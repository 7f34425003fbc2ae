/* Text to bool, date and timestamp: one strict form each, so that what is read can be written back
 * and nothing is guessed (no two-digit years, no month names, no 24:00). */
#include <string.h>

#include "table/cell.h"

#define SECOND_US INT64_C(1000000)
#define DAY_US    (86400 * SECOND_US)

bool cell_parse_bool(bool *out, const char *s, size_t len)
{
    static const char *const words[][2] = {
        { "true", "false" }, { "TRUE", "FALSE" }, { "True", "False" },
        { "yes", "no" },     { "Yes", "No" },     { "T", "F" },
    };
    struct span text = { .at = s, .len = len };

    for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
        bool yes = span_is(text, words[k][0]);
        if (yes || span_is(text, words[k][1])) {
            *out = yes;
            return true;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- a reader that moves on */

struct reading {
    const char *at, *end;
};

static bool read_char(struct reading *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* Exactly n digits. */
static bool read_digits(unsigned *out, struct reading *r, size_t n)
{
    unsigned v = 0;

    if ((size_t)(r->end - r->at) < n)
        return false;
    for (; n > 0; n--, r->at++) {
        if (*r->at < '0' || *r->at > '9')
            return false;
        v = 10 * v + (unsigned)(*r->at - '0');
    }
    *out = v;
    return true;
}

static bool read_date(int32_t *days, struct reading *r)
{
    unsigned year, month, day;

    if (!read_digits(&year, r, 4))
        return false;
    char mark = r->at < r->end && *r->at == '/' ? '/' : '-';
    if (!read_char(r, mark) || !read_digits(&month, r, 2) || !read_char(r, mark) ||
        !read_digits(&day, r, 2))
        return false;
    if (year == 0 || !calendar_valid((int32_t)year, month, day))
        return false;
    *days = calendar_days((int32_t)year, month, day);
    return true;
}

/* HH:MM, both in range. */
static bool read_clock(int64_t *us, struct reading *r)
{
    unsigned hour, minute;

    if (!read_digits(&hour, r, 2) || !read_char(r, ':') || !read_digits(&minute, r, 2))
        return false;
    *us = (int64_t)(hour * 60 + minute) * 60 * SECOND_US;
    return hour < 24 && minute < 60;
}

/* One to six decimals; a seventh would be lost, so it is refused. */
static bool read_fraction(int64_t *us, struct reading *r)
{
    int64_t unit = SECOND_US;
    unsigned digit;

    *us = 0;
    while (unit > 1 && read_digits(&digit, r, 1)) {
        unit /= 10;
        *us += (int64_t)digit * unit;
    }
    return unit < SECOND_US;
}

/* [:SS[.ffffff]] */
static bool read_seconds(int64_t *us, struct reading *r)
{
    unsigned second;

    *us = 0;
    if (!read_char(r, ':'))
        return true;
    if (!read_digits(&second, r, 2) || second > 59)
        return false;
    if (read_char(r, '.') && !read_fraction(us, r))
        return false;
    *us += (int64_t)second * SECOND_US;
    return true;
}

/* Nothing, Z or ±HH:MM: what to take off to get UTC. */
static bool read_zone(int64_t *us, struct reading *r)
{
    *us = 0;
    if (r->at == r->end || read_char(r, 'Z'))
        return true;
    bool west = read_char(r, '-');
    if ((!west && !read_char(r, '+')) || !read_clock(us, r))
        return false;
    if (west)
        *us = -*us;
    return true;
}

bool cell_parse_date(int32_t *days, const char *s, size_t len)
{
    struct reading r = { .at = s, .end = s + len };
    int32_t got;

    if (!read_date(&got, &r) || r.at != r.end)
        return false;
    *days = got;
    return true;
}

/* With its zone a moment may leave the years that can be written back: refused as well. */
static bool within_years(int64_t us)
{
    return us >= calendar_days(1, 1, 1) * DAY_US && us < calendar_days(10000, 1, 1) * DAY_US;
}

bool cell_parse_timestamp(int64_t *us, const char *s, size_t len)
{
    struct reading r = { .at = s, .end = s + len };
    int64_t clock, seconds, zone;
    int32_t days;

    if (!read_date(&days, &r) || (!read_char(&r, 'T') && !read_char(&r, ' ')))
        return false;
    if (!read_clock(&clock, &r) || !read_seconds(&seconds, &r) || !read_zone(&zone, &r) ||
        r.at != r.end)
        return false;
    int64_t moment = days * DAY_US + clock + seconds - zone;
    if (!within_years(moment))
        return false;
    *us = moment;
    return true;
}
