#include "learn/tree_split.h"

#include <math.h>

#include "base/machine.h"

/* Less, relative to the node's own score, is rounding. */
static const double GAIN_NOISE = 1e-12;

struct sums {
    double g, h, c;
};

static struct sums real_sums(const struct hist_sum *s, const struct split_rules *r)
{
    return (struct sums){ (double)s->g * r->unit->g_unit, (double)s->h * r->unit->h_unit,
                          (double)s->c * r->unit->c_unit };
}

static double shrunk(double g, double alpha)
{
    double size = fabs(g) - alpha;

    return size > 0 ? copysign(size, g) : 0;
}

static double value_of(struct sums s, double alpha, double lambda,
                       const struct split_bounds *bounds)
{
    double down = s.h + lambda, v = down > 0 ? -shrunk(s.g, alpha) / down : 0;

    return v < bounds->low ? bounds->low : v > bounds->high ? bounds->high : v;
}

/* What the loss falls by, doubled, when the rows of the sums get the value. */
static double score_of(struct sums s, double alpha, double lambda, double value)
{
    return -(2 * shrunk(s.g, alpha) * value + (s.h + lambda) * value * value);
}

double split_value(const struct hist_sum *s, const struct split_rules *rules,
                   const struct split_bounds *bounds)
{
    return value_of(real_sums(s, rules), rules->reg_alpha, rules->reg_lambda, bounds);
}

/* ---------------------------------------------------------------- numbers */

/* Sums of the codes up to each one, in the order of codes. */
struct scan {
    size_t n; /* places to divide at */
    double g[BINS_MOST + 1], h[BINS_MOST + 1], c[BINS_MOST + 1], gain[BINS_MOST + 1];
};

static void scan_codes(struct scan *s, const struct hist *h, size_t first, size_t n_bins,
                       const struct hist_sum *start, const struct split_rules *r)
{
    struct hist_sum sum = *start;

    s->n = n_bins - 1;
    for (size_t k = 0; k < s->n; k++) {
        sum.g += h->g[first + k];
        sum.h += h->h[first + k];
        sum.c += h->c[first + k];
        s->g[k] = (double)sum.g * r->unit->g_unit;
        s->h[k] = (double)sum.h * r->unit->h_unit;
        s->c[k] = (double)sum.c * r->unit->c_unit;
    }
}

/* Straight arithmetic over all places at once; what may not be is struck out. */
FOR_EACH_MACHINE
static void gain_plain(struct scan *s, struct sums all, const struct split_rules *r)
{
    const double lambda = r->reg_lambda, samples = r->min_samples, weight = r->min_weight;

    for (size_t k = 0; k < s->n; k++) {
        double g = s->g[k], h = s->h[k], g_right = all.g - g, h_right = all.h - h;
        double gain = g * g / (h + lambda) + g_right * g_right / (h_right + lambda);
        bool fits = (s->c[k] >= samples) & (all.c - s->c[k] >= samples) & (h >= weight) &
                    (h_right >= weight) & (h + lambda > 0) & (h_right + lambda > 0);
        s->gain[k] = fits ? gain : -1;
    }
}

static double gain_of(struct sums left, struct sums all, const struct split_rules *r, double lambda,
                      int direction, const struct split_bounds *bounds)
{
    struct sums right = { all.g - left.g, all.h - left.h, all.c - left.c };

    if (left.c < r->min_samples || right.c < r->min_samples || left.h < r->min_weight ||
        right.h < r->min_weight)
        return -1;
    double a = value_of(left, r->reg_alpha, lambda, bounds);
    double b = value_of(right, r->reg_alpha, lambda, bounds);
    if (direction * (b - a) < 0)
        return -1;
    return score_of(left, r->reg_alpha, lambda, a) + score_of(right, r->reg_alpha, lambda, b);
}

static void gain_bounded(struct scan *s, struct sums all, const struct split_rules *r,
                         int direction, const struct split_bounds *bounds)
{
    for (size_t k = 0; k < s->n; k++)
        s->gain[k] = gain_of((struct sums){ s->g[k], s->h[k], s->c[k] }, all, r, r->reg_lambda,
                             direction, bounds);
}

static struct hist_sum sum_up_to(const struct hist *h, size_t first, size_t code,
                                 struct hist_sum sum)
{
    for (size_t k = 0; k <= code; k++) {
        sum.g += h->g[first + k];
        sum.h += h->h[first + k];
        sum.c += h->c[first + k];
    }
    return sum;
}

static void find_number(struct split *out, const struct hist *h, size_t first, size_t n_bins,
                        size_t j, const struct hist_sum *all, const struct split_rules *r,
                        const struct split_bounds *bounds)
{
    const struct hist_sum none = { 0 };
    const struct hist_sum missing = { h->g[first + n_bins], h->h[first + n_bins],
                                      h->c[first + n_bins] };
    const int direction = r->monotone ? r->monotone[j] : 0;
    const bool plain = !direction && !(bounds->low > -INFINITY) && !(bounds->high < INFINITY) &&
                       r->reg_alpha == 0;
    struct sums whole = real_sums(all, r);
    struct scan s;

    for (int left = 0; left <= (missing.c > 0); left++) {
        const struct hist_sum *start = left ? &missing : &none;
        scan_codes(&s, h, first, n_bins, start, r);
        if (plain)
            gain_plain(&s, whole, r);
        else
            gain_bounded(&s, whole, r, direction, bounds);
        size_t best = s.n;
        double most = out->gain;
        for (size_t k = 0; k < s.n; k++)
            if (s.gain[k] > most) {
                most = s.gain[k];
                best = k;
            }
        if (best == s.n)
            continue;
        *out = (struct split){ .gain = most, .feature = j, .code = (unsigned)best };
        out->left = sum_up_to(h, first, best, *start);
        /* Where none was missing, those to come go where most rows are. */
        out->missing_left = missing.c > 0 ? left : 2 * out->left.c >= all->c;
    }
}

/* ---------------------------------------------------------------- categories */

struct ranked {
    double key;
    size_t code;
};

/* Codes with rows in the node, by their gradient for the weight they have. */
static size_t rank_codes(struct ranked *list, const struct hist *h, size_t first, size_t n_bins,
                         const struct split_rules *r)
{
    size_t n = 0;

    for (size_t k = 0; k < n_bins; k++) {
        struct sums s = real_sums(
            &(struct hist_sum){ h->g[first + k], h->h[first + k], h->c[first + k] }, r);
        if (s.c <= 0)
            continue;
        double key = s.g / (s.h + r->cat_smooth);
        size_t at = n++;
        for (; at > 0 && list[at - 1].key > key; at--)
            list[at] = list[at - 1];
        list[at] = (struct ranked){ .key = key, .code = k };
    }
    return n;
}

static void put_code(struct split *s, const struct hist *h, size_t first, size_t code)
{
    s->set[code >> 6] |= (uint64_t)1 << (code & 63);
    s->left.g += h->g[first + code];
    s->left.h += h->h[first + code];
    s->left.c += h->c[first + code];
}

static void keep_better(struct split *best, const struct split *one, struct sums whole,
                        const struct split_rules *r, double lambda,
                        const struct split_bounds *bounds)
{
    double gain = gain_of(real_sums(&one->left, r), whole, r, lambda, 0, bounds);

    if (gain <= best->gain)
        return;
    *best = *one;
    best->gain = gain;
}

/* Missing cells go right: they are a level that was not named. */
static void find_category(struct split *out, const struct hist *h, size_t first, size_t n_bins,
                          size_t j, const struct hist_sum *all, const struct split_rules *r,
                          const struct split_bounds *bounds)
{
    struct sums whole = real_sums(all, r);
    struct ranked list[BINS_MOST];
    size_t n = rank_codes(list, h, first, n_bins, r);

    for (size_t k = 0; k < n && n <= r->cat_one; k++) {
        struct split one = { .feature = j, .by_set = true };
        put_code(&one, h, first, list[k].code);
        keep_better(out, &one, whole, r, r->reg_lambda, bounds);
    }
    size_t most = n / 2 < r->cat_most ? (n + 1) / 2 : r->cat_most;
    for (int end = 0; end < 2 && n > r->cat_one; end++) {
        struct split some = { .feature = j, .by_set = true };
        for (size_t k = 0; k < most; k++) {
            put_code(&some, h, first, list[end ? n - 1 - k : k].code);
            keep_better(out, &some, whole, r, r->reg_lambda + r->cat_l2, bounds);
        }
    }
}

/* ---------------------------------------------------------------- a feature */

void split_find(struct split *out, const struct hist *h, const struct hist_shape *shape, size_t j,
                const struct hist_sum *all, const struct split_rules *r,
                const struct split_bounds *bounds)
{
    size_t first = shape->first[j], n_bins = shape->first[j + 1] - first - 1;
    struct sums whole = real_sums(all, r);
    double now = score_of(whole, r->reg_alpha, r->reg_lambda,
                          value_of(whole, r->reg_alpha, r->reg_lambda, bounds));
    double least = now + r->min_gain + GAIN_NOISE * fabs(now);

    *out = (struct split){ .gain = least };
    if (r->is_category && r->is_category[j])
        find_category(out, h, first, n_bins, j, all, r, bounds);
    else
        find_number(out, h, first, n_bins, j, all, r, bounds);
    out->gain = out->gain > least ? out->gain - now : 0;
}
