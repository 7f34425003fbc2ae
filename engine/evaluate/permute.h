/* permute.h - how much worse a model is when a feature's cells are shuffled.
 *
 * Source: Breiman 2001, "Random forests", section 10; as scikit-learn's permutation_importance.
 */
#ifndef EVALUATE_PERMUTE_H
#define EVALUATE_PERMUTE_H

#include "evaluate/metric.h"
#include "evaluate/resample.h"

/* By how much the metric gets worse: the mean over repeats and its 95 % t interval (NAN of one
 * repeat). */
struct permuted {
    double mean, low, high;
};

struct permute_request {
    const struct model *model;
    const struct table *table; /* prepared */
    const uint32_t *rows;      /* (n) rows whose target is known */
    const double *truth;       /* (n) */
    size_t n, n_repeats;
    const struct metric *metric;
    uint64_t seed;
};

/* out (p) by feature; *score: of the rows as they are.  Repeat r of feature j depends on the seed, j
 * and r alone.  Predicts p × n_repeats times.  ERR_NOMEM, ERR_CANCELLED. */
int permute_features(struct permuted *out, double *score, const struct permute_request *req,
                     struct job *job, struct err *err);

/* The same on the held-out rows of every fold of `req` (its only metric), by a model that has not seen them.  out
 * (p) for features by name: the mean over folds, its interval with their corrected variance (estimate_folds);
 * NAN for a feature that no fold has.  *score: mean over folds.  ERR_NOMEM, ERR_CANCELLED, resample_run's. */
int permute_folds(struct permuted *out, double *score, const struct resample_request *req,
                  const char *const *features, size_t p, size_t n_repeats, uint64_t seed,
                  struct job *job, struct err *err);

#endif
