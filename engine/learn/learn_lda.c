/* learn_lda.c - linear discriminant analysis. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "learn/discriminant.h"
#include "learn/linear_model.h"
#include "num/linalg.h"

/* Of a standardised direction's deviation within classes: scikit-learn's tol. */
static const double RANK_TOLERANCE = 1e-4;

enum { SOLVER_SVD, SOLVER_EIGEN };
enum { SHRINK_NUMBER, SHRINK_NONE, SHRINK_AUTO };

struct lda {
    struct discriminant d;
    double *cov, *vectors; /* (p, p) within classes; scratch */
    double *sd, *values;   /* (p) */
    size_t rank;
};

/* ---- the covariance within classes ---- */

/* Ledoit and Wolf's shrinkage of one class, on its standardised features, as scikit-learn does.
 * Adds share times the shrunk covariance. */
static void add_ledoit_wolf(struct lda *l, size_t k)
{
    const struct discriminant *d = &l->d;
    size_t p = d->p;
    double n = d->weight[k], quartic = 0, delta = 0, trace = 0, *sd = l->sd;

    discriminant_scatter(l->vectors, d, k);
    for (size_t j = 0; j < p; j++) {
        sd[j] = sqrt(l->vectors[j * p + j] / n);
        sd[j] = sd[j] > 0 ? sd[j] : 1;
        trace += l->vectors[j * p + j] / n / (sd[j] * sd[j]);
    }
    double mu = trace / (double)p;
    for (size_t i = 0; i < d->in->x->n; i++) {
        double w = d->in->weights ? d->in->weights[i] : 1, length = 0;
        for (size_t j = 0; (size_t)d->in->y[i] == k && w > 0 && j < p; j++)
            length += pow(matrix_col(&d->rest, j)[i] / sd[j], 2) / w;
        quartic += w * length * length;
    }
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < p; i++)
            delta += pow(l->vectors[j * p + i] / n / (sd[i] * sd[j]), 2);
    double beta = (quartic / n - delta) / ((double)p * n);
    double far = (delta - 2 * mu * trace + (double)p * mu * mu) / (double)p;
    beta = fmin(beta, far);
    double s = beta > 0 ? beta / far : 0;
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < p; i++)
            l->cov[j * p + i] += d->prior[k] * ((1 - s) * l->vectors[j * p + i] / n +
                                                (i == j ? s * mu * sd[j] * sd[j] : 0));
}

static void make_covariance(struct lda *l, int shrinkage, double share, double divisor)
{
    size_t p = l->d.p;
    double trace = 0;

    if (shrinkage == SHRINK_AUTO) {
        memset(l->cov, 0, p * p * sizeof(double));
        for (size_t k = 0; k < l->d.n_classes; k++)
            if (l->d.prior[k] > 0)
                add_ledoit_wolf(l, k);
        return;
    }
    discriminant_scatter(l->cov, &l->d, SIZE_MAX);
    for (size_t i = 0; i < p * p; i++)
        l->cov[i] /= divisor;
    if (shrinkage == SHRINK_NONE)
        return;
    for (size_t j = 0; j < p; j++)
        trace += l->cov[j * p + j];
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < p; i++)
            l->cov[j * p + i] = (1 - share) * l->cov[j * p + i] +
                                (i == j ? share * trace / (double)p : 0);
}

/* ---- the scores ---- */

/* Eigenvectors of the correlations within classes, divided by the roots of their eigenvalues: the
 * features become independent with variance 1.  Directions without variance are left out. */
static int whiten(struct lda *l, struct err *err)
{
    size_t p = l->d.p;

    for (size_t j = 0; j < p; j++)
        l->sd[j] = l->cov[j * p + j] > 0 ? sqrt(l->cov[j * p + j]) : 0;
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < p; i++)
            l->vectors[j * p + i] = l->sd[i] * l->sd[j] > 0
                                        ? l->cov[j * p + i] / l->sd[i] / l->sd[j]
                                        : 0;
    if (p > 0 && symmetric_eigen(l->vectors, l->values, p, err))
        return -1;
    l->rank = 0;
    for (size_t k = 0; k < p; k++) {
        bool kept = l->values[k] > RANK_TOLERANCE * RANK_TOLERANCE;
        l->rank += kept;
        for (size_t j = 0; j < p; j++)
            l->vectors[k * p + j] *= kept && l->sd[j] > 0 ? 1 / (sqrt(l->values[k]) * l->sd[j]) : 0;
    }
    return 0;
}

/* coef (p) = inverse covariance times v. */
static void apply_inverse(const struct lda *l, double *coef, const double *v)
{
    size_t p = l->d.p;

    memset(coef, 0, p * sizeof(*coef));
    for (size_t k = 0; k < p; k++) {
        double along = 0;
        for (size_t j = 0; j < p; j++)
            along += l->vectors[k * p + j] * v[j];
        for (size_t j = 0; j < p; j++)
            coef[j] += l->vectors[k * p + j] * along;
    }
}

/* Scores about the mean of all: coef_k = S^-1 (m_k - m), constant = log prior - m coef_k -
 * (m_k - m) coef_k / 2. */
static void score_classes(const struct lda *l, double *coef, double *constant)
{
    size_t p = l->d.p;
    double *centre = MEM_NEW(double, 2 * p), *away = centre + p;

    for (size_t k = 0; k < l->d.n_classes; k++)
        for (size_t j = 0; j < p; j++)
            centre[j] += l->d.prior[k] * l->d.mean[k * p + j];
    for (size_t k = 0; k < l->d.n_classes; k++) {
        constant[k] = log(l->d.prior[k]);
        if (l->d.prior[k] == 0)
            continue;
        for (size_t j = 0; j < p; j++)
            away[j] = l->d.mean[k * p + j] - centre[j];
        apply_inverse(l, coef + k * p, away);
        for (size_t j = 0; j < p; j++)
            constant[k] -= coef[k * p + j] * (centre[j] + 0.5 * away[j]);
    }
    mem_free(centre);
}

static void keep_model(const struct lda *l, struct linear_model *m)
{
    size_t p = l->d.p;
    double *coef = MEM_NEW(double, (p + 1) * l->d.n_classes), *constant = coef + p * l->d.n_classes;

    score_classes(l, coef, constant);
    if (m->n_outputs > 1) {
        memcpy(m->coef, coef, p * m->n_outputs * sizeof(double));
        memcpy(m->constant, constant, m->n_outputs * sizeof(double));
    } else {
        for (size_t j = 0; j < p; j++)
            m->coef[j] = coef[p + j] - coef[j];
        m->constant[0] = constant[1] - constant[0];
    }
    mem_free(coef);
}

static int solve(struct lda *l, const struct fit_input *in, struct err *err)
{
    const struct param_value *shrink = params_value(in->params, "shrinkage");
    int how = shrink->integer == 1   ? SHRINK_NONE
              : shrink->integer == 2 ? SHRINK_AUTO
                                     : SHRINK_NUMBER;
    bool svd = params_choice(in->params, "solver") == SOLVER_SVD;
    double rows = l->d.total - (double)l->d.n_classes;

    if (svd && how != SHRINK_NONE)
        return err_set(err, ERR_DOMAIN, "solver=svd does not shrink; use solver=eigen");
    make_covariance(l, how, shrink->real, svd && rows > 0 ? rows : l->d.total);
    return whiten(l, err);
}

static int lda_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                   struct err *err)
{
    size_t p = in->x->p;
    struct lda l = { 0 };
    void *memory;

    if (job_tick(job, 0, 1, err) || discriminant_init(&l.d, in, "lda", err))
        return -1;
    if (mem_big(&memory, 2 * p * p + 2 * p, sizeof(double), "the covariance", err)) {
        discriminant_release(&l.d);
        return -1;
    }
    l.cov = memory;
    l.vectors = l.cov + p * p;
    l.sd = l.vectors + p * p;
    l.values = l.sd + p;
    int rc = solve(&l, in, err);
    if (!rc) {
        struct linear_model *m = linear_model_new(out->arena, p,
                                                  in->n_classes > 2 ? in->n_classes : 1, true);
        keep_model(&l, m);
        out->state = m;
        if (l.rank < p)
            out->warning = arena_printf(
                out->arena,
                "within the classes the %zu features vary in %zu directions "
                "only; the others are left out; drop features that depend "
                "on others, or use solver=eigen shrinkage=auto",
                p, l.rank);
    }
    mem_big_free(memory);
    discriminant_release(&l.d);
    return rc;
}

static const char *const solvers[] = { "svd", "eigen", NULL };
static const char *const shrinkages[] = { "none", "auto", NULL };

static const struct param_spec lda_params[] = {
    { .name = "solver",
      .type = PARAM_CHOICE,
      .choices = solvers,
      .fallback = "svd",
      .help =
          "svd: the covariance divided by rows less classes; eigen: by rows, and it can shrink" },
    { .name = "shrinkage",
      .type = PARAM_REAL,
      .min = 0,
      .max = 1,
      .choices = shrinkages,
      .fallback = "none",
      .help = "share of a multiple of the identity in the covariance; auto: Ledoit and Wolf's" },
    { .name = NULL },
};

const struct learner learn_lda = {
    .name = "lda",
    .help = "linear discriminant analysis",
    .details =
        "Takes the features of each class as normal with one covariance for all: the "
        "boundaries are linear. There is nothing to tune and nothing to iterate, so it is a "
        "good second model; where features are many against rows, solver=eigen "
        "shrinkage=auto. As scikit-learn's LinearDiscriminantAnalysis with the shares of the "
        "classes as priors. A class without training rows gets probability 0.",
    .source = "ESL 2nd ed., section 4.3; Ledoit and Wolf 2004, J. Portfolio Management 30",
    .tasks = TASK_CLASSIFY,
    .flags = LEARNER_WEIGHTS,
    .params = lda_params,
    .fit = lda_fit,
    .predict = linear_model_classify,
    .save = linear_model_save,
    .load = linear_model_load,
    .coefficients = linear_model_coefficients,
};
