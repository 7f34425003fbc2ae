#include "base/hash.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#define REAL_BITS 36 /* of mantissa that count in a digest */

void hasher_init(struct hasher *h)
{
    XXH3_state_t *state = XXH3_createState();

    if (!state || XXH3_128bits_reset(state) == XXH_ERROR)
        abort();
    h->state = state;
}

void hasher_add(struct hasher *h, const void *data, size_t len)
{
    assert(h->state);
    if (len > 0)
        XXH3_128bits_update(h->state, data, len);
}

void hasher_add_text(struct hasher *h, const char *s)
{
    size_t len = strlen(s);

    hasher_add_u64(h, len);
    hasher_add(h, s, len);
}

void hasher_add_u64(struct hasher *h, uint64_t v)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(v >> (8 * i));
    hasher_add(h, bytes, sizeof(bytes));
}

/* frexp's mantissa lies in [0.5, 1): rounding to 2^-36 errs by 2^-36 of the value at most. */
static double round_real(double v)
{
    int exponent;

    if (isnan(v))
        return NAN;
    if (v == 0 || isinf(v))
        return v == 0 ? 0.0 : v;
    double mantissa = frexp(v, &exponent);
    return ldexp(nearbyint(ldexp(mantissa, REAL_BITS)), exponent - REAL_BITS);
}

void hasher_add_real(struct hasher *h, double v)
{
    uint64_t bits = 0x7FF8000000000000; /* every NaN */
    double rounded = round_real(v);

    if (!isnan(rounded))
        memcpy(&bits, &rounded, sizeof(bits));
    hasher_add_u64(h, bits);
}

struct digest hasher_finish(struct hasher *h)
{
    XXH128_hash_t got = XXH3_128bits_digest(h->state);

    hasher_release(h);
    return (struct digest){ .lo = got.low64, .hi = got.high64 };
}

void hasher_release(struct hasher *h)
{
    XXH3_freeState(h->state);
    h->state = NULL;
}

uint64_t hash_bytes(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}

uint64_t hash_mix(uint64_t a, uint64_t b)
{
    /* The finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014); multiplying `a` first keeps
     * (a, b) and (b, a) apart. */
    uint64_t x = a * 0x9E3779B97F4A7C15 + b;

    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
}

bool digest_eq(struct digest a, struct digest b)
{
    return a.lo == b.lo && a.hi == b.hi;
}

char *digest_short(char buf[17], struct digest d)
{
    snprintf(buf, 17, "%016llx", (unsigned long long)d.lo);
    return buf;
}

char *digest_long(char buf[33], struct digest d)
{
    snprintf(buf, 33, "%016llx%016llx", (unsigned long long)d.hi, (unsigned long long)d.lo);
    return buf;
}
