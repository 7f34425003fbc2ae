/* neighbours.c - building, measuring every row, and answering many points at once. */
#include "num/neighbours.h"

#include <math.h>
#include <string.h>

#include "base/machine.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "num/neighbours_parts.h"

enum {
    LANES = NEIGHBOUR_LANES,
    POINTS_AT_ONCE = 48, /* in one piece of parallel work: blocks of rows are read once for all */
    BLOCKS_AT_ONCE = 32, /* of rows, between two points */
    TREE_LEAST_ROWS = 500
};

/* Up to so many columns a tree is the faster one: 15 neighbours of normal data, 100,000 rows. */
static size_t tree_columns(enum metric metric)
{
    return metric == METRIC_EUCLIDEAN ? 6 : metric == METRIC_COSINE ? 0 : 9;
}

static const double LARGEST = 1e150; /* its square is finite */

/* ---------------------------------------------------------------- distances */

FOR_EACH_MACHINE
static void add_squares(double *restrict key, const double *restrict block,
                        const double *restrict q, size_t p)
{
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < LANES; i++) {
            double d = block[j * LANES + i] - q[j];
            key[i] += d * d;
        }
}

FOR_EACH_MACHINE
static void add_sizes(double *restrict key, const double *restrict block, const double *restrict q,
                      size_t p)
{
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < LANES; i++)
            key[i] += fabs(block[j * LANES + i] - q[j]);
}

FOR_EACH_MACHINE
static void take_largest(double *restrict key, const double *restrict block,
                         const double *restrict q, size_t p)
{
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < LANES; i++) {
            double d = fabs(block[j * LANES + i] - q[j]);
            key[i] = d > key[i] ? d : key[i];
        }
}

FOR_EACH_MACHINE
static void take_products(double *restrict key, const double *restrict block,
                          const double *restrict q, size_t p)
{
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < LANES; i++)
            key[i] += block[j * LANES + i] * q[j];
    for (size_t i = 0; i < LANES; i++)
        key[i] = key[i] < 1 ? 1 - key[i] : 0;
}

static void add_powers(double *key, const double *block, const double *q, size_t p, double power)
{
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < LANES; i++)
            key[i] += pow(fabs(block[j * LANES + i] - q[j]), power);
}

void neighbours_block_keys(double *key, const struct neighbours *nb, const double *block,
                           const double *q)
{
    memset(key, 0, LANES * sizeof(*key));
    switch (nb->metric) {
    case METRIC_EUCLIDEAN:
        add_squares(key, block, q, nb->p);
        break;
    case METRIC_MANHATTAN:
        add_sizes(key, block, q, nb->p);
        break;
    case METRIC_CHEBYSHEV:
        take_largest(key, block, q, nb->p);
        break;
    case METRIC_MINKOWSKI:
        add_powers(key, block, q, nb->p, nb->power);
        break;
    case METRIC_COSINE:
        take_products(key, block, q, nb->p);
        break;
    }
}

double neighbours_key_add(const struct neighbours *nb, double key, double difference)
{
    double d = fabs(difference);

    switch (nb->metric) {
    case METRIC_EUCLIDEAN:
        return key + d * d;
    case METRIC_MANHATTAN:
        return key + d;
    case METRIC_CHEBYSHEV:
        return d > key ? d : key;
    default:
        return key + pow(d, nb->power);
    }
}

static double distance_of_key(const struct neighbours *nb, double key)
{
    if (nb->metric == METRIC_EUCLIDEAN)
        return sqrt(key);
    return nb->metric == METRIC_MINKOWSKI ? pow(key, 1 / nb->power) : key;
}

/* To length 1; a row of zeros stays. */
static void shorten(double *v, size_t p)
{
    double most = 0, square = 0;

    for (size_t j = 0; j < p; j++)
        most = fmax(most, fabs(v[j]));
    for (size_t j = 0; j < p && most > 0; j++)
        square += (v[j] / most) * (v[j] / most);
    for (size_t j = 0; j < p && most > 0; j++)
        v[j] = v[j] / most / sqrt(square);
}

/* ---------------------------------------------------------------- building */

static void direct_build(struct neighbours *nb, const struct matrix *x, struct arena *arena)
{
    size_t n_blocks = (x->n + LANES - 1) / LANES;
    double *at = ARENA_NEW(arena, double, n_blocks *LANES * nb->p),
           *row = ARENA_NEW(arena, double, nb->p + 1);

    for (size_t i = 0; i < x->n; i++) {
        for (size_t j = 0; j < nb->p; j++)
            row[j] = matrix_col(x, j)[i];
        if (nb->metric == METRIC_COSINE)
            shorten(row, nb->p);
        for (size_t j = 0; j < nb->p; j++)
            at[(i / LANES * nb->p + j) * LANES + i % LANES] = row[j];
    }
    nb->x = at;
    nb->lanes = LANES;
}

static int refuse_large(const struct matrix *x, struct err *err)
{
    for (size_t j = 0; j < x->p; j++)
        for (size_t i = 0; i < x->n; i++)
            if (!(fabs(matrix_col(x, j)[i]) <= LARGEST))
                return err_set(err, ERR_NUMERIC,
                               "feature %zu has values beyond %g, which distances cannot be made "
                               "of; scale it first",
                               j + 1, LARGEST);
    return 0;
}

int neighbours_build(struct neighbours *out, const struct matrix *x, enum metric metric,
                     double power, enum neighbours_search search, struct arena *arena,
                     struct err *err)
{
    *out = (struct neighbours){ .n = x->n, .p = x->p, .metric = metric, .power = power };
    if (metric == METRIC_COSINE && search == SEARCH_TREE)
        return err_set(err, ERR_DOMAIN,
                       "a tree cannot search by cosine; use algorithm=brute or another metric");
    if (refuse_large(x, err) ||
        mem_expect((x->n + LANES) * (2 * x->p + 4) * sizeof(double), "the rows to search", err))
        return -1;
    if (search == SEARCH_AUTO)
        search = x->p <= tree_columns(metric) && x->n >= TREE_LEAST_ROWS ? SEARCH_TREE
                                                                         : SEARCH_BRUTE;
    if (search == SEARCH_TREE)
        neighbours_tree_build(out, x, arena);
    else if (metric == METRIC_EUCLIDEAN)
        neighbours_filter_build(out, x, arena);
    else
        direct_build(out, x, arena);
    return 0;
}

/* ---------------------------------------------------------------- finding */

static void offer_block(struct nearest *h, const struct neighbours *nb, size_t block,
                        const double *q, size_t k)
{
    double key[LANES];
    size_t first = block * LANES, n = nb->n - first < LANES ? nb->n - first : LANES;

    neighbours_block_keys(key, nb, nb->x + first * nb->p, q);
    for (size_t i = 0; i < n; i++)
        if (h->n < k || key[i] < h->at[0].distance)
            nearest_add(h, k, (struct neighbour){ key[i], (uint32_t)(first + i) });
}

static void direct_find(struct nearest *found, const struct neighbours *nb, const double *q,
                        size_t m, size_t k)
{
    size_t n_blocks = (nb->n + LANES - 1) / LANES;

    for (size_t from = 0; from < n_blocks; from += BLOCKS_AT_ONCE) {
        size_t to = from + BLOCKS_AT_ONCE < n_blocks ? from + BLOCKS_AT_ONCE : n_blocks;
        for (size_t i = 0; i < m; i++)
            for (size_t b = from; b < to; b++)
                offer_block(&found[i], nb, b, q + i * nb->p, k);
    }
}

struct finding {
    struct neighbour *out;
    const struct neighbours *nb;
    const struct matrix *q;
    size_t k;
};

static void find_chunk(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct finding *f = ctx;
    const struct neighbours *nb = f->nb;
    size_t m = end - begin;
    double *q = MEM_NEW(double, POINTS_AT_ONCE * nb->p);
    struct nearest found[POINTS_AT_ONCE];
    (void)chunk;

    for (size_t i = 0; i < m; i++) {
        found[i] = (struct nearest){ .at = f->out + (begin + i) * f->k };
        for (size_t j = 0; j < nb->p; j++)
            q[i * nb->p + j] = matrix_col(f->q, j)[begin + i];
        if (nb->metric == METRIC_COSINE)
            shorten(q + i * nb->p, nb->p);
    }
    if (nb->filter)
        neighbours_filter_find(found, nb, q, m, f->k);
    else if (!nb->tree)
        direct_find(found, nb, q, m, f->k);
    for (size_t i = 0; i < m; i++) {
        if (nb->tree)
            neighbours_tree_find(&found[i], nb, q + i * nb->p, f->k);
        nearest_sort(&found[i]);
        for (size_t r = 0; r < f->k; r++)
            found[i].at[r].distance = distance_of_key(nb, found[i].at[r].distance);
    }
    mem_free(q);
}

void neighbours_find(struct neighbour *out, const struct neighbours *nb, const struct matrix *q,
                     size_t k)
{
    struct finding f = { out, nb, q, k };

    parallel_for(q->n, POINTS_AT_ONCE, find_chunk, &f);
}
