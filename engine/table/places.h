/* places.h - where each row of a text file began: line and byte offset, in little more than a byte a
 * row.
 *
 * The rows come in parts (a reader's chunks).  A part keeps line and offset of each 64th of its rows
 * in full, and for the others the step from the row before: in one byte when no step is longer.
 * Lines take nothing where each row is one line behind the one before.  Immutable once shared,
 * reference-counted.
 */
#ifndef TABLE_PLACES_H
#define TABLE_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "table/buffer.h"

struct places;
struct places_part;

/* ---- making ---- */
struct places *places_new(void);
/* Rows whose first bytes stand at at + offset[i], on the lines line + lines[i]; both rise.  NULL
 * lines: i.  May be called from several threads. */
struct places_part *places_part_new(size_t n_rows, uint64_t at, uint64_t line,
                                    const uint32_t *offsets, const uint32_t *lines);
/* The part becomes the next rows.  NULL is fine and adds none. */
void places_append(struct places *p, struct places_part *take);
/* The rows are not 0, 1, 2 …, but those in `rows` (uint32, rising, as many): a sample's. */
void places_number(struct places *p, struct buffer *take_rows);
void places_part_free(struct places_part *part); /* one that was not appended; NULL is fine */

/* Row by row: parts of a few thousand rows each. */
struct places_maker {
    struct places *places; /* its maker's */
    uint32_t *offsets, *lines;
    size_t n;
    uint64_t at, line;
};
void places_maker_init(struct places_maker *m);
/* The next row: where it begins. */
void places_maker_add(struct places_maker *m, uint64_t at, uint64_t line);
/* What was made, and the maker's end; places_unref when nobody wants it. */
struct places *places_maker_finish(struct places_maker *m);

struct places *places_ref(struct places *p); /* NULL is fine */
void places_unref(struct places *p);         /* NULL is fine */

/* The same rows and lines with other offsets: what `to` makes of each, in their order; NULL: none are
 * known. */
typedef uint64_t places_move(void *ctx, uint64_t at);
struct places *places_moved(const struct places *p, places_move *to, void *ctx);

/* ---- reading: of an original row, from 0; O(log parts) ---- */
struct row_place {
    uint64_t line; /* from 1; 0 when the row is not known */
    uint64_t at;   /* offset of its first byte in the file, from 0 */
};
struct row_place places_find(const struct places *p, size_t row);
bool places_have_offsets(const struct places *p);
size_t places_n_rows(const struct places *p);
size_t places_bytes(const struct places *p); /* of memory */

#endif
