#include "num/enet.h"

#include <math.h>
#include <string.h>

#include "num/linalg.h"

/* More that are not 0 are not solved for at once: their cube would outweigh the passes. */
enum { EXACT_MAX = 1500, PASSES_BEFORE_ALL = 50 };

static const double PIVOT_TOLERANCE = 1e-13;

/* What rounding leaves of a gradient that is 0, as a part of q. */
static const double GRADIENT_ROUNDING = 1e-11;

size_t enet_work(size_t p)
{
    size_t exact = p < EXACT_MAX ? p : EXACT_MAX;
    return exact * exact + 3 * exact + 3 * p;
}

void enet_start(struct enet *e)
{
    memcpy(e->gradient, e->right, e->p * sizeof(double));
    for (size_t j = 0; j < e->p; j++)
        for (size_t k = 0; e->w[j] != 0 && k < e->p; k++)
            e->gradient[k] -= e->w[j] * e->gram[j * e->p + k];
}

static void change(struct enet *e, size_t j, double by)
{
    const double *restrict column = e->gram + j * e->p;
    double *restrict gradient = e->gradient;

    e->w[j] += by;
    for (size_t k = 0; k < e->p; k++)
        gradient[k] -= by * column[k];
}

/* Minimise over coordinate j; the square of what the step changed in the fit. */
static double visit(struct enet *e, size_t j)
{
    double curvature = e->gram[j * e->p + j], old = e->w[j], next = 0;

    if (!(curvature > 0))
        return 0;
    double z = e->gradient[j] + curvature * old;
    if (z > e->l1[j])
        next = (z - e->l1[j]) / (curvature + e->l2[j]);
    else if (z < -e->l1[j] && !e->positive)
        next = (z + e->l1[j]) / (curvature + e->l2[j]);
    if (next == old)
        return 0;
    change(e, j, next - old);
    if (next == 0)
        e->w[j] = 0;
    return curvature * (next - old) * (next - old);
}

static double pass_all(struct enet *e)
{
    double most = 0;

    for (size_t j = 0; j < e->p; j++)
        if (e->w[j] != 0 || fabs(e->gradient[j]) > e->l1[j])
            most = fmax(most, visit(e, j));
    e->n_iter++;
    return most;
}

static double pass_active(struct enet *e)
{
    double most = 0;

    for (size_t j = 0; j < e->p; j++)
        if (e->w[j] != 0)
            most = fmax(most, visit(e, j));
    e->n_iter++;
    return most;
}

/* Pass until no coordinate changes the fit by more than `rest`. */
static void descend(struct enet *e, double rest)
{
    while (e->n_iter < e->max_iter && pass_all(e) > rest)
        for (size_t k = 0; k < PASSES_BEFORE_ALL && e->n_iter < e->max_iter; k++)
            if (pass_active(e) <= rest)
                break;
}

/* Primal less dual, for the scaled residual as dual point: what is missing at most.  Coordinates
 * without an L1 penalty are taken at their optimum. */
static double duality_gap(const struct enet *e)
{
    double fit = 0, ridge = 0, lasso = 0, shrink = 1, agree = 0;

    for (size_t j = 0; j < e->p; j++) {
        double slope = e->gradient[j] - e->l2[j] * e->w[j];
        double size = e->positive ? fmax(slope, 0) : fabs(slope);
        fit += e->w[j] * (e->right[j] + e->gradient[j]);
        agree += e->w[j] * e->right[j];
        ridge += e->l2[j] * e->w[j] * e->w[j];
        lasso += e->l1[j] * fabs(e->w[j]);
        if (e->l1[j] > 0 && size * shrink > e->l1[j])
            shrink = e->l1[j] / size;
    }
    double rss = fmax(e->yy - fit, 0);
    return fmax(0.5 * (1 + shrink * shrink) * (rss + ridge) + lasso - shrink * (e->yy - agree), 0);
}

/* ---- the equations of those that are not 0 ---- */

struct active {
    size_t n;
    size_t *at; /* (n) */
    double *a, *scale, *w, *before;
};

static bool collect(struct active *s, struct enet *e)
{
    size_t most = e->p < EXACT_MAX ? e->p : EXACT_MAX;

    s->a = e->memory;
    s->scale = s->a + most * most;
    s->w = s->scale + most;
    s->before = s->w + most;
    s->at = (size_t *)(void *)(s->before + 2 * e->p);
    s->n = 0;
    for (size_t j = 0; j < e->p; j++)
        if (e->w[j] != 0) {
            if (s->n == most)
                return false;
            s->at[s->n++] = j;
        }
    return true;
}

static bool solve_active(struct active *s, const struct enet *e)
{
    for (size_t b = 0; b < s->n; b++) {
        size_t j = s->at[b];
        for (size_t a = 0; a <= b; a++)
            s->a[b * s->n + a] = e->gram[j * e->p + s->at[a]];
        s->a[b * s->n + b] += e->l2[j];
        s->w[b] = e->right[j] - (e->w[j] > 0 ? e->l1[j] : -e->l1[j]);
    }
    if (s->n > 0 && chol_factor(s->a, s->scale, s->n, PIVOT_TOLERANCE))
        return false;
    if (s->n > 0)
        chol_solve(s->a, s->scale, s->n, s->w, 1);
    for (size_t a = 0; a < s->n; a++)
        if (!((s->w[a] > 0) == (e->w[s->at[a]] > 0)))
            return false;
    return true;
}

/* No coordinate that is 0 wants to be otherwise. */
static bool holds(const struct enet *e)
{
    for (size_t j = 0; j < e->p; j++) {
        double slope = e->positive ? e->gradient[j] : fabs(e->gradient[j]);
        double room = GRADIENT_ROUNDING * sqrt(fmax(e->gram[j * e->p + j] * e->yy, 0));
        if (e->w[j] == 0 && e->gram[j * e->p + j] > 0 && slope > e->l1[j] + room)
            return false;
    }
    return true;
}

static double shrinkage_of(struct active *s, const struct enet *e)
{
    double sum = 0;
    bool any = false;

    for (size_t a = 0; a < s->n; a++)
        any |= e->l2[s->at[a]] > 0;
    if (!any)
        return 0;
    chol_invert(s->a, s->scale, s->n);
    for (size_t a = 0; a < s->n; a++)
        sum += e->l2[s->at[a]] * s->a[a * s->n + a];
    return sum;
}

/* Put the solution in place, or leave w as it was. */
static bool exact(struct enet *e)
{
    struct active s;

    if (!collect(&s, e) || !solve_active(&s, e))
        return false;
    memcpy(s.before, e->w, e->p * sizeof(double));
    memcpy(s.before + e->p, e->gradient, e->p * sizeof(double));
    for (size_t a = 0; a < s.n; a++)
        e->w[s.at[a]] = s.w[a];
    enet_start(e);
    if (!holds(e)) {
        memcpy(e->w, s.before, e->p * sizeof(double));
        memcpy(e->gradient, s.before + e->p, e->p * sizeof(double));
        return false;
    }
    e->shrinkage = shrinkage_of(&s, e);
    return true;
}

bool enet_solve(struct enet *e)
{
    e->n_iter = 0;
    e->gap = 0;
    e->shrinkage = NAN;
    for (double rest = fmax(e->tol, 1e-6) * e->yy;; rest *= 0.01) {
        descend(e, rest);
        if (exact(e))
            return true;
        e->gap = duality_gap(e);
        bool small = rest <= 1e-14 * e->yy && rest <= e->tol * e->yy;
        if (e->n_iter >= e->max_iter || small)
            return e->gap <= e->tol * e->yy;
    }
}
