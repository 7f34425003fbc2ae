/* row_sets.h - rows that a report hands over to be looked at: those of a finding, bad cells, keys
 * without a match.
 *
 * A verb adds them with report_add_rows and links a line of its text to `facet only set=K`
 * (report_link): Enter on that line of the report view shows the rows in the sheet.  The session keeps
 * the sets of the last report that had some.  Immutable once the report is published; counted.
 */
#ifndef SESSIONS_ROW_SETS_H
#define SESSIONS_ROW_SETS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "table/buffer.h"

struct row_set {
    char *title;         /* "spellings of city: 12 rows", for the sheet's head */
    struct buffer *rows; /* uint32: row numbers in the source, from 0, ascending, each once */
    size_t n_rows;
};

struct row_sets {
    atomic_uint refs;
    size_t n;
    struct row_set *items;
};

struct row_sets *row_sets_new(void);
struct row_sets *row_sets_ref(struct row_sets *s); /* NULL is fine */
void row_sets_unref(struct row_sets *s);           /* NULL is fine */
/* Takes a reference to the buffer; returns the set's number, from 1. */
size_t row_sets_add(struct row_sets *s, const char *title, struct buffer *rows, size_t n_rows);

/* Row numbers in any order to ascending ones, each once; returns how many are left. */
size_t row_numbers_sort(uint32_t *numbers, size_t n);

#endif
