/* learn_naive_bayes.c - naive Bayes: each feature by itself, given the class. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "learn/class_link.h"
#include "learn/learner.h"

enum kind { KIND_GAUSSIAN, KIND_BERNOULLI, KIND_MULTINOMIAL, N_KINDS };
enum { CHOICE_AUTO, CHOICE_GAUSSIAN };

/* A value of feature j given class k, by kind: mean and variance (0: the feature says nothing); log
 * P(x > 0) and log P(x <= 0); log share in the class's sum, and nothing. */
struct bayes {
    size_t p, n_classes;
    double *prior; /* (n_classes) logarithms; minus infinity: a class without rows */
    double *kind;  /* (p) */
    double *a, *b; /* (p, n_classes) */
};

struct fitting {
    const struct fit_input *in;
    struct bayes *m;
    double alpha, smoothing;
    double *weight;   /* (n_classes) */
    double *variance; /* (p) of all rows */
};

static double weight_of(const struct fit_input *in, size_t i)
{
    return in->weights ? in->weights[i] : 1;
}

static struct bayes *bayes_new(struct arena *arena, size_t p, size_t n_classes)
{
    struct bayes *m = ARENA_NEW(arena, struct bayes, 1);

    *m = (struct bayes){ .p = p, .n_classes = n_classes };
    m->prior = ARENA_NEW(arena, double, n_classes);
    m->kind = ARENA_NEW(arena, double, p);
    m->a = ARENA_NEW(arena, double, p *n_classes);
    m->b = ARENA_NEW(arena, double, p *n_classes);
    return m;
}

/* ---- fitting ---- */

static enum kind kind_of(const struct fit_input *in, size_t j)
{
    int choice = params_choice(in->params, "kind");
    const double *v = matrix_col(in->x, j);

    if (choice >= CHOICE_GAUSSIAN)
        return (enum kind)(choice - CHOICE_GAUSSIAN);
    for (size_t i = 0; i < in->x->n; i++)
        if (v[i] != 0 && v[i] != 1)
            return KIND_GAUSSIAN;
    return KIND_BERNOULLI;
}

/* Sums by class of what counts: the value, or whether it is above 0. */
static void sum_values(const struct fitting *f, size_t j, bool above)
{
    const double *v = matrix_col(f->in->x, j);
    size_t p = f->m->p;

    for (size_t i = 0; i < f->in->x->n; i++)
        f->m->a[(size_t)f->in->y[i] * p + j] += weight_of(f->in, i) * (above ? v[i] > 0 : v[i]);
}

static int fit_gaussian(const struct fitting *f, size_t j, struct err *err)
{
    const double *v = matrix_col(f->in->x, j);
    struct bayes *m = f->m;
    double total = 0, mean = 0, all = 0;

    sum_values(f, j, false);
    for (size_t k = 0; k < m->n_classes; k++) {
        total += f->weight[k];
        mean += m->a[k * m->p + j];
        m->a[k * m->p + j] /= f->weight[k] > 0 ? f->weight[k] : 1;
    }
    mean /= total;
    for (size_t i = 0; i < f->in->x->n; i++) {
        size_t at = (size_t)f->in->y[i] * m->p + j;
        m->b[at] += weight_of(f->in, i) * (v[i] - m->a[at]) * (v[i] - m->a[at]);
        all += weight_of(f->in, i) * (v[i] - mean) * (v[i] - mean);
    }
    for (size_t k = 0; k < m->n_classes; k++)
        m->b[k * m->p + j] /= f->weight[k] > 0 ? f->weight[k] : 1;
    f->variance[j] = all / total;
    if (f->variance[j] <= 1e-28 * mean * mean) /* of one value, but for rounding */
        f->variance[j] = 0;
    return isfinite(f->variance[j])
               ? 0
               : err_set(err, ERR_NUMERIC, "feature %s is too large to be squared; scale it",
                         f->in->names[j]);
}

static void smooth_gaussians(const struct fitting *f)
{
    double most = 0;
    struct bayes *m = f->m;

    for (size_t j = 0; j < m->p; j++)
        most = fmax(most, f->variance[j]);
    for (size_t j = 0; j < m->p; j++)
        for (size_t k = 0; m->kind[j] == KIND_GAUSSIAN && k < m->n_classes; k++)
            m->b[k * m->p + j] = f->variance[j] > 0 ? m->b[k * m->p + j] + f->smoothing * most : 0;
}

static void fit_bernoulli(const struct fitting *f, size_t j)
{
    struct bayes *m = f->m;

    sum_values(f, j, true);
    for (size_t k = 0; k < m->n_classes; k++) {
        double all = f->weight[k] + 2 * f->alpha, above = m->a[k * m->p + j] + f->alpha;
        m->a[k * m->p + j] = all > 0 ? log(above / all) : 0;
        m->b[k * m->p + j] = all > 0 ? log((all - above) / all) : 0;
    }
}

static int fit_multinomial(const struct fitting *f, struct err *err)
{
    struct bayes *m = f->m;

    for (size_t j = 0; j < m->p; j++) {
        for (size_t i = 0; i < f->in->x->n; i++)
            if (matrix_col(f->in->x, j)[i] < 0)
                return err_set(err, ERR_DOMAIN,
                               "feature %s is %g in training row %zu; kind=multinomial takes "
                               "counts of 0 or more; use kind=gaussian",
                               f->in->names[j], matrix_col(f->in->x, j)[i], i + 1);
        sum_values(f, j, false);
    }
    for (size_t k = 0; k < m->n_classes; k++) {
        double sum = 0;
        for (size_t j = 0; j < m->p; j++)
            sum += m->a[k * m->p + j] + f->alpha;
        for (size_t j = 0; j < m->p; j++)
            m->a[k * m->p + j] = sum > 0 ? log((m->a[k * m->p + j] + f->alpha) / sum) : 0;
    }
    return 0;
}

static void count_classes(struct fitting *f)
{
    double total = 0;

    for (size_t i = 0; i < f->in->x->n; i++)
        f->weight[(size_t)f->in->y[i]] += weight_of(f->in, i);
    for (size_t k = 0; k < f->m->n_classes; k++)
        total += f->weight[k];
    for (size_t k = 0; k < f->m->n_classes; k++)
        f->m->prior[k] = log(f->weight[k] / total);
}

static int fit_features(struct fitting *f, struct job *job, struct err *err)
{
    struct bayes *m = f->m;

    for (size_t j = 0; j < m->p; j++) {
        if (job_tick(job, j, m->p, err))
            return -1;
        m->kind[j] = kind_of(f->in, j);
        if (m->kind[j] == KIND_GAUSSIAN && fit_gaussian(f, j, err))
            return -1;
        if (m->kind[j] == KIND_BERNOULLI)
            fit_bernoulli(f, j);
    }
    smooth_gaussians(f);
    return m->p > 0 && m->kind[0] == KIND_MULTINOMIAL ? fit_multinomial(f, err) : 0;
}

static int bayes_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                     struct err *err)
{
    struct fitting f = { .in = in,
                         .m = bayes_new(out->arena, in->x->p, in->n_classes),
                         .alpha = params_real(in->params, "alpha"),
                         .smoothing = params_real(in->params, "var_smoothing"),
                         .weight = MEM_NEW(double, in->n_classes),
                         .variance = MEM_NEW(double, in->x->p) };

    int rc = job_tick(job, 0, 1, err);
    if (!rc) {
        count_classes(&f);
        rc = fit_features(&f, job, err);
    }
    out->state = f.m;
    mem_free(f.weight);
    mem_free(f.variance);
    return rc;
}

/* ---- predicting ---- */

static double log_likelihood(enum kind kind, double a, double b, double x)
{
    if (kind == KIND_BERNOULLI)
        return x > 0 ? a : b;
    if (kind == KIND_MULTINOMIAL)
        return x > 0 ? x * a : 0;
    return b > 0 ? -0.5 * (log(2 * M_PI * b) + (x - a) * (x - a) / b) : 0;
}

static int bayes_predict(struct matrix *out, const void *state, const struct matrix *x,
                         struct err *err)
{
    const struct bayes *m = state;
    (void)err;

    for (size_t k = 0; k < m->n_classes; k++) {
        double *score = matrix_col(out, k);
        for (size_t i = 0; i < x->n; i++)
            score[i] = m->prior[k];
        for (size_t j = 0; j < m->p && !isinf(m->prior[k]); j++)
            for (size_t i = 0; i < x->n; i++)
                score[i] += log_likelihood((enum kind)m->kind[j], m->a[k * m->p + j],
                                           m->b[k * m->p + j], matrix_col(x, j)[i]);
    }
    class_link_many(out);
    return 0;
}

/* ---- saving ---- */

static void bayes_save(struct str *out, const void *state)
{
    const struct bayes *m = state;

    pack_reals(out, m->prior, m->n_classes);
    pack_reals(out, m->kind, m->p);
    pack_reals(out, m->a, m->p * m->n_classes);
    pack_reals(out, m->b, m->p * m->n_classes);
}

static double *load_reals(struct unpack *u, size_t n, const char *wanted)
{
    size_t found;
    const double *v = unpack_reals(u, &found);

    if (!u->failed && found != n)
        unpack_fail(u, wanted);
    return u->failed ? NULL : (double *)v;
}

static int bayes_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                      size_t n_classes, struct err *err)
{
    struct bayes *m = ARENA_NEW(arena, struct bayes, 1);

    *m = (struct bayes){ .p = p, .n_classes = n_classes };
    m->prior = load_reals(u, n_classes, "a prior for each class");
    m->kind = load_reals(u, p, "a kind for each feature");
    m->a = load_reals(u, p * n_classes, "a number for each feature and class");
    m->b = load_reals(u, p * n_classes, "a number for each feature and class");
    for (size_t k = 0; !u->failed && k < n_classes; k++)
        if (!(m->prior[k] <= 0))
            unpack_fail(u, "logarithms of priors");
    for (size_t j = 0; !u->failed && j < p; j++)
        if (!(m->kind[j] >= 0 && m->kind[j] < N_KINDS))
            unpack_fail(u, "a kind of feature");
    if (unpack_end(u, err))
        return -1;
    *state = m;
    return 0;
}

static const char *const kinds[] = { "auto", "gaussian", "bernoulli", "multinomial", NULL };

static const struct param_spec bayes_params[] = {
    { .name = "kind",
      .type = PARAM_CHOICE,
      .choices = kinds,
      .fallback = "auto",
      .help = "of all features; auto: bernoulli where values are 0 and 1 alone, else gaussian" },
    { .name = "alpha",
      .type = PARAM_REAL,
      .flags = PARAM_LOG,
      .min = 0,
      .max = INFINITY,
      .fallback = "1.0",
      .help = "what is added to each count: bernoulli, multinomial" },
    { .name = "var_smoothing",
      .type = PARAM_REAL,
      .flags = PARAM_LOG | PARAM_OPEN_MIN,
      .min = 0,
      .max = INFINITY,
      .fallback = "1e-9",
      .help = "part of the largest variance that is added to all: gaussian" },
    { .name = NULL },
};

const struct learner learn_naive_bayes = {
    .name = "naive-bayes",
    .help = "naive Bayes: features independent within a class",
    .details =
        "Takes the features as independent given the class: numbers as normal, those that are 0 or "
        "1 as coins, or all as counts (kind=multinomial, for words). One pass over the rows, so it "
        "is the quickest second opinion there is; its probabilities are too sure where features "
        "say "
        "the same twice. As scikit-learn's GaussianNB, BernoulliNB and MultinomialNB.",
    .source = "ESL 2nd ed., section 6.6.3",
    .tasks = TASK_CLASSIFY,
    .flags = LEARNER_WEIGHTS,
    .params = bayes_params,
    .fit = bayes_fit,
    .predict = bayes_predict,
    .save = bayes_save,
    .load = bayes_load,
};
