/* learn_svm.c - support vector machines with kernels: pairs of classes, or regression. */
#include "learn/learner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "learn/platt.h"
#include "learn/svm_smo.h"

enum { FOLDS = 5, MANY_ROWS = 50000, LEAST_ITERATIONS = 10000000 };

static const double LARGEST = 1e150;

/* One decision for each pair of classes (a < b; positive says a), or one value. */
struct svm {
    size_t p, n_classes, n_pairs, n_rows; /* rows: support vectors */
    struct svm_kernel kernel;
    double *rows;        /* (padded n_rows, p) in blocks, see svm_kernel.h */
    double *beta;        /* (n_pairs, n_rows) */
    double *constant;    /* (n_pairs) */
    struct platt *platt; /* (n_pairs) */
};

/* A pair's problem on the rows outside a fold; fold FOLDS: on all. */
struct piece {
    size_t pair, a, b, fold;
    size_t n;
    uint32_t *rows; /* (n) training rows */
    double *beta;   /* (n) */
    struct smo_result result;
    struct job job;
    struct err err;
    int rc;
};

struct fitting {
    const struct fit_input *in;
    struct smo base;
    double C;
    size_t n_folds, n_pairs, n_pieces, cache_bytes;
    uint8_t *fold; /* (n) */
    struct piece *pieces;
};

/* ---- rows in blocks ---- */

static void put_row(double *blocks, size_t at, size_t p, const struct matrix *x, size_t row)
{
    for (size_t j = 0; j < p; j++)
        blocks[(at / SVM_LANES * p + j) * SVM_LANES + at % SVM_LANES] = matrix_col(x, j)[row];
}

static int gather(void **blocks, const struct matrix *x, const uint32_t *rows, size_t n,
                  struct err *err)
{
    size_t size = svm_padded(n) * x->p;

    if (mem_big(blocks, size, sizeof(double), "the rows of a machine", err))
        return -1;
    memset(*blocks, 0, size * sizeof(double));
    for (size_t i = 0; i < n; i++)
        put_row(*blocks, i, x->p, x, rows[i]);
    return 0;
}

/* ---- the problems ---- */

static bool belongs(const struct fitting *f, const struct piece *p, size_t i)
{
    double y = f->in->y[i], weight = f->in->weights ? f->in->weights[i] : 1;

    if (!(weight > 0) || (f->n_folds && f->fold[i] == p->fold))
        return false;
    return !f->in->n_classes || y == (double)p->a || y == (double)p->b;
}

static void list_rows(const struct fitting *f, struct piece *p)
{
    p->rows = MEM_NEW(uint32_t, f->in->x->n);
    for (size_t i = 0; i < f->in->x->n; i++)
        if (belongs(f, p, i))
            p->rows[p->n++] = (uint32_t)i;
    p->beta = MEM_NEW(double, p->n);
}

static int solve(const struct fitting *f, struct piece *p)
{
    struct smo s = f->base;
    double *y = MEM_NEW(double, 2 * p->n), *C = y + p->n;
    void *blocks;

    for (size_t i = 0; i < p->n; i++) {
        uint32_t row = p->rows[i];
        C[i] = f->C * (f->in->weights ? f->in->weights[row] : 1);
        y[i] = !f->in->n_classes ? f->in->y[row] : f->in->y[row] == (double)p->a ? 1 : -1;
    }
    int rc = gather(&blocks, f->in->x, p->rows, p->n, &p->err);
    if (!rc) {
        s.n = p->n;
        s.rows = blocks;
        s.y = y;
        s.C = C;
        s.max_iter = s.max_iter                      ? s.max_iter
                     : p->n > LEAST_ITERATIONS / 100 ? 100 * p->n
                                                     : LEAST_ITERATIONS;
        rc = smo_solve(p->beta, &p->result, &s, &p->job, &p->err);
        mem_big_free(blocks);
    }
    mem_free(y);
    return rc;
}

static void solve_piece(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct fitting *f = ctx;
    struct piece *p = &f->pieces[begin];
    (void)end;
    (void)chunk;

    list_rows(f, p);
    p->rc = p->n ? solve(f, p) : 0;
}

static void plan(struct fitting *f, struct job *job)
{
    size_t k = 0, n_classes = f->in->n_classes;

    for (size_t a = 0; a < (n_classes ? n_classes - 1 : 1); a++)
        for (size_t b = a + 1; b < (n_classes ? n_classes : 2); b++)
            for (size_t fold = 0; fold <= f->n_folds; fold++, k++) {
                f->pieces[k] =
                    (struct piece){ .pair = k / (f->n_folds + 1), .a = a, .b = b, .fold = fold };
                job_inner(&f->pieces[k].job, job, f->n_pieces);
            }
}

/* Rows of each class are dealt in turn, in a seeded order. */
static void deal_folds(const struct fitting *f, uint64_t seed)
{
    size_t n = f->in->x->n, next = 0;
    uint32_t *order = MEM_NEW(uint32_t, n);
    struct rng rng;

    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    rng_init(&rng, seed, 0);
    rng_shuffle(&rng, order, n);
    for (size_t k = 0; k < f->in->n_classes; k++)
        for (size_t i = 0; i < n; i++)
            if (f->in->y[order[i]] == (double)k)
                f->fold[order[i]] = (uint8_t)(next++ % FOLDS);
    mem_free(order);
}

/* ---- probabilities of a pair ---- */

/* Of a row by one problem: the sum over its rows in order. */
static double decide(const struct fitting *f, const struct piece *p, const double *blocks,
                     double *kernel, double *q, size_t row)
{
    double sum = p->result.constant;

    for (size_t j = 0; j < f->in->x->p; j++)
        q[j] = matrix_col(f->in->x, j)[row];
    svm_kernel_row(kernel, &f->base.kernel, blocks, p->n, f->in->x->p, q);
    for (size_t i = 0; i < p->n; i++)
        sum += p->beta[i] * kernel[i];
    return sum;
}

/* The rows of the pair that are in the fold, by the problem that did not see them; how many. */
static int score_fold(const struct fitting *f, const struct piece *p, double *score, double *is_one,
                      double *weight, size_t *n, struct err *err)
{
    const struct fit_input *in = f->in;
    void *blocks;

    if (gather(&blocks, in->x, p->rows, p->n, err))
        return -1;
    double *kernel = MEM_NEW(double, svm_padded(p->n)), *q = MEM_NEW(double, in->x->p);
    for (size_t i = 0; i < in->x->n; i++) {
        double y = in->y[i], w = in->weights ? in->weights[i] : 1;
        if (f->fold[i] != p->fold || !(w > 0) || (y != (double)p->a && y != (double)p->b))
            continue;
        score[*n] = p->n ? decide(f, p, blocks, kernel, q, i) : 0;
        is_one[*n] = y == (double)p->a;
        weight[(*n)++] = w;
    }
    mem_free(kernel);
    mem_free(q);
    mem_big_free(blocks);
    return 0;
}

static int fit_platt(const struct fitting *f, struct svm *m, size_t pair, struct err *err)
{
    size_t n = 0;
    double *score = MEM_NEW(double, 3 * f->in->x->n), *is_one = score + f->in->x->n;
    double *weight = is_one + f->in->x->n;
    int rc = 0;

    for (size_t fold = 0; fold < FOLDS && !rc; fold++)
        rc = score_fold(f, &f->pieces[pair * (FOLDS + 1) + fold], score, is_one, weight, &n, err);
    if (!rc)
        m->platt[pair] = platt_fit(score, is_one, weight, n);
    mem_free(score);
    return rc;
}

/* ---- what is kept ---- */

/* Rows that any pair leans on, once, in their order. */
static void keep_rows(struct svm *m, const struct fitting *f, struct arena *arena)
{
    size_t n = f->in->x->n;
    uint32_t *place = MEM_NEW(uint32_t, n);

    for (size_t k = 0; k < m->n_pairs; k++) {
        const struct piece *p = &f->pieces[k * (f->n_folds + 1) + f->n_folds];
        for (size_t i = 0; i < p->n; i++)
            place[p->rows[i]] |= p->beta[i] != 0;
    }
    for (size_t i = 0; i < n; i++)
        if (place[i])
            place[i] = (uint32_t)m->n_rows++;
    m->rows = ARENA_NEW(arena, double, svm_padded(m->n_rows) * m->p);
    m->beta = ARENA_NEW(arena, double, m->n_pairs * m->n_rows);
    for (size_t k = 0; k < m->n_pairs; k++) {
        const struct piece *p = &f->pieces[k * (f->n_folds + 1) + f->n_folds];
        m->constant[k] = p->result.constant;
        for (size_t i = 0; i < p->n; i++)
            if (p->beta[i] != 0) {
                put_row(m->rows, place[p->rows[i]], m->p, f->in->x, p->rows[i]);
                m->beta[k * m->n_rows + place[p->rows[i]]] = p->beta[i];
            }
    }
    mem_free(place);
}

static const char *warning_of(struct fit_output *out, const struct fitting *f)
{
    const struct piece *worst = NULL;

    for (size_t k = 0; k < f->n_pieces; k++) {
        const struct piece *p = &f->pieces[k];
        out->n_iterations += p->result.n_iter;
        if (p->n && !p->result.converged &&
            (!worst || p->result.violation > worst->result.violation))
            worst = p;
    }
    if (worst)
        return arena_printf(out->arena,
                            "did not converge in %zu iterations: the optimality conditions are "
                            "missed by %.2g; scale the features, lower C or raise max_iter",
                            worst->result.n_iter, worst->result.violation);
    return f->in->x->n > MANY_ROWS
               ? arena_printf(out->arena,
                              "%zu rows are many for a kernel, whose cost grows with their square; "
                              "linear-svm or boost may do as well in a fraction of the time",
                              f->in->x->n)
               : NULL;
}

/* ---- fitting ---- */

static int choose_gamma(struct fitting *f, struct err *err)
{
    const char *text = params_text(f->in->params, "gamma");
    const struct matrix *x = f->in->x;
    double sum = 0, square = 0, n = (double)x->n * (double)x->p;
    char *end;

    f->base.kernel.gamma = 1 / (double)x->p;
    if (strcmp(text, "auto") == 0)
        return 0;
    if (strcmp(text, "scale") != 0) {
        f->base.kernel.gamma = strtod(text, &end);
        if (end == text || *end || !(f->base.kernel.gamma > 0) || isinf(f->base.kernel.gamma))
            return err_set(err, ERR_DOMAIN, "gamma=%s is not scale, auto or a real number above 0",
                           text);
        return 0;
    }
    for (size_t j = 0; j < x->p; j++)
        for (size_t i = 0; i < x->n; i++)
            sum += matrix_col(x, j)[i] / n;
    for (size_t j = 0; j < x->p; j++)
        for (size_t i = 0; i < x->n; i++)
            square += (matrix_col(x, j)[i] - sum) * (matrix_col(x, j)[i] - sum) / n;
    if (square > 0)
        f->base.kernel.gamma /= square;
    else
        f->base.kernel.gamma = 1;
    return 0;
}

static int check_size(const struct fit_input *in, struct err *err)
{
    for (size_t j = 0; j < in->x->p; j++)
        for (size_t i = 0; i < in->x->n; i++)
            if (!(fabs(matrix_col(in->x, j)[i]) <= LARGEST))
                return err_set(err, ERR_NUMERIC,
                               "feature %s has values too large to be squared; scale it first",
                               in->names[j]);
    return 0;
}

static struct svm *new_svm(const struct fitting *f, struct arena *arena)
{
    struct svm *m = ARENA_NEW(arena, struct svm, 1);

    m->p = f->in->x->p;
    m->n_classes = f->in->n_classes;
    m->n_pairs = f->n_pairs;
    m->kernel = f->base.kernel;
    m->constant = ARENA_NEW(arena, double, m->n_pairs);
    m->platt = ARENA_NEW(arena, struct platt, m->n_pairs);
    return m;
}

static int run(struct fit_output *out, struct fitting *f, struct job *job, struct err *err)
{
    plan(f, job);
    parallel_for(f->n_pieces, 1, solve_piece, f);
    for (size_t k = 0; k < f->n_pieces; k++)
        if (f->pieces[k].rc) {
            *err = f->pieces[k].err;
            return -1;
        }
    struct svm *m = new_svm(f, out->arena);
    keep_rows(m, f, out->arena);
    for (size_t k = 0; k < m->n_pairs && f->n_folds; k++)
        if (job_tick(job, k, m->n_pairs, err) || fit_platt(f, m, k, err))
            return -1;
    out->state = m;
    out->warning = warning_of(out, f);
    return 0;
}

static int svm_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                   struct err *err)
{
    const struct params *p = in->params;
    size_t k = in->n_classes;
    struct fitting f = { .in = in, .C = params_real(p, "C"), .n_folds = k ? FOLDS : 0 };

    f.n_pairs = k ? k * (k - 1) / 2 : 1;
    f.n_pieces = f.n_pairs * (f.n_folds + 1);
    f.base = (struct smo){ .p = in->x->p,
                           .classes = k > 0,
                           .epsilon = params_real(p, "epsilon"),
                           .tolerance = params_real(p, "tol"),
                           .max_iter = (size_t)params_int(p, "max_iter"),
                           .cache_bytes = (size_t)params_int(p, "cache_size") * 1000000 / 2 };
    f.base.kernel = (struct svm_kernel){ .kind = (enum svm_kernel_kind)params_choice(p, "kernel"),
                                         .coef0 = params_real(p, "coef0"),
                                         .degree = (double)params_int(p, "degree") };
    if (job_tick(job, 0, 1, err) || check_size(in, err) || choose_gamma(&f, err))
        return -1;
    f.fold = MEM_NEW(uint8_t, in->x->n);
    f.pieces = MEM_NEW(struct piece, f.n_pieces);
    if (f.n_folds)
        deal_folds(&f, (uint64_t)params_int(p, "seed"));
    int rc = run(out, &f, job, err);
    for (size_t i = 0; i < f.n_pieces; i++) {
        mem_free(f.pieces[i].rows);
        mem_free(f.pieces[i].beta);
    }
    mem_free(f.pieces);
    mem_free(f.fold);
    return rc;
}

/* ---- predicting ---- */

struct answering {
    struct matrix *out;
    const struct svm *m;
    const struct matrix *x;
};

/* Probabilities of classes from those of pairs, pair (n, n): the second method of Wu, Lin and Weng
 * 2004, "Probability estimates for multi-class classification by pairwise coupling". */
static void couple(double *p, const double *pair, size_t n)
{
    double *Q = MEM_NEW(double, n *n + n), *Qp = Q + n * n;

    for (size_t a = 0; a < n; a++) {
        p[a] = 1 / (double)n;
        for (size_t b = 0; b < n; b++)
            if (a != b) {
                Q[a * n + a] += pair[b * n + a] * pair[b * n + a];
                Q[a * n + b] = -pair[b * n + a] * pair[a * n + b];
            }
    }
    for (size_t round = 0; round < (n > 100 ? n : 100); round++) {
        double pQp = 0, worst = 0;
        for (size_t a = 0; a < n; a++) {
            Qp[a] = 0;
            for (size_t b = 0; b < n; b++)
                Qp[a] += Q[a * n + b] * p[b];
            pQp += p[a] * Qp[a];
        }
        for (size_t a = 0; a < n; a++)
            worst = fmax(worst, fabs(Qp[a] - pQp));
        if (worst < 0.005 / (double)n)
            break;
        for (size_t a = 0; a < n; a++) {
            double d = (pQp - Qp[a]) / Q[a * n + a];
            p[a] += d;
            pQp = (pQp + d * (d * Q[a * n + a] + 2 * Qp[a])) / (1 + d) / (1 + d);
            for (size_t b = 0; b < n; b++) {
                Qp[b] = (Qp[b] + d * Q[a * n + b]) / (1 + d);
                p[b] /= 1 + d;
            }
        }
    }
    mem_free(Q);
}

static void put_classes(struct matrix *out, const struct svm *m, const double *score, size_t row)
{
    size_t n = m->n_classes, k = 0;
    double *pair = MEM_NEW(double, n *n + n), *p = pair + n * n, sum = 0;

    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++, k++) {
            double one = platt_probability(m->platt[k], score[k]);
            pair[a * n + b] = fmin(fmax(one, 1e-7), 1 - 1e-7);
            pair[b * n + a] = 1 - pair[a * n + b];
        }
    if (n == 2) {
        p[0] = pair[1];
        p[1] = pair[2];
    } else {
        couple(p, pair, n);
    }
    for (size_t a = 0; a < n; a++)
        sum += p[a] = fmax(p[a], 0);
    for (size_t a = 0; a < n; a++)
        matrix_col(out, a)[row] = p[a] / sum;
    mem_free(pair);
}

static void answer_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct answering *a = ctx;
    const struct svm *m = a->m;
    double *kernel = MEM_NEW(double, svm_padded(m->n_rows) + m->p + m->n_pairs);
    double *q = kernel + svm_padded(m->n_rows), *score = q + m->p;
    (void)chunk;

    for (size_t i = begin; i < end; i++) {
        for (size_t j = 0; j < m->p; j++)
            q[j] = matrix_col(a->x, j)[i];
        svm_kernel_row(kernel, &m->kernel, m->rows, m->n_rows, m->p, q);
        for (size_t k = 0; k < m->n_pairs; k++) {
            score[k] = m->constant[k];
            for (size_t r = 0; r < m->n_rows; r++)
                score[k] += m->beta[k * m->n_rows + r] * kernel[r];
        }
        if (m->n_classes)
            put_classes(a->out, m, score, i);
        else
            matrix_col(a->out, 0)[i] = score[0];
    }
    mem_free(kernel);
}

static int svm_predict(struct matrix *out, const void *state, const struct matrix *x,
                       struct err *err)
{
    struct answering a = { out, state, x };
    (void)err;

    parallel_for(x->n, 64, answer_rows, &a);
    return 0;
}

/* ---- saving ---- */

static void svm_save(struct str *out, const void *state)
{
    const struct svm *m = state;

    pack_u64(out, (uint64_t)m->kernel.kind);
    pack_real(out, m->kernel.gamma);
    pack_real(out, m->kernel.coef0);
    pack_real(out, m->kernel.degree);
    pack_u64(out, m->n_rows);
    pack_reals(out, m->rows, svm_padded(m->n_rows) * m->p);
    pack_reals(out, m->beta, m->n_pairs * m->n_rows);
    pack_reals(out, m->constant, m->n_pairs);
    pack_reals(out, &m->platt[0].slope, 2 * m->n_pairs);
}

static double *load_reals(struct unpack *u, size_t want, const char *wanted)
{
    size_t n;
    const double *v = unpack_reals(u, &n);

    if (!u->failed && n != want)
        unpack_fail(u, wanted);
    for (size_t i = 0; i < n && !u->failed; i++)
        if (!isfinite(v[i]))
            unpack_fail(u, "finite numbers");
    return (double *)v;
}

static int svm_load(void **state, struct arena *arena, struct unpack *u, size_t p, size_t n_classes,
                    struct err *err)
{
    struct svm *m = ARENA_NEW(arena, struct svm, 1);

    m->p = p;
    m->n_classes = n_classes;
    m->n_pairs = n_classes ? n_classes * (n_classes - 1) / 2 : 1;
    m->kernel.kind = (enum svm_kernel_kind)unpack_count(u, KERNEL_SIGMOID);
    m->kernel.gamma = unpack_real(u);
    m->kernel.coef0 = unpack_real(u);
    m->kernel.degree = unpack_real(u);
    m->n_rows = unpack_count(u, u->left);
    m->rows = load_reals(u, svm_padded(m->n_rows) * p, "the support vectors");
    m->beta = load_reals(u, m->n_pairs * m->n_rows, "a coefficient for each support vector");
    m->constant = load_reals(u, m->n_pairs, "a constant for each pair of classes");
    double *platt = load_reals(u, 2 * m->n_pairs, "a slope and an offset for each pair of classes");
    if (unpack_end(u, err))
        return -1;
    m->platt = ARENA_NEW(arena, struct platt, m->n_pairs);
    for (size_t k = 0; k < m->n_pairs; k++)
        m->platt[k] = (struct platt){ platt[2 * k], platt[2 * k + 1] };
    *state = m;
    return 0;
}

/* ---- the learner ---- */

static const char *const kernels[] = { "rbf", "linear", "poly", "sigmoid", NULL };

static const struct param_spec svm_params[] = {
    { .name = "C",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN | PARAM_LOG,
      .min = 0,
      .max = INFINITY,
      .fallback = "1.0",
      .help = "weight of the losses: smaller is simpler" },
    { .name = "kernel",
      .type = PARAM_CHOICE,
      .choices = kernels,
      .fallback = "rbf",
      .help = "exp(-gamma |x - z|²), x·z, (gamma x·z + coef0)^degree, tanh(gamma x·z + coef0)" },
    { .name = "gamma",
      .type = PARAM_TEXT,
      .flags = PARAM_HIDDEN,
      .fallback = "scale",
      .help = "a number, auto for 1 / features, scale for that over the variance of all cells" },
    { .name = "degree",
      .type = PARAM_INT,
      .min = 1,
      .max = 20,
      .fallback = "3",
      .help = "of kernel=poly" },
    { .name = "coef0",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN,
      .min = -1e6,
      .max = 1e6,
      .fallback = "0",
      .help = "of kernel=poly and sigmoid" },
    { .name = "epsilon",
      .type = PARAM_REAL,
      .min = 0,
      .max = INFINITY,
      .fallback = "0.1",
      .help = "regression: errors up to here, in units of the target, cost nothing" },
    { .name = "tol",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN | PARAM_OPEN_MIN,
      .min = 0,
      .max = 1,
      .fallback = "1e-3",
      .help = "stop when the optimality conditions are met to within this" },
    { .name = "max_iter",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 1e12,
      .fallback = "0",
      .help = "most pairs of rows to be moved; 0: ten million, or a hundred for each row" },
    { .name = "cache_size",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 1,
      .max = 1e6,
      .fallback = "200",
      .help = "MB for rows of the kernel matrix, half of it for each of the problems at work" },
    { .name = "seed",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "of the folds that probabilities are learned from" },
    { .name = NULL },
};

const struct learner learn_svm = {
    .name = "svm",
    .help = "support vector machine with a kernel, for classes and for regression",
    .details =
        "libsvm's machines, as in scikit-learn's SVC and SVR: a machine for each pair of classes, "
        "or "
        "one that ignores errors up to epsilon. Good on up to some ten thousand rows with a smooth "
        "border; the cost grows with the square of the rows. Scale the features first, and try "
        "C and gamma on a grid of powers. Probabilities are Platt's sigmoid for each pair, "
        "fitted to scores of training rows by machines that were fitted without them (5 "
        "folds with a seed, where libsvm draws), and coupled by the second method of Wu, "
        "Lin and Weng; the likeliest class may then differ from the machines' vote.",
    .source = "Fan, Chen and Lin 2005; Chang and Lin 2011, \"LIBSVM\"; Wu, Lin and Weng 2004",
    .tasks = TASK_CLASSIFY | TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_DRAWS | LEARNER_STEEP,
    .params = svm_params,
    .fit = svm_fit,
    .predict = svm_predict,
    .save = svm_save,
    .load = svm_load,
};
