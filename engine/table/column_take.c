/* Rows of a column picked into a new one.  The chunks of parallel_for begin at multiples of eight
 * rows, so that no two of them write into the same byte of a bitmap. */
#include <assert.h>
#include <string.h>

#include "base/parallel.h"
#include "table/bits.h"
#include "table/column.h"
#include "table/column_parts.h"

_Static_assert(PARALLEL_CHUNK % 8 == 0, "chunks would share bytes of a bitmap");

struct gather {
    const void *from;
    void *to;
    const uint32_t *rows;
};

static void gather_bits(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct gather *g = ctx;

    for (size_t i = begin; i < end; i++)
        if (bit_get(g->from, g->rows[i]))
            bit_set(g->to, i);
    (void)chunk;
}

static void gather_words(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct gather *g = ctx;
    const int64_t *from = g->from;
    int64_t *to = g->to;

    for (size_t i = begin; i < end; i++)
        to[i] = from[g->rows[i]];
    (void)chunk;
}

static void gather_halves(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct gather *g = ctx;
    const int32_t *from = g->from;
    int32_t *to = g->to;

    for (size_t i = begin; i < end; i++)
        to[i] = from[g->rows[i]];
    (void)chunk;
}

static void gather_values(struct column *to, const struct column *c, const uint32_t *rows)
{
    struct gather g = { .from = c->values->data, .to = to->values->data, .rows = rows };

    if (c->type == COLUMN_BOOL)
        parallel_for(to->n_rows, PARALLEL_CHUNK, gather_bits, &g);
    else if (c->type == COLUMN_CATEGORY || c->type == COLUMN_DATE)
        parallel_for(to->n_rows, PARALLEL_CHUNK, gather_halves, &g);
    else
        parallel_for(to->n_rows, PARALLEL_CHUNK, gather_words, &g);
}

static int gather_valid(struct column *to, const struct column *c, const uint32_t *rows,
                        struct err *err)
{
    if (!c->valid)
        return 0;
    if (buffer_new(&to->valid, bits_bytes(to->n_rows), 1, COLUMN_WHAT, err))
        return -1;
    struct gather g = { .from = c->valid->data, .to = to->valid->data, .rows = rows };
    parallel_for(to->n_rows, PARALLEL_CHUNK, gather_bits, &g);
    return 0;
}

/* ---------------------------------------------------------------- text */

struct text_gather {
    const struct column *from;
    struct column *to;
    const uint32_t *rows;
};

static void gather_texts(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct text_gather *g = ctx;
    const int64_t *offset = g->to->values->data;
    char *to = g->to->bytes->data;

    for (size_t i = begin; i < end; i++) {
        struct span text = column_text(g->from, g->rows[i]);
        memcpy(to + offset[i], text.at, text.len);
    }
    (void)chunk;
}

static int take_text(struct column *to, const struct column *c, const uint32_t *rows,
                     struct err *err)
{
    size_t n = to->n_rows;

    if (buffer_new(&to->values, n + 1, sizeof(int64_t), COLUMN_WHAT, err))
        return -1;
    int64_t *offset = column_ints_mut(to);
    for (size_t i = 0; i < n; i++)
        offset[i + 1] = offset[i] + (int64_t)column_text(c, rows[i]).len;
    if (buffer_new(&to->bytes, (size_t)offset[n], 1, COLUMN_WHAT, err))
        return -1;
    struct text_gather g = { .from = c, .to = to, .rows = rows };
    parallel_for(n, PARALLEL_CHUNK, gather_texts, &g);
    return 0;
}

/* ---------------------------------------------------------------- the first rows */

static int copy_start(struct buffer **out, const struct buffer *from, size_t size, struct err *err)
{
    if (buffer_new(out, size, 1, COLUMN_WHAT, err))
        return -1;
    memcpy((*out)->data, from->data, size);
    return 0;
}

static int copy_bits(struct buffer **out, const struct buffer *from, size_t n, struct err *err)
{
    if (copy_start(out, from, bits_bytes(n), err))
        return -1;
    for (size_t i = n; i < 8 * bits_bytes(n); i++)
        bit_clear((*out)->data, i);
    return 0;
}

static int take_head(struct column *to, const struct column *c, struct err *err)
{
    size_t n = to->n_rows;

    if (c->valid && copy_bits(&to->valid, c->valid, n, err))
        return -1;
    if (c->type == COLUMN_BOOL)
        return copy_bits(&to->values, c->values, n, err);
    if (copy_start(&to->values, c->values, column_values_size(c->type, n), err))
        return -1;
    if (c->type != COLUMN_TEXT)
        return 0;
    return copy_start(&to->bytes, c->bytes, (size_t)column_ints(c)[n], err);
}

static int take_rows(struct column *to, const struct column *c, const uint32_t *rows,
                     struct err *err)
{
    if (gather_valid(to, c, rows, err))
        return -1;
    if (c->type == COLUMN_TEXT)
        return take_text(to, c, rows, err);
    if (buffer_new(&to->values, column_values_size(c->type, to->n_rows), 1, COLUMN_WHAT, err))
        return -1;
    gather_values(to, c, rows);
    return 0;
}

int column_take(struct column **out, const struct column *c, const uint32_t *rows, size_t n,
                struct err *err)
{
    assert(rows || n <= c->n_rows);
    if (!rows && n == c->n_rows) {
        *out = column_ref(c);
        return 0;
    }
    struct column *to = column_shell(c->type, n);
    to->levels = c->levels ? column_ref(c->levels) : NULL;
    if (rows ? take_rows(to, c, rows, err) : take_head(to, c, err)) {
        column_unref(to);
        return -1;
    }
    column_seal(to);
    *out = to;
    return 0;
}
