#include "num/optim.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <lbfgs.h>

struct run {
    optim_objective *objective;
    void *ctx;
    double tolerance, largest;
    size_t max_iter, n_iter;
    struct job *job;
    struct err *err;
    int rc;
    bool converged, cancelled;
};

static double evaluate(void *ctx, const double *x, double *g, const int n, const double step)
{
    struct run *run = ctx;
    (void)n;
    (void)step;
    return run->objective(run->ctx, x, g);
}

static double largest(const double *g, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fabs(g[i]) > most ? fabs(g[i]) : most;
    return most;
}

/* liblbfgs stops on the norm of the gradient; ours is its largest element, so we stop it here. */
static int progress(void *ctx, const double *x, const double *g, const double fx,
                    const double xnorm, const double gnorm, const double step, int n, int k, int ls)
{
    struct run *run = ctx;
    (void)x;
    (void)fx;
    (void)xnorm;
    (void)gnorm;
    (void)step;
    (void)ls;

    run->n_iter = (size_t)k;
    run->largest = largest(g, (size_t)n);
    run->converged = run->largest <= run->tolerance;
    run->cancelled = job_tick(run->job, (size_t)k, run->max_iter, run->err) != 0;
    return run->converged || run->cancelled;
}

int optim_lbfgs(double *x, size_t n, optim_objective *objective, void *ctx, double tolerance,
                size_t max_iter, enum optim_end *end, size_t *n_iter, struct job *job,
                struct err *err)
{
    assert(n > 0 && n <= INT_MAX && max_iter > 0 && max_iter <= INT_MAX);
    double *at = lbfgs_malloc((int)n);
    if (!at)
        return err_set(err, ERR_NOMEM, "no memory for %zu coefficients; use fewer features", n);
    memcpy(at, x, n * sizeof(*x));

    lbfgs_parameter_t parameter;
    lbfgs_parameter_init(&parameter);
    parameter.m = 10;
    parameter.epsilon = 1e-15; /* progress() decides */
    parameter.max_iterations = (int)max_iter;
    parameter.max_linesearch = 50;

    struct run run = { .objective = objective,
                       .ctx = ctx,
                       .tolerance = tolerance,
                       .largest = INFINITY,
                       .max_iter = max_iter,
                       .job = job,
                       .err = err };
    double value = 0;
    int status = lbfgs((int)n, at, &value, evaluate, progress, &run, &parameter);

    if (!run.cancelled && isfinite(value))
        memcpy(x, at, n * sizeof(*x));
    lbfgs_free(at);
    if (run.cancelled)
        return -1;
    if (!isfinite(value))
        return err_set(err, ERR_NUMERIC,
                       "the objective is not finite; scale the features (scale all)");
    /* Errors of the line search mean that rounding leaves nothing to gain. */
    *end = status == LBFGSERR_MAXIMUMITERATION ? OPTIM_LIMIT : OPTIM_CONVERGED;
    if (status < 0 && status != LBFGSERR_MAXIMUMITERATION && run.largest > 1e4 * tolerance)
        *end = OPTIM_LIMIT;
    *n_iter = run.n_iter;
    return 0;
}
