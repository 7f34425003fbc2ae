/* dual_svm.c - dual coordinate descent; see dual_svm.h. */
#include "learn/dual_svm.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

enum { LOOK_EVERY = 4 }; /* passes between two looks at the gap, which costs as much as a pass */

struct descent {
    const struct dual_svm *d;
    double *w;      /* (p) */
    double *b;      /* (n) */
    double *square; /* (n) |x|² + 1 / (2 C) for squared losses */
    uint32_t *order;
    size_t n; /* rows in order */
};

static double dot(const double *a, const double *b, size_t p)
{
    double lanes[4] = { 0 };
    size_t j = 0;

    for (; j + 4 <= p; j += 4)
        for (size_t l = 0; l < 4; l++)
            lanes[l] += a[j + l] * b[j + l];
    for (; j < p; j++)
        lanes[0] += a[j] * b[j];
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

static double curvature(const struct dual_svm *d, size_t i)
{
    return d->squared ? 1 / (2 * d->C[i]) : 0;
}

/* The best b_i, all others fixed: a class's in [0, C] times y, else with a kink of width epsilon. */
static double best(const struct descent *s, size_t i, double product)
{
    const struct dual_svm *d = s->d;
    double y = d->y[i], old = s->b[i], q = s->square[i];
    double most = d->squared ? INFINITY : d->C[i];
    double gradient = product - y + curvature(d, i) * old; /* without epsilon */

    if (d->classes) {
        double a = y * old - y * gradient / q;
        return y * (a < 0 ? 0 : a > most ? most : a);
    }
    double z = old - gradient / q, shift = d->epsilon / q;
    double v = z > shift ? z - shift : z < -shift ? z + shift : 0;
    return v > most ? most : v < -most ? -most : v;
}

static void pass(struct descent *s, struct rng *rng)
{
    const struct dual_svm *d = s->d;

    rng_shuffle(rng, s->order, s->n);
    for (size_t k = 0; k < s->n; k++) {
        size_t i = s->order[k];
        const double *x = d->x + i * d->p;
        double b = best(s, i, dot(s->w, x, d->p)), change = b - s->b[i];
        if (change == 0)
            continue;
        s->b[i] = b;
        for (size_t j = 0; j < d->p; j++)
            s->w[j] += change * x[j];
    }
}

static double loss_of(const struct dual_svm *d, size_t i, double product)
{
    double over = d->classes ? 1 - d->y[i] * product : fabs(d->y[i] - product) - d->epsilon;

    over = over > 0 ? over : 0;
    return d->C[i] * (d->squared ? over * over : over);
}

/* Of both, the primal one. */
static double gap_of(const struct descent *s)
{
    const struct dual_svm *d = s->d;
    double norm = dot(s->w, s->w, d->p), primal = norm / 2, dual = -norm / 2;

    for (size_t k = 0; k < s->n; k++) {
        size_t i = s->order[k];
        double b = s->b[i];
        primal += loss_of(d, i, dot(s->w, d->x + i * d->p, d->p));
        dual += b * d->y[i] - curvature(d, i) * b * b / 2 - (d->classes ? 0 : d->epsilon * fabs(b));
    }
    return primal > 0 ? fmax(primal - dual, 0) / primal : primal - dual;
}

static int prepare(struct descent *s, const struct dual_svm *d, struct err *err)
{
    for (size_t i = 0; i < d->n; i++) {
        const double *x = d->x + i * d->p;
        if (d->C[i] > 0)
            s->order[s->n++] = (uint32_t)i;
        s->square[i] = dot(x, x, d->p) + (d->C[i] > 0 ? curvature(d, i) : 0);
        if (!isfinite(s->square[i]) || s->square[i] == 0)
            return err_set(err, ERR_NUMERIC,
                           "row %zu of the training rows is too large to be squared, or all zero; "
                           "scale the features, or use fit_intercept=yes",
                           i + 1);
    }
    return 0;
}

static int descend(struct descent *s, struct dual_result *r, struct job *job, struct err *err)
{
    const struct dual_svm *d = s->d;
    struct rng rng;

    rng_init(&rng, d->seed, d->stream);
    for (r->n_iter = 0; r->n_iter < d->max_iter && !r->converged;) {
        if (job_tick(job, r->n_iter, d->max_iter, err))
            return -1;
        pass(s, &rng);
        r->n_iter++;
        if (r->n_iter % LOOK_EVERY != 0 && r->n_iter < d->max_iter)
            continue;
        r->gap = gap_of(s);
        r->converged = r->gap <= d->tolerance;
    }
    for (size_t j = 0; j < d->p; j++)
        if (!isfinite(s->w[j]))
            return err_set(err, ERR_NUMERIC, "the coefficients are not finite; scale the features");
    return 0;
}

int dual_svm_solve(double *w, struct dual_result *result, const struct dual_svm *d, struct job *job,
                   struct err *err)
{
    void *reals, *order;
    int rc = mem_big(&reals, 2 * d->n, sizeof(double), "the rows' variables", err);

    if (rc)
        return -1;
    rc = mem_big(&order, d->n, sizeof(uint32_t), "the order of rows", err);
    if (!rc) {
        struct descent s = { .d = d, .w = w, .b = reals, .order = order };
        s.square = s.b + d->n;
        memset(s.b, 0, d->n * sizeof(double));
        memset(w, 0, d->p * sizeof(double));
        *result = (struct dual_result){ 0 };
        rc = prepare(&s, d, err);
        if (!rc)
            rc = descend(&s, result, job, err);
        mem_big_free(order);
    }
    mem_big_free(reals);
    return rc;
}
