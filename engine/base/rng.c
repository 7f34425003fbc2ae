#include "base/rng.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define PHILOX_ROUNDS 10

static const uint32_t philox_multiplier[2] = { 0xD2511F53, 0xCD9E8D57 };
static const uint32_t philox_weyl[2] = { 0x9E3779B9, 0xBB67AE85 };

/* One block of four words from (counter, key); the paper's section 3.3. */
static void philox_block(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t c[4] = { counter[0], counter[1], counter[2], counter[3] };
    uint32_t k[2] = { key[0], key[1] };

    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        uint64_t a = (uint64_t)philox_multiplier[0] * c[0];
        uint64_t b = (uint64_t)philox_multiplier[1] * c[2];
        c[0] = (uint32_t)(b >> 32) ^ c[1] ^ k[0];
        c[2] = (uint32_t)(a >> 32) ^ c[3] ^ k[1];
        c[1] = (uint32_t)b;
        c[3] = (uint32_t)a;
        k[0] += philox_weyl[0];
        k[1] += philox_weyl[1];
    }
    memcpy(out, c, sizeof(c));
}

void rng_init(struct rng *r, uint64_t seed, uint64_t stream)
{
    /* The stream fills the upper half of the counter: streams of one seed never meet. */
    *r = (struct rng){
        .key = { (uint32_t)seed, (uint32_t)(seed >> 32) },
        .counter = { 0, 0, (uint32_t)stream, (uint32_t)(stream >> 32) },
    };
}

uint32_t rng_u32(struct rng *r)
{
    if (r->left == 0) {
        philox_block(r->out, r->counter, r->key);
        r->left = 4;
        if (++r->counter[0] == 0)
            r->counter[1]++;
    }
    return r->out[4 - r->left--];
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t low = rng_u32(r);

    return low | (uint64_t)rng_u32(r) << 32;
}

double rng_unit(struct rng *r)
{
    return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
    assert(n > 0);
    /* 2^64 mod n values are thrown away, so that what is left divides evenly. */
    uint64_t unfair = (0 - n) % n, v;
    do {
        v = rng_u64(r);
    } while (v < unfair);
    return v % n;
}

double rng_normal(struct rng *r)
{
    /* Box and Muller 1958, one of the pair: every call takes the same number of words, so that
     * what is drawn next does not depend on the values drawn before. */
    double radius = sqrt(-2.0 * log(1.0 - rng_unit(r)));

    return radius * cos(2.0 * M_PI * rng_unit(r));
}

void rng_shuffle(struct rng *r, uint32_t *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = rng_below(r, i);
        uint32_t moved = items[i - 1];
        items[i - 1] = items[j];
        items[j] = moved;
    }
}
