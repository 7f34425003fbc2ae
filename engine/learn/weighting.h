/* weighting.h - how much each row counts, and which rows belong together: the roles weight and group,
 * and class weights.  What is given as NULL counts one each. */
#ifndef LEARN_WEIGHTING_H
#define LEARN_WEIGHTING_H

#include "learn/design.h"

/* *out (n) the weights of rows (NULL: all n) of a prepared table; NULL when no column has that role.
 * ERR_SHAPE: the column is gone or holds no numbers; ERR_DOMAIN naming row and line: missing, not
 * finite or negative; all zero.  Free with mem_big_free. */
int weighting_rows(double **out, const struct table *t, const struct roles *roles,
                   const uint32_t *rows, size_t n, struct err *err);
/* *out (n) the groups, numbered from 0; NULL when no column has that role.  ERR_SHAPE: the column is
 * gone; ERR_DOMAIN: a missing one.  Free with mem_big_free. */
int weighting_groups(int32_t **out, const struct table *t, const struct roles *roles,
                     const uint32_t *rows, size_t n, struct err *err);
/* factor (n_classes): what `text` says of the classes of training rows with target y (n).
 * "balanced": n / (classes with rows * rows of the class), as scikit-learn; else "yes:5,no:1", and
 * classes that are not named count one.  ERR_USAGE naming what is no class or no weight, ERR_DOMAIN for a regression. */
int weighting_classes(double *factor, const char *text, const struct target *target,
                      const double *y, size_t n, struct err *err);

#endif
