#include "learn/blend.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

enum { ROUNDS = 2000 };
static const double tiny = 1e-15; /* probabilities are not below it, as in the log loss */

/* q (n, m): what each model gives to the class that a row has. */
static void truth_of(double *q, const struct matrix *p, size_t m, const double *y)
{
    size_t n = p[0].n;

    for (size_t j = 0; j < m; j++)
        for (size_t i = 0; i < n; i++) {
            double v = matrix_col(&p[j], (size_t)y[i])[i];
            q[j * n + i] = v > tiny ? v : tiny;
        }
}

/* One round: each row gives its weight to the models by what they make of it. */
static double improve(double *share, double *next, const double *q, size_t n, size_t m,
                      const double *weights)
{
    double total = 0, moved = 0;

    memset(next, 0, m * sizeof(*next));
    for (size_t i = 0; i < n; i++) {
        double sum = 0, w = weights ? weights[i] : 1;
        for (size_t j = 0; j < m; j++)
            sum += share[j] * q[j * n + i];
        for (size_t j = 0; j < m; j++)
            next[j] += w * share[j] * q[j * n + i] / sum;
        total += w;
    }
    for (size_t j = 0; j < m; j++) {
        moved = fmax(moved, fabs(next[j] / total - share[j]));
        share[j] = next[j] / total;
    }
    return moved;
}

int blend_classes(double *share, const struct matrix *p, size_t m, const double *y,
                  const double *weights, struct job *job, struct err *err)
{
    size_t n = p[0].n;
    double *next = MEM_NEW(double, m);
    void *q;

    if (mem_big(&q, n * m, sizeof(double), "the blend", err)) {
        mem_free(next);
        return -1;
    }
    truth_of(q, p, m, y);
    for (size_t j = 0; j < m; j++)
        share[j] = 1.0 / (double)m;
    int rc = job_tick(job, 0, ROUNDS, err);
    for (size_t round = 0; round < ROUNDS && !rc; round++) {
        if (improve(share, next, q, n, m, weights) < 1e-9)
            break;
        rc = job_tick(job, round, ROUNDS, err);
    }
    mem_big_free(q);
    mem_free(next);
    return rc;
}

/* ---- numbers ---- */

/* a (m, m): weighted products of errors, so that the error of a blend is share' a share. */
static void error_products(double *a, const struct matrix *p, size_t m, const double *y,
                           const double *weights)
{
    size_t n = p[0].n;

    for (size_t j = 0; j < m; j++)
        for (size_t k = 0; k <= j; k++) {
            const double *u = matrix_col(&p[j], 0), *v = matrix_col(&p[k], 0);
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += (weights ? weights[i] : 1) * (u[i] - y[i]) * (v[i] - y[i]);
            a[j * m + k] = a[k * m + j] = sum;
        }
}

/* Move share from the model where the slope is highest to that where it is lowest. */
static bool step(double *share, double *slope, const double *a, size_t m)
{
    size_t to = 0, from = m;

    for (size_t j = 0; j < m; j++) {
        slope[j] = 0;
        for (size_t k = 0; k < m; k++)
            slope[j] += a[j * m + k] * share[k];
        to = slope[j] < slope[to] ? j : to;
    }
    for (size_t j = 0; j < m; j++)
        if (share[j] > 0 && (from == m || slope[j] > slope[from]))
            from = j;
    double bend = a[to * m + to] - 2 * a[to * m + from] + a[from * m + from];
    double gain = slope[from] - slope[to];
    if (to == from || !(gain > 1e-12 * fabs(slope[from])))
        return false;
    double most = share[from], by = bend > 0 ? fmin(gain / bend, most) : most;
    share[to] += by;
    share[from] = by == most ? 0 : share[from] - by;
    return true;
}

int blend_numbers(double *share, const struct matrix *p, size_t m, const double *y,
                  const double *weights, struct job *job, struct err *err)
{
    double *a = MEM_NEW(double, m *m), *slope = MEM_NEW(double, m);

    int rc = job_tick(job, 0, 1, err);
    if (!rc)
        error_products(a, p, m, y, weights);
    for (size_t j = 0; j < m; j++)
        share[j] = 1.0 / (double)m;
    for (size_t round = 0; round < ROUNDS && !rc && step(share, slope, a, m); round++)
        ;
    mem_free(a);
    mem_free(slope);
    return rc;
}
