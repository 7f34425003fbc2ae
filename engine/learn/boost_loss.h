/* boost_loss.h - losses that boosting can minimise: derivatives at the scores so far, the constant to
 * begin with, and from scores to predictions.
 *
 * The losses are those of LightGBM, with its names for their parameters.  Scores of classes are
 * log-odds (two classes) or unnormalised log-probabilities; of Poisson, Tweedie and gamma the logarithm of
 * the mean; else the value itself.
 */
#ifndef LEARN_BOOST_LOSS_H
#define LEARN_BOOST_LOSS_H

#include "learn/learner.h"

struct loss_input {
    size_t n, n_outputs;
    const double *y, *weights; /* (n); weights NULL: all one */
    const double *score;       /* (n, n_outputs) column-major */
    double alpha;              /* huber: where it becomes linear; quantile: which */
    double power;              /* tweedie: of the variance, 1 to 2 */
};

enum loss_range { RANGE_ANY, RANGE_NOT_NEGATIVE, RANGE_POSITIVE };

struct boost_loss {
    const char *name;
    const char *curve; /* what its mean over rows is called */
    /* First and second derivatives of rows [begin, end) for output k, times the weights: g and h
     * (end - begin). */
    void (*derive)(float *g, float *h, const struct loss_input *in, size_t k, size_t begin,
                   size_t end);
    /* What row i loses at its score, without its weight; terms of y alone are left out. */
    double (*value)(const struct loss_input *in, size_t i);
    double g_most, h_most; /* no derivative is larger, before weights; 0: they may be of any size */
    /* start (n_outputs): the best constants. */
    void (*start)(double *start, const struct loss_input *in);
    /* Scores to predictions in place: out (n, n_classes or 1), scores in its first columns. */
    void (*predict)(struct matrix *out);
    /* The sorted residual's quantile that is a leaf's best value, 0: as the derivatives say. */
    double (*leaf_quantile)(const struct loss_input *in);
    enum loss_range range; /* of the target */
};

enum {
    LOSS_SQUARED,
    LOSS_ABSOLUTE,
    LOSS_HUBER,
    LOSS_QUANTILE,
    LOSS_POISSON,
    LOSS_TWEEDIE,
    LOSS_GAMMA
};
extern const char *const boost_loss_names[]; /* of regression, in this order; ends in NULL */

/* Quantile q of values (n), each as often as it weighs (weights NULL: once), between neighbours
 * linearly: what scikit-learn and R (type 7) compute of the repeated values. */
double boost_loss_quantile(const double *values, const double *weights, size_t n, double q);
/* The loss of a task; `which` counts for regression alone. */
const struct boost_loss *boost_loss_for(unsigned task, int which);

#endif
