/* robust.h - a centre and a covariance that outlying rows do not move.
 *
 * Rousseeuw and Van Driessen 1999, "A fast algorithm for the minimum covariance determinant
 * estimator", Technometrics 41: from one start (medians and absolute deviations) the half of the
 * rows with the smallest distances is taken again until it does not change; that covariance is made
 * consistent by the median of the distances, and the moments of the rows within its 0.975 quantile
 * are what counts, as in scikit-learn's MinCovDet. */
#ifndef NUM_ROBUST_H
#define NUM_ROBUST_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/job.h"
#include "num/matrix.h"

struct robust {
    size_t p;
    const double *mean;    /* (p) */
    const double *inverse; /* (p, p) of the covariance */
    bool shrunk; /* the columns depend on each other: something was added to the diagonal */
};

/* Of x (n, p), finite, no constant column, n > p.  Lives in the arena.  ERR_NUMERIC, ERR_NOMEM,
 * ERR_CANCELLED.  O(n p^2) an iteration. */
int robust_fit(struct robust *out, const struct matrix *x, struct arena *arena, struct job *job,
               struct err *err);
/* square (n): Mahalanobis distances of the rows of x, squared; row i depends on row i alone. */
void robust_squares(double *square, const struct robust *r, const struct matrix *x);

#endif
