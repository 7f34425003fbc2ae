/* shape.h - mean, spread, skewness and kurtosis of weighted values that come in blocks.
 *
 * Two passes: shape_add_mean for every block, shape_centre, then shape_add_powers for every block in
 * the same order.  Sums run in eight lanes a block and are added in block order, so that they do not
 * depend on anything but the blocks.
 */
#ifndef NUM_SHAPE_H
#define NUM_SHAPE_H

#include <stddef.h>

enum { SHAPE_BLOCK = 1024 };

struct shape {
    double n, sum, lost; /* lost: what rounding took from sum (Neumaier 1974) */
    double mean;
    double powers[5]; /* [k]: sum of weight × (value - mean)^k */
};

/* v, w (n): values and their weights (counts); n <= SHAPE_BLOCK. */
void shape_add_mean(struct shape *s, const double *v, const double *w, size_t n);
void shape_centre(struct shape *s);
void shape_add_powers(struct shape *s, const double *v, const double *w, size_t n);
/* With divisor n - 1; NAN for n < 2. */
double shape_deviation(const struct shape *s);
/* Adjusted for the size of the sample, as pandas, SAS and DuckDB give them: G1 and G2 of Joanes and
 * Gill 1998; NAN for n < 3, n < 4, and when all values are equal. */
double shape_skewness(const struct shape *s);
double shape_kurtosis(const struct shape *s);

#endif
