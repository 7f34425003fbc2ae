/* linalg.h - BLAS and LAPACK behind shapes: Cholesky with checked pivots, QR with refinement.
 *
 * All matrices are column-major.  OpenBLAS is called single-threaded on blocks of fixed size, from
 * inside parallel loops, so that results do not depend on the number of threads.
 */
#ifndef NUM_LINALG_H
#define NUM_LINALG_H

#include <stddef.h>

#include "base/err.h"
#include "num/matrix.h"

/* Hold OpenBLAS to one thread and keep GSL from aborting.  The program calls it once at the start;
 * model_train does too.  Done once, from whatever thread comes first; cheap when repeated. */
void num_init(void);

/* ---- small kernels on one block, for the bodies of reductions ---- */

/* gram (p, p), upper triangle += z' z;  z (n, p) with leading dimension ld. */
void gram_add(double *gram, size_t p, const double *z, size_t n, size_t ld);
/* gram (p, q) += factor y' z;  y (n, p), z (n, q), both with leading dimension ld. */
void cross_add(double *gram, double factor, const double *y, size_t p, const double *z, size_t q,
               size_t n, size_t ld);
/* out (p) += z' v;  z (n, p) with leading dimension ld, v (n). */
void product_add(double *out, const double *z, size_t n, size_t p, size_t ld, const double *v);
/* out (n) = z w;  z (n, p) with leading dimension ld, w (p). */
void product_of(double *out, const double *z, size_t n, size_t p, size_t ld, const double *w);
/* out (n, q) += z w; z (n, p), w (p, q); ld_out and ld are leading dimensions. */
void product_block_add(double *out, size_t ld_out, const double *z, size_t ld, const double *w,
                       size_t n, size_t p, size_t q);
/* out (n, p) = z w'; z (n, q), w (p, q). */
void product_block_t(double *out, size_t ld_out, const double *z, size_t ld, const double *w,
                     size_t n, size_t p, size_t q);
/* Eigenvalues (p), ascending, and in place of the symmetric a (p, p; its upper triangle is read) the
 * eigenvectors, one a column.  ERR_NUMERIC when it does not converge.  O(p^3). */
int symmetric_eigen(double *a, double *values, size_t p, struct err *err);
/* Copy the upper triangle of a (p, p) to the lower one. */
void symmetric_fill(double *a, size_t p);

/* ---- symmetric positive definite systems ---- */

/* Factorise a (p, p), upper triangle given, in place, after scaling to a unit diagonal: a = D R'R D
 * with D = diag(scale).  Returns 0, or j + 1 when column j is, to within `tolerance` of its
 * variance, a combination of those before it (or not finite).  Why a second test: rounding leaves a
 * tiny positive pivot for an exact copy of a column, and dpotrf then reports success.  O(p^3). */
size_t chol_factor(double *a, double *scale, size_t p, double tolerance);
/* Solve a x = b in place; b (p, m). */
void chol_solve(const double *a, const double *scale, size_t p, double *b, size_t m);
/* Replace the factor by the inverse, both triangles. */
void chol_invert(double *a, const double *scale, size_t p);

/* ---- QR of tall matrices ---- */

/* Householder QR in two levels: blocks of rows, then their triangles stacked.  Source: Demmel,
 * Grigori, Hoemmen and Langou 2012, "Communication-optimal parallel and sequential QR". */
struct qr {
    size_t n, p;
    size_t block,
        n_blocks;        /* rows in a block, at least p but for the last; the last may be short */
    struct matrix a;     /* (n, p) reflectors of the blocks */
    struct matrix stack; /* (n_blocks * p, p) triangles, then reflectors of the second level */
    double *tau, *stack_tau; /* (n_blocks, p), (p) */
    double *r;               /* (p, p) upper triangular, zero below */
    double *work;
};

/* Takes the matrix, also on error; n >= p >= 1.  ERR_NOMEM.  O(n p^2). */
int qr_factor(struct qr *out, struct matrix *take, struct err *err);
void qr_release(struct qr *q);
/* v (n) to Q'v: its first p elements to top (p); v is left changed, as qr_apply wants it. */
void qr_apply_t(struct qr *q, double *v, double *top);
/* The reverse: v (n) as qr_apply_t left it, with top (p) in place of the first p elements. */
void qr_apply(struct qr *q, double *v, const double *top);
/* Solve R x = b, or R'x = b, in place; b (p). */
void qr_solve_r(const struct qr *q, double *b);
void qr_solve_rt(const struct qr *q, double *b);

#endif
