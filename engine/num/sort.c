/* sort.c - least significant digit first, 8 bits at a time; digits that are all alike are skipped. */
#include "num/sort.h"

#include <stdint.h>
#include <string.h>

enum { DIGITS = 8, VALUES = 256, FEW = 64 };

/* Bits of a double, in an order that is the numbers' own. */
static uint64_t key_of(double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof(bits));
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static void sort_few(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double x = v[i];
        uint64_t key = key_of(x);
        size_t at = i;
        for (; at > 0 && key_of(v[at - 1]) > key; at--)
            v[at] = v[at - 1];
        v[at] = x;
    }
}

/* Where each value of a digit begins. */
static void starts_of(size_t *start, const size_t *count)
{
    size_t at = 0;

    for (size_t k = 0; k < VALUES; k++) {
        start[k] = at;
        at += count[k];
    }
}

void sort_reals(double *v, double *work, size_t n)
{
    static const unsigned bits = 8;
    size_t count[DIGITS][VALUES] = { 0 }, start[VALUES];
    double *from = v, *to = work;

    if (n <= FEW) {
        sort_few(v, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (unsigned d = 0, shift = 0; d < DIGITS; d++, shift += bits)
            count[d][key_of(v[i]) >> shift & (VALUES - 1)]++;
    for (unsigned d = 0; d < DIGITS; d++) {
        if (count[d][key_of(from[0]) >> (d * bits) & (VALUES - 1)] == n)
            continue;
        starts_of(start, count[d]);
        for (size_t i = 0; i < n; i++)
            to[start[key_of(from[i]) >> (d * bits) & (VALUES - 1)]++] = from[i];
        double *swap = from;
        from = to;
        to = swap;
    }
    if (from != v)
        memcpy(v, from, n * sizeof(*v));
}
