/* cart_parts.h - a fitted tree as plain nodes, and into bundles. */
#ifndef LEARN_CART_PARTS_H
#define LEARN_CART_PARTS_H

#include "learn/cart.h"

static inline void cart_plain_node(struct plain_node *out, const struct cart *t, size_t at)
{
    const struct cart_node *n = &t->nodes[at];

    /* of two classes the second speaks for both */
    *out = (struct plain_node){ .left = n->left,
                                .right = n->right,
                                .feature = n->feature,
                                .missing_left = n->missing_left,
                                .threshold = n->threshold,
                                .side = n->set ? t->sets + n->set - 1 : NULL,
                                .n_levels = t->n_levels[n->feature],
                                .weight = n->weight,
                                .impurity = n->impurity,
                                .value = t->values + at * t->k + (t->k == 2) };
}

void cart_save(struct str *out, const void *state);
int cart_load(void **state, struct arena *arena, struct unpack *u, size_t p, size_t n_classes,
              struct err *err);

#endif
