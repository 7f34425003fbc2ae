/* stats.h - sums that do not depend on the number of threads, order statistics, distributions. */
#ifndef NUM_STATS_H
#define NUM_STATS_H

#include <stddef.h>

#include "base/rng.h"

/* Pairwise over fixed blocks.  Values that are not to count must have been left out. */
double stats_sum(const double *v, size_t n);
double stats_mean(const double *v, size_t n);
/* Two passes with correction; divisor n - ddof (ddof 0 or 1); 0 when n <= ddof. */
double stats_variance(const double *v, size_t n, unsigned ddof);
/* Quantile q in [0, 1], linear interpolation (type 7 of Hyndman and Fan 1996, numpy's default).
 * Reorders v. NaN are not allowed. n > 0. */
double stats_quantile(double *v, size_t n, double q);
/* As above of sorted values, without touching them. */
double stats_quantile_sorted(const double *v, size_t n, double q);
/* Between order statistics k = (size_t)at and k + 1, at = q (n - 1), t = at - k: numpy's operations. */
double stats_between(double a, double b, double t);
void stats_sort(double *v, size_t n);

double dist_t_cdf(double t, double df);
double dist_t_quantile(double p, double df);
/* Upper tails; NAN outside the domain. */
double dist_chisq_upper(double x, double df);
double dist_f_upper(double x, double df1, double df2);
double dist_normal_cdf(double z);
double dist_normal_quantile(double p);
double dist_chi2_quantile(double p, double df);

#endif
