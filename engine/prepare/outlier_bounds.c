/* outlier_bounds.c - the lowest and the highest value that is not outlying. */
#include <math.h>

#include "base/mem.h"
#include "num/stats.h"
#include "prepare/step_columns.h"
#include "prepare/step_outliers.h"
#include "prepare/step_values.h"

#define FEWEST      3      /* values from which a spread is learned */
#define MAD_NORMAL  1.4826 /* of a normal distribution: deviation over median absolute deviation */
#define MEAN_NORMAL 1.2533 /* and over mean absolute deviation: sqrt(pi / 2) */

static void around(struct outlier_column *out, double centre, double width)
{
    out->bounds = (struct bounds){ centre - width, centre + width };
}

static void by_quartiles(struct outlier_column *out, double *v, size_t n, double times)
{
    double low = stats_quantile(v, n, 0.25), high = stats_quantile(v, n, 0.75);

    if (low == high) {
        out->note = "half of the values are the same: no bounds, try method=zscore";
        return;
    }
    out->bounds = (struct bounds){ low - times * (high - low), high + times * (high - low) };
}

/* Iglewicz and Hoaglin 1993, "How to detect and handle outliers": the mean absolute deviation where
 * the median one is 0. */
static void by_deviation(struct outlier_column *out, double *v, size_t n, double times)
{
    double median = stats_quantile(v, n, 0.5);

    for (size_t i = 0; i < n; i++)
        v[i] = fabs(v[i] - median);
    double unit = MAD_NORMAL * stats_quantile(v, n, 0.5);
    if (unit == 0) {
        unit = MEAN_NORMAL * stats_mean(v, n);
        out->note = "half of the values are the same: by the mean absolute deviation";
    }
    around(out, median, times * unit);
}

static void by_quantiles(struct outlier_column *out, double *v, size_t n, double tail)
{
    out->bounds = (struct bounds){ stats_quantile(v, n, tail), stats_quantile(v, n, 1 - tail) };
}

static bool is_constant(const double *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (v[i] != v[0])
            return false;
    return true;
}

static size_t without_infinite(double *v, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i]))
            v[kept++] = v[i];
    return kept;
}

static void learn(struct outlier_column *out, const struct outliers *s, double *v, size_t n)
{
    if (n < FEWEST) {
        out->note = "fewer than 3 values: no bounds";
        return;
    }
    if (is_constant(v, n)) {
        out->note = "all values are the same: no bounds";
        return;
    }
    if (s->method == OUTLIER_IQR)
        by_quartiles(out, v, n, s->threshold);
    else if (s->method == OUTLIER_MAD)
        by_deviation(out, v, n, s->threshold);
    else if (s->method == OUTLIER_QUANTILE)
        by_quantiles(out, v, n, s->threshold);
    else
        around(out, stats_mean(v, n), s->threshold * sqrt(stats_variance(v, n, 0)));
    if (isnan(out->bounds.low) || isnan(out->bounds.high)) {
        out->bounds = (struct bounds){ -INFINITY, INFINITY };
        out->note = "values too large to work with: no bounds";
    }
}

int outlier_bounds(struct outlier_column *out, const struct outliers *s,
                   const struct step_input *in, size_t col, struct err *err)
{
    double *v;
    size_t n;

    out->bounds = (struct bounds){ -INFINITY, INFINITY };
    if (step_values(&v, &n, in, col, err))
        return -1;
    learn(out, s, v, without_infinite(v, n));
    mem_big_free(v);
    return 0;
}
