/* newton_svm.c - squared losses in the primal, by Newton's method; see dual_svm.h.
 *
 * The objective is quadratic as long as the same rows have a loss, so a full step that leaves these as
 * they are has reached the optimum, whatever the scale of the features. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "learn/dual_svm.h"
#include "num/linalg.h"

enum { NEWTON_MAX = 100, HALVINGS_MAX = 40 };

struct newton {
    const struct dual_svm *d;
    double *w;                          /* (p) */
    double *pull, *next;                /* (n) at w, and at a trial point */
    double *gradient, *trial, *hessian; /* (p), (p), (p, p) upper triangle */
    double *scale;                      /* (p) */
};

static double product(const double *a, const double *b, size_t p)
{
    double sum = 0;

    for (size_t j = 0; j < p; j++)
        sum += a[j] * b[j];
    return sum;
}

/* How far a row lies on the wrong side, with the sign that would mend it. */
static double pull_of(const struct dual_svm *d, size_t i, double score)
{
    double r = d->y[i] - score;

    if (d->classes)
        return d->y[i] * r > 0 ? r : 0;
    return r > d->epsilon ? r - d->epsilon : r < -d->epsilon ? r + d->epsilon : 0;
}

/* The objective at w; pull (n). */
static double evaluate(const struct dual_svm *d, const double *w, double *pull)
{
    double value = product(w, w, d->p) / 2;

    for (size_t i = 0; i < d->n; i++) {
        pull[i] = d->C[i] > 0 ? pull_of(d, i, product(w, d->x + i * d->p, d->p)) : 0;
        value += d->C[i] * pull[i] * pull[i];
    }
    return value;
}

static void derive(struct newton *s)
{
    const struct dual_svm *d = s->d;
    size_t p = d->p;

    memcpy(s->gradient, s->w, p * sizeof(double));
    memset(s->hessian, 0, p * p * sizeof(double));
    for (size_t j = 0; j < p; j++)
        s->hessian[j * p + j] = 1;
    for (size_t i = 0; i < d->n; i++) {
        const double *x = d->x + i * p;
        if (s->pull[i] == 0)
            continue;
        for (size_t j = 0; j < p; j++) {
            double v = 2 * d->C[i] * x[j];
            s->gradient[j] -= v * s->pull[i];
            for (size_t k = 0; k <= j; k++)
                s->hessian[j * p + k] += v * x[k];
        }
    }
}

/* The dual's variables are 2 C pull; the gap is |w - sum of them times x|² / 2. */
static double gap_of(const struct newton *s, double value)
{
    double square = product(s->gradient, s->gradient, s->d->p) / 2;

    return value > 0 ? square / value : 0;
}

static bool same_rows(const struct newton *s)
{
    for (size_t i = 0; i < s->d->n; i++)
        if ((s->pull[i] > 0) != (s->next[i] > 0) || (s->pull[i] < 0) != (s->next[i] < 0))
            return false;
    return true;
}

/* Along the step, halved until the objective falls; false when it does not. */
static bool move(struct newton *s, double *value, const double *step, bool *exact)
{
    size_t p = s->d->p;
    double length = 1, slope = product(s->gradient, step, p);

    for (size_t k = 0; k < HALVINGS_MAX; k++, length /= 2) {
        for (size_t j = 0; j < p; j++)
            s->trial[j] = s->w[j] - length * step[j];
        double next = evaluate(s->d, s->trial, s->next);
        if (!(next <= *value - 1e-4 * length * slope))
            continue;
        *exact = k == 0 && same_rows(s);
        memcpy(s->w, s->trial, p * sizeof(double));
        double *swap = s->pull;
        s->pull = s->next;
        s->next = swap;
        *value = next;
        return true;
    }
    return false;
}

static int iterate(struct newton *s, struct dual_result *r, struct job *job, struct err *err)
{
    size_t p = s->d->p;
    double value = evaluate(s->d, s->w, s->pull);
    double *step = MEM_NEW(double, p);
    int rc = 0;

    if (!isfinite(value))
        rc = err_set(err, ERR_NUMERIC, "the rows are too large to be squared; scale the features");
    for (bool exact = false; !rc && r->n_iter < NEWTON_MAX && !exact; r->n_iter++) {
        rc = job_tick(job, r->n_iter, NEWTON_MAX, err);
        derive(s);
        if (rc || chol_factor(s->hessian, s->scale, p, 0))
            break;
        memcpy(step, s->gradient, p * sizeof(double));
        chol_solve(s->hessian, s->scale, p, step, 1);
        if (!move(s, &value, step, &exact))
            break;
    }
    derive(s);
    r->gap = gap_of(s, value);
    r->converged = r->gap <= s->d->tolerance;
    mem_free(step);
    for (size_t j = 0; j < p && !rc; j++)
        if (!isfinite(s->w[j]))
            rc = err_set(err, ERR_NUMERIC, "the coefficients are not finite; scale the features");
    return rc;
}

int newton_svm_solve(double *w, struct dual_result *result, const struct dual_svm *d,
                     struct job *job, struct err *err)
{
    size_t n = d->n, p = d->p;
    void *memory;

    if (mem_big(&memory, 2 * n + p * p + 3 * p, sizeof(double), "the Hessian", err))
        return -1;
    struct newton s = { .d = d, .w = w, .pull = memory };
    s.next = s.pull + n;
    s.gradient = s.next + n;
    s.trial = s.gradient + p;
    s.scale = s.trial + p;
    s.hessian = s.scale + p;
    memset(w, 0, p * sizeof(double));
    *result = (struct dual_result){ 0 };
    int rc = iterate(&s, result, job, err);
    mem_big_free(memory);
    return rc;
}
