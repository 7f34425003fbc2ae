#include "table/buffer.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

static struct buffer *buffer_wrap(void *data, size_t size)
{
    struct buffer *b = MEM_NEW(struct buffer, 1);

    atomic_init(&b->refs, 1);
    b->size = size;
    b->data = data;
    return b;
}

int buffer_new(struct buffer **out, size_t n, size_t size, const char *what, struct err *err)
{
    void *data;

    if (mem_big(&data, n, size, what, err))
        return -1;
    memset(data, 0, buffer_padded(n * size));
    *out = buffer_wrap(data, n * size);
    return 0;
}

struct buffer *buffer_take(void *data, size_t size)
{
    assert(data);
    memset((char *)data + size, 0, buffer_padded(size) - size);
    return buffer_wrap(data, size);
}

struct buffer *buffer_ref(struct buffer *b)
{
    if (b)
        atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void buffer_unref(struct buffer *b)
{
    if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) > 1)
        return;
    mem_big_free(b->data);
    mem_free(b);
}
