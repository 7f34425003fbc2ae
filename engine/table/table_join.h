/* table_join.h - two tables side by side by equal keys, and one behind the other.
 *
 * Join.  Rows of the left come in their order, each with its matches in the order of the right; then, for a
 * full join, what is left of the right.  Keys of numbers compare as numbers, dates as dates, everything else by
 * text; a key with a missing cell matches nothing.  Columns of the right that are no keys follow those of the left;
 * one whose name is taken gets _2, _3 ….
 *
 * Append.  Columns are matched by name; what one table lacks is missing in its rows.  int and real become real,
 * dates and timestamps timestamps, other types that differ text.
 */
#ifndef TABLE_JOIN_H
#define TABLE_JOIN_H

#include "base/job.h"
#include "table/table.h"

enum join_how { JOIN_LEFT, JOIN_INNER, JOIN_FULL, JOIN_SEMI, JOIN_ANTI };

#define JOIN_NO_ROW UINT32_MAX

/* Which rows the result is made of, and what there was to report. */
struct join {
    struct table *table; /* no lines */
    struct buffer *left,
        *right;       /* uint32 by row of the table: the row on that side, or JOIN_NO_ROW */
    size_t n_matched; /* rows of the left with a match */
    size_t n_left_only, n_right_only;
    size_t n_missing_left, n_missing_right; /* of those: a cell of the key is missing */
    size_t n_more;       /* rows of the left that stand there more than once, counted once less */
    size_t n_keys_twice; /* keys that several rows of the right have */
    /* Columns of the right as they are called now; equal names where nothing changed. */
    size_t n_added;
    const char **names, **was; /* (n_added), borrowed from the tables */
    /* The first rows without a match, from 0. */
    uint32_t left_only[8], right_only[8];
};

/* by[k] is a column of both.  ERR_USAGE: no such column; ERR_SHAPE: a key is a number here and a text there;
 * too many rows; ERR_NOMEM, ERR_CANCELLED. */
int table_join(struct join *out, const struct table *left, const struct table *right,
               const char *const *by, size_t n_by, enum join_how how, struct job *job,
               struct err *err);
void join_release(struct join *j);

/* The type that values of both can have without a loss: text when there is nothing closer. */
enum column_type column_common_type(enum column_type a, enum column_type b);
/* left's rows, then right's.  ERR_SHAPE: too many rows; ERR_NOMEM. */
int table_append(struct table **out, const struct table *left, const struct table *right,
                 struct err *err);

#endif
