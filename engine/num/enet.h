/* enet.h - a quadratic with L1 and L2 penalties: coordinate descent, then exactly.
 *
 * Minimise  1/2 w'G w - q'w + sum of l1_j |w_j| + 1/2 sum of l2_j w_j^2   over w (p), or over w >= 0.
 *
 * Coordinates are passed over in turn, those that are not 0 until they rest, then all; when little
 * changes, the equations of those that are not 0 are solved by Cholesky, and if signs and the
 * conditions of all others hold, that is the minimum to rounding.  Source: Friedman, Hastie and
 * Tibshirani 2010, J. Stat. Softw. 33(1).
 */
#ifndef NUM_ENET_H
#define NUM_ENET_H

#include <stdbool.h>
#include <stddef.h>

struct enet {
    size_t p;
    const double *gram;  /* (p, p) symmetric, both triangles */
    const double *right; /* q (p) */
    double yy;           /* 1/2 yy makes the quadratic a sum of squares: what `tol` is a part of */
    const double *l1, *l2; /* (p) >= 0 */
    bool positive;
    double tol; /* the duality gap at the end is at most tol * yy, if it is not exact */
    size_t max_iter;
    /* the answer, and where it begins; `gradient` is q - G w of w */
    double *w, *gradient; /* (p) */
    double gap;           /* 0: the equations were solved */
    size_t n_iter;        /* passes */
    double shrinkage;     /* trace of l2 (G_AA + l2)^-1 over the active; NAN when not solved */
    double *memory;       /* enet_work's */
};

/* Doubles that `memory` must have. */
size_t enet_work(size_t p);
/* gradient = q - G w, anew. */
void enet_start(struct enet *e);
/* From e->w on; false when max_iter passes did not do. */
bool enet_solve(struct enet *e);

#endif
