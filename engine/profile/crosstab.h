/* crosstab.h - how often values of several columns occur together. */
#ifndef PROFILE_CROSSTAB_H
#define PROFILE_CROSSTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/job.h"
#include "table/table.h"

/* A value of one of the columns. */
struct cross_value {
    size_t row; /* the first that has it */
    size_t count;
    bool missing;
};

struct cross_column {
    const struct column *column;
    struct cross_value *values; /* (n) in the order of values, missing last */
    size_t n;
};

/* Values that occur together: places[k] in columns[k].values. */
struct combination {
    const uint32_t *places; /* (n_columns) */
    size_t count;
};

struct crosstab {
    size_t n_columns, n_rows;
    struct cross_column *columns;
    size_t n;
    struct combination *items; /* by places, the first column's first */
    /* Of two columns, over the rows where neither is missing: Pearson's chi-square without
     * correction, its p value, Cramér's V; NAN where not defined. */
    double chi2, chi2_p, cramers_v;
    size_t df;
    struct arena arena;
};

/* O(rows × columns) and sorting.  ERR_NOMEM, ERR_CANCELLED; ERR_DOMAIN: more than a million
 * combinations. */
int crosstab_of(struct crosstab *out, const struct column *const *columns, size_t n_columns,
                struct job *job, struct err *err);
void crosstab_release(struct crosstab *c);

#endif
