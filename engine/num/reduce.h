/* reduce.h - sums over rows that do not depend on the number of threads.
 *
 * The rows are cut into parts whose number depends on sizes alone; every part has an accumulator
 * and scratch of its own, and the accumulators are added in the order of the parts.
 */
#ifndef NUM_REDUCE_H
#define NUM_REDUCE_H

#include <stddef.h>

#include "base/err.h"

/* Rows that a kernel takes at a time: 30 features of them stay in the second-level cache. */
#define REDUCE_BLOCK 256

/* Add what rows [begin, end) give to acc (m), which is zeroed first; scratch is not cleared.  Must
 * not fail. */
typedef void reduce_body(void *ctx, double *acc, double *scratch, size_t begin, size_t end);

struct reducer {
    size_t n, m, n_scratch;
    size_t part; /* rows in a part, a multiple of REDUCE_BLOCK */
    size_t n_parts;
    double *memory;
};

/* For sums of m values over n rows, with scratch of n_scratch doubles for each part.  ERR_NOMEM. */
int reducer_init(struct reducer *r, size_t n, size_t m, size_t n_scratch, struct err *err);
void reducer_release(struct reducer *r);
/* out (m): the sum over all rows.  As often as wanted. */
void reducer_run(struct reducer *r, double *out, reduce_body *body, void *ctx);

#endif
