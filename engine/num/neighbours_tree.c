/* neighbours_tree.c - a k-d tree whose leaves are blocks of rows that are measured together.
 *
 * A part is left out when its bounding box is farther away than the k-th nearest so far.  The
 * distance to the box is summed in the order of the distances themselves, whose every term it
 * bounds, so that rounding cannot make it the larger one; powers, whose rounding need not be
 * monotone, get a margin. */
#include <math.h>
#include <stdbool.h>

#include "num/neighbours_parts.h"

enum { LANES = NEIGHBOUR_LANES, LEAF_BLOCKS = 2, DEPTH_MAX = 64 };

static const double MARGIN = 1 - 1e-12;

struct tree_part {
    uint32_t first, end;  /* blocks */
    uint32_t left, right; /* parts; 0: a leaf */
};

struct neighbours_tree {
    const uint32_t *order; /* (n) row at each place */
    struct tree_part *parts;
    double *boxes; /* (parts, 2, p) lowest and highest */
    size_t n_parts;
};

struct growing {
    struct neighbours_tree *t;
    const struct matrix *x;
    uint32_t *order;
};

/* ---------------------------------------------------------------- building */

static bool before(const double *v, uint32_t a, uint32_t b)
{
    return v[a] < v[b] || (v[a] == v[b] && a < b);
}

/* order[k] is what sorting order[0..n) by v would put there, the lower ones before it: Hoare 1961. */
static void divide(uint32_t *order, size_t n, size_t k, const double *v)
{
    size_t low = 0, high = n;

    while (high - low > 1) {
        uint32_t pivot = order[low + (high - low) / 2];
        size_t i = low, j = high - 1;
        for (;;) {
            while (before(v, order[i], pivot))
                i++;
            while (before(v, pivot, order[j]))
                j--;
            if (i >= j)
                break;
            uint32_t swap = order[i];
            order[i++] = order[j];
            order[j--] = swap;
        }
        /* [low, i) are not after the pivot, [i, high) not before it; i > low */
        if (i == low)
            i++;
        if (k < i)
            high = i;
        else
            low = i;
    }
}

static size_t widest(double *box, const struct growing *g, size_t from, size_t to)
{
    size_t p = g->x->p, best = 0;

    for (size_t j = 0; j < p; j++) {
        const double *v = matrix_col(g->x, j);
        double low = INFINITY, high = -INFINITY;
        for (size_t i = from; i < to; i++) {
            low = v[g->order[i]] < low ? v[g->order[i]] : low;
            high = v[g->order[i]] > high ? v[g->order[i]] : high;
        }
        box[j] = low;
        box[p + j] = high;
        best = high - low > box[p + best] - box[best] ? j : best;
    }
    return best;
}

/* Blocks [first, end) as a part; its number. */
static uint32_t grow(struct growing *g, size_t first, size_t end)
{
    struct neighbours_tree *t = g->t;
    size_t n = g->x->n, p = g->x->p, id = t->n_parts++;
    size_t from = first * LANES, to = end * LANES < n ? end * LANES : n;
    size_t feature = widest(t->boxes + id * 2 * p, g, from, to);

    t->parts[id] = (struct tree_part){ .first = (uint32_t)first, .end = (uint32_t)end };
    if (end - first > LEAF_BLOCKS) {
        size_t half = first + (end - first) / 2;
        divide(g->order + from, to - from, half * LANES - from, matrix_col(g->x, feature));
        uint32_t left = grow(g, first, half), right = grow(g, half, end);
        t->parts[id].left = left;
        t->parts[id].right = right;
    }
    return (uint32_t)id;
}

void neighbours_tree_build(struct neighbours *nb, const struct matrix *x, struct arena *arena)
{
    struct neighbours_tree *t = ARENA_NEW(arena, struct neighbours_tree, 1);
    size_t p = nb->p, n_blocks = (x->n + LANES - 1) / LANES;
    double *at = ARENA_NEW(arena, double, n_blocks *LANES *p);
    struct growing g = { t, x, ARENA_NEW(arena, uint32_t, x->n) };

    t->parts = ARENA_NEW(arena, struct tree_part, 2 * n_blocks);
    t->boxes = ARENA_NEW(arena, double, 2 * n_blocks * 2 * p);
    for (size_t i = 0; i < x->n; i++)
        g.order[i] = (uint32_t)i;
    grow(&g, 0, n_blocks);
    for (size_t i = 0; i < x->n; i++)
        for (size_t j = 0; j < p; j++)
            at[(i / LANES * p + j) * LANES + i % LANES] = matrix_col(x, j)[g.order[i]];
    t->order = g.order;
    nb->x = at;
    nb->lanes = LANES;
    nb->tree = t;
}

/* ---------------------------------------------------------------- finding */

static double box_key(const struct neighbours *nb, size_t part, const double *q)
{
    const double *low = nb->tree->boxes + part * 2 * nb->p, *high = low + nb->p;
    double key = 0;

    for (size_t j = 0; j < nb->p; j++)
        key = neighbours_key_add(nb, key,
                                 q[j] < low[j]    ? low[j] - q[j]
                                 : q[j] > high[j] ? q[j] - high[j]
                                                  : 0);
    return nb->metric == METRIC_MINKOWSKI ? key * MARGIN : key;
}

static void measure_leaf(struct nearest *h, const struct neighbours *nb,
                         const struct tree_part *leaf, const double *q, size_t k)
{
    double key[LANES];

    for (size_t b = leaf->first; b < leaf->end; b++) {
        size_t first = b * LANES, n = nb->n - first < LANES ? nb->n - first : LANES;
        neighbours_block_keys(key, nb, nb->x + first * nb->p, q);
        for (size_t i = 0; i < n; i++)
            if (h->n < k || key[i] <= h->at[0].distance)
                nearest_add(h, k, (struct neighbour){ key[i], nb->tree->order[first + i] });
    }
}

void neighbours_tree_find(struct nearest *h, const struct neighbours *nb, const double *q, size_t k)
{
    const struct neighbours_tree *t = nb->tree;
    struct {
        uint32_t part;
        double key;
    } open[DEPTH_MAX];
    size_t n = 1;

    open[0].part = 0;
    open[0].key = 0;
    while (n > 0) {
        const struct tree_part *part = &t->parts[open[--n].part];
        if (h->n == k && open[n].key > h->at[0].distance)
            continue;
        if (!part->left) {
            measure_leaf(h, nb, part, q, k);
            continue;
        }
        double left = box_key(nb, part->left, q), right = box_key(nb, part->right, q);
        bool left_first = left <= right;
        open[n].part = left_first ? part->right : part->left;
        open[n++].key = left_first ? right : left;
        open[n].part = left_first ? part->left : part->right;
        open[n++].key = left_first ? left : right;
    }
}
