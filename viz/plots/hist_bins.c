#include "plots/hist_bins.h"

#include <assert.h>
#include <math.h>

#include "num/stats.h"

#define MOST_CHOSEN 200
#define FEW_VALUES  40 /* whole numbers that have a bin each */

static size_t clamp_bins(double n, size_t most)
{
    return n >= (double)most ? most : n >= 1 ? (size_t)n : 1;
}

static size_t sturges(size_t n)
{
    return (size_t)ceil(log2((double)n) + 1);
}

/* How many bins the rule wants over span. */
static size_t count_bins(double span, double iqr, size_t n)
{
    const double width = 2 * iqr / cbrt((double)n);

    if (!(width > 0))
        return sturges(n);
    return clamp_bins(ceil(span / width), MOST_CHOSEN);
}

/* Whole numbers: bins of a whole width whose edges fall between them. */
static void whole_bins(struct hist_bins *out, double low, double high, size_t n_bins)
{
    out->width = fmax(1, ceil((high - low + 1) / (double)n_bins));
    out->low = low - 0.5;
    out->n = (size_t)ceil((high + 0.5 - out->low) / out->width);
}

void hist_choose_bins(struct hist_bins *out, double *v, size_t n, size_t n_bins, bool whole)
{
    assert(n > 0);
    stats_sort(v, n);
    const double low = v[0], high = v[n - 1];
    const double span = high / 2 - low / 2 <= 8e307 ? high - low : 1.6e308;
    const double iqr = stats_quantile_sorted(v, n, 0.75) - stats_quantile_sorted(v, n, 0.25);

    if (!(span > fmax(fabs(low), fabs(high)) * 1e-12)) { /* one value: one bin about it */
        const double width = whole || low == 0 ? 1 : fabs(low) * 0.1;
        *out = (struct hist_bins){ 1, low - width / 2, width };
        return;
    }
    if (n_bins == 0)
        n_bins = whole && span < FEW_VALUES ? FEW_VALUES : count_bins(span, iqr, n);
    if (whole && span < 1e15) {
        whole_bins(out, low, high, n_bins);
        return;
    }
    *out = (struct hist_bins){ n_bins, low, span / (double)n_bins };
}

size_t hist_bin(const struct hist_bins *b, double v)
{
    const double at = (v - b->low) / b->width;

    return at < 1 ? 0 : clamp_bins(at, b->n - 1);
}
