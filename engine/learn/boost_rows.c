/* boost_rows.c - which rows and features a round of boosting sees. */
#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "learn/boost_parts.h"
#include "num/stats.h"

/* A share of the rows, each as likely; anew in each round. */
static void sample_rows(struct boosting *b, double share, size_t round)
{
    size_t n = b->in->x->n, want = (size_t)fmax(1, floor(share * (double)n));
    struct rng rng;

    b->n_in = b->n_out = 0;
    rng_init(&rng, b->seed, 2 * round + 1);
    for (size_t i = 0; i < n; i++) {
        /* Source: Knuth, TAOCP 2, algorithm 3.4.2 S. */
        bool take = rng_unit(&rng) * (double)(n - i) < (double)(want - b->n_in);
        if (take)
            b->grower.rows[b->n_in++] = (uint32_t)i;
        else
            b->out[b->n_out++] = (uint32_t)i;
    }
}

static void take_all_rows(struct boosting *b)
{
    for (size_t i = 0; i < b->in->x->n; i++)
        b->grower.rows[i] = (uint32_t)i;
    b->n_in = b->in->x->n;
    b->n_out = 0;
}

/* The rows with the largest gradients, and some of the others that stand for all of them.
 * Source: Ke et al. 2017, algorithm 2. */
static void sample_by_gradient(struct boosting *b, double top, double other, size_t round)
{
    size_t n = b->in->x->n, n_top = (size_t)fmax(1, top * (double)n);
    double *key = MEM_NEW(double, n);
    const double share = other / (1 - top), factor = (1 - top) / other;
    struct rng rng;

    for (size_t i = 0; i < n; i++)
        key[i] = fabs((double)b->g[i]) * b->h[i];
    double least = stats_quantile(key, n, 1 - (double)n_top / (double)n);
    rng_init(&rng, b->seed, 2 * round + 1);
    b->n_in = b->n_out = 0;
    for (size_t i = 0; i < n; i++) {
        if (fabs((double)b->g[i]) * b->h[i] >= least) {
            b->grower.rows[b->n_in++] = (uint32_t)i;
        } else if (rng_unit(&rng) < share) {
            b->g[i] *= (float)factor;
            b->h[i] *= (float)factor;
            b->grower.rows[b->n_in++] = (uint32_t)i;
        } else {
            b->out[b->n_out++] = (uint32_t)i;
        }
    }
    mem_free(key);
}

void boost_sample_features(struct boosting *b, double share, size_t round)
{
    size_t p = b->in->x->p, want = (size_t)fmax(1, ceil(share * (double)p)), taken = 0;
    struct rng rng;

    rng_init(&rng, b->seed, 2 * round + 2);
    for (size_t j = 0; j < p; j++) {
        b->allowed[j] = rng_unit(&rng) * (double)(p - j) < (double)(want - taken);
        taken += b->allowed[j];
    }
}

void boost_choose_rows(struct boosting *b, size_t round)
{
    const struct params *p = b->in->params;
    double share = params_real(p, "bagging_fraction");

    if (params_choice(p, "data_sample_strategy") == STRATEGY_GOSS)
        sample_by_gradient(b, params_real(p, "top_rate"), params_real(p, "other_rate"), round);
    else if (share < 1)
        sample_rows(b, share, round);
    else
        take_all_rows(b);
}
