#include "num/isolation.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"

#define MAX_TREES  100000
#define MAX_SAMPLE 1000000

/* Mean length of an unsuccessful search in a random tree of n. */
static double mean_path(size_t n)
{
    const double euler = 0.57721566490153286;
    double m = (double)n;

    if (n < 2)
        return 0;
    return n == 2 ? 1 : 2 * (log(m - 1) + euler) - 2 * (m - 1) / m;
}

/* ---------------------------------------------------------------- growing */

struct growing {
    const struct matrix *x;
    size_t sample, n_trees, first; /* trees [first, n_trees) of this batch */
    size_t max_depth;
    uint64_t seed;
    struct isolation_node *nodes; /* (n_trees, 2 * sample) */
    size_t *n_nodes;              /* (n_trees) */
};

struct tree {
    const struct matrix *x;
    struct rng rng;
    struct isolation_node *nodes;
    size_t n_nodes, max_depth;
    uint32_t *rows;     /* of the sample; cut in place */
    uint32_t *features; /* (p) scratch */
};

static bool spread(const struct tree *t, size_t feature, size_t begin, size_t end, double *low,
                   double *high)
{
    const double *v = matrix_col(t->x, feature);

    *low = *high = v[t->rows[begin]];
    for (size_t i = begin + 1; i < end; i++) {
        double x = v[t->rows[i]];
        *low = x < *low ? x : *low;
        *high = x > *high ? x : *high;
    }
    return *low < *high;
}

/* A feature that is not the same in all rows, each as likely; p when there is none. */
static size_t choose_feature(struct tree *t, size_t begin, size_t end, double *low, double *high)
{
    size_t left = t->x->p;

    for (size_t j = 0; j < left; j++)
        t->features[j] = (uint32_t)j;
    while (left > 0) {
        size_t at = (size_t)rng_below(&t->rng, left);
        if (spread(t, t->features[at], begin, end, low, high))
            return t->features[at];
        t->features[at] = t->features[--left];
    }
    return t->x->p;
}

/* Rows up to the cut first; how many. */
static size_t divide(struct tree *t, size_t feature, double cut, size_t begin, size_t end)
{
    const double *v = matrix_col(t->x, feature);
    size_t at = begin;

    for (size_t i = begin; i < end; i++)
        if (v[t->rows[i]] <= cut) {
            uint32_t swap = t->rows[at];
            t->rows[at++] = t->rows[i];
            t->rows[i] = swap;
        }
    return at;
}

static void grow(struct tree *t, size_t begin, size_t end, size_t depth)
{
    struct isolation_node *node = &t->nodes[t->n_nodes++];
    size_t feature = t->x->p;
    double low = 0, high = 0;

    if (depth < t->max_depth && end - begin > 1)
        feature = choose_feature(t, begin, end, &low, &high);
    if (feature == t->x->p) {
        *node = (struct isolation_node){ -1, 0, (double)depth + mean_path(end - begin) };
        return;
    }
    /* In [low, high), so that both sides have rows.  Halves first: the difference may overflow. */
    double cut = low + 2 * (rng_unit(&t->rng) * (high / 2 - low / 2));
    cut = cut < high && isfinite(cut) ? cut : low;
    size_t middle = divide(t, feature, cut, begin, end);
    node->feature = (int32_t)feature;
    node->cut = cut;
    grow(t, begin, middle, depth + 1);
    node->right = (uint32_t)t->n_nodes;
    grow(t, middle, end, depth + 1);
}

/* Floyd's algorithm would need a set; a sample from few rows is the beginning of a shuffle. */
static void draw_sample(struct tree *t, size_t sample)
{
    size_t n = t->x->n;

    if (n <= 4 * sample) {
        uint32_t *all = MEM_NEW(uint32_t, n);
        for (size_t i = 0; i < n; i++)
            all[i] = (uint32_t)i;
        for (size_t i = 0; i < sample; i++) {
            size_t at = i + (size_t)rng_below(&t->rng, n - i);
            uint32_t swap = all[i];
            all[i] = all[at];
            all[at] = swap;
        }
        memcpy(t->rows, all, sample * sizeof(*all));
        mem_free(all);
        return;
    }
    for (size_t i = 0; i < sample; i++) {
        bool taken = true;
        while (taken) {
            t->rows[i] = (uint32_t)rng_below(&t->rng, n);
            taken = false;
            for (size_t k = 0; k < i && !taken; k++)
                taken = t->rows[k] == t->rows[i];
        }
    }
}

static void grow_trees(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct growing *g = ctx;

    (void)chunk;
    for (size_t at = g->first + begin; at < g->first + end; at++) {
        struct tree t = { .x = g->x,
                          .nodes = g->nodes + at * 2 * g->sample,
                          .max_depth = g->max_depth,
                          .rows = MEM_NEW(uint32_t, g->sample),
                          .features = MEM_NEW(uint32_t, g->x->p) };
        rng_init(&t.rng, g->seed, at);
        draw_sample(&t, g->sample);
        grow(&t, 0, g->sample, 0);
        g->n_nodes[at] = t.n_nodes;
        mem_free(t.rows);
        mem_free(t.features);
    }
}

/* The trees one after the other without the room between them. */
static void collect(struct isolation_forest *out, const struct growing *g, struct arena *arena)
{
    uint32_t *roots = ARENA_NEW(arena, uint32_t, out->n_trees);

    for (size_t t = 0; t < out->n_trees; t++)
        out->n_nodes += g->n_nodes[t];
    struct isolation_node *nodes = ARENA_NEW(arena, struct isolation_node, out->n_nodes);
    for (size_t t = 0, at = 0; t < out->n_trees; at += g->n_nodes[t++]) {
        roots[t] = (uint32_t)at;
        for (size_t i = 0; i < g->n_nodes[t]; i++) {
            nodes[at + i] = g->nodes[t * 2 * g->sample + i];
            nodes[at + i].right += nodes[at + i].feature >= 0 ? (uint32_t)at : 0;
        }
    }
    out->roots = roots;
    out->nodes = nodes;
}

#define TREES_PER_TICK 16

int isolation_grow(struct isolation_forest *out, const struct matrix *x, size_t n_trees,
                   size_t sample, uint64_t seed, struct arena *arena, struct job *job,
                   struct err *err)
{
    struct growing g = { .x = x, .n_trees = n_trees, .seed = seed };
    void *nodes;
    int rc = 0;

    g.sample = x->n < sample ? x->n : sample;
    g.max_depth = (size_t)ceil(log2(g.sample > 2 ? (double)g.sample : 2));
    if (mem_big(&nodes, n_trees * 2 * g.sample, sizeof(struct isolation_node), "trees", err))
        return -1;
    g.nodes = nodes;
    g.n_nodes = MEM_NEW(size_t, n_trees);
    job_phase(job, "tree");
    for (; g.first < n_trees && !rc; g.first += TREES_PER_TICK) {
        size_t left = n_trees - g.first;
        parallel_for(left < TREES_PER_TICK ? left : TREES_PER_TICK, 1, grow_trees, &g);
        rc = job_tick(job, g.first, n_trees, err);
    }
    *out = (struct isolation_forest){ .p = x->p, .n_trees = n_trees, .sample = g.sample };
    if (!rc)
        collect(out, &g, arena);
    mem_big_free(nodes);
    mem_free(g.n_nodes);
    return rc;
}

/* ---------------------------------------------------------------- scoring */

struct scoring {
    double *score;
    const struct isolation_forest *f;
    const struct matrix *x;
};

static double path_length(const struct isolation_forest *f, size_t root, const struct matrix *x,
                          size_t row)
{
    const struct isolation_node *node = &f->nodes[root];

    while (node->feature >= 0)
        node = matrix_col(x, (size_t)node->feature)[row] <= node->cut ? node + 1
                                                                      : &f->nodes[node->right];
    return node->cut;
}

/* Trees outside, rows inside: a tree stays in the cache. */
static void score_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct scoring *s = ctx;
    double usual = mean_path(s->f->sample) * (double)s->f->n_trees;

    (void)chunk;
    for (size_t i = begin; i < end; i++)
        s->score[i] = 0;
    for (size_t t = 0; t < s->f->n_trees; t++)
        for (size_t i = begin; i < end; i++)
            s->score[i] += path_length(s->f, s->f->roots[t], s->x, i);
    for (size_t i = begin; i < end; i++)
        s->score[i] = usual > 0 ? exp2(-s->score[i] / usual) : 0.5;
}

void isolation_scores(double *score, const struct isolation_forest *f, const struct matrix *x)
{
    struct scoring s = { score, f, x };

    parallel_for(x->n, 512, score_rows, &s);
}

/* ---------------------------------------------------------------- saving */

void isolation_save(struct str *out, const struct isolation_forest *f)
{
    pack_u64(out, f->sample);
    pack_u64(out, f->n_trees);
    for (size_t t = 0; t < f->n_trees; t++)
        pack_u64(out, f->roots[t]);
    pack_u64(out, f->n_nodes);
    for (size_t i = 0; i < f->n_nodes; i++) {
        pack_i64(out, f->nodes[i].feature);
        pack_u64(out, f->nodes[i].right);
        pack_real(out, f->nodes[i].cut);
    }
}

/* Children come after their parent, so that every walk ends. */
static void load_node(struct isolation_node *node, size_t i, size_t n, struct unpack *u, size_t p)
{
    int64_t feature = unpack_i64(u);

    node->right = (uint32_t)unpack_count(u, n ? n - 1 : 0);
    node->cut = unpack_real(u);
    if (feature < -1 || feature >= (int64_t)p || !isfinite(node->cut) ||
        (feature >= 0 && (node->right <= i + 1 || i + 1 >= n)))
        unpack_fail(u, "a node of a tree");
    node->feature = (int32_t)feature;
}

void isolation_load(struct isolation_forest *f, struct unpack *u, struct arena *arena, size_t p)
{
    *f = (struct isolation_forest){ .p = p };
    f->sample = unpack_count(u, MAX_SAMPLE);
    size_t n_trees = unpack_count(u, u->left < MAX_TREES ? u->left : MAX_TREES);
    uint32_t *roots = ARENA_NEW(arena, uint32_t, u->failed ? 0 : n_trees);
    for (size_t t = 0; t < n_trees && !u->failed; t++)
        roots[t] = (uint32_t)unpack_count(u, UINT32_MAX);
    size_t n_nodes = unpack_count(u, u->left / 12);
    struct isolation_node *nodes = ARENA_NEW(arena, struct isolation_node, u->failed ? 0 : n_nodes);
    for (size_t i = 0; i < n_nodes && !u->failed; i++)
        load_node(&nodes[i], i, n_nodes, u, p);
    for (size_t t = 0; t < n_trees && !u->failed; t++)
        if (roots[t] >= n_nodes)
            unpack_fail(u, "the root of a tree");
    if (u->failed)
        return;
    f->n_trees = n_trees;
    f->n_nodes = n_nodes;
    f->roots = roots;
    f->nodes = nodes;
}
