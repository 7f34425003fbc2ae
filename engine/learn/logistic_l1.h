/* logistic_l1.h - logistic regression with an L1 penalty: Newton's quadratic by coordinate descent.
 *
 * Minimises  loss(theta) + sum of l1_j |theta_j|,  loss with its own L2 penalty and its Hessian.
 * Source: Friedman, Hastie and Tibshirani 2010, J. Stat. Softw. 33(1); Lee, Sun and Saunders 2014,
 * SIAM J. Optim. 24 (proximal Newton methods).
 */
#ifndef LEARN_LOGISTIC_L1_H
#define LEARN_LOGISTIC_L1_H

#include "learn/logistic_loss.h"

struct logistic_l1 {
    struct logistic_loss *loss; /* with_hessian */
    const double *l1;           /* (d) >= 0 */
    double tolerance;           /* of the least subgradient, by weight */
    size_t max_iter;
    double *theta; /* (d) where it begins, and the answer */
    size_t n_iter;
    bool converged;
};

/* ERR_NOMEM, ERR_CANCELLED.  Each iteration O(n d^2 / n_scores). */
int logistic_l1_solve(struct logistic_l1 *s, struct job *job, struct err *err);

#endif
