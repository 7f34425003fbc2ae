/* kmeans.h - k centres such that the squared distances of rows to the nearest are small.
 *
 * Seeding is k-means++ with several candidates for each centre; then Lloyd's steps, of which
 * Hamerly's bounds leave out most distances.  Results do not depend on the number of threads.
 * Source: Arthur and Vassilvitskii 2007, "k-means++", SODA; Hamerly 2010, "Making k-means even
 * faster", SDM; the stopping rule and the treatment of empty clusters are scikit-learn 1.2's.
 */
#ifndef NUM_KMEANS_H
#define NUM_KMEANS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/job.h"
#include "base/pack.h"
#include "num/matrix.h"

struct kmeans_options {
    size_t k, n_init, max_iter;
    double tol; /* stop when the centres' squared moves sum to at most tol * mean variance */
    uint64_t seed;
};

/* Lives in the arena it was made in. */
struct kmeans {
    size_t p, k;
    const double *centres; /* (k, p) row-major */
    const double *sizes;   /* (k) rows of each */
    double inertia;        /* sum of squared distances to the nearest centre */
    size_t n_iterations;
    bool converged;
};

/* x (n, p) finite, n, p > 0.  ERR_DOMAIN when k > n, ERR_NUMERIC when squares overflow, ERR_NOMEM,
 * ERR_CANCELLED.  O(n k p) a step at most. */
int kmeans_fit(struct kmeans *out, const struct matrix *x, const struct kmeans_options *o,
               struct arena *arena, struct job *job, struct err *err);
/* From given centres (k, p) row-major, which are moved: what k-means++ would have chosen. */
int kmeans_fit_from(struct kmeans *out, const struct matrix *x, const double *centres,
                    const struct kmeans_options *o, struct arena *arena, struct job *job,
                    struct err *err);
/* near (n): the number of the nearest centre, the first among equals; row i of x depends on it
 * alone. */
void kmeans_assign(double *near, const struct kmeans *km, const struct matrix *x);

void kmeans_save(struct str *out, const struct kmeans *km);
/* Checks all against p. */
void kmeans_load(struct kmeans *km, struct unpack *u, struct arena *arena, size_t p);

#endif
