/* forest_grow.h - one tree of a forest. */
#ifndef LEARN_FOREST_GROW_H
#define LEARN_FOREST_GROW_H

#include "base/rng.h"
#include "learn/forest.h"

/* Weight and weighted value of a row, or their sums. */
typedef double forest_pair __attribute__((vector_size(16)));

/* What all trees look at. */
struct forest_input {
    size_t n, p, n_outputs;
    const struct bins *bins;
    const uint8_t *cols;   /* (p, n) codes */
    const double *weights; /* (n); NULL */
    const double *y;       /* (n) value, or class when n_outputs > 1 */
    const uint32_t *order; /* (p) features in an order that is not that of the columns */
    const struct forest_rules *rules;
};

/* Grow tree number `number`; `importance` (p) is added to.  Nodes and values are the caller's, by
 * mem_free.  ERR_NOMEM. */
int forest_grow(struct forest_tree *out, const struct forest_input *in, size_t number,
                double *importance, struct err *err);

#endif
