#include "learn/standard.h"

#include <math.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "num/linalg.h"
#include "num/moments.h"
#include "num/reduce.h"

/* Deviations below are those of no feature: their squares vanish. */
static const double SMALLEST = 1e-150;

int standard_init(struct standard *s, const struct fit_input *in, bool intercept, struct err *err)
{
    size_t p = in->x->p;

    *s = (struct standard){ .in = in,
                            .n = in->x->n,
                            .p = p,
                            .q = p + intercept,
                            .intercept = intercept,
                            .first_constant = SIZE_MAX };
    s->mean = MEM_NEW(double, 2 * p);
    s->scale = s->mean + p;
    for (size_t i = 0; i < s->n; i++) {
        s->total += standard_weight(s, i);
        s->n_rows += standard_weight(s, i) > 0;
    }
    column_moments(s->mean, s->scale, in->x, in->weights);
    for (size_t j = 0; j < p; j++) {
        if (!isfinite(s->mean[j]) || !isfinite(s->scale[j])) {
            standard_release(s);
            return err_set(err, ERR_NUMERIC, "feature %s is too large to be squared; scale it",
                           in->names[j]);
        }
        if (!intercept) { /* a constant column is as good as another */
            s->scale[j] = hypot(s->scale[j], s->mean[j]);
            s->mean[j] = 0;
        }
        if (!(s->scale[j] > SMALLEST) && s->first_constant == SIZE_MAX)
            s->first_constant = j;
        s->scale[j] = s->scale[j] > SMALLEST ? 1 / s->scale[j] : 0;
    }
    return 0;
}

void standard_release(struct standard *s)
{
    mem_free(s->mean);
    *s = (struct standard){ 0 };
}

void standard_block(const struct standard *s, double *z, size_t begin, size_t n)
{
    for (size_t j = 0; j < s->p; j++) {
        const double *v = matrix_col(s->in->x, j) + begin;
        for (size_t i = 0; i < n; i++)
            z[j * REDUCE_BLOCK + i] = (v[i] - s->mean[j]) * s->scale[j];
    }
    for (size_t i = 0; s->intercept && i < n; i++)
        z[s->p * REDUCE_BLOCK + i] = 1;
}

struct scoring {
    const struct standard *s;
    double *out;
    const double *theta;
};

static void score_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct scoring *c = ctx;
    const struct standard *s = c->s;
    (void)chunk;

    for (size_t i = begin; i < end; i++)
        c->out[i] = s->intercept ? c->theta[s->p] : 0;
    for (size_t j = 0; j < s->p; j++) {
        const double *v = matrix_col(s->in->x, j);
        double w = c->theta[j] * s->scale[j];
        for (size_t i = begin; i < end && w != 0; i++)
            c->out[i] += w * (v[i] - s->mean[j]);
    }
}

void standard_scores(const struct standard *s, double *out, const double *theta)
{
    struct scoring scoring = { s, out, theta };

    parallel_for(s->n, PARALLEL_CHUNK / 2, score_rows, &scoring);
}

void standard_keep(const struct standard *s, struct linear_model *m, const double *theta)
{
    m->constant[0] = s->intercept ? theta[s->p] : 0;
    for (size_t j = 0; j < s->p; j++) {
        m->coef[j] = theta[j] * s->scale[j];
        m->constant[0] -= s->intercept ? m->coef[j] * s->mean[j] : 0;
    }
}

void standard_errors(const struct standard *s, struct linear_model *m, const double *covariance,
                     double unit)
{
    double variance = 0;
    size_t q = s->q;

    for (size_t j = 0; j < s->p; j++)
        m->coef_error[j] = s->scale[j] > 0 ? s->scale[j] * sqrt(unit * covariance[j * q + j]) : NAN;
    if (!s->intercept)
        return;
    for (size_t j = 0; j < q; j++)
        for (size_t k = 0; k < q; k++)
            variance += (j < s->p ? -s->mean[j] * s->scale[j] : 1) * covariance[j * q + k] *
                        (k < s->p ? -s->mean[k] * s->scale[k] : 1);
    m->constant_error[0] = sqrt(unit * variance);
}

int standard_refuse(const struct standard *s, size_t j, const char *or_else, struct err *err)
{
    return err_set(err, ERR_NUMERIC, "feature %s is a combination of those before it; drop it%s",
                   j < s->p ? s->in->names[j] : "(intercept)", or_else);
}

const char *standard_warning(const struct standard *s, struct arena *arena)
{
    return s->first_constant == SIZE_MAX
               ? NULL
               : arena_printf(arena,
                              "%s has one value only in the training rows: its coefficient is 0",
                              s->in->names[s->first_constant]);
}
