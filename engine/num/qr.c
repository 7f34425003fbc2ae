#include "num/linalg.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include <cblas.h>
#include <lapack.h>

#include "base/mem.h"
#include "base/parallel.h"

/* Work space for one block: LAPACK's own block size times the columns is its best, p its least. */
enum { QR_BLOCK_ROWS = 1024, QR_WORK_COLUMNS = 32 };

static int count(size_t n)
{
    assert(n <= INT_MAX);
    return (int)n;
}

static size_t work_size(size_t p)
{
    return QR_WORK_COLUMNS * p + 64;
}

/* Rows of block b; a short rest is part of the last block, so that none has fewer rows than p. */
static size_t block_rows(const struct qr *q, size_t b)
{
    return b + 1 < q->n_blocks ? q->block : q->n - b * q->block;
}

static void geqrf(double *a, size_t n, size_t p, size_t ld, double *tau, double *work)
{
    int rows = count(n), columns = count(p), lead = count(ld), size = count(work_size(p)), info = 0;
    LAPACK_dgeqrf(&rows, &columns, a, &lead, tau, work, &size, &info);
    assert(info == 0);
}

/* v (n) to Qv or Q'v with the reflectors below a's diagonal. */
static void ormqr(const char *trans, const double *a, size_t n, size_t p, size_t ld,
                  const double *tau, double *v, double *work)
{
    int rows = count(n), one = 1, columns = count(p), lead = count(ld), info = 0;
    int size = count(work_size(p));
    LAPACK_dormqr("L", trans, &rows, &one, &columns, a, &lead, tau, v, &rows, work, &size, &info);
    assert(info == 0);
}

static void copy_triangle(double *to, size_t to_ld, const double *from, size_t from_ld, size_t p)
{
    for (size_t j = 0; j < p; j++)
        memcpy(to + j * to_ld, from + j * from_ld, (j + 1) * sizeof(double));
}

static void factor_block(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct qr *q = ctx;
    (void)begin;
    (void)end;

    double *a = q->a.x + chunk * q->block;
    geqrf(a, block_rows(q, chunk), q->p, q->a.ld, q->tau + chunk * q->p,
          q->work + chunk * work_size(q->p));
    copy_triangle(q->stack.x + chunk * q->p, q->stack.ld, a, q->a.ld, q->p);
}

int qr_factor(struct qr *out, struct matrix *take, struct err *err)
{
    size_t n = take->n, p = take->p, block = QR_BLOCK_ROWS > 2 * p ? QR_BLOCK_ROWS : 2 * p;
    struct qr q = { .n = n, .p = p, .a = *take, .block = block, .n_blocks = n / block };
    void *memory;

    assert(n >= p && p >= 1);
    *take = (struct matrix){ 0 };
    if (q.n_blocks == 0)
        q.n_blocks = 1;
    if (matrix_new(&q.stack, q.n_blocks * p, p, "triangles", err))
        goto fail;

    size_t n_doubles = (q.n_blocks + 1) * p + p * p + q.n_blocks * work_size(p);
    if (mem_big(&memory, n_doubles, sizeof(double), "reflectors", err))
        goto fail;
    memset(memory, 0, n_doubles * sizeof(double));
    q.tau = memory;
    q.stack_tau = q.tau + q.n_blocks * p;
    q.r = q.stack_tau + p;
    q.work = q.r + p * p;

    parallel_for(q.n_blocks, 1, factor_block, &q);
    if (q.n_blocks > 1)
        geqrf(q.stack.x, q.stack.n, p, q.stack.ld, q.stack_tau, q.work);
    copy_triangle(q.r, p, q.stack.x, q.stack.ld, p);
    *out = q;
    return 0;
fail:
    qr_release(&q);
    return -1;
}

void qr_release(struct qr *q)
{
    matrix_release(&q->a);
    matrix_release(&q->stack);
    mem_big_free(q->tau);
    *q = (struct qr){ 0 };
}

struct apply {
    struct qr *q;
    const char *trans;
    double *v;
};

static void apply_block(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct apply *call = ctx;
    const struct qr *q = call->q;
    (void)begin;
    (void)end;

    ormqr(call->trans, q->a.x + chunk * q->block, block_rows(q, chunk), q->p, q->a.ld,
          q->tau + chunk * q->p, call->v + chunk * q->block, q->work + chunk * work_size(q->p));
}

/* The first p elements of every block, moved to or from one vector: its first p are Q'v's. */
static void gather_tops(struct qr *q, const double *v, double *tops)
{
    for (size_t b = 0; b < q->n_blocks; b++)
        memcpy(tops + b * q->p, v + b * q->block, q->p * sizeof(double));
}

static void scatter_tops(struct qr *q, double *v, const double *tops)
{
    for (size_t b = 0; b < q->n_blocks; b++)
        memcpy(v + b * q->block, tops + b * q->p, q->p * sizeof(double));
}

void qr_apply_t(struct qr *q, double *v, double *top)
{
    struct apply call = { q, "T", v };

    parallel_for(q->n_blocks, 1, apply_block, &call);
    if (q->n_blocks > 1) {
        double *tops = MEM_NEW(double, q->n_blocks * q->p);
        gather_tops(q, v, tops);
        ormqr("T", q->stack.x, q->stack.n, q->p, q->stack.ld, q->stack_tau, tops, q->work);
        scatter_tops(q, v, tops);
        mem_free(tops);
    }
    memcpy(top, v, q->p * sizeof(double));
}

void qr_apply(struct qr *q, double *v, const double *top)
{
    struct apply call = { q, "N", v };

    memcpy(v, top, q->p * sizeof(double));
    if (q->n_blocks > 1) {
        double *tops = MEM_NEW(double, q->n_blocks * q->p);
        gather_tops(q, v, tops);
        ormqr("N", q->stack.x, q->stack.n, q->p, q->stack.ld, q->stack_tau, tops, q->work);
        scatter_tops(q, v, tops);
        mem_free(tops);
    }
    parallel_for(q->n_blocks, 1, apply_block, &call);
}

void qr_solve_r(const struct qr *q, double *b)
{
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasNoTrans, CblasNonUnit, count(q->p), q->r,
                count(q->p), b, 1);
}

void qr_solve_rt(const struct qr *q, double *b)
{
    cblas_dtrsv(CblasColMajor, CblasUpper, CblasTrans, CblasNonUnit, count(q->p), q->r, count(q->p),
                b, 1);
}
