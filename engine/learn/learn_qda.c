/* learn_qda.c - quadratic discriminant analysis: each class normal with a covariance of its own. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "learn/class_link.h"
#include "learn/discriminant.h"
#include "num/linalg.h"

enum { SCORE_ROWS = 256 };

/* A feature whose variance within a class is explained by others but for this part. */
static const double SINGULAR = 1e-10;

/* Score of class k: constant_k - |W_k (x - mean_k)|^2 / 2, with W_k' W_k the inverse covariance. */
struct qda {
    size_t p, n_classes;
    double *constant; /* (n_classes) -INFINITY: a class without rows */
    double *mean;     /* (p, n_classes) */
    double *whiten;   /* (p, p, n_classes) W row by row, zero above the diagonal */
};

/* ---- fitting ---- */

struct fitting {
    struct discriminant d;
    struct arena *arena;
    size_t *at; /* (n_at) features that vary at all */
    size_t n_at, first_constant;
    double *cov, *scatter, *scale; /* (n_at, n_at), (p, p), (n_at) */
    double share;
};

static void choose_features(struct fitting *f)
{
    size_t p = f->d.p;

    f->first_constant = SIZE_MAX;
    for (size_t j = 0; j < p; j++) {
        const double *v = matrix_col(f->d.in->x, j);
        bool varies = false;
        for (size_t i = 1; i < f->d.in->x->n && !varies; i++)
            varies = v[i] != v[0];
        if (varies)
            f->at[f->n_at++] = j;
        else if (f->first_constant == SIZE_MAX)
            f->first_constant = j;
    }
}

static int refuse_class(const struct fitting *f, size_t k, size_t j, struct err *err)
{
    const struct fit_input *in = f->d.in;

    return err_set(err, ERR_NUMERIC,
                   "within class %s (weight of its rows %g) feature %s does not vary, or is a "
                   "combination of those before it; raise reg_param, drop it, or train lda",
                   learner_class_name(in, k, f->arena), f->d.weight[k], in->names[f->at[j]]);
}

static int class_covariance(struct fitting *f, size_t k, struct err *err)
{
    size_t p = f->d.p, m = f->n_at;
    double divisor = f->d.weight[k] - 1;

    if (divisor <= 0)
        return err_set(err, ERR_DOMAIN,
                       "class %s has rows of weight %g in all, and qda needs more than 1 to know "
                       "how it spreads; filter it out, or train lda",
                       learner_class_name(f->d.in, k, f->arena), f->d.weight[k]);
    discriminant_scatter(f->scatter, &f->d, k);
    for (size_t a = 0; a < m; a++)
        for (size_t b = 0; b < m; b++)
            f->cov[a * m + b] = (1 - f->share) * f->scatter[f->at[a] * p + f->at[b]] / divisor +
                                (a == b ? f->share : 0);
    return 0;
}

/* W = inverse of the factor's transpose, spread over all features; returns log det of C / 2. */
static double whiten_class(const struct fitting *f, double *w)
{
    size_t m = f->n_at, p = f->d.p;
    double half = 0, *row = MEM_NEW(double, m);

    /* C = D R'R D: row a of W solves R' u = e, by columns of R. */
    for (size_t a = 0; a < m; a++) {
        half += log(f->cov[a * m + a] * f->scale[a]);
        for (size_t b = a + 1; b-- > 0;) { /* u_ab of inverse(R')_ab, lower triangular */
            double sum = a == b ? 1 : 0;
            for (size_t c = b + 1; c <= a; c++)
                sum -= row[c] * f->cov[c * m + b];
            row[b] = sum / f->cov[b * m + b];
        }
        for (size_t b = 0; b <= a; b++)
            w[f->at[a] * p + f->at[b]] = row[b] / f->scale[b];
    }
    mem_free(row);
    return half;
}

static int fit_class(struct qda *q, struct fitting *f, size_t k, struct err *err)
{
    q->constant[k] = -INFINITY;
    if (f->d.prior[k] == 0)
        return 0;
    if (class_covariance(f, k, err))
        return -1;
    size_t bad = chol_factor(f->cov, f->scale, f->n_at, SINGULAR);
    if (bad)
        return refuse_class(f, k, bad - 1, err);
    q->constant[k] = log(f->d.prior[k]) - whiten_class(f, q->whiten + k * q->p * q->p);
    return 0;
}

static int fit_classes(struct qda *q, struct fitting *f, struct job *job, struct err *err)
{
    size_t p = q->p;
    void *memory;

    if (mem_big(&memory, 2 * p * p + p, sizeof(double), "the covariance", err))
        return -1;
    f->cov = memory;
    f->scatter = f->cov + p * p;
    f->scale = f->scatter + p * p;
    f->at = ARENA_NEW(f->arena, size_t, p);
    choose_features(f);
    int rc = 0;
    for (size_t k = 0; k < q->n_classes && !rc; k++)
        rc = job_tick(job, k, q->n_classes, err) || fit_class(q, f, k, err);
    mem_big_free(memory);
    return rc ? -1 : 0;
}

static int qda_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                   struct err *err)
{
    size_t p = in->x->p, n_classes = in->n_classes;
    struct qda *q = ARENA_NEW(out->arena, struct qda, 1);
    struct fitting f = { .arena = out->arena, .share = params_real(in->params, "reg_param") };

    if (job_tick(job, 0, 1, err) ||
        mem_expect(p * p * n_classes * sizeof(double), "the covariances of the classes", err) ||
        discriminant_init(&f.d, in, "qda", err))
        return -1;
    *q = (struct qda){ .p = p,
                       .n_classes = n_classes,
                       .constant = ARENA_NEW(out->arena, double, n_classes),
                       .mean = ARENA_NEW(out->arena, double, p *n_classes),
                       .whiten = ARENA_NEW(out->arena, double, p *p *n_classes) };
    memcpy(q->mean, f.d.mean, p * n_classes * sizeof(double));
    int rc = fit_classes(q, &f, job, err);
    out->state = q;
    if (!rc && f.first_constant != SIZE_MAX)
        out->warning = arena_printf(out->arena,
                                    "%s has one value only in the training rows: it is left out",
                                    in->names[f.first_constant]);
    discriminant_release(&f.d);
    return rc;
}

/* ---- predicting ---- */

struct scoring {
    struct matrix *out;
    const struct qda *q;
    const struct matrix *x;
};

/* score (n) of class k for rows from begin on. */
static void score_class(const struct scoring *s, double *score, size_t k, size_t begin, size_t n)
{
    const struct qda *q = s->q;
    size_t p = q->p;
    double z[SCORE_ROWS];

    for (size_t i = 0; i < n; i++)
        score[i] = q->constant[k];
    for (size_t a = 0; a < p && q->constant[k] > -INFINITY; a++) {
        const double *w = q->whiten + (k * p + a) * p;
        memset(z, 0, n * sizeof(*z));
        for (size_t b = 0; b <= a; b++) {
            const double *v = matrix_col(s->x, b) + begin, m = q->mean[k * p + b];
            for (size_t i = 0; i < n && w[b] != 0; i++)
                z[i] += w[b] * (v[i] - m);
        }
        for (size_t i = 0; i < n; i++)
            score[i] -= 0.5 * z[i] * z[i];
    }
    for (size_t i = 0; i < n; i++) /* beyond all numbers: as far as there are any */
        score[i] = fmax(score[i], q->constant[k] > -INFINITY ? -1e300 : -INFINITY);
}

static void score_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct scoring *s = ctx;
    (void)chunk;

    for (size_t k = 0; k < s->q->n_classes; k++)
        score_class(s, matrix_col(s->out, k) + begin, k, begin, end - begin);
    for (size_t i = begin; s->q->n_classes == 2 && i < end; i++) {
        double a = matrix_col(s->out, 0)[i], b = matrix_col(s->out, 1)[i];
        matrix_col(s->out, 1)[i] = b - a;
    }
}

static int qda_predict(struct matrix *out, const void *state, const struct matrix *x,
                       struct err *err)
{
    struct scoring s = { out, state, x };
    (void)err;

    parallel_for(x->n, SCORE_ROWS, score_rows, &s);
    if (s.q->n_classes == 2)
        class_link_two(out);
    else
        class_link_many(out);
    return 0;
}

/* ---- saving ---- */

static void qda_save(struct str *out, const void *state)
{
    const struct qda *q = state;

    pack_reals(out, q->constant, q->n_classes);
    pack_reals(out, q->mean, q->p * q->n_classes);
    pack_reals(out, q->whiten, q->p * q->p * q->n_classes);
}

static double *load_reals(struct unpack *u, size_t n_wanted, const char *wanted)
{
    size_t n;
    const double *v = unpack_reals(u, &n);

    if (!u->failed && n != n_wanted)
        unpack_fail(u, wanted);
    return u->failed ? NULL : (double *)v;
}

static int qda_load(void **state, struct arena *arena, struct unpack *u, size_t p, size_t n_classes,
                    struct err *err)
{
    struct qda *q = ARENA_NEW(arena, struct qda, 1);

    *q = (struct qda){ .p = p, .n_classes = n_classes };
    q->constant = load_reals(u, n_classes, "a constant for each class");
    q->mean = load_reals(u, p * n_classes, "a mean for each feature and class");
    q->whiten = load_reals(u, p * p * n_classes, "a matrix for each class");
    for (size_t k = 0; !u->failed && k < n_classes; k++)
        if (isnan(q->constant[k]) || q->constant[k] == INFINITY)
            unpack_fail(u, "constants that are numbers");
    for (size_t i = 0; !u->failed && i < p * n_classes; i++)
        if (!isfinite(q->mean[i]))
            unpack_fail(u, "finite means");
    for (size_t i = 0; !u->failed && i < p * p * n_classes; i++)
        if (!isfinite(q->whiten[i]))
            unpack_fail(u, "finite matrices");
    if (unpack_end(u, err))
        return -1;
    *state = q;
    return 0;
}

static const struct param_spec qda_params[] = {
    { .name = "reg_param",
      .type = PARAM_REAL,
      .max = 1,
      .fallback = "0.0",
      .help = "share of the identity in the covariance of each class" },
    { .name = NULL },
};

const struct learner learn_qda = {
    .name = "qda",
    .help = "quadratic discriminant analysis",
    .details =
        "Takes the features of each class as normal with a mean and a covariance of its own: the "
        "boundaries are quadratic. Good where classes differ in spread and have many rows for each "
        "feature; else lda. As scikit-learn's QuadraticDiscriminantAnalysis with the shares of the "
        "classes as priors: covariances are divided by rows less 1, then reg_param of them gives "
        "way to the identity, in the units of the features, so scale them first. A class in which "
        "a feature does not vary, or depends on others, is refused by name, where scikit-learn "
        "warns and goes on; reg_param above 0 makes every class regular. A class without training "
        "rows gets probability 0.",
    .source = "ESL 2nd ed., section 4.3; Friedman 1989, J. Amer. Statist. Assoc. 84",
    .tasks = TASK_CLASSIFY,
    .flags = LEARNER_WEIGHTS,
    .params = qda_params,
    .fit = qda_fit,
    .predict = qda_predict,
    .save = qda_save,
    .load = qda_load,
};
