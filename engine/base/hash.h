/* hash.h - digests (xxHash XXH3, 128 bit) and a fast 64-bit hash for tables in memory. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest {
    uint64_t lo, hi;
};

/* A running digest; heap-backed, release it or finish it. */
struct hasher {
    void *state;
};

void hasher_init(struct hasher *h);
void hasher_add(struct hasher *h, const void *data, size_t len);
/* With its length, so that two texts stay apart. */
void hasher_add_text(struct hasher *h, const char *s);
void hasher_add_u64(struct hasher *h, uint64_t v);
/* The number rounded to 36 bits of mantissa (1.5e-11), -0 as 0, every NaN alike: results then have
 * one digest on machines whose mathematical libraries differ in the last bits. */
void hasher_add_real(struct hasher *h, double v);
struct digest hasher_finish(struct hasher *h); /* and releases */
void hasher_release(struct hasher *h);

uint64_t hash_bytes(const void *data, size_t len);
uint64_t hash_mix(uint64_t a, uint64_t b);

bool digest_eq(struct digest a, struct digest b);
/* 16 hexadecimal digits (the low 64 bits) for sessions, 32 for files. */
char *digest_short(char buf[17], struct digest d);
char *digest_long(char buf[33], struct digest d);

#endif
