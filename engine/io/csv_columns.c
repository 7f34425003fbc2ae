/* csv_columns.c - where the values of columns stand while they come, and columns made of them. */
#include "io/csv_load.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "table/bits.h"

#define ROUND_ROWS ((size_t)64)
#define MORE_BYTES ((size_t)16) /* behind a column's texts, to be read but not used */

/* ---------------------------------------------------------------- room */

/* Bytes for n rows, a multiple of 64. */
static size_t values_bytes(enum column_type rep, size_t n)
{
    switch (rep) {
    case COLUMN_BOOL:
        return n / 8;
    case COLUMN_CATEGORY:
    case COLUMN_DATE:
        return n * sizeof(int32_t);
    case COLUMN_TEXT:
        return (n + 8) * sizeof(int64_t); /* one more than there are rows */
    default:
        return n * sizeof(int64_t);
    }
}

static int making_grow(struct csv_making *m, size_t used_rows, size_t cap, const char *name,
                       struct err *err)
{
    void *values = m->values, *valid = m->valid;
    size_t used = m->values ? values_bytes(m->rep, (used_rows + 63) / 64 * 64) : 0;
    size_t old_bits = m->valid ? m->cap / 8 : 0;

    if (mem_big_grow(&values, used, values_bytes(m->rep, cap), 1, name, err))
        return -1;
    m->values = values;
    if (mem_big_grow(&valid, old_bits, cap / 8, 1, name, err))
        return -1;
    m->valid = valid;
    memset(m->valid + old_bits, 0xFF, cap / 8 - old_bits);
    if (m->rep == COLUMN_BOOL)
        memset((char *)m->values + used, 0, cap / 8 - used);
    if (m->rep == COLUMN_TEXT && !used)
        *(int64_t *)m->values = 0;
    m->cap = cap;
    return 0;
}

/* As many rows as the file seems to have, judged by the part that was seen. */
static size_t expected_rows(const struct csv_load *l, size_t n_rows)
{
    double more = (double)l->bytes.size / ((double)l->seen + 1);

    if (l->wave.last || more <= 1)
        return n_rows;
    return (size_t)((double)n_rows * more * 1.02) + 1024;
}

int making_reserve(struct csv_load *l, size_t used_rows, size_t n_rows, struct err *err)
{
    size_t cap = 0;

    for (size_t a = 0; a < l->n_active; a++) {
        struct csv_making *m = &l->cols[l->active[a]];
        if (m->values && n_rows <= m->cap)
            continue;
        if (!cap)
            cap = (expected_rows(l, n_rows) / ROUND_ROWS + 1) * ROUND_ROWS;
        if (making_grow(m, used_rows, cap, l->shape.names[l->active[a]], err))
            return -1;
    }
    return 0;
}

void making_release(struct csv_making *m)
{
    mem_big_free(m->values);
    mem_big_free(m->valid);
    mem_big_free(m->bytes);
    m->values = m->valid = NULL;
    m->bytes = NULL;
    m->cap = m->n_bytes = m->bytes_cap = 0;
    csv_words_release(&m->words);
    csv_words_release(&m->odd.words);
}

void making_reset(struct csv_making *m)
{
    making_release(m);
    m->tally = (struct tally){ 0 };
    m->n_lost = m->n_listed = 0;
    m->odd.last = 0;
}

int making_bytes(struct csv_making *m, size_t cap, const char *name, struct err *err)
{
    void *bytes = m->bytes;

    if (mem_big_grow(&bytes, m->n_bytes, cap + MORE_BYTES, 1, name, err))
        return -1;
    m->bytes = bytes;
    m->bytes_cap = cap;
    return 0;
}

/* ---------------------------------------------------------------- codes and texts */

int making_spell(struct csv_load *l, struct csv_making *m, struct err *err)
{
    const char *name = l->shape.names[m - l->cols];
    struct csv_making text = { .rep = COLUMN_TEXT };
    const int32_t *codes = m->values;
    size_t n_bytes = 0;

    for (size_t i = 0; i < l->n_rows; i++)
        if (bit_get(m->valid, i))
            n_bytes += m->words.list[codes[i]].len;
    if (making_grow(&text, 0, m->cap, name, err) ||
        making_bytes(&text, n_bytes + n_bytes / 4, name, err)) {
        making_release(&text);
        return -1;
    }
    int64_t *offsets = text.values;
    for (size_t i = 0; i < l->n_rows; i++) {
        if (bit_get(m->valid, i)) {
            const struct csv_word *w = &m->words.list[codes[i]];
            memcpy(text.bytes + text.n_bytes, w->at, w->len);
            text.n_bytes += w->len;
        }
        offsets[i + 1] = (int64_t)text.n_bytes;
    }
    mem_big_free(text.valid);
    mem_big_free(m->values);
    csv_words_release(&m->words);
    m->values = text.values;
    m->bytes = text.bytes;
    m->n_bytes = text.n_bytes;
    m->bytes_cap = text.bytes_cap;
    m->rep = COLUMN_TEXT;
    return 0;
}

/* The texts become codes. */
static int making_number(struct csv_load *l, struct csv_making *m, struct err *err)
{
    struct csv_making coded = { .rep = COLUMN_CATEGORY };
    const int64_t *offsets = m->values;

    if (making_grow(&coded, 0, m->cap, l->shape.names[m - l->cols], err)) {
        making_release(&coded);
        return -1;
    }
    for (size_t i = 0; i < l->n_rows; i++) {
        const char *at = m->bytes + offsets[i];
        size_t len = (size_t)(offsets[i + 1] - offsets[i]), code = 0;
        if (bit_get(m->valid, i))
            code = csv_words_put(&m->words, at, len, csv_words_hash(at, len));
        ((int32_t *)coded.values)[i] = (int32_t)code;
    }
    mem_big_free(coded.valid);
    mem_big_free(m->values);
    mem_big_free(m->bytes);
    m->values = coded.values;
    m->bytes = NULL;
    m->rep = COLUMN_CATEGORY;
    return 0;
}

/* ---------------------------------------------------------------- levels in order */

struct word_rank {
    const struct csv_word *word;
    int32_t code;
};

static int by_text(const void *a, const void *b)
{
    const struct csv_word *x = ((const struct word_rank *)a)->word;
    const struct csv_word *y = ((const struct word_rank *)b)->word;

    return span_compare((struct span){ x->at, x->len }, (struct span){ y->at, y->len });
}

struct recoding {
    int32_t *codes;
    const int32_t *to;
    const uint8_t *valid;
};

static void recode_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct recoding *r = ctx;

    (void)chunk;
    for (size_t i = begin; i < end; i++)
        if (bit_get(r->valid, i))
            r->codes[i] = r->to[r->codes[i]];
}

static int making_levels(struct column **levels, struct csv_load *l, struct csv_making *m,
                         struct err *err)
{
    size_t n = m->words.n;
    struct word_rank *order = MEM_NEW(struct word_rank, n);
    int32_t *to = MEM_NEW(int32_t, n);
    struct column_builder builder;
    struct recoding r = { m->values, to, m->valid };

    for (size_t i = 0; i < n; i++)
        order[i] = (struct word_rank){ &m->words.list[i], (int32_t)i };
    qsort(order, n, sizeof(*order), by_text);
    builder_init(&builder, COLUMN_TEXT, n);
    for (size_t i = 0; i < n; i++) {
        to[order[i].code] = (int32_t)i;
        builder_add_text(&builder, order[i].word->at, order[i].word->len);
    }
    parallel_for(l->n_rows, PARALLEL_CHUNK, recode_rows, &r);
    mem_free(order);
    mem_free(to);
    return builder_finish(levels, &builder, err);
}

/* ---------------------------------------------------------------- columns */

/* The block as a buffer of so many bytes, which gives back what it does not need. */
static struct buffer *take_block(void *block, size_t size, size_t had)
{
    if (buffer_padded(size) + 4096 < had)
        mem_big_trim(&block, buffer_padded(size));
    return buffer_take(block, size);
}

static size_t exact_bytes(enum column_type rep, size_t n)
{
    if (rep == COLUMN_BOOL)
        return bits_bytes(n);
    return rep == COLUMN_TEXT ? (n + 1) * sizeof(int64_t) : values_bytes(rep, n);
}

/* The bits behind the last row are zero. */
static struct buffer *take_bits(struct csv_making *m, size_t n)
{
    for (size_t i = n; i % 8; i++)
        bit_clear(m->valid, i);
    return take_block(m->valid, bits_bytes(n), m->cap / 8);
}

int making_finish(struct column **out, struct csv_load *l, struct csv_making *m, struct err *err)
{
    size_t n = l->n_rows, j = (size_t)(m - l->cols);
    struct column *levels = NULL;
    struct buffer *bytes = NULL;
    int rc = 0;

    if (!m->values)
        rc = making_grow(m, 0, ROUND_ROWS, l->shape.names[j], err);
    if (rc == 0 && m->rep == COLUMN_TEXT && m->type == COLUMN_CATEGORY)
        rc = making_number(l, m, err);
    if (rc == 0 && m->rep == COLUMN_CATEGORY && m->type == COLUMN_TEXT)
        rc = making_spell(l, m, err);
    if (rc == 0 && m->rep == COLUMN_TEXT && !m->bytes)
        rc = making_bytes(m, 0, l->shape.names[j], err);
    if (rc == 0 && m->type == COLUMN_CATEGORY)
        rc = making_levels(&levels, l, m, err);
    if (rc)
        return -1;
    if (m->rep == COLUMN_TEXT)
        bytes = take_block(m->bytes, m->n_bytes, m->bytes_cap);
    *out = column_of_buffers(
        m->type, n, take_block(m->values, exact_bytes(m->rep, n), values_bytes(m->rep, m->cap)),
        take_bits(m, n), bytes, levels);
    m->values = m->valid = NULL;
    m->bytes = NULL;
    making_release(m);
    return 0;
}
