#include "num/moments.h"

#include <math.h>
#include <stdbool.h>

#include "base/parallel.h"
#include "num/stats.h"

struct moments {
    double *mean, *sd;
    const struct matrix *x;
    const double *weights;
};

static bool is_constant(const double *v, const double *weights, size_t n)
{
    size_t i = 0;
    while (weights && i < n && weights[i] == 0)
        i++;
    if (i == n)
        return true;
    for (double first = v[i]; i < n; i++)
        if (v[i] != first && !(weights && weights[i] == 0))
            return false;
    return true;
}

static void weighted_moments(double *mean, double *variance, const double *v, const double *weights,
                             size_t n)
{
    double total = 0, sum = 0, squares = 0;

    for (size_t i = 0; i < n; i++) {
        total += weights[i];
        sum += weights[i] * v[i];
    }
    *mean = sum / total;
    for (size_t i = 0; i < n; i++)
        squares += weights[i] * (v[i] - *mean) * (v[i] - *mean);
    *variance = squares / total;
}

static void one_column(const struct moments *m, size_t j)
{
    const double *v = matrix_col(m->x, j);
    size_t n = m->x->n;
    double variance = 0;

    if (m->weights)
        weighted_moments(&m->mean[j], &variance, v, m->weights, n);
    else
        m->mean[j] = stats_mean(v, n);
    if (!m->sd)
        return;
    if (!m->weights)
        variance = stats_variance(v, n, 0);
    m->sd[j] = is_constant(v, m->weights, n) ? 0 : sqrt(variance);
}

static void some_columns(void *ctx, size_t begin, size_t end, size_t chunk)
{
    (void)chunk;
    for (size_t j = begin; j < end; j++)
        one_column(ctx, j);
}

void column_moments(double *mean, double *sd, const struct matrix *x, const double *weights)
{
    struct moments m = { mean, sd, x, weights };
    parallel_for(x->p, matrix_columns_at_once(x), some_columns, &m);
}
