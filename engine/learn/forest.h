/* forest.h - many deep trees over codes, each of its own rows and random features, and their mean.
 *
 * A node's sums are counted for the features it asks alone.  Two classes are the numbers 0 and 1:
 * the Gini impurity of a share p is twice its variance, so that both divide alike.
 * Codes of categories stand in the order of level_order.h, so that a division of them is one of numbers.
 * Source: Breiman 2001, "Random forests"; Geurts, Ernst and Wehenkel 2006, "Extremely randomized
 * trees".
 */
#ifndef LEARN_FOREST_H
#define LEARN_FOREST_H

#include "learn/bins.h"
#include "learn/learner.h"

struct forest_rules {
    size_t n_trees;
    size_t max_features;        /* asked at a node, of those that are not constant there */
    size_t max_depth;           /* 0: any */
    double min_split, min_leaf; /* rows, or their weights, to divide and on each side */
    bool bootstrap;             /* each tree sees rows drawn with replacement */
    bool random_cuts; /* one cut of each feature, drawn between its least and its greatest code */
    uint64_t seed;
};

/* Two children stand beside each other; a leaf's `left` is the place of its values. */
struct forest_node {
    uint16_t feature;
    uint8_t code; /* codes up to this one go left */
    uint8_t flags;
    uint32_t left;
};
enum { FOREST_LEAF = 1, FOREST_MISSING_LEFT = 2 };

struct forest_tree {
    size_t n_nodes, n_leaves;
    struct forest_node *nodes; /* the root first */
    float *values;             /* (n_leaves, n_outputs) */
    float *weights;            /* (n_leaves) of the rows that the tree saw there */
};

struct forest {
    size_t n_outputs; /* 1 for numbers and two classes (the share of the second), else classes */
    size_t n_trees;
    bool of_classes;
    struct forest_tree *trees;
    struct bins bins;
    double *importance;  /* (p) mean decrease of impurity, sums to 1 */
    double scale, shift; /* of numbers: values are kept near 1 */
};

/* ERR_NOMEM, ERR_CANCELLED.  In the arena. */
int forest_fit(struct forest *out, const struct fit_input *in, const struct forest_rules *rules,
               struct arena *arena, struct job *job, struct err *err);
/* out (n, n_classes or 1). */
int forest_predict(struct matrix *out, const struct forest *f, const struct matrix *x,
                   struct err *err);
void forest_save(struct str *out, const struct forest *f);
void forest_load(struct forest *f, struct unpack *u, size_t p, size_t n_classes,
                 struct arena *arena);

#endif
