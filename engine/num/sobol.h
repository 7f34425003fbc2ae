/* sobol.h - points that fill the unit cube more evenly than chance, scrambled.
 *
 * Sobol's sequence with the direction numbers of Joe and Kuo 2008 ("Constructing Sobol sequences with better
 * two-dimensional projections", SIAM Journal on Scientific Computing 30; file new-joe-kuo-6.21201), each
 * dimension scrambled by a random tree of bit flips (Owen 1995) that is a hash of the bits above (Laine and Karras 2011;
 * Burley 2020, Journal of Computer Graphics Techniques 9). The first 2^k points, and every later 2^k from a multiple of
 * 2^k, have one point in each of 2^k equal intervals of every dimension.
 */
#ifndef NUM_SOBOL_H
#define NUM_SOBOL_H

#include <stddef.h>
#include <stdint.h>

#define SOBOL_MOST 128 /* dimensions */

/* Coordinate `dimension` (from 0, below SOBOL_MOST) of point `index` (from 0) as Sobol has it. */
uint32_t sobol_bits(uint32_t index, size_t dimension);
/* The same in [0, 1), scrambled by the seed. */
double sobol_unit(uint32_t index, size_t dimension, uint64_t seed);

#endif
