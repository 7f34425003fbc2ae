/* cluster_parts.h - what the files that find clusters share; for engine/profile only. */
#ifndef PROFILE_CLUSTER_PARTS_H
#define PROFILE_CLUSTER_PARTS_H

#include <stdint.h>

#include "profile/cluster.h"

/* The different values, with falling counts, then in byte order: what comes first leads. */
struct values {
    struct cluster_member *items; /* (n) large memory */
    size_t n;
};

int cluster_values(struct values *out, const struct column *const *columns, size_t n_columns,
                   struct job *job, struct err *err);
void cluster_values_release(struct values *v);

/* leader[i] (n) receives the number of the first value of the cluster that value i is in; i itself
 * for the first one and for a value in none. */
int cluster_by_key(uint32_t *leader, const struct values *v, const struct cluster_options *o,
                   struct job *job, struct err *err);
int cluster_by_distance(uint32_t *leader, size_t *n_blocks_left, const struct values *v,
                        const struct cluster_options *o, struct job *job, struct err *err);

#endif
