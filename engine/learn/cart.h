/* cart.h - one decision tree with exact divisions: every place between two values is tried.
 *
 * Features are sorted once and their orders divided with the rows.  Source: Breiman, Friedman,
 * Olshen and Stone 1984, "Classification and regression trees"; as in scikit-learn, whose criteria
 * and limits these are.
 */
#ifndef LEARN_CART_H
#define LEARN_CART_H

#include "learn/learner.h"
#include "learn/plain_tree.h"

enum cart_criterion { CART_GINI, CART_ENTROPY, CART_SQUARED, CART_POISSON };

struct cart_rules {
    enum cart_criterion criterion;
    size_t max_depth, max_leaves; /* 0: any; with max_leaves the best division comes first */
    double min_split, min_leaf;   /* rows, or their weights */
    double min_decrease, alpha;
    size_t max_features; /* asked at a node */
    uint64_t seed;
};

struct cart_node {
    int32_t left, right; /* -1: a leaf; children stand behind their parent */
    uint32_t feature;
    bool missing_left;
    double threshold;
    uint32_t set; /* 0: a number; else the sides of levels begin at sets[set - 1] */
    double weight, impurity, gain; /* gain: impurity that went times weight */
};

struct cart {
    size_t p, k;        /* k values a node: 1 for numbers, else shares of classes */
    size_t n_nodes;     /* the root first */
    uint32_t *n_levels; /* (p) 0: a number */
    struct cart_node *nodes;
    double *values; /* (n_nodes, k) */
    size_t n_sets;
    uint8_t *sets; /* (n_sets) one a level, as plain_node.side */
};

/* In the arena.  ERR_NOMEM, ERR_CANCELLED. */
int cart_fit(struct cart *out, const struct fit_input *in, const struct cart_rules *rules,
             struct arena *arena, struct job *job, struct err *err);
/* The smallest subtree with the least impurity + alpha × leaves, impurities weighed by the shares
 * of rows: minimal cost-complexity pruning, ch. 3 of the source. */
void cart_prune(struct cart *c, double alpha);

#endif
