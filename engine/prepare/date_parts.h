/* date_parts.h - parts of dates and moments as whole numbers. */
#ifndef PREPARE_DATE_PARTS_H
#define PREPARE_DATE_PARTS_H

#include "base/err.h"
#include "table/column.h"

enum date_part {
    PART_YEAR,
    PART_QUARTER,
    PART_MONTH,
    PART_DAY,
    PART_WEEKDAY, /* 1 Monday to 7 Sunday */
    PART_YEARDAY, /* 1 to 366 */
    PART_WEEK,    /* ISO 8601: week 1 has the year's first Thursday */
    PART_HOUR,
    PART_MINUTE,
    PART_SECOND,
    PART_N
};
extern const char *const date_part_names[]; /* ends in NULL */

struct date_parts {
    enum date_part which[PART_N];
    size_t n;
};

/* Names with commas between them.  ERR_USAGE: unknown, or twice. */
int date_parts_parse(struct date_parts *out, const char *text, struct err *err);
/* That part of every cell of a date or timestamp, an int column.  ERR_SHAPE: the time of a date;
 * `name` is the column's. */
int date_part_column(struct column **out, const struct column *c, enum date_part part,
                     const char *name, struct err *err);

#endif
