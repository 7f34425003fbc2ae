/* csv_words.h - different texts, numbered in the order in which they were first seen.
 *
 * Texts are copied.  Two sets make the levels of a column while its chunks are read side by side: what
 * is known is only looked up, by all; what is new each chunk notes for itself.
 */
#ifndef IO_CSV_WORDS_H
#define IO_CSV_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"

struct csv_word {
    const char *at;
    uint32_t len, hash;
    uint8_t class; /* the caller's: an enum cell_class */
    bool wide;     /* likewise */
};

/* All zero: empty. */
struct csv_words {
    struct csv_word *list; /* (n) */
    size_t n, cap;
    uint32_t *slots; /* (n_slots, a power of two) number + 1, 0: free */
    size_t n_slots;
    struct arena texts;
};

void csv_words_release(struct csv_words *w);
/* Its number, which is n before.  It must not be there yet. */
size_t csv_words_add(struct csv_words *w, const char *s, size_t len, uint32_t hash);
/* Its number, added when it is not there. */
size_t csv_words_put(struct csv_words *w, const char *s, size_t len, uint32_t hash);

/* Short texts are hashed as two words that overlap. */
static inline uint32_t csv_words_hash(const char *s, size_t len)
{
    uint64_t a = 0, b = 0;
    uint32_t low, high;

    if (len > 16)
        return (uint32_t)hash_bytes(s, len);
    if (len >= 8) {
        memcpy(&a, s, sizeof(a));
        memcpy(&b, s + len - 8, sizeof(b));
    } else if (len >= 4) {
        memcpy(&low, s, sizeof(low));
        memcpy(&high, s + len - 4, sizeof(high));
        a = low | (uint64_t)high << 32;
    } else if (len) {
        a = (uint64_t)(uint8_t)s[0] | (uint64_t)(uint8_t)s[len / 2] << 8 |
            (uint64_t)(uint8_t)s[len - 1] << 16;
    }
    a = (a ^ len * 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
    a = (a ^ a >> 32 ^ b) * 0x94D049BB133111EBu;
    return (uint32_t)(a >> 32);
}

/* Its number, SIZE_MAX when it is not there. */
static inline size_t csv_words_find(const struct csv_words *w, const char *s, size_t len,
                                    uint32_t hash)
{
    if (!w->n)
        return SIZE_MAX;
    for (size_t i = hash & (w->n_slots - 1); w->slots[i]; i = (i + 1) & (w->n_slots - 1)) {
        const struct csv_word *word = &w->list[w->slots[i] - 1];
        if (word->hash == hash && word->len == len && memcmp(word->at, s, len) == 0)
            return w->slots[i] - 1;
    }
    return SIZE_MAX;
}

#endif
