/* profile.h - what a column looks like at a glance: how many different values, and their spread. */
#ifndef TUI_PROFILE_H
#define TUI_PROFILE_H

#include "table/column.h"

#define PROFILE_BINS 8

struct profile {
    size_t n_distinct;
    /* Numbers and dates: counts in bins of equal width over the finite values; categories: of the
     * most frequent levels, falling; 0 of them when there is nothing to show. */
    size_t n_bins;
    size_t bins[PROFILE_BINS];
};

void profile_column(struct profile *out, const struct column *c);
/* The bins as ▁ … █, one code point each, to at most PROFILE_BINS of them. */
size_t profile_spark(uint32_t out[PROFILE_BINS], const struct profile *p);

#endif
