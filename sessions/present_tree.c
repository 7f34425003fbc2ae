#include "present_tree.h"

#include <math.h>

#include "base/mem.h"
#include "learn/tree_text.h"

enum { LINES_MOST = 300 };

struct telling {
    const struct model *m;
    struct plain_forest forest;
    struct plain_tree tree;
};

/* ---------------------------------------------------------------- data */

static json_t *node_values(const struct telling *t, const struct plain_node *n)
{
    size_t count = t->forest.in_turn ? 1 : t->forest.n_outputs;
    json_t *list = json_array();

    if (!n->value)
        return list;
    if (count == 1 && t->m->target.n_classes == 2 && !t->forest.in_turn)
        json_array_append_new(list, report_real(1 - n->value[0]));
    for (size_t k = 0; k < count; k++)
        json_array_append_new(list,
                              report_real(n->value[k] * (t->forest.in_turn ? t->forest.scale : 1)));
    return list;
}

static void put_levels(json_t *o, const struct telling *t, const struct plain_node *n)
{
    json_t *list = json_array();

    for (size_t k = 0; k < n->n_levels; k++)
        if (n->side[k] == 1)
            json_array_append_new(list, json_string(t->m->levels[n->feature].text[k]));
    json_object_set_new(o, "levels", list);
}

static json_t *node_data(const struct telling *t, size_t at)
{
    const struct plain_node *n = &t->tree.nodes[at];
    json_t *o = json_pack("{s:I,s:o,s:o,s:o}", "node", (json_int_t)at, "rows",
                          report_real(n->weight), "impurity", report_real(n->impurity), "value",
                          node_values(t, n));

    if (n->left < 0)
        return o;
    json_object_set_new(o, "feature", json_string(t->m->features[n->feature]));
    if (n->side)
        put_levels(o, t, n);
    else
        json_object_set_new(o, "threshold", report_real(n->threshold));
    json_object_set_new(o, "missing", json_string(n->missing_left ? "left" : "right"));
    json_object_set_new(o, "left", json_integer(n->left));
    json_object_set_new(o, "right", json_integer(n->right));
    return o;
}

/* ---------------------------------------------------------------- text */

/* A line to come: the condition that leads from `parent` to `node`. */
struct telling_step {
    int32_t parent, node;
    size_t depth;
};

static void tell_step(struct str *out, const struct telling *t, const struct telling_step *s)
{
    const struct plain_node *n = &t->tree.nodes[s->node];

    str_addf(out, "  ");
    for (size_t k = 1; k < s->depth; k++)
        str_addf(out, "|  ");
    if (s->parent >= 0) {
        const struct plain_node *p = &t->tree.nodes[s->parent];
        tree_text_condition(out, t->m, p, p->left == s->node);
    } else {
        str_addf(out, "all rows");
    }
    if (n->left >= 0 && s->parent >= 0)
        return;
    if (n->value) {
        str_addf(out, ": ");
        tree_text_outcome(out, t->m, &t->forest, n);
    }
    if (!isnan(n->weight))
        str_addf(out, " (%.6g %s)", n->weight, n->weight == 1 ? "row" : "rows");
}

static void tell(struct report *r, const struct telling *t)
{
    struct telling_step *stack = MEM_NEW(struct telling_step, t->tree.n_nodes + 1);
    size_t n = 0, told = 0;

    stack[n++] = (struct telling_step){ .parent = -1 };
    while (n && told < LINES_MOST) {
        struct telling_step s = stack[--n];
        const struct plain_node *node = &t->tree.nodes[s.node];
        struct str line;
        str_init(&line);
        tell_step(&line, t, &s);
        report_line(r, "%s", line.buf);
        str_release(&line);
        told++;
        if (node->left < 0)
            continue;
        stack[n++] = (struct telling_step){ s.node, node->right, s.depth + 1 };
        stack[n++] = (struct telling_step){ s.node, node->left, s.depth + 1 };
    }
    if (n)
        report_line(r, "  … %zu of %zu nodes; --json has them all", told, t->tree.n_nodes);
    mem_free(stack);
}

static size_t depth_of(const struct plain_tree *t)
{
    size_t *depth = MEM_NEW(size_t, t->n_nodes), most = 0;

    for (size_t i = 0; i < t->n_nodes; i++) {
        most = depth[i] > most ? depth[i] : most;
        if (t->nodes[i].left < 0)
            continue;
        depth[t->nodes[i].left] = depth[i] + 1;
        depth[t->nodes[i].right] = depth[i] + 1;
    }
    mem_free(depth);
    return most;
}

int present_tree(struct report *r, struct context *ctx, const char *name, const struct model *m,
                 size_t at, struct err *err)
{
    struct telling t = { .m = m };
    json_t *list;

    if (tree_text_open(&t.forest, &t.tree, name, m, at, ctx->arena, err))
        return -1;
    const size_t n_leaves = (t.tree.n_nodes + 1) / 2;
    const char *leaves = n_leaves == 1 ? "1 leaf"
                                       : arena_printf(ctx->arena, "%zu leaves", n_leaves);
    list = json_array();
    for (size_t i = 0; i < t.tree.n_nodes; i++)
        json_array_append_new(list, node_data(&t, i));
    report_put_text(r, "model", name);
    report_put_int(r, "number", (int64_t)at + 1);
    report_put_int(r, "trees", (int64_t)t.forest.n_trees);
    report_put(r, "tree", list);
    report_line(r, "%s: tree %zu of %zu for %s, %s, %s deep", name, at + 1, t.forest.n_trees,
                m->target.name, leaves, present_count(ctx, depth_of(&t.tree), "division"));
    if (t.forest.in_turn && t.forest.n_outputs > 1)
        report_line(r, "  it speaks of %s", m->target.classes[at % t.forest.n_outputs]);
    tell(r, &t);
    return 0;
}
