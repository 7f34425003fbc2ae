/* roc_curve.h - the receiver operating characteristic of scores. */
#ifndef VIZ_ROC_CURVE_H
#define VIZ_ROC_CURVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct roc_curve {
    size_t n;
    double *fpr, *tpr; /* (n) from (0, 0) to (1, 1), both growing; corners only; mem_big */
    double auc;        /* trapezoids of the full curve: ties count one half */
};

/* Scores (n) and which rows are positive (n); equal scores move together.  ERR_DOMAIN when one of
 * both kinds is absent; ERR_NOMEM.  Source: Fawcett 2006, "An introduction to ROC analysis",
 * algorithm 1. */
int roc_curve_make(struct roc_curve *out, const double *score, const bool *positive, size_t n,
                   struct err *err);
void roc_curve_release(struct roc_curve *c);
/* The height of the curve at fpr in [0, 1]: the upper end where it rises straight up. */
double roc_curve_at(const struct roc_curve *c, double fpr);
/* Leave at most `most` points, the ends among them. */
void roc_curve_thin(struct roc_curve *c, size_t most);

#endif
