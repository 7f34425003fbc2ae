/* metric_probability.c - proper scores of the probabilities themselves: lower is better. */
#include <float.h>
#include <math.h>

#include "evaluate/metric.h"

/* Probabilities are kept off 0 and 1 and then made to sum to one again, in this order, as
 * scikit-learn 1.2 does (eps="auto"). */
static double clipped(double p)
{
    return fmin(fmax(p, DBL_EPSILON), 1.0 - DBL_EPSILON);
}

static double log_loss_row(const struct scored *s, size_t i)
{
    size_t truth = (size_t)s->truth[i];
    double sum = 0.0;

    for (size_t k = 0; k < s->n_classes; k++) {
        double p = matrix_col(s->value, k)[i];

        if (isnan(p)) /* fmin and fmax would hide it */
            return NAN;
        sum += clipped(p);
    }
    return -log(clipped(matrix_col(s->value, truth)[i]) / sum);
}

static double brier_row(const struct scored *s, size_t i)
{
    size_t truth = (size_t)s->truth[i];
    double sum = 0.0;

    if (s->n_classes == 2) {
        double d = matrix_col(s->value, s->positive)[i] - (truth == s->positive ? 1.0 : 0.0);
        return d * d;
    }
    for (size_t k = 0; k < s->n_classes; k++) {
        double d = matrix_col(s->value, k)[i] - (truth == k ? 1.0 : 0.0);
        sum += d * d;
    }
    return sum;
}

static double log_loss_score(const struct scored *s)
{
    return metric_mean(s, log_loss_row);
}

static double brier_score(const struct scored *s)
{
    return metric_mean(s, brier_row);
}

const struct metric metric_log_loss = {
    .name = "log-loss",
    .help = "mean of minus the logarithm of the true class's probability (nats)",
    .source = "scikit-learn log_loss",
    .tasks = TASK_CLASSIFY,
    .high = INFINITY,
    .score = log_loss_score,
};

const struct metric metric_brier = {
    .name = "brier",
    .help = "mean squared error of the positive class's probability, 0 to 1; several classes: "
            "summed over them, 0 to 2",
    .source = "Brier 1950, Monthly Weather Review 78; scikit-learn brier_score_loss",
    .tasks = TASK_CLASSIFY,
    .high = 2,
    .score = brier_score,
};
