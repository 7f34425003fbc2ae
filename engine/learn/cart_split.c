#include "learn/cart_split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void cart_add(struct cart_sums *sums, const struct cart_data *d, uint32_t row)
{
    double w = d->weight[row];

    sums->weight += w;
    if (d->k > 1)
        sums->s[(size_t)d->y[row]] += w;
    else
        sums->s[0] += w * (d->y[row] - d->centre);
}

double cart_mass(const struct cart_data *d, const struct cart_sums *sums)
{
    double w = sums->weight, mass = 0;

    switch (d->criterion) {
    case CART_GINI:
        for (size_t k = 0; k < d->k; k++)
            mass -= sums->s[k] * sums->s[k];
        return w + mass / w;
    case CART_ENTROPY:
        for (size_t k = 0; k < d->k; k++)
            if (sums->s[k] > 0)
                mass -= sums->s[k] * log2(sums->s[k] / w);
        return mass;
    case CART_SQUARED:
        return -sums->s[0] * sums->s[0] / w;
    case CART_POISSON:
        /* a side whose mean is 0 predicts what cannot be */
        return sums->s[0] > 0 ? -sums->s[0] * log(sums->s[0] / w) : INFINITY;
    }
    return 0;
}

/* A search down one feature: the sides as they are now, and the best so far. */
struct search {
    const struct cart_data *d;
    const struct cart_sums *whole;
    double mass, tie;
    struct cart_sums left, right; /* s in `memory` */
    double *memory;
    struct cart_place best;
};

static void search_init(struct search *s, const struct cart_data *d, uint32_t feature,
                        const struct cart_sums *whole, double tie)
{
    *s = (struct search){ .d = d, .whole = whole, .tie = tie, .mass = cart_mass(d, whole) };
    s->memory = MEM_NEW(double, 2 * d->k);
    s->left.s = s->memory;
    s->right.s = s->memory + d->k;
    s->best.feature = feature;
}

static void clear_left(struct search *s)
{
    s->left.weight = 0;
    memset(s->left.s, 0, s->d->k * sizeof(double));
}

static void add_sums(struct cart_sums *to, const struct cart_sums *from, size_t k)
{
    to->weight += from->weight;
    for (size_t c = 0; c < k; c++)
        to->s[c] += from->s[c];
}

/* What dividing here gains; -INFINITY where it may not be. */
static double gain_here(struct search *s)
{
    s->right.weight = s->whole->weight - s->left.weight;
    if (s->left.weight < s->d->min_leaf || s->right.weight < s->d->min_leaf)
        return -INFINITY;
    for (size_t c = 0; c < s->d->k; c++)
        s->right.s[c] = s->whole->s[c] - s->left.s[c];
    return s->mass - cart_mass(s->d, &s->left) - cart_mass(s->d, &s->right);
}

static bool is_better(struct search *s)
{
    double gain = gain_here(s);

    if (!(gain > -INFINITY) || (s->best.found && gain <= s->best.gain + s->tie))
        return false;
    s->best.found = true;
    s->best.gain = gain;
    s->best.weight_left = s->left.weight;
    return true;
}

/* Between two values: their middle, which must not be the upper one. */
static double middle(double a, double b)
{
    double m = a / 2 + b / 2;

    return m < b && m >= a ? m : a;
}

/* ---------------------------------------------------------------- numbers */

/* rows: n_known with a value, then n_missing.  Missing rows are on one side, then on the other, and
 * alone. */
static void search_numbers(struct search *s, const double *x, const uint32_t *rows, size_t n_known,
                           size_t n_missing)
{
    for (int to_left = 0; to_left <= (n_missing > 0); to_left++) {
        clear_left(s);
        for (size_t i = 0; to_left && i < n_missing; i++)
            cart_add(&s->left, s->d, rows[n_known + i]);
        for (size_t i = 0; i + 1 < n_known; i++) {
            cart_add(&s->left, s->d, rows[i]);
            if (x[rows[i]] < x[rows[i + 1]] && is_better(s)) {
                s->best.threshold = middle(x[rows[i]], x[rows[i + 1]]);
                s->best.missing_left = to_left;
            }
        }
    }
    if (n_missing == 0 || n_known == 0)
        return;
    clear_left(s);
    for (size_t i = 0; i < n_known; i++)
        cart_add(&s->left, s->d, rows[i]);
    if (is_better(s)) {
        s->best.threshold = x[rows[n_known - 1]];
        s->best.missing_left = false;
    }
}

/* ---------------------------------------------------------------- categories */

struct level {
    size_t code;
    double key;
    struct cart_sums sums;
};

static int by_key(const void *a, const void *b)
{
    const struct level *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->code > y->code) - (x->code < y->code);
}

/* Levels that the node has, each with its sums; level n_levels stands for missing cells. */
static size_t list_levels(struct level *list, double *sums, const struct search *s, const double *x,
                          const uint32_t *rows, size_t n, size_t n_levels)
{
    size_t n_list = 0, last = SIZE_MAX;

    for (size_t i = 0; i < n; i++) {
        double v = x[rows[i]];
        size_t code = isnan(v) ? n_levels : (size_t)v;
        if (code != last) {
            list[n_list] = (struct level){ .code = code, .sums.s = sums + n_list * s->d->k };
            n_list++;
            last = code;
        }
        cart_add(&list[n_list - 1].sums, s->d, rows[i]);
    }
    return n_list;
}

/* The first `n_left` of the list (or those in `mask`, when it is given) go left. */
static void keep_sides(struct search *s, const struct level *list, size_t n_list, size_t n_left,
                       const uint32_t *mask, size_t n_levels)
{
    if (!s->best.side)
        s->best.side = mem_new(n_levels + 1, 1);
    memset(s->best.side, 2, n_levels + 1);
    for (size_t i = 0; i < n_list; i++)
        s->best.side[list[i].code] = (uint8_t)(mask ? *mask >> i & 1 : i < n_left);
}

/* Every division of few levels into two; the last level stays to the right. */
static void search_subsets(struct search *s, const struct level *list, size_t n, size_t n_levels)
{
    for (uint32_t mask = 1; mask < (uint32_t)1 << (n - 1); mask++) {
        clear_left(s);
        for (size_t i = 0; i + 1 < n; i++)
            if (mask >> i & 1)
                add_sums(&s->left, &list[i].sums, s->d->k);
        if (is_better(s))
            keep_sides(s, list, n, 0, &mask, n_levels);
    }
}

/* Levels in order of the share of class c, or of the mean: for numbers and two classes the best
 * division is among those between neighbours (Fisher 1958). */
static void search_order(struct search *s, struct level *list, size_t n, size_t c, size_t n_levels)
{
    for (size_t i = 0; i < n; i++)
        list[i].key = list[i].sums.s[c] / list[i].sums.weight;
    qsort(list, n, sizeof(*list), by_key);
    clear_left(s);
    for (size_t i = 0; i + 1 < n; i++) {
        add_sums(&s->left, &list[i].sums, s->d->k);
        if (is_better(s))
            keep_sides(s, list, n, i + 1, NULL, n_levels);
    }
}

static void search_levels(struct search *s, const double *x, const uint32_t *rows, size_t n,
                          size_t n_levels)
{
    size_t k = s->d->k, most = n < n_levels + 1 ? n : n_levels + 1;
    struct level *list = MEM_NEW(struct level, most);
    double *sums = MEM_NEW(double, most *k);
    size_t n_list = list_levels(list, sums, s, x, rows, n, n_levels);

    if (k <= 2 && n_list > 1)
        search_order(s, list, n_list, k - 1, n_levels);
    else if (n_list > 1 && n_list <= CART_ALL_SUBSETS)
        search_subsets(s, list, n_list, n_levels);
    else
        for (size_t c = 0; n_list > 1 && c < k; c++)
            search_order(s, list, n_list, c, n_levels);
    mem_free(list);
    mem_free(sums);
}

/* A level or a missing cell that the node does not have goes where more rows go. */
static void settle_missing(struct cart_place *b, double weight, bool has_missing, size_t n_levels)
{
    if (b->side)
        has_missing = b->side[n_levels] != 2;
    if (!has_missing)
        b->missing_left = 2 * b->weight_left >= weight;
    else if (b->side)
        b->missing_left = b->side[n_levels] == 1;
}

struct cart_place cart_place_find(const struct cart_data *d, uint32_t feature, const uint32_t *rows,
                                  size_t n, const struct cart_sums *whole, double tie)
{
    const double *x = matrix_col(d->x, feature);
    size_t n_known = n;
    struct search s;

    search_init(&s, d, feature, whole, tie);
    while (n_known && isnan(x[rows[n_known - 1]]))
        n_known--;
    if (d->n_levels[feature])
        search_levels(&s, x, rows, n, d->n_levels[feature]);
    else
        search_numbers(&s, x, rows, n_known, n - n_known);
    if (s.best.found)
        settle_missing(&s.best, whole->weight, n_known < n, d->n_levels[feature]);
    mem_free(s.memory);
    return s.best;
}
