/* learn_logistic.c - logistic regression for two and for several classes.
 *
 * Newton's method while the Hessian is small, L-BFGS beyond; both go on until rounding is all that
 * is left, so that coefficients are those of the optimum, whatever the method. */
#include "learn/linear_model.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "learn/logistic_l1.h"
#include "learn/logistic_loss.h"
#include "num/linalg.h"
#include "num/optim.h"

enum { NEWTON_MAX_PARAMETERS = 600, SPARSE_MAX_PARAMETERS = 4000, HALVINGS_MAX = 30 };
enum { PENALTY_L2, PENALTY_NONE, PENALTY_L1, PENALTY_ELASTICNET };

static const double PIVOT_TOLERANCE = 1e-13;

/* Without a penalty: a coefficient of this many units per standard deviation, or this mean loss,
 * says that the classes can be told apart without error and that there is no optimum. */
static const double SEPARABLE_COEFFICIENT = 200, SEPARABLE_LOSS = 1e-7;

struct logistic {
    const struct fit_input *in;
    struct logistic_loss loss;
    double tolerance;
    size_t max_iter, n_iter;
    bool penalised, converged, separable;
    double *theta, *gradient, *step; /* (d) */
    double *hessian, *scale;         /* (d, d), (d); NULL with L-BFGS */
    bool inverted;                   /* hessian holds the covariance */
};

/* ---- several classes: adding the same to all scores of a feature changes no probability ---- */

/* Curvature given to that direction, so that the Hessian can be factorised; the gradient has no
 * part in it, so that the sum over classes stays 0, which is the optimum's with a penalty and the
 * one of least length without. */
static double shift_curvature(const struct logistic_loss *f)
{
    return f->total / (double)f->n_scores;
}

static void add_shift(const struct logistic_loss *f, double *hessian)
{
    double each = shift_curvature(f) / (double)f->n_scores;

    if (f->n_scores == 1)
        return;
    for (size_t l = 0; l < f->n_scores; l++)
        for (size_t k = 0; k <= l; k++)
            for (size_t j = 0; j < f->q; j++)
                hessian[(l * f->q + j) * f->d + k * f->q + j] += each;
}

/* Its part of a variance: an eigenvector of the Hessian with eigenvalue penalty + curvature. */
static double shift_variance(const struct logistic_loss *f, size_t j)
{
    double penalty = j < f->p ? f->penalty[j] : 0;
    return f->n_scores == 1 ? 0 : 1 / ((double)f->n_scores * (penalty + shift_curvature(f)));
}

/* ---- Newton ---- */

static double largest(const double *v, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fabs(v[i]) > most ? fabs(v[i]) : most;
    return most;
}

/* Factorise the Hessian at theta.  Features that do not vary have no curvature without a penalty:
 * their coefficient stays 0. */
static size_t factor(struct logistic *l)
{
    size_t d = l->loss.d;

    add_shift(&l->loss, l->hessian);
    for (size_t i = 0; i < d; i++)
        if (l->hessian[i * d + i] == 0)
            l->hessian[i * d + i] = 1;
    return chol_factor(l->hessian, l->scale, d, PIVOT_TOLERANCE);
}

/* From value at theta to a lower one along the step, halving it where the full one overshoots.
 * False when rounding leaves nothing to gain. */
static bool move(struct logistic *l, double *value, double decrement)
{
    size_t d = l->loss.d;
    double length = 1;

    for (size_t k = 0; k < HALVINGS_MAX; k++, length /= 2) {
        for (size_t i = 0; i < d; i++)
            l->theta[i] -= length * l->step[i];
        double next = logistic_loss_eval(&l->loss, l->theta, l->gradient, l->hessian);
        if (next <= *value - 1e-4 * length * decrement ||
            (k == 0 && next <= *value + 1e-13 * fabs(*value))) {
            *value = next;
            return true;
        }
        for (size_t i = 0; i < d; i++)
            l->theta[i] += length * l->step[i];
    }
    return false;
}

static bool looks_separable(const struct logistic *l, double value)
{
    return !l->penalised && (largest(l->theta, l->loss.d) > SEPARABLE_COEFFICIENT ||
                             value < SEPARABLE_LOSS * l->loss.total);
}

static int refuse_dependent(const struct logistic *l, size_t parameter, struct err *err)
{
    size_t j = parameter % l->loss.q;
    return err_set(err, ERR_NUMERIC,
                   "feature %s is a combination of the others; drop it, or use penalty=l2",
                   j < l->loss.p ? l->in->names[j] : "(intercept)");
}

/* At the optimum.  The step that is at hand squares the error once more and needs no value; a step
 * that gained nothing was one of rounding, and the Hessian is made again where it began. */
static void finish(struct logistic *l, double value, bool step)
{
    size_t d = l->loss.d;

    l->converged = true;
    if (step) {
        for (size_t i = 0; i < d; i++)
            l->theta[i] -= l->step[i];
    } else {
        value = logistic_loss_eval(&l->loss, l->theta, l->gradient, l->hessian);
        if (factor(l))
            return;
    }
    chol_invert(l->hessian, l->scale, d);
    l->inverted = true;
    l->separable = looks_separable(l, value);
}

/* Sets converged, or leaves theta where the Hessian became singular (`stuck`). */
static int newton(struct logistic *l, bool *stuck, struct job *job, struct err *err)
{
    struct logistic_loss *f = &l->loss;
    double value = logistic_loss_eval(f, l->theta, l->gradient, l->hessian);

    for (l->n_iter = 0; l->n_iter < l->max_iter; l->n_iter++) {
        if (job_tick(job, l->n_iter, l->max_iter, err))
            return -1;
        bool last = largest(l->gradient, f->d) <= l->tolerance * f->total;
        size_t bad = factor(l);
        if (bad && !l->penalised && l->n_iter == 0)
            return refuse_dependent(l, bad - 1, err);
        if (bad) {
            l->separable = !l->penalised;
            *stuck = l->penalised;
            return 0;
        }
        memcpy(l->step, l->gradient, f->d * sizeof(double));
        chol_solve(l->hessian, l->scale, f->d, l->step, 1);
        double decrement = 0;
        for (size_t i = 0; i < f->d; i++)
            decrement += l->gradient[i] * l->step[i];
        if (last || !move(l, &value, decrement)) {
            finish(l, value, last);
            return 0;
        }
        l->separable = looks_separable(l, value);
        if (l->separable)
            return 0;
    }
    return 0;
}

/* ---- L-BFGS ---- */

/* Divided by the total weight, so that the tolerance means the same for any number of rows. */
static double mean_loss(void *ctx, const double *theta, double *gradient)
{
    struct logistic_loss *f = ctx;
    double value = logistic_loss_eval(f, theta, gradient, NULL);

    for (size_t i = 0; i < f->d; i++)
        gradient[i] /= f->total;
    return value / f->total;
}

static int descend(struct logistic *l, struct job *job, struct err *err)
{
    enum optim_end end;
    struct logistic_loss *f = &l->loss;

    f->with_hessian = false;
    if (optim_lbfgs(l->theta, f->d, mean_loss, f, l->tolerance, l->max_iter, &end, &l->n_iter, job,
                    err))
        return -1;
    l->converged = end == OPTIM_CONVERGED;
    l->separable = looks_separable(l, mean_loss(f, l->theta, l->gradient) * f->total);
    return 0;
}

/* ---- from standardised features back to x ---- */

/* Score s of the fit becomes output k of the model.  coef = v * scale,
 * constant = c - sum of mean * coef; variances follow by the same linear map. */
static void keep_score(const struct logistic *l, struct linear_model *m, size_t s, size_t k)
{
    const struct logistic_loss *f = &l->loss;
    const double *theta = l->theta + s * f->q, *cov = l->hessian + s * f->q * (f->d + 1);
    double constant = f->intercept ? theta[f->p] : 0, variance = 0;

    for (size_t j = 0; j < f->p; j++) {
        double *coef = &m->coef[k * f->p + j];
        *coef = theta[j] * f->scale[j];
        constant -= *coef * f->mean[j];
        if (l->inverted)
            m->coef_error[k * f->p + j] = f->scale[j] *
                                          sqrt(fmax(cov[j * f->d + j] - shift_variance(f, j), 0));
    }
    m->constant[k] = constant;
    if (!f->intercept || !l->inverted)
        return;
    for (size_t j = 0; j < f->q; j++) {
        double aj = j < f->p ? -f->mean[j] * f->scale[j] : 1;
        for (size_t i = 0; i < f->q; i++)
            variance += aj * cov[j * f->d + i] * (i < f->p ? -f->mean[i] * f->scale[i] : 1);
        variance -= aj * aj * shift_variance(f, j);
    }
    m->constant_error[k] = sqrt(fmax(variance, 0));
}

/* ---- classes without rows ---- */

struct present {
    size_t n;
    size_t *class_of; /* (n) class index by score */
    double *y;        /* (rows) index among the present; the caller's own y when all are */
    void *memory;
};

/* A class that has no training rows gets probability 0: its constant is minus infinity. */
static int find_present(struct present *out, const struct fit_input *in, struct err *err)
{
    double *weight = MEM_NEW(double, in->n_classes);
    size_t *rank = MEM_NEW(size_t, in->n_classes);
    void *y = NULL;
    int rc = 0;

    *out = (struct present){ .class_of = MEM_NEW(size_t, in->n_classes), .y = (double *)in->y };
    for (size_t i = 0; i < in->x->n; i++)
        weight[(size_t)in->y[i]] += in->weights ? in->weights[i] : 1;
    for (size_t k = 0; k < in->n_classes; k++)
        if (weight[k] > 0) {
            rank[k] = out->n;
            out->class_of[out->n++] = k;
        }
    if (out->n < 2)
        rc = err_set(err, ERR_DOMAIN, "the training rows hold one class only; logistic needs two");
    else if (out->n < in->n_classes)
        rc = mem_big(&y, in->x->n, sizeof(double), "the target", err);
    for (size_t i = 0; !rc && y && i < in->x->n; i++)
        ((double *)y)[i] = (double)rank[(size_t)in->y[i]];
    if (y)
        out->y = y;
    out->memory = y;
    mem_free(weight);
    mem_free(rank);
    if (rc)
        mem_free(out->class_of);
    return rc;
}

static void release_present(struct present *p)
{
    mem_big_free(p->memory);
    mem_free(p->class_of);
}

/* ---- the learner ---- */

static void keep_model(const struct logistic *l, struct linear_model *m,
                       const struct present *present)
{
    size_t s = 0;

    if (m->n_outputs == 1) {
        keep_score(l, m, 0, 0);
        return;
    }
    /* two of several classes left: their one score is the difference, half for each */
    bool two = l->loss.n_scores == 1;
    for (size_t k = 0; k < m->n_outputs; k++) {
        if (s == present->n || present->class_of[s] != k) {
            m->constant[k] = -INFINITY;
            continue;
        }
        keep_score(l, m, two ? 0 : s, k);
        double factor_two = s == 0 ? -0.5 : 0.5;
        for (size_t j = 0; two && j < m->p; j++)
            m->coef[k * m->p + j] *= factor_two;
        if (two)
            m->constant[k] *= factor_two;
        for (size_t j = 0; two && j < m->p; j++)
            m->coef_error[k * m->p + j] = NAN;
        s++;
    }
}

static const char *warning_of(const struct logistic *l, struct arena *arena)
{
    if (l->separable)
        return arena_printf(arena,
                            "the classes can be told apart without error, so that the "
                            "coefficients have no limit; stopped after %zu iterations; use "
                            "penalty=l2",
                            l->n_iter);
    if (!l->converged)
        return arena_printf(arena,
                            "did not converge in %zu iterations; scale the features, raise "
                            "max_iter, or lower C",
                            l->n_iter);
    return NULL;
}

/* With an L1 penalty: share / C times the sum of absolute coefficients. */
static int solve_sparse(struct logistic *l, double share, struct job *job, struct err *err)
{
    struct logistic_loss *f = &l->loss;
    void *memory;

    if (mem_big(&memory, 2 * f->d, sizeof(double), "the coefficients", err))
        return -1;
    memset(memory, 0, 2 * f->d * sizeof(double));
    l->theta = memory;
    double *l1 = l->theta + f->d, weight = share / params_real(l->in->params, "C");
    for (size_t k = 0; k < f->n_scores; k++)
        for (size_t j = 0; j < f->p; j++)
            l1[k * f->q + j] = weight * f->scale[j];
    struct logistic_l1 sparse = {
        .loss = f, .l1 = l1, .tolerance = l->tolerance, .max_iter = l->max_iter, .theta = l->theta
    };
    int rc = logistic_l1_solve(&sparse, job, err);
    l->n_iter = sparse.n_iter;
    l->converged = sparse.converged;
    return rc;
}

static int solve(struct logistic *l, struct job *job, struct err *err)
{
    size_t d = l->loss.d;
    bool small = d <= NEWTON_MAX_PARAMETERS, stuck = !small;
    void *memory;

    if (mem_big(&memory, small ? d * d + 4 * d : 4 * d, sizeof(double), "the Hessian", err))
        return -1;
    memset(memory, 0, 4 * d * sizeof(double));
    l->theta = memory;
    l->gradient = l->theta + d;
    l->step = l->gradient + d;
    l->scale = l->step + d;
    l->hessian = small ? l->scale + d : NULL;
    int rc = small ? newton(l, &stuck, job, err) : 0;
    return !rc && stuck ? descend(l, job, err) : rc;
}

static int logistic_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                        struct err *err)
{
    bool intercept = params_flag(in->params, "fit_intercept");
    int penalty = params_choice(in->params, "penalty");
    bool penalised = penalty != PENALTY_NONE;
    double share = penalty == PENALTY_L1           ? 1
                   : penalty == PENALTY_ELASTICNET ? params_real(in->params, "l1_ratio")
                                                   : 0;
    double ridge = penalised && share < 1 ? params_real(in->params, "C") / (1 - share) : 0;
    struct logistic l = { .in = in,
                          .penalised = penalised,
                          .tolerance = params_real(in->params, "tol"),
                          .max_iter = (size_t)params_int(in->params, "max_iter") };
    struct present present;

    if (find_present(&present, in, err))
        return -1;
    size_t d = (in->x->p + intercept) * (present.n > 2 ? present.n : 1);
    if (share > 0 && d > SPARSE_MAX_PARAMETERS) {
        release_present(&present);
        return err_set(err, ERR_DOMAIN,
                       "penalty=l1 takes up to %d coefficients; here are %zu; use penalty=l2, or "
                       "fewer features",
                       SPARSE_MAX_PARAMETERS, d);
    }
    struct linear_model *m = linear_model_new(out->arena, in->x->p,
                                              in->n_classes > 2 ? in->n_classes : 1, intercept);
    int rc = logistic_loss_init(&l.loss, in, present.y, present.n, intercept, ridge,
                                d <= NEWTON_MAX_PARAMETERS || share > 0, err);
    if (!rc) {
        rc = share > 0 ? solve_sparse(&l, share, job, err) : solve(&l, job, err);
        if (!rc) {
            keep_model(&l, m, &present);
            m->freedom = penalised || !l.inverted || l.separable ? 0 : INFINITY;
            out->state = m;
            out->n_iterations = l.n_iter;
            out->warning = warning_of(&l, out->arena);
        }
        mem_big_free(l.theta);
        logistic_loss_release(&l.loss);
    }
    release_present(&present);
    return rc;
}

static const char *const penalties[] = { "l2", "none", "l1", "elasticnet", NULL };

static const struct param_spec logistic_params[] = {
    { .name = "C",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN | PARAM_LOG,
      .min = 0,
      .max = INFINITY,
      .fallback = "1.0",
      .help = "inverse of the penalty's weight: smaller is simpler" },
    { .name = "penalty",
      .type = PARAM_CHOICE,
      .choices = penalties,
      .fallback = "l2",
      .help = "l2; l1 and elasticnet set coefficients to 0; none: plain maximum likelihood" },
    { .name = "l1_ratio",
      .type = PARAM_REAL,
      .min = 0,
      .max = 1,
      .fallback = "0.5",
      .help = "penalty=elasticnet: the L1 penalty's share" },
    { .name = "fit_intercept",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "whether the model has a constant" },
    { .name = "max_iter",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 1,
      .max = 1e6,
      .fallback = "1000",
      .help = "most iterations" },
    { .name = "tol",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN | PARAM_OPEN_MIN,
      .min = 0,
      .max = 1,
      .fallback = "1e-8",
      .help = "stop when no element of the gradient per row, in standardised features, is larger" },
    { .name = NULL },
};

const struct learner learn_logistic = {
    .name = "logistic",
    .help = "logistic regression, for two or more classes",
    .details = "Minimises C times the sum of the log losses plus half the sum of squared "
               "coefficients (penalty=l1: the sum of absolute ones; elasticnet: l1_ratio of that "
               "and the rest of the squares'); constants are not penalised. More than two classes "
               "share one softmax "
               "with a score for each. The penalty treats all features alike, so scale them first. "
               "Standard errors come from the inverse of the penalised Hessian at the optimum: "
               "without a penalty they are maximum likelihood's, with one they are those of a "
               "Gaussian prior, and for several classes they refer to coefficients that sum to 0 "
               "over classes; beyond 600 parameters none are given. A class without training rows "
               "gets probability 0.",
    .source = "ESL 2nd ed., section 4.4; scikit-learn's LogisticRegression",
    .tasks = TASK_CLASSIFY,
    .flags = LEARNER_WEIGHTS,
    .params = logistic_params,
    .fit = logistic_fit,
    .predict = linear_model_classify,
    .save = linear_model_save,
    .load = linear_model_load,
    .coefficients = linear_model_coefficients,
};
