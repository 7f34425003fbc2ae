/* platt.c - Platt scaling; see platt.h. */
#include "learn/platt.h"

#include <math.h>

enum { ITERATIONS_MAX = 100, HALVINGS_MAX = 40 };

static const double RIDGE = 1e-12, GRADIENT_TOLERANCE = 1e-10;

struct scaling {
    const double *score, *is_one, *weights;
    size_t n;
    double high, low; /* targets of ones and of others */
    double total;
};

static double weight_of(const struct scaling *s, size_t i)
{
    return s->weights ? s->weights[i] : 1;
}

double platt_probability(struct platt p, double score)
{
    double t = p.slope * score + p.offset, e = exp(-fabs(t));

    return t >= 0 ? e / (1 + e) : 1 / (1 + e);
}

static double loss(const struct scaling *s, struct platt p)
{
    double sum = 0;

    for (size_t i = 0; i < s->n; i++) {
        double t = p.slope * s->score[i] + p.offset;
        double target = s->is_one[i] > 0 ? s->high : s->low;
        sum += weight_of(s, i) *
               (t >= 0 ? target * t + log1p(exp(-t)) : (target - 1) * t + log1p(exp(t)));
    }
    return sum;
}

/* One Newton step; false when there is nothing to gain. */
static int step(const struct scaling *s, struct platt *p, double *value)
{
    double h11 = RIDGE, h22 = RIDGE, h21 = 0, g1 = 0, g2 = 0;

    for (size_t i = 0; i < s->n; i++) {
        double one = platt_probability(*p, s->score[i]), w = weight_of(s, i);
        double d2 = w * one * (1 - one), d1 = w * ((s->is_one[i] > 0 ? s->high : s->low) - one);
        h11 += s->score[i] * s->score[i] * d2;
        h22 += d2;
        h21 += s->score[i] * d2;
        g1 += s->score[i] * d1;
        g2 += d1;
    }
    if (fabs(g1) < GRADIENT_TOLERANCE * s->total && fabs(g2) < GRADIENT_TOLERANCE * s->total)
        return 0;
    double det = h11 * h22 - h21 * h21;
    double da = -(h22 * g1 - h21 * g2) / det, db = -(h11 * g2 - h21 * g1) / det;
    double length = 1, slope = g1 * da + g2 * db;
    for (size_t k = 0; k < HALVINGS_MAX; k++, length /= 2) {
        struct platt next = { p->slope + length * da, p->offset + length * db };
        double v = loss(s, next);
        if (v < *value + 1e-4 * length * slope) {
            *p = next;
            *value = v;
            return 1;
        }
    }
    return 0;
}

struct platt platt_fit(const double *score, const double *is_one, const double *weights, size_t n)
{
    struct scaling s = { .score = score, .is_one = is_one, .weights = weights, .n = n };
    double ones = 0;

    for (size_t i = 0; i < n; i++) {
        s.total += weight_of(&s, i);
        ones += is_one[i] > 0 ? weight_of(&s, i) : 0;
    }
    s.high = (ones + 1) / (ones + 2);
    s.low = 1 / (s.total - ones + 2);
    struct platt p = { 0, log((s.total - ones + 1) / (ones + 1)) };
    double value = loss(&s, p);
    for (size_t k = 0; k < ITERATIONS_MAX && step(&s, &p, &value); k++)
        ;
    return p;
}
