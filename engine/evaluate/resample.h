/* resample.h - splits, folds, and estimating quality with everything learned inside each fold. */
#ifndef EVALUATE_RESAMPLE_H
#define EVALUATE_RESAMPLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evaluate/metric.h"

/* ---- splitting rows: all give by-row arrays, deterministic in the seed ---- */

/* part[i] = PART_PREDICT for a `fraction` of rows (rounded to the nearest whole number, at least one on either side).
 * `strata` (n) int class by row, NULL: not stratified; then every stratum gives its share by largest
 * remainder.  ERR_DOMAIN: fewer than 2 rows; a stratum of one row names the class (`names`). */
int split_fraction(uint8_t *part, size_t n, double fraction, const int32_t *strata,
                   const char *const *names, size_t n_strata, uint64_t seed, struct err *err);
/* A column with the values train and test. */
int split_by_column(uint8_t *part, const struct column *c, const char *name, struct err *err);

/* fold[i] in 0 … k-1.  ERR_DOMAIN: k > n, k < 2 (both numbers in the message). */
int folds_random(uint32_t *fold, size_t n, size_t k, const int32_t *strata, size_t n_strata,
                 uint64_t seed, uint64_t repeat, struct err *err);
/* Folds named by a column's values (numbers ascending, text in byte order); *k receives how many. */
int folds_by_column(uint32_t *fold, size_t *k, const struct column *c, const char *name,
                    const uint32_t *rows, size_t n, struct err *err);
/* Bins of a numeric target or classes as strata, for stratification. */
int strata_of(int32_t **out, size_t *n_strata, const struct target *target, const double *y,
              size_t n, struct err *err);

/* ---- an estimate with its uncertainty ---- */
struct estimate {
    double mean, low, high; /* 95 % interval */
    size_t n;
    double *folds;          /* (n) one by fold and repeat, NULL for a single test set */
};

/* Mean over folds with the corrected variance: t interval with (1/n + n_test/n_train) var; df n-1.
 * Source: Nadeau and Bengio 2003, Machine Learning 52. */
void estimate_folds(struct estimate *out, const double *values, size_t n, double test_train_ratio);
/* One set of rows: percentile bootstrap over rows (stratified by nothing), `n_boot` resamples. */
int estimate_bootstrap(struct estimate *out, const struct metric *m, const struct scored *s,
                       size_t n_boot, uint64_t seed, struct err *err);

/* ---- resampling ---- */
struct resample_plan {
    size_t n_rows, n_folds, n_repeats;
    uint32_t *rows;  /* (n_rows) original row - 1, of the sample's training rows */
    uint32_t *fold;  /* (n_repeats, n_rows) */
    uint64_t seed;
};
void resample_plan_release(struct resample_plan *plan);

struct resample_request {
    const struct table *input;      /* rows as loaded */
    const struct recipe *recipe;
    const struct learner *learner;
    const struct params *params;
    const struct target *target;    /* classes of the whole training sample */
    const struct resample_plan *plan;
    const struct metric *const *metrics;
    size_t n_metrics;
};

/* The result for one model; immutable, reference-counted. */
struct resample_result {
    atomic_uint refs;
    char *model, *learner;
    size_t n_metrics;
    const struct metric **metrics;
    struct estimate *estimates;   /* (n_metrics) */
    double test_train_ratio;
    size_t n_folds, n_repeats;
    uint64_t seed;
    struct digest plan;           /* equal when two results can be compared pairwise */
    /* Out-of-fold predictions of the first repeat, in the order of `rows`. */
    struct target target;
    size_t n_rows;
    uint32_t *rows;               /* (n_rows) original row - 1 */
    double *truth;                /* (n_rows) */
    struct prediction oof;
    size_t n_warnings;            /* folds whose fit warned, and the first warning */
    const char *warning;
    struct arena arena;           /* target's names, warning */
};
/* Refits recipe and learner in every fold on its training rows, predicts its held-out rows. */
int resample_run(struct resample_result **out, const struct resample_request *req, struct job *job,
                 struct err *err);
struct resample_result *resample_result_ref(const struct resample_result *r);
void resample_result_unref(const struct resample_result *r);
const struct estimate *resample_estimate(const struct resample_result *r, const char *metric);

/* ---- comparing ---- */
struct comparison {
    double difference, low, high, p; /* mean of a - b over folds, 95 % interval */
};
/* Corrected resampled paired t-test over folds.  x, y (n) of the same folds.  p = 1 and a zero
 * difference when all are equal.  Golden: FEATURES fact 1.  Source: Nadeau and Bengio 2003, eq. 10. */
void compare_corrected(struct comparison *out, const double *x, const double *y, size_t n,
                       double test_train_ratio);

#endif
