/* expr_vec.c - vectors to columns, and the texts made on the way. */
#include <string.h>

#include "base/mem.h"
#include "table/expr_plan.h"

size_t vec_item_size(enum column_type type)
{
    static const size_t sizes[] = {
        [COLUMN_BOOL] = sizeof(uint8_t),      [COLUMN_INT] = sizeof(int64_t),
        [COLUMN_REAL] = sizeof(double),       [COLUMN_CATEGORY] = sizeof(struct span),
        [COLUMN_TEXT] = sizeof(struct span),  [COLUMN_DATE] = sizeof(int32_t),
        [COLUMN_TIMESTAMP] = sizeof(int64_t),
    };
    return sizes[type];
}

/* ---- vectors to columns ---- */
static void pack_bits(uint8_t *bits, size_t begin, const uint8_t *bytes, const uint8_t *mask,
                      size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] & mask[i])
            bit_set(bits, begin + i);
}

/* The slot of a missing cell stays zero. */
#define STORE(T)                                                                                   \
    do {                                                                                           \
        T *to = (T *)c->values->data + begin;                                                      \
        const T *from = v->data;                                                                   \
        for (size_t i = 0; i < n; i++)                                                             \
            to[i] = v->valid[i] ? from[i] : 0;                                                     \
    } while (0)

void vec_store(struct column *c, size_t begin, size_t n, const struct vec *v)
{
    pack_bits(c->valid->data, begin, v->valid, v->valid, n);
    switch (c->type) {
    case COLUMN_BOOL:
        pack_bits(c->values->data, begin, v->data, v->valid, n);
        break;
    case COLUMN_REAL:
        STORE(double);
        break;
    case COLUMN_DATE:
        STORE(int32_t);
        break;
    default:
        STORE(int64_t);
        break;
    }
}

/* ---- texts ---- */
/* What the texts of one block of rows may take: past it an expression such as replace(s, '', s),
 * nested, only eats memory. */
#define TEXT_POOL_MAX ((size_t)1 << 30)
#define TEXT_CHUNK    ((size_t)1 << 20)

struct text_chunk {
    struct text_chunk *next;
    size_t size, used;
    char *data; /* mem_big */
};

static void chunks_free(struct text_chunk *chunk)
{
    while (chunk) {
        struct text_chunk *next = chunk->next;
        mem_big_free(chunk->data);
        mem_free(chunk);
        chunk = next;
    }
}

void text_pool_clear(struct text_pool *pool)
{
    /* The current chunk is kept for the next block: usually it is the only one. */
    if (pool->chunks) {
        chunks_free(pool->chunks->next);
        pool->chunks->next = NULL;
        pool->chunks->used = 0;
        pool->total = pool->chunks->size;
    }
}

void text_pool_release(struct text_pool *pool)
{
    chunks_free(pool->chunks);
    *pool = (struct text_pool){ .chunks = NULL };
}

static int pool_grow(struct text_pool *pool, size_t len, struct err *err)
{
    size_t size = len > TEXT_CHUNK ? len : TEXT_CHUNK;
    void *data;

    if (pool->total < TEXT_POOL_MAX && size < pool->total)
        size = pool->total; /* doubling */
    if (len > TEXT_POOL_MAX || pool->total + len > TEXT_POOL_MAX)
        return err_set(err, ERR_NOMEM,
                       "the texts that this expression makes take more than 1 GB in "
                       "%d rows; make them shorter with substr(…)",
                       EXPR_BLOCK);
    if (mem_big(&data, size, 1, "an expression's texts", err))
        return -1;
    struct text_chunk *chunk = MEM_NEW(struct text_chunk, 1);
    *chunk = (struct text_chunk){ .next = pool->chunks, .size = size, .data = data };
    pool->chunks = chunk;
    pool->total += size;
    return 0;
}

int eval_text_room(char **out, struct eval *ev, size_t len, struct err *err)
{
    struct text_pool *pool = &ev->pool;

    if ((!pool->chunks || pool->chunks->size - pool->chunks->used < len) &&
        pool_grow(pool, len, err))
        return -1;
    *out = pool->chunks->data + pool->chunks->used;
    return 0;
}

void eval_text_keep(struct eval *ev, size_t len)
{
    ev->pool.chunks->used += len;
}

int eval_text_work(struct span *out, struct eval *ev, struct err *err)
{
    char *to;

    if (eval_text_room(&to, ev, ev->work.len, err))
        return -1;
    memcpy(to, ev->work.buf, ev->work.len);
    eval_text_keep(ev, ev->work.len);
    *out = (struct span){ to, ev->work.len };
    return 0;
}
