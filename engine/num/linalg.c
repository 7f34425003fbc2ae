#include "num/linalg.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>

#include <cblas.h>
#include <gsl/gsl_errno.h>
#include <lapack.h>

#include "base/mem.h"

/* OpenBLAS starts a thread for every processor when it is loaded, and these spin for a while: they
 * would keep our own from working.  Its shared library has this, its header does not; other builds
 * of it may have no threads to end. */
extern int blas_thread_shutdown_(void) __attribute__((weak));

static void init_libraries(void)
{
    openblas_set_num_threads(1);
    if (blas_thread_shutdown_)
        blas_thread_shutdown_();
    gsl_set_error_handler_off();
}

void num_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, init_libraries);
}

/* LAPACK counts in int. */
static int count(size_t n)
{
    assert(n <= INT_MAX);
    return (int)n;
}

/* ---- kernels ---- */

void gram_add(double *gram, size_t p, const double *z, size_t n, size_t ld)
{
    cblas_dsyrk(CblasColMajor, CblasUpper, CblasTrans, count(p), count(n), 1, z, count(ld), 1, gram,
                count(p));
}

void cross_add(double *gram, double factor, const double *y, size_t p, const double *z, size_t q,
               size_t n, size_t ld)
{
    cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, count(p), count(q), count(n), factor, y,
                count(ld), z, count(ld), 1, gram, count(p));
}

void product_add(double *out, const double *z, size_t n, size_t p, size_t ld, const double *v)
{
    cblas_dgemv(CblasColMajor, CblasTrans, count(n), count(p), 1, z, count(ld), v, 1, 1, out, 1);
}

void product_of(double *out, const double *z, size_t n, size_t p, size_t ld, const double *w)
{
    cblas_dgemv(CblasColMajor, CblasNoTrans, count(n), count(p), 1, z, count(ld), w, 1, 0, out, 1);
}

void product_block_add(double *out, size_t ld_out, const double *z, size_t ld, const double *w,
                       size_t n, size_t p, size_t q)
{
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, count(n), count(q), count(p), 1, z,
                count(ld), w, count(p), 1, out, count(ld_out));
}

void product_block_t(double *out, size_t ld_out, const double *z, size_t ld, const double *w,
                     size_t n, size_t p, size_t q)
{
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, count(n), count(p), count(q), 1, z,
                count(ld), w, count(p), 0, out, count(ld_out));
}

int symmetric_eigen(double *a, double *values, size_t p, struct err *err)
{
    int size = count(p), room = count(34 * p + 1), info = 0;
    double *work = MEM_NEW(double, (size_t)room);

    if (p > 0)
        LAPACK_dsyev("V", "U", &size, a, &size, values, work, &room, &info);
    mem_free(work);
    return info ? err_set(err, ERR_NUMERIC, "the eigenvalues of %zu columns were not found", p) : 0;
}

void symmetric_fill(double *a, size_t p)
{
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < j; i++)
            a[i * p + j] = a[j * p + i];
}

/* ---- Cholesky ---- */

size_t chol_factor(double *a, double *scale, size_t p, double tolerance)
{
    for (size_t j = 0; j < p; j++) {
        double diagonal = a[j * p + j];
        if (!(diagonal > 0) || !isfinite(diagonal))
            return j + 1;
        scale[j] = sqrt(diagonal);
    }
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i <= j; i++) {
            a[j * p + i] /= scale[i] * scale[j];
            if (!isfinite(a[j * p + i]))
                return j + 1;
        }

    int size = count(p), info = 0;
    LAPACK_dpotrf("U", &size, a, &size, &info);
    assert(info >= 0);
    size_t checked = info > 0 ? (size_t)info - 1 : p;
    for (size_t j = 0; j < checked; j++)
        if (a[j * p + j] * a[j * p + j] < tolerance)
            return j + 1;
    return (size_t)info;
}

void chol_solve(const double *a, const double *scale, size_t p, double *b, size_t m)
{
    for (size_t k = 0; k < m; k++)
        for (size_t j = 0; j < p; j++)
            b[k * p + j] /= scale[j];

    int size = count(p), columns = count(m), info = 0;
    LAPACK_dpotrs("U", &size, &columns, a, &size, b, &size, &info);
    assert(info == 0);
    for (size_t k = 0; k < m; k++)
        for (size_t j = 0; j < p; j++)
            b[k * p + j] /= scale[j];
}

void chol_invert(double *a, const double *scale, size_t p)
{
    int size = count(p), info = 0;
    LAPACK_dpotri("U", &size, a, &size, &info);
    assert(info == 0);
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i <= j; i++)
            a[j * p + i] /= scale[i] * scale[j];
    symmetric_fill(a, p);
}
