/* impute_knn.c - the values of the nearest rows, as scikit-learn's KNNImputer.
 *
 * Why plain differences and no matrix product: with 20 columns |x|² - 2xy + |y|² for values, and
 * once more for what is present, is more arithmetic than the sum of squares itself, and loses digits where
 * rows are close.  Rows that taught lie column by column, zero where missing, beside a matrix of
 * weights that is zero there, too, so that the loop over them has no branch.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/machine.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/text.h"
#include "num/nearest.h"
#include "prepare/step_columns.h"
#include "prepare/step_impute.h"

enum { WEIGHTS_UNIFORM, WEIGHTS_DISTANCE };
enum { SCALE_AUTO, SCALE_YES, SCALE_NO };

#define MAX_NEIGHBOURS     1000
#define DEFAULT_NEIGHBOURS 5
#define ROWS_AT_ONCE       16                /* rows to fill in one piece of parallel work */
#define DONORS_AT_ONCE     512               /* their numbers stay in the second-level cache */
#define HEAPS_AT_ONCE      ((size_t)1 << 21) /* neighbours kept at a time: 32 MB */

struct knn {
    size_t n, p; /* rows that taught, features */
    size_t n_neighbors;
    int weights;
    const double *x;      /* (n, p) column-major, NAN where missing */
    const double *factor; /* (p) of the squared difference: 1, or 1 over the variance */
    double *y;            /* (n, p) x, but zero where missing */
    double *w;            /* (n, p) factor, but zero where missing */
    uint64_t *masks;      /* (n, n_words) bit j: feature j is there */
    size_t n_words;
    double *share; /* (p + 1) p over how many features two rows have in common; NAN for none */
};

/* ---------------------------------------------------------------- learning */

/* Population variance of what is there; 1 for a constant column. */
static double variance_of(const double *v, size_t n)
{
    double sum = 0, square = 0;
    size_t there = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(v[i])) {
            sum += v[i];
            there++;
        }
    double mean = there ? sum / (double)there : 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(v[i]))
            square += (v[i] - mean) * (v[i] - mean);
    return square > 0 && isfinite(square) ? square / (double)there : 1;
}

static bool wants_scaling(const struct step_input *in, const struct features *f)
{
    int scale = params_choice(in->params, "scale");
    bool mixed = false;

    for (size_t j = 0; j < f->p; j++)
        mixed = mixed || f->at[j].type == COLUMN_CATEGORY || f->at[j].type == COLUMN_BOOL;
    return scale == SCALE_YES || (scale == SCALE_AUTO && mixed);
}

/* What follows from x and factor. */
static void prepare(struct knn *k, struct arena *arena)
{
    k->n_words = (k->p + 63) / 64;
    k->share = ARENA_NEW(arena, double, k->p + 1);
    for (size_t common = 0; common <= k->p; common++)
        k->share[common] = common ? (double)k->p / (double)common : NAN;
    k->y = ARENA_NEW(arena, double, k->n * k->p);
    k->w = ARENA_NEW(arena, double, k->n * k->p);
    k->masks = ARENA_NEW(arena, uint64_t, k->n * k->n_words);
    for (size_t j = 0; j < k->p; j++)
        for (size_t i = 0; i < k->n; i++) {
            double v = k->x[j * k->n + i];
            if (isnan(v))
                continue;
            k->y[j * k->n + i] = v;
            k->w[j * k->n + i] = k->factor[j];
            k->masks[i * k->n_words + j / 64] |= (uint64_t)1 << (j % 64);
        }
}

int knn_learn(struct knn **out, const struct features *f, const struct step_input *in,
              struct arena *arena, struct err *err)
{
    struct knn *k = ARENA_NEW(arena, struct knn, 1);
    struct matrix x;

    k->n = step_n_rows(in);
    k->p = f->p;
    k->n_neighbors = DEFAULT_NEIGHBOURS;
    if (params_value(in->params, "n_neighbors")->set)
        k->n_neighbors = (size_t)params_int(in->params, "n_neighbors");
    k->weights = params_choice(in->params, "weights");
    if (mem_expect(4 * k->n * k->p * sizeof(double), "the rows to find neighbours in", err) ||
        features_matrix(&x, f, in, in->rows, k->n, err))
        return -1;
    double *factor = ARENA_NEW(arena, double, k->p);
    double *copy = ARENA_NEW(arena, double, k->n * k->p);
    bool scale = wants_scaling(in, f);
    for (size_t j = 0; j < k->p; j++) {
        bool number = f->at[j].type == COLUMN_INT || f->at[j].type == COLUMN_REAL;
        if (k->n)
            memcpy(copy + j * k->n, matrix_col(&x, j), k->n * sizeof(double));
        factor[j] = scale && number ? 1 / variance_of(matrix_col(&x, j), k->n) : 1;
    }
    matrix_release(&x);
    k->x = copy;
    k->factor = factor;
    prepare(k, arena);
    *out = k;
    return 0;
}

/* ---------------------------------------------------------------- filling */

struct filling_rows {
    struct matrix *out;
    const struct knn *k;
    const struct features *f;
    const struct matrix *x;
    const uint32_t *rows;    /* (n_rows) of x, those with something to fill */
    size_t n_rows, first;    /* the batch begins at rows[first] */
    struct neighbour *heaps; /* ROWS_AT_ONCE * n_fill * n_neighbors for each chunk */
    size_t n_fill, heaps_in_chunk;
};

/* square (n) += weighted squared differences of v to y; two features at a time, so that the sums are
 * read and written half as often. */
FOR_EACH_MACHINE
static void add_squares(double *restrict square, double v, const double *restrict y,
                        const double *restrict w, double v2, const double *restrict y2,
                        const double *restrict w2, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double sum = square[i] + w[i] * ((v - y[i]) * (v - y[i]));
        square[i] = sum + w2[i] * ((v2 - y2[i]) * (v2 - y2[i]));
    }
}

/* What the row has: features[0..n). */
static size_t list_present(uint32_t *features, const struct matrix *x, size_t row)
{
    size_t n = 0;

    for (size_t j = 0; j < x->p; j++)
        if (!isnan(matrix_col(x, j)[row]))
            features[n++] = (uint32_t)j;
    return n;
}

/* square (n): the sum of squared differences to donors [from, from + n). */
static void squares(double *square, const struct knn *k, const struct matrix *x, size_t row,
                    const uint32_t *features, size_t n_features, size_t from, size_t n)
{
    static const double none[DONORS_AT_ONCE];

    memset(square, 0, n * sizeof(*square));
    for (size_t m = 0; m < n_features; m += 2) {
        size_t j = features[m], j2 = m + 1 < n_features ? features[m + 1] : j;
        add_squares(square, matrix_col(x, j)[row], k->y + j * k->n + from, k->w + j * k->n + from,
                    matrix_col(x, j2)[row], k->y + j2 * k->n + from,
                    j2 != j ? k->w + j2 * k->n + from : none, n);
    }
}

/* The same where features are names: they differ or they do not. */
static void squares_mixed(double *square, const struct knn *k, const struct features *f,
                          const struct matrix *x, size_t row, size_t from, size_t n)
{
    memset(square, 0, n * sizeof(*square));
    for (size_t j = 0; j < k->p; j++) {
        double v = matrix_col(x, j)[row];
        const double *y = k->y + j * k->n + from, *w = k->w + j * k->n + from;
        if (isnan(v))
            continue;
        for (size_t i = 0; i < n; i++) {
            double apart = f->at[j].type != COLUMN_CATEGORY ? (v - y[i]) * (v - y[i])
                           : v != y[i]                      ? 1
                                                            : 0;
            square[i] += w[i] * apart;
        }
    }
}

static bool any_category(const struct features *f)
{
    for (size_t j = 0; j < f->p; j++)
        if (f->at[j].type == COLUMN_CATEGORY)
            return true;
    return false;
}

static bool has_feature(const uint64_t *mask, size_t j)
{
    return mask[j / 64] >> (j % 64) & 1;
}

static inline size_t n_common(const uint64_t *a, const uint64_t *b, size_t n_words)
{
    size_t n = 0;

    for (size_t i = 0; i < n_words; i++)
        n += (size_t)__builtin_popcountll(a[i] & b[i]);
    return n;
}

/* As nan_euclidean_distances: the sum over what both have stands for all; NAN when that is nothing. */
FOR_EACH_MACHINE
static void scale_squares(double *square, const struct knn *k, const uint64_t *mask, size_t from,
                          size_t n)
{
    for (size_t i = 0; k->n_words == 1 && i < n; i++)
        square[i] *= k->share[__builtin_popcountll(*mask & k->masks[from + i])];
    if (k->n_words == 1)
        return;
    for (size_t i = 0; i < n; i++)
        square[i] *= k->share[n_common(mask, k->masks + (from + i) * k->n_words, k->n_words)];
}

/* The donors of one block go to the heap of each feature that the row lacks and they have. */
static void offer(struct nearest *heaps, const struct filling_rows *s, size_t row,
                  const double *square, size_t from, size_t n)
{
    const struct knn *k = s->k;

    for (size_t j = 0; j < k->p; j++) {
        if (!s->f->at[j].fill)
            continue;
        struct nearest *h = heaps++;
        if (!isnan(matrix_col(s->x, j)[row]))
            continue;
        for (size_t i = 0; i < n; i++) {
            bool far = h->n == k->n_neighbors && !(square[i] <= h->at[0].distance);
            if (far || isnan(square[i]) || !has_feature(k->masks + (from + i) * k->n_words, j))
                continue;
            nearest_add(h, k->n_neighbors, (struct neighbour){ square[i], (uint32_t)(from + i) });
        }
    }
}

/* A neighbour's weight: 1 over the distance; where some are at no distance, those alone. */
static double weight_of(const struct nearest *h, size_t i, int weights)
{
    if (weights == WEIGHTS_UNIFORM)
        return 1;
    if (h->at[0].distance == 0)
        return h->at[i].distance == 0 ? 1 : 0;
    return 1 / sqrt(h->at[i].distance);
}

static double mean_of(const struct nearest *h, const double *v, int weights)
{
    double sum = 0, total = 0;

    for (size_t i = 0; i < h->n; i++) {
        double w = weight_of(h, i, weights);
        sum += w * v[h->at[i].row];
        total += w;
    }
    return sum / total;
}

/* The value with the highest sum of weights, the smallest among equals. */
static double vote_of(const struct nearest *h, const double *v, int weights)
{
    double best = NAN, most = 0;

    for (size_t i = 0; i < h->n; i++) {
        double value = v[h->at[i].row], votes = 0;
        for (size_t m = 0; m < h->n; m++)
            votes += v[h->at[m].row] == value ? weight_of(h, m, weights) : 0;
        if (votes > most || (votes == most && value < best)) {
            most = votes;
            best = value;
        }
    }
    return best;
}

static double value_from(const struct nearest *h, const struct knn *k, const struct feature *f,
                         size_t j)
{
    const double *v = k->x + j * k->n;

    if (h->n == 0)
        return NAN;
    bool number = f->type == COLUMN_INT || f->type == COLUMN_REAL;
    return number ? mean_of(h, v, k->weights) : vote_of(h, v, k->weights);
}

/* A row to be filled: what it has, and the nearest rows for each feature that is to be filled. */
struct receiver {
    size_t row, n_features;
    uint32_t *features;    /* (p) */
    uint64_t *mask;        /* (n_words) */
    struct nearest *heaps; /* (n_fill) */
};

static void receiver_init(struct receiver *r, const struct filling_rows *s, size_t row,
                          struct neighbour *room)
{
    const struct knn *k = s->k;

    r->row = row;
    r->features = MEM_NEW(uint32_t, k->p);
    r->mask = MEM_NEW(uint64_t, k->n_words);
    r->heaps = MEM_NEW(struct nearest, s->n_fill);
    r->n_features = list_present(r->features, s->x, row);
    for (size_t m = 0; m < r->n_features; m++)
        r->mask[r->features[m] / 64] |= (uint64_t)1 << (r->features[m] % 64);
    for (size_t m = 0; m < s->n_fill; m++)
        r->heaps[m].at = room + m * k->n_neighbors;
}

static void receiver_finish(struct receiver *r, const struct filling_rows *s)
{
    struct nearest *h = r->heaps;

    for (size_t j = 0; j < s->k->p; j++) {
        if (!s->f->at[j].fill)
            continue;
        nearest_sort(h);
        matrix_col(s->out, j)[r->row] = value_from(h++, s->k, &s->f->at[j], j);
    }
    mem_free(r->features);
    mem_free(r->mask);
    mem_free(r->heaps);
}

/* Donors outside, receivers inside: a block of donors is read from memory once for all of them. */
static void fill_chunk(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct filling_rows *s = ctx;
    const struct knn *k = s->k;
    struct neighbour *room = s->heaps + chunk * s->heaps_in_chunk;
    struct receiver some[ROWS_AT_ONCE];
    double square[DONORS_AT_ONCE];
    bool mixed = any_category(s->f);

    for (size_t i = begin; i < end; i++)
        receiver_init(&some[i - begin], s, s->rows[s->first + i],
                      room + (i - begin) * s->n_fill * k->n_neighbors);
    for (size_t from = 0; from < k->n; from += DONORS_AT_ONCE) {
        size_t n = k->n - from < DONORS_AT_ONCE ? k->n - from : DONORS_AT_ONCE;
        for (struct receiver *r = some; r < some + (end - begin); r++) {
            if (mixed)
                squares_mixed(square, k, s->f, s->x, r->row, from, n);
            else
                squares(square, k, s->x, r->row, r->features, r->n_features, from, n);
            scale_squares(square, k, r->mask, from, n);
            offer(r->heaps, s, r->row, square, from, n);
        }
    }
    for (size_t i = 0; i < end - begin; i++)
        receiver_finish(&some[i], s);
}

/* Rows with something to fill, listed in rows. */
static size_t list_rows(uint32_t *rows, const struct features *f, const struct matrix *x)
{
    size_t n = 0;

    for (size_t i = 0; i < x->n; i++) {
        bool any = false;
        for (size_t j = 0; j < f->p && !any; j++)
            any = f->at[j].fill && isnan(matrix_col(x, j)[i]);
        if (any)
            rows[n++] = (uint32_t)i;
    }
    return n;
}

static int fill_batches(struct filling_rows *s, struct job *job, struct err *err)
{
    size_t n_chunks = 1 + HEAPS_AT_ONCE / (s->heaps_in_chunk + 1);
    size_t needed = parallel_n_chunks(s->n_rows, ROWS_AT_ONCE);
    void *block;

    n_chunks = n_chunks > 64 ? 64 : n_chunks;
    n_chunks = n_chunks < needed ? n_chunks : needed;
    if (mem_big(&block, n_chunks * s->heaps_in_chunk, sizeof(struct neighbour), "neighbours", err))
        return -1;
    s->heaps = block;
    int rc = 0;
    job_phase(job, "neighbours");
    while (s->first < s->n_rows && !rc) {
        size_t n = s->n_rows - s->first, most = n_chunks * ROWS_AT_ONCE;
        n = n < most ? n : most;
        parallel_for(n, ROWS_AT_ONCE, fill_chunk, s);
        s->first += n;
        rc = job_tick(job, s->first, s->n_rows, err);
    }
    mem_big_free(block);
    return rc;
}

int knn_fill(struct matrix *out, const struct knn *k, const struct features *f,
             const struct matrix *x, struct job *job, struct err *err)
{
    struct filling_rows s = { .out = out, .k = k, .f = f, .x = x };
    void *rows;

    for (size_t j = 0; j < f->p; j++) {
        s.n_fill += f->at[j].fill;
        for (size_t i = 0; i < x->n; i++)
            matrix_col(out, j)[i] = NAN;
    }
    s.heaps_in_chunk = ROWS_AT_ONCE * s.n_fill * k->n_neighbors;
    if (mem_big(&rows, x->n, sizeof(uint32_t), "the rows to fill", err))
        return -1;
    s.rows = rows;
    s.n_rows = list_rows(rows, f, x);
    int rc = s.n_rows ? fill_batches(&s, job, err) : 0;
    mem_big_free(rows);
    return rc;
}

/* ---------------------------------------------------------------- telling, saving */

void knn_describe(struct str *out, const struct knn *k, const struct features *f)
{
    str_addf(
        out,
        "neighbours: %zu among %zu rows × %zu column%s, which a saved model carries (%zu kB)\n",
        k->n_neighbors, k->n, k->p, k->p == 1 ? "" : "s",
        (k->n * k->p * sizeof(double) + 1023) / 1024);
    for (size_t j = 0; j < k->p; j++)
        if (k->factor[j] != 1) {
            char number[TEXT_REAL_SIZE];
            str_addf(out, "  %s counts in units of %s\n", f->at[j].name,
                     text_real_short(number, 1 / sqrt(k->factor[j]), 6));
        }
}

void knn_save(struct str *out, const struct knn *k, const struct features *f)
{
    (void)f;
    pack_u64(out, k->n_neighbors);
    pack_u64(out, (uint64_t)k->weights);
    pack_reals(out, k->factor, k->p);
    pack_u64(out, k->n);
    pack_reals(out, k->x, k->n * k->p);
}

static bool value_is_right(double v, const struct feature *f)
{
    if (isnan(v))
        return true;
    if (f->type == COLUMN_CATEGORY)
        return v >= 0 && v < (double)f->n_levels && v == floor(v);
    return isfinite(v) && (f->type != COLUMN_BOOL || v == 0 || v == 1);
}

struct knn *knn_load(struct unpack *u, struct arena *arena, const struct features *f)
{
    struct knn *k = ARENA_NEW(arena, struct knn, 1);
    size_t n_factors, n_values;

    k->p = f->p;
    k->n_neighbors = unpack_count(u, MAX_NEIGHBOURS);
    k->weights = (int)unpack_count(u, WEIGHTS_DISTANCE);
    k->factor = unpack_reals(u, &n_factors);
    k->n = unpack_count(u, u->left);
    k->x = unpack_reals(u, &n_values);
    if (k->n_neighbors == 0 || n_factors != k->p || n_values != k->n * k->p)
        unpack_fail(u, "rows to find neighbours in");
    for (size_t j = 0; j < k->p && !u->failed; j++)
        if (!isfinite(k->factor[j]) || k->factor[j] <= 0)
            unpack_fail(u, "factors above 0");
    for (size_t j = 0; j < k->p && !u->failed; j++)
        for (size_t i = 0; i < k->n && !u->failed; i++)
            if (!value_is_right(k->x[j * k->n + i], &f->at[j]))
                unpack_fail(u, "values of such a column");
    if (u->failed)
        k->n = 0;
    prepare(k, arena);
    return k;
}
