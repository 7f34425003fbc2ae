/* optim.h - minimising smooth functions of many variables. */
#ifndef NUM_OPTIM_H
#define NUM_OPTIM_H

#include <stddef.h>

#include "base/err.h"
#include "base/job.h"

/* The value at x (n), and its gradient to g (n). */
typedef double optim_objective(void *ctx, const double *x, double *g);

enum optim_end { OPTIM_CONVERGED, OPTIM_LIMIT };

/* Minimise from x (n), in place, by L-BFGS until no element of the gradient is larger than
 * `tolerance`, or nothing is gained any more.  ERR_CANCELLED; ERR_NUMERIC when the objective is not
 * finite.  Source: Liu and Nocedal 1989; liblbfgs. */
int optim_lbfgs(double *x, size_t n, optim_objective *objective, void *ctx, double tolerance,
                size_t max_iter, enum optim_end *end, size_t *n_iter, struct job *job,
                struct err *err);

#endif
