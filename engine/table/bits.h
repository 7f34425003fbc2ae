/* bits.h - bitmaps, least bit first, in blocks whose padding is zero (buffer.h).
 *
 * Bits past the last are zero, so that whole words can be read, counted and compared.
 */
#ifndef TABLE_BITS_H
#define TABLE_BITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "table/column.h"

static inline size_t bits_bytes(size_t n)
{
    return n / 8 + (n % 8 != 0);
}

/* Word w of a block; the copy keeps the compiler's aliasing rules and costs one load. */
static inline uint64_t bits_word(const void *bits, size_t w)
{
    uint64_t word;

    memcpy(&word, (const char *)bits + 8 * w, sizeof(word));
    return word;
}

/* Set bits 0 to n - 1. */
static inline void bits_fill(void *bits, size_t n)
{
    memset(bits, 0xFF, n / 8);
    for (size_t i = n / 8 * 8; i < n; i++)
        bit_set(bits, i);
}

static inline size_t bits_count(const void *bits, size_t n)
{
    size_t count = 0;

    for (size_t w = 0; 64 * w < n; w++)
        count += (size_t)__builtin_popcountll(bits_word(bits, w));
    return count;
}

/* The first bit set in [from, n), n when there is none. */
static inline size_t bits_next(const void *bits, size_t from, size_t n)
{
    if (from >= n)
        return n;
    uint64_t word = bits_word(bits, from / 64) & (UINT64_MAX << (from % 64));
    for (size_t w = from / 64;; word = bits_word(bits, w)) {
        if (word) { /* n may lie within the word */
            size_t at = 64 * w + (size_t)__builtin_ctzll(word);
            return at < n ? at : n;
        }
        if (64 * ++w >= n)
            return n;
    }
}

/* The last bit set in [0, end), SIZE_MAX when there is none. */
static inline size_t bits_previous(const void *bits, size_t end)
{
    if (end == 0)
        return SIZE_MAX;
    uint64_t word = bits_word(bits, (end - 1) / 64) & (UINT64_MAX >> (63 - (end - 1) % 64));
    for (size_t w = (end - 1) / 64;; word = bits_word(bits, --w)) {
        if (word)
            return 64 * w + 63 - (size_t)__builtin_clzll(word);
        if (w == 0)
            return SIZE_MAX;
    }
}

#endif
