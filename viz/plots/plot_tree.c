/* plot_tree.c - a decision tree, drawn: divisions, and what each leaf says. */
#include <math.h>
#include <string.h>

#include "learn/tree_text.h"
#include "plot.h"

#define DEEPEST 8

static const struct param_spec tree_params[] = {
    { .name = "model",
      .type = PARAM_MODEL,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "a model of trees" },
    { .name = "number",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e9,
      .fallback = "1",
      .help = "which of its trees" },
    { .name = "depth",
      .type = PARAM_INT,
      .min = 1,
      .max = DEEPEST,
      .fallback = "3",
      .help = "divisions from the root down that are drawn; leaves behind them are counted" },
    { .name = NULL },
};

/* A node of the drawing. */
struct place {
    size_t node, depth;
    size_t parent;  /* place */
    double x, wide; /* wide: leaves of the drawing below it */
    bool is_leaf;   /* of the drawing */
    const char *text;
    int class; /* -1: none */
};

struct drawing {
    const struct model *m;
    struct plain_forest forest;
    struct plain_tree tree;
    size_t depth, n, n_leaves, deepest;
    struct place places[(2u << DEEPEST) - 1];
};

/* ---- what stands in a node ---- */

static size_t count_leaves(const struct plain_tree *t, size_t node)
{
    size_t stack[256], n = 0, leaves = 0;

    stack[n++] = node;
    while (n) {
        const struct plain_node *at = &t->nodes[stack[--n]];
        if (at->left < 0) {
            leaves++;
            continue;
        }
        if (n + 2 > 256)
            return 0; /* too deep to be worth it */
        stack[n++] = (size_t)at->left;
        stack[n++] = (size_t)at->right;
    }
    return leaves;
}

/* "bill_length_mm" and "<= 42.35" below it; what goes left. */
static const char *division_text(const struct drawing *d, const struct plain_node *n,
                                 struct arena *arena)
{
    const char *name = d->m->features[n->feature];
    struct plain_node known = *n;
    struct str words;

    known.missing_left = false; /* there is no room for it; show tree says it */
    str_init(&words);
    tree_text_condition(&words, d->m, &known, true);
    const char *rest = words.buf + strlen(name);
    const char *text = arena_printf(arena, "%s\n%s", name, rest + strspn(rest, " "));
    str_release(&words);
    return text;
}

static const char *leaf_text(const struct drawing *d, struct place *p, struct arena *arena)
{
    const struct plain_node *n = &d->tree.nodes[p->node];
    const char *below = n->left < 0
                            ? arena_printf(arena, "%.6g", n->weight)
                            : arena_printf(arena, "%zu leaves", count_leaves(&d->tree, p->node));

    if (isnan(n->weight) && n->left < 0)
        below = "";
    if (!n->value)
        return arena_printf(arena, "…\n%s", below);
    if (d->forest.output == PLAIN_SHARES) {
        p->class = (int)tree_text_class(d->m, n);
        return arena_printf(arena, "%s\n%s", d->m->target.classes[p->class], below);
    }
    return arena_printf(arena, "%.4g\n%s", n->value[0] * (d->forest.in_turn ? d->forest.scale : 1),
                        below);
}

/* ---- where they stand ---- */

/* The node and all below it, from left to right; its place. */
static size_t place_node(struct drawing *d, size_t node, size_t parent, size_t depth,
                         struct arena *arena)
{
    const struct plain_node *n = &d->tree.nodes[node];
    const size_t at = d->n++;
    struct place *p = &d->places[at];

    *p = (struct place){ .node = node, .parent = parent, .depth = depth, .class = -1 };
    d->deepest = depth > d->deepest ? depth : d->deepest;
    p->is_leaf = n->left < 0 || depth == d->depth;
    if (p->is_leaf) {
        p->x = (double)d->n_leaves++;
        p->wide = 1;
        p->text = leaf_text(d, p, arena);
        return at;
    }
    const size_t left = place_node(d, (size_t)n->left, at, depth + 1, arena);
    const size_t right = place_node(d, (size_t)n->right, at, depth + 1, arena);
    p->x = (d->places[left].x + d->places[right].x) / 2;
    p->wide = d->places[left].wide + d->places[right].wide;
    p->text = division_text(d, n, arena);
    return at;
}

/* ---- the figure ---- */

static void add_branches(struct figure *f, const struct drawing *d)
{
    double *x = ARENA_NEW(&f->arena, double, 3 * d->n), *y = ARENA_NEW(&f->arena, double, 3 * d->n);
    size_t n = 0;

    for (size_t i = 1; i < d->n; i++) {
        const struct place *p = &d->places[i], *from = &d->places[p->parent];
        x[n] = from->x;
        y[n++] = -(double)from->depth;
        x[n] = p->x;
        y[n++] = -(double)p->depth;
        x[n] = y[n] = NAN;
        n++;
    }
    figure_add(f, SERIES_LINE, NULL, n, x, y)->muted = true;
}

/* Divisions (class -1), or the leaves of one class, in its colour. */
static void add_texts(struct figure *f, const struct drawing *d, int class)
{
    double *x = ARENA_NEW(&f->arena, double, d->n), *y = ARENA_NEW(&f->arena, double, d->n);
    double *room = ARENA_NEW(&f->arena, double, d->n);
    const char **text = ARENA_NEW(&f->arena, const char *, d->n);
    size_t n = 0;

    for (size_t i = 0; i < d->n; i++) {
        const struct place *p = &d->places[i];
        if (p->class != class)
            continue;
        x[n] = p->x;
        y[n] = -(double)p->depth;
        room[n] = p->wide;
        text[n++] = p->text;
    }
    if (!n)
        return;
    struct series *s = figure_add(f, SERIES_TEXT, NULL, n, x, y);
    s->x2 = figure_copy(f, room, n);
    s->text = text;
    s->colour = class;
}

static void describe(struct figure *f, const struct drawing *d, const char *name, size_t number)
{
    const struct target *t = &d->m->target;
    const char *which = d->forest.n_trees > 1 ? arena_printf(&f->arena, "tree %zu of %zu of ",
                                                             number, d->forest.n_trees)
                                              : "";

    f->title = arena_printf(&f->arena, "%s by %s%s", t->name, which, name);
    f->note = !d->forest.in_turn ? "what holds goes left; leaves: the prediction, and rows"
              : d->forest.n_outputs > 1
                  ? arena_printf(&f->arena,
                                 "what holds goes left; leaves: added to the score of %s, "
                                 "and rows",
                                 t->classes[(number - 1) % d->forest.n_outputs])
                  : "what holds goes left; leaves: added to the score, and rows";
    f->bare = true;
    f->x = (struct axis){ .low = -0.5, .high = (double)d->n_leaves - 0.5 };
    f->y = (struct axis){ .low = -(double)d->deepest - 0.45, .high = 0.45 };
}

static int tree_build(struct figure *f, const struct workspace *ws, const struct params *params,
                      struct job *job, struct err *err)
{
    const char *name = params_text(params, "model");
    const struct named_model *named = workspace_model(ws, name, err);
    const size_t number = (size_t)params_int(params, "number");
    struct drawing *d = ARENA_NEW(&f->arena, struct drawing, 1);

    if (!named || job_tick(job, 0, 1, err))
        return -1;
    *d = (struct drawing){ .m = named->model, .depth = (size_t)params_int(params, "depth") };
    if (tree_text_open(&d->forest, &d->tree, name, d->m, number - 1, &f->arena, err))
        return -1;
    place_node(d, 0, 0, 0, &f->arena);
    describe(f, d, name, number);
    add_branches(f, d);
    for (int class = -1; class < (int)d->m->target.n_classes; class ++)
        add_texts(f, d, class);
    return 0;
}

const struct plot_kind plot_tree = {
    .name = "tree",
    .help = "a decision tree, or one tree of a forest or of boosting, drawn",
    .details =
        "Rows for which a division holds go left. A leaf has its prediction, the class that is "
        "most frequent there or the number, and how many training rows it has; where depth= "
        "cuts, the leaves below are counted. show tree tells the same as rules, with all "
        "nodes.",
    .example = "plot tree t depth=2",
    .params = tree_params,
    .build = tree_build,
};
