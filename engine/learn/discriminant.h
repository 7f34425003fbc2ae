/* discriminant.h - what lda and qda share: classes, their shares and means. */
#ifndef LEARN_DISCRIMINANT_H
#define LEARN_DISCRIMINANT_H

#include "learn/learner.h"

struct discriminant {
    const struct fit_input *in;
    size_t p, n_classes;
    double *prior;  /* (n_classes) shares of the weight; 0: a class without rows */
    double *weight; /* (n_classes) */
    double *mean;   /* (p, n_classes) */
    double total;
    struct matrix rest; /* (n, p) x less its class's mean, times the root of the weight */
};

/* ERR_DOMAIN: fewer than two classes have rows; ERR_NUMERIC naming a feature too large; ERR_NOMEM. */
int discriminant_init(struct discriminant *d, const struct fit_input *in, const char *learner,
                      struct err *err);
void discriminant_release(struct discriminant *d);
/* cov (p, p), both triangles: sum of rest rest' over rows of class k (SIZE_MAX: all). */
void discriminant_scatter(double *cov, const struct discriminant *d, size_t k);

#endif
