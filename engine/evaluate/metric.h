/* metric.h - the table of metrics: metrics.def, one file metric_*.c per family.
 *
 * Names and meaning are scikit-learn's where it has the same thing.
 */
#ifndef EVALUATE_METRIC_H
#define EVALUATE_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "learn/model.h"

/* What a metric sees: truth and prediction of n rows. */
struct scored {
    size_t n, n_classes;        /* n_classes 0: regression */
    size_t positive;            /* binary: class index */
    const double *truth;        /* (n) value or class index */
    const struct matrix *value; /* (n, n_classes) probabilities or (n, 1) */
    const double *weights;      /* (n) or NULL */
    /* (n, n_ranked) rows by falling probability of each ranked class; metric_scores and
     * metric_order make it, so that ranking metrics never sort. */
    const uint32_t *order;
    /* Tasks without a target: the rows' features (n, p), and truth NAN where no class is known. */
    const struct matrix *x;
};

/* A score that is a share of rows: hits among those that count. */
struct metric_share {
    double hits, of;
};

struct metric {
    const char *name, *help, *source;
    unsigned tasks;
    bool greater_is_better;
    bool ranks;       /* reads `order` */
    double low, high; /* its range for any number of classes; no interval leaves it */
    /* Rows without weight do not count.  NAN when it is not defined (one class only, a zero
     * denominator where scikit-learn warns); averages over classes follow scikit-learn: a class
     * that is never predicted has precision 0. */
    double (*score)(const struct scored *s);
    /* NULL for a metric that never is a share of rows; false when this one is not: more classes
     * than two, weights.  Weights 0 and 1 choose rows. */
    bool (*share)(struct metric_share *out, const struct scored *s);
};

extern const struct metric *const metric_table[];   /* ends in NULL */
const struct metric *metric_find(const char *name); /* exact; NULL when unknown */
/* What is shown when the user names none: for a task, the first is the one to rank by. */
size_t metric_defaults(const struct metric *out[8], unsigned task);

/* out (n_metrics), every metric on the same rows; the way to call `score`.  ERR_NOMEM. */
int metric_scores(double *out, const struct metric *const *metrics, size_t n_metrics,
                  const struct scored *s, struct err *err);
/* The order of the rows for metrics that rank; free with mem_big_free.  O(n log n) a class. */
int metric_order(uint32_t **out, const struct scored *s, struct err *err);
bool metric_any_ranks(const struct metric *const *metrics, size_t n_metrics);

/* ---- for metric_*.c ---- */
static inline double scored_weight(const struct scored *s, size_t i)
{
    return s->weights ? s->weights[i] : 1.0;
}
/* Binary: the positive class alone is ranked, else every class. */
static inline size_t scored_n_ranked(const struct scored *s)
{
    return s->n_classes == 2 ? 1 : s->n_classes;
}
/* Weighted mean over rows of `loss(s, i)`; NAN when no row has weight. */
double metric_mean(const struct scored *s, double (*loss)(const struct scored *s, size_t i));

#endif
