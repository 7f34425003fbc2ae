/* One pass over the rows gives value, gradient and Hessian together.  A block of rows is
 * standardised into scratch once and stays in the cache while scores, residuals, the gradient and
 * the weighted Gram matrices are made from it; the data are read from memory once an iteration. */
#include "learn/logistic_loss.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "num/linalg.h"
#include "num/moments.h"

enum { BLOCK = REDUCE_BLOCK };

/* ---- setting up ---- */

static int standardise(struct logistic_loss *f, const struct fit_input *in, double C,
                       struct err *err)
{
    column_moments(f->mean, f->scale, f->x, f->weights);
    for (size_t j = 0; j < f->p; j++) {
        double sd = f->scale[j];
        if (!f->intercept) { /* not centred: the length, not the spread, is what scales */
            sd = sqrt(sd * sd + f->mean[j] * f->mean[j]);
            f->mean[j] = 0;
        }
        if (!isfinite(sd) || !isfinite(f->mean[j]))
            return err_set(err, ERR_NUMERIC,
                           "the values of %s are too large to be squared; scale it", in->names[j]);
        f->scale[j] = sd > 0 ? 1 / sd : 1;
        f->penalty[j] = C > 0 ? f->scale[j] * f->scale[j] / C : 0;
    }
    return 0;
}

/* Scratch of a part: standardised rows, their weighted copy, scores, residuals, a column. */
static size_t scratch_size(const struct logistic_loss *f)
{
    return BLOCK * (2 * f->q + 2 * f->n_scores + 2);
}

int logistic_loss_init(struct logistic_loss *f, const struct fit_input *in, const double *y,
                       size_t n_classes, bool intercept, double C, bool with_hessian,
                       struct err *err)
{
    size_t p = in->x->p, n_scores = n_classes > 2 ? n_classes : 1, q = p + intercept;
    size_t n_pairs = with_hessian ? n_scores * (n_scores + 1) / 2 : 0;
    size_t m = 1 + q * n_scores + n_pairs * q * q;
    void *sum;

    *f = (struct logistic_loss){ .x = in->x,
                                 .y = y,
                                 .weights = in->weights,
                                 .n = in->x->n,
                                 .p = p,
                                 .q = q,
                                 .n_scores = n_scores,
                                 .d = q * n_scores,
                                 .intercept = intercept,
                                 .with_hessian = with_hessian,
                                 .n_pairs = n_pairs };
    f->mean = MEM_NEW(double, 3 * p);
    f->scale = f->mean + p;
    f->penalty = f->scale + p;
    for (size_t i = 0; i < f->n; i++)
        f->total += f->weights ? f->weights[i] : 1;
    if (standardise(f, in, C, err) || mem_big(&sum, m, sizeof(double), "the Hessian", err))
        goto fail;
    f->sum = sum;
    if (reducer_init(&f->reducer, f->n, m, scratch_size(f), err))
        goto fail;
    return 0;
fail:
    logistic_loss_release(f);
    return -1;
}

void logistic_loss_release(struct logistic_loss *f)
{
    reducer_release(&f->reducer);
    mem_big_free(f->sum);
    mem_free(f->mean);
    *f = (struct logistic_loss){ 0 };
}

/* ---- a block of rows ---- */

struct block {
    const struct logistic_loss *f;
    size_t begin, n;
    double *z, *weighted;     /* (n, q) with leading dimension BLOCK */
    double *score, *residual; /* (n, n_scores); scores become probabilities */
    double *column, *other;   /* (n) */
    double *gradient, *hessian;
};

static void block_fill(struct block *b)
{
    const struct logistic_loss *f = b->f;

    for (size_t j = 0; j < f->p; j++) {
        const double *restrict v = matrix_col(f->x, j) + b->begin;
        double *restrict z = b->z + j * BLOCK, mean = f->mean[j], scale = f->scale[j];
        for (size_t i = 0; i < b->n; i++)
            z[i] = (v[i] - mean) * scale;
    }
    for (size_t i = 0; f->intercept && i < b->n; i++)
        b->z[f->p * BLOCK + i] = 1;
    for (size_t k = 0; k < f->n_scores; k++)
        product_of(b->score + k * BLOCK, b->z, b->n, f->q, BLOCK, f->at + k * f->q);
}

static double row_weight(const struct block *b, size_t i)
{
    return b->f->weights ? b->f->weights[b->begin + i] : 1;
}

/* hessian += z' diag(column) z, column >= 0. */
static void add_weighted_gram(struct block *b, double *hessian)
{
    size_t q = b->f->q;

    for (size_t i = 0; i < b->n; i++)
        b->column[i] = sqrt(b->column[i]);
    for (size_t j = 0; j < q; j++) {
        const double *restrict z = b->z + j * BLOCK, *restrict root = b->column;
        double *restrict out = b->weighted + j * BLOCK;
        for (size_t i = 0; i < b->n; i++)
            out[i] = z[i] * root[i];
    }
    gram_add(hessian, q, b->weighted, b->n, BLOCK);
}

/* Sum of -log P of the class that was seen: log(1 + exp(-s)), s the score in its favour, from
 * e = exp(-|s|).  Logarithms cost as much as the rest of the row, so without weights one is taken
 * of the product of 32 factors, none above 2. */
static double loss_two(const struct block *b, const double *e)
{
    const double *y = b->f->y + b->begin, *t = b->score;
    double sum = 0;

    for (size_t i = 0; i < b->n; i++) {
        double s = y[i] != 0 ? t[i] : -t[i];
        sum -= s < 0 ? row_weight(b, i) * s : 0;
    }
    for (size_t i = 0; b->f->weights && i < b->n; i++)
        sum += row_weight(b, i) * log1p(e[i]);
    for (size_t at = 0; !b->f->weights && at < b->n; at += 32) {
        double product = 1;
        for (size_t i = at; i < b->n && i < at + 32; i++)
            product *= 1 + e[i];
        sum += log(product);
    }
    return sum;
}

static double block_two(struct block *b)
{
    const struct logistic_loss *f = b->f;
    const double *y = f->y + b->begin, *t = b->score;
    double *e = b->other;

    for (size_t i = 0; i < b->n; i++)
        e[i] = exp(-fabs(t[i]));
    double loss = loss_two(b, e);
    for (size_t i = 0; i < b->n; i++) {
        double w = row_weight(b, i), large = 1 / (1 + e[i]), small = e[i] * large;
        bool likely = (y[i] != 0) == (t[i] >= 0); /* the class that was seen has P = large */
        double miss = w * (likely ? small : large);
        b->residual[i] = y[i] != 0 ? -miss : miss;
        b->column[i] = w * small * large;
    }
    product_add(b->gradient, b->z, b->n, f->q, BLOCK, b->residual);
    if (f->with_hessian)
        add_weighted_gram(b, b->hessian);
    return loss;
}

/* Scores to probabilities, in place; -log P of the class that was seen, summed. */
static double softmax_rows(struct block *b)
{
    size_t n_scores = b->f->n_scores;
    double loss = 0;

    for (size_t i = 0; i < b->n; i++) {
        double *t = b->score + i, top = t[0], sum = 0;
        for (size_t k = 1; k < n_scores; k++)
            top = t[k * BLOCK] > top ? t[k * BLOCK] : top;
        double seen = t[(size_t)b->f->y[b->begin + i] * BLOCK];
        for (size_t k = 0; k < n_scores; k++)
            sum += t[k * BLOCK] = exp(t[k * BLOCK] - top);
        for (size_t k = 0; k < n_scores; k++)
            t[k * BLOCK] /= sum;
        loss += row_weight(b, i) * (log(sum) - (seen - top));
    }
    return loss;
}

static double block_many(struct block *b)
{
    const struct logistic_loss *f = b->f;
    double loss = softmax_rows(b);

    for (size_t k = 0; k < f->n_scores; k++) {
        const double *p = b->score + k * BLOCK;
        for (size_t i = 0; i < b->n; i++)
            b->residual[i] = row_weight(b, i) * (p[i] - ((size_t)f->y[b->begin + i] == k ? 1 : 0));
        product_add(b->gradient + k * f->q, b->z, b->n, f->q, BLOCK, b->residual);
    }

    double *hessian = b->hessian;
    for (size_t l = 0; f->with_hessian && l < f->n_scores; l++)
        for (size_t k = 0; k <= l; k++, hessian += f->q * f->q) {
            const double *pk = b->score + k * BLOCK, *pl = b->score + l * BLOCK;
            for (size_t i = 0; i < b->n; i++)
                b->column[i] = row_weight(b, i) * pk[i] * (k == l ? 1 - pk[i] : pl[i]);
            add_weighted_gram(b, hessian);
        }
    return loss;
}

static void add_rows(void *ctx, double *acc, double *scratch, size_t begin, size_t end)
{
    const struct logistic_loss *f = ctx;
    struct block b = { .f = f, .gradient = acc + 1, .hessian = acc + 1 + f->d };

    b.z = scratch;
    b.weighted = b.z + BLOCK * f->q;
    b.score = b.weighted + BLOCK * f->q;
    b.residual = b.score + BLOCK * f->n_scores;
    b.column = b.residual + BLOCK * f->n_scores;
    b.other = b.column + BLOCK;
    for (b.begin = begin; b.begin < end; b.begin += BLOCK) {
        b.n = end - b.begin < BLOCK ? end - b.begin : BLOCK;
        block_fill(&b);
        acc[0] += f->n_scores == 1 ? block_two(&b) : block_many(&b);
    }
}

/* ---- the whole ---- */

/* Blocks (k, l) of the Hessian to their places; those off the diagonal have a minus sign, and are
 * symmetric themselves. */
static void place_hessian(const struct logistic_loss *f, double *hessian)
{
    const double *from = f->sum + 1 + f->d;
    size_t q = f->q;

    for (size_t l = 0; l < f->n_scores; l++)
        for (size_t k = 0; k <= l; k++, from += q * q)
            for (size_t j = 0; j < q; j++)
                for (size_t i = 0; i < q; i++) {
                    double v = i <= j ? from[j * q + i] : from[i * q + j];
                    hessian[(l * q + j) * f->d + k * q + i] = k == l ? v : -v;
                }
}

double logistic_loss_eval(struct logistic_loss *f, const double *theta, double *gradient,
                          double *hessian)
{
    f->at = theta;
    reducer_run(&f->reducer, f->sum, add_rows, f);

    double value = f->sum[0];
    memcpy(gradient, f->sum + 1, f->d * sizeof(double));
    if (hessian)
        place_hessian(f, hessian);
    for (size_t k = 0; k < f->n_scores; k++)
        for (size_t j = 0; j < f->p; j++) {
            size_t at = k * f->q + j;
            value += 0.5 * f->penalty[j] * theta[at] * theta[at];
            gradient[at] += f->penalty[j] * theta[at];
            if (hessian)
                hessian[at * f->d + at] += f->penalty[j];
        }
    return value;
}
