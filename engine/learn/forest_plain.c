/* forest_plain.c - the trees of a forest as plain nodes. */
#include <math.h>

#include "learn/forest_params.h"
#include "learn/plain_tree.h"

void forest_learner_plain_forest(struct plain_forest *out, const void *state, struct arena *arena)
{
    const struct forest *f = state;

    *out = (struct plain_forest){ .n_trees = f->n_trees,
                                  .n_outputs = f->n_outputs,
                                  .scale = 1.0 / (double)f->n_trees,
                                  .start = ARENA_NEW(arena, double, f->n_outputs),
                                  .output = f->of_classes ? PLAIN_SHARES : PLAIN_VALUE };
}

/* Values of leaves as they are predicted. */
static const double *leaf_values(const struct forest *f, const struct forest_tree *t, size_t leaf,
                                 struct arena *arena)
{
    double *v = ARENA_NEW(arena, double, f->n_outputs);

    for (size_t c = 0; c < f->n_outputs; c++)
        v[c] = f->shift + f->scale * (double)t->values[leaf * f->n_outputs + c];
    return v;
}

/* Up to which value, or which levels. */
static void put_place(struct plain_node *plain, const struct forest_node *n,
                      const struct bin_feature *b, struct arena *arena)
{
    if (!b->n_levels) {
        plain->threshold = n->code + 1u < b->n_bins ? b->cuts[n->code] : INFINITY;
        return;
    }
    uint8_t *side = ARENA_NEW(arena, uint8_t, b->n_levels);
    for (size_t k = 0; k < b->n_levels; k++)
        side[k] = b->code_of_level[k] <= n->code;
    plain->side = side;
    plain->n_levels = b->n_levels;
}

void forest_learner_plain_tree(struct plain_tree *out, const void *state, size_t at,
                               struct arena *arena)
{
    const struct forest *f = state;
    const struct forest_tree *t = &f->trees[at];

    out->n_nodes = t->n_nodes;
    out->nodes = ARENA_NEW(arena, struct plain_node, t->n_nodes);
    for (size_t i = t->n_nodes; i-- > 0;) {
        const struct forest_node *n = &t->nodes[i];
        struct plain_node *plain = &out->nodes[i];
        *plain = (struct plain_node){ .left = -1, .right = -1, .impurity = NAN };
        if (n->flags & FOREST_LEAF) {
            plain->value = leaf_values(f, t, n->left, arena);
            plain->weight = t->weights[n->left];
            continue;
        }
        const struct bin_feature *b = &f->bins.features[n->feature];
        plain->feature = n->feature;
        plain->left = (int32_t)n->left;
        plain->right = (int32_t)n->left + 1;
        plain->missing_left = n->flags & FOREST_MISSING_LEFT;
        put_place(plain, n, b, arena);
        plain->weight = out->nodes[plain->left].weight + out->nodes[plain->right].weight;
    }
}
