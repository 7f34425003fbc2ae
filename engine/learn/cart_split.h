/* cart_split.h - the best place to divide one node by one feature; for cart.c and cart_split.c. */
#ifndef LEARN_CART_SPLIT_H
#define LEARN_CART_SPLIT_H

#include "learn/cart.h"

enum { CART_ALL_SUBSETS = 10 }; /* levels at a node up to which every division into two is tried */

/* What all nodes look at.  Rows without weight are not among them. */
struct cart_data {
    size_t n, p, k; /* rows of x; features; classes or 1 */
    const struct matrix *x;
    const uint32_t *n_levels; /* (p) */
    const double *y, *weight; /* (n) of numbers less their mean; weights are never NULL */
    double shift;             /* that mean */
    double centre;            /* mean of the node at hand: sums are of what is beyond it */
    double min_leaf;          /* the least weight of a side */
    enum cart_criterion criterion;
};

struct cart_place {
    bool found;
    uint32_t feature;
    double gain; /* weight × impurity that goes */
    double threshold;
    bool missing_left;
    double weight_left;
    uint8_t *side; /* (n_levels) by mem_free; NULL for numbers */
};

/* Sums of rows: class weights, or the weighted target. */
struct cart_sums {
    double weight;
    double *s; /* (k) */
};

void cart_add(struct cart_sums *sums, const struct cart_data *d, uint32_t row);
/* weight × impurity, less what is the same for every division; lower is purer. */
double cart_mass(const struct cart_data *d, const struct cart_sums *sums);

/* Rows (n) ascending by the feature's value, missing ones behind.  `whole` are the node's sums;
 * `tie` is the gain by which a place must be better than one before it. */
struct cart_place cart_place_find(const struct cart_data *d, uint32_t feature, const uint32_t *rows,
                                  size_t n, const struct cart_sums *whole, double tie);

#endif
