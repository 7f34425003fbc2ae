#include "learn/tree_grow.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"

/* A node that is a leaf so far. */
struct node {
    size_t begin, n, depth;
    size_t slot; /* of its histogram */
    struct hist_sum all;
    struct split_bounds bounds;
    struct split best;
    uint64_t groups; /* that hold all features above it */
    int32_t parent;  /* -1: the root */
    bool is_left;
};

struct growing {
    struct grower *g;
    const struct gradients *gradients;
    const bool *allowed;
    struct node *nodes; /* (n_leaves) */
    size_t n_nodes;
    struct tree *tree;
    size_t n_inner;
};

/* ---------------------------------------------------------------- life */

static void shape_of(struct hist_shape *out, const struct bins *bins, struct arena *arena)
{
    size_t *first = ARENA_NEW(arena, size_t, bins->p + 1);

    for (size_t j = 0; j < bins->p; j++)
        first[j + 1] = first[j] + bins->features[j].n_bins + 1;
    *out = (struct hist_shape){ .p = bins->p, .first = first, .n_places = first[bins->p] };
}

int grower_init(struct grower *g, const struct bins *bins, const struct coded *codes,
                const struct grow_rules *rules, struct err *err)
{
    void *rows = NULL, *sums = NULL;

    *g = (struct grower){ .bins = bins, .codes = codes, .rules = rules };
    arena_init(&g->arena);
    shape_of(&g->shape, bins, &g->arena);
    g->order = ARENA_NEW(&g->arena, uint32_t, bins->p);
    bins_order(g->order, bins);
    g->found = ARENA_NEW(&g->arena, struct split, bins->p);
    g->leaves = ARENA_NEW(&g->arena, struct grown_leaf, rules->n_leaves);
    if (mem_big(&rows, codes->n, 2 * sizeof(uint32_t), "row numbers", err) ||
        mem_big(&sums, rules->n_leaves, 3 * g->shape.n_places * sizeof(int64_t),
                "sums of gradients", err) ||
        hist_maker_init(&g->maker, &g->shape, codes, err)) {
        mem_big_free(rows);
        mem_big_free(sums);
        arena_release(&g->arena);
        return -1;
    }
    g->rows = rows;
    g->moved = g->rows + codes->n;
    g->sums = sums;
    return 0;
}

void grower_release(struct grower *g)
{
    mem_big_free(g->rows);
    mem_big_free(g->sums);
    hist_maker_release(&g->maker);
    arena_release(&g->arena);
}

static struct hist hist_of(const struct grower *g, size_t slot)
{
    size_t n = g->shape.n_places;
    int64_t *at = g->sums + slot * 3 * n;

    return (struct hist){ at, at + n, at + 2 * n };
}

/* ---------------------------------------------------------------- where to divide */

struct finding {
    const struct growing *w;
    const struct node *node;
    struct hist hist;
};

static bool is_allowed(const struct finding *f, size_t j)
{
    const uint64_t *groups = f->w->g->rules->groups;

    return (!f->w->allowed || f->w->allowed[j]) && (!groups || (groups[j] & f->node->groups));
}

static void find_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct finding *f = ctx;
    struct grower *g = f->w->g;
    (void)chunk;

    for (size_t j = begin; j < end; j++) {
        g->found[j].gain = 0;
        if (is_allowed(f, j))
            split_find(&g->found[j], &f->hist, &g->shape, j, &f->node->all, &g->rules->split,
                       &f->node->bounds);
    }
}

static bool may_divide(const struct growing *w, const struct node *node)
{
    const struct grow_rules *r = w->g->rules;

    return (r->max_depth == 0 || node->depth < r->max_depth) &&
           (double)node->all.c * w->gradients->c_unit >= 2 * r->split.min_samples;
}

static void find_best(const struct growing *w, struct node *node)
{
    struct grower *g = w->g;
    struct finding f = { .w = w, .node = node, .hist = hist_of(g, node->slot) };

    node->best.gain = 0;
    if (!may_divide(w, node))
        return;
    parallel_for(g->shape.p, 8, find_some, &f);
    for (size_t k = 0; k < g->shape.p; k++)
        if (g->found[g->order[k]].gain > node->best.gain)
            node->best = g->found[g->order[k]];
}

/* ---------------------------------------------------------------- dividing rows */

enum { DIVIDE_ROWS = 16384 };

struct dividing {
    uint32_t *rows, *moved;
    const uint8_t *codes;
    uint8_t left[256]; /* of each code: does it go left? */
    size_t *n_left;    /* of each chunk */
};

/* Those that go left stay in front, in order, those that go right are put aside, in order too; without
 * a branch, since which way a row goes cannot be foreseen. */
static void divide_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct dividing *d = ctx;
    size_t to = begin, aside = begin;

    for (size_t i = begin; i < end; i++) {
        uint32_t row = d->rows[i];
        size_t left = d->left[d->codes[row]];
        d->rows[to] = row;
        d->moved[aside] = row;
        to += left;
        aside += 1 - left;
    }
    d->n_left[chunk] = to - begin;
}

/* The number of rows that went left. */
static size_t divide_rows(struct grower *g, const struct node *node)
{
    const struct split *s = &node->best;
    size_t missing = g->bins->features[s->feature].n_bins;
    size_t n_chunks = parallel_n_chunks(node->n, DIVIDE_ROWS), at = 0;
    struct dividing d = { .rows = g->rows + node->begin,
                          .moved = g->moved + node->begin,
                          .codes = g->codes->cols + s->feature * g->codes->n,
                          .n_left = MEM_NEW(size_t, n_chunks) };

    for (unsigned code = 0; code <= missing; code++)
        d.left[code] = split_goes_left(s, code, (unsigned)missing);
    parallel_for(node->n, DIVIDE_ROWS, divide_some, &d);
    for (size_t k = 0; k < n_chunks; k++) {
        memmove(d.rows + at, d.rows + k * DIVIDE_ROWS, d.n_left[k] * sizeof(*d.rows));
        at += d.n_left[k];
    }
    size_t n_left = at;
    for (size_t k = 0; k < n_chunks; k++) {
        size_t begin = k * DIVIDE_ROWS;
        size_t rows = node->n - begin < DIVIDE_ROWS ? node->n - begin : DIVIDE_ROWS;
        memcpy(d.rows + at, d.moved + begin, (rows - d.n_left[k]) * sizeof(*d.rows));
        at += rows - d.n_left[k];
    }
    mem_free(d.n_left);
    return n_left;
}

/* ---------------------------------------------------------------- a tree */

/* What both sides may be worth when the feature must not make the value fall, or rise. */
static void bound_children(const struct growing *w, const struct node *node, struct node *left,
                           struct node *right)
{
    const struct split_rules *r = &w->g->rules->split;
    int direction = r->monotone ? r->monotone[node->best.feature] : 0;

    left->bounds = right->bounds = node->bounds;
    if (!direction)
        return;
    double middle = (split_value(&left->all, r, &node->bounds) +
                     split_value(&right->all, r, &node->bounds)) /
                    2;
    if (direction > 0)
        left->bounds.high = right->bounds.low = middle;
    else
        left->bounds.low = right->bounds.high = middle;
}

static void link_to_parent(struct growing *w, const struct node *node, int32_t child)
{
    if (node->parent < 0)
        return;
    struct tree_node *p = &w->tree->nodes[node->parent];
    if (node->is_left)
        p->left = child;
    else
        p->right = child;
}

static void add_inner(struct growing *w, const struct node *node)
{
    struct tree *t = w->tree;
    const struct split *s = &node->best;
    struct tree_node *inner = &t->nodes[w->n_inner];

    *inner = (struct tree_node){ .feature = (uint32_t)s->feature,
                                 .code = (uint16_t)s->code,
                                 .missing_left = s->missing_left,
                                 .by_set = s->by_set,
                                 .set = (uint32_t)t->n_sets,
                                 .gain = s->gain,
                                 .weight = (double)node->all.c * w->gradients->c_unit };
    if (s->by_set)
        memcpy(t->sets[t->n_sets++], s->set, sizeof(s->set));
    link_to_parent(w, node, (int32_t)w->n_inner++);
}

/* The left child takes the node's place, the right one a new one. */
static void divide(struct growing *w, struct node *node)
{
    struct grower *g = w->g;
    struct node *right = &w->nodes[w->n_nodes], whole = *node;
    struct hist hist = hist_of(g, whole.slot), small = hist_of(g, w->n_nodes);

    add_inner(w, node);
    size_t n_left = divide_rows(g, node);
    const struct hist_sum *l = &whole.best.left;
    *node = (struct node){ .begin = whole.begin,
                           .n = n_left,
                           .depth = whole.depth + 1,
                           .all = *l,
                           .groups = whole.groups,
                           .parent = (int32_t)w->n_inner - 1,
                           .is_left = true };
    if (g->rules->groups)
        node->groups &= g->rules->groups[whole.best.feature];
    *right = *node;
    right->begin += n_left;
    right->n = whole.n - n_left;
    right->all = (struct hist_sum){ whole.all.g - l->g, whole.all.h - l->h, whole.all.c - l->c };
    right->is_left = false;
    bound_children(w, &whole, node, right);

    struct node *few = node->n <= right->n ? node : right, *many = few == node ? right : node;
    few->slot = w->n_nodes++;
    many->slot = whole.slot;
    if (w->n_nodes == g->rules->n_leaves || !(may_divide(w, few) || may_divide(w, many)))
        return; /* nobody will look at their sums */
    hist_make(&small, &g->maker, w->gradients, g->rows + few->begin, few->n);
    hist_subtract(&hist, &hist, &small, &g->shape);
    find_best(w, node);
    find_best(w, right);
}

static struct node *most_promising(struct growing *w)
{
    struct node *best = NULL;

    for (size_t k = 0; k < w->n_nodes; k++)
        if (w->nodes[k].best.gain > 0 && (!best || w->nodes[k].best.gain > best->best.gain))
            best = &w->nodes[k];
    return best;
}

/* Leaves get their numbers from left to right, which is the order of their rows. */
static void name_leaves(struct growing *w)
{
    struct grower *g = w->g;
    struct tree *t = w->tree;
    bool *done = MEM_NEW(bool, w->n_nodes);

    for (size_t leaf = 0; leaf < w->n_nodes; leaf++) {
        size_t next = SIZE_MAX;
        for (size_t k = 0; k < w->n_nodes; k++)
            if (!done[k] && (next == SIZE_MAX || w->nodes[k].begin < w->nodes[next].begin))
                next = k;
        const struct node *node = &w->nodes[next];
        done[next] = true;
        link_to_parent(w, node, ~(int32_t)leaf);
        t->value[leaf] = split_value(&node->all, &g->rules->split, &node->bounds);
        t->weight[leaf] = (double)node->all.c * w->gradients->c_unit;
        g->leaves[leaf] = (struct grown_leaf){ node->begin, node->n, t->value[leaf] };
    }
    t->n_leaves = g->n_leaves = w->n_nodes;
    mem_free(done);
}

static void make_tree(struct tree *out, size_t n_leaves, bool sets, struct arena *arena)
{
    *out = (struct tree){ .nodes = ARENA_NEW(arena, struct tree_node, n_leaves),
                          .value = ARENA_NEW(arena, double, n_leaves),
                          .weight = ARENA_NEW(arena, double, n_leaves) };
    if (sets)
        out->sets = (uint64_t(*)[4])arena_alloc(arena, n_leaves, sizeof(*out->sets));
}

void grower_run(struct tree *out, struct grower *g, const struct gradients *gradients, size_t n,
                const bool *allowed, struct arena *arena)
{
    struct growing w = { .g = g,
                         .gradients = gradients,
                         .allowed = allowed,
                         .nodes = MEM_NEW(struct node, g->rules->n_leaves),
                         .n_nodes = 1,
                         .tree = out };
    struct hist hist = hist_of(g, 0);
    struct node *root = &w.nodes[0];

    make_tree(out, g->rules->n_leaves, g->rules->split.is_category != NULL, arena);
    hist_make(&hist, &g->maker, gradients, g->rows, n);
    *root = (struct node){ .n = n,
                           .all = hist_total(&hist, &g->shape),
                           .bounds = { -INFINITY, INFINITY },
                           .groups = UINT64_MAX,
                           .parent = -1 };
    find_best(&w, root);
    for (struct node *next; w.n_nodes < g->rules->n_leaves && (next = most_promising(&w));)
        divide(&w, next);
    name_leaves(&w);
    mem_free(w.nodes);
}
