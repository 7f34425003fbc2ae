/* moments.h - location and spread of the columns of a matrix. */
#ifndef NUM_MOMENTS_H
#define NUM_MOMENTS_H

#include "num/matrix.h"

/* mean (p), and sd (p; NULL: not wanted) with divisor n, of the columns of x (n, p), n > 0; weights
 * (n) or NULL.  sd is exactly 0 when all values of a column that have weight are equal. */
void column_moments(double *mean, double *sd, const struct matrix *x, const double *weights);

#endif
