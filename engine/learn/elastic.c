#include "learn/elastic.h"

#include <math.h>
#include <string.h>

#include "learn/elastic_solver.h"

/* Below this share the largest alpha of a path is that of this share: a ridge has none. */
static const double L1_RATIO_MIN = 1e-3;

enum { WORD_CV = 1, WORD_CV_1SE }; /* of elastic_words */

const char *const elastic_words[] = { "cv", "cv-1se", NULL };

struct elastic_model {
    struct linear_model linear; /* first: what linear models are predicted and shown by */
    struct coefficient_path path;
};

struct elastic {
    const struct fit_input *in;
    double l1_ratio;
    struct gram_set all;
    struct elastic_solver solver;
    struct path_point *points; /* (n) */
    double *coef;              /* (p, n) */
    size_t n, chosen;
    size_t n_iter, n_unfinished;
    double gap; /* of the chosen point; 0: exact */
};

/* ---- the values of alpha ---- */

static double largest_alpha(const struct elastic *e)
{
    bool positive = params_flag(e->in->params, "positive");
    double most = 0;

    for (size_t j = 0; j < e->all.p; j++)
        most = fmax(most, positive ? e->all.right[j] : fabs(e->all.right[j]));
    return most / e->all.weight / fmax(e->l1_ratio, L1_RATIO_MIN);
}

/* The given alpha to its place among the falling ones; it is the chosen one. */
static void insert_alpha(struct elastic *e, double alpha)
{
    size_t at = 0;

    while (at < e->n && e->points[at].alpha > alpha)
        at++;
    e->chosen = at;
    if (at < e->n && e->points[at].alpha == alpha)
        return;
    memmove(e->points + at + 1, e->points + at, (e->n - at) * sizeof(*e->points));
    e->points[at].alpha = alpha;
    e->n++;
}

/* Evenly spaced logarithms from the smallest alpha at which all coefficients are 0. */
static void make_alphas(struct elastic *e, struct arena *arena)
{
    size_t count = (size_t)params_int(e->in->params, "n_alphas");
    double given = params_real(e->in->params, "alpha"), eps = params_real(e->in->params, "eps");
    double top = largest_alpha(e);

    if (isnan(given) && count == 0)
        count = 1;
    e->points = ARENA_NEW(arena, struct path_point, count + 1);
    for (size_t k = 0; k < count; k++)
        if (k == 0 || top > 0) /* else nothing explains the target: all alphas are alike */
            e->points[e->n++].alpha = count > 1 ? top * pow(eps, (double)k / (double)(count - 1))
                                                : top;
    if (!isnan(given))
        insert_alpha(e, given);
    e->coef = ARENA_NEW(arena, double, e->n * e->all.p);
    for (size_t k = 0; k < e->n; k++)
        e->points[k].loss = e->points[k].loss_error = NAN;
}

/* ---- the path ---- */

static void keep_point(struct elastic *e, size_t k)
{
    const struct enet *net = &e->solver.enet;
    double rss = net->yy, active = 0;

    for (size_t j = 0; j < e->all.p; j++) {
        e->coef[k * e->all.p + j] = net->w[j];
        rss -= net->w[j] * (net->right[j] + net->gradient[j]);
        active += net->w[j] != 0;
    }
    e->points[k].freedom = active - net->shrinkage;
    e->points[k].r2 = net->yy > 0 ? 1 - fmax(rss, 0) / net->yy : NAN;
}

static int run_path(struct elastic *e, struct job *job, struct err *err)
{
    elastic_solver_begin(&e->solver, &e->all);
    for (size_t k = 0; k < e->n; k++) {
        if (job_tick(job, k, e->n, err))
            return -1;
        bool done = elastic_solver_at(&e->solver, e->points[k].alpha, &e->points[k].constant);
        keep_point(e, k);
        e->n_iter += e->solver.enet.n_iter;
        e->n_unfinished += !done;
        if (k == e->chosen)
            e->gap = done ? 0 : e->solver.enet.gap / e->solver.enet.yy;
    }
    return 0;
}

static void choose(struct elastic *e, bool one_error)
{
    for (size_t k = 0; k < e->n; k++)
        if (e->points[k].loss < e->points[e->chosen].loss)
            e->chosen = k;
    double limit = e->points[e->chosen].loss + e->points[e->chosen].loss_error;
    for (size_t k = 0; one_error && k < e->chosen; k++)
        if (e->points[k].loss <= limit)
            e->chosen = k;
}

static int fit_path(struct elastic *e, struct arena *arena, struct job *job, struct err *err)
{
    int64_t word = params_value(e->in->params, "alpha")->integer;

    make_alphas(e, arena);
    if (word && elastic_validate(e->points, e->n, e->in, &e->all, &e->solver, job, err))
        return -1;
    if (word)
        choose(e, word == WORD_CV_1SE);
    return run_path(e, job, err);
}

/* ---- the model ---- */

static const char *first_constant(const struct elastic *e)
{
    for (size_t j = 0; j < e->all.p; j++)
        if (e->all.gram[j * e->all.p + j] == 0)
            return e->in->names[j];
    return NULL;
}

static const char *warning_of(const struct elastic *e, struct arena *arena)
{
    const struct path_point *at = &e->points[e->chosen];
    bool searched = params_value(e->in->params, "alpha")->integer != 0, any = false;

    for (size_t j = 0; j < e->all.p; j++)
        any |= e->coef[e->chosen * e->all.p + j] != 0;
    if (e->gap > 0)
        return arena_printf(arena,
                            "did not converge in max_iter passes: the duality gap is %.2g of the "
                            "target's sum of squares; raise max_iter, scale the features, or "
                            "raise alpha",
                            e->gap);
    if (e->all.p > 0 && !any && !searched)
        return arena_printf(arena,
                            "all coefficients are 0: alpha=%.4g is at least %.4g, from where on "
                            "they are; lower it, or take alpha=cv",
                            at->alpha, largest_alpha(e));
    if (searched && e->n > 1 && e->chosen + 1 == e->n && at->r2 > 0)
        return arena_printf(arena, "the best alpha is the smallest of the path; lower eps");
    if (first_constant(e))
        return arena_printf(arena,
                            "%s has one value only in the training rows: its coefficient is 0",
                            first_constant(e));
    return e->n_unfinished ? arena_printf(arena,
                                          "%zu of the %zu points of the path did not converge, but "
                                          "the chosen one did; raise max_iter, or eps",
                                          e->n_unfinished, e->n)
                           : NULL;
}

static void keep_model(const struct elastic *e, struct fit_output *out)
{
    struct elastic_model *m = ARENA_NEW(out->arena, struct elastic_model, 1);
    size_t p = e->all.p;

    m->linear = *linear_model_new(out->arena, p, 1, e->all.centred);
    memcpy(m->linear.coef, e->coef + e->chosen * p, p * sizeof(double));
    m->linear.constant[0] = e->points[e->chosen].constant;
    m->path = (struct coefficient_path){ e->n, p, e->points, e->coef, e->chosen };
    out->state = m;
    out->n_iterations = e->n_iter;
    out->warning = warning_of(e, out->arena);
}

int elastic_fit(struct fit_output *out, const struct fit_input *in, double l1_ratio,
                struct job *job, struct err *err)
{
    struct elastic e = { .in = in, .l1_ratio = l1_ratio };

    if (job_tick(job, 0, 1, err) ||
        gram_set_make(&e.all, in, NULL, in->x->n, params_flag(in->params, "fit_intercept"), err))
        return -1;
    int rc = elastic_solver_init(&e.solver, in, l1_ratio, err);
    if (!rc) {
        rc = fit_path(&e, out->arena, job, err);
        if (!rc)
            keep_model(&e, out);
        elastic_solver_release(&e.solver);
    }
    gram_set_release(&e.all);
    return rc;
}

/* ---- saving ---- */

enum { POINT_REALS = sizeof(struct path_point) / sizeof(double) };

void elastic_save(struct str *out, const void *state)
{
    const struct elastic_model *m = state;

    linear_model_save(out, &m->linear);
    pack_u64(out, m->path.chosen);
    pack_reals(out, (const double *)(const void *)m->path.points, m->path.n * POINT_REALS);
    pack_reals(out, m->path.coef, m->path.n * m->path.p);
}

static void load_path(struct coefficient_path *path, struct unpack *u, size_t p)
{
    size_t n, n_coef;

    path->p = p;
    path->chosen = (size_t)unpack_u64(u);
    path->points = (const struct path_point *)(const void *)unpack_reals(u, &n);
    path->coef = unpack_reals(u, &n_coef);
    path->n = n / POINT_REALS;
    if (u->failed)
        return;
    if (n % POINT_REALS != 0 || path->chosen >= path->n)
        unpack_fail(u, "the points of a path");
    else if (n_coef != path->n * p)
        unpack_fail(u, "one coefficient for each feature and point");
}

int elastic_load(void **state, struct arena *arena, struct unpack *u, size_t p, size_t n_classes,
                 struct err *err)
{
    struct elastic_model *m = ARENA_NEW(arena, struct elastic_model, 1);

    linear_model_unpack(&m->linear, u, p, n_classes);
    load_path(&m->path, u, p);
    if (unpack_end(u, err))
        return -1;
    *state = m;
    return 0;
}

const struct coefficient_path *elastic_path(const void *state)
{
    return &((const struct elastic_model *)state)->path;
}
