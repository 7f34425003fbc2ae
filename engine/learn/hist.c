#include "learn/hist.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/machine.h"
#include "base/mem.h"
#include "base/parallel.h"

/* ---------------------------------------------------------------- gradients */

/* A packed sum: count in 13 bits, second derivatives in 24, first ones above.  FLUSH rows of the
 * largest values fill none of them beyond its width. */
enum { C_BITS = 13, H_BITS = 24, G_SHIFT = C_BITS + H_BITS, G_MOST = 8191, H_MOST = 4095 };
enum { FLUSH = 4096, FEW_ROWS = 1 << 15 };

/* Past this ratio of the largest gradient to the mean one, 15 bits would blur the others. */
static const double SPREAD_MOST = 2000;

static int take_memory(struct gradients *g, bool packed, struct err *err)
{
    if (g->memory && g->packed == packed)
        return 0;
    mem_big_free(g->memory);
    g->memory = NULL;
    g->packed = packed;
    if (mem_big(&g->memory, g->n, packed ? sizeof(uint32_t) : 3 * sizeof(int64_t), "the gradients",
                err))
        return -1;
    g->word = packed ? g->memory : NULL;
    g->g = packed ? NULL : g->memory;
    g->h = packed ? NULL : g->g + g->n;
    g->c = packed ? NULL : g->h + g->n;
    return 0;
}

int gradients_new(struct gradients *out, size_t n, bool exact, struct err *err)
{
    *out = (struct gradients){ .n = n, .exact = exact || n <= FEW_ROWS };
    return take_memory(out, !out->exact, err);
}

void gradients_release(struct gradients *g)
{
    mem_big_free(g->memory);
    *g = (struct gradients){ 0 };
}

struct setting {
    struct gradients *out;
    const float *g, *h;
    const double *weights;
};

FOR_EACH_MACHINE
static void pack_words(uint32_t *restrict word, const float *restrict g, const float *restrict h,
                       size_t n, float by_g, float by_h)
{
    for (size_t i = 0; i < n; i++) {
        int32_t first = (int32_t)rintf(g[i] * by_g), second = (int32_t)rintf(h[i] * by_h);
        first = first > G_MOST ? G_MOST : first < -G_MOST ? -G_MOST : first;
        second = second > H_MOST ? H_MOST : second;
        word[i] = (uint32_t)first << 16 | (uint32_t)second;
    }
}

void gradients_put(struct gradients *out, const float *g, const float *h, size_t begin, size_t n)
{
    pack_words(out->word + begin, g, h, n, (float)(1 / out->g_unit), (float)(1 / out->h_unit));
}

static void set_packed(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct setting *s = ctx;
    (void)chunk;

    gradients_put(s->out, s->g + begin, s->h + begin, begin, end - begin);
}

static void set_wide(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct setting *s = ctx;
    struct gradients *out = s->out;
    (void)chunk;

    for (size_t i = begin; i < end; i++) {
        out->g[i] = llrint(s->g[i] / out->g_unit);
        out->h[i] = llrint(s->h[i] / out->h_unit);
        out->c[i] = s->weights ? llrint(s->weights[i] / out->c_unit) : 1;
    }
}

/* A power of two so that n sums of `most` stay below 2^61. */
static double wide_unit(double most, size_t n)
{
    int e;

    frexp(most > 0 ? most * (double)n : 1, &e);
    return ldexp(1, e - 61);
}

/* Largest and summed sizes; of a chunk, then of all. */
struct spread {
    double g_most, h_most, g_sum, h_sum;
};

struct measuring {
    const float *g, *h;
    struct spread *parts;
};

FOR_EACH_MACHINE
static void measure_part(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct measuring *m = ctx;
    float g_most = 0, h_most = 0, g_sum[8] = { 0 }, h_sum[8] = { 0 };
    struct spread *s = &m->parts[chunk];

    for (size_t i = begin; i < end; i++) {
        float g = fabsf(m->g[i]), h = m->h[i];
        g_most = g > g_most ? g : g_most;
        h_most = h > h_most ? h : h_most;
        g_sum[i % 8] += g;
        h_sum[i % 8] += h;
    }
    *s = (struct spread){ .g_most = g_most, .h_most = h_most };
    for (size_t k = 0; k < 8; k++) {
        s->g_sum += g_sum[k];
        s->h_sum += h_sum[k];
    }
}

static struct spread measure(const float *g, const float *h, size_t n)
{
    size_t n_parts = parallel_n_chunks(n, PARALLEL_CHUNK);
    struct measuring m = { .g = g, .h = h, .parts = MEM_NEW(struct spread, n_parts) };
    struct spread all = { 0 };

    parallel_for(n, PARALLEL_CHUNK, measure_part, &m);
    for (size_t i = 0; i < n_parts; i++) {
        all.g_most = fmax(all.g_most, m.parts[i].g_most);
        all.h_most = fmax(all.h_most, m.parts[i].h_most);
        all.g_sum += m.parts[i].g_sum;
        all.h_sum += m.parts[i].h_sum;
    }
    mem_free(m.parts);
    return all;
}

static double heaviest(const double *weights, size_t n)
{
    double most = 0;

    for (size_t i = 0; i < n; i++)
        most = fmax(most, weights[i]);
    return most;
}

void gradients_scale(struct gradients *out, double g_most, double h_most)
{
    out->g_unit = g_most > 0 ? g_most / G_MOST : 1;
    out->h_unit = h_most > 0 ? h_most / H_MOST : 1;
    out->c_unit = 1;
}

int gradients_set(struct gradients *out, const float *g, const float *h, const double *weights,
                  struct err *err)
{
    struct setting s = { .out = out, .g = g, .h = h, .weights = weights };
    const struct spread all = measure(g, h, out->n);
    const double n = (double)out->n;
    bool packed = !out->exact && all.g_most * n <= SPREAD_MOST * all.g_sum &&
                  all.h_most * n <= SPREAD_MOST * all.h_sum;

    if (take_memory(out, packed, err))
        return -1;
    if (packed) {
        gradients_scale(out, all.g_most, all.h_most);
    } else {
        out->g_unit = wide_unit(all.g_most, out->n);
        out->h_unit = wide_unit(all.h_most, out->n);
        out->c_unit = weights ? wide_unit(heaviest(weights, out->n), out->n) : 1;
    }
    parallel_for(out->n, PARALLEL_CHUNK, packed ? set_packed : set_wide, &s);
    return 0;
}

/* ---------------------------------------------------------------- scratch */

enum { CODES = 256, GROUP_MOST = 14 }; /* 14 features of packed sums: 28 kB of first-level cache */

/* Features that are counted in one pass over a block of rows. */
static size_t group_size(size_t p)
{
    size_t n_groups = (p + GROUP_MOST - 1) / GROUP_MOST;

    return (p + n_groups - 1) / n_groups;
}

int hist_maker_init(struct hist_maker *m, const struct hist_shape *shape, const struct coded *codes,
                    struct err *err)
{
    struct hist_maker made = { .shape = *shape, .codes = codes, .n_parts = parallel_threads() };
    size_t per_part = group_size(shape->p) * CODES;
    void *sums, *packed;

    if (mem_big(&sums, made.n_parts, 3 * shape->n_places * sizeof(int64_t), "sums of gradients",
                err))
        return -1;
    if (mem_big(&packed, made.n_parts, per_part * sizeof(uint64_t), "sums of gradients", err)) {
        mem_big_free(sums);
        return -1;
    }
    made.sums = sums;
    made.packed = packed;
    *m = made;
    return 0;
}

void hist_maker_release(struct hist_maker *m)
{
    mem_big_free(m->sums);
    mem_big_free(m->packed);
    *m = (struct hist_maker){ 0 };
}

static struct hist hist_at(int64_t *memory, size_t n_places)
{
    return (struct hist){ memory, memory + n_places, memory + 2 * n_places };
}

/* ---------------------------------------------------------------- packed counting */

static uint64_t widen(uint32_t word)
{
    return (uint64_t)(int64_t)(int16_t)(word >> 16) << G_SHIFT |
           (uint64_t)(word & 0xffff) << C_BITS | 1;
}

/* Rows are fetched before they are wanted: a node's rows lie apart in memory. */
enum { AHEAD = 24 };

/* sums[k][code of feature k] += the row's word, for f features; f is a constant where this is used,
 * so that the inner loop is straight code. */
static inline __attribute__((always_inline)) void
count_rows(uint64_t *restrict sums, const uint8_t *restrict codes, size_t stride,
           const uint32_t *restrict words, const uint32_t *restrict rows, size_t n, size_t f)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *code = codes + rows[i] * stride;
        uint64_t word = widen(words[rows[i]]);
        size_t later = i + AHEAD < n ? i + AHEAD : i;
        __builtin_prefetch(codes + rows[later] * stride);
#pragma GCC unroll 14
        for (size_t k = 0; k < f; k++)
            sums[k * CODES + code[k]] += word;
    }
}

static void count_group(uint64_t *sums, const uint8_t *codes, size_t stride, const uint32_t *words,
                        const uint32_t *rows, size_t n, size_t f)
{
#define COUNT(k)                                                                                   \
    case k:                                                                                        \
        count_rows(sums, codes, stride, words, rows, n, k);                                        \
        break;
    switch (f) {
        COUNT(1)
        COUNT(2)
        COUNT(3)
        COUNT(4)
        COUNT(5)
        COUNT(6)
        COUNT(7)
        COUNT(8)
        COUNT(9)
        COUNT(10)
        COUNT(11)
        COUNT(12)
        COUNT(13)
        COUNT(14)
    default:
        assert(0);
    }
#undef COUNT
}

/* Packed sums to wide ones. */
FOR_EACH_MACHINE
static void unpack_sums(int64_t *restrict g, int64_t *restrict h, int64_t *restrict c,
                        const uint64_t *restrict sums, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        g[k] += (int64_t)sums[k] >> G_SHIFT;
        h[k] += (int64_t)(sums[k] >> C_BITS & (((uint64_t)1 << H_BITS) - 1));
        c[k] += (int64_t)(sums[k] & (((uint64_t)1 << C_BITS) - 1));
    }
}

static void add_packed(struct hist *out, uint64_t *sums, const struct hist_maker *m,
                       const uint32_t *words, const uint32_t *rows, size_t n)
{
    const struct hist_shape *s = &m->shape;
    size_t group = group_size(s->p);

    for (size_t at = 0; at < n; at += FLUSH) {
        size_t len = n - at < FLUSH ? n - at : FLUSH;
        for (size_t j = 0; j < s->p; j += group) {
            size_t f = s->p - j < group ? s->p - j : group;
            memset(sums, 0, f * CODES * sizeof(*sums));
            count_group(sums, m->codes->rows + j, m->codes->stride, words, rows + at, len, f);
            for (size_t k = 0; k < f; k++) {
                size_t first = s->first[j + k];
                unpack_sums(out->g + first, out->h + first, out->c + first, sums + k * CODES,
                            s->first[j + k + 1] - first);
            }
        }
    }
}

/* ---------------------------------------------------------------- wide counting */

static void add_wide(struct hist *out, const struct hist_maker *m, const struct gradients *g,
                     const uint32_t *rows, size_t n)
{
    const struct hist_shape *s = &m->shape;

    for (size_t i = 0; i < n; i++) {
        const uint8_t *code = m->codes->rows + rows[i] * m->codes->stride;
        int64_t row_g = g->g[rows[i]], row_h = g->h[rows[i]], row_c = g->c[rows[i]];
        for (size_t j = 0; j < s->p; j++) {
            size_t at = s->first[j] + code[j];
            out->g[at] += row_g;
            out->h[at] += row_h;
            out->c[at] += row_c;
        }
    }
}

/* ---------------------------------------------------------------- making */

enum { PART_ROWS = 8192 }; /* less is not worth a thread */

struct making {
    struct hist *out;
    const struct hist_maker *m;
    const struct gradients *g;
    const uint32_t *rows;
};

/* Part 0 counts into the result itself, each other one into sums of its own. */
static struct hist hist_of_part(const struct making *k, size_t part)
{
    size_t n = k->m->shape.n_places;

    return part ? hist_at(k->m->sums + (part - 1) * 3 * n, n) : *k->out;
}

static void make_part(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct making *k = ctx;
    size_t n = k->m->shape.n_places, group = group_size(k->m->shape.p);
    struct hist out = hist_of_part(k, chunk);

    memset(out.g, 0, 3 * n * sizeof(*out.g));
    if (k->g->packed)
        add_packed(&out, k->m->packed + chunk * group * CODES, k->m, k->g->word, k->rows + begin,
                   end - begin);
    else
        add_wide(&out, k->m, k->g, k->rows + begin, end - begin);
}

void hist_make(struct hist *out, struct hist_maker *m, const struct gradients *g,
               const uint32_t *rows, size_t n)
{
    struct making k = { .out = out, .m = m, .g = g, .rows = rows };
    size_t part = (n + m->n_parts - 1) / m->n_parts;

    part = part < PART_ROWS ? PART_ROWS : part;
    size_t n_parts = parallel_n_chunks(n, part);
    parallel_for(n, part, make_part, &k);
    if (n_parts == 0)
        memset(out->g, 0, 3 * m->shape.n_places * sizeof(*out->g));
    for (size_t i = 1; i < n_parts; i++) {
        struct hist more = hist_of_part(&k, i);
        for (size_t at = 0; at < 3 * m->shape.n_places; at++)
            out->g[at] += more.g[at];
    }
}

FOR_EACH_MACHINE
void hist_subtract(struct hist *out, const struct hist *whole, const struct hist *part,
                   const struct hist_shape *shape)
{
    for (size_t k = 0; k < 3 * shape->n_places; k++)
        out->g[k] = whole->g[k] - part->g[k];
}

struct hist_sum hist_total(const struct hist *h, const struct hist_shape *shape)
{
    struct hist_sum sum = { 0 };

    for (size_t k = 0; k < shape->first[1]; k++) {
        sum.g += h->g[k];
        sum.h += h->h[k];
        sum.c += h->c[k];
    }
    return sum;
}
