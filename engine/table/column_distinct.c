/* How many different values a column has, exactly, in memory that does not grow with the data.
 *
 * A hash set counts; when it gets too large the values are divided by their hash into twice as many
 * parts and counted part by part.  The parts are alike in size, so that the first one tells soon. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "table/bits.h"
#include "table/column.h"

#define FIRST_SLOTS ((size_t)256)
#define MOST_SLOTS  ((size_t)1 << 20) /* 16 MB */

struct slot {
    uint64_t key;
    uint64_t row; /* from 1; 0: free */
};

struct set {
    const struct column *column;
    struct slot *slots;
    size_t n_slots, n;
};

/* Values of fixed width are their own key; a text's key is its hash. */
static uint64_t cell_key(const struct column *c, size_t i)
{
    uint64_t key;
    double real;

    switch (c->type) {
    case COLUMN_TEXT: {
        struct span text = column_text(c, i);
        return hash_bytes(text.at, text.len);
    }
    case COLUMN_DATE:
        return (uint32_t)column_codes(c)[i];
    case COLUMN_REAL:
        real = column_reals(c)[i];
        if (isnan(real))
            return 0x7FF8000000000000;
        real += 0.0; /* -0 becomes 0 */
        memcpy(&key, &real, sizeof(key));
        return key;
    default:
        return (uint64_t)column_ints(c)[i];
    }
}

static bool same_value(const struct set *s, const struct slot *slot, uint64_t key, size_t i)
{
    if (slot->key != key)
        return false;
    return s->column->type != COLUMN_TEXT ||
           span_eq(column_text(s->column, slot->row - 1), column_text(s->column, i));
}

static struct slot *find(const struct set *s, uint64_t key, uint64_t hash, size_t i)
{
    size_t mask = s->n_slots - 1, at = hash & mask;

    while (s->slots[at].row && !same_value(s, &s->slots[at], key, i))
        at = (at + 1) & mask;
    return &s->slots[at];
}

static void grow(struct set *s)
{
    struct set old = *s;

    s->n_slots *= 2;
    s->slots = MEM_NEW(struct slot, s->n_slots);
    for (size_t k = 0; k < old.n_slots; k++) {
        const struct slot *from = &old.slots[k];
        if (from->row)
            *find(s, from->key, hash_mix(from->key, 0), from->row - 1) = *from;
    }
    mem_free(old.slots);
}

/* Count the values of one part; false when the set would get too large. */
static bool count_part(struct set *s, uint64_t part, uint64_t n_parts)
{
    const struct column *c = s->column;

    s->n = 0;
    memset(s->slots, 0, s->n_slots * sizeof(*s->slots));
    for (size_t i = 0; i < c->n_rows; i++) {
        if (column_missing(c, i))
            continue;
        uint64_t key = cell_key(c, i), hash = hash_mix(key, 0);
        /* The upper half divides, since the lower one chooses the slot. */
        if (((hash >> 32) & (n_parts - 1)) != part)
            continue;
        struct slot *slot = find(s, key, hash, i);
        if (slot->row)
            continue;
        if (2 * s->n >= MOST_SLOTS)
            return false;
        *slot = (struct slot){ .key = key, .row = i + 1 };
        if (2 * ++s->n > s->n_slots)
            grow(s);
    }
    return true;
}

static bool count_parts(size_t *total, struct set *s, uint64_t n_parts)
{
    *total = 0;
    for (uint64_t part = 0; part < n_parts; part++) {
        if (!count_part(s, part, n_parts))
            return false;
        *total += s->n;
    }
    return true;
}

static size_t count_values(const struct column *c)
{
    struct set s = { .column = c, .n_slots = FIRST_SLOTS };
    size_t total;

    s.slots = MEM_NEW(struct slot, s.n_slots);
    for (uint64_t n_parts = 1; !count_parts(&total, &s, n_parts);)
        n_parts *= 2;
    mem_free(s.slots);
    return total;
}

static size_t count_levels(const struct column *c)
{
    size_t n_levels = c->levels->n_rows, count = 0;
    uint8_t *seen = MEM_NEW(uint8_t, bits_bytes(n_levels));

    for (size_t i = 0; i < c->n_rows && count < n_levels; i++) {
        size_t code = (size_t)column_codes(c)[i];
        if (column_missing(c, i) || bit_get(seen, code))
            continue;
        bit_set(seen, code);
        count++;
    }
    mem_free(seen);
    return count;
}

/* The slots of missing cells are false, so that they count as neither. */
static size_t count_bools(const struct column *c)
{
    size_t n_true = bits_count(c->values->data, c->n_rows);
    size_t n_false = c->n_rows - c->n_missing - n_true;

    return (size_t)(n_true > 0) + (size_t)(n_false > 0);
}

size_t column_n_distinct(const struct column *c)
{
    if (c->type == COLUMN_CATEGORY)
        return count_levels(c);
    return c->type == COLUMN_BOOL ? count_bools(c) : count_values(c);
}
