/* arena.h - many small objects with one lifetime.
 *
 * Invariants: everything allocated is 16-byte aligned and zeroed; a mark and rewind free all that
 * came after; release frees everything.  Allocation never fails (mem.h: small memory).
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *head;
    size_t used; /* bytes used in head */
};

struct arena_mark {
    struct arena_block *head;
    size_t used;
};

void arena_init(struct arena *a);
void arena_release(struct arena *a);

void *arena_alloc(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, type, n) ((type *)arena_alloc((a), (n), sizeof(type)))

struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);

#endif
