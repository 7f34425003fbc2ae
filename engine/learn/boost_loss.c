#include "learn/boost_loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "base/mem.h"
#include "num/exp.h"

static double weight_of(const struct loss_input *in, size_t i)
{
    return in->weights ? in->weights[i] : 1;
}

static double mean_of(const struct loss_input *in, double scale_to)
{
    double total = 0, sum = 0;

    for (size_t i = 0; i < in->n; i++) {
        total += weight_of(in, i);
        sum += weight_of(in, i) * (in->y[i] / scale_to);
    }
    return total > 0 ? sum / total * scale_to : 0;
}

/* The weights, applied where there are some. */
static void weigh(float *g, float *h, const struct loss_input *in, size_t begin, size_t end)
{
    for (size_t i = begin; in->weights && i < end; i++) {
        g[i - begin] *= (float)in->weights[i];
        h[i - begin] *= (float)in->weights[i];
    }
}

/* ---------------------------------------------------------------- two classes */

FOR_EACH_MACHINE
static void derive_log_odds(float *restrict g, float *restrict h, const double *restrict score,
                            const double *restrict y, size_t n)
{
    enum { AT_ONCE = 512 };
    double less[AT_ONCE];

    for (size_t at = 0; at < n; at += AT_ONCE) {
        size_t some = n - at < AT_ONCE ? n - at : AT_ONCE;
        for (size_t i = 0; i < some; i++)
            less[i] = exp_bound(-score[at + i]);
        for (size_t i = 0; i < some; i++) {
            double p = 1 / (1 + exp_straight(less[i]));
            g[at + i] = (float)(p - y[at + i]);
            h[at + i] = (float)(p * (1 - p));
        }
    }
}

static void binary_derive(float *g, float *h, const struct loss_input *in, size_t k, size_t begin,
                          size_t end)
{
    (void)k;
    derive_log_odds(g, h, in->score + begin, in->y + begin, end - begin);
    weigh(g, h, in, begin, end);
}

static double log_odds(double p)
{
    const double least = 1e-15;

    p = fmin(fmax(p, least), 1 - least);
    return log(p / (1 - p));
}

static void binary_start(double *start, const struct loss_input *in)
{
    start[0] = log_odds(mean_of(in, 1));
}

static void binary_predict(struct matrix *out)
{
    double *no = matrix_col(out, 0), *yes = matrix_col(out, 1);

    for (size_t i = 0; i < out->n; i++) {
        yes[i] = 1 / (1 + exp(-no[i]));
        no[i] = 1 - yes[i];
    }
}

/* ---------------------------------------------------------------- several classes */

/* Of LightGBM: K / (K - 1) times the diagonal of the Hessian. */
static void classes_derive(float *g, float *h, const struct loss_input *in, size_t k, size_t begin,
                           size_t end)
{
    const double factor = (double)in->n_outputs / (double)(in->n_outputs - 1);

    for (size_t i = begin; i < end; i++) {
        double most = -INFINITY, sum = 0;
        for (size_t c = 0; c < in->n_outputs; c++)
            most = fmax(most, in->score[c * in->n + i]);
        for (size_t c = 0; c < in->n_outputs; c++)
            sum += exp_straight(exp_bound(in->score[c * in->n + i] - most));
        double p = exp_straight(exp_bound(in->score[k * in->n + i] - most)) / sum;
        g[i - begin] = (float)(p - (in->y[i] == (double)k));
        h[i - begin] = (float)(factor * p * (1 - p));
    }
    weigh(g, h, in, begin, end);
}

static void classes_start(double *start, const struct loss_input *in)
{
    double total = 0;

    memset(start, 0, in->n_outputs * sizeof(*start));
    for (size_t i = 0; i < in->n; i++) {
        start[(size_t)in->y[i]] += weight_of(in, i);
        total += weight_of(in, i);
    }
    for (size_t k = 0; k < in->n_outputs; k++)
        start[k] = log(fmax(start[k] / total, 1e-15));
}

static void classes_predict(struct matrix *out)
{
    for (size_t i = 0; i < out->n; i++) {
        double most = -INFINITY, sum = 0;
        for (size_t k = 0; k < out->p; k++)
            most = fmax(most, matrix_col(out, k)[i]);
        for (size_t k = 0; k < out->p; k++) {
            matrix_col(out, k)[i] = exp(matrix_col(out, k)[i] - most);
            sum += matrix_col(out, k)[i];
        }
        for (size_t k = 0; k < out->p; k++)
            matrix_col(out, k)[i] /= sum;
    }
}

/* ---------------------------------------------------------------- numbers */

static void as_it_is(struct matrix *out)
{
    (void)out;
}

static void exponential(struct matrix *out)
{
    for (size_t i = 0; i < out->n; i++)
        out->x[i] = exp(fmin(out->x[i], 700));
}

static void start_mean(double *start, const struct loss_input *in)
{
    start[0] = mean_of(in, 1);
    if (!isfinite(start[0]))
        start[0] = mean_of(in, (double)in->n);
}

static void start_log_mean(double *start, const struct loss_input *in)
{
    start_mean(start, in);
    start[0] = log(fmax(start[0], 1e-15));
}

struct weighed {
    double value, weight;
};

static int by_value(const void *a, const void *b)
{
    double x = ((const struct weighed *)a)->value, y = ((const struct weighed *)b)->value;

    return (x > y) - (x < y);
}

/* The value at place `at` when each stands as often as it weighs. */
static double value_at(const struct weighed *list, size_t n, double at)
{
    double sum = 0;
    size_t k = 0;

    for (; k + 1 < n && (sum += list[k].weight) <= at; k++)
        ;
    return list[k].value;
}

double boost_loss_quantile(const double *values, const double *weights, size_t n, double q)
{
    struct weighed *list = MEM_NEW(struct weighed, n);
    double total = 0;

    for (size_t i = 0; i < n; i++) {
        list[i] = (struct weighed){ values[i], weights ? weights[i] : 1 };
        total += list[i].weight;
    }
    qsort(list, n, sizeof(*list), by_value);
    double at = fmax(q * (total - 1), 0), low = value_at(list, n, floor(at));
    double result = low + (at - floor(at)) * (value_at(list, n, floor(at) + 1) - low);
    mem_free(list);
    return result;
}

static void squared_derive(float *g, float *h, const struct loss_input *in, size_t k, size_t begin,
                           size_t end)
{
    (void)k;
    for (size_t i = begin; i < end; i++) {
        g[i - begin] = (float)(in->score[i] - in->y[i]);
        h[i - begin] = 1;
    }
    weigh(g, h, in, begin, end);
}

static void quantile_derive(float *g, float *h, const struct loss_input *in, size_t k, size_t begin,
                            size_t end)
{
    (void)k;
    for (size_t i = begin; i < end; i++) {
        g[i - begin] = (float)(in->score[i] >= in->y[i] ? 1 - in->alpha : -in->alpha);
        h[i - begin] = 1;
    }
    weigh(g, h, in, begin, end);
}

static void quantile_start(double *start, const struct loss_input *in)
{
    start[0] = boost_loss_quantile(in->y, in->weights, in->n, in->alpha);
}

static double quantile_leaf(const struct loss_input *in)
{
    return in->alpha;
}

static void absolute_derive(float *g, float *h, const struct loss_input *in, size_t k, size_t begin,
                            size_t end)
{
    (void)k;
    for (size_t i = begin; i < end; i++) {
        double rest = in->score[i] - in->y[i];
        g[i - begin] = (float)((rest > 0) - (rest < 0));
        h[i - begin] = 1;
    }
    weigh(g, h, in, begin, end);
}

static void start_median(double *start, const struct loss_input *in)
{
    start[0] = boost_loss_quantile(in->y, in->weights, in->n, 0.5);
}

static double half(const struct loss_input *in)
{
    (void)in;
    return 0.5;
}

static void huber_derive(float *g, float *h, const struct loss_input *in, size_t k, size_t begin,
                         size_t end)
{
    (void)k;
    for (size_t i = begin; i < end; i++) {
        double rest = in->score[i] - in->y[i];
        g[i - begin] = (float)(rest > in->alpha    ? in->alpha
                               : rest < -in->alpha ? -in->alpha
                                                   : rest);
        h[i - begin] = 1;
    }
    weigh(g, h, in, begin, end);
}

/* LightGBM widens the second derivative by exp(0.7), so that steps stay small. */
static void poisson_derive(float *g, float *h, const struct loss_input *in, size_t k, size_t begin,
                           size_t end)
{
    const double caution = exp(0.7);
    (void)k;

    for (size_t i = begin; i < end; i++) {
        double mean = exp_straight(exp_bound(in->score[i]));
        g[i - begin] = (float)(mean - in->y[i]);
        h[i - begin] = (float)(mean * caution);
    }
    weigh(g, h, in, begin, end);
}

static void tweedie_derive(float *g, float *h, const struct loss_input *in, size_t k, size_t begin,
                           size_t end)
{
    const double r = in->power;
    (void)k;

    for (size_t i = begin; i < end; i++) {
        double a = in->y[i] * exp_straight(exp_bound((1 - r) * in->score[i]));
        double b = exp_straight(exp_bound((2 - r) * in->score[i]));
        g[i - begin] = (float)(b - a);
        h[i - begin] = (float)((2 - r) * b - (1 - r) * a);
    }
    weigh(g, h, in, begin, end);
}

static void gamma_derive(float *g, float *h, const struct loss_input *in, size_t k, size_t begin,
                         size_t end)
{
    (void)k;
    for (size_t i = begin; i < end; i++) {
        double share = in->y[i] * exp_straight(exp_bound(-in->score[i]));
        g[i - begin] = (float)(1 - share);
        h[i - begin] = (float)share;
    }
    weigh(g, h, in, begin, end);
}

/* ---------------------------------------------------------------- what a row loses */

static double binary_value(const struct loss_input *in, size_t i)
{
    double s = in->score[i];

    return fmax(s, 0) + log1p(exp(-fabs(s))) - in->y[i] * s;
}

static double classes_value(const struct loss_input *in, size_t i)
{
    double most = -INFINITY, sum = 0;

    for (size_t c = 0; c < in->n_outputs; c++)
        most = fmax(most, in->score[c * in->n + i]);
    for (size_t c = 0; c < in->n_outputs; c++)
        sum += exp(in->score[c * in->n + i] - most);
    return most + log(sum) - in->score[(size_t)in->y[i] * in->n + i];
}

static double squared_value(const struct loss_input *in, size_t i)
{
    double rest = in->score[i] - in->y[i];

    return rest * rest;
}

static double absolute_value(const struct loss_input *in, size_t i)
{
    return fabs(in->score[i] - in->y[i]);
}

static double huber_value(const struct loss_input *in, size_t i)
{
    double rest = fabs(in->score[i] - in->y[i]);

    return rest <= in->alpha ? 0.5 * rest * rest : in->alpha * (rest - 0.5 * in->alpha);
}

static double quantile_value(const struct loss_input *in, size_t i)
{
    double rest = in->y[i] - in->score[i];

    return rest >= 0 ? in->alpha * rest : (in->alpha - 1) * rest;
}

static double poisson_value(const struct loss_input *in, size_t i)
{
    return exp(fmin(in->score[i], 700)) - in->y[i] * in->score[i];
}

static double tweedie_value(const struct loss_input *in, size_t i)
{
    const double a = 1 - in->power, b = 2 - in->power, s = fmin(in->score[i], 700);

    return exp(b * s) / b - in->y[i] * exp(a * s) / a;
}

static double gamma_value(const struct loss_input *in, size_t i)
{
    return in->score[i] + in->y[i] * exp(fmin(-in->score[i], 700));
}

/* ---------------------------------------------------------------- tables */

const char *const boost_loss_names[] = { "squared", "absolute", "huber", "quantile",
                                         "poisson", "tweedie",  "gamma", NULL };

static const struct boost_loss of_numbers[] = {
    { .name = "squared",
      .curve = "squared error",
      .derive = squared_derive,
      .value = squared_value,
      .start = start_mean,
      .predict = as_it_is },
    { .name = "absolute",
      .curve = "absolute error",
      .derive = absolute_derive,
      .value = absolute_value,
      .start = start_median,
      .predict = as_it_is,
      .leaf_quantile = half },
    { .name = "huber",
      .curve = "Huber loss",
      .derive = huber_derive,
      .value = huber_value,
      .start = start_mean,
      .predict = as_it_is },
    { .name = "quantile",
      .curve = "pinball loss",
      .derive = quantile_derive,
      .value = quantile_value,
      .start = quantile_start,
      .predict = as_it_is,
      .leaf_quantile = quantile_leaf },
    { .name = "poisson",
      .curve = "Poisson loss",
      .derive = poisson_derive,
      .value = poisson_value,
      .start = start_log_mean,
      .predict = exponential,
      .range = RANGE_NOT_NEGATIVE },
    { .name = "tweedie",
      .curve = "Tweedie loss",
      .derive = tweedie_derive,
      .value = tweedie_value,
      .start = start_log_mean,
      .predict = exponential,
      .range = RANGE_NOT_NEGATIVE },
    { .name = "gamma",
      .curve = "gamma loss",
      .derive = gamma_derive,
      .value = gamma_value,
      .start = start_log_mean,
      .predict = exponential,
      .range = RANGE_POSITIVE },
};

static const struct boost_loss of_two_classes = {
    .name = "log-loss",
    .curve = "log-loss",
    .derive = binary_derive,
    .value = binary_value,
    .start = binary_start,
    .predict = binary_predict,
    .g_most = 1,
    .h_most = 0.25,
};

static const struct boost_loss of_classes = {
    .name = "log-loss",
    .curve = "log-loss",
    .derive = classes_derive,
    .value = classes_value,
    .start = classes_start,
    .predict = classes_predict,
};

const struct boost_loss *boost_loss_for(unsigned task, int which)
{
    if (task == TASK_BINARY)
        return &of_two_classes;
    return task == TASK_MULTICLASS ? &of_classes : &of_numbers[which];
}
