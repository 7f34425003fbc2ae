/* learn_linear_svm.c - linear support vector machines for classes and for regression. */
#include "learn/linear_model.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "learn/dual_svm.h"
#include "learn/platt.h"

enum { LOSS_AUTO, LOSS_HINGE, LOSS_SQUARED_HINGE, LOSS_EPSILON, LOSS_SQUARED_EPSILON };
enum {
    FOLDS = 5,        /* of the scores that probabilities are learned from */
    NEWTON_MOST = 300 /* features and constant; beyond, passes over the rows are cheaper */
};

static const double LARGEST = 1e150;

struct linear_svm {
    struct linear_model *model;
    struct platt *platt; /* (n_outputs) */
};

/* One problem: a class against the others, on all rows (fold FOLDS) or on those outside a fold. */
struct piece {
    size_t output, fold;
    double *w; /* (p + 1) */
    struct dual_result result;
    struct job job;
    struct err err;
    int rc;
};

struct fitting {
    const struct fit_input *in;
    struct dual_svm base;
    size_t n, p1, n_outputs, n_folds, n_pieces; /* n_folds: 0 for regression */
    double *x;                                  /* (n, p1) row-major, the constant last */
    double *room;  /* (n_pieces, 2 n) y and C of each problem; then scores (n) by output */
    uint8_t *fold; /* (n) */
    double intercept_scale;
    double C;
    struct piece *pieces;
};

static const struct piece *piece_of(const struct fitting *f, size_t output, size_t fold)
{
    return &f->pieces[output * (f->n_folds + 1) + fold];
}

/* ---- the problems ---- */

static double sign_of(const struct fitting *f, size_t output, size_t i)
{
    size_t class = f->in->n_classes == 2 ? 1 : output;

    return f->in->y[i] == (double)class ? 1 : -1;
}

static void solve_piece(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct fitting *f = ctx;
    struct piece *p = &f->pieces[begin];
    double *y = f->room + begin * 2 * f->n, *C = y + f->n;
    struct dual_svm d = f->base;
    (void)end;
    (void)chunk;

    for (size_t i = 0; i < f->n; i++) {
        double weight = f->in->weights ? f->in->weights[i] : 1;
        y[i] = f->in->n_classes ? sign_of(f, p->output, i) : f->in->y[i];
        C[i] = f->n_folds && f->fold[i] == p->fold ? 0 : f->C * weight;
    }
    d.y = y;
    d.C = C;
    d.stream = begin;
    p->rc = (d.squared && d.p <= NEWTON_MOST ? newton_svm_solve : dual_svm_solve)(
        p->w, &p->result, &d, &p->job, &p->err);
}

static double score_of(const struct fitting *f, const double *w, size_t i)
{
    double sum = 0;

    for (size_t j = 0; j < f->p1; j++)
        sum += w[j] * f->x[i * f->p1 + j];
    return sum;
}

/* Scores of every row by the problem that did not see it. */
static struct platt fit_platt(const struct fitting *f, size_t output)
{
    double *score = f->room, *is_one = f->room + f->n;

    for (size_t i = 0; i < f->n; i++) {
        score[i] = score_of(f, piece_of(f, output, f->fold[i])->w, i);
        is_one[i] = sign_of(f, output, i) > 0;
    }
    return platt_fit(score, is_one, f->in->weights, f->n);
}

/* Rows of each class are dealt in turn, in a seeded order. */
static void deal_folds(const struct fitting *f)
{
    uint32_t *order = MEM_NEW(uint32_t, f->n);
    struct rng rng;
    size_t next = 0;

    for (size_t i = 0; i < f->n; i++)
        order[i] = (uint32_t)i;
    rng_init(&rng, f->base.seed, UINT64_MAX);
    rng_shuffle(&rng, order, f->n);
    for (size_t k = 0; k < f->in->n_classes; k++)
        for (size_t i = 0; i < f->n; i++)
            if (f->in->y[order[i]] == (double)k)
                f->fold[order[i]] = (uint8_t)(next++ % FOLDS);
    mem_free(order);
}

/* ---- what is kept ---- */

static void keep(struct linear_svm *s, const struct fitting *f)
{
    for (size_t k = 0; k < f->n_outputs; k++) {
        const double *w = piece_of(f, k, f->n_folds)->w;
        memcpy(s->model->coef + k * s->model->p, w, s->model->p * sizeof(double));
        s->model->constant[k] = s->model->intercept ? w[f->p1 - 1] * f->intercept_scale : 0;
        if (f->n_folds)
            s->platt[k] = fit_platt(f, k);
    }
}

static const char *warning_of(struct fit_output *out, const struct fitting *f)
{
    const struct piece *worst = NULL;

    for (size_t k = 0; k < f->n_pieces; k++) {
        const struct piece *p = &f->pieces[k];
        out->n_iterations = out->n_iterations > p->result.n_iter ? out->n_iterations
                                                                 : p->result.n_iter;
        if (!p->result.converged && (!worst || p->result.gap > worst->result.gap))
            worst = p;
    }
    return worst ? arena_printf(out->arena,
                                "did not converge in %zu passes: the duality gap is %.2g of the "
                                "objective; scale the features, lower C or raise max_iter",
                                worst->result.n_iter, worst->result.gap)
                 : NULL;
}

/* ---- fitting ---- */

static int choose_loss(struct fitting *f, struct err *err)
{
    int loss = params_choice(f->in->params, "loss");
    bool classes = f->in->n_classes > 0;

    if (loss == LOSS_AUTO)
        loss = classes ? LOSS_SQUARED_HINGE : LOSS_EPSILON;
    if (classes != (loss == LOSS_HINGE || loss == LOSS_SQUARED_HINGE))
        return err_set(err, ERR_DOMAIN, "loss=%s is for %s; leave it at auto",
                       params_text(f->in->params, "loss"), classes ? "regression" : "classes");
    f->base.classes = classes;
    f->base.squared = loss == LOSS_SQUARED_HINGE || loss == LOSS_SQUARED_EPSILON;
    return 0;
}

static int fill_rows(struct fitting *f, bool intercept, struct err *err)
{
    const struct matrix *x = f->in->x;

    for (size_t j = 0; j < x->p; j++)
        for (size_t i = 0; i < f->n; i++) {
            double v = matrix_col(x, j)[i];
            if (!(fabs(v) <= LARGEST))
                return err_set(err, ERR_NUMERIC,
                               "feature %s has values too large to be squared; scale it first",
                               f->in->names[j]);
            f->x[i * f->p1 + j] = v;
        }
    for (size_t i = 0; i < f->n && intercept; i++)
        f->x[i * f->p1 + f->p1 - 1] = f->intercept_scale;
    return 0;
}

static void share_job(struct fitting *f, struct job *job)
{
    for (size_t k = 0; k < f->n_pieces; k++) {
        f->pieces[k].output = k / (f->n_folds + 1);
        f->pieces[k].fold = k % (f->n_folds + 1);
        f->pieces[k].w = MEM_NEW(double, f->p1);
        job_inner(&f->pieces[k].job, job, f->n_pieces);
    }
}

static int run_pieces(struct fitting *f, struct err *err)
{
    parallel_for(f->n_pieces, 1, solve_piece, f);
    for (size_t k = 0; k < f->n_pieces; k++)
        if (f->pieces[k].rc) {
            *err = f->pieces[k].err;
            return -1;
        }
    return 0;
}

static int fit_all(struct fit_output *out, struct fitting *f, struct job *job, struct err *err)
{
    bool intercept = params_flag(f->in->params, "fit_intercept");
    struct linear_svm *s = ARENA_NEW(out->arena, struct linear_svm, 1);

    if (fill_rows(f, intercept, err))
        return -1;
    if (f->n_folds)
        deal_folds(f);
    f->base.x = f->x;
    share_job(f, job);
    if (run_pieces(f, err))
        return -1;
    s->model = linear_model_new(out->arena, f->in->x->p, f->n_outputs, intercept);
    s->platt = ARENA_NEW(out->arena, struct platt, f->n_outputs);
    keep(s, f);
    out->warning = warning_of(out, f);
    out->state = s;
    return 0;
}

static void release_pieces(struct fitting *f)
{
    for (size_t k = 0; k < f->n_pieces; k++)
        mem_free(f->pieces[k].w);
    mem_free(f->pieces);
    mem_free(f->fold);
}

static int linear_svm_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                          struct err *err)
{
    const struct params *p = in->params;
    struct fitting f = {
        .in = in,
        .n = in->x->n,
        .p1 = in->x->p + params_flag(p, "fit_intercept"),
        .n_outputs = in->n_classes > 2 ? in->n_classes : 1,
        .n_folds = in->n_classes ? FOLDS : 0,
        .intercept_scale = params_real(p, "intercept_scaling"),
        .C = params_real(p, "C"),
    };
    void *room;

    f.n_pieces = f.n_outputs * (f.n_folds + 1);
    f.base = (struct dual_svm){ .n = f.n,
                                .p = f.p1,
                                .epsilon = params_real(p, "epsilon"),
                                .tolerance = params_real(p, "tol"),
                                .max_iter = (size_t)params_int(p, "max_iter"),
                                .seed = (uint64_t)params_int(p, "seed") };
    if (choose_loss(&f, err) || job_tick(job, 0, 1, err) ||
        mem_big(&room, f.n * (f.p1 + 2 * f.n_pieces), sizeof(double), "the rows to learn from",
                err))
        return -1;
    f.x = room;
    f.room = f.x + f.n * f.p1;
    f.fold = MEM_NEW(uint8_t, f.n);
    f.pieces = MEM_NEW(struct piece, f.n_pieces);
    int rc = fit_all(out, &f, job, err);
    release_pieces(&f);
    mem_big_free(room);
    return rc;
}

/* ---- predicting ---- */

struct linking {
    struct matrix *out;
    const struct linear_svm *s;
};

static void link_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct linking *l = ctx;
    const struct platt *platt = l->s->platt;
    struct matrix *out = l->out;
    (void)chunk;

    for (size_t i = begin; i < end; i++) {
        double sum = 0;
        if (l->s->model->n_outputs == 1) {
            double score = matrix_col(out, 1)[i];
            struct platt other = { -platt->slope, -platt->offset };
            matrix_col(out, 1)[i] = platt_probability(*platt, score);
            matrix_col(out, 0)[i] = platt_probability(other, score);
            continue;
        }
        for (size_t k = 0; k < out->p; k++)
            sum += matrix_col(out, k)[i] = platt_probability(platt[k], matrix_col(out, k)[i]);
        for (size_t k = 0; k < out->p; k++)
            matrix_col(out, k)[i] = sum > 0 ? matrix_col(out, k)[i] / sum : 1 / (double)out->p;
    }
}

static int linear_svm_predict(struct matrix *out, const void *state, const struct matrix *x,
                              struct err *err)
{
    const struct linear_svm *s = state;
    struct linking link = { out, s };
    struct matrix scores = *out;
    (void)err;

    if (out->p == 2) /* the one score stands in column 1 */
        scores = (struct matrix){ .n = out->n, .p = 1, .ld = out->ld, .x = matrix_col(out, 1) };
    linear_model_scores(&scores, s->model, x);
    if (out->p > 1)
        parallel_for(x->n, PARALLEL_CHUNK / 2, link_rows, &link);
    return 0;
}

/* ---- saving, showing ---- */

static void linear_svm_save(struct str *out, const void *state)
{
    const struct linear_svm *s = state;

    pack_reals(out, &s->platt[0].slope, 2 * s->model->n_outputs);
    linear_model_save(out, s->model);
}

static int linear_svm_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                           size_t n_classes, struct err *err)
{
    struct linear_svm *s = ARENA_NEW(arena, struct linear_svm, 1);
    size_t n, n_outputs = n_classes > 2 ? n_classes : 1;
    const double *platt = unpack_reals(u, &n);
    void *model;

    if (n != 2 * n_outputs)
        unpack_fail(u, "a slope and an offset for each score");
    s->platt = ARENA_NEW(arena, struct platt, n_outputs);
    for (size_t k = 0; k < n_outputs && !u->failed; k++) {
        s->platt[k] = (struct platt){ platt[2 * k], platt[2 * k + 1] };
        if (!isfinite(s->platt[k].slope) || !isfinite(s->platt[k].offset))
            unpack_fail(u, "finite slopes and offsets");
    }
    if (linear_model_load(&model, arena, u, p, n_classes, err))
        return -1;
    s->model = model;
    *state = s;
    return 0;
}

static size_t linear_svm_coefficients(struct coefficient **out, const void *state,
                                      const char *const *names, const char *const *classes,
                                      struct arena *arena)
{
    return linear_model_coefficients(out, ((const struct linear_svm *)state)->model, names, classes,
                                     arena);
}

/* ---- the learner ---- */

static const char *const losses[] = {
    "auto", "hinge", "squared_hinge", "epsilon_insensitive", "squared_epsilon_insensitive", NULL
};

static const struct param_spec linear_svm_params[] = {
    { .name = "C",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN | PARAM_LOG,
      .min = 0,
      .max = INFINITY,
      .fallback = "1.0",
      .help = "weight of the losses: smaller is simpler" },
    { .name = "loss",
      .type = PARAM_CHOICE,
      .choices = losses,
      .fallback = "auto",
      .help = "auto is squared_hinge for classes, epsilon_insensitive for regression" },
    { .name = "epsilon",
      .type = PARAM_REAL,
      .min = 0,
      .max = INFINITY,
      .fallback = "0",
      .help = "regression: errors up to here, in units of the target, cost nothing" },
    { .name = "fit_intercept",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "whether the model has a constant" },
    { .name = "intercept_scaling",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN | PARAM_OPEN_MIN,
      .min = 0,
      .max = 1e6,
      .fallback = "1",
      .help = "the constant is penalised like any coefficient; the larger this, the less" },
    { .name = "max_iter",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 1,
      .max = 1e6,
      .fallback = "1000",
      .help = "most passes over the rows" },
    { .name = "tol",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN | PARAM_OPEN_MIN,
      .min = 0,
      .max = 1,
      .fallback = "1e-4",
      .help = "stop when the duality gap is this part of the objective" },
    { .name = "seed",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "of the order in which rows are visited, and of the folds for probabilities" },
    { .name = NULL },
};

const struct learner learn_linear_svm = {
    .name = "linear-svm",
    .help = "linear support vector machine, for classes and for regression",
    .details =
        "Minimises half the sum of squared coefficients plus C times the sum of losses, as "
        "LIBLINEAR and scikit-learn's LinearSVC and LinearSVR do: the constant is the "
        "coefficient of a feature that is always intercept_scaling, and is penalised too. "
        "Several classes are each told from all others. Good with many features, and where a "
        "few rows near the border should decide. Scale the features first. Scores become "
        "probabilities by Platt's sigmoid, fitted to scores of training rows by models that "
        "were fitted without them (5 folds); those of several classes are divided by their "
        "sum. Squared losses of up to 300 features are minimised by Newton's method, to the "
        "optimum; "
        "others by passes over the rows. When these do not reach tol, the warning tells the "
        "duality gap that is left.",
    .source = "Hsieh et al. 2008, \"A dual coordinate descent method for large-scale linear SVM\"; "
              "Keerthi and DeCoste 2005; Ho and Lin 2012; Lin, Lin and Weng 2007",
    .tasks = TASK_CLASSIFY | TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_DRAWS,
    .params = linear_svm_params,
    .fit = linear_svm_fit,
    .predict = linear_svm_predict,
    .save = linear_svm_save,
    .load = linear_svm_load,
    .coefficients = linear_svm_coefficients,
};
