#include <math.h>
#include <string.h>

#include "num/radix.h"
#include "num/stats.h"
#include "profile/association_parts.h"

/* Sums over groups of t equal ones. */
struct ties {
    double pairs, triples, weighted; /* t(t-1)/2, t(t-1)(t-2), t(t-1)(2t+5) */
};

static void add_tie(struct ties *s, size_t count)
{
    double t = (double)count;

    s->pairs += t * (t - 1) / 2;
    s->triples += t * (t - 1) * (t - 2);
    s->weighted += t * (t - 1) * (2 * t + 5);
}

/* Runs of keys that agree above `shift`; keys ascending. */
static struct ties count_ties(const uint64_t *keys, size_t n, unsigned shift)
{
    struct ties s = { 0 };

    for (size_t i = 0, start = 0; i < n; i++) {
        if (i + 1 < n && keys[i + 1] >> shift == keys[i] >> shift)
            continue;
        add_tie(&s, i + 1 - start);
        start = i + 1;
    }
    return s;
}

/* Exchanges that bubble sort would make; sorts v upwards, from the bottom up. */
static double count_exchanges(uint64_t *v, uint64_t *spare, size_t n)
{
    double exchanges = 0;

    for (size_t width = 1; width < n; width *= 2) {
        for (size_t low = 0; low < n; low += 2 * width) {
            size_t mid = low + width < n ? low + width : n;
            size_t high = low + 2 * width < n ? low + 2 * width : n;
            size_t i = low, j = mid;
            for (size_t k = low; k < high; k++) {
                bool take_right = i >= mid || (j < high && v[j] < v[i]);
                exchanges += take_right ? (double)(mid - i) : 0;
                spare[k] = take_right ? v[j++] : v[i++];
            }
        }
        memcpy(v, spare, n * sizeof(*v));
    }
    return exchanges;
}

void kendall_tau(double *tau, double *p, const uint32_t *a, const uint32_t *b, size_t n,
                 uint64_t *work)
{
    uint64_t *keys = work, *spare = work + n, *second = work + 2 * n;
    double m = (double)n * ((double)n - 1), all = m / 2;

    *tau = *p = NAN;
    for (size_t i = 0; i < n; i++)
        keys[i] = (uint64_t)a[i] << 32 | b[i];
    radix_sort(keys, spare, n);
    struct ties ta = count_ties(keys, n, 32), both = count_ties(keys, n, 0);
    for (size_t i = 0; i < n; i++)
        second[i] = keys[i] & UINT32_MAX;
    double discordant = count_exchanges(second, spare, n);
    struct ties tb = count_ties(second, n, 0);
    if (n < 3 || ta.pairs == all || tb.pairs == all)
        return;
    double difference = all - ta.pairs - tb.pairs + both.pairs - 2 * discordant;
    *tau = difference / sqrt(all - ta.pairs) / sqrt(all - tb.pairs);
    double variance = (m * (2 * (double)n + 5) - ta.weighted - tb.weighted) / 18 +
                      2 * ta.pairs * tb.pairs / m +
                      ta.triples * tb.triples / (9 * m * ((double)n - 2));
    *p = 2 * dist_normal_cdf(-fabs(difference) / sqrt(variance));
}
