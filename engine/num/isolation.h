/* isolation.h - isolation forest: how few random cuts set a row apart from the others.
 * Source: Liu, Ting and Zhou 2008, "Isolation forest", ICDM.
 *
 * The score of a row is 2^(-E[h] / c(sample)), h the number of cuts until it stands alone and c the
 * mean of that in a random search tree: about 0.5 for a usual row, towards 1 for one that is apart.
 * It is minus scikit-learn's score_samples. */
#ifndef NUM_ISOLATION_H
#define NUM_ISOLATION_H

#include <stdint.h>

#include "base/arena.h"
#include "base/job.h"
#include "base/pack.h"
#include "num/matrix.h"

struct isolation_node {
    int32_t feature; /* -1: a leaf */
    uint32_t right;  /* the child of rows above `cut`; that of the others is the next node */
    double cut;      /* of a leaf: the length of the path to it */
};

/* Lives in the arena it was made in. */
struct isolation_forest {
    size_t p, n_trees, sample; /* sample: rows each tree was grown from */
    size_t n_nodes;
    const uint32_t *roots; /* (n_trees) */
    const struct isolation_node *nodes;
};

#define ISOLATION_SAMPLE 256

/* Grow n_trees on samples of min(n, sample) rows of x (n, p), which must be finite; n, p > 0.  One
 * stream of random numbers a tree: results do not depend on threads.  ERR_CANCELLED. */
int isolation_grow(struct isolation_forest *out, const struct matrix *x, size_t n_trees,
                   size_t sample, uint64_t seed, struct arena *arena, struct job *job,
                   struct err *err);
/* score (n) of the rows of x (n, p), finite; row i depends on row i alone. */
void isolation_scores(double *score, const struct isolation_forest *f, const struct matrix *x);

void isolation_save(struct str *out, const struct isolation_forest *f);
/* Checks all against p. */
void isolation_load(struct isolation_forest *f, struct unpack *u, struct arena *arena, size_t p);

#endif
