/* dates.h - dates as people write them, and those of a column that are written otherwise than most,
 * or are none. */
#ifndef PROFILE_DATES_H
#define PROFILE_DATES_H

#include "base/arena.h"
#include "profile/coded.h"

enum date_order {
    DATE_NONE,
    DATE_YMD,        /* 2024-02-29, with - / or . between */
    DATE_DMY,        /* 29.2.2024 */
    DATE_MDY,        /* 2/29/2024 */
    DATE_EITHER,     /* 3/4/2024: one of those two */
    DATE_D_MON_Y,    /* 29 Feb 2024, 29-Feb-2024 */
    DATE_MON_D_Y,    /* Feb 29, 2024 */
    DATE_IMPOSSIBLE, /* in the form of a date, and none: 2024-02-30 */
};

struct date_text {
    enum date_order order;
    char between;         /* the first separator */
    bool padded;          /* 02, not 2, where it could be either */
    int year_digits;      /* 2 or 4 */
    int year, month, day; /* DATE_EITHER: day before month */
    struct span rest;     /* a time, behind */
};
/* DATE_NONE when it is nothing like a date. */
struct date_text date_read(struct span s);
/* In another form; false when that form cannot have it. */
bool date_write(struct str *out, const struct date_text *d, const struct date_text *form);

struct odd_date {
    uint32_t code;
    double sure;
    const char *right; /* in the form most have; NULL when it is no date or may be two */
};
/* Texts of a column of dates that are written otherwise, or impossible, by code, in the arena; none
 * when fewer than 7 in 10 cells are dates.  *usual (may be NULL): what most look like. */
size_t dates_find(struct odd_date **out, struct date_text *usual, const struct coded_column *c,
                  struct arena *arena);

#endif
