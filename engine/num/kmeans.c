#include "num/kmeans.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/machine.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "num/linalg.h"
#include "num/reduce.h"

/* Centres lie feature by feature, padded, so that one row meets several of them in one register. */
enum { LANES = 8, WIDE = 32, ROWS_AT_ONCE = 256 };

static size_t lanes_of(size_t k)
{
    return (k + LANES - 1) / LANES * LANES;
}

struct run {
    size_t n, p, k, lanes;
    const double *rows;      /* (n, p) row-major, mean taken off */
    double *centre;          /* (k, p) row-major */
    double *turned;          /* (p, lanes); behind the last centre infinitely far ones */
    uint32_t *near;          /* (n) */
    double *upper;           /* (n) at least the distance to the own centre */
    double *lower;           /* (n) at most the distance to any other */
    double *half;            /* (k) half the distance to the nearest other centre */
    double *moved;           /* (k) */
    double *sums;            /* (k, p), then (k) rows, then how many rows changed, then inertia */
    double longest;          /* the largest square of a centre's length */
    size_t farthest, second; /* which centre moved most, and the next most */
    double *far;             /* (n) squared distances, for seeding and empty clusters */
    struct reducer reducer;
};

/* dist (lanes) squared distances of one row to all centres. */
FOR_EACH_MACHINE static void distances(double *restrict dist, const double *restrict row,
                                       const double *restrict turned, size_t p, size_t lanes)
{
    for (size_t c = 0; c < lanes; c += LANES) {
        double sum[LANES] = { 0 };
        for (size_t j = 0; j < p; j++)
            for (size_t l = 0; l < LANES; l++) {
                double d = row[j] - turned[j * lanes + c + l];
                sum[l] += d * d;
            }
        memcpy(dist + c, sum, sizeof(sum));
    }
}

FOR_EACH_MACHINE static double distance(const double *restrict a, const double *restrict b,
                                        size_t p)
{
    double sum[LANES] = { 0 }, total = 0;
    size_t j = 0;

    for (; j + LANES <= p; j += LANES)
        for (size_t l = 0; l < LANES; l++) {
            double d = a[j + l] - b[j + l];
            sum[l] += d * d;
        }
    for (; j < p; j++)
        total += (a[j] - b[j]) * (a[j] - b[j]);
    for (size_t l = 0; l < LANES; l++)
        total += sum[l];
    return total;
}

FOR_EACH_MACHINE static double dot(const double *restrict a, const double *restrict b, size_t p)
{
    double sum[LANES] = { 0 }, total = 0;
    size_t j = 0;

    for (; j + LANES <= p; j += LANES)
        for (size_t l = 0; l < LANES; l++)
            sum[l] += a[j + l] * b[j + l];
    for (; j < p; j++)
        total += a[j] * b[j];
    for (size_t l = 0; l < LANES; l++)
        total += sum[l];
    return total;
}

static void turn_centres(double *turned, const double *centre, size_t p, size_t k, size_t lanes)
{
    for (size_t j = 0; j < p; j++)
        for (size_t c = 0; c < lanes; c++)
            turned[j * lanes + c] = c < k ? centre[c * p + j] : INFINITY;
}

/* The nearest and the distance of the second, both squared. */
static size_t nearest(double *best, double *next, const double *dist, size_t k)
{
    size_t at = 0;

    *best = dist[0];
    *next = INFINITY;
    for (size_t c = 1; c < k; c++)
        if (dist[c] < *best) {
            *next = *best;
            *best = dist[c];
            at = c;
        } else if (dist[c] < *next) {
            *next = dist[c];
        }
    return at;
}

/* ---- one step ---- */

static void add_row(double *sum, const double *row, size_t p, double factor)
{
    for (size_t j = 0; j < p; j++)
        sum[j] += factor * row[j];
}

/* All anew: near, bounds, sums, inertia. */
static void assign_all(void *ctx, double *acc, double *scratch, size_t begin, size_t end)
{
    struct run *r = ctx;
    size_t kp = r->k * r->p;

    for (size_t i = begin; i < end; i++) {
        const double *row = r->rows + i * r->p;
        double best, next;
        distances(scratch, row, r->turned, r->p, r->lanes);
        size_t at = nearest(&best, &next, scratch, r->k);
        acc[kp + r->k] += r->near[i] != at;
        acc[kp + r->k + 1] += best;
        r->near[i] = (uint32_t)at;
        r->upper[i] = sqrt(best);
        r->lower[i] = sqrt(next);
        r->far[i] = best;
        add_row(acc + at * r->p, row, r->p, 1);
        acc[kp + at] += 1;
    }
}

/* Of rows [begin, end) those whose bounds do not settle it; returns how many. */
static size_t unsettled(uint32_t *list, struct run *r, size_t begin, size_t end)
{
    size_t n = 0;

    for (size_t i = begin; i < end; i++) {
        size_t old = r->near[i];
        r->upper[i] += r->moved[old];
        r->lower[i] -= r->moved[old == r->farthest ? r->second : r->farthest];
        double least = r->half[old] > r->lower[i] ? r->half[old] : r->lower[i];
        if (r->upper[i] >= least)
            list[n++] = (uint32_t)(i - begin);
    }
    return n;
}

/* A row that goes from one cluster to another. */
static void change_row(double *acc, struct run *r, size_t i, size_t at)
{
    const double *row = r->rows + i * r->p;
    size_t old = r->near[i], kp = r->k * r->p;

    r->near[i] = (uint32_t)at;
    add_row(acc + old * r->p, row, r->p, -1);
    add_row(acc + at * r->p, row, r->p, 1);
    acc[kp + old] -= 1;
    acc[kp + at] += 1;
    acc[kp + r->k] += 1;
}

/* What products of length |x|^2 + |c|^2 may be wrong by, as a share. */
#define PRODUCT_SLACK 1e-13

/* Distances by products of a block of rows with all centres: |x|^2 + |c|^2 - 2 x c.  What they may
 * be wrong by goes into the bounds. */
static void assign_some(void *ctx, double *acc, double *scratch, size_t begin, size_t end)
{
    struct run *r = ctx;
    size_t p = r->p, k = r->k;
    double *block = scratch, *dist = block + ROWS_AT_ONCE * p, *norm = dist + ROWS_AT_ONCE * k;

    for (size_t c = 0; c < k; c++)
        norm[c] = dot(r->centre + c * p, r->centre + c * p, p);
    for (size_t from = begin; from < end; from += ROWS_AT_ONCE) {
        uint32_t list[ROWS_AT_ONCE];
        size_t m = unsettled(list, r, from, from + ROWS_AT_ONCE < end ? from + ROWS_AT_ONCE : end);
        for (size_t i = 0; i < m; i++)
            memcpy(block + i * p, r->rows + (from + list[i]) * p, p * sizeof(*block));
        memset(dist, 0, m * k * sizeof(*dist));
        if (m)
            cross_add(dist, -2, r->centre, k, block, m, p, p);
        for (size_t i = 0; i < m; i++) {
            double best, next, own = dot(block + i * p, block + i * p, p);
            double *d = dist + i * k;
            for (size_t c = 0; c < k; c++)
                d[c] += norm[c];
            size_t at = nearest(&best, &next, d, k), row = from + list[i];
            double slack = PRODUCT_SLACK * (own + r->longest);
            r->upper[row] = sqrt(best + own > 0 ? best + own + slack : slack);
            r->lower[row] = sqrt(next + own > slack ? next + own - slack : 0);
            if (at != r->near[row])
                change_row(acc, r, row, at);
        }
    }
}

/* What moved, for the bounds. */
static void measure_moves(struct run *r, const double *before)
{
    r->farthest = r->second = 0;
    r->longest = 0;
    for (size_t c = 0; c < r->k; c++) {
        double square = dot(r->centre + c * r->p, r->centre + c * r->p, r->p);
        r->longest = square > r->longest ? square : r->longest;
    }
    for (size_t c = 0; c < r->k; c++)
        r->moved[c] = sqrt(distance(r->centre + c * r->p, before + c * r->p, r->p));
    for (size_t c = 1; c < r->k; c++)
        if (r->moved[c] > r->moved[r->farthest])
            r->farthest = c;
    r->second = r->farthest == 0 && r->k > 1 ? 1 : 0;
    for (size_t c = 0; c < r->k; c++)
        if (c != r->farthest && r->moved[c] > r->moved[r->second])
            r->second = c;
    for (size_t c = 0; c < r->k; c++) {
        double least = INFINITY;
        for (size_t d = 0; d < r->k; d++) {
            double v = d == c ? INFINITY
                              : distance(r->centre + c * r->p, r->centre + d * r->p, r->p);
            least = v < least ? v : least;
        }
        r->half[c] = sqrt(least) / 2;
    }
}

/* A cluster without rows takes the row that is farthest from its centre, as scikit-learn does. */
static void fill_empty(struct run *r)
{
    double *count = r->sums + r->k * r->p;
    size_t n_empty = 0;

    for (size_t c = 0; c < r->k; c++)
        n_empty += count[c] < 0.5;
    if (!n_empty)
        return;
    reducer_run(&r->reducer, r->sums, assign_all, r);
    for (size_t c = 0; c < r->k; c++) {
        size_t at = 0;
        if (count[c] > 0.5)
            continue;
        for (size_t i = 1; i < r->n; i++)
            at = r->far[i] > r->far[at] ? i : at;
        size_t from = r->near[at];
        if (r->far[at] <= 0 || count[from] < 1.5)
            continue; /* there are fewer places than centres */
        const double *row = r->rows + at * r->p;
        add_row(r->sums + from * r->p, row, r->p, -1);
        count[from] -= 1;
        add_row(r->sums + c * r->p, row, r->p, 1);
        count[c] = 1;
        r->near[at] = (uint32_t)c;
        r->far[at] = 0;
    }
}

/* Centres to the means of their rows; the sum of squared moves. */
static double move_centres(struct run *r, double *before)
{
    const double *count = r->sums + r->k * r->p;
    double total = 0;

    memcpy(before, r->centre, r->k * r->p * sizeof(*before));
    for (size_t c = 0; c < r->k; c++)
        for (size_t j = 0; j < r->p && count[c] > 0.5; j++)
            r->centre[c * r->p + j] = r->sums[c * r->p + j] / count[c];
    measure_moves(r, before);
    for (size_t c = 0; c < r->k; c++)
        total += r->moved[c] * r->moved[c];
    turn_centres(r->turned, r->centre, r->p, r->k, r->lanes);
    return total;
}

/* Sums are brought up to date by differences, and made anew now and then, so that rounding does not
 * pile up. */
#define SUMS_ANEW 25

static int lloyd(struct run *r, size_t *n_iterations, bool *converged,
                 const struct kmeans_options *o, double stop, struct job *job, struct err *err)
{
    size_t m = r->k * r->p + r->k + 2;
    double *before = MEM_NEW(double, m), *change = MEM_NEW(double, m);
    int rc = 0;

    turn_centres(r->turned, r->centre, r->p, r->k, r->lanes);
    *converged = false;
    for (size_t it = 0; it < o->max_iter && !*converged && !rc; it++) {
        bool anew = it % SUMS_ANEW == 0;
        reducer_run(&r->reducer, anew ? r->sums : change, anew ? assign_all : assign_some, r);
        for (size_t i = 0; i < m && !anew; i++)
            r->sums[i] = i < m - 2 ? r->sums[i] + change[i] : change[i];
        bool same = r->sums[m - 2] < 0.5 && it > 0;
        fill_empty(r);
        double moved = move_centres(r, before);
        *n_iterations = it + 1;
        *converged = same || moved <= stop;
        rc = job_tick(job, it + 1, o->max_iter, err);
    }
    if (!rc)
        reducer_run(&r->reducer, r->sums, assign_all, r);
    mem_free(before);
    mem_free(change);
    return rc;
}

/* ---- seeding ---- */

struct candidate {
    struct run *r;
    const double *row;
    double *into; /* (n) the smaller of far and the distance to row; NULL: only its sum is wanted */
};

static void candidate_sum(void *ctx, double *acc, double *scratch, size_t begin, size_t end)
{
    const struct candidate *c = ctx;
    struct run *r = c->r;

    (void)scratch;
    for (size_t i = begin; i < end; i++) {
        double d = distance(r->rows + i * r->p, c->row, r->p);
        d = d < r->far[i] ? d : r->far[i];
        acc[0] += d;
        if (c->into)
            c->into[i] = d;
    }
}

/* A row, by chance in proportion to its squared distance. */
static size_t draw_far(const struct run *r, double total, struct rng *rng)
{
    double at = rng_unit(rng) * total, sum = 0;

    if (!(total > 0))
        return (size_t)rng_below(rng, r->n);
    for (size_t i = 0; i < r->n; i++) {
        sum += r->far[i];
        if (sum > at)
            return i;
    }
    return r->n - 1;
}

/* Source: scikit-learn 1.2, cluster/_kmeans.py, _kmeans_plusplus: of 2 + log k candidates the one
 * that leaves the smallest sum. */
static int seed_centres(struct run *r, struct rng *rng, struct job *job, struct err *err)
{
    size_t n_trials = 2 + (size_t)log((double)r->k), m = r->k * r->p + r->k + 2;
    double *out = MEM_NEW(double, m), total = 0;
    int rc = 0;

    for (size_t i = 0; i < r->n; i++)
        r->far[i] = INFINITY;
    for (size_t c = 0; c < r->k && !rc; c++) {
        struct candidate best = { .r = r };
        double least = INFINITY;
        for (size_t t = 0; t < (c ? n_trials : 1); t++) {
            size_t at = c ? draw_far(r, total, rng) : (size_t)rng_below(rng, r->n);
            struct candidate try = { .r = r, .row = r->rows + at * r->p };
            reducer_run(&r->reducer, out, candidate_sum, &try);
            if (!best.row || out[0] < least) {
                best = try;
                least = out[0];
            }
        }
        best.into = r->far;
        reducer_run(&r->reducer, out, candidate_sum, &best);
        total = out[0];
        memcpy(r->centre + c * r->p, best.row, r->p * sizeof(double));
        rc = job_tick(job, 0, 1, err);
    }
    mem_free(out);
    return rc;
}

/* ---- rows ---- */

struct turning {
    const struct matrix *x;
    const double *mean;
    double *rows;
};

static void turn_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct turning *t = ctx;
    size_t p = t->x->p;

    (void)chunk;
    for (size_t from = begin; from < end; from += WIDE) {
        size_t to = from + WIDE < end ? from + WIDE : end;
        for (size_t j = 0; j < p; j++) {
            const double *v = matrix_col(t->x, j);
            for (size_t i = from; i < to; i++)
                t->rows[i * p + j] = v[i] - t->mean[j];
        }
    }
}

struct columns {
    const struct matrix *x;
    double *mean, *variance; /* (p) */
};

static void measure_columns(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct columns *c = ctx;
    double n = (double)c->x->n;

    (void)chunk;
    for (size_t j = begin; j < end; j++) {
        const double *v = matrix_col(c->x, j);
        double mean = 0, sum = 0;
        for (size_t i = 0; i < c->x->n; i++)
            mean += v[i] / n;
        for (size_t i = 0; i < c->x->n; i++)
            sum += (v[i] - mean) * (v[i] - mean);
        c->mean[j] = mean;
        c->variance[j] = sum / n;
    }
}

static int run_init(struct run *r, const struct matrix *x, const double *mean, size_t k,
                    struct err *err)
{
    size_t p = x->p, n = x->n, lanes = lanes_of(k);
    void *rows = NULL, *state = NULL, *near = NULL, *small = NULL;

    *r = (struct run){ .n = n, .p = p, .k = k, .lanes = lanes };
    if (mem_big(&rows, n * p, sizeof(double), "rows for k-means", err))
        return -1;
    r->rows = rows;
    if (mem_big(&state, n * 3, sizeof(double), "bounds of k-means", err))
        return -1;
    r->upper = state;
    r->lower = r->upper + n;
    r->far = r->lower + n;
    if (mem_big(&near, n, sizeof(uint32_t), "clusters of rows", err))
        return -1;
    r->near = memset(near, 0, n * sizeof(uint32_t));
    if (mem_big(&small, p * lanes + 2 * k * p + 4 * k + 8, sizeof(double), "centres", err))
        return -1;
    r->turned = small;
    r->centre = r->turned + p * lanes;
    r->half = r->centre + k * p;
    r->moved = r->half + k;
    r->sums = r->moved + k;
    parallel_for(n, PARALLEL_CHUNK, turn_rows, &(struct turning){ x, mean, rows });
    return reducer_init(&r->reducer, n, k * p + k + 2, lanes + ROWS_AT_ONCE * (p + k) + k, err);
}

static void run_release(struct run *r)
{
    reducer_release(&r->reducer);
    mem_big_free((void *)(uintptr_t)r->rows);
    mem_big_free(r->upper);
    mem_big_free(r->near);
    mem_big_free(r->turned);
}

/* ---- fitting ---- */

/* Keep this run's centres, with the mean put back, when it is the best so far. */
static void keep_best(struct kmeans *out, const struct run *r, const double *mean, size_t n_it,
                      bool converged, struct arena *arena)
{
    double inertia = r->sums[r->k * r->p + r->k + 1];
    double *centres = (double *)(uintptr_t)out->centres, *sizes = (double *)(uintptr_t)out->sizes;

    if (centres && inertia >= out->inertia)
        return;
    if (!centres) {
        centres = ARENA_NEW(arena, double, r->k * r->p);
        sizes = ARENA_NEW(arena, double, r->k);
    }
    for (size_t c = 0; c < r->k; c++)
        for (size_t j = 0; j < r->p; j++)
            centres[c * r->p + j] = r->centre[c * r->p + j] + mean[j];
    memcpy(sizes, r->sums + r->k * r->p, r->k * sizeof(*sizes));
    *out = (struct kmeans){ .p = r->p,
                            .k = r->k,
                            .centres = centres,
                            .sizes = sizes,
                            .inertia = inertia,
                            .n_iterations = n_it,
                            .converged = converged };
}

static int fit_runs(struct kmeans *out, struct run *r, const double *mean, const double *given,
                    const struct kmeans_options *o, double stop, struct arena *arena,
                    struct job *job, struct err *err)
{
    size_t n_runs = given ? 1 : o->n_init;
    int rc = 0;

    for (size_t i = 0; i < n_runs && !rc; i++) {
        struct job_range whole = job_part(job, i, n_runs);
        struct rng rng;
        size_t n_it = 0;
        bool converged;
        rng_init(&rng, o->seed, i);
        for (size_t at = 0; given && at < r->k * r->p; at++)
            r->centre[at] = given[at] - mean[at % r->p];
        rc = given ? 0 : seed_centres(r, &rng, job, err);
        if (!rc)
            rc = lloyd(r, &n_it, &converged, o, stop, job, err);
        job_restore(job, whole);
        if (!rc)
            keep_best(out, r, mean, n_it, converged, arena);
    }
    return rc;
}

int kmeans_fit_from(struct kmeans *out, const struct matrix *x, const double *centres,
                    const struct kmeans_options *o, struct arena *arena, struct job *job,
                    struct err *err)
{
    struct columns c = { .x = x, .mean = MEM_NEW(double, 2 * x->p) };
    double variance = 0;
    struct run r = { 0 };
    int rc = 0;

    num_init();
    *out = (struct kmeans){ 0 };
    c.variance = c.mean + x->p;
    parallel_for(x->p, matrix_columns_at_once(x), measure_columns, &c);
    for (size_t j = 0; j < x->p; j++)
        variance += c.variance[j];
    if (o->k > x->n)
        rc = err_set(err, ERR_DOMAIN, "%zu clusters want as many rows at least, and there are %zu",
                     o->k, x->n);
    else if (!isfinite(variance * (double)x->n))
        rc = err_set(err, ERR_NUMERIC,
                     "the features are too large for squared distances; scale all first");
    if (!rc)
        rc = run_init(&r, x, c.mean, o->k, err);
    if (!rc)
        rc = fit_runs(out, &r, c.mean, centres, o, o->tol * variance / (double)x->p, arena, job,
                      err);
    run_release(&r);
    mem_free(c.mean);
    return rc;
}

int kmeans_fit(struct kmeans *out, const struct matrix *x, const struct kmeans_options *o,
               struct arena *arena, struct job *job, struct err *err)
{
    return kmeans_fit_from(out, x, NULL, o, arena, job, err);
}

/* ---- new rows ---- */

struct assigning {
    const struct kmeans *km;
    const struct matrix *x;
    const double *turned;
    size_t lanes;
    double *near;
};

static void assign_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct assigning *a = ctx;
    size_t p = a->km->p;
    double *row = MEM_NEW(double, p + a->lanes), *dist = row + p, best, next;

    (void)chunk;
    for (size_t i = begin; i < end; i++) {
        for (size_t j = 0; j < p; j++)
            row[j] = matrix_col(a->x, j)[i];
        distances(dist, row, a->turned, p, a->lanes);
        a->near[i] = (double)nearest(&best, &next, dist, a->km->k);
    }
    mem_free(row);
}

void kmeans_assign(double *near, const struct kmeans *km, const struct matrix *x)
{
    struct assigning a = { .km = km, .x = x, .lanes = lanes_of(km->k), .near = near };
    double *turned = MEM_NEW(double, km->p *a.lanes);

    turn_centres(turned, km->centres, km->p, km->k, a.lanes);
    a.turned = turned;
    parallel_for(x->n, ROWS_AT_ONCE, assign_rows, &a);
    mem_free(turned);
}

/* ---- bytes ---- */

void kmeans_save(struct str *out, const struct kmeans *km)
{
    pack_u64(out, km->k);
    pack_reals(out, km->centres, km->k * km->p);
    pack_reals(out, km->sizes, km->k);
    pack_real(out, km->inertia);
}

void kmeans_load(struct kmeans *km, struct unpack *u, struct arena *arena, size_t p)
{
    size_t n = 0, n_sizes = 0;

    (void)arena;
    *km = (struct kmeans){ .p = p };
    km->k = unpack_count(u, u->left / 8);
    km->centres = unpack_reals(u, &n);
    km->sizes = unpack_reals(u, &n_sizes);
    km->inertia = unpack_real(u);
    if (km->k == 0 || n != km->k * p || n_sizes != km->k)
        unpack_fail(u, "centres of as many features as the model has");
    for (size_t i = 0; i < n && !u->failed; i++)
        if (!isfinite(km->centres[i]))
            unpack_fail(u, "finite centres");
}
