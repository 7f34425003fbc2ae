/* cluster.h - different spellings that may be one value.
 *
 * Values of several columns are one list: the same text in two of them is one value that occurs as
 * often as in both.  A cluster has two values or more; each value is in one cluster at most.  The
 * proposal is the value that occurs most often, the first in byte order among equals.
 *
 * Two ways (OpenRefine, "Clustering in depth"):
 *   key collision       values with the same key (cluster_key.h); an empty key collides with none
 *   nearest neighbours  a value, the most frequent first, takes those near it that no other took
 *                       before.  Only values that share `block` characters in a row (folded, without
 *                       blanks) are compared; one with fewer characters shares all it has.  Pieces that
 *                       more than CLUSTER_BLOCK_MAX values share compare none (n_blocks_left).
 *
 * Results do not depend on the number of threads.
 */
#ifndef PROFILE_CLUSTER_H
#define PROFILE_CLUSTER_H

#include <stddef.h>

#include "base/err.h"
#include "base/job.h"
#include "base/str.h"
#include "table/column.h"

#define CLUSTER_BLOCK_MAX 2000

enum cluster_method {
    CLUSTER_FINGERPRINT,
    CLUSTER_NGRAM,
    CLUSTER_METAPHONE,
    CLUSTER_SOUNDEX,
    CLUSTER_COLOGNE,
    CLUSTER_LEVENSHTEIN,
    CLUSTER_DAMERAU,
    CLUSTER_JARO,
    CLUSTER_N_METHODS
};

extern const char *const cluster_methods[]; /* their names; ends in NULL */

struct cluster_options {
    enum cluster_method method;
    size_t ngram;  /* CLUSTER_NGRAM: characters a piece, 1 or more */
    double radius; /* nearest neighbours: the largest distance; edits, or for jaro 1 - similarity */
    size_t block;  /* nearest neighbours: characters that must be shared, 1 or more */
};

struct cluster_member {
    struct span value; /* borrowed from the columns */
    size_t count;      /* cells */
};

struct cluster {
    struct cluster_member *members; /* (n) falling counts, then byte order: the first is proposed */
    size_t n, n_cells;
};

struct clusters {
    struct cluster *items; /* (n) falling n_cells, then the proposal in byte order */
    size_t n, n_values;    /* n_values: different values looked at */
    size_t n_blocks_left;
    struct cluster_member *members; /* behind items */
};

/* `columns` (n_columns) hold text or categories and must outlive the result; missing cells are not
 * looked at.  Free with clusters_release.  ERR_NOMEM, ERR_CANCELLED. */
int clusters_find(struct clusters *out, const struct column *const *columns, size_t n_columns,
                  const struct cluster_options *options, struct job *job, struct err *err);
void clusters_release(struct clusters *c);

#endif
