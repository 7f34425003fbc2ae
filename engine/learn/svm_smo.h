/* svm_smo.h - the dual of a support vector machine, two variables at a time.
 * Source: Fan, Chen and Lin 2005, "Working set selection using second order information"; libsvm's.
 *
 * The decision is f(x) = sum of beta_i K(x_i, x) + constant.  Classes (targets -1 and 1) minimise
 * 1/2 beta'K beta + sum of C_i max(0, 1 - y f); regression has max(0, |y - f| - epsilon). */
#ifndef LEARN_SVM_SMO_H
#define LEARN_SVM_SMO_H

#include <stdbool.h>

#include "base/job.h"
#include "learn/svm_kernel.h"

struct smo {
    size_t n, p;
    const double *rows;  /* blocks, see svm_kernel.h */
    const double *y, *C; /* (n) */
    struct svm_kernel kernel;
    bool classes;
    double epsilon, tolerance;
    size_t max_iter;
    size_t cache_bytes; /* for rows of the kernel matrix */
};

struct smo_result {
    double constant;
    size_t n_iter;
    double violation; /* of the optimality conditions, in units of f */
    bool converged;
};

/* beta (n) out.  ERR_CANCELLED, ERR_NOMEM, ERR_NUMERIC. */
int smo_solve(double *beta, struct smo_result *result, const struct smo *s, struct job *job,
              struct err *err);

#endif
