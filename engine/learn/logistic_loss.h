/* logistic_loss.h - the penalised log-likelihood of logistic regression and its derivatives.
 *
 * Minimised is, over rows i with weight w and class y,
 *
 *     f(v, c) = sum of w_i (-log P(y_i | x_i))  +  1/2 sum over features j of penalty_j v_j^2
 *
 * in standardised features z = (x - mean) * scale, so that v_j = coef_j / scale_j: the optimum is
 * the same as in x (penalty_j = scale_j^2 / C), but the problem is well conditioned.  Without an
 * intercept the mean is taken as 0.
 *
 * Two classes have one score t and P(1) = 1 / (1 + exp(-t)); K > 2 classes have one score each and
 * P(k) = exp(t_k) / sum exp(t_l).  A parameter vector is (q, n_scores): for each score its p
 * coefficients, then its constant (q = p + 1) when there is one.
 */
#ifndef LEARN_LOGISTIC_LOSS_H
#define LEARN_LOGISTIC_LOSS_H

#include <stdbool.h>
#include <stddef.h>

#include "learn/learner.h"
#include "num/reduce.h"

struct logistic_loss {
    const struct matrix *x;
    const double *y;             /* (n) class index among those that are present */
    const double *weights;       /* (n) or NULL */
    size_t n, p, q, n_scores, d; /* d = q * n_scores */
    bool intercept;
    double *mean, *scale, *penalty; /* (p) */
    double total;                   /* total weight */
    bool with_hessian;
    size_t n_pairs; /* blocks of the Hessian that are summed: score pairs k <= l */
    struct reducer reducer;
    const double *at; /* the point; for the body of the sum */
    double *sum;      /* value, gradient (d), Hessian blocks (n_pairs, q, q) */
};

/* C <= 0: no penalty.  ERR_NUMERIC naming a feature too large to standardise, ERR_NOMEM. */
int logistic_loss_init(struct logistic_loss *f, const struct fit_input *in, const double *y,
                       size_t n_classes, bool intercept, double C, bool with_hessian,
                       struct err *err);
void logistic_loss_release(struct logistic_loss *f);

/* The value at theta (d), its gradient (d), and its Hessian (d, d), upper triangle, when it was
 * asked for at init (hessian NULL otherwise). */
double logistic_loss_eval(struct logistic_loss *f, const double *theta, double *gradient,
                          double *hessian);

#endif
