#include "num/shape.h"

#include <math.h>

#define LANES 8

static double lanes_sum(const double s[LANES])
{
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

static void add_exactly(double *sum, double *lost, double v)
{
    double next = *sum + v;

    *lost += fabs(*sum) >= fabs(v) ? (*sum - next) + v : (v - next) + *sum;
    *sum = next;
}

void shape_add_mean(struct shape *s, const double *v, const double *w, size_t n)
{
    double sum[LANES] = { 0 }, count[LANES] = { 0 };
    size_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            sum[k] += w[i + k] * v[i + k];
            count[k] += w[i + k];
        }
    }
    for (size_t k = 0; i < n; i++, k++) {
        sum[k] += w[i] * v[i];
        count[k] += w[i];
    }
    add_exactly(&s->sum, &s->lost, lanes_sum(sum));
    s->n += lanes_sum(count);
}

void shape_centre(struct shape *s)
{
    double sum = isfinite(s->sum) ? s->sum + s->lost : s->sum;

    s->mean = s->n > 0 ? sum / s->n : NAN;
}

void shape_add_powers(struct shape *s, const double *v, const double *w, size_t n)
{
    double p1[LANES] = { 0 }, p2[LANES] = { 0 }, p3[LANES] = { 0 }, p4[LANES] = { 0 };
    size_t i = 0;

    for (; i + LANES <= n; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            double d = v[i + k] - s->mean, wd = w[i + k] * d, wd2 = wd * d;
            p1[k] += wd;
            p2[k] += wd2;
            p3[k] += wd2 * d;
            p4[k] += wd2 * d * d;
        }
    }
    for (size_t k = 0; i < n; i++, k++) {
        double d = v[i] - s->mean, wd = w[i] * d, wd2 = wd * d;
        p1[k] += wd;
        p2[k] += wd2;
        p3[k] += wd2 * d;
        p4[k] += wd2 * d * d;
    }
    s->powers[1] += lanes_sum(p1);
    s->powers[2] += lanes_sum(p2);
    s->powers[3] += lanes_sum(p3);
    s->powers[4] += lanes_sum(p4);
}

/* The sum of squares, less what a mean that is off by rounding adds to it.  Source: Chan, Golub and
 * LeVeque 1983, eq. 1.7. */
static double squares(const struct shape *s)
{
    double corrected = s->powers[2] - s->powers[1] * s->powers[1] / s->n;

    return corrected > 0 || isnan(corrected) ? corrected : 0;
}

double shape_deviation(const struct shape *s)
{
    return s->n < 2 ? NAN : sqrt(squares(s) / (s->n - 1));
}

double shape_skewness(const struct shape *s)
{
    double n = s->n, m2 = squares(s) / n, m3 = s->powers[3] / n;

    if (n < 3 || !(m2 > 0))
        return NAN;
    double g1 = m3 / (m2 * sqrt(m2));
    /* What rounding leaves of a symmetric distribution is none. */
    return fabs(g1) < 1e-13 ? 0 : sqrt(n * (n - 1)) / (n - 2) * g1;
}

double shape_kurtosis(const struct shape *s)
{
    double n = s->n, m2 = squares(s) / n, m4 = s->powers[4] / n;

    if (n < 4 || !(m2 > 0))
        return NAN;
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (m4 / (m2 * m2) - 3) + 6);
}
