/* metric.h - the table of metrics: metrics.def, one file metric_*.c per family.
 *
 * Names and meaning are scikit-learn's where it has the same thing.
 */
#ifndef EVALUATE_METRIC_H
#define EVALUATE_METRIC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "learn/model.h"

/* What a metric sees: truth and prediction of n rows. */
struct scored {
    size_t n, n_classes;        /* n_classes 0: regression */
    size_t positive;            /* binary: class index */
    const double *truth;        /* (n) value or class index */
    const struct matrix *value; /* (n, n_classes) probabilities or (n, 1) */
    const double *weights;      /* (n) or NULL */
};

struct metric {
    const char *name, *help, *source;
    unsigned tasks;
    bool greater_is_better;
    /* NAN when it is not defined (one class only, a zero denominator where scikit-learn warns). */
    double (*score)(const struct scored *s);
};

extern const struct metric *const metric_table[]; /* ends in NULL */
const struct metric *metric_find(const char *name);
/* What is shown when the user names none: for a task, the first is the one to rank by. */
size_t metric_defaults(const struct metric *out[8], unsigned task);

#endif
