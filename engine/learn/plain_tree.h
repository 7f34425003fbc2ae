/* plain_tree.h - the trees of any learner as plain nodes over values, for showing and explaining.
 *
 * Learners keep trees as suits their prediction; what reads them goes through this form.  A row's
 * raw output k is start[k] plus what its leaf in each tree says of k, times `scale`. */
#ifndef LEARN_PLAIN_TREE_H
#define LEARN_PLAIN_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum plain_output {
    PLAIN_VALUE,    /* the target itself */
    PLAIN_SHARES,   /* probabilities */
    PLAIN_LOG_ODDS, /* of the second class, or one score for each class */
    PLAIN_LOG_MEAN, /* the logarithm of the target's mean */
};

struct plain_forest {
    size_t n_trees,
        n_outputs; /* outputs: 1 for numbers and two classes (the second), else classes */
    bool in_turn;  /* tree t speaks of output t % n_outputs alone; else each of all */
    double scale;
    double *start; /* (n_outputs) */
    enum plain_output output;
};

struct plain_node {
    int32_t left, right; /* nodes behind this one; -1: a leaf */
    uint32_t feature;
    bool missing_left;
    double threshold; /* of numbers: up to here to the left */
    const uint8_t
        *side; /* of categories (n_levels): 1 left, 0 right, 2 as missing; NULL: numbers */
    size_t n_levels;
    double weight;       /* training rows in the node, or their weights */
    double impurity;     /* NAN: not known */
    const double *value; /* (n_outputs, or 1 when in_turn); NULL in nodes that do not know it */
};

struct plain_tree {
    size_t n_nodes; /* the root first */
    struct plain_node *nodes;
};

/* Whether a row whose value is v goes left. */
static inline bool plain_goes_left(const struct plain_node *n, double v)
{
    if (v != v)
        return n->missing_left;
    if (!n->side)
        return v <= n->threshold;
    if (v < 0 || v >= (double)n->n_levels || n->side[(size_t)v] == 2)
        return n->missing_left;
    return n->side[(size_t)v] == 1;
}

#endif
