#include "num/radix.h"

enum {
    FEW = 48,          /* inserted one by one */
    IN_CACHE = 16384,  /* keys: with their spare room a quarter of a usual L2 */
    LEADING_BITS = 11, /* of a division: so many write streams at a time */
};

static void insertion(uint64_t *keys, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t key = keys[i];
        size_t j = i;
        for (; j > 0 && keys[j - 1] > key; j--)
            keys[j] = keys[j - 1];
        keys[j] = key;
    }
}

/* Bits in which the keys are not all alike. */
static uint64_t differing_bits(const uint64_t *keys, size_t n)
{
    uint64_t bits = 0;

    for (size_t i = 1; i < n; i++)
        bits |= keys[i] ^ keys[0];
    return bits;
}

/* One byte at `shift`, from -> to, keeping the order of equals. */
static void by_byte(uint64_t *to, const uint64_t *from, size_t n, unsigned shift)
{
    size_t start[257] = { 0 };

    for (size_t i = 0; i < n; i++)
        start[(from[i] >> shift & 255) + 1]++;
    for (size_t k = 0; k < 256; k++)
        start[k + 1] += start[k];
    for (size_t i = 0; i < n; i++)
        to[start[from[i] >> shift & 255]++] = from[i];
}

/* Least byte first. */
static void sort_in_cache(uint64_t *keys, uint64_t *spare, size_t n, unsigned low, unsigned high)
{
    uint64_t *from = keys, *to = spare;

    for (unsigned shift = low; shift <= high; shift += 8) {
        by_byte(to, from, n, shift);
        uint64_t *other = from;
        from = to;
        to = other;
    }
    if (from != keys)
        memcpy(keys, from, n * sizeof(*keys));
}

void radix_sort(uint64_t *keys, uint64_t *spare, size_t n)
{
    size_t start[(1 << LEADING_BITS) + 1] = { 0 }, at[1 << LEADING_BITS];

    if (n <= FEW) {
        insertion(keys, n);
        return;
    }
    uint64_t bits = differing_bits(keys, n);
    if (!bits)
        return;
    unsigned high = 63 - (unsigned)__builtin_clzll(bits), low = (unsigned)__builtin_ctzll(bits);
    if (n <= IN_CACHE) {
        sort_in_cache(keys, spare, n, low, high);
        return;
    }
    unsigned shift = high + 1 > low + LEADING_BITS ? high + 1 - LEADING_BITS : low;
    const uint64_t mask = ((uint64_t)1 << LEADING_BITS) - 1;
    for (size_t i = 0; i < n; i++)
        start[(keys[i] >> shift & mask) + 1]++;
    for (size_t k = 0; k <= mask; k++) {
        start[k + 1] += start[k];
        at[k] = start[k];
    }
    for (size_t i = 0; i < n; i++)
        spare[at[keys[i] >> shift & mask]++] = keys[i];
    memcpy(keys, spare, n * sizeof(*keys));
    for (size_t k = 0; shift > low && k <= mask; k++)
        radix_sort(keys + start[k], spare + start[k], start[k + 1] - start[k]);
}

/* Least digit first, over the bits that differ. */
void radix_sort_pairs(struct radix_pair *v, struct radix_pair *spare, size_t n)
{
    struct radix_pair *from = v, *to = spare;
    uint64_t bits = 0;

    for (size_t i = 1; i < n; i++)
        bits |= v[i].key ^ v[0].key;
    while (bits) {
        size_t start[(1 << LEADING_BITS) + 1] = { 0 };
        unsigned shift = (unsigned)__builtin_ctzll(bits);
        const uint64_t mask = ((uint64_t)1 << LEADING_BITS) - 1;
        for (size_t i = 0; i < n; i++)
            start[(from[i].key >> shift & mask) + 1]++;
        for (size_t k = 0; k < mask; k++)
            start[k + 1] += start[k];
        for (size_t i = 0; i < n; i++)
            to[start[from[i].key >> shift & mask]++] = from[i];
        struct radix_pair *other = from;
        from = to;
        to = other;
        bits &= ~(mask << shift);
    }
    if (from != v)
        memcpy(v, from, n * sizeof(*v));
}
