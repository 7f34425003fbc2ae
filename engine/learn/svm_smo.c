/* svm_smo.c - sequential minimal optimisation; see svm_smo.h.
 *
 * A variable v belongs to row v % n and moves beta of that row up (sign 1) or down (sign -1) from
 * zero: classes have one each, regression has both.  With F = K beta and bound_v = y (regression:
 * y -/+ epsilon), the optimum has one constant between bound_v - F of those that may go up and of
 * those that may go down. */
#include "learn/svm_smo.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

enum { TICK_EVERY = 256, CACHE_LEAST = 2 };

static const double LEAST_CURVATURE = 1e-12, SNAP = 1e-12, TIE = 1e-10;

struct solver {
    const struct smo *s;
    size_t n, padded, n_vars;
    double *alpha, *bound, *most; /* (n_vars) */
    double *F, *diagonal, *query; /* (n), (n), (p) */
    double *cache;                /* (n_slots, padded) */
    uint32_t *slot_of;            /* (n) UINT32_MAX: none */
    uint32_t *row_in;             /* (n_slots) */
    uint64_t *used;               /* (n_slots) when */
    size_t n_slots, n_filled;
    uint64_t clock;
};

static double sign_of(const struct solver *v, size_t k)
{
    if (v->s->classes)
        return v->s->y[k];
    return k < v->n ? 1 : -1;
}

static size_t row_of(const struct solver *v, size_t k)
{
    return k < v->n ? k : k - v->n;
}

/* ---------------------------------------------------------------- rows of the kernel matrix */

static size_t oldest(const struct solver *v)
{
    size_t best = 0;

    for (size_t i = 1; i < v->n_slots; i++)
        best = v->used[i] < v->used[best] ? i : best;
    return best;
}

static const double *kernel_row(struct solver *v, size_t row)
{
    const struct smo *s = v->s;
    uint32_t slot = v->slot_of[row];

    if (slot == UINT32_MAX) {
        slot = (uint32_t)(v->n_filled < v->n_slots ? v->n_filled++ : oldest(v));
        if (v->row_in[slot] != UINT32_MAX)
            v->slot_of[v->row_in[slot]] = UINT32_MAX;
        v->row_in[slot] = (uint32_t)row;
        v->slot_of[row] = slot;
        for (size_t j = 0; j < s->p; j++)
            v->query[j] = s->rows[(row / SVM_LANES * s->p + j) * SVM_LANES + row % SVM_LANES];
        svm_kernel_row(v->cache + slot * v->padded, &s->kernel, s->rows, v->n, s->p, v->query);
    }
    v->used[slot] = ++v->clock;
    return v->cache + slot * v->padded;
}

static int fill_diagonal(struct solver *v, struct err *err)
{
    const struct smo *s = v->s;
    double one[SVM_LANES];

    for (size_t i = 0; i < v->n; i++) {
        const double *block = s->rows + i / SVM_LANES * SVM_LANES * s->p;
        for (size_t j = 0; j < s->p; j++)
            v->query[j] = block[j * SVM_LANES + i % SVM_LANES];
        svm_kernel_row(one, &s->kernel, block, 1, s->p, v->query);
        v->diagonal[i] = one[i % SVM_LANES];
        if (!isfinite(v->diagonal[i]))
            return err_set(err, ERR_NUMERIC,
                           "the kernel of training row %zu with itself is not finite; scale the "
                           "features",
                           i + 1);
    }
    return 0;
}

/* ---------------------------------------------------------------- two variables */

static bool may_rise(const struct solver *v, size_t k)
{
    return sign_of(v, k) > 0 ? v->alpha[k] < v->most[k] : v->alpha[k] > 0;
}

static bool may_fall(const struct solver *v, size_t k)
{
    return sign_of(v, k) > 0 ? v->alpha[k] > 0 : v->alpha[k] < v->most[k];
}

static double lack(const struct solver *v, size_t k)
{
    return v->bound[k] - v->F[row_of(v, k)];
}

/* A step leaves two variables with the same lack, but for rounding, which is not to choose between them.
 * The first: of those whose beta may rise the one that lacks most; n_vars when there is none. */
static size_t choose_first(const struct solver *v, double *high)
{
    size_t first = v->n_vars;

    *high = -INFINITY;
    for (size_t k = 0; k < v->n_vars; k++)
        if (may_rise(v, k) && lack(v, k) > *high + TIE) {
            *high = lack(v, k);
            first = k;
        }
    return first;
}

/* The second: the one that with the first gains most; *low: the least lack of those that may fall. */
static size_t choose_second(const struct solver *v, size_t first, const double *row, double high,
                            double *low)
{
    double most = 0, own = v->diagonal[row_of(v, first)];
    size_t second = v->n_vars;

    *low = INFINITY;
    for (size_t k = 0; k < v->n_vars; k++) {
        if (!may_fall(v, k))
            continue;
        size_t r = row_of(v, k);
        double l = lack(v, k), gap = high - l;
        *low = l < *low ? l : *low;
        if (!(gap > 0))
            continue;
        double curve = own + v->diagonal[r] - 2 * row[r];
        double gain = gap * gap / (curve > LEAST_CURVATURE ? curve : LEAST_CURVATURE);
        if (gain > most * (1 + TIE)) {
            most = gain;
            second = k;
        }
    }
    return second;
}

/* How far beta of the variable's row can go up or down by it. */
static double room(const struct solver *v, size_t k, double direction)
{
    return sign_of(v, k) * direction > 0 ? v->most[k] - v->alpha[k] : v->alpha[k];
}

/* To a bound exactly where the step goes all the way, but for rounding: two variables often reach
 * theirs together. */
static void shift(struct solver *v, size_t k, double by, double direction)
{
    bool all = by >= room(v, k, direction) - SNAP * v->most[k], up = sign_of(v, k) * direction > 0;

    if (all)
        v->alpha[k] = up ? v->most[k] : 0;
    else
        v->alpha[k] += up ? by : -by;
}

static void step(struct solver *v, size_t first, size_t second)
{
    size_t a = row_of(v, first), b = row_of(v, second);
    const double *ka = kernel_row(v, a), *kb = kernel_row(v, b);
    double curve = v->diagonal[a] + v->diagonal[b] - 2 * ka[b];
    double by = (lack(v, first) - lack(v, second)) /
                (curve > LEAST_CURVATURE ? curve : LEAST_CURVATURE);

    by = fmin(by, fmin(room(v, first, 1), room(v, second, -1)));
    shift(v, first, by, 1);
    shift(v, second, by, -1);
    for (size_t i = 0; i < v->n; i++)
        v->F[i] += by * (ka[i] - kb[i]);
}

/* ---------------------------------------------------------------- solving */

static int iterate(struct solver *v, struct smo_result *r, struct job *job, struct err *err)
{
    const struct smo *s = v->s;
    double high = 0, low = 0;

    for (r->n_iter = 0; r->n_iter < s->max_iter; r->n_iter++) {
        if (r->n_iter % TICK_EVERY == 0 && job_tick(job, r->n_iter, s->max_iter, err))
            return -1;
        size_t first = choose_first(v, &high), second = v->n_vars;
        if (first < v->n_vars)
            second = choose_second(v, first, kernel_row(v, row_of(v, first)), high, &low);
        if (second == v->n_vars || high - low <= s->tolerance) {
            r->converged = true;
            break;
        }
        step(v, first, second);
    }
    r->violation = high > low ? high - low : 0;
    return 0;
}

/* Rows strictly between their bounds know the constant; without any, the middle of what is left. */
static double constant_of(const struct solver *v)
{
    double sum = 0, high = -INFINITY, low = INFINITY;
    size_t n = 0;

    for (size_t k = 0; k < v->n_vars; k++) {
        double l = lack(v, k);
        if (v->alpha[k] > 0 && v->alpha[k] < v->most[k]) {
            sum += l;
            n++;
        }
        high = may_rise(v, k) && l > high ? l : high;
        low = may_fall(v, k) && l < low ? l : low;
    }
    if (n)
        return sum / (double)n;
    if (isinf(high) || isinf(low))
        return isinf(high) ? (isinf(low) ? 0 : low) : high;
    return (high + low) / 2;
}

static void set_up(struct solver *v)
{
    const struct smo *s = v->s;

    for (size_t k = 0; k < v->n_vars; k++) {
        size_t r = row_of(v, k);
        v->alpha[k] = 0;
        v->most[k] = s->C[r];
        v->bound[k] = s->classes ? s->y[r] : s->y[r] - sign_of(v, k) * s->epsilon;
    }
    memset(v->F, 0, v->n * sizeof(double));
    for (size_t i = 0; i < v->n; i++)
        v->slot_of[i] = UINT32_MAX;
    for (size_t i = 0; i < v->n_slots; i++)
        v->row_in[i] = UINT32_MAX;
    memset(v->used, 0, v->n_slots * sizeof(*v->used));
}

static int take_memory(struct solver *v, void *blocks[3], struct err *err)
{
    size_t reals = 3 * v->n_vars + 2 * v->n + v->s->p;

    if (mem_big(&blocks[0], reals, sizeof(double), "the variables", err) ||
        mem_big(&blocks[1], v->n_slots * v->padded, sizeof(double), "rows of the kernel matrix",
                err) ||
        mem_big(&blocks[2], v->n_slots + (v->n + v->n_slots + 1) / 2, sizeof(uint64_t), "the cache",
                err))
        return -1;
    v->alpha = blocks[0];
    v->bound = v->alpha + v->n_vars;
    v->most = v->bound + v->n_vars;
    v->F = v->most + v->n_vars;
    v->diagonal = v->F + v->n;
    v->query = v->diagonal + v->n;
    v->cache = blocks[1];
    v->used = blocks[2];
    v->slot_of = (uint32_t *)(v->used + v->n_slots);
    v->row_in = v->slot_of + v->n;
    return 0;
}

int smo_solve(double *beta, struct smo_result *result, const struct smo *s, struct job *job,
              struct err *err)
{
    struct solver v = { .s = s, .n = s->n, .padded = svm_padded(s->n) };
    void *blocks[3] = { NULL, NULL, NULL };

    v.n_vars = s->classes ? s->n : 2 * s->n;
    v.n_slots = s->cache_bytes / (v.padded * sizeof(double));
    v.n_slots = v.n_slots < s->n ? v.n_slots : s->n;
    v.n_slots = v.n_slots > CACHE_LEAST ? v.n_slots : CACHE_LEAST;
    *result = (struct smo_result){ 0 };
    int rc = take_memory(&v, blocks, err);
    if (!rc) {
        set_up(&v);
        rc = fill_diagonal(&v, err);
    }
    if (!rc)
        rc = iterate(&v, result, job, err);
    if (!rc) {
        result->constant = constant_of(&v);
        for (size_t i = 0; i < s->n; i++)
            beta[i] = sign_of(&v, i) * v.alpha[i] - (s->classes ? 0 : v.alpha[s->n + i]);
        if (!isfinite(result->constant))
            rc = err_set(err, ERR_NUMERIC,
                         "the machine's constant is not finite; scale the features");
    }
    for (size_t b = 0; b < 3; b++)
        mem_big_free(blocks[b]);
    return rc;
}
