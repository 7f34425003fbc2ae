/* learn_dbscan.c - clusters of rows that lie densely: rows within eps of each other, through rows
 * that have many such neighbours (core rows).
 *
 * Rows are put in order of the feature that spreads most; those within eps of a row are then within a
 * window of that order.  Source: Ester, Kriegel, Sander and Xu 1996, "A density-based algorithm for
 * discovering clusters", KDD. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "learn/learner.h"

static const struct param_spec dbscan_params[] = {
    { .name = "eps",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN | PARAM_LOG,
      .min = 0,
      .max = INFINITY,
      .fallback = "0.5",
      .help = "how far a neighbour may be" },
    { .name = "min_samples",
      .type = PARAM_INT,
      .min = 1,
      .max = 1000000,
      .fallback = "5",
      .help = "neighbours that make a row a core, itself included" },
    { .name = NULL },
};

/* Rows in order of feature `key`; near (n) their clusters. */
struct ordered {
    size_t n, p, key;
    double eps;
    const double *rows; /* (n, p) row-major */
    const double *near; /* (n) */
};

struct dbscan {
    struct ordered core; /* the core rows */
    double n_clusters, n_noise;
};

/* ---- the window ---- */

/* First row whose key is not below v. */
static size_t first_from(const struct ordered *o, double v)
{
    size_t low = 0, high = o->n;

    while (low < high) {
        size_t mid = (low + high) / 2;
        if (o->rows[mid * o->p + o->key] < v)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool is_near(const double *a, const double *b, size_t p, double eps)
{
    double sum = 0;

    for (size_t j = 0; j < p; j++)
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    return sqrt(sum) <= eps;
}

/* Call for each row of `o` within eps of `row`; false ends it. */
typedef bool visit(void *ctx, size_t i);

static void visit_near(const struct ordered *o, const double *row, visit *call, void *ctx)
{
    double last = row[o->key] + o->eps;
    /* one step of rounding further down, so that the test below settles it */
    size_t i = first_from(o, nextafter(row[o->key] - o->eps, -INFINITY));

    for (; i < o->n && !(o->rows[i * o->p + o->key] > nextafter(last, INFINITY)); i++)
        if (is_near(o->rows + i * o->p, row, o->p, o->eps) && !call(ctx, i))
            return;
}

/* ---- learning ---- */

struct dense {
    struct ordered o;
    const uint32_t *row; /* (n) number of each in the training rows */
    uint8_t *core;       /* (n) */
    uint32_t *parent;    /* (n) of the union of cores */
    size_t min_samples;
    size_t first; /* of the rows that are looked at now */
};

struct counting {
    size_t n, enough;
};

static bool count_one(void *ctx, size_t i)
{
    struct counting *c = ctx;

    (void)i;
    return ++c->n < c->enough;
}

static void mark_cores(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct dense *d = ctx;

    (void)chunk;
    for (size_t i = d->first + begin; i < d->first + end; i++) {
        struct counting c = { 0, d->min_samples };
        visit_near(&d->o, d->o.rows + i * d->o.p, count_one, &c);
        d->core[i] = c.n >= d->min_samples;
    }
}

static uint32_t root_of(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

struct joining {
    struct dense *d;
    uint32_t from;
};

/* The row that comes first in the table stands for the cluster. */
static bool join_one(void *ctx, size_t i)
{
    struct joining *j = ctx;
    struct dense *d = j->d;

    if (i >= j->from || !d->core[i])
        return i < j->from; /* each pair once */
    uint32_t a = root_of(d->parent, j->from), b = root_of(d->parent, (uint32_t)i);
    if (d->row[a] < d->row[b])
        d->parent[b] = a;
    else
        d->parent[a] = b;
    return true;
}

#define ROWS_A_TICK 4096

/* In pieces, so that it can be cancelled: with a large eps every row is the neighbour of all. */
static int find_cores(struct dense *d, struct job *job, struct err *err)
{
    size_t n = d->o.n;

    for (d->first = 0; d->first < n; d->first += ROWS_A_TICK) {
        size_t len = n - d->first < ROWS_A_TICK ? n - d->first : ROWS_A_TICK;
        if (job_tick(job, d->first, 2 * n, err))
            return -1;
        parallel_for(len, 64, mark_cores, d);
    }
    for (size_t i = 0; i < n; i++)
        d->parent[i] = (uint32_t)i;
    for (size_t i = 0; i < n; i++) {
        struct joining j = { d, (uint32_t)i };
        if (i % ROWS_A_TICK == 0 && job_tick(job, n + i, 2 * n, err))
            return -1;
        if (d->core[i])
            visit_near(&d->o, d->o.rows + i * d->o.p, join_one, &j);
    }
    return 0;
}

/* Clusters are numbered by their first core row, as scikit-learn does. */
static void keep_cores(struct dbscan *s, struct dense *d, const uint32_t *place,
                       struct arena *arena)
{
    size_t n = d->o.n, p = d->o.p, n_core = 0, at = 0;
    double *number = MEM_NEW(double, n);

    for (size_t i = 0; i < n; i++) {
        uint32_t k = place[i]; /* in the order of the table */
        n_core += d->core[k];
        if (d->core[k] && root_of(d->parent, k) == k)
            number[k] = s->n_clusters++;
    }
    double *rows = ARENA_NEW(arena, double, n_core *p), *near = ARENA_NEW(arena, double, n_core);
    for (size_t i = 0; i < n; i++) {
        if (!d->core[i])
            continue;
        memcpy(rows + at * p, d->o.rows + i * p, p * sizeof(*rows));
        near[at++] = number[root_of(d->parent, (uint32_t)i)];
    }
    s->core = d->o;
    s->core.n = n_core;
    s->core.rows = rows;
    s->core.near = near;
    mem_free(number);
}

struct keyed {
    double key;
    uint32_t row;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static size_t widest(const struct matrix *x)
{
    size_t key = 0;
    double most = -1;

    for (size_t j = 0; j < x->p; j++) {
        const double *v = matrix_col(x, j);
        double low = v[0], high = v[0];
        for (size_t i = 1; i < x->n; i++) {
            low = v[i] < low ? v[i] : low;
            high = v[i] > high ? v[i] : high;
        }
        if (high - low > most) {
            most = high - low;
            key = j;
        }
    }
    return key;
}

/* The rows in order of the key; row and place are each other's inverse. */
static void put_in_order(double *rows, uint32_t *row, uint32_t *place, struct keyed *list,
                         const struct matrix *x, size_t key)
{
    for (size_t i = 0; i < x->n; i++)
        list[i] = (struct keyed){ matrix_col(x, key)[i], (uint32_t)i };
    qsort(list, x->n, sizeof(*list), by_key);
    for (size_t i = 0; i < x->n; i++) {
        row[i] = list[i].row;
        place[list[i].row] = (uint32_t)i;
        for (size_t j = 0; j < x->p; j++)
            rows[i * x->p + j] = matrix_col(x, j)[list[i].row];
    }
}

/* The lowest number among the core rows within eps: a row between two clusters goes to the one that
 * scikit-learn finds first. */
struct lowest_near {
    const double *near;
    double best; /* -1: none yet */
};

static bool lowest(void *ctx, size_t i)
{
    struct lowest_near *l = ctx;

    if (l->best < 0 || l->near[i] < l->best)
        l->best = l->near[i];
    return true;
}

struct labelling {
    const struct ordered *core;
    const struct matrix *x;
    double *near;
};

static void label_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct labelling *l = ctx;
    size_t p = l->x->p;
    double *row = MEM_NEW(double, p);

    (void)chunk;
    for (size_t i = begin; i < end; i++) {
        struct lowest_near found = { l->core->near, -1 };
        for (size_t j = 0; j < p; j++)
            row[j] = matrix_col(l->x, j)[i];
        visit_near(l->core, row, lowest, &found);
        l->near[i] = found.best;
    }
    mem_free(row);
}

static int dbscan_predict(struct matrix *out, const void *state, const struct matrix *x,
                          struct err *err)
{
    const struct dbscan *s = state;
    struct labelling l = { &s->core, x, matrix_col(out, 0) };

    (void)err;
    parallel_for(x->n, 256, label_rows, &l);
    return 0;
}

static int learn(struct dbscan *s, struct dense *d, void *memory, const struct matrix *x,
                 struct fit_output *out, struct job *job, struct err *err)
{
    size_t n = x->n;
    double *rows = memory, *near = rows + n * x->p;
    struct keyed *list = (struct keyed *)(near + n);
    uint32_t *row = (uint32_t *)(list + n), *place = row + n;

    d->parent = place + n;
    d->core = (uint8_t *)(d->parent + n);
    put_in_order(rows, row, place, list, x, d->o.key);
    d->o.rows = rows;
    d->row = row;
    if (find_cores(d, job, err))
        return -1;
    keep_cores(s, d, place, out->arena);
    struct labelling l = { &s->core, x, near };
    parallel_for(n, 256, label_rows, &l);
    for (size_t i = 0; i < n; i++)
        s->n_noise += near[i] < 0;
    return 0;
}

static int dbscan_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                      struct err *err)
{
    const struct matrix *x = in->x;
    struct dbscan *s = ARENA_NEW(out->arena, struct dbscan, 1);
    struct dense d = {
        .o = { .n = x->n, .p = x->p, .key = widest(x), .eps = params_real(in->params, "eps") },
        .min_samples = (size_t)params_int(in->params, "min_samples")
    };
    void *memory;

    job_phase(job, "row");
    if (mem_big(&memory, x->n, (x->p + 1) * sizeof(double) + sizeof(struct keyed) + 13,
                "rows for dbscan", err))
        return -1;
    int rc = learn(s, &d, memory, x, out, job, err);
    mem_big_free(memory);
    if (rc)
        return -1;
    if (s->n_clusters < 1)
        out->warning = "no row has enough neighbours within eps: all are noise; raise eps, or "
                       "scale all first";
    out->state = s;
    return 0;
}

static size_t dbscan_facts(struct fact **out, const void *state, const char *const *names,
                           struct arena *arena)
{
    const struct dbscan *s = state;

    (void)names;
    *out = ARENA_NEW(arena, struct fact, 3);
    (*out)[0] = (struct fact){ "clusters", s->n_clusters };
    (*out)[1] = (struct fact){ "core rows", (double)s->core.n };
    (*out)[2] = (struct fact){ "rows without a cluster", s->n_noise };
    return 3;
}

static void dbscan_save(struct str *out, const void *state)
{
    const struct dbscan *s = state;

    pack_u64(out, s->core.p);
    pack_u64(out, s->core.n);
    pack_u64(out, s->core.key);
    pack_real(out, s->core.eps);
    pack_reals(out, s->core.rows, s->core.n * s->core.p);
    pack_reals(out, s->core.near, s->core.n);
    pack_real(out, s->n_clusters);
    pack_real(out, s->n_noise);
}

/* The search relies on the order, and prediction on numbers that are clusters. */
static void check_loaded(const struct dbscan *s, struct unpack *u)
{
    const struct ordered *o = &s->core;

    for (size_t i = 0; i < o->n * o->p && !u->failed; i++)
        if (!isfinite(o->rows[i]))
            unpack_fail(u, "finite core rows");
    for (size_t i = 0; i < o->n && !u->failed; i++) {
        if (i && o->rows[i * o->p + o->key] < o->rows[(i - 1) * o->p + o->key])
            unpack_fail(u, "core rows in order");
        if (!(o->near[i] >= 0 && o->near[i] < s->n_clusters) || o->near[i] != floor(o->near[i]))
            unpack_fail(u, "clusters of the core rows");
    }
}

static int dbscan_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                       size_t n_classes, struct err *err)
{
    struct dbscan *s = ARENA_NEW(arena, struct dbscan, 1);
    size_t n_rows, n_near;

    (void)n_classes;
    s->core.p = unpack_count(u, SIZE_MAX);
    if (s->core.p != p)
        unpack_fail(u, "as many features as the model has");
    s->core.n = unpack_count(u, u->left / 8);
    s->core.key = unpack_count(u, p - 1);
    s->core.eps = unpack_real(u);
    s->core.rows = unpack_reals(u, &n_rows);
    s->core.near = unpack_reals(u, &n_near);
    s->n_clusters = unpack_real(u);
    s->n_noise = unpack_real(u);
    if (n_rows != s->core.n * p || n_near != s->core.n || !(s->core.eps > 0) ||
        !(s->n_clusters <= (double)s->core.n))
        unpack_fail(u, "core rows of as many features as the model has");
    check_loaded(s, u);
    *state = s;
    return unpack_end(u, err);
}

const struct learner learn_dbscan = {
    .name = "dbscan",
    .help = "clusters of any shape where rows lie densely; takes no target",
    .details =
        "A row with min_samples rows within eps (itself included) is a core. Cores within eps of "
        "each other are one cluster, other rows within eps of a core belong to it, and the rest "
        "belong to none: their cluster is missing. It finds clusters of any shape and how many "
        "there are, when all are about as dense; scale all first, since eps counts every feature "
        "alike. Clusters are numbered by their first core row. New rows go to the cluster of a "
        "core "
        "row within eps, the lowest number among several; so do the training rows, which is what "
        "scikit-learn's fit_predict gives. The cost grows with the rows times those whose widest "
        "feature is within eps.",
    .source = "Ester, Kriegel, Sander and Xu 1996, DBSCAN; scikit-learn's DBSCAN",
    .tasks = TASK_CLUSTER,
    .params = dbscan_params,
    .fit = dbscan_fit,
    .predict = dbscan_predict,
    .facts = dbscan_facts,
    .save = dbscan_save,
    .load = dbscan_load,
};
