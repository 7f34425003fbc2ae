/* column.h - a typed column of values, immutable once shared.
 *
 * Layout is Arrow's, so that a column can be handed over through the C data interface as it is:
 *
 *   type       values                        Arrow format
 *   bool       bitmap, least bit first       b
 *   int        int64                         l
 *   real       double                        g
 *   category   int32 codes into `levels`     dictionary(i, U)
 *   text       int64 offsets (n + 1), bytes  U
 *   date       int32 days since 1970-01-01   tdD
 *   timestamp  int64 microseconds, UTC       tsu:UTC
 *
 * Missing is the validity bitmap (bit set: present; NULL: nothing is missing), never a magic number;
 * NaN is a value.  The value slot of a missing cell is zero.
 *
 * Life: column_new → fill values, column_set_missing → column_seal → shared, immutable;
 * or a column_builder when the number of rows is not known.  Every struct column * a function gives
 * out through `**out` or returns from _ref is yours to column_unref.
 *
 * Categories: levels are unique, in byte order and without missing; a level may have no rows.
 */
#ifndef TABLE_COLUMN_H
#define TABLE_COLUMN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "table/buffer.h"

enum column_type {
    COLUMN_BOOL,
    COLUMN_INT,
    COLUMN_REAL,
    COLUMN_CATEGORY,
    COLUMN_TEXT,
    COLUMN_DATE,
    COLUMN_TIMESTAMP,
    COLUMN_N_TYPES
};

struct column {
    atomic_uint refs;
    enum column_type type;
    size_t n_rows, n_missing;
    struct buffer *valid;                   /* bitmap (n_rows), NULL when nothing is missing */
    struct buffer *values;                  /* see the table above */
    struct buffer *bytes;                   /* text: UTF-8, else NULL */
    struct column *levels;                  /* category: a text column, else NULL */
    _Atomic(uint64_t) digest_lo, digest_hi; /* cache of column_digest, 0 when not known */
};

/* A column of n_rows zeros with nothing missing; for category pass the levels (a reference is
 * taken), else NULL.  Text columns come from a builder.  ERR_NOMEM. */
int column_new(struct column **out, enum column_type type, size_t n_rows, struct column *levels,
               struct err *err);
/* A column over buffers that were filled elsewhere, which are taken, also the levels (category) and
 * the bytes (text), else NULL; `valid` (bitmap, NULL: nothing is missing) likewise.  The slots of
 * missing rows are zero already.  Sealed. */
struct column *column_of_buffers(enum column_type type, size_t n_rows, struct buffer *take_values,
                                 struct buffer *take_valid, struct buffer *take_bytes,
                                 struct column *take_levels);
/* Mark row i missing (value slot becomes zero); before sharing only.  The first call allocates the
 * bitmap: ERR_NOMEM. Not for use from several threads at once. */
int column_set_missing(struct column *c, size_t i, struct err *err);
/* Count the missing ones, clear their value slots, drop a bitmap that marks none.  Call once before
 * sharing. */
void column_seal(struct column *c);

struct column *column_ref(const struct column *c);
void column_unref(const struct column *c); /* NULL is fine */

/* ---- reading; row indices are asserted, not checked ---- */
static inline bool bit_get(const void *bits, size_t i)
{
    return (((const uint8_t *)bits)[i >> 3] >> (i & 7)) & 1;
}
static inline void bit_set(void *bits, size_t i)
{
    ((uint8_t *)bits)[i >> 3] |= (uint8_t)(1u << (i & 7));
}
static inline void bit_clear(void *bits, size_t i)
{
    ((uint8_t *)bits)[i >> 3] &= (uint8_t) ~(1u << (i & 7));
}
static inline bool column_missing(const struct column *c, size_t i)
{
    return c->valid && !bit_get(c->valid->data, i);
}
static inline bool column_bool(const struct column *c, size_t i)
{
    return bit_get(c->values->data, i);
}
static inline const int64_t *column_ints(const struct column *c) /* int, timestamp */
{
    return c->values->data;
}
static inline const double *column_reals(const struct column *c)
{
    return c->values->data;
}
static inline const int32_t *column_codes(const struct column *c) /* category codes, date days */
{
    return c->values->data;
}
static inline double *column_reals_mut(struct column *c) /* before sharing */
{
    return c->values->data;
}
static inline int64_t *column_ints_mut(struct column *c)
{
    return c->values->data;
}
static inline int32_t *column_codes_mut(struct column *c)
{
    return c->values->data;
}
static inline struct span column_text(const struct column *c, size_t i) /* text only */
{
    const int64_t *offset = c->values->data;
    return (struct span){ (const char *)c->bytes->data + offset[i],
                          (size_t)(offset[i + 1] - offset[i]) };
}
/* The text of a category or text cell; an empty span when missing. */
struct span column_span(const struct column *c, size_t i);
/* bool, int, real, date (days), timestamp (µs) and category (code) as a double. */
double column_number(const struct column *c, size_t i);
static inline bool column_is_number(const struct column *c) /* int, real, bool */
{
    return c->type == COLUMN_INT || c->type == COLUMN_REAL || c->type == COLUMN_BOOL;
}
static inline bool column_is_text(const struct column *c) /* text, category */
{
    return c->type == COLUMN_TEXT || c->type == COLUMN_CATEGORY;
}

const char *column_type_name(enum column_type type); /* "bool" "int" "real" "category" "text" … */
bool column_type_parse(enum column_type *out, const char *name);

/* Values at rows[0..n), in that order; the first n when rows is NULL (a reference to c itself when
 * that is all of them).  Shares the levels.  ERR_NOMEM. */
int column_take(struct column **out, const struct column *c, const uint32_t *rows, size_t n,
                struct err *err);
/* Equal type and value, or both missing (of whatever types); categories and text compare by text;
 * NaN equals NaN. */
bool column_cells_equal(const struct column *a, size_t i, const struct column *b, size_t j);
/* Digest of type and values (reals rounded as hasher_add_real does); cached. */
struct digest column_digest(const struct column *c);
/* Bytes in the column's buffers and its levels. */
size_t column_bytes(const struct column *c);
/* Number of different values that are not missing, exact; NaN is one value. */
size_t column_n_distinct(const struct column *c);
/* The code of a level, -1 when there is none; O(log levels). */
int32_t column_level_find(const struct column *category, struct span text);

/* ---- builders: rows arrive one by one; the error is sticky and told by _finish ---- */
struct column_builder {
    enum column_type type;
    struct column *column;
    size_t n_rows, cap, n_bytes, bytes_cap;
    void *intern; /* category: levels seen so far */
    struct err err;
};

/* `expected` rows is a hint.  Category builders collect levels and sort them at the end. */
void builder_init(struct column_builder *b, enum column_type type, size_t expected);
void builder_release(struct column_builder *b); /* only when not finished */
void builder_add_missing(struct column_builder *b);
void builder_add_int(struct column_builder *b, int64_t v); /* int, bool, date, timestamp */
void builder_add_real(struct column_builder *b, double v);
void builder_add_text(struct column_builder *b, const char *s, size_t len); /* text, category */
/* The cell of another column of the same type (category ↔ text is fine). */
void builder_add_cell(struct column_builder *b, const struct column *c, size_t i);
/* The column, sealed; releases the builder, also on error.  ERR_NOMEM, ERR_SHAPE (too many levels). */
int builder_finish(struct column **out, struct column_builder *b, struct err *err);

#endif
