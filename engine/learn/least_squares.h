/* least_squares.h - minimise sum of w (y - b - x c)^2 accurately, with standard errors.
 *
 * Life: init → solve → read → release.
 */
#ifndef LEARN_LEAST_SQUARES_H
#define LEARN_LEAST_SQUARES_H

#include <stdbool.h>
#include <stddef.h>

#include "learn/learner.h"
#include "num/linalg.h"

struct least_squares {
    const struct fit_input *in;
    bool intercept;
    size_t n, q;           /* q: unknowns, constant first when there is one */
    size_t n_active;       /* features with more than one value */
    size_t *active;        /* (n_active) their indices */
    size_t first_constant; /* feature left out, SIZE_MAX when none was */
    double *mean, *scale;  /* (n_active) column j of the factor is (x_j - mean_j) * scale_j */
    double *root;          /* (n) square roots of the weights, NULL: all one */
    double constant_scale;
    struct qr qr;
    double *residual; /* (n) root * (y - b - x c) */
    /* the answer */
    double *estimate, *std_error; /* (n_active) */
    double constant, constant_error;
    double freedom; /* rows that have weight less unknowns; 0 when there are no errors */
    double *memory;
};

/* Factorise.  ERR_NUMERIC naming the first feature that is a combination of those before it, or
 * that is too large to square; ERR_NUMERIC with both numbers when there are fewer rows than
 * unknowns; ERR_NOMEM, ERR_CANCELLED.  O(n q^2). */
int least_squares_init(struct least_squares *ls, const struct fit_input *in, bool intercept,
                       struct job *job, struct err *err);
int least_squares_solve(struct least_squares *ls, struct job *job, struct err *err);
void least_squares_release(struct least_squares *ls);

#endif
