/* metric_regress.c - metrics of a predicted number. */
#include <float.h>
#include <math.h>

#include "evaluate/metric.h"

static double residual(const struct scored *s, size_t i)
{
    return s->truth[i] - matrix_col(s->value, 0)[i];
}

static double square_row(const struct scored *s, size_t i)
{
    return residual(s, i) * residual(s, i);
}

static double absolute_row(const struct scored *s, size_t i)
{
    return fabs(residual(s, i));
}

/* Relative to the truth; a true zero counts as the smallest step of a double (scikit-learn). */
static double relative_row(const struct scored *s, size_t i)
{
    return fabs(residual(s, i)) / fmax(fabs(s->truth[i]), DBL_EPSILON);
}

static double truth_row(const struct scored *s, size_t i)
{
    return s->truth[i];
}

static double rmse_score(const struct scored *s)
{
    return sqrt(metric_mean(s, square_row));
}

static double mae_score(const struct scored *s)
{
    return metric_mean(s, absolute_row);
}

static double mape_score(const struct scored *s)
{
    return metric_mean(s, relative_row);
}

/* A truth that never varies: 1 when predicted exactly, else 0.  One row: not defined. */
static double r2_score(const struct scored *s)
{
    double mean = metric_mean(s, truth_row), left = 0.0, total = 0.0;
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++) {
        double w = scored_weight(s, i), d = s->truth[i] - mean;

        if (w == 0.0)
            continue;
        left += w * square_row(s, i);
        total += w * d * d;
        n++;
    }
    if (n < 2)
        return NAN;
    if (total > 0.0)
        return 1.0 - left / total;
    return left == 0.0 ? 1.0 : 0.0;
}

const struct metric metric_rmse = {
    .name = "rmse",
    .help = "root of the mean squared error, in the target's unit",
    .source = "scikit-learn mean_squared_error(squared=False)",
    .tasks = TASK_REGRESS,
    .high = INFINITY,
    .score = rmse_score,
};

const struct metric metric_mae = {
    .name = "mae",
    .help = "mean absolute error, in the target's unit",
    .source = "scikit-learn mean_absolute_error",
    .tasks = TASK_REGRESS,
    .high = INFINITY,
    .score = mae_score,
};

const struct metric metric_mape = {
    .name = "mape",
    .help = "mean absolute error relative to the true value (0.1 is 10 %); useless near zero",
    .source = "scikit-learn mean_absolute_percentage_error",
    .tasks = TASK_REGRESS,
    .high = INFINITY,
    .score = mape_score,
};

const struct metric metric_r2 = {
    .name = "r2",
    .help = "share of the target's variance that is explained; below 0 is worse than its mean",
    .source = "scikit-learn r2_score",
    .tasks = TASK_REGRESS,
    .greater_is_better = true,
    .low = -INFINITY,
    .high = 1,
    .score = r2_score,
};
