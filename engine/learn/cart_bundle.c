/* cart_bundle.c - a tree to bytes and back. */
#include <math.h>
#include <string.h>

#include "learn/cart_parts.h"

enum { N_WHOLE = 5, N_REAL = 4 };

void cart_save(struct str *out, const void *state)
{
    const struct cart *t = state;

    pack_u64(out, t->n_nodes);
    pack_bytes(out, t->n_levels, t->p * sizeof(*t->n_levels));
    pack_bytes(out, t->sets, t->n_sets);
    pack_reals(out, t->values, t->n_nodes * t->k);
    for (size_t i = 0; i < t->n_nodes; i++) {
        const struct cart_node *n = &t->nodes[i];
        const int64_t whole[N_WHOLE] = { n->left, n->right, n->feature, n->missing_left, n->set };
        const double real[N_REAL] = { n->threshold, n->weight, n->impurity, n->gain };
        pack_ints(out, whole, N_WHOLE);
        pack_reals(out, real, N_REAL);
    }
}

static void load_node(struct cart *t, size_t i, struct unpack *u)
{
    struct cart_node *n = &t->nodes[i];
    size_t n_whole, n_real;
    const int64_t *w = unpack_ints(u, &n_whole);
    const double *r = unpack_reals(u, &n_real);
    int64_t most = (int64_t)t->n_nodes;

    if (u->failed)
        return;
    if (n_whole != N_WHOLE || n_real != N_REAL || w[2] < 0 || w[2] >= (int64_t)t->p) {
        unpack_fail(u, "a node of a tree");
        return;
    }
    bool leaf = w[0] == -1 && w[1] == -1;
    bool inner = w[0] > (int64_t)i && w[1] > (int64_t)i && w[0] < most && w[1] < most &&
                 w[0] != w[1];
    int64_t levels = t->n_levels[w[2]];
    bool set = w[4] > 0 && levels > 0 && w[4] - 1 <= (int64_t)t->n_sets - levels;
    if ((!leaf && !inner) || (w[4] != 0 && !set) || isnan(r[0]) || !(r[1] > 0) || !isfinite(r[1]) ||
        !isfinite(r[2]) || !isfinite(r[3])) {
        unpack_fail(u, "a division of a tree");
        return;
    }
    *n = (struct cart_node){ .left = (int32_t)w[0],
                             .right = (int32_t)w[1],
                             .feature = (uint32_t)w[2],
                             .missing_left = w[3] != 0,
                             .set = (uint32_t)w[4],
                             .threshold = r[0],
                             .weight = r[1],
                             .impurity = r[2],
                             .gain = r[3] };
}

/* Every node but the root has one parent. */
static void check_parents(const struct cart *t, struct unpack *u, struct arena *arena)
{
    uint8_t *seen = ARENA_NEW(arena, uint8_t, t->n_nodes);

    for (size_t i = 0; i < t->n_nodes && !u->failed; i++) {
        const struct cart_node *n = &t->nodes[i];
        if (i > 0 && !seen[i])
            unpack_fail(u, "a node with a parent");
        if (n->left < 0 || u->failed)
            continue;
        if (seen[n->left]++ || seen[n->right]++)
            unpack_fail(u, "one parent for each node");
    }
}

int cart_load(void **state, struct arena *arena, struct unpack *u, size_t p, size_t n_classes,
              struct err *err)
{
    struct cart *t = ARENA_NEW(arena, struct cart, 1);
    size_t n_bytes, n_sets, n_values;

    *t = (struct cart){ .p = p, .k = n_classes ? n_classes : 1 };
    t->n_nodes = unpack_count(u, u->left);
    const void *levels = unpack_bytes(u, &n_bytes), *sets = unpack_bytes(u, &n_sets);
    const double *values = unpack_reals(u, &n_values);
    if (!u->failed && (t->n_nodes == 0 || t->n_nodes > INT32_MAX ||
                       n_bytes != p * sizeof(*t->n_levels) || n_values != t->n_nodes * t->k))
        unpack_fail(u, "a tree");
    for (size_t i = 0; i < n_values && !u->failed; i++)
        if (!isfinite(values[i]))
            unpack_fail(u, "finite values of nodes");
    if (u->failed)
        return unpack_end(u, err);
    t->n_levels = ARENA_NEW(arena, uint32_t, p);
    memcpy(t->n_levels, levels, n_bytes);
    t->n_sets = n_sets;
    t->sets = ARENA_NEW(arena, uint8_t, n_sets + 1);
    if (n_sets)
        memcpy(t->sets, sets, n_sets);
    t->values = ARENA_NEW(arena, double, n_values);
    memcpy(t->values, values, n_values * sizeof(*values));
    t->nodes = ARENA_NEW(arena, struct cart_node, t->n_nodes);
    for (size_t i = 0; i < t->n_nodes && !u->failed; i++)
        load_node(t, i, u);
    if (!u->failed)
        check_parents(t, u, arena);
    *state = t;
    return unpack_end(u, err);
}
