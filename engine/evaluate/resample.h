/* resample.h - estimating quality with everything learned inside each fold. */
#ifndef EVALUATE_RESAMPLE_H
#define EVALUATE_RESAMPLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evaluate/metric.h"
#include "learn/row_split.h"

/* ---- an estimate with its uncertainty ---- */
struct estimate {
    double mean, low, high; /* 95 % interval; NAN when fewer than two folds have a value */
    size_t n;               /* folds times repeats, 1 for a single test set */
    size_t n_undefined;     /* folds (or bootstrap resamples) that are NAN and were left out */
    double *folds;          /* (n) one by fold and repeat, NULL for a single test set; borrowed */
    bool flat; /* all stand at one end of the range: an interval without width, that says nothing */
};
#define BOOTSTRAP_RESAMPLES 1000

/* Mean over folds (`folds` stays NULL) with the corrected variance: t interval with (1/n +
 * n_test/n_train) var; df n-1; cut to the metric's range (NULL: none).
 * Source: Nadeau and Bengio 2003, Machine Learning 52. */
void estimate_folds(struct estimate *out, const struct metric *metric, const double *values,
                    size_t n, double test_train_ratio);
/* `hits` of `of` rows: Wilson's score interval, which keeps a width when all rows are right, as
 * the bootstrap does not.  NAN of no rows.
 * Source: Wilson 1927, Journal of the American Statistical Association 22. */
void estimate_share(struct estimate *out, double hits, double of);
/* One set of rows.  Metrics that are a share of rows: estimate_share.  Others: percentile bootstrap
 * over rows (stratified by nothing), `n_boot` resamples, the same for all metrics; out (n_metrics).
 * `mean` is the score of the rows as they are.  Resample b depends on seed and b alone.  ERR_NOMEM,
 * ERR_CANCELLED.
 * Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3. */
int estimate_bootstrap(struct estimate *out, const struct metric *const *metrics, size_t n_metrics,
                       const struct scored *s, size_t n_boot, uint64_t seed, struct job *job,
                       struct err *err);

/* ---- resampling ---- */
struct resample_plan {
    size_t n_rows, n_folds, n_repeats;
    uint32_t *rows; /* (n_rows) rows of `input`: the sample's training rows */
    uint32_t *fold; /* (n_repeats, n_rows) */
    uint64_t seed;
};
void resample_plan_release(struct resample_plan *plan);

/* What is to be done with the model of a fold and its held-out rows (n) of a prepared table before they are
 * scored; truth (n), NAN where it is not known.  Folds may run beside each other. */
typedef int resample_each(void *ctx, size_t fold, const struct model *m,
                          const struct table *prepared, const uint32_t *rows, const double *truth,
                          size_t n, struct job *job, struct err *err);

struct resample_request {
    const char *model;         /* its name in the result; NULL: the learner's */
    const struct table *input; /* rows as loaded */
    const struct recipe *recipe;
    const struct learner *learner;
    const struct params *params;
    const struct train_stage *stages; /* (n_stages) as in a train_request */
    size_t n_stages;
    const struct target *target; /* classes of the whole training sample */
    const struct target *beside; /* a task without a target: the classes to hold clusters against;
                                    NULL: there are none */
    const char *class_weight;    /* as in a train_request */
    const struct resample_plan *plan;
    const struct metric *const *metrics;
    size_t n_metrics;
    resample_each *each; /* NULL */
    void *each_ctx;
};

/* The result for one model; immutable, reference-counted. */
struct resample_result {
    atomic_uint refs;
    char *model, *learner;
    size_t n_metrics;
    const struct metric **metrics;
    struct estimate *estimates; /* (n_metrics) */
    double test_train_ratio;
    size_t n_folds, n_repeats;
    uint64_t seed;
    struct digest plan; /* equal when two results can be compared pairwise */
    /* Out-of-fold predictions of the first repeat, in the order of `rows`. */
    struct target target;
    size_t n_rows;
    uint32_t *rows; /* (n_rows) of the input */
    double *truth;  /* (n_rows) */
    struct prediction oof;
    size_t n_warnings; /* folds whose fit warned, and the first warning */
    const char *warning;
    struct arena arena; /* target's names, warning */
};
/* Refits recipe and learner in every fold on its training rows, predicts its held-out rows.  Rows
 * whose target is missing train nothing (or are refused by the learner) and are not scored.  Errors
 * are prefixed with the fold: "fold 3 of 5: …"; of several the first fold's is told.  Folds of a
 * small problem run beside each other, those of a large one in turn with parallel loops: the result
 * is the same to the bit. */
int resample_run(struct resample_result **out, const struct resample_request *req, struct job *job,
                 struct err *err);
/* A result for one set of rows that are predicted already: estimate_bootstrap's intervals.  Takes
 * `prediction`, also on error.  rows (n) of the source's table; truth (n), NAN where it is not known.
 * ERR_NOMEM. */
struct resample_single {
    const char *model;
    const struct learner *learner;
    const struct target *target;
    const struct metric *const *metrics;
    size_t n_metrics;
    const uint32_t *rows;
    const double *truth;
    const double *weights; /* (n); NULL: all one */
    uint64_t seed;
};
int resample_single(struct resample_result **out, const struct resample_single *single,
                    struct prediction *take, struct job *job, struct err *err);
struct resample_result *resample_result_ref(const struct resample_result *r);
void resample_result_unref(const struct resample_result *r);
/* Rows whose truth is known: those that are scored. */
size_t resample_n_scored(const struct resample_result *r);
/* NULL when that metric was not asked for. */
const struct estimate *resample_estimate(const struct resample_result *r, const char *metric);

/* ---- comparing ---- */
struct comparison {
    double difference, low, high, p; /* mean of a - b over folds, 95 % interval */
};
/* Corrected resampled paired t-test over folds.  x, y (n) of the same folds.  p = 1 and a zero
 * difference when all are equal; folds where either is NAN are left out, and with fewer than two
 * left low, high and p are NAN.  Source: Nadeau and Bengio 2003, eq. 10. */
void compare_corrected(struct comparison *out, const double *x, const double *y, size_t n,
                       double test_train_ratio);

#endif
