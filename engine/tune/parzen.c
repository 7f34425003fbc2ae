#include "tune/parzen.h"

#include <math.h>
#include <string.h>

#include "base/machine.h"
#include "num/exp.h"
#include "num/stats.h"

#define SIGMA_FACTOR 0.2
#define FULL_WEIGHTS 25
#define PRIOR_CENTRE 0.5
#define PRIOR_SIGMA  1.0
#define LEAST_MASS   1e-300

/* ---------------------------------------------------------------- normal masses */
static double normal_cdf(double z)
{
    return 0.5 * erfc(-z * M_SQRT1_2);
}

/* Of the standard normal between a < b, exact in both tails. */
static double normal_mass(double a, double b)
{
    return a > 0 ? normal_cdf(-a) - normal_cdf(-b) : normal_cdf(b) - normal_cdf(a);
}

static double log_mass(double centre, double sigma)
{
    return log(normal_mass(-centre / sigma, (1 - centre) / sigma));
}

static double log_normal_constant(double sigma)
{
    return -log(sigma) - 0.5 * log(2 * M_PI);
}

/* ---------------------------------------------------------------- fitting */
/* Observation i of n, oldest first: a ramp up to the last 25, which weigh 1. */
static double age_weight(size_t i, size_t n)
{
    if (i + FULL_WEIGHTS >= n)
        return 1;
    size_t ramp = n - FULL_WEIGHTS;
    double first = 1.0 / (double)n;
    return ramp == 1 ? first : first + (1 - first) * (double)i / (double)(ramp - 1);
}

static void fit_weights(struct parzen *p, double prior_weight)
{
    double total = p->prior ? prior_weight : 0, sum = 0;

    for (size_t i = 0; i < p->n; i++)
        total += age_weight(i, p->n);
    for (size_t i = 0; i < p->n; i++) {
        double w = age_weight(i, p->n) / total;
        p->base[i] = log(w);
        p->cumulated[i] = sum += w;
    }
    p->prior_base = p->prior ? log(prior_weight / total) : -INFINITY;
    p->cumulated[p->n] = p->prior ? 1.0 : sum;
}

/* Bumps narrow with their number, but not below what one of so many may be wide. */
static double width(size_t n, size_t d, bool prior, bool magic_clip)
{
    double bumps = (double)(n + prior);
    double sigma = SIGMA_FACTOR * pow((double)(n ? n : 1), -1.0 / ((double)d + 4));
    double least = magic_clip ? 1.0 / fmin(100.0, 1.0 + bumps) : 1e-12;

    return fmin(fmax(sigma, least), 1.0);
}

static void fit_choice(struct parzen *p, size_t j, double prior_weight)
{
    double k = (double)p->axes[j].n_choices;
    double v = prior_weight / (double)(p->n + p->prior);

    p->hit[j] = log((1 + v) / (1 + k * v));
    p->miss[j] = log(v / (1 + k * v));
    p->prior_mass[j] = log(k);
}

static void fit_number(struct parzen *p, size_t j, struct arena *arena)
{
    size_t cells = p->axes[j].n_cells;
    double sigma = p->sigma[j];

    for (size_t i = 0; i < p->n; i++)
        p->base[i] -= log_mass(p->at[j * p->n + i], sigma);
    p->prior_mass[j] = log_mass(PRIOR_CENTRE, PRIOR_SIGMA);
    if (!cells) {
        for (size_t i = 0; i < p->n; i++)
            p->base[i] += log_normal_constant(sigma);
        return;
    }
    p->cells[j] = ARENA_NEW(arena, double, cells);
    for (size_t k = 0; k < cells; k++) {
        double middle = (double)k / (double)cells / sigma, half = 0.5 / (double)cells / sigma;
        p->cells[j][k] = log(fmax(normal_mass(middle - half, middle + half), LEAST_MASS));
    }
}

void parzen_fit(struct parzen *p, const struct parzen_axis *axes, size_t d, const double *points,
                size_t n, const struct parzen_options *options, struct arena *arena)
{
    *p = (struct parzen){ .n = n, .d = d, .axes = axes, .prior = options->prior || n == 0 };
    p->at = ARENA_NEW(arena, double, n *d + 1);
    p->base = ARENA_NEW(arena, double, n + 1);
    p->cumulated = ARENA_NEW(arena, double, n + 1);
    p->sigma = ARENA_NEW(arena, double, d);
    p->cells = ARENA_NEW(arena, double *, d);
    p->hit = ARENA_NEW(arena, double, d);
    p->miss = ARENA_NEW(arena, double, d);
    p->prior_mass = ARENA_NEW(arena, double, d);
    if (n)
        memcpy(p->at, points, n * d * sizeof(*points));
    fit_weights(p, options->prior_weight);
    for (size_t j = 0; j < d; j++) {
        p->sigma[j] = width(n, d, p->prior, options->magic_clip);
        if (axes[j].n_choices)
            fit_choice(p, j, options->prior_weight);
        else
            fit_number(p, j, arena);
    }
}

/* ---------------------------------------------------------------- drawing */
static double draw_number(double centre, double sigma, struct rng *rng)
{
    double low = normal_cdf(-centre / sigma), high = normal_cdf((1 - centre) / sigma);
    double u = low + rng_unit(rng) * (high - low);

    return fmin(fmax(centre + sigma * dist_normal_quantile(u), 0.0), 1.0);
}

static double draw_choice(const struct parzen *p, size_t j, size_t bump, struct rng *rng)
{
    size_t k = p->axes[j].n_choices;

    if (bump < p->n) {
        size_t seen = (size_t)p->at[j * p->n + bump];
        double extra = exp(p->hit[j]) - exp(p->miss[j]); /* the rest is even over all choices */
        if (rng_unit(rng) < extra)
            return (double)seen;
    }
    return (double)rng_below(rng, k);
}

void parzen_draw(double *point, const struct parzen *p, struct rng *rng)
{
    double u = rng_unit(rng) * p->cumulated[p->n];
    size_t bump = 0;

    while (bump < p->n && u >= p->cumulated[bump])
        bump++;
    if (bump == p->n && !p->prior)
        bump = p->n - 1;
    for (size_t j = 0; j < p->d; j++) {
        bool prior = bump == p->n;
        if (p->axes[j].n_choices)
            point[j] = draw_choice(p, j, bump, rng);
        else
            point[j] = draw_number(prior ? PRIOR_CENTRE : p->at[j * p->n + bump],
                                   prior ? PRIOR_SIGMA : p->sigma[j], rng);
    }
}

/* ---------------------------------------------------------------- density */
FOR_EACH_MACHINE
static void add_density(double *restrict log_of, const double *restrict at, size_t n, double x,
                        double per_sigma)
{
    for (size_t i = 0; i < n; i++) {
        double z = (x - at[i]) * per_sigma;
        log_of[i] -= 0.5 * z * z;
    }
}

FOR_EACH_MACHINE
static void add_choice(double *restrict log_of, const double *restrict at, size_t n, double x,
                       double hit, double miss)
{
    for (size_t i = 0; i < n; i++)
        log_of[i] += at[i] == x ? hit : miss;
}

static void add_cells(double *log_of, const double *at, size_t n, double x, const double *masses,
                      size_t n_cells)
{
    for (size_t i = 0; i < n; i++) {
        size_t away = (size_t)(fabs(x - at[i]) * (double)n_cells + 0.5);
        log_of[i] += masses[away < n_cells ? away : n_cells - 1];
    }
}

static double prior_log(const struct parzen *p, const double *point)
{
    double sum = p->prior_base;

    for (size_t j = 0; j < p->d; j++) {
        double z = (point[j] - PRIOR_CENTRE) / PRIOR_SIGMA;
        double half = 0.5 / (double)p->axes[j].n_cells / PRIOR_SIGMA;
        sum -= p->prior_mass[j];
        if (p->axes[j].n_choices)
            continue;
        if (p->axes[j].n_cells)
            sum += log(normal_mass(z - half, z + half));
        else
            sum += log_normal_constant(PRIOR_SIGMA) - 0.5 * z * z;
    }
    return sum;
}

FOR_EACH_MACHINE
static void exp_less(double *v, size_t n, double top)
{
    for (size_t i = 0; i < n; i++)
        v[i] = exp_bound(v[i] - top);
    for (size_t i = 0; i < n; i++)
        v[i] = exp_straight(v[i]);
}

double parzen_log(const struct parzen *p, const double *point, double *work)
{
    double top = -INFINITY, sum = 0;
    size_t n = p->n;

    memcpy(work, p->base, n * sizeof(*work));
    for (size_t j = 0; j < p->d; j++) {
        const double *at = p->at + j * n;
        if (p->axes[j].n_choices)
            add_choice(work, at, n, point[j], p->hit[j], p->miss[j]);
        else if (p->cells[j])
            add_cells(work, at, n, point[j], p->cells[j], p->axes[j].n_cells);
        else
            add_density(work, at, n, point[j], 1 / p->sigma[j]);
    }
    if (p->prior)
        work[n++] = prior_log(p, point);
    for (size_t i = 0; i < n; i++)
        top = work[i] > top ? work[i] : top;
    if (top == -INFINITY)
        return top;
    exp_less(work, n, top);
    for (size_t i = 0; i < n; i++)
        sum += work[i];
    return top + log(sum);
}
