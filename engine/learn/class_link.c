#include "learn/class_link.h"

#include <math.h>

#include "base/parallel.h"

enum { ROWS_AT_ONCE = 4096 };

/* p1 holds the score and becomes 1 / (1 + exp(-score)); p0 the other one, which does not cancel. */
static void link_two(double *restrict p0, double *restrict p1, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        double e = exp(-fabs(p1[i])), small = e / (1 + e), large = 1 / (1 + e);
        p0[i] = p1[i] < 0 ? large : small;
        p1[i] = p1[i] < 0 ? small : large;
    }
}

static void two_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct matrix *out = ctx;
    (void)chunk;

    link_two(matrix_col(out, 0), matrix_col(out, 1), begin, end);
}

static void many_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct matrix *out = ctx;
    (void)chunk;

    for (size_t i = begin; i < end; i++) {
        double top = -INFINITY, sum = 0;
        for (size_t k = 0; k < out->p; k++)
            top = fmax(top, matrix_col(out, k)[i]);
        for (size_t k = 0; k < out->p; k++)
            sum += matrix_col(out, k)[i] = exp(matrix_col(out, k)[i] - top);
        for (size_t k = 0; k < out->p; k++)
            matrix_col(out, k)[i] /= sum;
    }
}

void class_link_two(struct matrix *out)
{
    parallel_for(out->n, ROWS_AT_ONCE, two_rows, out);
}

void class_link_many(struct matrix *out)
{
    parallel_for(out->n, ROWS_AT_ONCE, many_rows, out);
}
