#include "learn/forest.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "learn/forest_grow.h"
#include "learn/level_order.h"

/* ---------------------------------------------------------------- fitting */

struct planting {
    const struct forest_input *in;
    struct forest *out;
    double *importance; /* (n_trees, p) */
    struct job *jobs;   /* (n_trees) */
    struct err *errs;   /* (n_trees) */
    int *failed;        /* (n_trees) */
};

static void plant_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct planting *p = ctx;
    (void)chunk;

    for (size_t k = begin; k < end; k++)
        p->failed[k] = job_tick(&p->jobs[k], 0, 1, &p->errs[k]) ||
                       forest_grow(&p->out->trees[k], p->in, k, p->importance + k * p->in->p,
                                   &p->errs[k]) ||
                       job_tick(&p->jobs[k], 1, 1, &p->errs[k]);
}

/* The first tree's error, whichever came first in time. */
static int first_error(const struct planting *p, struct err *err)
{
    for (size_t k = 0; k < p->in->rules->n_trees; k++)
        if (p->failed[k]) {
            *err = p->errs[k];
            return -1;
        }
    return 0;
}

/* Into the arena with trees that took small memory while they grew. */
static void keep_tree(struct forest_tree *t, size_t n_outputs, struct arena *arena)
{
    struct forest_tree grown = *t;

    t->nodes = ARENA_NEW(arena, struct forest_node, t->n_nodes);
    t->values = ARENA_NEW(arena, float, t->n_leaves *n_outputs);
    if (grown.n_nodes)
        memcpy(t->nodes, grown.nodes, t->n_nodes * sizeof(*t->nodes));
    if (grown.n_leaves)
        memcpy(t->values, grown.values, t->n_leaves * n_outputs * sizeof(*t->values));
    t->weights = ARENA_NEW(arena, float, t->n_leaves);
    if (grown.n_leaves)
        memcpy(t->weights, grown.weights, t->n_leaves * sizeof(*t->weights));
    mem_free(grown.weights);
    mem_free(grown.nodes);
    mem_free(grown.values);
}

static void sum_importance(struct forest *f, const double *of_trees)
{
    double total = 0;

    for (size_t k = 0; k < f->n_trees; k++)
        for (size_t j = 0; j < f->bins.p; j++)
            f->importance[j] += of_trees[k * f->bins.p + j];
    for (size_t j = 0; j < f->bins.p; j++)
        total += f->importance[j];
    for (size_t j = 0; j < f->bins.p && total > 0; j++)
        f->importance[j] /= total;
}

static int plant(struct forest *out, const struct forest_input *in, struct arena *arena,
                 struct job *job, struct err *err)
{
    size_t n = in->rules->n_trees;
    struct planting p = { .in = in,
                          .out = out,
                          .importance = MEM_NEW(double, n * in->p),
                          .jobs = MEM_NEW(struct job, n),
                          .errs = MEM_NEW(struct err, n),
                          .failed = MEM_NEW(int, n) };

    for (size_t k = 0; k < n; k++)
        job_inner(&p.jobs[k], job, n);
    parallel_for(n, 1, plant_some, &p);
    int rc = first_error(&p, err);
    for (size_t k = 0; k < n; k++)
        keep_tree(&out->trees[k], out->n_outputs, arena);
    if (!rc)
        sum_importance(out, p.importance);
    mem_free(p.importance);
    mem_free(p.jobs);
    mem_free(p.errs);
    mem_free(p.failed);
    return rc;
}

/* Targets near 1, so that leaves can be kept in few bits. */
static void scale_target(struct forest *f, double *y, const struct fit_input *in)
{
    double most = 0;

    f->scale = 1;
    memcpy(y, in->y, in->x->n * sizeof(*y));
    if (in->n_classes)
        return;
    for (size_t i = 0; i < in->x->n; i++)
        f->shift += in->y[i] / (double)in->x->n;
    for (size_t i = 0; i < in->x->n; i++)
        most = fmax(most, fabs(in->y[i] - f->shift));
    f->scale = most > 0 && isfinite(most) ? most : 1;
    for (size_t i = 0; i < in->x->n; i++)
        y[i] = (in->y[i] - f->shift) / f->scale;
}

int forest_fit(struct forest *out, const struct fit_input *in, const struct forest_rules *rules,
               struct arena *arena, struct job *job, struct err *err)
{
    struct coded codes = { 0 };
    void *y = NULL;
    size_t p = in->x->p;

    *out = (struct forest){ .n_outputs = in->n_classes > 2 ? in->n_classes : 1,
                            .of_classes = in->n_classes > 0,
                            .n_trees = rules->n_trees,
                            .trees = ARENA_NEW(arena, struct forest_tree, rules->n_trees),
                            .importance = ARENA_NEW(arena, double, p) };
    struct forest_input f = { .n = in->x->n,
                              .p = p,
                              .n_outputs = out->n_outputs,
                              .bins = &out->bins,
                              .weights = in->weights,
                              .rules = rules };
    job_phase(job, "binning");
    int rc = job_tick(job, 0, 1, err) ||
             bins_learn(&out->bins, in, BINS_MOST, rules->seed, arena, err);
    if (!rc)
        level_order(&out->bins, in);
    rc = rc || coded_make(&codes, &out->bins, in->x, err) ||
         mem_big(&y, in->x->n, sizeof(double), "the target", err);
    if (!rc) {
        uint32_t *order = ARENA_NEW(arena, uint32_t, p);
        scale_target(out, y, in);
        bins_order(order, &out->bins);
        f.order = order;
        f.y = y;
        f.cols = codes.cols;
        job_phase(job, "trees");
        rc = plant(out, &f, arena, job, err);
    }
    coded_release(&codes);
    mem_big_free(y);
    return rc ? -1 : 0;
}

/* ---------------------------------------------------------------- predicting */

enum { CHUNK_ROWS = 1024, ABREAST = 8 };

struct felling {
    const struct forest *f;
    const struct matrix *x;
    struct matrix *out;
    uint8_t *codes; /* (chunks, CHUNK_ROWS, p) */
};

/* Rows go down a tree abreast, so that one's wait for memory is another's step. */
static void walk(uint32_t *at, const struct forest *f, const struct forest_tree *t,
                 const uint8_t *codes, size_t n)
{
    size_t p = f->bins.p;
    bool moving = true;

    memset(at, 0, n * sizeof(*at));
    while (moving) {
        moving = false;
        for (size_t i = 0; i < n; i++) {
            const struct forest_node *node = &t->nodes[at[i]];
            if (node->flags & FOREST_LEAF)
                continue;
            unsigned code = codes[i * p + node->feature];
            bool left = code == f->bins.features[node->feature].n_bins
                            ? node->flags & FOREST_MISSING_LEFT
                            : code <= node->code;
            at[i] = node->left + !left;
            moving = true;
        }
    }
}

static void add_trees(double *sum, const struct forest *f, const uint8_t *codes, size_t n)
{
    uint32_t at[ABREAST];

    for (size_t k = 0; k < f->n_trees; k++) {
        const struct forest_tree *t = &f->trees[k];
        walk(at, f, t, codes, n);
        for (size_t i = 0; i < n; i++) {
            const float *value = t->values + t->nodes[at[i]].left * f->n_outputs;
            for (size_t c = 0; c < f->n_outputs; c++)
                sum[i * f->n_outputs + c] += value[c];
        }
    }
}

/* Means to probabilities, or to numbers as they were. */
static void put_row(const struct felling *p, size_t row, const double *sum)
{
    const struct forest *f = p->f;
    double mean = sum[0] / (double)f->n_trees;

    if (p->out->p == 1) {
        matrix_col(p->out, 0)[row] = f->shift + mean * f->scale;
    } else if (f->n_outputs == 1) {
        matrix_col(p->out, 0)[row] = 1 - mean;
        matrix_col(p->out, 1)[row] = mean;
    } else {
        double total = 0;
        for (size_t c = 0; c < f->n_outputs; c++)
            total += sum[c];
        for (size_t c = 0; c < f->n_outputs; c++)
            matrix_col(p->out, c)[row] = sum[c] / total;
    }
}

static void predict_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct felling *p = ctx;
    const struct forest *f = p->f;
    size_t n_features = f->bins.p;
    uint8_t *codes = p->codes + chunk * n_features * CHUNK_ROWS, one[CHUNK_ROWS];
    double *sum = MEM_NEW(double, ABREAST * f->n_outputs);

    for (size_t j = 0; j < n_features; j++) {
        bins_code(one, &f->bins.features[j], matrix_col(p->x, j) + begin, end - begin);
        for (size_t i = 0; i < end - begin; i++)
            codes[i * n_features + j] = one[i];
    }
    for (size_t at = 0; at < end - begin; at += ABREAST) {
        size_t n = end - begin - at < ABREAST ? end - begin - at : ABREAST;
        memset(sum, 0, ABREAST * f->n_outputs * sizeof(*sum));
        add_trees(sum, f, codes + at * n_features, n);
        for (size_t i = 0; i < n; i++)
            put_row(p, begin + at + i, sum + i * f->n_outputs);
    }
    mem_free(sum);
}

int forest_predict(struct matrix *out, const struct forest *f, const struct matrix *x,
                   struct err *err)
{
    struct felling p = { .f = f, .x = x, .out = out };
    void *codes;

    if (mem_big(&codes, parallel_n_chunks(x->n, CHUNK_ROWS), f->bins.p * CHUNK_ROWS,
                "the codes of features", err))
        return -1;
    p.codes = codes;
    parallel_for(x->n, CHUNK_ROWS, predict_some, &p);
    mem_big_free(codes);
    return 0;
}

/* ---------------------------------------------------------------- bundles */

/* A node in eight bytes, as it stands in memory on every machine we run on. */
static void save_tree(struct str *out, const struct forest_tree *t, size_t n_outputs)
{
    pack_bytes(out, t->nodes, t->n_nodes * sizeof(*t->nodes));
    pack_bytes(out, t->values, t->n_leaves * n_outputs * sizeof(*t->values));
    pack_bytes(out, t->weights, t->n_leaves * sizeof(*t->weights));
}

void forest_save(struct str *out, const struct forest *f)
{
    bins_save(out, &f->bins);
    pack_reals(out, f->importance, f->bins.p);
    pack_real(out, f->scale);
    pack_real(out, f->shift);
    pack_u64(out, f->n_trees);
    for (size_t k = 0; k < f->n_trees; k++)
        save_tree(out, &f->trees[k], f->n_outputs);
}

static bool node_is_sane(const struct forest_node *n, size_t at, const struct forest_tree *t,
                         const struct bins *bins)
{
    if (n->flags & FOREST_LEAF)
        return n->left < t->n_leaves;
    return n->feature < bins->p && n->left > at && (size_t)n->left + 1 < t->n_nodes;
}

static void load_tree(struct forest_tree *t, const struct forest *f, struct unpack *u,
                      struct arena *arena)
{
    size_t n_nodes, n_values, n_weights;
    const void *nodes = unpack_bytes(u, &n_nodes), *values = unpack_bytes(u, &n_values),
               *weights = unpack_bytes(u, &n_weights);

    if (u->failed)
        return;
    t->n_nodes = n_nodes / sizeof(*t->nodes);
    t->n_leaves = n_values / sizeof(*t->values) / f->n_outputs;
    if (t->n_nodes == 0 || n_nodes % sizeof(*t->nodes) ||
        n_values != t->n_leaves * f->n_outputs * sizeof(*t->values) ||
        n_weights != t->n_leaves * sizeof(*t->weights)) {
        unpack_fail(u, "the nodes of a tree");
        return;
    }
    t->nodes = ARENA_NEW(arena, struct forest_node, t->n_nodes);
    t->values = ARENA_NEW(arena, float, t->n_leaves * f->n_outputs);
    memcpy(t->nodes, nodes, n_nodes);
    memcpy(t->values, values, n_values);
    t->weights = ARENA_NEW(arena, float, t->n_leaves);
    memcpy(t->weights, weights, n_weights);
    for (size_t k = 0; k < t->n_nodes && !u->failed; k++)
        if (!node_is_sane(&t->nodes[k], k, t, &f->bins))
            unpack_fail(u, "a node of a tree");
    for (size_t k = 0; k < t->n_leaves * f->n_outputs && !u->failed; k++)
        if (!isfinite(t->values[k]))
            unpack_fail(u, "finite values of leaves");
    for (size_t k = 0; k < t->n_leaves && !u->failed; k++)
        if (!isfinite(t->weights[k]) || t->weights[k] < 0)
            unpack_fail(u, "weights of leaves");
}

void forest_load(struct forest *f, struct unpack *u, size_t p, size_t n_classes,
                 struct arena *arena)
{
    size_t n;

    *f = (struct forest){ .n_outputs = n_classes > 2 ? n_classes : 1, .of_classes = n_classes > 0 };
    bins_load(&f->bins, u, p, arena);
    const double *importance = unpack_reals(u, &n);
    f->scale = unpack_real(u);
    f->shift = unpack_real(u);
    f->n_trees = unpack_count(u, u->left);
    if (!u->failed && (n != p || f->n_trees == 0 || !isfinite(f->scale) || !isfinite(f->shift)))
        unpack_fail(u, "a forest");
    if (u->failed)
        return;
    f->importance = ARENA_NEW(arena, double, p);
    memcpy(f->importance, importance, p * sizeof(double));
    f->trees = ARENA_NEW(arena, struct forest_tree, f->n_trees);
    for (size_t k = 0; k < f->n_trees && !u->failed; k++)
        load_tree(&f->trees[k], f, u, arena);
}
