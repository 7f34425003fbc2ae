/* table.h - named columns of equal length, immutable and reference-counted.
 *
 * Every operation gives a new table that shares what did not change.  Each row keeps its original
 * row number in the source (from 1) and, from a text file, its line, through every step.
 *
 * At most UINT32_MAX rows; names are unique, not empty.
 */
#ifndef TABLE_TABLE_H
#define TABLE_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "table/column.h"
#include "table/places.h"

/* Where rows come from.  Shared by all tables with the same rows. */
struct origin {
    atomic_uint refs;
    size_t n_rows;
    struct buffer *row;    /* uint32 (n_rows) original row number - 1; NULL: row i is i */
    struct buffer *lines;  /* int64 by ORIGINAL row: line in the file; NULL: not known that way */
    struct places *places; /* lines and byte offsets of ORIGINAL rows; NULL: not from text */
};

struct field {
    char *name;
    struct column *column;
};

struct table {
    atomic_uint refs;
    size_t n_rows, n_cols;
    struct field *fields;
    struct origin *origin;
};

/* A new table; takes the columns' references (also on error), copies the names.  `lines` (int64 by
 * row, NULL) is taken too.  ERR_SHAPE when lengths differ, a name is empty or twice there. */
int table_new(struct table **out, struct column **take_columns, const char *const *names,
              size_t n_cols, size_t n_rows, struct buffer *take_lines, struct err *err);
/* A table over the same rows as t (row numbers and lines are shared) with other columns.  Takes the
 * columns' references, also on error; copies the names.  ERR_SHAPE as table_new. */
int table_with_columns(struct table **out, const struct table *t, struct column **take_columns,
                       const char *const *names, size_t n_cols, struct err *err);
struct table *table_ref(const struct table *t);
void table_unref(const struct table *t); /* NULL is fine */

/* Index, or -1. */
int table_find(const struct table *t, const char *name);
/* The column, or NULL with ERR_USAGE: "no column 'agee'; did you mean age?" */
const struct column *table_column(const struct table *t, const char *name, struct err *err);
static inline const struct column *table_at(const struct table *t, size_t j)
{
    return t->fields[j].column;
}
static inline const char *table_name(const struct table *t, size_t j)
{
    return t->fields[j].name;
}

/* Original row number from 1; line from 1 or 0 when not known. */
size_t table_row_number(const struct table *t, size_t i);
size_t table_line(const struct table *t, size_t i);
/* Index of the row with that number, TABLE_NO_ROW when it is not there.  Rows keep their order, so that
 * numbers rise; in the table as loaded they are the indices + 1 unless it is a sample of its file. */
#define TABLE_NO_ROW SIZE_MAX
size_t table_index_of(const struct table *t, size_t number);
/* Offset in the file of the row's first byte; false when it is not known. */
bool table_offset(uint64_t *out, const struct table *t, size_t i);
/* Where the rows began in their file, and, when `take_rows` (uint32, rising) is not NULL, which of
 * its rows they are; both taken.  For a reader, before anybody else sees the table. */
void table_set_places(struct table *t, struct places *take_places, struct buffer *take_rows);
/* These offsets were of another text than the file's (places_moved); for a reader, as before. */
void table_move_places(struct table *t, places_move *to, void *ctx);

/* Replace the column of that name or append it.  Takes the column's reference, also on error. */
int table_put(struct table **out, const struct table *t, const char *name, struct column *take,
              struct err *err);
/* Only the columns whose index is listed, in that order. */
int table_select(struct table **out, const struct table *t, const size_t *cols, size_t n,
                 struct err *err);
int table_rename(struct table **out, const struct table *t, size_t col, const char *name,
                 struct err *err);
/* Rows rows[0..n) in that order, sharing levels.  The first n rows when rows is NULL. */
int table_take(struct table **out, const struct table *t, const uint32_t *rows, size_t n,
               struct err *err);

/* Names, types and values in order, and the row numbers; cached per column. */
struct digest table_digest(const struct table *t);
size_t table_bytes(const struct table *t);

/* Resolve words of a PARAM_COLUMNS parameter: names, patterns, `all`.  `accept` (NULL: any) says
 * which columns `all` and patterns may stand for; a column named outright is given as it is, and
 * the caller checks it.  Indices in table order, each once, in the arena.  ERR_USAGE when a name is
 * unknown or nothing matches. */
typedef bool table_accept(const void *ctx, const struct table *t, size_t col);
int table_match(size_t **out, size_t *n_out, const struct table *t, const char *const *words,
                size_t n_words, table_accept *accept, const void *ctx, struct arena *arena,
                struct err *err);

#endif
