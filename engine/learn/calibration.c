#include "learn/calibration.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

static double weight_at(const double *weights, size_t i)
{
    return weights ? weights[i] : 1;
}

/* ---- isotonic ---- */

struct pool {
    double x, y, weight;
};

static int by_x(const void *a, const void *b)
{
    const struct pool *p = a, *q = b;

    return (p->x > q->x) - (p->x < q->x);
}

/* Equal scores become one; returns how many are left. */
static size_t merge_equal(struct pool *list, size_t n)
{
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        if (list[i].weight == 0)
            continue;
        if (k && list[k - 1].x == list[i].x) {
            struct pool *p = &list[k - 1];
            double w = p->weight + list[i].weight;
            p->y += (list[i].y - p->y) * list[i].weight / w;
            p->weight = w;
        } else {
            list[k++] = list[i];
        }
    }
    return k;
}

/* y (k): the fitted values. */
static void pool_violators(double *y, const struct pool *list, size_t k)
{
    struct block {
        double y, weight;
        size_t n;
    } *stack = MEM_NEW(struct block, k);
    size_t top = 0, at = 0;

    for (size_t i = 0; i < k; i++) {
        stack[top++] = (struct block){ list[i].y, list[i].weight, 1 };
        while (top > 1 && stack[top - 2].y >= stack[top - 1].y) {
            struct block *a = &stack[top - 2], *b = &stack[top - 1];
            a->y = (a->y * a->weight + b->y * b->weight) / (a->weight + b->weight);
            a->weight += b->weight;
            a->n += b->n;
            top--;
        }
    }
    for (size_t b = 0; b < top; b++)
        for (size_t i = 0; i < stack[b].n; i++)
            y[at++] = stack[b].y;
    mem_free(stack);
}

/* Of knots of one height only the first and the last are needed. */
static void keep_knots(struct isotonic *out, const struct pool *list, const double *fitted,
                       size_t k, struct arena *arena)
{
    double *x = ARENA_NEW(arena, double, k), *y = ARENA_NEW(arena, double, k);
    size_t n = 0;

    for (size_t i = 0; i < k; i++) {
        bool inner = i > 0 && i + 1 < k && fitted[i] == fitted[i - 1] && fitted[i] == fitted[i + 1];
        if (inner)
            continue;
        x[n] = list[i].x;
        y[n++] = fitted[i];
    }
    *out = (struct isotonic){ n, x, y };
}

int isotonic_fit(struct isotonic *out, const double *f, const double *t, const double *weights,
                 size_t n, struct arena *arena, struct err *err)
{
    void *block;

    if (mem_big(&block, n, sizeof(struct pool), "isotonic regression", err))
        return -1;
    struct pool *list = block;
    for (size_t i = 0; i < n; i++)
        list[i] = (struct pool){ f[i], t[i], weight_at(weights, i) };
    qsort(list, n, sizeof(*list), by_x);
    size_t k = merge_equal(list, n);
    double *fitted = MEM_NEW(double, k);
    pool_violators(fitted, list, k);
    keep_knots(out, list, fitted, k, arena);
    mem_free(fitted);
    mem_big_free(block);
    return 0;
}

double isotonic_at(const struct isotonic *iso, double f)
{
    size_t low = 0, high = iso->n;

    if (!iso->n)
        return 0;
    if (!(f > iso->x[0]))
        return iso->y[0];
    if (f >= iso->x[iso->n - 1])
        return iso->y[iso->n - 1];
    while (high - low > 1) { /* x[low] <= f < x[high] */
        size_t mid = (low + high) / 2;
        *(iso->x[mid] <= f ? &low : &high) = mid;
    }
    double part = (f - iso->x[low]) / (iso->x[high] - iso->x[low]);
    return iso->y[low] + part * (iso->y[high] - iso->y[low]);
}

/* ---- temperature ---- */

static double cooled_loss(const struct matrix *p, const double *y, const double *weights, double t)
{
    double sum = 0;

    for (size_t i = 0; i < p->n; i++) {
        double most = -INFINITY, total = 0;
        for (size_t k = 0; k < p->p; k++)
            most = fmax(most, log(fmax(matrix_col(p, k)[i], 1e-15)) / t);
        for (size_t k = 0; k < p->p; k++)
            total += exp(log(fmax(matrix_col(p, k)[i], 1e-15)) / t - most);
        double own = log(fmax(matrix_col(p, (size_t)y[i])[i], 1e-15)) / t - most;
        sum += weight_at(weights, i) * (log(total) - own);
    }
    return sum;
}

/* Golden section over the logarithm: the loss is convex in 1 / T, so it has one valley. */
double temperature_fit(const struct matrix *p, const double *y, const double *weights)
{
    const double golden = 0.6180339887498949;
    double low = log(0.01), high = log(100);
    double a = high - golden * (high - low), b = low + golden * (high - low);
    double fa = cooled_loss(p, y, weights, exp(a)), fb = cooled_loss(p, y, weights, exp(b));

    while (high - low > 1e-7) {
        if (fa < fb) {
            high = b;
            b = a;
            fb = fa;
            a = high - golden * (high - low);
            fa = cooled_loss(p, y, weights, exp(a));
        } else {
            low = a;
            a = b;
            fa = fb;
            b = low + golden * (high - low);
            fb = cooled_loss(p, y, weights, exp(b));
        }
    }
    return exp((low + high) / 2);
}

/* ---- how true probabilities are ---- */

double calibration_error(const struct matrix *p, const double *y, const double *weights)
{
    double said[CALIBRATION_BINS] = { 0 }, was[CALIBRATION_BINS] = { 0 }, total = 0, sum = 0;

    for (size_t i = 0; i < p->n; i++) {
        size_t best = p->p - 1;
        for (size_t k = 0; k < p->p && p->p > 2; k++)
            best = matrix_col(p, k)[i] > matrix_col(p, best)[i] ? k : best;
        double q = matrix_col(p, best)[i], w = weight_at(weights, i);
        size_t bin = (size_t)fmin(q * CALIBRATION_BINS, CALIBRATION_BINS - 1);
        said[bin] += w * q;
        was[bin] += w * ((size_t)y[i] == best);
        total += w;
    }
    for (size_t b = 0; b < CALIBRATION_BINS; b++)
        sum += fabs(said[b] - was[b]);
    return total > 0 ? sum / total : NAN;
}
