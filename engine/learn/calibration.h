/* calibration.h - from scores to probabilities that are true: maps of one variable. */
#ifndef LEARN_CALIBRATION_H
#define LEARN_CALIBRATION_H

#include <stddef.h>

#include "base/arena.h"
#include "base/job.h"
#include "num/matrix.h"

/* A rising line through knots, level beyond them. */
struct isotonic {
    size_t n;
    const double *x, *y; /* (n) ascending, y not falling */
};
/* Weighted least squares among functions that do not fall: pool adjacent violators (Barlow et al. 1972); equal
 * scores are one.  Knots live in the arena.  ERR_NOMEM.  As scikit-learn's IsotonicRegression. */
int isotonic_fit(struct isotonic *out, const double *f, const double *t, const double *weights,
                 size_t n, struct arena *arena, struct err *err);
double isotonic_at(const struct isotonic *iso, double f);

/* The temperature: log p / T is what softmax is taken of; the smallest log loss of p (n, k) for
 * classes y (n).  From 0.01 to 100.  Guo et al. 2017. */
double temperature_fit(const struct matrix *p, const double *y, const double *weights);

/* Mean distance of confidence and share of right rows, over bins of equal width of the probability
 * of the last of two classes, or of the likeliest of several, by weight.  Naeini et al. 2015. */
#define CALIBRATION_BINS 10
double calibration_error(const struct matrix *p, const double *y, const double *weights);

#endif
