/* Blocks of [x, y, 1], shifted and weighted, go through one rank-k update; what the shift left of the
 * means is taken off at the end. */
#include "learn/gram.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "num/linalg.h"
#include "num/moments.h"
#include "num/reduce.h"

/* Standard deviation of a constant column, as a part of its mean. */
static const double CONSTANT_ROUNDING = 1e-14;

struct summing {
    const struct fit_input *in;
    const uint32_t *rows;
    const double *shift; /* (p + 1) of the features, of the target */
    size_t p;
};

static void fill_column(double *restrict z, const double *v, const uint32_t *rows, double shift,
                        const double *restrict root, size_t n)
{
    for (size_t i = 0; i < n; i++)
        z[i] = ((rows ? v[rows[i]] : v[i]) - shift) * root[i];
}

/* z (n, p + 2) with leading dimension REDUCE_BLOCK. */
static void fill_block(const struct summing *s, double *z, size_t begin, size_t n)
{
    const uint32_t *rows = s->rows ? s->rows + begin : NULL;
    const double *w = s->in->weights;
    double *root = z + (s->p + 1) * REDUCE_BLOCK;
    size_t offset = rows ? 0 : begin;

    for (size_t i = 0; i < n; i++)
        root[i] = w ? sqrt(w[rows ? rows[i] : begin + i]) : 1;
    for (size_t j = 0; j <= s->p; j++)
        fill_column(z + j * REDUCE_BLOCK, (j < s->p ? matrix_col(s->in->x, j) : s->in->y) + offset,
                    rows, s->shift[j], root, n);
}

static void add_rows(void *ctx, double *acc, double *z, size_t begin, size_t end)
{
    const struct summing *s = ctx;

    for (size_t at = begin; at < end; at += REDUCE_BLOCK) {
        size_t n = end - at < REDUCE_BLOCK ? end - at : REDUCE_BLOCK;
        fill_block(s, z, at, n);
        gram_add(acc, s->p + 2, z, n, REDUCE_BLOCK);
    }
}

int gram_set_new(struct gram_set *out, size_t p, bool centred, struct err *err)
{
    void *memory;

    if (mem_big(&memory, p * p + 2 * p + 1, sizeof(double), "the Gram matrix", err))
        return -1;
    memset(memory, 0, (p * p + 2 * p + 1) * sizeof(double));
    *out = (struct gram_set){ .p = p, .centred = centred, .memory = memory };
    out->gram = memory;
    out->right = out->gram + p * p;
    out->mean = out->right + p;
    return 0;
}

void gram_set_release(struct gram_set *g)
{
    mem_big_free(g->memory);
    *g = (struct gram_set){ 0 };
}

/* A column that varies by no more than its rounding is constant. */
static void clear_column(struct gram_set *g, size_t j)
{
    for (size_t i = 0; i < g->p; i++)
        g->gram[i < j ? j * g->p + i : i * g->p + j] = 0;
    g->right[j] = 0;
}

/* From sums (p + 2, p + 2; the upper triangle) about the shift to sums about the means. */
static void take_sums(struct gram_set *g, const double *sum, const double *shift)
{
    size_t p = g->p, q = p + 2;
    const double *of_one = sum + (p + 1) * q; /* sums of the columns, then the total weight */

    g->weight = of_one[p + 1];
    double each = g->centred && g->weight > 0 ? 1 / g->weight : 0;
    for (size_t j = 0; j < p; j++) {
        for (size_t i = 0; i <= j; i++)
            g->gram[j * p + i] = sum[j * q + i] - of_one[i] * of_one[j] * each;
        g->right[j] = sum[p * q + j] - of_one[j] * of_one[p] * each;
        g->mean[j] = shift[j] + of_one[j] * each;
    }
    for (size_t j = 0; j < p; j++)
        if (g->centred && g->gram[j * p + j] <= g->weight * pow(CONSTANT_ROUNDING * g->mean[j], 2))
            clear_column(g, j);
    g->yy = fmax(sum[p * q + p] - of_one[p] * of_one[p] * each, 0);
    g->y_mean = shift[p] + of_one[p] * each;
    symmetric_fill(g->gram, p);
}

static int check_sizes(const struct gram_set *g, const struct fit_input *in, struct err *err)
{
    for (size_t j = 0; j < g->p; j++)
        if (!isfinite(g->gram[j * g->p + j]))
            return err_set(err, ERR_NUMERIC, "feature %s is too large to be squared; scale it",
                           in->names[j]);
    return isfinite(g->yy) ? 0
                           : err_set(err, ERR_NUMERIC,
                                     "the target is too large to be squared; divide it by a power "
                                     "of ten");
}

int gram_set_make(struct gram_set *out, const struct fit_input *in, const uint32_t *rows, size_t n,
                  bool centred, struct err *err)
{
    size_t p = in->x->p, q = p + 2;
    struct matrix y = { .n = in->x->n, .p = 1, .ld = in->x->n, .x = (double *)in->y };
    struct reducer reducer;
    void *sums;

    if (gram_set_new(out, p, centred, err))
        return -1;
    if (mem_big(&sums, q * q + q, sizeof(double), "the Gram matrix", err)) {
        gram_set_release(out);
        return -1;
    }
    double *sum = sums, *shift = sum + q * q;
    memset(shift, 0, q * sizeof(*shift));
    if (centred) {
        column_moments(shift, NULL, in->x, in->weights);
        column_moments(shift + p, NULL, &y, in->weights);
    }
    struct summing s = { in, rows, shift, p };
    int rc = reducer_init(&reducer, n, q * q, q * REDUCE_BLOCK, err);
    if (!rc) {
        reducer_run(&reducer, sum, add_rows, &s);
        reducer_release(&reducer);
        take_sums(out, sum, shift);
        rc = check_sizes(out, in, err);
    }
    mem_big_free(sums);
    if (rc)
        gram_set_release(out);
    return rc;
}

void gram_set_add(struct gram_set *a, const struct gram_set *b)
{
    size_t p = a->p;
    double total = a->weight + b->weight, between = total > 0 ? a->weight * b->weight / total : 0;
    double dy = b->y_mean - a->y_mean, share = total > 0 ? b->weight / total : 0;

    for (size_t j = 0; j < p; j++) {
        double dj = b->mean[j] - a->mean[j];
        for (size_t i = 0; i < p; i++)
            a->gram[j * p + i] += b->gram[j * p + i] + between * dj * (b->mean[i] - a->mean[i]);
        a->right[j] += b->right[j] + between * dj * dy;
    }
    for (size_t j = 0; j < p; j++)
        a->mean[j] += share * (b->mean[j] - a->mean[j]);
    a->yy += b->yy + between * dy * dy;
    a->y_mean += share * dy;
    a->weight = total;
}

double gram_set_loss(const struct gram_set *g, double constant, const double *coef)
{
    double rss = g->yy, bias = g->y_mean - constant;

    for (size_t j = 0; j < g->p; j++) {
        if (coef[j] == 0)
            continue;
        double product = 0;
        for (size_t k = 0; k < g->p; k++)
            product += g->gram[j * g->p + k] * coef[k];
        rss += coef[j] * (product - 2 * g->right[j]);
        bias -= coef[j] * g->mean[j];
    }
    /* about 0 the means are 0 and there is no constant: bias is 0 */
    return rss / g->weight + bias * bias;
}
