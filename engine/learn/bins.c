#include "learn/bins.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "num/sort.h"

enum { SAMPLE_ROWS = 200000, CODE_ROWS = 4096, LINE = 64 };

/* ---------------------------------------------------------------- cuts */

/* A value and how much of it there is. */
struct heap_value {
    double value, weight;
};

struct learning {
    const struct fit_input *in;
    const uint32_t *rows; /* (n) looked at; NULL: all */
    size_t n, max_bin;
    struct bins *bins;
    double *memory; /* 4 n for each feature that is worked on at a time */
    size_t at_once;
    size_t first; /* feature of this round */
    double *cuts; /* (p, BINS_MOST) */
};

static double weight_of(const struct learning *l, size_t row)
{
    return l->in->weights ? l->in->weights[row] : 1;
}

/* A number that parts a < b, with a on its left side. */
static double between(double a, double b)
{
    double middle = a + (b - a) / 2;

    return middle > a && middle < b ? middle : a;
}

/* Different values ascending with their weights: v[0 … n), each with what stands behind it in w. */
static size_t gather_values(const struct learning *l, size_t j, double *v, double *w, double *work)
{
    const double *x = matrix_col(l->in->x, j);
    size_t n = 0, n_different = 0;

    for (size_t k = 0; k < l->n; k++) {
        size_t i = l->rows ? l->rows[k] : k;
        if (!isnan(x[i]) && weight_of(l, i) > 0)
            v[n++] = x[i] == 0 ? 0 : x[i]; /* one zero */
    }
    sort_reals(v, work, n);
    for (size_t k = 0; k < n; k++) {
        if (n_different && v[n_different - 1] == v[k]) {
            w[n_different - 1]++;
            continue;
        }
        v[n_different] = v[k];
        w[n_different++] = 1;
    }
    if (!l->in->weights)
        return n_different;
    memset(w, 0, n_different * sizeof(*w));
    for (size_t k = 0; k < l->n; k++) {
        size_t i = l->rows ? l->rows[k] : k, low = 0, high = n_different;
        if (isnan(x[i]) || !(weight_of(l, i) > 0))
            continue;
        while (high - low > 1) {
            size_t middle = low + (high - low) / 2;
            if (v[middle] <= x[i])
                low = middle;
            else
                high = middle;
        }
        w[low] += weight_of(l, i);
    }
    return n_different;
}

static size_t cut_each(double *cuts, const double *v, size_t n)
{
    for (size_t k = 0; k + 1 < n; k++)
        cuts[k] = between(v[k], v[k + 1]);
    return n ? n - 1 : 0;
}

static size_t cut_evenly(double *cuts, const double *v, const double *w, size_t n, size_t max_bin)
{
    double rest = 0, in_bin = 0;
    size_t bins_left = max_bin, n_cuts = 0;

    for (size_t k = 0; k < n; k++)
        rest += w[k];
    const double heavy = rest / (double)max_bin;
    for (size_t k = 0; k < n; k++)
        if (w[k] >= heavy) {
            rest -= w[k];
            bins_left--;
        }
    double fair = bins_left ? rest / (double)bins_left : 0;
    for (size_t k = 0; k + 1 < n && n_cuts + 1 < max_bin; k++) {
        bool alone = w[k] >= heavy, next_alone = w[k + 1] >= heavy;
        in_bin += w[k];
        rest -= alone ? 0 : w[k];
        if (!alone && in_bin < fair && !(next_alone && in_bin >= fair / 2))
            continue;
        cuts[n_cuts++] = between(v[k], v[k + 1]);
        in_bin = 0;
        if (!alone && bins_left > 1)
            fair = rest / (double)--bins_left;
    }
    return n_cuts;
}

static void learn_numbers(struct learning *l, size_t j, double *memory)
{
    double *v = memory, *w = v + l->n, *work = w + l->n, *cuts = l->cuts + j * BINS_MOST;
    size_t n = gather_values(l, j, v, w, work);

    size_t n_cuts = n <= l->max_bin ? cut_each(cuts, v, n) : cut_evenly(cuts, v, w, n, l->max_bin);
    l->bins->features[j].n_bins = n_cuts + 1;
}

static void learn_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct learning *l = ctx;

    for (size_t k = begin; k < end; k++)
        if (!l->bins->features[l->first + k].n_levels)
            learn_numbers(l, l->first + k, l->memory + 3 * l->n * chunk);
}

/* ---------------------------------------------------------------- levels */

struct level {
    double weight;
    size_t code;
};

/* The heaviest levels have a bin each; when there are too many the rest shares the last. */
static void learn_levels(struct learning *l, size_t j, struct arena *arena)
{
    struct bin_feature *f = &l->bins->features[j];
    const double *x = matrix_col(l->in->x, j);
    double *weight = MEM_NEW(double, f->n_levels);

    f->code_of_level = ARENA_NEW(arena, uint8_t, f->n_levels);
    f->n_bins = f->n_levels < l->max_bin ? f->n_levels : l->max_bin;
    for (size_t i = 0; i < l->in->x->n; i++)
        if (x[i] >= 0 && x[i] < (double)f->n_levels)
            weight[(size_t)x[i]] += weight_of(l, i);
    for (size_t k = 0; k < f->n_levels; k++)
        f->code_of_level[k] = (uint8_t)(f->n_levels <= l->max_bin ? k : f->n_bins - 1);
    for (size_t code = 0; f->n_levels > l->max_bin && code + 1 < f->n_bins; code++) {
        size_t best = 0;
        for (size_t k = 1; k < f->n_levels; k++)
            best = weight[k] > weight[best] ? k : best;
        f->code_of_level[best] = (uint8_t)code;
        weight[best] = -1;
    }
    mem_free(weight);
}

/* ---------------------------------------------------------------- learning */

static uint32_t *choose_rows(size_t n, uint64_t seed)
{
    uint32_t *rows = MEM_NEW(uint32_t, SAMPLE_ROWS);
    struct rng rng;

    rng_init(&rng, seed, 0);
    for (size_t k = 0; k < SAMPLE_ROWS; k++) { /* one of each stretch of rows */
        double at = ((double)k + rng_unit(&rng)) * (double)n / SAMPLE_ROWS;
        rows[k] = (uint32_t)(at < (double)n ? at : (double)(n - 1));
    }
    return rows;
}

static void keep_cuts(struct learning *l, struct arena *arena)
{
    for (size_t j = 0; j < l->bins->p; j++) {
        struct bin_feature *f = &l->bins->features[j];
        if (f->n_levels)
            continue;
        f->cuts = ARENA_NEW(arena, double, f->n_bins);
        memcpy(f->cuts, l->cuts + j * BINS_MOST, (f->n_bins - 1) * sizeof(double));
    }
}

int bins_learn(struct bins *out, const struct fit_input *in, size_t max_bin, uint64_t seed,
               struct arena *arena, struct err *err)
{
    struct learning l = { .in = in, .n = in->x->n, .max_bin = max_bin, .bins = out };
    size_t p = in->x->p;
    uint32_t *rows = NULL;
    void *memory = NULL, *cuts = NULL;

    if (l.n > SAMPLE_ROWS) {
        l.n = SAMPLE_ROWS;
        l.rows = rows = choose_rows(in->x->n, seed);
    }
    l.at_once = p < 16 ? p : 16;
    int rc = mem_big(&memory, l.at_once * 3, l.n * sizeof(double), "values to be sorted", err) ||
             mem_big(&cuts, p, BINS_MOST * sizeof(double), "the cuts", err);
    if (!rc) {
        l.memory = memory;
        l.cuts = cuts;
        *out = (struct bins){ .p = p, .features = ARENA_NEW(arena, struct bin_feature, p) };
        for (size_t j = 0; j < p; j++)
            out->features[j].n_levels = in->n_levels ? in->n_levels[j] : 0;
        for (; l.first < p; l.first += l.at_once)
            parallel_for(p - l.first < l.at_once ? p - l.first : l.at_once, 1, learn_some, &l);
        for (size_t j = 0; j < p; j++)
            if (out->features[j].n_levels)
                learn_levels(&l, j, arena);
        keep_cuts(&l, arena);
    }
    mem_big_free(cuts);
    mem_big_free(memory);
    mem_free(rows);
    return rc ? -1 : 0;
}

/* ---------------------------------------------------------------- codes */

/* Where to look for a number among the cuts: even stretches between the first cut and the last, and
 * for each of them the codes that begin and end in it.  Most hold one cut or none. */
enum { STRETCHES = 1024 };

struct ruler {
    const double *cuts;
    size_t n_cuts;
    double low, per_stretch; /* stretches per unit */
    uint8_t code[STRETCHES + 1];
};

static size_t stretch_of(const struct ruler *r, double x)
{
    double at = (x - r->low) * r->per_stretch;

    return at < 0 ? 0 : at < STRETCHES ? (size_t)at : STRETCHES - 1;
}

static void ruler_make(struct ruler *r, const struct bin_feature *f)
{
    size_t n = f->n_bins - 1, at = 0;

    *r = (struct ruler){ .cuts = f->cuts, .n_cuts = n };
    if (n == 0)
        return;
    double width = f->cuts[n - 1] - f->cuts[0];
    r->low = f->cuts[0];
    r->per_stretch = width > 0 && isfinite(width) ? STRETCHES / width : 0;
    if (!isfinite(r->per_stretch) || !isfinite(r->low))
        r->per_stretch = 0; /* all in one */
    for (size_t k = 0; k < n; k++)
        for (size_t here = stretch_of(r, f->cuts[k]); at <= here; at++)
            r->code[at] = (uint8_t)k;
    for (; at <= STRETCHES; at++)
        r->code[at] = (uint8_t)n;
}

/* How many cuts are below x: stretch_of never falls as x grows, so that they are known but for those
 * in the stretch of x. */
static uint8_t code_number(const struct ruler *r, double x)
{
    size_t stretch = r->per_stretch > 0 ? stretch_of(r, x) : 0;
    size_t low = r->per_stretch > 0 ? r->code[stretch] : 0;
    size_t high = r->per_stretch > 0 ? r->code[stretch + 1] : r->n_cuts;

    while (high - low > 4) {
        size_t middle = low + (high - low) / 2;
        if (r->cuts[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    while (low < high && r->cuts[low] < x)
        low++;
    return (uint8_t)low;
}

static void code_numbers(uint8_t *codes, const struct bin_feature *f, const double *x, size_t n)
{
    struct ruler r;

    ruler_make(&r, f);
    for (size_t i = 0; i < n; i++)
        codes[i] = isnan(x[i]) ? (uint8_t)f->n_bins : code_number(&r, x[i]);
}

static void code_levels(uint8_t *codes, const struct bin_feature *f, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        codes[i] = x[i] >= 0 && x[i] < (double)f->n_levels ? f->code_of_level[(size_t)x[i]]
                                                           : (uint8_t)f->n_bins;
}

void bins_code(uint8_t *codes, const struct bin_feature *f, const double *x, size_t n)
{
    if (f->n_levels)
        code_levels(codes, f, x, n);
    else
        code_numbers(codes, f, x, n);
}

struct coding {
    struct coded *out;
    const struct bins *bins;
    const struct matrix *x;
};

static void code_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct coding *c = ctx;
    struct coded *out = c->out;
    (void)chunk;

    for (size_t j = 0; j < out->p; j++) {
        uint8_t *col = out->cols + j * out->n + begin;
        bins_code(col, &c->bins->features[j], matrix_col(c->x, j) + begin, end - begin);
        uint8_t *row = out->rows + begin * out->stride + j;
        for (size_t i = 0; i < end - begin; i++)
            row[i * out->stride] = col[i];
    }
}

/* A row of codes crosses no cache line that it need not cross. */
static size_t stride_for(size_t p)
{
    size_t stride = 4;

    while (stride < p && stride < LINE)
        stride *= 2;
    return stride >= p ? stride : (p + LINE - 1) / LINE * LINE;
}

int coded_make(struct coded *out, const struct bins *bins, const struct matrix *x, struct err *err)
{
    struct coded c = { .n = x->n, .p = x->p, .stride = stride_for(x->p) };
    void *rows, *cols;

    if (mem_big(&rows, c.n, c.stride, "the codes of features", err))
        return -1;
    if (mem_big(&cols, c.n, c.p, "the codes of features", err)) {
        mem_big_free(rows);
        return -1;
    }
    c.rows = rows;
    c.cols = cols;
    struct coding coding = { .out = &c, .bins = bins, .x = x };
    parallel_for(c.n, CODE_ROWS, code_rows, &coding);
    *out = c;
    return 0;
}

void coded_release(struct coded *c)
{
    mem_big_free(c->rows);
    mem_big_free(c->cols);
    *c = (struct coded){ 0 };
}

/* ---------------------------------------------------------------- order */

static int compare_features(const struct bin_feature *a, const struct bin_feature *b)
{
    if (a->n_bins != b->n_bins)
        return a->n_bins < b->n_bins ? -1 : 1;
    for (size_t k = 0; a->cuts && b->cuts && k + 1 < a->n_bins; k++)
        if (a->cuts[k] != b->cuts[k])
            return a->cuts[k] < b->cuts[k] ? -1 : 1;
    return 0;
}

void bins_order(uint32_t *order, const struct bins *b)
{
    for (size_t j = 0; j < b->p; j++) {
        size_t at = j;
        for (; at > 0 && compare_features(&b->features[order[at - 1]], &b->features[j]) > 0; at--)
            order[at] = order[at - 1];
        order[at] = (uint32_t)j;
    }
}

/* ---------------------------------------------------------------- bundles */

void bins_save(struct str *out, const struct bins *b)
{
    pack_u64(out, b->p);
    for (size_t j = 0; j < b->p; j++) {
        const struct bin_feature *f = &b->features[j];
        pack_u64(out, f->n_bins);
        pack_u64(out, f->n_levels);
        if (f->n_levels)
            pack_bytes(out, f->code_of_level, f->n_levels);
        else
            pack_reals(out, f->cuts, f->n_bins - 1);
    }
}

static void load_levels(struct bin_feature *f, struct unpack *u, struct arena *arena)
{
    size_t n;
    const uint8_t *codes = unpack_bytes(u, &n);

    if (u->failed)
        return;
    if (n != f->n_levels)
        unpack_fail(u, "a code for each level");
    for (size_t k = 0; k < n && !u->failed; k++)
        if (codes[k] >= f->n_bins)
            unpack_fail(u, "codes below the number of bins");
    f->code_of_level = ARENA_NEW(arena, uint8_t, f->n_levels);
    if (!u->failed)
        memcpy(f->code_of_level, codes, n);
}

static void load_cuts(struct bin_feature *f, struct unpack *u, struct arena *arena)
{
    size_t n;
    const double *cuts = unpack_reals(u, &n);

    if (u->failed)
        return;
    if (n + 1 != f->n_bins)
        unpack_fail(u, "a cut between every two bins");
    for (size_t k = 0; k < n && !u->failed; k++)
        if (isnan(cuts[k]) || (k && !(cuts[k - 1] < cuts[k])))
            unpack_fail(u, "ascending cuts");
    f->cuts = ARENA_NEW(arena, double, f->n_bins);
    if (!u->failed)
        memcpy(f->cuts, cuts, n * sizeof(*cuts));
}

void bins_load(struct bins *out, struct unpack *u, size_t p, struct arena *arena)
{
    *out = (struct bins){ .p = unpack_count(u, p) };
    if (!u->failed && out->p != p)
        unpack_fail(u, "the bins of each feature");
    out->features = ARENA_NEW(arena, struct bin_feature, p);
    for (size_t j = 0; j < p && !u->failed; j++) {
        struct bin_feature *f = &out->features[j];
        f->n_bins = unpack_count(u, BINS_MOST);
        f->n_levels = unpack_count(u, UINT32_MAX);
        if (!u->failed && f->n_bins == 0)
            unpack_fail(u, "at least one bin");
        else if (f->n_levels)
            load_levels(f, u, arena);
        else
            load_cuts(f, u, arena);
    }
}
