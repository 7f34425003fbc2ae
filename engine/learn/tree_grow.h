/* tree_grow.h - one tree from gradients, the leaf that gains most first.
 *
 * The smaller half of a divided node is counted, the other is what is left of the node's own sums.
 * Source: Ke et al. 2017, "LightGBM", leaf-wise growth over histograms.
 */
#ifndef LEARN_TREE_GROW_H
#define LEARN_TREE_GROW_H

#include "learn/hist.h"
#include "learn/tree_split.h"
#include "learn/trees.h"

struct grow_rules {
    struct split_rules split;
    size_t n_leaves, max_depth; /* max_depth 0: any */
    /* (p) the groups of each feature, as bits; features may stand above each other when all are in
     * one group.  NULL: all may. */
    const uint64_t *groups;
};

/* Rows of a leaf: grower.rows[begin … begin + n). */
struct grown_leaf {
    size_t begin, n;
    double value;
};

struct grower {
    const struct bins *bins;
    const struct coded *codes;
    const struct grow_rules *rules;
    struct hist_shape shape;
    struct hist_maker maker;
    uint32_t *rows, *moved; /* (n) rows in the order of leaves; scratch */
    int64_t *sums;          /* histograms, (n_leaves, 3 n_places) */
    uint32_t *order;        /* (p) in which features are asked */
    struct split *found;    /* (p) scratch */
    struct grown_leaf *leaves;
    size_t n_leaves; /* of the last tree, in the order of the tree's leaves */
    struct arena arena;
};

/* ERR_NOMEM. */
int grower_init(struct grower *g, const struct bins *bins, const struct coded *codes,
                const struct grow_rules *rules, struct err *err);
void grower_release(struct grower *g);
/* A tree over grower.rows[0 … n), which it puts into the order of leaves; `allowed` (p) says which
 * features may divide (NULL: all).  The tree lives in the arena. */
void grower_run(struct tree *out, struct grower *g, const struct gradients *gradients, size_t n,
                const bool *allowed, struct arena *arena);

#endif
