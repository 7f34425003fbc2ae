#include "num/stats.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>

#include <gsl/gsl_cdf.h>

/* ---- sums ---- */

enum { SUM_BLOCK = 256 };

/* Eight running sums keep the adder busy; their order is fixed by the source. */
static double sum_block(const double *v, size_t n)
{
    double s[8] = { 0 };
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++)
            s[k] += v[i + k];
    for (size_t k = 0; i < n; i++, k++)
        s[k] += v[i];
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

/* Halves at a multiple of the block, so that the tree depends on n alone.  Source: Higham,
 * Accuracy and Stability of Numerical Algorithms, 2nd ed., section 4.2. */
double stats_sum(const double *v, size_t n)
{
    if (n <= SUM_BLOCK)
        return sum_block(v, n);

    size_t n_blocks = (n + SUM_BLOCK - 1) / SUM_BLOCK;
    size_t half = n_blocks / 2 * SUM_BLOCK;
    return stats_sum(v, half) + stats_sum(v + half, n - half);
}

double stats_mean(const double *v, size_t n)
{
    if (n == 0)
        return NAN;

    double sum = stats_sum(v, n);
    if (isfinite(sum))
        return sum / (double)n;

    /* The sum may have overflowed where the mean does not. */
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += v[i] / (double)n;
    return mean;
}

double stats_variance(const double *v, size_t n, unsigned ddof)
{
    if (n <= ddof)
        return 0;

    double mean = stats_mean(v, n), squares = 0, rest = 0;
    double block[SUM_BLOCK];
    for (size_t at = 0; at < n; at += SUM_BLOCK) {
        size_t len = n - at < SUM_BLOCK ? n - at : SUM_BLOCK;
        for (size_t i = 0; i < len; i++)
            block[i] = v[at + i] - mean;
        rest += sum_block(block, len);
        for (size_t i = 0; i < len; i++)
            block[i] *= block[i];
        squares += sum_block(block, len);
    }
    /* `rest` would be 0 were the mean exact.  Source: Chan, Golub and LeVeque 1983, eq. 1.7. */
    double corrected = squares - rest * rest / (double)n;
    return (corrected > 0 || isnan(corrected) ? corrected : 0) / (double)(n - ddof);
}

/* ---- order ---- */

static void swap(double *a, double *b)
{
    double t = *a;
    *a = *b;
    *b = t;
}

static void insertion_sort(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double x = v[i];
        size_t j = i;
        for (; j > 0 && v[j - 1] > x; j--)
            v[j] = v[j - 1];
        v[j] = x;
    }
}

static void sift_down(double *v, size_t root, size_t n)
{
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && v[child] < v[child + 1])
            child++;
        if (v[root] >= v[child])
            return;
        swap(&v[root], &v[child]);
    }
}

static void heap_sort(double *v, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift_down(v, i, n);
    for (size_t i = n; i-- > 1;) {
        swap(&v[0], &v[i]);
        sift_down(v, 0, i);
    }
}

/* Hoare's partition about the median of three: afterwards v[0..*left) <= v[*right..n), and what
 * lies between them equals the pivot. */
static void partition(double *v, size_t n, size_t *left, size_t *right)
{
    double *mid = &v[n / 2], *last = &v[n - 1];

    if (*mid < v[0])
        swap(mid, &v[0]);
    if (*last < *mid) {
        swap(last, mid);
        if (*mid < v[0])
            swap(mid, &v[0]);
    }

    double pivot = *mid;
    ptrdiff_t i = 0, j = (ptrdiff_t)n - 1;
    while (i <= j) {
        while (v[i] < pivot)
            i++;
        while (v[j] > pivot)
            j--;
        if (i <= j) {
            swap(&v[i], &v[j]);
            i++;
            j--;
        }
    }
    *left = (size_t)(j + 1); /* elements of the left part */
    *right = (size_t)i;
}

/* Quicksort that turns to heapsort when the splits are bad.  Source: Musser 1997, introsort. */
static void intro_sort(double *v, size_t n, unsigned depth)
{
    while (n > 24) {
        size_t left, right;
        if (depth-- == 0) {
            heap_sort(v, n);
            return;
        }
        partition(v, n, &left, &right);
        intro_sort(v, left, depth);
        v += right;
        n -= right;
    }
    insertion_sort(v, n);
}

static unsigned depth_limit(size_t n)
{
    unsigned depth = 2;
    while (n >>= 1)
        depth += 2;
    return depth;
}

void stats_sort(double *v, size_t n)
{
    intro_sort(v, n, depth_limit(n));
}

/* Put the k-th smallest in its place, nothing larger before it and nothing smaller behind. */
static void select_kth(double *v, size_t n, size_t k)
{
    for (unsigned depth = depth_limit(n); n > 24; depth--) {
        size_t left, right;
        if (depth == 0) {
            heap_sort(v, n);
            return;
        }
        partition(v, n, &left, &right);
        if (k < left) {
            n = left;
        } else if (k >= right) {
            v += right;
            n -= right;
            k -= right;
        } else {
            return;
        }
    }
    insertion_sort(v, n);
}

/* numpy's order of operations, so that the bits agree: from the nearer end. */
double stats_between(double a, double b, double t)
{
    if (a == b)
        return a;
    return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

double stats_quantile(double *v, size_t n, double q)
{
    assert(n > 0 && q >= 0 && q <= 1);
    double at = q * (double)(n - 1);
    size_t k = (size_t)at;

    select_kth(v, n, k);
    if (k + 1 >= n)
        return v[k];

    double next = v[k + 1];
    for (size_t i = k + 2; i < n; i++)
        next = v[i] < next ? v[i] : next;
    return stats_between(v[k], next, at - (double)k);
}

double stats_quantile_sorted(const double *v, size_t n, double q)
{
    assert(n > 0 && q >= 0 && q <= 1);
    double at = q * (double)(n - 1);
    size_t k = (size_t)at;

    return k + 1 >= n ? v[n - 1] : stats_between(v[k], v[k + 1], at - (double)k);
}

/* ---- distributions; GSL aborts on arguments outside the domain, so they stop here ---- */

double dist_t_cdf(double t, double df)
{
    if (isnan(t) || !(df > 0))
        return NAN;
    return isinf(df) ? dist_normal_cdf(t) : gsl_cdf_tdist_P(t, df);
}

double dist_t_quantile(double p, double df)
{
    if (!(p >= 0 && p <= 1) || !(df > 0))
        return NAN;
    if (p == 0 || p == 1)
        return p == 0 ? -INFINITY : INFINITY;
    return isinf(df) ? dist_normal_quantile(p) : gsl_cdf_tdist_Pinv(p, df);
}

double dist_chisq_upper(double x, double df)
{
    return x >= 0 && df > 0 ? gsl_cdf_chisq_Q(x, df) : NAN;
}

double dist_f_upper(double x, double df1, double df2)
{
    return x >= 0 && df1 > 0 && df2 > 0 ? gsl_cdf_fdist_Q(x, df1, df2) : NAN;
}

double dist_normal_cdf(double z)
{
    return 0.5 * erfc(-z * M_SQRT1_2);
}

double dist_normal_quantile(double p)
{
    if (!(p >= 0 && p <= 1))
        return NAN;
    if (p == 0 || p == 1)
        return p == 0 ? -INFINITY : INFINITY;
    return gsl_cdf_ugaussian_Pinv(p);
}

double dist_chi2_quantile(double p, double df)
{
    if (!(p >= 0 && p <= 1) || !(df > 0))
        return NAN;
    return p == 1 ? INFINITY : gsl_cdf_chisq_Pinv(p, df);
}
