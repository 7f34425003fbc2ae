#include "learn/logistic_l1.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "num/enet.h"
#include "num/linalg.h"

enum { HALVINGS_MAX = 40, PASSES_MAX = 20000 };

static const double QUADRATIC_TOLERANCE = 1e-13;

struct state {
    struct logistic_l1 *s;
    struct enet enet;
    double *hessian, *gradient, *right, *target, *trial; /* (d, d), (d) */
    void *memory;
};

static int state_init(struct state *t, struct logistic_l1 *s, struct err *err)
{
    size_t d = s->loss->d, n = d * d + 6 * d;

    if (mem_big(&t->memory, n + enet_work(d), sizeof(double), "the Hessian", err))
        return -1;
    memset(t->memory, 0, n * sizeof(double));
    t->s = s;
    t->hessian = t->memory;
    t->gradient = t->hessian + d * d;
    t->right = t->gradient + d;
    t->target = t->right + d;
    t->trial = t->target + d;
    t->enet = (struct enet){ .p = d,
                             .gram = t->hessian,
                             .right = t->right,
                             .l1 = s->l1,
                             .l2 = t->trial + d, /* zeros: the loss has its own */
                             .tol = QUADRATIC_TOLERANCE,
                             .max_iter = PASSES_MAX,
                             .w = t->target,
                             .gradient = t->trial + 2 * d,
                             .memory = t->trial + 3 * d };
    return 0;
}

static double penalty_at(const struct state *t, const double *theta)
{
    double sum = 0;

    for (size_t j = 0; j < t->s->loss->d; j++)
        sum += t->s->l1[j] * fabs(theta[j]);
    return sum;
}

/* The largest element of the subgradient that is least. */
static double least_slope(const struct state *t)
{
    double most = 0;

    for (size_t j = 0; j < t->s->loss->d; j++) {
        double g = t->gradient[j], l1 = t->s->l1[j], w = t->s->theta[j];
        double slope = w > 0 ? fabs(g + l1) : w < 0 ? fabs(g - l1) : fmax(fabs(g) - l1, 0);
        most = fmax(most, slope);
    }
    return most;
}

/* Several classes: the constants may all grow alike, which changes nothing; give that direction a
 * curvature, so that they do not. */
static void hold_constants(const struct state *t)
{
    const struct logistic_loss *f = t->s->loss;
    double each = f->total / ((double)f->n_scores * (double)f->n_scores);

    for (size_t l = 0; f->intercept && f->n_scores > 1 && l < f->n_scores; l++)
        for (size_t k = 0; k < f->n_scores; k++)
            t->hessian[(l * f->q + f->p) * f->d + k * f->q + f->p] += each;
}

/* The minimum of the quadratic about theta to target; what the objective should lose at least. */
static double aim(struct state *t, double value)
{
    size_t d = t->s->loss->d;
    const double *theta = t->s->theta;
    double gain = penalty_at(t, theta);

    symmetric_fill(t->hessian, d);
    hold_constants(t);
    for (size_t j = 0; j < d; j++) {
        t->right[j] = -t->gradient[j];
        for (size_t k = 0; k < d; k++)
            t->right[j] += t->hessian[j * d + k] * theta[k];
    }
    memcpy(t->target, theta, d * sizeof(double));
    t->enet.yy = 2 * fabs(value);
    enet_start(&t->enet);
    enet_solve(&t->enet);
    gain -= penalty_at(t, t->target);
    for (size_t j = 0; j < d; j++)
        gain -= t->gradient[j] * (t->target[j] - theta[j]);
    return gain;
}

/* False: rounding leaves nothing to gain. */
static bool move(struct state *t, double *value, double gain)
{
    size_t d = t->s->loss->d;
    double length = 1;

    for (size_t k = 0; k < HALVINGS_MAX; k++, length /= 2) {
        for (size_t j = 0; j < d; j++)
            t->trial[j] = k == 0 ? t->target[j]
                                 : t->s->theta[j] + length * (t->target[j] - t->s->theta[j]);
        double next = logistic_loss_eval(t->s->loss, t->trial, t->gradient, t->hessian) +
                      penalty_at(t, t->trial);
        if (next <= *value - 1e-4 * length * gain ||
            (k == 0 && next <= *value + 1e-13 * fabs(*value))) {
            *value = next;
            memcpy(t->s->theta, t->trial, d * sizeof(double));
            return true;
        }
    }
    return false;
}

static int iterate(struct state *t, struct job *job, struct err *err)
{
    struct logistic_l1 *s = t->s;
    double value = logistic_loss_eval(s->loss, s->theta, t->gradient, t->hessian) +
                   penalty_at(t, s->theta);

    for (s->n_iter = 0; s->n_iter < s->max_iter && !s->converged; s->n_iter++) {
        if (job_tick(job, s->n_iter, s->max_iter, err))
            return -1;
        bool last = least_slope(t) <= s->tolerance * s->loss->total;
        double gain = aim(t, value);
        s->converged = !move(t, &value, gain) || last;
    }
    return 0;
}

int logistic_l1_solve(struct logistic_l1 *s, struct job *job, struct err *err)
{
    struct state t = { 0 };

    s->converged = false;
    if (state_init(&t, s, err))
        return -1;
    int rc = iterate(&t, job, err);
    mem_big_free(t.memory);
    return rc;
}
