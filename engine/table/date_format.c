#include "table/date_format.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "table/cell.h"

#define SECOND_US INT64_C(1000000)
#define DAY_US    (86400 * SECOND_US)

/* ---------------------------------------------------------------- forms */

static int fail_format(const char *text, const char *why, struct err *err)
{
    return err_set(err, ERR_USAGE,
                   "'%.80s' is no form of a date: %s; as in %%d.%%m.%%Y or %%Y-%%m-%%d %%H:%%M:%%S",
                   text, why);
}

static bool has(const char *text, const char *directives)
{
    for (const char *at = strchr(text, '%'); at && at[1]; at = strchr(at + 2, '%'))
        if (strchr(directives, at[1]))
            return true;
    return false;
}

static int write_out(char *out, const char *text, struct err *err)
{
    size_t n = 0;

    for (const char *at = text; *at; at++) {
        const char *piece = NULL;
        if (at[0] == '%' && at[1] == 'T')
            piece = "%H:%M:%S";
        if (at[0] == '%' && at[1] == 'F')
            piece = "%Y-%m-%d";
        if (at[0] == '%' && at[1] == '-' && (at[2] == 'd' || at[2] == 'm'))
            piece = at[2] == 'd' ? "%-d" : "%-m";
        if (at[0] == '%' && !piece && (!at[1] || !strchr("YymdHIMSjfbBaApsz%", at[1])))
            return fail_format(text, "a % stands before a letter that has no meaning", err);
        size_t len = piece ? strlen(piece) : at[0] == '%' ? 2 : 1;
        if (n + len >= DATE_FORMAT_MAX)
            return fail_format(text, "it is too long", err);
        memcpy(out + n, piece ? piece : at, len);
        n += len;
        at += piece && at[1] == '-' ? 2 : piece || at[0] == '%';
    }
    out[n] = '\0';
    return 0;
}

int date_format_init(struct date_format *out, const char *text, struct err *err)
{
    struct date_format f = { 0 };

    if (write_out(f.text, text, err))
        return -1;
    if (!has(f.text, "Yys"))
        return fail_format(text, "there is no year in it", err);
    f.has_time = has(f.text, "HIs");
    f.has_zone = has(f.text, "zs");
    *out = f;
    return 0;
}

/* ---------------------------------------------------------------- a text that is read */

struct clock_text {
    const char *at, *end;
    int year, month, day, yearday;
    int hour, minute, second, half; /* half: 1 am, 2 pm */
    int64_t fraction_us, offset_us, epoch_s;
    bool is_epoch;
};

static bool take_number(int64_t *out, struct clock_text *t, int least, int most)
{
    int64_t v = 0;
    int n = 0;

    for (; n < most && t->at < t->end && *t->at >= '0' && *t->at <= '9'; n++)
        v = 10 * v + (*t->at++ - '0');
    *out = v;
    return n >= least;
}

static bool take_int(int *out, struct clock_text *t, int least, int most, int low, int high)
{
    int64_t v;

    if (!take_number(&v, t, least, most) || v < low || v > high)
        return false;
    *out = (int)v;
    return true;
}

/* A name of the list by all of it or its first three letters, in any case; from 1. */
static bool take_name(int *out, struct clock_text *t, const char *const *names, int n)
{
    size_t len = 0, left = (size_t)(t->end - t->at);

    while (len < left && isalpha((unsigned char)t->at[len]))
        len++;
    for (int k = 0; k < n; k++) {
        if ((len != 3 && len != strlen(names[k])) || strncasecmp(t->at, names[k], len) != 0)
            continue;
        *out = k + 1;
        t->at += len;
        t->at += t->at < t->end && *t->at == '.' && len == 3; /* Jan. */
        return true;
    }
    return false;
}

static bool take_month(struct clock_text *t)
{
    static const char *const names[] = { "January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December" };

    return take_name(&t->month, t, names, 12);
}

static bool take_weekday(struct clock_text *t)
{
    static const char *const names[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                         "Friday", "Saturday", "Sunday" };
    int ignored;

    return take_name(&ignored, t, names, 7);
}

static bool take_half(struct clock_text *t)
{
    static const char *const forms[] = { "am", "pm", "a.m.", "p.m." };

    for (int k = 0; k < 4; k++) {
        size_t len = strlen(forms[k]);
        if ((size_t)(t->end - t->at) < len || strncasecmp(t->at, forms[k], len) != 0)
            continue;
        t->half = 1 + k % 2;
        t->at += len;
        return true;
    }
    return false;
}

static bool take_fraction(struct clock_text *t)
{
    int64_t unit = SECOND_US;
    int n = 0;

    for (; n < 9 && t->at < t->end && *t->at >= '0' && *t->at <= '9'; n++) {
        unit /= 10;
        t->fraction_us += (*t->at++ - '0') * unit;
    }
    return n > 0;
}

static bool take_zone(struct clock_text *t)
{
    static const char *const words[] = { "UTC", "GMT", "Z" };
    int hour, minute = 0;

    for (int k = 0; k < 3; k++) {
        size_t len = strlen(words[k]);
        if ((size_t)(t->end - t->at) >= len && strncasecmp(t->at, words[k], len) == 0) {
            t->at += len;
            return true;
        }
    }
    if (t->at == t->end || (*t->at != '+' && *t->at != '-'))
        return false;
    bool west = *t->at++ == '-';
    if (!take_int(&hour, t, 2, 2, 0, 23))
        return false;
    bool colon = t->at < t->end && *t->at == ':';
    t->at += colon;
    bool more = t->at < t->end && isdigit((unsigned char)*t->at);
    if ((colon || more) && !take_int(&minute, t, 2, 2, 0, 59))
        return false;
    t->offset_us = (hour * 60 + minute) * 60 * SECOND_US * (west ? -1 : 1);
    return true;
}

static bool take_epoch(struct clock_text *t)
{
    bool before = t->at < t->end && *t->at == '-';

    t->at += before;
    if (!take_number(&t->epoch_s, t, 1, 12))
        return false;
    t->is_epoch = true;
    if (before)
        t->epoch_s = -t->epoch_s;
    return true;
}

static bool take_year_of_two(struct clock_text *t)
{
    if (!take_int(&t->year, t, 2, 2, 0, 99))
        return false;
    t->year += t->year < 69 ? 2000 : 1900;
    return true;
}

static bool take_directive(struct clock_text *t, char directive)
{
    switch (directive) {
    case 'Y':
        return take_int(&t->year, t, 4, 4, 1, 9999);
    case 'y':
        return take_year_of_two(t);
    case 'm':
        return take_int(&t->month, t, 1, 2, 1, 12);
    case 'd':
        return take_int(&t->day, t, 1, 2, 1, 31);
    case 'j':
        return take_int(&t->yearday, t, 1, 3, 1, 366);
    case 'H':
        return take_int(&t->hour, t, 1, 2, 0, 23);
    case 'I':
        return take_int(&t->hour, t, 1, 2, 1, 12);
    case 'M':
        return take_int(&t->minute, t, 1, 2, 0, 59);
    case 'S':
        return take_int(&t->second, t, 1, 2, 0, 59);
    case 'f':
        return take_fraction(t);
    case 'b':
    case 'B':
        return take_month(t);
    case 'a':
    case 'A':
        return take_weekday(t);
    case 'p':
        return take_half(t);
    case 's':
        return take_epoch(t);
    case 'z':
        return take_zone(t);
    default: /* %% */
        return t->at < t->end && *t->at++ == '%';
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool take_all(struct clock_text *t, const char *form)
{
    for (const char *f = form; *f; f++) {
        if (*f == '%') {
            f += f[1] == '-';
            if (!take_directive(t, *++f))
                return false;
        } else if (is_blank(*f)) {
            if (t->at == t->end || !is_blank(*t->at))
                return false;
            while (t->at < t->end && is_blank(*t->at))
                t->at++;
        } else if (t->at == t->end || *t->at++ != *f) {
            return false;
        }
    }
    return t->at == t->end;
}

static bool days_of(int32_t *days, const struct clock_text *t)
{
    bool leap = calendar_valid(t->year, 2, 29);

    if (t->yearday) {
        *days = calendar_days(t->year, 1, 1) + t->yearday - 1;
        return t->yearday <= 365 + leap;
    }
    *days = calendar_days(t->year, (unsigned)t->month, (unsigned)t->day);
    return calendar_valid(t->year, (unsigned)t->month, (unsigned)t->day);
}

bool date_format_read(int64_t *us, const struct date_format *f, struct span text, int64_t offset_us)
{
    struct span s = span_trim(text);
    struct clock_text t = { .at = s.at, .end = s.at + s.len, .month = 1, .day = 1 };
    int32_t days;

    if (s.len == 0 || !take_all(&t, f->text))
        return false;
    if (t.half)
        t.hour = t.hour % 12 + (t.half == 2 ? 12 : 0);
    if (!t.is_epoch && !days_of(&days, &t))
        return false;
    int64_t moment = t.is_epoch
                         ? t.epoch_s * SECOND_US
                         : days * DAY_US + (t.hour * 3600 + t.minute * 60 + t.second) * SECOND_US;
    moment += t.fraction_us - (f->has_zone ? t.offset_us : f->has_time ? offset_us : 0);
    if (moment < calendar_days(1, 1, 1) * DAY_US || moment >= calendar_days(10000, 1, 1) * DAY_US)
        return false;
    *us = moment;
    return true;
}

bool date_format_swap(struct date_format *out, const struct date_format *f)
{
    bool day = strncmp(f->text, "%d", 2) == 0 && f->text[2] && strncmp(f->text + 3, "%m", 2) == 0;
    bool month = strncmp(f->text, "%m", 2) == 0 && f->text[2] && strncmp(f->text + 3, "%d", 2) == 0;

    if (!day && !month)
        return false;
    *out = *f;
    out->text[1] = f->text[4];
    out->text[4] = f->text[1];
    return true;
}

bool date_offset_read(int64_t *us, struct span text)
{
    struct clock_text t = { .at = text.at, .end = text.at + text.len };

    if (!take_zone(&t) || t.at != t.end)
        return false;
    *us = t.offset_us;
    return true;
}
