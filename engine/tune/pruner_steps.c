#include "tune/pruner_steps.h"

#include <math.h>

#include "base/mem.h"
#include "num/stats.h"

double steps_best(const struct trial *t)
{
    double best = NAN;

    for (size_t i = 0; i < t->n_steps; i++)
        best = fmin(best, t->steps[i].value);
    return best;
}

bool steps_due(const struct trial *t, double warm_up, double interval)
{
    double at = t->steps[t->n_steps - 1].at;
    double begin = floor((at - warm_up) / interval) * interval + warm_up;

    return at >= warm_up && (t->n_steps < 2 || t->steps[t->n_steps - 2].at < begin);
}

double steps_value_at(const struct trial *t, double at)
{
    for (size_t k = 0; k < t->n_steps; k++)
        if (t->steps[k].at == at)
            return t->steps[k].value;
    return NAN;
}

/* Values of finished trials at the step, into values; their number. */
static size_t values_at(double *values, size_t *n_done, const struct history *h,
                        const struct trial *self, double at)
{
    size_t n = 0;

    *n_done = 0;
    for (size_t i = 0; i < h->n; i++) {
        const struct trial *t = h->trials[i];
        if (t->state != TRIAL_DONE || t->number == self->number)
            continue;
        ++*n_done;
        double value = steps_value_at(t, at);
        if (!isnan(value))
            values[n++] = value;
    }
    return n;
}

bool steps_prune(const struct pruner_input *in, double percentile)
{
    const struct trial *t = in->trial;
    const struct params *p = in->params;

    if (!t->n_steps ||
        !steps_due(t, params_real(p, "n_warmup_steps"), params_real(p, "interval_steps")))
        return false;
    double *values = MEM_NEW(double, in->history->n + 1), best = steps_best(t);
    size_t n_done, n = values_at(values, &n_done, in->history, t, t->steps[t->n_steps - 1].at);
    bool known = n >= (size_t)params_int(p, "n_min_trials") && n > 0;
    bool stop = n_done && n_done >= (size_t)params_int(p, "n_startup_trials") &&
                (isnan(best) || (known && best > stats_quantile(values, n, percentile / 100)));
    mem_free(values);
    return stop;
}
