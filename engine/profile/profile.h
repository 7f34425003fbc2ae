/* profile.h - what is in a table: a description of each column, and how often each value occurs.
 *
 * Missing cells are counted apart and enter nothing else.  NaN is a value: it counts as present and
 * as one distinct value, and is left out of the numbers (n_nan tells how many).
 */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/job.h"
#include "table/table.h"

#define PROFILE_BINS         16
#define PROFILE_TOPS         10
#define PROFILE_PATTERNS     8
#define PROFILE_PATTERN_SIZE 64 /* bytes, with the NUL */

/* A form that texts have: letters as A and a (x: a script without case), digits as 9, the rest as it
 * stands; "Aaaa 99", "AAA-999". */
struct profile_pattern {
    char text[PROFILE_PATTERN_SIZE];
    size_t count; /* rows */
    size_t row;   /* one that has it */
};

struct profile_top {
    size_t row, count;
};

struct profile_column {
    const char *name; /* NULL from profile_column(); else in the profile's arena */
    enum column_type type;
    size_t count, missing, distinct; /* count: cells that are present */
    size_t n_nan;
    /* int, real: all of them; bool: mean is the share of true; date and timestamp: min to max in
     * days or microseconds since 1970.  NAN where there is none.  std has divisor n - 1 (NAN for
     * one value); quantiles are type 7 of Hyndman and Fan 1996, numpy's default. */
    double mean, std, min, q25, median, q75, max;
    /* int, real: G1 and G2 of Joanes and Gill 1998, pandas' skew and kurt; NAN when not defined. */
    double skew, kurtosis;
    size_t n_zero, n_negative, n_infinite; /* int, real */
    /* The most frequent value, the first in order among equals: a row that has it and how often;
     * cell_text() of that row is its text.  top_count is 0 when every cell is missing. */
    size_t top_row, top_count;
    /* The first PROFILE_TOPS of them: falling counts, among equals in the order of values; [0] is the
     * same as above. */
    size_t n_tops;
    struct profile_top tops[PROFILE_TOPS];
    /* Numbers and dates: n_bins of equal width from bin_low to bin_high, the last one closed; a
     * column of ints or dates with fewer than PROFILE_BINS whole numbers in its range has a bin for
     * each.  Infinite
     * values are in none.  bool: false, true.  Text and category: the counts of the most frequent
     * values, falling. */
    size_t n_bins, bins[PROFILE_BINS];
    double bin_low, bin_high;
    /* Text and category: characters in the shortest and the longest value, cells that are empty or
     * blank, and the most frequent patterns.  When the eight most frequent would be less than half
     * of the cells, runs are taken together: "A+", "a+", "9+" (patterns_are_wide). */
    size_t shortest, longest, n_blank;
    size_t n_patterns, n_patterns_found;
    bool patterns_are_wide;
    struct profile_pattern patterns[PROFILE_PATTERNS];
};

struct profile {
    size_t n_rows, n_cols;
    struct profile_column *columns; /* (n_cols) */
    struct arena arena;
};

/* Few distinct values are counted, many are sorted (radix): O(n).  Sums are of two passes.  The same
 * result for any number of threads.  ERR_NOMEM. */
int profile_column(struct profile_column *out, const struct column *c, struct err *err);
/* Every column, several beside each other, with progress; free with profile_release.  ERR_NOMEM, ERR_CANCELLED. */
int profile_table(struct profile *out, const struct table *t, struct job *job, struct err *err);
void profile_release(struct profile *p);
/* A number of the description as its column's type writes it: dates as dates.  Nothing for NAN that
 * stands for "there is none" in a column that has no numbers. */
void profile_show(struct str *out, const struct profile_column *p, double value, int digits);

/* A regular expression (PCRE2) that the texts of a pattern match, and none of another. */
void profile_pattern_regex(struct str *out, const char *pattern, bool wide);

/* ---- frequencies ---- */
struct frequency {
    size_t row; /* the first that has the value: cell_text() of it is its text */
    size_t count;
    double share; /* of all rows, the missing ones included */
    bool missing; /* the line of the missing cells */
};

struct frequencies {
    size_t n, n_rows;
    struct frequency *items; /* falling counts; among equals in the order of values, missing last */
};

/* ERR_NOMEM. */
int frequencies_of(struct frequencies *out, const struct column *c, struct err *err);
void frequencies_release(struct frequencies *f);

#endif
