/* exp.h - the exponential function as straight arithmetic, so that loops over it become wide.
 *
 * For derivatives of losses, where its last digits do not matter: the relative error is below 1e-13.
 * |x| must be at most EXP_MOST: bound it in a loop of its own, or the compiler makes the bounds a
 * branch and the loop narrow.  The same bits on every machine, since nothing is
 * contracted.  Source: Cody and Waite 1980, "Software manual for the elementary functions". */
#ifndef NUM_EXP_H
#define NUM_EXP_H

#include <stdint.h>
#include <string.h>

#define EXP_MOST 700.0

static inline double exp_bound(double x)
{
    x = x < -EXP_MOST ? -EXP_MOST : x;
    return x > EXP_MOST ? EXP_MOST : x;
}

static inline double exp_straight(double x)
{
    const double shift = 0x1.8p52, log2_e = 0x1.71547652b82fep0;
    const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    double k = 0, r = 0, y = 0;
    uint64_t bits;

    k = x * log2_e + shift; /* its last bits are the whole number nearest to x / log 2 */
    memcpy(&bits, &k, sizeof(bits));
    k -= shift;
    r = (x - k * ln2_high) - k * ln2_low;
    y = 1.0 / 479001600;
    y = y * r + 1.0 / 39916800;
    y = y * r + 1.0 / 3628800;
    y = y * r + 1.0 / 362880;
    y = y * r + 1.0 / 40320;
    y = y * r + 1.0 / 5040;
    y = y * r + 1.0 / 720;
    y = y * r + 1.0 / 120;
    y = y * r + 1.0 / 24;
    y = y * r + 1.0 / 6;
    y = y * r + 0.5;
    y = y * r + 1;
    y = y * r + 1;
    uint64_t scaled;
    memcpy(&scaled, &y, sizeof(scaled));
    scaled += bits << 52;
    memcpy(&y, &scaled, sizeof(y));
    return y;
}

#endif
