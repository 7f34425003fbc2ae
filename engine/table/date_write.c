/* date_write.c - dates and moments in the form they were read in. */
#include <string.h>

#include "table/cell.h"
#include "table/date_format.h"

#define DAY_US INT64_C(86400000000)

struct written {
    int32_t year;
    unsigned month, day;
    int hour, minute, second;
};

static void take_apart(struct written *w, int64_t us)
{
    int64_t days = us / DAY_US - (us % DAY_US < 0), rest = (us - days * DAY_US) / 1000000;

    calendar_date((int32_t)days, &w->year, &w->month, &w->day);
    w->hour = (int)(rest / 3600);
    w->minute = (int)(rest / 60 % 60);
    w->second = (int)(rest % 60);
}

static bool add_directive(struct str *out, const struct written *w, char directive, bool bare)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int width = bare ? 1 : 2;

    switch (directive) {
    case 'Y':
        str_addf(out, "%04d", w->year);
        return true;
    case 'y': /* what the reader takes for the same year */
        str_addf(out, "%02d", w->year % 100);
        return w->year >= 1969 && w->year <= 2068;
    case 'm':
        str_addf(out, "%0*u", width, w->month);
        return true;
    case 'd':
        str_addf(out, "%0*u", width, w->day);
        return true;
    case 'b':
        str_add_n(out, months + 3 * (w->month - 1), 3);
        return true;
    case 'H':
        str_addf(out, "%02d", w->hour);
        return true;
    case 'I':
        str_addf(out, "%02d", w->hour % 12 ? w->hour % 12 : 12);
        return true;
    case 'M':
        str_addf(out, "%02d", w->minute);
        return true;
    case 'S':
        str_addf(out, "%02d", w->second);
        return true;
    case 'p':
        str_add(out, w->hour < 12 ? "AM" : "PM");
        return true;
    case '%':
        str_add_char(out, '%');
        return true;
    default:
        return false;
    }
}

bool date_format_write(struct str *out, const struct date_format *f, int64_t us)
{
    size_t before = out->len;
    struct written w;
    int64_t back;

    take_apart(&w, us);
    for (const char *at = f->text; *at; at++) {
        bool bare = at[0] == '%' && at[1] == '-', fine = true;
        if (*at != '%')
            str_add_char(out, *at);
        else
            fine = add_directive(out, &w, *(at += 1 + bare), bare);
        if (!fine)
            break;
    }
    struct span text = { out->buf + before, out->len - before };
    if (date_format_read(&back, f, text, 0) && back == us)
        return true;
    out->len = before;
    out->buf[before] = '\0';
    return false;
}

int date_format_unpad(struct date_format *out, const struct date_format *f, struct err *err)
{
    struct str text;

    str_init(&text);
    for (const char *at = f->text; *at; at++) {
        str_add_char(&text, *at);
        if (at[0] != '%')
            continue;
        if (at[1] == 'd' || at[1] == 'm')
            str_add_char(&text, '-');
        str_add_char(&text, *++at);
    }
    int rc = date_format_init(out, text.buf, err);
    str_release(&text);
    return rc;
}
