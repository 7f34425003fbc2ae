/* What a column is, in 128 bits: type, rows, validity, values.  The stream that is hashed is the
 * one that hasher_add_u64 and hasher_add_real would give cell by cell, but in blocks: one call of
 * the hash per cell costs more than the hash itself. */
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "table/bits.h"
#include "table/column.h"
#include "table/column_parts.h"

#define BLOCK   ((size_t)512)
#define DROPPED 17 /* of a double's 53 bits of mantissa: 36 stay, as in hasher_add_real */

/* Round half to even by dropping `drop` bits of the pattern; a carry runs into the exponent, which
 * is what rounding up to the next power of two means. */
static uint64_t round_bits(uint64_t bits, unsigned drop)
{
    uint64_t unit = (uint64_t)1 << drop;

    return (bits + (unit / 2 - 1) + ((bits >> drop) & 1)) & ~(unit - 1);
}

/* The bits that hasher_add_real hashes, without going through frexp. */
static uint64_t real_bits(double v)
{
    const uint64_t sign = (uint64_t)1 << 63, infinity = (uint64_t)0x7FF << 52;
    uint64_t bits;

    memcpy(&bits, &v, sizeof(bits));
    uint64_t size = bits & ~sign;
    if (size == 0)
        return 0;
    if (size > infinity)
        return 0x7FF8000000000000; /* every NaN */
    if (size >= (uint64_t)1 << 52)
        return round_bits(bits, DROPPED);
    /* Subnormal: as many significant bits as it has, 36 at most. */
    unsigned significant = 64 - (unsigned)__builtin_clzll(size);
    return significant > 36 ? round_bits(bits, significant - 36) : bits;
}

static void add_reals(struct hasher *h, const struct column *c)
{
    const double *v = column_reals(c);
    uint64_t block[BLOCK];

    for (size_t from = 0; from < c->n_rows; from += BLOCK) {
        size_t n = c->n_rows - from < BLOCK ? c->n_rows - from : BLOCK;
        for (size_t i = 0; i < n; i++)
            block[i] = real_bits(v[from + i]);
        hasher_add(h, block, n * sizeof(*block));
    }
}

/* The lengths of a block of texts, then their bytes, which lie one after the other. */
static void add_texts(struct hasher *h, const struct column *c)
{
    const int64_t *offset = column_ints(c);
    uint64_t block[BLOCK];

    for (size_t from = 0; from < c->n_rows; from += BLOCK) {
        size_t n = c->n_rows - from < BLOCK ? c->n_rows - from : BLOCK;
        for (size_t i = 0; i < n; i++)
            block[i] = (uint64_t)(offset[from + i + 1] - offset[from + i]);
        hasher_add(h, block, n * sizeof(*block));
        hasher_add(h, (const char *)c->bytes->data + offset[from],
                   (size_t)(offset[from + n] - offset[from]));
    }
}

/* By text, not by code: levels that no row has, or that tables share, must not show. */
static void add_categories(struct hasher *h, const struct column *c)
{
    const int32_t *codes = column_codes(c);
    size_t n_levels = c->levels->n_rows;
    uint64_t *level = MEM_NEW(uint64_t, n_levels);
    uint64_t block[BLOCK];

    for (size_t k = 0; k < n_levels; k++) {
        struct span text = column_text(c->levels, k);
        level[k] = hash_bytes(text.at, text.len);
    }
    for (size_t from = 0; from < c->n_rows; from += BLOCK) {
        size_t n = c->n_rows - from < BLOCK ? c->n_rows - from : BLOCK;
        for (size_t i = 0; i < n; i++)
            block[i] = column_missing(c, from + i) ? 0 : level[codes[from + i]];
        hasher_add(h, block, n * sizeof(*block));
    }
    mem_free(level);
}

static struct digest compute(const struct column *c)
{
    struct hasher h;

    hasher_init(&h);
    hasher_add_text(&h, column_type_name(c->type));
    hasher_add_u64(&h, c->n_rows);
    hasher_add_u64(&h, c->n_missing);
    if (c->n_missing > 0)
        hasher_add(&h, c->valid->data, bits_bytes(c->n_rows));
    if (c->type == COLUMN_REAL)
        add_reals(&h, c);
    else if (c->type == COLUMN_TEXT)
        add_texts(&h, c);
    else if (c->type == COLUMN_CATEGORY)
        add_categories(&h, c);
    else
        hasher_add(&h, c->values->data, column_values_size(c->type, c->n_rows));
    return hasher_finish(&h);
}

/* Two threads may both compute it: they store the same.  The high half is written last and read
 * first, so that who sees it sees the low half as well; a digest whose high half is 0 is computed
 * each time. */
struct digest column_digest(const struct column *c)
{
    struct column *cache = (struct column *)c;
    struct digest d = { .hi = atomic_load_explicit(&cache->digest_hi, memory_order_acquire) };

    if (d.hi != 0) {
        d.lo = atomic_load_explicit(&cache->digest_lo, memory_order_relaxed);
        return d;
    }
    d = compute(c);
    atomic_store_explicit(&cache->digest_lo, d.lo, memory_order_relaxed);
    atomic_store_explicit(&cache->digest_hi, d.hi, memory_order_release);
    return d;
}
