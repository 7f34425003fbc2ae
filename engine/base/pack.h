/* pack.h - values to bytes and back, for model bundles.
 *
 * Little-endian, length-prefixed, with a tag byte before each value, so that a reader that asks for
 * the wrong thing is told so.  The reader never trusts a count: it is checked against the bytes
 * that are left before anything is allocated.  Its error is sticky: after the first one every getter
 * returns zero or an empty array and unpack_end() reports it.
 */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

void pack_u64(struct str *out, uint64_t v);
void pack_i64(struct str *out, int64_t v);
void pack_real(struct str *out, double v);      /* exact bits */
void pack_text(struct str *out, const char *s); /* NULL is kept apart from "" */
void pack_bytes(struct str *out, const void *data, size_t len);
void pack_reals(struct str *out, const double *v, size_t n);
void pack_ints(struct str *out, const int64_t *v, size_t n);

struct unpack {
    const unsigned char *at;
    size_t left, offset;
    struct arena *arena; /* results live here */
    bool failed;
    unsigned depth; /* of what is packed within what is packed; for whoever has to limit it */
    size_t failed_at;
    const char *wanted;
};

void unpack_init(struct unpack *u, const void *data, size_t len, struct arena *arena);
uint64_t unpack_u64(struct unpack *u);
int64_t unpack_i64(struct unpack *u);
double unpack_real(struct unpack *u);
const char *unpack_text(struct unpack *u);
const void *unpack_bytes(struct unpack *u, size_t *len);
const double *unpack_reals(struct unpack *u, size_t *n);
const int64_t *unpack_ints(struct unpack *u, size_t *n);
/* A count that is at most `max` (what the format allows). */
size_t unpack_count(struct unpack *u, size_t max);
void unpack_fail(struct unpack *u, const char *wanted);
/* ERR_PARSE naming the offset and what was wanted, when anything failed or bytes are left over. */
int unpack_end(const struct unpack *u, struct err *err);

#endif
