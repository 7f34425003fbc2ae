#include "profile/dates.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "table/cell.h"

#define MOSTLY  0.7
#define FEWEST  10
#define CLEARLY 10 /* times as many are day first as month first, or the other way round */

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
                                      "jul", "aug", "sep", "oct", "nov", "dec" };

/* ---------------------------------------------------------------- reading */

struct scan {
    const char *at, *end;
};

/* Up to 4 digits; the number of them, 0: none. */
static int scan_number(struct scan *s, int *out, bool *padded)
{
    int n = 0;

    *out = 0;
    *padded |= s->at < s->end && *s->at == '0';
    while (s->at < s->end && n < 5 && isdigit((unsigned char)*s->at)) {
        *out = *out * 10 + (*s->at++ - '0');
        n++;
    }
    return n < 5 ? n : 0;
}

/* A month's name, whole or its first three letters; 0: none. */
static int scan_month(struct scan *s)
{
    size_t n = 0;

    while (s->at + n < s->end && isalpha((unsigned char)s->at[n]))
        n++;
    for (int m = 0; m < 12 && n >= 3; m++)
        if (strncasecmp(s->at, months[m], 3) == 0) {
            s->at += n;
            return m + 1;
        }
    return 0;
}

/* One of - / . or blanks and a comma; '\0': none. */
static char scan_between(struct scan *s)
{
    char c = '\0';

    while (s->at < s->end && strchr("-/., ", *s->at) && *s->at) {
        if (c && c != ' ' && c != ',' && *s->at != ' ')
            return '\0';
        c = c ? c : *s->at;
        s->at++;
    }
    return c;
}

static int whole_year(int year, int digits)
{
    return digits == 4 ? year : year < 70 ? 2000 + year : 1900 + year;
}

static bool is_date(int year, int month, int day)
{
    return year >= 1 && month >= 1 && day >= 1 &&
           calendar_valid(year, (unsigned)month, (unsigned)day);
}

/* a/b/year: which of the two is the day? */
static void settle_order(struct date_text *d, int a, int b)
{
    bool dmy = is_date(d->year, b, a), mdy = is_date(d->year, a, b);

    d->order = dmy && mdy ? DATE_EITHER : dmy ? DATE_DMY : mdy ? DATE_MDY : DATE_IMPOSSIBLE;
    d->day = dmy ? a : b;
    d->month = dmy ? b : a;
}

static struct date_text read_numbers(struct scan *s, int first, int n_first, bool padded)
{
    struct date_text d = { .padded = padded }, none = { 0 };
    int second, third, n_third;

    d.between = scan_between(s);
    if (!d.between || d.between == ' ' || d.between == ',' ||
        scan_number(s, &second, &d.padded) == 0 || scan_between(s) != d.between)
        return none;
    bool third_padded = false;
    n_third = scan_number(s, &third, &third_padded);
    /* 94/3/15 and 06/3/1 begin with the year too. */
    bool short_year = n_first == 2 && (n_third == 1 || (n_third == 2 && first > 31));
    if ((n_first == 4 && (n_third == 1 || n_third == 2)) || short_year) {
        d.padded = (n_first == 4 && d.padded) || third_padded;
        d.year_digits = n_first;
        d.year = whole_year(first, n_first);
        d.month = second;
        d.day = third;
        d.order = is_date(d.year, second, third) ? DATE_YMD : DATE_IMPOSSIBLE;
        return d;
    }
    if (n_first > 2 || (n_third != 4 && n_third != 2))
        return none;
    d.year_digits = n_third;
    d.year = whole_year(third, n_third);
    settle_order(&d, first, second);
    return d;
}

static struct date_text read_named(struct scan *s, int day, int month, bool padded)
{
    struct date_text d = { .padded = padded,
                           .order = day ? DATE_D_MON_Y : DATE_MON_D_Y,
                           .day = day,
                           .month = month },
                     none = { 0 };
    int n;

    d.between = scan_between(s);
    if (day)
        d.month = scan_month(s);
    else if (scan_number(s, &d.day, &d.padded) == 0)
        return none;
    bool ignored = false;
    if (!d.month || !scan_between(s) || ((n = scan_number(s, &d.year, &ignored)) != 4 && n != 2))
        return none;
    d.year_digits = n;
    d.year = whole_year(d.year, n);
    if (!is_date(d.year, d.month, d.day))
        d.order = DATE_IMPOSSIBLE;
    return d;
}

struct date_text date_read(struct span text)
{
    struct span t = span_trim(text);
    struct scan s = { t.at, t.at + t.len };
    struct date_text d = { 0 };
    bool padded = false;
    int first, month = scan_month(&s);

    if (month) {
        d = read_named(&s, 0, month, false);
    } else {
        int n = scan_number(&s, &first, &padded);
        struct scan ahead = s;
        if (n && n <= 2 && scan_between(&ahead) && scan_month(&ahead))
            d = read_named(&s, first, 0, padded);
        else if (n)
            d = read_numbers(&s, first, n, padded);
    }
    if (s.at < s.end && *s.at != ' ' && *s.at != 'T')
        d.order = DATE_NONE;
    d.rest = (struct span){ s.at, (size_t)(s.end - s.at) };
    return d;
}

/* ---------------------------------------------------------------- writing */

static void add_number(struct str *out, int v, bool padded)
{
    str_addf(out, padded ? "%02d" : "%d", v);
}

static void add_year(struct str *out, int year, int digits)
{
    str_addf(out, digits == 2 ? "%02d" : "%04d", digits == 2 ? year % 100 : year);
}

bool date_write(struct str *out, const struct date_text *d, const struct date_text *form)
{
    if (d->order == DATE_NONE || d->order == DATE_IMPOSSIBLE || d->order == DATE_EITHER)
        return false;
    switch (form->order) {
    case DATE_YMD:
        add_year(out, d->year, form->year_digits);
        str_add_char(out, form->between);
        add_number(out, d->month, form->padded);
        str_add_char(out, form->between);
        add_number(out, d->day, form->padded);
        break;
    case DATE_DMY:
    case DATE_MDY:
        add_number(out, form->order == DATE_DMY ? d->day : d->month, form->padded);
        str_add_char(out, form->between);
        add_number(out, form->order == DATE_DMY ? d->month : d->day, form->padded);
        str_add_char(out, form->between);
        add_year(out, d->year, form->year_digits);
        break;
    case DATE_D_MON_Y:
        add_number(out, d->day, form->padded);
        str_addf(out, "%c%c%.2s%c", form->between, toupper(months[d->month - 1][0]),
                 months[d->month - 1] + 1, form->between);
        add_year(out, d->year, form->year_digits);
        break;
    case DATE_MON_D_Y:
        str_addf(out, "%c%.2s ", toupper(months[d->month - 1][0]), months[d->month - 1] + 1);
        add_number(out, d->day, form->padded);
        str_add(out, ", ");
        add_year(out, d->year, form->year_digits);
        break;
    case DATE_NONE:
    case DATE_EITHER:
    case DATE_IMPOSSIBLE:
        return false;
    }
    str_add_n(out, d->rest.at, d->rest.len);
    return true;
}

/* ---------------------------------------------------------------- a column */

static bool same_form(const struct date_text *a, const struct date_text *b)
{
    bool either = (a->order == DATE_EITHER && (b->order == DATE_DMY || b->order == DATE_MDY)) ||
                  (b->order == DATE_EITHER && (a->order == DATE_DMY || a->order == DATE_MDY));

    return (a->order == b->order || either) && a->between == b->between &&
           a->year_digits == b->year_digits;
}

struct tally {
    struct date_text form;
    size_t n, padded, small; /* small: cells that would be padded, if any are */
};
#define MOST_FORMS 32

/* What most look like, and how many cells are dates of any form. */
static struct tally usual_form(struct date_text *dates, const struct coded_column *c,
                               size_t *n_dates, size_t *n_all)
{
    struct tally tallies[MOST_FORMS] = { 0 };
    size_t n = 0, best = 0;

    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct date_text *d = &dates[v];
        *n_all += c->count[v];
        *n_dates += d->order != DATE_NONE ? c->count[v] : 0;
        if (d->order == DATE_NONE || d->order == DATE_IMPOSSIBLE)
            continue;
        size_t k = 0;
        while (k < n && !same_form(&tallies[k].form, d))
            k++;
        if (k == n && n == MOST_FORMS)
            continue;
        if (k == n)
            tallies[n++].form = *d;
        tallies[k].n += c->count[v];
        tallies[k].padded += d->padded ? c->count[v] : 0;
        tallies[k].small += d->day < 10 || d->month < 10 ? c->count[v] : 0;
    }
    for (size_t k = 1; k < n; k++)
        best = tallies[k].n > tallies[best].n ? k : best;
    tallies[best].form.padded = 2 * tallies[best].padded > tallies[best].small;
    return tallies[best];
}

/* 3/4/2024 is day first or month first as the sure ones of its column are. */
static void settle_either(struct date_text *dates, const struct coded_column *c)
{
    size_t dmy = 0, mdy = 0;

    for (uint32_t v = 1; v <= c->n_values; v++) {
        dmy += dates[v].order == DATE_DMY ? c->count[v] : 0;
        mdy += dates[v].order == DATE_MDY ? c->count[v] : 0;
    }
    if (dmy < CLEARLY * mdy + 1 && mdy < CLEARLY * dmy + 1)
        return;
    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct date_text *d = &dates[v];
        if (d->order != DATE_EITHER)
            continue;
        d->order = dmy > mdy ? DATE_DMY : DATE_MDY;
        if (mdy > dmy) {
            int day = d->month;
            d->month = d->day;
            d->day = day;
        }
    }
}

static size_t odd_ones(struct odd_date *out, const struct date_text *dates,
                       const struct tally *usual, size_t n_dates, const struct coded_column *c,
                       struct arena *arena)
{
    double share = (double)usual->n / (double)n_dates;
    struct str right;
    size_t n = 0;

    str_init(&right);
    for (uint32_t v = 1; v <= c->n_values; v++) {
        const struct date_text *d = &dates[v];
        if (d->order == DATE_NONE || same_form(d, &usual->form))
            continue;
        str_clear(&right);
        bool can = date_write(&right, d, &usual->form);
        double sure = d->order == DATE_IMPOSSIBLE ? 0.95 : d->order == DATE_EITHER ? 0.4 : share;
        out[n++] = (struct odd_date){ v, sure, can ? arena_strdup(arena, right.buf) : NULL };
    }
    str_release(&right);
    return n;
}

size_t dates_find(struct odd_date **out, struct date_text *usual, const struct coded_column *c,
                  struct arena *arena)
{
    struct date_text *dates = MEM_NEW(struct date_text, (size_t)c->n_values + 1);
    size_t n = 0, n_dates = 0, n_all = 0;

    *out = ARENA_NEW(arena, struct odd_date, c->n_values);
    for (uint32_t v = 1; v <= c->n_values; v++)
        dates[v] = date_read(coded_text(c, v));
    settle_either(dates, c);
    struct tally most = usual_form(dates, c, &n_dates, &n_all);
    if (n_dates >= FEWEST && (double)n_dates >= MOSTLY * (double)n_all && most.n)
        n = odd_ones(*out, dates, &most, n_dates, c, arena);
    if (usual)
        *usual = most.form;
    mem_free(dates);
    return n;
}
