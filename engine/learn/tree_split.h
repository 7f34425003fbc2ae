/* tree_split.h - where to divide a node's rows in two, from its sums of gradients.
 *
 * The gain of a division is  score(left) + score(right) - score(all),  score = G^2 / (H + lambda)
 * with G shrunk towards zero by alpha.  Missing cells go to the side where they gain more.
 * Source: Chen and Guestrin 2016, "XGBoost", equations 6 and 7 and algorithm 3; categories in the order
 * of G / H: Fisher 1958, "On grouping for maximum homogeneity", as in LightGBM.
 */
#ifndef LEARN_TREE_SPLIT_H
#define LEARN_TREE_SPLIT_H

#include "learn/hist.h"

struct split_rules {
    double reg_alpha, reg_lambda;   /* L1 and L2 penalties of a leaf's value */
    double min_gain;                /* a division must gain more */
    double min_samples, min_weight; /* rows and second derivatives on each side */
    double cat_smooth, cat_l2;      /* caution with categories: few rows, many groupings */
    size_t cat_one, cat_most;       /* up to so many levels are tried alone; levels on a side */
    const signed char *monotone;    /* (p) 1: not falling, -1: not rising, 0; NULL */
    const bool *is_category;        /* (p) */
    const struct gradients *unit;   /* what the sums are counted in */
};

/* Of a node: what a leaf there may be worth, for monotone features. */
struct split_bounds {
    double low, high;
};

struct split {
    double gain; /* over min_gain; 0: there is none */
    size_t feature;
    unsigned code;     /* numbers: codes up to this one go left */
    bool missing_left; /* missing cells */
    bool by_set;       /* categories: */
    uint64_t set[4];   /* the codes that go left */
    struct hist_sum left;
};

/* The best division by feature j; all: the node's sums. */
void split_find(struct split *out, const struct hist *h, const struct hist_shape *shape, size_t j,
                const struct hist_sum *all, const struct split_rules *rules,
                const struct split_bounds *bounds);
/* What a leaf with these sums is worth, within bounds. */
double split_value(const struct hist_sum *s, const struct split_rules *rules,
                   const struct split_bounds *bounds);

static inline bool split_goes_left(const struct split *s, unsigned code, unsigned missing_code)
{
    if (code == missing_code)
        return s->missing_left;
    return s->by_set ? s->set[code >> 6] >> (code & 63) & 1 : code <= s->code;
}

#endif
