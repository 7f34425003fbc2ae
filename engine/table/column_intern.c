/* The levels of a category while it is read: an open-addressing hash with linear probing, at most
 * half full, from text to the code in order of appearance. */
#include <stdint.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "table/column_parts.h"

#define FIRST_SLOTS ((size_t)256) /* a power of two, as every later size */

struct slot {
    uint32_t tag; /* upper half of the hash: most differing texts differ here */
    int32_t code; /* -1: free */
};

struct intern {
    struct column_builder texts;
    struct slot *slots;
    size_t n_slots;
};

struct intern *intern_new(void)
{
    struct intern *in = MEM_NEW(struct intern, 1);

    builder_init(&in->texts, COLUMN_TEXT, 0);
    return in;
}

void intern_free(struct intern *in)
{
    if (!in)
        return;
    builder_release(&in->texts);
    mem_big_free(in->slots);
    mem_free(in);
}

/* The slot that holds the text, or the free one where it belongs. */
static struct slot *find(const struct intern *in, struct span text, uint64_t hash)
{
    size_t mask = in->n_slots - 1, at = hash & mask;
    uint32_t tag = (uint32_t)(hash >> 32);

    for (;; at = (at + 1) & mask) {
        struct slot *s = &in->slots[at];
        if (s->code < 0)
            return s;
        if (s->tag == tag && span_eq(column_text(in->texts.column, (size_t)s->code), text))
            return s;
    }
}

static int grow(struct intern *in, struct err *err)
{
    size_t n = in->n_slots ? 2 * in->n_slots : FIRST_SLOTS;
    void *slots;

    if (mem_big(&slots, n, sizeof(struct slot), "the levels of a column", err))
        return -1;
    mem_big_free(in->slots);
    in->slots = slots;
    in->n_slots = n;
    for (size_t i = 0; i < n; i++)
        in->slots[i] = (struct slot){ .code = -1 };
    for (size_t k = 0; k < in->texts.n_rows; k++) {
        struct span text = column_text(in->texts.column, k);
        uint64_t hash = hash_bytes(text.at, text.len);
        *find(in, text, hash) = (struct slot){ .tag = (uint32_t)(hash >> 32), .code = (int32_t)k };
    }
    return 0;
}

int32_t intern_code(struct intern *in, const char *s, size_t len, struct err *err)
{
    size_t n = in->texts.n_rows;

    if (in->texts.err.code != ERR_NONE) {
        *err = in->texts.err;
        return -1;
    }
    if (2 * n >= in->n_slots && grow(in, err))
        return -1;
    uint64_t hash = hash_bytes(s, len);
    struct slot *slot = find(in, (struct span){ .at = s, .len = len }, hash);
    if (slot->code >= 0)
        return slot->code;
    if (n >= INT32_MAX)
        return err_set(err, ERR_SHAPE, "more than %d different levels; keep the column as text",
                       INT32_MAX);
    builder_add_text(&in->texts, s, len);
    if (in->texts.err.code != ERR_NONE) {
        *err = in->texts.err;
        return -1;
    }
    *slot = (struct slot){ .tag = (uint32_t)(hash >> 32), .code = (int32_t)n };
    return slot->code;
}

/* ---------------------------------------------------------------- sorting */

static int by_text(const void *a, const void *b, void *texts)
{
    return span_compare(column_text(texts, *(const uint32_t *)a),
                        column_text(texts, *(const uint32_t *)b));
}

/* order[place] = code and rank[code] = place, both (n). */
static void sort_texts(uint32_t *order, int32_t *rank, struct column *texts)
{
    size_t n = texts->n_rows;

    for (size_t k = 0; k < n; k++)
        order[k] = (uint32_t)k;
    qsort_r(order, n, sizeof(*order), by_text, texts);
    for (size_t k = 0; k < n; k++)
        rank[order[k]] = (int32_t)k;
}

static int sort_levels(struct column **levels, struct buffer **rank, struct column *texts,
                       struct err *err)
{
    struct buffer *order = NULL;
    size_t n = texts->n_rows;
    int rc = -1;

    *rank = NULL;
    if (!buffer_new(&order, n, sizeof(uint32_t), "the levels of a column", err) &&
        !buffer_new(rank, n, sizeof(int32_t), "the levels of a column", err)) {
        sort_texts(order->data, (*rank)->data, texts);
        rc = column_take(levels, texts, order->data, n, err);
    }
    buffer_unref(order);
    if (rc)
        buffer_unref(*rank);
    return rc;
}

int intern_finish(struct column **levels, struct buffer **rank, struct intern *in, struct err *err)
{
    struct column *texts;
    int rc = builder_finish(&texts, &in->texts, err);

    if (rc == 0) {
        rc = sort_levels(levels, rank, texts, err);
        column_unref(texts);
    }
    mem_big_free(in->slots);
    mem_free(in);
    return rc;
}
