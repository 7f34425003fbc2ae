/* buffer.h - a reference-counted block of 64-byte aligned memory: what columns are made of.
 *
 * Life: buffer_new gives the only reference; while there is one its bytes may be written; once it is
 * part of a shared column they may not.  Length is padded to 64 bytes and the padding is zero.
 */
#ifndef TABLE_BUFFER_H
#define TABLE_BUFFER_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

struct buffer {
    atomic_uint refs;
    size_t size; /* bytes in use */
    void *data;
};

/* What a block of `size` bytes takes up: the next multiple of 64. */
static inline size_t buffer_padded(size_t size)
{
    return (size + MEM_ALIGN - 1) / MEM_ALIGN * MEM_ALIGN;
}

/* n * size bytes, zeroed.  ERR_NOMEM; `what` as in mem_big. */
int buffer_new(struct buffer **out, size_t n, size_t size, const char *what, struct err *err);
/* Take over a block from mem_big that has room for `size` rounded up to 64 bytes. */
struct buffer *buffer_take(void *data, size_t size);
struct buffer *buffer_ref(struct buffer *b); /* NULL is fine; returns b */
void buffer_unref(struct buffer *b);         /* NULL is fine */

#endif
