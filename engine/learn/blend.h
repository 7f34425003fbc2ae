/* blend.h - shares of models, none below 0 and 1 in sum, that make their mean predict best. */
#ifndef LEARN_BLEND_H
#define LEARN_BLEND_H

#include "base/job.h"
#include "num/matrix.h"

/* share (m) for probabilities p[j] (n, k) of classes y (n): the smallest log loss of the mixture.
 * Convex; found by EM (Dempster, Laird and Rubin 1977), which never gets worse.  weights NULL: one
 * each.  ERR_NOMEM, ERR_CANCELLED. */
int blend_classes(double *share, const struct matrix *p, size_t m, const double *y,
                  const double *weights, struct job *job, struct err *err);
/* The same for numbers p[j] (n, 1): the smallest squared error, by exact steps between the pair of
 * models that gains most. */
int blend_numbers(double *share, const struct matrix *p, size_t m, const double *y,
                  const double *weights, struct job *job, struct err *err);

#endif
