/* neighbours_parts.h - what the files of neighbours.h share. */
#ifndef NUM_NEIGHBOURS_PARTS_H
#define NUM_NEIGHBOURS_PARTS_H

#include "num/neighbours.h"

#define NEIGHBOUR_LANES 16 /* rows measured at a time */

/* key (NEIGHBOUR_LANES): what distances to q (p) are compared by, for each row of the block. */
void neighbours_block_keys(double *key, const struct neighbours *nb, const double *block,
                           const double *q);
/* One coordinate's part of a key: key grows with each, never falls, also in rounding. */
double neighbours_key_add(const struct neighbours *nb, double key, double difference);
/* Row i of x, for lanes == 1. */
static inline const double *neighbours_row(const struct neighbours *nb, size_t i)
{
    return nb->x + i * nb->p;
}

/* Both take the rows of x as they are and set nb->x, nb->lanes and their own part. */
void neighbours_filter_build(struct neighbours *nb, const struct matrix *x, struct arena *arena);
void neighbours_tree_build(struct neighbours *nb, const struct matrix *x, struct arena *arena);
/* found[i] of points q (m, p) row-major: empty heaps with room for k, to be filled. */
void neighbours_filter_find(struct nearest *found, const struct neighbours *nb, const double *q,
                            size_t m, size_t k);
void neighbours_tree_find(struct nearest *found, const struct neighbours *nb, const double *q,
                          size_t k);

#endif
