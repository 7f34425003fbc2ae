/* neighbours_filter.c - which rows may be among the nearest, by products in single precision.
 *
 * For a point q and a row x, both moved to the rows' centre and divided by one scale, let
 * s = |x|²/2 - x·q, which orders the rows as their distances do.  With u = 2^-24, whatever the order
 * of the sum and with or without fused operations, what single precision makes of s is wrong by at
 * most (p + 1) u (|x||q| + |x|²/2) and its inputs' rounding by 2u |x||q| + u |x|²/2; since
 * |x||q| <= (|x|² + |q|²) / 2, both together stay below c |x|² + c |q|²/2 with c = (p + 12) u.
 * That leaves 8u for the last two roundings here, and for double precision, whose rounding decides
 * in the end.
 *
 * What is summed is s - c |x|², which costs nothing: |x|² (1/2 - c) is the product's last column.
 * So sum - c |q|²/2 is below s, sum + 2c |x|² + c |q|²/2 above it, and a row can be among the k
 * nearest only when its sum is at most the k-th smallest of (sum + 2c |x|²) so far, plus c |q|².
 *
 * Why not a library's matrix product: it would write a matrix of sums that is read again at once;
 * here 6 points by 32 rows stay in registers, and most of them are dismissed there. */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/machine.h"
#include "base/mem.h"
#include "num/neighbours_parts.h"

enum {
    ROWS = 32,         /* of a tile */
    POINTS = 6,        /* of a tile: 12 vectors of 16 sums */
    TILES_AT_ONCE = 16 /* of rows: they stay in the second-level cache for all points */
};

static const double FAR_POINT =
    1e15; /* in units of the farthest row; beyond, all rows are measured */

struct neighbours_filter {
    size_t n_tiles;
    const double *centre; /* (p) */
    double scale, c;
    const float *panel; /* (n_tiles, p + 1, ROWS) */
    const float *extra; /* (n_tiles * ROWS) 2c |x|² */
};

/* ---------------------------------------------------------------- building */

static double largest_offset(const struct matrix *x, double *centre)
{
    double most = 0;

    for (size_t j = 0; j < x->p; j++) {
        const double *v = matrix_col(x, j);
        double low = v[0], high = v[0];
        for (size_t i = 1; i < x->n; i++) {
            low = v[i] < low ? v[i] : low;
            high = v[i] > high ? v[i] : high;
        }
        centre[j] = 0;
        for (size_t i = 0; i < x->n; i++)
            centre[j] += v[i] / (double)x->n;
        most = fmax(most, fmax(high - centre[j], centre[j] - low));
    }
    return most;
}

static void fill_row(float *panel, float *extra, const struct neighbours_filter *f,
                     const double *row, size_t p, size_t i)
{
    float *at = panel + i / ROWS * (p + 1) * ROWS + i % ROWS;
    double square = 0;

    for (size_t j = 0; j < p; j++) {
        double v = (row[j] - f->centre[j]) * f->scale;
        at[j * ROWS] = (float)v;
        square += v * v;
    }
    at[p * ROWS] = (float)(square * (0.5 - f->c));
    extra[i] = (float)(2 * f->c * square * (1 + 1e-6));
}

static float *aligned(struct arena *arena, size_t n)
{
    uintptr_t at = (uintptr_t)ARENA_NEW(arena, float, n + MEM_ALIGN / sizeof(float));

    return (float *)((at + MEM_ALIGN - 1) & ~(uintptr_t)(MEM_ALIGN - 1));
}

void neighbours_filter_build(struct neighbours *nb, const struct matrix *x, struct arena *arena)
{
    struct neighbours_filter *f = ARENA_NEW(arena, struct neighbours_filter, 1);
    size_t p = nb->p, n_tiles = (x->n + ROWS - 1) / ROWS;
    double *rows = ARENA_NEW(arena, double, x->n *p), *centre = ARENA_NEW(arena, double, p);
    float *panel = aligned(arena, n_tiles * ROWS * (p + 1)),
          *extra = ARENA_NEW(arena, float, n_tiles *ROWS);
    double most = largest_offset(x, centre);

    *f = (struct neighbours_filter){
        .n_tiles = n_tiles,
        .centre = centre,
        .scale = most > DBL_MIN ? 1 / most : 1,
        .c = (double)(p + 12) * 0x1p-24,
        .panel = panel,
        .extra = extra,
    };
    for (size_t i = 0; i < x->n; i++) {
        for (size_t j = 0; j < p; j++)
            rows[i * p + j] = matrix_col(x, j)[i];
        fill_row(panel, extra, f, rows + i * p, p, i);
    }
    nb->x = rows;
    nb->lanes = 1;
    nb->filter = f;
}

/* ---------------------------------------------------------------- a tile */

/* The compiler splits it where registers are shorter. */
typedef float lanes __attribute__((vector_size(64)));

/* sum (POINTS, ROWS) of panel (p1, ROWS) and points (p1, POINTS); bit a says whether
 * any sum of point a is within its limit.  Fused operations are welcome: the bound holds with them. */
#if defined(__GNUC__) && !defined(__clang__)
__attribute__((optimize("fp-contract=fast")))
#endif
FOR_EACH_MACHINE static unsigned
tile_sums(float *restrict sum, const float *restrict panel, const float *restrict points, size_t p1,
          const float *restrict limit)
{
    const lanes *x = __builtin_assume_aligned(panel, 64);
    lanes s[POINTS][2] = { 0 };
    unsigned hits = 0;

    for (size_t j = 0; j < p1; j++) {
        lanes low = x[2 * j], high = x[2 * j + 1];
        for (size_t a = 0; a < POINTS; a++) {
            float q = points[j * POINTS + a];
            s[a][0] += low * q;
            s[a][1] += high * q;
        }
    }
    memcpy(__builtin_assume_aligned(sum, 64), s, sizeof(s));
    for (size_t a = 0; a < POINTS; a++) {
        int any = 0;
        for (size_t i = 0; i < ROWS; i++)
            any |= sum[a * ROWS + i] <= limit[a];
        hits |= (unsigned)any << a;
    }
    return hits;
}

/* ---------------------------------------------------------------- a point */

struct candidate {
    float sum;
    uint32_t row;
};

struct seeker {
    const double *q; /* (p) as it came */
    bool far;        /* no sums: every row is measured */
    float slack;     /* c |q|² */
    float *top;      /* heap of the k smallest sum + extra, the largest on top */
    size_t n_top;
    struct candidate *at; /* (room) */
    size_t n;
    struct nearest *found;
};

static void top_add(struct seeker *s, size_t k, float v)
{
    float *top = s->top;
    size_t i = 0;

    if (s->n_top < k) {
        for (i = s->n_top++; i > 0 && top[(i - 1) / 2] < v; i = (i - 1) / 2)
            top[i] = top[(i - 1) / 2];
        top[i] = v;
        return;
    }
    if (!(v < top[0]))
        return;
    for (size_t child = 1; child < k; child = 2 * i + 1) {
        if (child + 1 < k && top[child] < top[child + 1])
            child++;
        if (v >= top[child])
            break;
        top[i] = top[child];
        i = child;
    }
    top[i] = v;
}

static float limit_of(const struct seeker *s, size_t k)
{
    return s->far || s->n_top < k ? INFINITY : nextafterf(s->top[0] + s->slack, INFINITY);
}

/* Drop the candidates that the limit has passed. */
static void sieve(struct seeker *s, float limit)
{
    size_t n = 0;

    for (size_t c = 0; c < s->n; c++)
        if (s->at[c].sum <= limit)
            s->at[n++] = s->at[c];
    s->n = n;
}

/* Measure all that are left. */
static void measure(struct seeker *s, const struct neighbours *nb, size_t k)
{
    for (size_t c = 0; c < s->n; c++) {
        const double *x = neighbours_row(nb, s->at[c].row);
        double key = 0;
        for (size_t j = 0; j < nb->p; j++)
            key += (x[j] - s->q[j]) * (x[j] - s->q[j]);
        nearest_add(s->found, k, (struct neighbour){ key, s->at[c].row });
    }
    s->n = 0;
}

struct search {
    const struct neighbours *nb;
    size_t k, room;         /* room: of candidates, for each point */
    struct seeker *seekers; /* (n_points) */
    float *packed;          /* (n_points / POINTS, p + 1, POINTS) */
    float *limit;           /* (n_points); minus infinity for points that are none */
};

/* The sums of one point with the rows of one tile. */
static void collect(struct search *g, size_t point, const float *sum, size_t tile)
{
    struct seeker *s = &g->seekers[point];
    const float *extra = g->nb->filter->extra;
    size_t first = tile * ROWS, n = g->nb->n - first < ROWS ? g->nb->n - first : ROWS;

    if (s->n + ROWS > g->room) {
        sieve(s, g->limit[point]);
        if (s->n + ROWS > g->room / 2)
            measure(s, g->nb, g->k);
    }
    for (size_t i = 0; i < n; i++) {
        if (!(sum[i] <= g->limit[point]))
            continue;
        s->at[s->n++] = (struct candidate){ sum[i], (uint32_t)(first + i) };
        if (!s->far)
            top_add(s, g->k, sum[i] + extra[first + i]);
        g->limit[point] = limit_of(s, g->k);
    }
}

static void run_tiles(struct search *g, size_t from, size_t to, size_t group)
{
    const struct neighbours_filter *f = g->nb->filter;
    size_t p1 = g->nb->p + 1;
    _Alignas(64) float sum[POINTS * ROWS];

    for (size_t t = from; t < to; t++) {
        unsigned hits = tile_sums(sum, f->panel + t * p1 * ROWS, g->packed + group * p1 * POINTS,
                                  p1, g->limit + group * POINTS);
        for (size_t a = 0; hits; hits >>= 1, a++)
            if (hits & 1)
                collect(g, group * POINTS + a, sum + a * ROWS, t);
    }
}

/* A point that is too far for single precision gets sums of rows alone, which are finite, and no limit. */
static void pack_point(struct search *g, size_t point)
{
    const struct neighbours_filter *f = g->nb->filter;
    struct seeker *s = &g->seekers[point];
    size_t p = g->nb->p;
    float *at = g->packed + point / POINTS * (p + 1) * POINTS + point % POINTS;
    double square = 0, most = 0;

    for (size_t j = 0; j < p; j++) {
        double v = (s->q[j] - f->centre[j]) * f->scale;
        most = fmax(most, fabs(v));
        square += v * v;
        at[j * POINTS] = (float)-v;
    }
    at[p * POINTS] = 1;
    /* the second term is for products that vanish */
    s->slack = (float)((f->c * square + 1e-35 * (double)(p + 1) * (1 + most)) * (1 + 1e-6));
    s->far = !(most < FAR_POINT);
    for (size_t j = 0; j < p && s->far; j++)
        at[j * POINTS] = 0;
    g->limit[point] = INFINITY;
}

void neighbours_filter_find(struct nearest *found, const struct neighbours *nb, const double *q,
                            size_t m, size_t k)
{
    size_t n_groups = (m + POINTS - 1) / POINTS, room = 4 * k + 8 * ROWS;
    struct search g = { .nb = nb, .k = k, .room = room };
    struct candidate *candidates = MEM_NEW(struct candidate, m * room);
    float *top = MEM_NEW(float, m *k);

    g.seekers = MEM_NEW(struct seeker, m);
    g.packed = MEM_NEW(float, n_groups *(nb->p + 1) * POINTS);
    g.limit = MEM_NEW(float, n_groups *POINTS);
    for (size_t i = 0; i < n_groups * POINTS; i++)
        g.limit[i] = -INFINITY;
    for (size_t i = 0; i < m; i++) {
        g.seekers[i] = (struct seeker){
            .q = q + i * nb->p, .top = top + i * k, .at = candidates + i * room, .found = &found[i]
        };
        pack_point(&g, i);
    }
    for (size_t from = 0; from < nb->filter->n_tiles; from += TILES_AT_ONCE) {
        size_t to = from + TILES_AT_ONCE;
        to = to < nb->filter->n_tiles ? to : nb->filter->n_tiles;
        for (size_t group = 0; group < n_groups; group++)
            run_tiles(&g, from, to, group);
    }
    for (size_t i = 0; i < m; i++) {
        sieve(&g.seekers[i], g.limit[i]);
        measure(&g.seekers[i], nb, k);
    }
    mem_free(candidates);
    mem_free(top);
    mem_free(g.seekers);
    mem_free(g.packed);
    mem_free(g.limit);
}
