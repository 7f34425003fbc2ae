#include "learn/cart.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "learn/cart_split.h"
#include "num/radix.h"

/* Rows orders[j][begin … begin + n) of every feature j are node `at`, which may be divided at
 * `place`. */
struct pending {
    size_t at, begin, n, depth;
    struct cart_place place;
};

struct growth {
    struct cart_data d;
    const struct cart_rules *rules;
    struct job *job;
    struct rng rng;
    size_t n_rows;             /* with weight */
    double total;              /* their weight */
    void *memory;              /* of y, weight, orders, moved, goes_left: */
    double *y, *w;             /* (n) */
    uint32_t *orders;          /* (p, n_rows) */
    uint32_t *moved;           /* (p, n_rows) scratch */
    uint8_t *goes;             /* (n) of the node at hand: 1 left */
    uint32_t *asked;           /* (p) features in an order that is not that of the columns */
    struct cart_place *places; /* (p) of the node at hand */
    struct cart_sums sums;     /* of the node at hand */
    struct pending *pending;
    size_t n_pending, cap_pending;
    struct cart *tree; /* nodes, values and sets by mem_free until they are kept */
    size_t cap_nodes, cap_sets;
};

/* ---------------------------------------------------------------- features in order */

static int sort_features(struct growth *g, struct err *err)
{
    struct radix_pair *pairs;
    void *memory;

    if (mem_big(&memory, g->n_rows, 2 * sizeof(*pairs), "the values of a feature", err))
        return -1;
    pairs = memory;
    for (size_t j = 0; j < g->d.p; j++) {
        const double *x = matrix_col(g->d.x, j);
        uint32_t *order = g->orders + j * g->n_rows;
        size_t at = 0;
        for (size_t i = 0; i < g->d.n; i++) {
            /* + 0.0: both zeros are one value */
            uint64_t key = isnan(x[i]) ? UINT64_MAX : radix_key_of_real(x[i] + 0.0);
            if (g->w[i] > 0)
                pairs[at++] = (struct radix_pair){ .key = key, .value = i };
        }
        radix_sort_pairs(pairs, pairs + g->n_rows, g->n_rows);
        for (size_t i = 0; i < g->n_rows; i++)
            order[i] = (uint32_t)pairs[i].value;
        if (job_tick(g->job, 0, 1, err)) {
            mem_big_free(memory);
            return -1;
        }
    }
    mem_big_free(memory);
    return 0;
}

/* By their sorted values: a choice between features that divide alike must not depend on how the
 * columns stand. */
static int compare_features(const struct growth *g, uint32_t a, uint32_t b)
{
    const double *u = matrix_col(g->d.x, a), *v = matrix_col(g->d.x, b);

    for (size_t i = 0; i < g->n_rows; i++) {
        double s = u[g->orders[a * g->n_rows + i]], t = v[g->orders[b * g->n_rows + i]];
        if (isnan(s) || isnan(t)) {
            if (isnan(s) != isnan(t))
                return isnan(s) ? 1 : -1;
            break;
        }
        if (s != t)
            return s < t ? -1 : 1;
    }
    return 0;
}

static void order_features(struct growth *g)
{
    for (size_t j = 0; j < g->d.p; j++) {
        size_t at = j;
        for (; at > 0 && compare_features(g, g->asked[at - 1], (uint32_t)j) > 0; at--)
            g->asked[at] = g->asked[at - 1];
        g->asked[at] = (uint32_t)j;
    }
}

/* ---------------------------------------------------------------- nodes */

static size_t add_node(struct growth *g)
{
    struct cart *t = g->tree;

    if (t->n_nodes == g->cap_nodes) {
        g->cap_nodes = 2 * g->cap_nodes + 64;
        t->nodes = mem_resize(t->nodes, g->cap_nodes, sizeof(*t->nodes));
        t->values = mem_resize(t->values, g->cap_nodes * t->k, sizeof(*t->values));
    }
    t->nodes[t->n_nodes] = (struct cart_node){ .left = -1, .right = -1 };
    return t->n_nodes++;
}

static double impurity_of_numbers(const struct growth *g, const uint32_t *rows, size_t n)
{
    double mean = g->d.centre + g->sums.s[0] / g->sums.weight, sum = 0;

    for (size_t i = 0; i < n; i++) {
        double y = g->y[rows[i]], far = y - mean;
        if (g->d.criterion == CART_SQUARED)
            sum += g->w[rows[i]] * far * far;
        else if (y > 0)
            sum += g->w[rows[i]] * y * log(y / mean);
    }
    return fmax(0, sum / g->sums.weight);
}

static void sum_rows(struct growth *g, const uint32_t *rows, size_t n)
{
    g->sums.weight = 0;
    memset(g->sums.s, 0, g->d.k * sizeof(double));
    for (size_t i = 0; i < n; i++)
        cart_add(&g->sums, &g->d, rows[i]);
}

/* Sums, value and impurity of a node; whether all its rows are alike. */
static bool measure(struct growth *g, const struct pending *p)
{
    const uint32_t *rows = g->orders + p->begin;
    struct cart_node *node = &g->tree->nodes[p->at];
    double *value = g->tree->values + p->at * g->d.k;
    size_t k = g->d.k;
    bool alike = true;

    g->d.centre = 0;
    sum_rows(g, rows, p->n);
    for (size_t i = 0; i < p->n; i++)
        alike &= g->y[rows[i]] == g->y[rows[0]];
    node->weight = g->sums.weight;
    for (size_t c = 0; c < k; c++)
        value[c] = g->sums.s[c] / g->sums.weight + g->d.shift;
    if (g->d.criterion == CART_SQUARED) { /* squares of what is left lose fewer digits */
        g->d.centre = value[0] - g->d.shift;
        sum_rows(g, rows, p->n);
    }
    node->impurity = alike   ? 0
                     : k > 1 ? cart_mass(&g->d, &g->sums) / g->sums.weight
                             : impurity_of_numbers(g, rows, p->n);
    return alike;
}

struct asking {
    struct growth *g;
    const struct pending *p;
    size_t from;
    double tie;
};

static void ask_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct asking *a = ctx;
    struct growth *g = a->g;
    (void)chunk;

    for (size_t k = a->from + begin; k < a->from + end; k++) {
        uint32_t j = g->asked[k];
        g->places[k] = cart_place_find(&g->d, j, g->orders + j * g->n_rows + a->p->begin, a->p->n,
                                       &g->sums, a->tie);
    }
}

/* The best of features from … to of the order that they are asked in. */
static void ask(struct cart_place *best, struct growth *g, const struct pending *p, size_t from,
                size_t to)
{
    const struct cart_node *node = &g->tree->nodes[p->at];
    struct asking a = { .g = g, .p = p, .from = from };

    a.tie = 1e-10 * node->impurity * node->weight;
    parallel_for(to - from, p->n > 2000 ? 1 : to - from, ask_some, &a);
    for (size_t k = from; k < to; k++) {
        struct cart_place *place = &g->places[k];
        if (place->found && (!best->found || place->gain > best->gain + a.tie)) {
            mem_free(best->side);
            *best = *place;
        } else {
            mem_free(place->side);
        }
    }
}

/* As many features as asked for, then one more at a time while none divides. */
static struct cart_place find_place(struct growth *g, const struct pending *p)
{
    size_t n = g->d.p, m = g->rules->max_features;
    struct cart_place best = { .found = false };

    if (m >= n) {
        ask(&best, g, p, 0, n);
        return best;
    }
    rng_shuffle(&g->rng, g->asked, n);
    ask(&best, g, p, 0, m);
    for (; m < n && !best.found; m++)
        ask(&best, g, p, m, m + 1);
    return best;
}

/* A node of these rows: measured, and what would divide it. */
static void consider(struct growth *g, struct pending p)
{
    const struct cart_rules *rules = g->rules;
    bool alike = measure(g, &p);

    if (!alike && g->sums.weight >= rules->min_split && g->sums.weight >= 2 * rules->min_leaf &&
        (rules->max_depth == 0 || p.depth < rules->max_depth))
        p.place = find_place(g, &p);
    /* a gain below zero is rounding of none */
    if (!p.place.found || p.place.gain / g->total < rules->min_decrease - 1e-12) {
        mem_free(p.place.side);
        return;
    }
    if (g->n_pending == g->cap_pending) {
        g->cap_pending = 2 * g->cap_pending + 64;
        g->pending = mem_resize(g->pending, g->cap_pending, sizeof(*g->pending));
    }
    g->pending[g->n_pending++] = p;
}

/* ---------------------------------------------------------------- dividing */

static uint32_t keep_set(struct growth *g, const struct cart_place *s)
{
    struct cart *t = g->tree;
    size_t n = t->n_levels[s->feature];

    if (t->n_sets + n > g->cap_sets) {
        g->cap_sets = 2 * (t->n_sets + n);
        t->sets = mem_resize(t->sets, g->cap_sets, 1);
    }
    memcpy(t->sets + t->n_sets, s->side, n);
    t->n_sets += n;
    return (uint32_t)(t->n_sets - n + 1);
}

static bool goes_left(const struct cart *t, const struct cart_node *n, double v)
{
    const struct plain_node plain = { .missing_left = n->missing_left,
                                      .threshold = n->threshold,
                                      .side = n->set ? t->sets + n->set - 1 : NULL,
                                      .n_levels = t->n_levels[n->feature] };

    return plain_goes_left(&plain, v);
}

struct moving {
    struct growth *g;
    const struct pending *p;
    size_t n_left;
};

static void move_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct moving *m = ctx;
    struct growth *g = m->g;
    (void)chunk;

    for (size_t j = begin; j < end; j++) {
        uint32_t *rows = g->orders + j * g->n_rows + m->p->begin;
        uint32_t *right = g->moved + j * g->n_rows;
        size_t n_left = 0, n_right = 0;
        for (size_t i = 0; i < m->p->n; i++) {
            uint32_t row = rows[i];
            rows[n_left] = row;
            right[n_right] = row;
            n_left += g->goes[row];
            n_right += 1 - g->goes[row];
        }
        memcpy(rows + n_left, right, n_right * sizeof(*rows));
    }
}

/* How many rows go left: every order is divided, and stays one. */
static size_t divide(struct growth *g, const struct pending *p)
{
    const struct cart_node *node = &g->tree->nodes[p->at];
    const double *x = matrix_col(g->d.x, node->feature);
    const uint32_t *rows = g->orders + node->feature * g->n_rows + p->begin;
    struct moving m = { .g = g, .p = p };

    for (size_t i = 0; i < p->n; i++) {
        g->goes[rows[i]] = goes_left(g->tree, node, x[rows[i]]);
        m.n_left += g->goes[rows[i]];
    }
    parallel_for(g->d.p, p->n > 2000 ? 1 : g->d.p, move_some, &m);
    return m.n_left;
}

static void settle(struct growth *g, struct pending p)
{
    size_t left = add_node(g), right = add_node(g);
    struct cart_node *node = &g->tree->nodes[p.at];
    const struct cart_place *s = &p.place;

    node->left = (int32_t)left;
    node->right = (int32_t)right;
    node->feature = s->feature;
    node->missing_left = s->missing_left;
    node->threshold = s->threshold;
    node->gain = fmax(0, s->gain);
    node->set = s->side ? keep_set(g, s) : 0;
    mem_free(p.place.side);
    size_t n_left = divide(g, &p);
    consider(g,
             (struct pending){
                 .at = right, .begin = p.begin + n_left, .n = p.n - n_left, .depth = p.depth + 1 });
    consider(g,
             (struct pending){ .at = left, .begin = p.begin, .n = n_left, .depth = p.depth + 1 });
}

/* The last, which is the leftmost; or the best when leaves are numbered. */
static struct pending take_pending(struct growth *g)
{
    size_t best = g->n_pending - 1;

    for (size_t k = g->n_pending - 1; g->rules->max_leaves && k-- > 0;)
        if (g->pending[k].place.gain > g->pending[best].place.gain)
            best = k;
    struct pending p = g->pending[best];
    memmove(g->pending + best, g->pending + best + 1,
            (--g->n_pending - best) * sizeof(*g->pending));
    return p;
}

static int grow(struct growth *g, struct err *err)
{
    size_t n_leaves = 1, most = g->rules->max_leaves, done = 0;
    int rc = 0;

    consider(g, (struct pending){ .at = add_node(g), .n = g->n_rows });
    for (; g->n_pending && (most == 0 || n_leaves < most) && !rc; n_leaves++) {
        struct pending p = take_pending(g);
        done += most ? 0 : p.n / 8 + 1;
        settle(g, p);
        rc = most ? job_tick(g->job, n_leaves, most, err)
                  : job_tick(g->job, done < g->n_rows ? done : g->n_rows, g->n_rows, err);
    }
    while (g->n_pending)
        mem_free(g->pending[--g->n_pending].place.side);
    return rc;
}

/* ---------------------------------------------------------------- a tree */

static void take_rows(struct growth *g, const struct fit_input *in)
{
    double sum = 0;

    for (size_t i = 0; i < in->x->n; i++) {
        g->w[i] = in->weights ? in->weights[i] : 1;
        g->n_rows += g->w[i] > 0;
        g->total += g->w[i];
        sum += g->w[i] * in->y[i];
    }
    if (g->d.criterion == CART_SQUARED)
        g->d.shift = sum / g->total;
    for (size_t i = 0; i < in->x->n; i++)
        g->y[i] = in->y[i] - g->d.shift;
}

/* All that grows with the rows, in one block. */
static int growth_init(struct growth *g, struct cart *tree, const struct fit_input *in,
                       const struct cart_rules *rules, struct job *job, struct err *err)
{
    size_t n = in->x->n, p = in->x->p;

    *g = (struct growth){ .rules = rules, .job = job, .tree = tree };
    g->d = (struct cart_data){ .n = n,
                               .p = p,
                               .k = tree->k,
                               .x = in->x,
                               .n_levels = tree->n_levels,
                               .min_leaf = rules->min_leaf,
                               .criterion = rules->criterion };
    if (mem_big(&g->memory, n, 2 * sizeof(double) + 2 * p * sizeof(uint32_t) + 1,
                "the rows of a tree, sorted by each feature", err))
        return -1;
    g->y = g->memory;
    g->w = g->y + n;
    g->orders = (uint32_t *)(g->w + n);
    g->moved = g->orders + p * n;
    g->goes = (uint8_t *)(g->moved + p * n);
    g->d.y = g->y;
    g->d.weight = g->w;
    take_rows(g, in);
    rng_init(&g->rng, rules->seed, 0);
    g->asked = MEM_NEW(uint32_t, p);
    g->places = MEM_NEW(struct cart_place, p);
    g->sums.s = MEM_NEW(double, tree->k);
    return 0;
}

static void growth_release(struct growth *g)
{
    mem_big_free(g->memory);
    mem_free(g->asked);
    mem_free(g->places);
    mem_free(g->sums.s);
    mem_free(g->pending);
}

static void keep_tree(struct cart *t, struct arena *arena)
{
    struct cart_node *nodes = t->nodes;
    double *values = t->values;
    uint8_t *sets = t->sets;

    t->nodes = ARENA_NEW(arena, struct cart_node, t->n_nodes);
    t->values = ARENA_NEW(arena, double, t->n_nodes * t->k);
    t->sets = ARENA_NEW(arena, uint8_t, t->n_sets + 1);
    if (t->n_nodes) {
        memcpy(t->nodes, nodes, t->n_nodes * sizeof(*nodes));
        memcpy(t->values, values, t->n_nodes * t->k * sizeof(*values));
    }
    if (t->n_sets)
        memcpy(t->sets, sets, t->n_sets);
    mem_free(nodes);
    mem_free(values);
    mem_free(sets);
}

int cart_fit(struct cart *out, const struct fit_input *in, const struct cart_rules *rules,
             struct arena *arena, struct job *job, struct err *err)
{
    struct growth g;

    *out = (struct cart){ .p = in->x->p,
                          .k = in->n_classes ? in->n_classes : 1,
                          .n_levels = ARENA_NEW(arena, uint32_t, in->x->p) };
    if (in->n_levels)
        memcpy(out->n_levels, in->n_levels, in->x->p * sizeof(*out->n_levels));
    if (job_tick(job, 0, 1, err) || growth_init(&g, out, in, rules, job, err))
        return -1;
    int rc = sort_features(&g, err);
    if (!rc) {
        order_features(&g);
        rc = grow(&g, err);
    }
    growth_release(&g);
    keep_tree(out, arena);
    if (!rc && rules->alpha > 0)
        cart_prune(out, rules->alpha);
    return rc;
}

/* ---------------------------------------------------------------- pruning */

/* Nodes that are left move to the front, in order. */
static void compact(struct cart *t, const bool *kept)
{
    int32_t *to = MEM_NEW(int32_t, t->n_nodes);
    size_t n = 0;

    for (size_t i = 0; i < t->n_nodes; i++)
        if (kept[i])
            to[i] = (int32_t)n++;
    n = 0;
    for (size_t i = 0; i < t->n_nodes; i++) {
        if (!kept[i])
            continue;
        struct cart_node node = t->nodes[i];
        if (node.left >= 0) {
            node.left = to[node.left];
            node.right = to[node.right];
        }
        t->nodes[n] = node;
        memmove(t->values + n * t->k, t->values + i * t->k, t->k * sizeof(double));
        n++;
    }
    t->n_nodes = n;
    mem_free(to);
}

void cart_prune(struct cart *t, double alpha)
{
    double *cost = MEM_NEW(double, t->n_nodes), total = t->nodes[0].weight;
    bool *kept = MEM_NEW(bool, t->n_nodes);

    for (size_t i = t->n_nodes; i-- > 0;) {
        struct cart_node *n = &t->nodes[i];
        double alone = n->impurity * n->weight / total + alpha;
        double whole = n->left < 0 ? alone : cost[n->left] + cost[n->right];
        if (alone <= whole * (1 + 1e-12))
            n->left = n->right = -1;
        cost[i] = fmin(alone, whole);
    }
    kept[0] = true;
    for (size_t i = 0; i < t->n_nodes; i++)
        if (kept[i] && t->nodes[i].left >= 0)
            kept[t->nodes[i].left] = kept[t->nodes[i].right] = true;
    compact(t, kept);
    mem_free(cost);
    mem_free(kept);
}
