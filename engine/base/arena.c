#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ARENA_ALIGN ((size_t)16)
/* A model of a few numbers fits the first block; doubling keeps the number of blocks small. */
#define ARENA_FIRST   ((size_t)2048)
#define ARENA_LARGEST ((size_t)1 << 20)

/* Under the address sanitizer a gap follows each object, and what is not handed out is forbidden:
 * running over the end of an object is then seen as it is with malloc. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define ARENA_GAP ARENA_ALIGN
#else
#define ARENA_GAP                            ((size_t)0)
#define ASAN_POISON_MEMORY_REGION(at, len)   ((void)(at), (void)(len))
#define ASAN_UNPOISON_MEMORY_REGION(at, len) ((void)(at), (void)(len))
#endif

struct arena_block {
    struct arena_block *below;
    size_t size; /* bytes in data */
    _Alignas(16) unsigned char data[];
};

void arena_init(struct arena *a)
{
    *a = (struct arena){ 0 };
}

static void push_block(struct arena *a, size_t least)
{
    size_t size = a->head ? a->head->size * 2 : ARENA_FIRST;

    if (size > ARENA_LARGEST)
        size = ARENA_LARGEST;
    if (size < least)
        size = least;
    if (size > SIZE_MAX - sizeof(struct arena_block))
        abort();
    struct arena_block *block = mem_resize(NULL, sizeof(*block) + size, 1);
    block->below = a->head;
    block->size = size;
    a->head = block;
    a->used = 0;
    ASAN_POISON_MEMORY_REGION(block->data, size);
}

void *arena_alloc(struct arena *a, size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX - 2 * ARENA_ALIGN)
        abort();
    /* Nothing takes a place too, so that the address is its own. */
    size_t place = bytes ? (bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN : ARENA_ALIGN;
    place += ARENA_GAP;
    if (!a->head || a->head->size - a->used < place)
        push_block(a, place);
    void *p = a->head->data + a->used;
    a->used += place;
    ASAN_UNPOISON_MEMORY_REGION(p, bytes);
    return memset(p, 0, bytes);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    char *copy = arena_alloc(a, len + 1, 1);

    memcpy(copy, s, len);
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;

    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    assert(len >= 0);
    char *text = arena_alloc(a, (size_t)len + 1, 1);
    vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    return text;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){ .head = a->head, .used = a->used };
}

void arena_rewind(struct arena *a, struct arena_mark mark)
{
    while (a->head != mark.head) {
        struct arena_block *below = a->head->below;
        mem_free(a->head);
        a->head = below;
    }
    a->used = mark.used;
    if (a->head)
        ASAN_POISON_MEMORY_REGION(a->head->data + a->used, a->head->size - a->used);
}

void arena_release(struct arena *a)
{
    arena_rewind(a, (struct arena_mark){ 0 });
}
