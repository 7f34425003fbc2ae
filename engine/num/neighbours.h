/* neighbours.h - the k nearest of n rows to each of many points, exactly.
 *
 * Distances are those of plain double arithmetic, summed from the first column to the last; of equal
 * ones the row with the lower number is the nearer.  So the answer for a point is the same in any
 * batch, by any search, with any number of threads.
 *
 *   filter  (euclidean) products of whole blocks in single precision, with a bound on their error
 *           that lets through every row that may be among the nearest; those few are measured again in
 *           double precision.  See neighbours_filter.c for the bound.
 *   tree    a k-d tree with the bounding box of each part: Friedman, Bentley and Finkel 1977.  Wins
 *           up to about six columns.
 *   direct  every row, in double precision.
 */
#ifndef NUM_NEIGHBOURS_H
#define NUM_NEIGHBOURS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "num/matrix.h"
#include "num/nearest.h"

enum metric { /* the order in which a choice of them is offered */
              METRIC_EUCLIDEAN,
              METRIC_MANHATTAN,
              METRIC_CHEBYSHEV,
              METRIC_MINKOWSKI, /* (sum of |difference|^power)^(1/power) */
              METRIC_COSINE,    /* 1 - cosine; 1 where a row is zero */
};

enum neighbours_search { SEARCH_AUTO, SEARCH_BRUTE, SEARCH_TREE };

struct neighbours {
    size_t n, p;
    enum metric metric;
    double power;
    const double
        *x; /* the rows in blocks of `lanes`: (i, j) at (i / lanes * p + j) * lanes + i % lanes */
    size_t lanes;
    const struct neighbours_filter *filter; /* one of them, or neither */
    const struct neighbours_tree *tree;
};

/* Of the rows of x (n, p), finite, n > 0; lives in the arena.  power: of METRIC_MINKOWSKI, >= 1.
 * ERR_NUMERIC when values are too large to be squared, ERR_DOMAIN for a tree with the cosine,
 * ERR_NOMEM.  O(n p), tree O(n p log n). */
int neighbours_build(struct neighbours *out, const struct matrix *x, enum metric metric,
                     double power, enum neighbours_search search, struct arena *arena,
                     struct err *err);
/* out (q->n, k): the k nearest rows to each row of q, the nearest first; 0 < k <= n.  In parallel. */
void neighbours_find(struct neighbour *out, const struct neighbours *nb, const struct matrix *q,
                     size_t k);

#endif
