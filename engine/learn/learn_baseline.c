/* learn_baseline.c - what can be had without looking at the features. */
#include "learn/learner.h"

#include <math.h>

#include "num/stats.h"

struct baseline {
    size_t n; /* classes, or 1 */
    double *value;
};

static double weight_of(const struct fit_input *in, size_t i)
{
    return in->weights ? in->weights[i] : 1;
}

static double weighted_mean(const struct fit_input *in)
{
    double total = 0, sum = 0;

    if (!in->weights)
        return stats_mean(in->y, in->x->n);
    for (size_t i = 0; i < in->x->n; i++) {
        total += in->weights[i];
        sum += in->weights[i] * in->y[i];
    }
    return sum / total;
}

static int baseline_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                        struct err *err)
{
    struct baseline *b = ARENA_NEW(out->arena, struct baseline, 1);
    double total = 0;

    if (job_tick(job, 0, 1, err))
        return -1;
    b->n = in->n_classes ? in->n_classes : 1;
    b->value = ARENA_NEW(out->arena, double, b->n);
    if (in->n_classes) {
        for (size_t i = 0; i < in->x->n; i++) {
            b->value[(size_t)in->y[i]] += weight_of(in, i);
            total += weight_of(in, i);
        }
        for (size_t k = 0; k < b->n; k++)
            b->value[k] /= total;
    } else {
        b->value[0] = weighted_mean(in);
    }
    out->state = b;
    return 0;
}

static int baseline_predict(struct matrix *out, const void *state, const struct matrix *x,
                            struct err *err)
{
    const struct baseline *b = state;
    (void)err;

    for (size_t k = 0; k < b->n; k++)
        for (size_t i = 0; i < x->n; i++)
            matrix_col(out, k)[i] = b->value[k];
    return 0;
}

static void baseline_save(struct str *out, const void *state)
{
    const struct baseline *b = state;
    pack_reals(out, b->value, b->n);
}

static int baseline_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                         size_t n_classes, struct err *err)
{
    struct baseline *b = ARENA_NEW(arena, struct baseline, 1);
    size_t n;
    const double *value = unpack_reals(u, &n);
    (void)p;

    b->n = n_classes ? n_classes : 1;
    b->value = ARENA_NEW(arena, double, b->n);
    if (n != b->n)
        unpack_fail(u, "one frequency for each class, or one mean");
    for (size_t k = 0; k < b->n && !u->failed; k++) {
        if (!isfinite(value[k]))
            unpack_fail(u, "finite values");
        b->value[k] = value[k];
    }
    if (unpack_end(u, err))
        return -1;
    *state = b;
    return 0;
}

static const struct param_spec baseline_params[] = { { .name = NULL } };

const struct learner learn_baseline = {
    .name = "baseline",
    .help = "class frequencies, or the mean: what every model must beat",
    .details = "Predicts the majority class with the frequencies of all classes as probabilities, "
               "or the mean of a numeric target, and looks at no feature. A model that is no "
               "better has learned nothing.",
    .source = "scikit-learn's DummyClassifier(strategy='prior') and DummyRegressor",
    .tasks = TASK_CLASSIFY | TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_BLIND,
    .params = baseline_params,
    .fit = baseline_fit,
    .predict = baseline_predict,
    .save = baseline_save,
    .load = baseline_load,
};
