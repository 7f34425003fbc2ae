#include "learn/linear_model.h"

#include <math.h>

#include "base/parallel.h"
#include "learn/class_link.h"
#include "num/stats.h"

struct linear_model *linear_model_new(struct arena *arena, size_t p, size_t n_outputs,
                                      bool intercept)
{
    struct linear_model *m = ARENA_NEW(arena, struct linear_model, 1);

    *m = (struct linear_model){
        .p = p,
        .n_outputs = n_outputs,
        .intercept = intercept,
        .coef = ARENA_NEW(arena, double, p *n_outputs),
        .coef_error = ARENA_NEW(arena, double, p *n_outputs),
        .constant = ARENA_NEW(arena, double, n_outputs),
        .constant_error = ARENA_NEW(arena, double, n_outputs),
    };
    for (size_t j = 0; j < p * n_outputs; j++)
        m->coef_error[j] = NAN;
    for (size_t k = 0; k < n_outputs; k++)
        m->constant_error[k] = NAN;
    return m;
}

/* ---- predicting ---- */

enum { SCORE_ROWS = 4096 }; /* a block of scores stays in the first-level cache */

struct scoring {
    struct matrix *out;
    const struct linear_model *m;
    const struct matrix *x;
};

static void score_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct scoring *s = ctx;
    const struct linear_model *m = s->m;
    (void)chunk;

    for (size_t k = 0; k < m->n_outputs; k++) {
        double *restrict score = matrix_col(s->out, k) + begin;
        for (size_t i = 0; i < end - begin; i++)
            score[i] = m->constant[k];
        for (size_t j = 0; j < m->p; j++) {
            const double *restrict v = matrix_col(s->x, j) + begin;
            double w = m->coef[k * m->p + j];
            for (size_t i = 0; i < end - begin; i++)
                score[i] += w * v[i];
        }
    }
}

void linear_model_scores(struct matrix *out, const struct linear_model *m, const struct matrix *x)
{
    struct scoring s = { out, m, x };
    parallel_for(x->n, SCORE_ROWS, score_rows, &s);
}

int linear_model_predict(struct matrix *out, const void *state, const struct matrix *x,
                         struct err *err)
{
    (void)err;
    linear_model_scores(out, state, x);
    return 0;
}

int linear_model_classify(struct matrix *out, const void *state, const struct matrix *x,
                          struct err *err)
{
    const struct linear_model *m = state;
    struct matrix scores = *out;
    (void)err;

    if (m->n_outputs == 1)
        scores = (struct matrix){ .n = out->n, .p = 1, .ld = out->ld, .x = matrix_col(out, 1) };
    linear_model_scores(&scores, m, x);
    if (m->n_outputs == 1)
        class_link_two(out);
    else
        class_link_many(out);
    return 0;
}

/* ---- saving ---- */

void linear_model_save(struct str *out, const void *state)
{
    const struct linear_model *m = state;

    pack_u64(out, m->intercept);
    pack_reals(out, m->coef, m->p * m->n_outputs);
    pack_reals(out, m->coef_error, m->p * m->n_outputs);
    pack_reals(out, m->constant, m->n_outputs);
    pack_reals(out, m->constant_error, m->n_outputs);
    pack_real(out, m->freedom);
}

/* The next array, which must have p * n_outputs numbers; NULL when it has not.  Asked for before
 * anything of that size is made: what a file says about its sizes need not be so. */
static double *load_reals(struct unpack *u, size_t p, size_t n_outputs, const char *wanted)
{
    size_t n;
    const double *v = unpack_reals(u, &n);

    if (!u->failed && (n % n_outputs != 0 || n / n_outputs != p))
        unpack_fail(u, wanted);
    return u->failed ? NULL : (double *)v;
}

void linear_model_unpack(struct linear_model *m, struct unpack *u, size_t p, size_t n_classes)
{
    size_t n_outputs = n_classes > 2 ? n_classes : 1;

    *m = (struct linear_model){ .p = p, .n_outputs = n_outputs };
    m->intercept = unpack_count(u, 1) == 1;
    m->coef = load_reals(u, p, n_outputs, "one coefficient for each feature");
    m->coef_error = load_reals(u, p, n_outputs, "one standard error for each feature");
    m->constant = load_reals(u, 1, n_outputs, "one intercept for each score");
    m->constant_error = load_reals(u, 1, n_outputs, "one standard error for each intercept");
    m->freedom = unpack_real(u);
    if (!(m->freedom >= 0))
        unpack_fail(u, "degrees of freedom");
    for (size_t j = 0; !u->failed && j < p * n_outputs; j++)
        if (!isfinite(m->coef[j]))
            unpack_fail(u, "finite coefficients");
    /* minus infinity is the score of a class that had no training rows */
    for (size_t k = 0; !u->failed && k < n_outputs; k++)
        if (isnan(m->constant[k]) || m->constant[k] == INFINITY)
            unpack_fail(u, "finite intercepts");
}

int linear_model_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                      size_t n_classes, struct err *err)
{
    struct linear_model *m = ARENA_NEW(arena, struct linear_model, 1);

    linear_model_unpack(m, u, p, n_classes);
    if (unpack_end(u, err))
        return -1;
    *state = m;
    return 0;
}

/* ---- showing ---- */

static struct coefficient shown(const struct linear_model *m, const char *name, double estimate,
                                double std_error)
{
    double statistic = m->freedom > 0 && std_error > 0 ? estimate / std_error : NAN;
    double p = isnan(statistic) ? NAN : 2 * dist_t_cdf(-fabs(statistic), m->freedom);
    return (struct coefficient){ name, estimate, std_error, statistic, p };
}

size_t linear_model_coefficients(struct coefficient **out, const void *state,
                                 const char *const *names, const char *const *classes,
                                 struct arena *arena)
{
    const struct linear_model *m = state;
    size_t each = m->p + m->intercept, n = 0;
    struct coefficient *list = ARENA_NEW(arena, struct coefficient, each * m->n_outputs);

    for (size_t k = 0; k < m->n_outputs; k++) {
        const char *prefix = m->n_outputs > 1 ? arena_printf(arena, "%s: ", classes[k]) : "";
        if (m->intercept)
            list[n++] = shown(m, arena_printf(arena, "%s(intercept)", prefix), m->constant[k],
                              m->constant_error[k]);
        for (size_t j = 0; j < m->p; j++)
            list[n++] = shown(m, arena_printf(arena, "%s%s", prefix, names[j]),
                              m->coef[k * m->p + j], m->coef_error[k * m->p + j]);
    }
    *out = list;
    return n;
}
