#include "learn/level_order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct level_key {
    double key;
    size_t code;
};

/* Sums of one feature: weight (n_bins), and (n_bins, k) class weights or the weighted target. */
struct level_sums {
    size_t n, k;
    double *weight, *s;
};

static void sum_levels(struct level_sums *l, const struct bin_feature *f, const double *x,
                       const struct fit_input *in)
{
    for (size_t i = 0; i < in->x->n; i++) {
        double w = in->weights ? in->weights[i] : 1;
        if (!(x[i] >= 0 && x[i] < (double)f->n_levels))
            continue;
        size_t code = f->code_of_level[(size_t)x[i]];
        l->weight[code] += w;
        if (l->k > 1)
            l->s[code * l->k + (size_t)in->y[i]] += w;
        else
            l->s[code] += w * in->y[i];
    }
}

/* Sums to means, less the mean of all; without weight 0. */
static void centre(struct level_sums *l)
{
    double total = 0;

    for (size_t b = 0; b < l->n; b++)
        total += l->weight[b];
    for (size_t c = 0; c < l->k; c++) {
        double sum = 0;
        for (size_t b = 0; b < l->n; b++)
            sum += l->s[b * l->k + c];
        for (size_t b = 0; b < l->n; b++) {
            double *s = &l->s[b * l->k + c];
            *s = l->weight[b] > 0 && total > 0 ? *s / l->weight[b] - sum / total : 0;
        }
    }
}

/* v (k): the direction in which centred shares differ most, by the power method. */
static void first_component(double *v, const struct level_sums *l)
{
    enum { ROUNDS = 100 };
    size_t k = l->k, widest = 0;
    double *cov = MEM_NEW(double, k *k), *next = MEM_NEW(double, k);

    for (size_t b = 0; b < l->n; b++)
        for (size_t c = 0; c < k; c++)
            for (size_t d = 0; d < k; d++)
                cov[c * k + d] += l->weight[b] * l->s[b * k + c] * l->s[b * k + d];
    for (size_t c = 1; c < k; c++)
        widest = cov[c * k + c] > cov[widest * k + widest] ? c : widest;
    memcpy(v, cov + widest * k, k * sizeof(*v));
    for (size_t round = 0; round < ROUNDS; round++) {
        double norm = 0;
        for (size_t c = 0; c < k; c++) {
            next[c] = 0;
            for (size_t d = 0; d < k; d++)
                next[c] += cov[c * k + d] * v[d];
            norm += next[c] * next[c];
        }
        for (size_t c = 0; c < k && norm > 0; c++)
            v[c] = next[c] / sqrt(norm);
    }
    mem_free(cov);
    mem_free(next);
}

static int by_key(const void *a, const void *b)
{
    const struct level_key *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->code > y->code) - (x->code < y->code);
}

static void order_feature(struct bin_feature *f, const double *x, const struct fit_input *in)
{
    size_t n = f->n_bins, k = in->n_classes > 2 ? in->n_classes : 1;
    struct level_sums l = { .n = n, .k = k };
    struct level_key *keys = MEM_NEW(struct level_key, n);
    uint8_t *place = MEM_NEW(uint8_t, n);
    double *v = MEM_NEW(double, k);

    l.weight = MEM_NEW(double, n);
    l.s = MEM_NEW(double, n *k);
    sum_levels(&l, f, x, in);
    centre(&l);
    v[0] = 1;
    if (k > 1)
        first_component(v, &l);
    for (size_t b = 0; b < n; b++) {
        keys[b].code = b;
        for (size_t c = 0; c < k; c++)
            keys[b].key += l.s[b * k + c] * v[c];
    }
    qsort(keys, n, sizeof(*keys), by_key);
    for (size_t b = 0; b < n; b++)
        place[keys[b].code] = (uint8_t)b;
    for (size_t level = 0; level < f->n_levels; level++)
        f->code_of_level[level] = place[f->code_of_level[level]];
    mem_free(l.weight);
    mem_free(l.s);
    mem_free(keys);
    mem_free(place);
    mem_free(v);
}

void level_order(struct bins *bins, const struct fit_input *in)
{
    for (size_t j = 0; j < bins->p; j++)
        if (bins->features[j].n_levels && bins->features[j].n_bins > 1)
            order_feature(&bins->features[j], matrix_col(in->x, j), in);
}
