/* dual_svm.h - linear support vector machines by coordinate descent in the dual, or by Newton.
 * Sources: Hsieh, Chang, Lin, Keerthi and Sundararajan 2008 (classes); Ho and Lin 2012 (regression);
 * both are LIBLINEAR's.
 *
 * Minimised is 1/2 |w|² + sum over rows of C_i loss(y_i, w·x_i), where the loss is
 *
 *     classes, y = -1 or 1:  max(0, 1 - y w·x), or its square
 *     regression:            max(0, |y - w·x| - epsilon), or its square
 *
 * Each row has one variable b_i, w = sum of b_i x_i.  Stops when the gap between this and the dual,
 * which the optimum lies in, is at most `tolerance` of this. */
#ifndef LEARN_DUAL_SVM_H
#define LEARN_DUAL_SVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/job.h"

struct dual_svm {
    size_t n, p;
    const double *x; /* (n, p) row-major */
    const double *y; /* (n) */
    const double *C; /* (n) >= 0; rows with 0 are left out */
    bool classes, squared;
    double epsilon, tolerance;
    size_t max_iter;
    uint64_t seed, stream; /* of the order in which rows are visited */
};

struct dual_result {
    size_t n_iter;
    double gap; /* relative */
    bool converged;
};

/* w (p) out.  ERR_CANCELLED, ERR_NUMERIC when values are too large. */
int dual_svm_solve(double *w, struct dual_result *result, const struct dual_svm *d, struct job *job,
                   struct err *err);

/* The same for squared losses, to the optimum in a few steps of O(n p² + p³), for p that are not too
 * many.  Source: Keerthi and DeCoste 2005. */
int newton_svm_solve(double *w, struct dual_result *result, const struct dual_svm *d,
                     struct job *job, struct err *err);

#endif
