#include "learn/forest_grow.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

enum { CODES = 256, WORDS = CODES / 64 };

/* Rows [begin, begin + n) of the tree's rows become node `at`. */
struct pending {
    size_t begin, n, depth;
    uint32_t at;
};

struct place {
    size_t feature;
    double gain; /* over the score of the whole node; 0: none was found */
    uint8_t code;
    bool missing_left;
};

struct growth {
    const struct forest_input *in;
    struct rng rng;
    void *memory;           /* of what follows: */
    uint32_t *rows, *moved; /* (n_rows) */
    forest_pair *pair;      /* (n) by row: weight, weighted value */
    forest_pair *node_pair; /* (n_rows) of the node at hand, in the order of its rows */
    uint32_t *node_class;   /* the same, classes; several classes only */
    size_t n_rows;
    uint32_t *features;   /* (p) a permutation that the draws go on with */
    forest_pair *sums;    /* (CODES) zero between nodes */
    double *class_sums;   /* (CODES, n_outputs) zero between nodes */
    double *whole, *left; /* (n_outputs) of the node, of a side */
    uint64_t seen[WORDS]; /* codes that have sums */
    struct pending *stack;
    size_t n_stack, cap_stack;
    struct forest_tree tree;
    size_t cap_nodes, cap_leaves;
    double total; /* weight of all rows */
    double *importance;
};

/* ---------------------------------------------------------------- rows */

/* Each row as often as it is drawn; rows in their order. */
static void draw_rows(struct growth *g)
{
    const struct forest_input *in = g->in;
    uint32_t *count = MEM_NEW(uint32_t, in->n);

    for (size_t k = 0; k < in->n && in->rules->bootstrap; k++)
        count[rng_below(&g->rng, in->n)]++;
    for (size_t i = 0; i < in->n; i++) {
        double times = in->rules->bootstrap ? count[i] : 1;
        double weight = times * (in->weights ? in->weights[i] : 1);
        g->pair[i] = (forest_pair){ weight, in->n_outputs > 1 ? 0 : weight * in->y[i] };
        if (weight > 0)
            g->rows[g->n_rows++] = (uint32_t)i;
        g->total += weight;
    }
    mem_free(count);
}

/* The node's rows beside each other, since every feature asks for them. */
static void gather(struct growth *g, const struct pending *p)
{
    const uint32_t *rows = g->rows + p->begin;

    for (size_t i = 0; i < p->n; i++)
        g->node_pair[i] = g->pair[rows[i]];
    for (size_t i = 0; g->in->n_outputs > 1 && i < p->n; i++)
        g->node_class[i] = (uint32_t)g->in->y[rows[i]];
}

/* ---------------------------------------------------------------- counting */

static void count_values(struct growth *g, const uint8_t *codes, const uint32_t *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t code = codes[rows[i]];
        g->sums[code] += g->node_pair[i];
        g->seen[code / 64] |= (uint64_t)1 << code % 64;
    }
}

static void count_classes(struct growth *g, const uint8_t *codes, const uint32_t *rows, size_t n)
{
    size_t k = g->in->n_outputs;

    for (size_t i = 0; i < n; i++) {
        uint8_t code = codes[rows[i]];
        double weight = g->node_pair[i][0];
        g->sums[code][0] += weight;
        g->class_sums[code * k + g->node_class[i]] += weight;
        g->seen[code / 64] |= (uint64_t)1 << code % 64;
    }
}

static void count(struct growth *g, size_t j, const struct pending *p)
{
    const uint8_t *codes = g->in->cols + j * g->in->n;

    if (g->in->n_outputs > 1)
        count_classes(g, codes, g->rows + p->begin, p->n);
    else
        count_values(g, codes, g->rows + p->begin, p->n);
}

/* Codes that were seen, in order; their sums are left to forget(). */
static size_t list_codes(uint8_t *list, const struct growth *g)
{
    size_t n = 0;

    for (size_t w = 0; w < WORDS; w++)
        for (uint64_t bits = g->seen[w]; bits; bits &= bits - 1)
            list[n++] = (uint8_t)(w * 64 + (size_t)__builtin_ctzll(bits));
    return n;
}

static void forget(struct growth *g, const uint8_t *list, size_t n)
{
    size_t k = g->in->n_outputs;

    for (size_t i = 0; i < n; i++) {
        g->sums[list[i]] = (forest_pair){ 0 };
        if (k > 1)
            memset(g->class_sums + list[i] * k, 0, k * sizeof(double));
    }
    memset(g->seen, 0, sizeof(g->seen));
}

/* ---------------------------------------------------------------- where to divide */

/* What both sides score: squared sums over weights; more is purer. */
static double score_sides(const struct growth *g, forest_pair left, forest_pair all)
{
    double right = all[0] - left[0], score = 0;

    if (g->in->n_outputs == 1)
        return left[1] * left[1] / left[0] + (all[1] - left[1]) * (all[1] - left[1]) / right;
    for (size_t k = 0; k < g->in->n_outputs; k++) {
        double a = g->left[k], b = g->whole[k] - a;
        score += a * a / left[0] + b * b / right;
    }
    return score;
}

static void add_code(struct growth *g, forest_pair *left, uint8_t code)
{
    size_t k = g->in->n_outputs;

    *left += g->sums[code];
    for (size_t c = 0; k > 1 && c < k; c++)
        g->left[c] += g->class_sums[code * k + c];
}

static void try_place(struct place *best, const struct growth *g, size_t j, forest_pair left,
                      forest_pair all, uint8_t code, bool missing_left)
{
    const double least = g->in->rules->min_leaf;

    if (left[0] < least || all[0] - left[0] < least)
        return;
    double gain = score_sides(g, left, all);
    if (gain > best->gain)
        *best = (struct place){
            .feature = j, .gain = gain, .code = code, .missing_left = missing_left
        };
}

/* Every place between codes that were seen; n counts the missing code where it was seen, which is
 * tried on either side, and against all others. */
static void try_all(struct place *best, struct growth *g, size_t j, const uint8_t *list, size_t n,
                    forest_pair all, bool missing)
{
    for (int to_left = 0; to_left <= missing; to_left++) {
        size_t n_places = n - missing - (missing && !to_left ? 0 : 1);
        forest_pair left = { 0 };
        memset(g->left, 0, g->in->n_outputs * sizeof(double));
        if (to_left)
            add_code(g, &left, list[n - 1]);
        for (size_t i = 0; i < n_places; i++) {
            add_code(g, &left, list[i]);
            try_place(best, g, j, left, all, list[i], missing ? to_left : 2 * left[0] >= all[0]);
        }
    }
}

/* One place, drawn between the least code and the greatest. */
static void try_one(struct place *best, struct growth *g, size_t j, const uint8_t *list, size_t n,
                    forest_pair all, bool missing)
{
    size_t n_numbers = n - missing;
    forest_pair left = { 0 };
    bool to_left = missing && rng_below(&g->rng, 2);

    memset(g->left, 0, g->in->n_outputs * sizeof(double));
    if (n_numbers < 2) {
        try_all(best, g, j, list, n, all, missing);
        return;
    }
    uint8_t code = (uint8_t)(list[0] +
                             rng_below(&g->rng, (uint64_t)(list[n_numbers - 1] - list[0])));
    for (size_t i = 0; i < n_numbers && list[i] <= code; i++)
        add_code(g, &left, list[i]);
    if (to_left)
        add_code(g, &left, list[n - 1]);
    try_place(best, g, j, left, all, code, missing ? to_left : 2 * left[0] >= all[0]);
}

/* Asks features in random order until enough of them were not constant here. */
static struct place find_place(struct growth *g, const struct pending *p, forest_pair all,
                               double score)
{
    const struct forest_rules *rules = g->in->rules;
    struct place best = { .gain = score * (1 + 1e-12) };
    uint8_t list[CODES];
    size_t asked = 0;

    for (size_t k = 0; k < g->in->p && asked < rules->max_features; k++) {
        size_t other = k + rng_below(&g->rng, g->in->p - k);
        uint32_t j = g->features[other];
        g->features[other] = g->features[k];
        g->features[k] = j;
        count(g, j, p);
        size_t n = list_codes(list, g);
        bool missing = n && list[n - 1] == g->in->bins->features[j].n_bins;
        if (n > 1) {
            (rules->random_cuts ? try_one : try_all)(&best, g, j, list, n, all, missing);
            asked++;
        }
        forget(g, list, n);
    }
    best.gain = best.gain > score * (1 + 1e-12) ? best.gain - score : 0;
    return best;
}

/* ---------------------------------------------------------------- nodes */

static uint32_t add_nodes(struct growth *g, size_t n)
{
    struct forest_tree *t = &g->tree;
    uint32_t at = (uint32_t)t->n_nodes;

    if (t->n_nodes + n > g->cap_nodes) {
        g->cap_nodes = 2 * (t->n_nodes + n);
        t->nodes = mem_resize(t->nodes, g->cap_nodes, sizeof(*t->nodes));
    }
    t->n_nodes += n;
    return at;
}

static void push(struct growth *g, struct pending p)
{
    if (g->n_stack == g->cap_stack) {
        g->cap_stack = 2 * g->cap_stack + 64;
        g->stack = mem_resize(g->stack, g->cap_stack, sizeof(*g->stack));
    }
    g->stack[g->n_stack++] = p;
}

static void make_leaf(struct growth *g, const struct pending *p, forest_pair all)
{
    struct forest_tree *t = &g->tree;
    size_t k = g->in->n_outputs;

    if (t->n_leaves == g->cap_leaves) {
        g->cap_leaves = 2 * g->cap_leaves + 64;
        t->values = mem_resize(t->values, g->cap_leaves * k, sizeof(*t->values));
        t->weights = mem_resize(t->weights, g->cap_leaves, sizeof(*t->weights));
    }
    for (size_t c = 0; c < k; c++)
        t->values[t->n_leaves * k + c] = (float)((k > 1 ? g->whole[c] : all[1]) / all[0]);
    t->weights[t->n_leaves] = (float)all[0];
    t->nodes[p->at] = (struct forest_node){ .flags = FOREST_LEAF, .left = (uint32_t)t->n_leaves++ };
}

/* How many rows go left; they stay in front, in order. */
static size_t divide(struct growth *g, const struct pending *p, const struct place *s)
{
    const uint8_t *codes = g->in->cols + s->feature * g->in->n;
    const uint8_t missing = (uint8_t)g->in->bins->features[s->feature].n_bins;
    uint32_t *rows = g->rows + p->begin;
    size_t n_left = 0, n_right = 0;

    for (size_t i = 0; i < p->n; i++) {
        uint32_t row = rows[i];
        size_t left = codes[row] == missing ? s->missing_left : codes[row] <= s->code;
        rows[n_left] = row;
        g->moved[n_right] = row;
        n_left += left;
        n_right += 1 - left;
    }
    memcpy(rows + n_left, g->moved, n_right * sizeof(*rows));
    return n_left;
}

/* Sums of the node; whether all its rows are alike. */
static bool sum_node(struct growth *g, const struct pending *p, forest_pair *all, double *score)
{
    size_t k = g->in->n_outputs;
    bool alike = true;

    *all = (forest_pair){ 0 };
    *score = 0;
    memset(g->whole, 0, k * sizeof(double));
    for (size_t i = 0; i < p->n; i++) {
        *all += g->node_pair[i];
        if (k > 1)
            g->whole[g->node_class[i]] += g->node_pair[i][0];
        alike &= g->in->y[g->rows[p->begin + i]] == g->in->y[g->rows[p->begin]];
    }
    if (k == 1)
        *score = (*all)[1] * (*all)[1] / (*all)[0];
    for (size_t c = 0; k > 1 && c < k; c++)
        *score += g->whole[c] * g->whole[c] / (*all)[0];
    return alike;
}

static void settle(struct growth *g, const struct pending *p)
{
    const struct forest_rules *rules = g->in->rules;
    forest_pair all;
    double score;

    gather(g, p);
    bool alike = sum_node(g, p, &all, &score);
    struct place s = { .gain = 0 };
    if (!alike && all[0] >= rules->min_split && all[0] >= 2 * rules->min_leaf &&
        (rules->max_depth == 0 || p->depth < rules->max_depth))
        s = find_place(g, p, all, score);
    if (s.gain <= 0) {
        make_leaf(g, p, all);
        return;
    }
    g->importance[s.feature] += s.gain / g->total;
    size_t n_left = divide(g, p, &s);
    uint32_t at = add_nodes(g, 2);
    g->tree.nodes[p->at] = (struct forest_node){ .feature = (uint16_t)s.feature,
                                                 .code = s.code,
                                                 .flags = s.missing_left ? FOREST_MISSING_LEFT : 0,
                                                 .left = at };
    push(g, (struct pending){ p->begin + n_left, p->n - n_left, p->depth + 1, at + 1 });
    push(g, (struct pending){ p->begin, n_left, p->depth + 1, at });
}

/* ---------------------------------------------------------------- a tree */

/* All that grows with the rows, in one block. */
static int growth_init(struct growth *g, const struct forest_input *in, size_t number,
                       double *importance, struct err *err)
{
    size_t k = in->n_outputs;

    *g = (struct growth){ .in = in, .importance = importance };
    if (mem_big(&g->memory, in->n, 2 * sizeof(forest_pair) + 3 * sizeof(uint32_t),
                "the rows of a tree", err))
        return -1;
    g->pair = g->memory;
    g->node_pair = g->pair + in->n;
    g->rows = (uint32_t *)(g->node_pair + in->n);
    g->moved = g->rows + in->n;
    g->node_class = g->moved + in->n;
    rng_init(&g->rng, in->rules->seed, number);
    g->features = MEM_NEW(uint32_t, in->p);
    memcpy(g->features, in->order, in->p * sizeof(*g->features));
    g->sums = MEM_NEW(forest_pair, CODES);
    g->class_sums = MEM_NEW(double, k > 1 ? CODES * k : 1);
    g->whole = MEM_NEW(double, 2 * k);
    g->left = g->whole + k;
    return 0;
}

static void growth_release(struct growth *g)
{
    mem_big_free(g->memory);
    mem_free(g->features);
    mem_free(g->sums);
    mem_free(g->class_sums);
    mem_free(g->whole);
    mem_free(g->stack);
}

int forest_grow(struct forest_tree *out, const struct forest_input *in, size_t number,
                double *importance, struct err *err)
{
    struct growth g;

    if (growth_init(&g, in, number, importance, err))
        return -1;
    draw_rows(&g);
    push(&g, (struct pending){ .n = g.n_rows, .at = add_nodes(&g, 1) });
    while (g.n_stack) {
        struct pending p = g.stack[--g.n_stack];
        settle(&g, &p);
    }
    *out = g.tree;
    growth_release(&g);
    return 0;
}
