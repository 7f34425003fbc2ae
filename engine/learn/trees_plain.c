/* trees_plain.c - the trees of boosting as plain nodes. */
#include <math.h>

#include "learn/trees.h"

/* Divisions keep their numbers, leaves stand behind them. */
static int32_t place_of(const struct tree *t, int32_t child)
{
    return child >= 0 ? child : (int32_t)(t->n_leaves - 1) + ~child;
}

static bool in_set(const struct tree *t, const struct tree_node *n, size_t code)
{
    return t->sets[n->set][code >> 6] >> (code & 63) & 1;
}

static void put_division(struct plain_node *out, const struct tree *t, const struct tree_node *n,
                         const struct bin_feature *f, struct arena *arena)
{
    *out = (struct plain_node){ .left = place_of(t, n->left),
                                .right = place_of(t, n->right),
                                .feature = n->feature,
                                .missing_left = n->missing_left,
                                .weight = n->weight,
                                .impurity = NAN };
    if (n->by_set)
        out->missing_left = in_set(t, n, f->n_bins);
    if (!f->n_levels) {
        out->threshold = n->code + 1u < f->n_bins ? f->cuts[n->code] : INFINITY;
        return;
    }
    uint8_t *side = ARENA_NEW(arena, uint8_t, f->n_levels);
    for (size_t k = 0; k < f->n_levels; k++)
        side[k] = n->by_set ? in_set(t, n, f->code_of_level[k]) : f->code_of_level[k] <= n->code;
    out->side = side;
    out->n_levels = f->n_levels;
}

void trees_plain(struct plain_tree *out, const struct trees *all, size_t at, struct arena *arena)
{
    const struct tree *t = &all->trees[at];
    size_t n_divisions = t->n_leaves - 1;

    out->n_nodes = n_divisions + t->n_leaves;
    out->nodes = ARENA_NEW(arena, struct plain_node, out->n_nodes);
    for (size_t k = 0; k < n_divisions; k++)
        put_division(&out->nodes[k], t, &t->nodes[k], &all->bins.features[t->nodes[k].feature],
                     arena);
    for (size_t k = 0; k < t->n_leaves; k++)
        out->nodes[n_divisions + k] = (struct plain_node){
            .left = -1, .right = -1, .weight = t->weight[k], .impurity = NAN, .value = &t->value[k]
        };
}
