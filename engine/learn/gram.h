/* gram.h - what least squares with any penalty needs to know of the rows: means and products.
 *
 * A set is of some rows; sets of disjoint rows add up, so that the folds of a cross-validation cost
 * one pass.  Sums run over blocks of rows in a fixed order.  O(n p^2).
 */
#ifndef LEARN_GRAM_H
#define LEARN_GRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn/learner.h"

struct gram_set {
    size_t p;
    double weight; /* total */
    bool centred;  /* products are about the means; else about 0 and the means are 0 */
    double *mean, y_mean;
    double *gram;  /* (p, p), both triangles: sum of w (x_j - m_j)(x_k - m_k) */
    double *right; /* (p) sum of w (x_j - m_j)(y - y_mean) */
    double yy;     /* sum of w (y - y_mean)^2 */
    void *memory;
};

/* Rows of `in` (NULL: all n of them).  ERR_NOMEM; ERR_NUMERIC naming a feature too large to square. */
int gram_set_make(struct gram_set *out, const struct fit_input *in, const uint32_t *rows, size_t n,
                  bool centred, struct err *err);
/* An empty one. */
int gram_set_new(struct gram_set *out, size_t p, bool centred, struct err *err);
void gram_set_release(struct gram_set *g);
/* a becomes the set of its rows and those of b. */
void gram_set_add(struct gram_set *a, const struct gram_set *b);
/* Mean squared error over the set's rows of constant + x coef (p). */
double gram_set_loss(const struct gram_set *g, double constant, const double *coef);

#endif
