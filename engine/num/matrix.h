/* matrix.h - dense matrices (n, p), column-major: column j is x + j * ld, ready for LAPACK and for
 * loops down a feature.  Large, so made by a checked call. */
#ifndef NUM_MATRIX_H
#define NUM_MATRIX_H

#include <stddef.h>

#include "base/err.h"

struct matrix {
    size_t n, p, ld; /* ld >= n, a multiple of 8 doubles when owned */
    double *x;
};

/* Zeroed.  ERR_NOMEM with `what`. */
int matrix_new(struct matrix *out, size_t n, size_t p, const char *what, struct err *err);
void matrix_release(struct matrix *m);
/* Columns that make one chunk of a parallel loop over columns: enough to be worth a thread. */
static inline size_t matrix_columns_at_once(const struct matrix *m)
{
    return 1 + ((size_t)1 << 18) / (m->n + 1);
}
static inline double *matrix_col(const struct matrix *m, size_t j)
{
    return m->x + j * m->ld;
}

#endif
