/* trees.h - decision trees over codes, and sums of many of them.
 *
 * A tree's leaves are numbered from left to right.  Prediction of trees with at most 64 leaves walks no
 * path: each division strikes out the leaves that a row cannot reach, for many rows at once, and the
 * first leaf left over is the row's.  Source: Lucchese et al. 2015, "QuickScorer: a fast algorithm to
 * rank documents with additive ensembles of regression trees", and its vectorised form of 2016.
 */
#ifndef LEARN_TREES_H
#define LEARN_TREES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/pack.h"
#include "learn/bins.h"
#include "learn/plain_tree.h"

struct tree_node {
    uint32_t feature;
    uint16_t code; /* codes up to this one go left */
    bool missing_left;
    bool by_set;
    uint32_t set;        /* by_set: index into the tree's sets */
    int32_t left, right; /* another node, or ~leaf */
    double gain, weight; /* of the division; rows, or their weights, in the node */
};

struct tree {
    size_t n_leaves, n_sets; /* n_leaves - 1 nodes; a parent stands before its children */
    struct tree_node *nodes;
    uint64_t (*sets)[4];
    double *value, *weight; /* (n_leaves) */
};

/* Sums of trees: output k adds up trees k, k + n_outputs, … to start[k]. */
struct trees {
    size_t n_outputs, n_trees;
    struct tree *trees;
    double *start; /* (n_outputs) */
    struct bins bins;
};

/* The leaf of a row whose code of feature j is codes[j * stride]. */
size_t tree_leaf(const struct tree *t, const struct bins *bins, const uint8_t *codes,
                 size_t stride);
/* out (n, n_outputs) column-major with leading dimension ld: of rows of x.  ERR_NOMEM. */
int trees_predict(double *out, size_t ld, const struct trees *t, const struct matrix *x,
                  struct err *err);

/* gain, splits (p): see struct learner. */
void trees_importance(double *gain, double *splits, const struct trees *t);

/* All of it, in the arena. */
void trees_copy(struct trees *out, const struct trees *in, struct arena *arena);
/* Tree `at` as plain nodes: its divisions, then its leaves. */
void trees_plain(struct plain_tree *out, const struct trees *all, size_t at, struct arena *arena);

void trees_save(struct str *out, const struct trees *t);
/* In the arena; everything is checked against p and n_outputs. */
void trees_load(struct trees *out, struct unpack *u, size_t p, size_t n_outputs,
                struct arena *arena);

#endif
