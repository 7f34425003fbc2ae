/* date_format.h - dates and moments written in a given form, as strptime describes forms.
 *
 *   %Y  four digits     %y  two: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068 (POSIX)
 *   %m %d %H %I %M %S   one or two digits          %j  day of the year, one to three
 *   %-d %-m  the same; written without a leading zero
 *   %f  one to nine digits of a second's fraction (microseconds are kept)
 *   %b %B  English name of a month, whole or its first three letters; %a %A  of a day (not checked)
 *   %p  am, pm, a.m., p.m. in any case             %s  seconds since 1970-01-01 UTC
 *   %z  Z, UTC, GMT, +HH, +HHMM or +HH:MM          %T  %H:%M:%S    %F  %Y-%m-%d    %%  %
 *
 * A blank in the form stands for one blank or more; every other character for itself.  The whole text
 * must fit, blanks at its ends apart.  Days are checked (no 30 February), 24:00 and a second 60 are
 * refused; years 0001 to 9999, in UTC too.
 */
#ifndef TABLE_DATE_FORMAT_H
#define TABLE_DATE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "table/column.h"

#define DATE_FORMAT_MAX 64 /* bytes */

struct date_format {
    char text[DATE_FORMAT_MAX]; /* with %T and %F written out */
    bool has_time, has_zone;
};

/* ERR_USAGE: an unknown directive, no day in it (a month alone is the first, a year alone 1 January),
 * or too long. */
int date_format_init(struct date_format *out, const char *text, struct err *err);
/* The text as microseconds since 1970-01-01 UTC; one without a zone is `offset_us` ahead of UTC. */
bool date_format_read(int64_t *us, const struct date_format *f, struct span text,
                      int64_t offset_us);
/* The form with day and month the other way round; false when they do not stand side by side in
 * front. */
bool date_format_swap(struct date_format *out, const struct date_format *f);
/* The moment (UTC) in that form.  False, with nothing added, where a part of the form has no one way to
 * be written (%f %j %z %s %a, several lengths). */
bool date_format_write(struct str *out, const struct date_format *f, int64_t us);
/* Whole months and days without leading zeros in the form: %-d for %d, %-m for %m; ERR_USAGE: too
 * long. */
int date_format_unpad(struct date_format *out, const struct date_format *f, struct err *err);
/* "+02:00", "-0530", "Z": what %z reads, as microseconds ahead of UTC. */
bool date_offset_read(int64_t *us, struct span text);

/* ---- finding the form ---- */
#define DATE_GUESS_MAX 4

struct date_guess {
    struct date_format formats[DATE_GUESS_MAX]; /* (n) those that read most first */
    size_t n;
    size_t n_values, n_read; /* texts looked at, and those that a form reads */
    /* Both orders of day and month read the same texts and some as different days: the other form
     * is `rival`, and nothing tells them apart. */
    bool ambiguous;
    struct date_format rival;
};

/* The usual forms that read the texts of a column (text, category), at most 2000 of its first
 * different ones.  In one column day and month have one order where the same character parts them:
 * that which reads more.  n is 0 when no form reads a text. */
void date_guess(struct date_guess *out, const struct column *c);

#endif
