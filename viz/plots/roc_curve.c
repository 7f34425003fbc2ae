#include "plots/roc_curve.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

struct scored_row {
    double score;
    bool positive;
};

static int by_score_falling(const void *a, const void *b)
{
    const double x = ((const struct scored_row *)a)->score;
    const double y = ((const struct scored_row *)b)->score;
    return (x < y) - (x > y);
}

void roc_curve_release(struct roc_curve *c)
{
    mem_big_free(c->fpr);
    mem_big_free(c->tpr);
    *c = (struct roc_curve){ 0 };
}

/* Append a point; the one before goes when it lies on the line through both its neighbours. */
static void add_point(struct roc_curve *c, double fpr, double tpr)
{
    if (c->n >= 2) {
        const double ax = c->fpr[c->n - 1] - c->fpr[c->n - 2];
        const double ay = c->tpr[c->n - 1] - c->tpr[c->n - 2];
        const double bx = fpr - c->fpr[c->n - 1], by = tpr - c->tpr[c->n - 1];
        if (ax * by == ay * bx)
            c->n--;
    }
    c->fpr[c->n] = fpr;
    c->tpr[c->n++] = tpr;
}

static void walk(struct roc_curve *c, const struct scored_row *rows, size_t n, size_t n_positive)
{
    const size_t n_negative = n - n_positive;
    size_t tp = 0, fp = 0;
    double area = 0; /* in pairs of rows */

    add_point(c, 0, 0);
    for (size_t i = 0; i < n;) {
        const size_t tp_before = tp, fp_before = fp;
        const double score = rows[i].score;
        for (; i < n && rows[i].score == score; i++) {
            tp += rows[i].positive;
            fp += !rows[i].positive;
        }
        area += (double)(fp - fp_before) * (double)(tp + tp_before) / 2;
        add_point(c, (double)fp / (double)n_negative, (double)tp / (double)n_positive);
    }
    c->auc = area / ((double)n_positive * (double)n_negative);
}

static int curve_new(struct roc_curve *c, struct scored_row **rows, size_t n, struct err *err)
{
    void *fpr = NULL, *tpr = NULL, *block = NULL;

    *c = (struct roc_curve){ 0 };
    const bool failed = mem_big(&fpr, n + 1, sizeof(double), "a ROC curve", err) ||
                        mem_big(&tpr, n + 1, sizeof(double), "a ROC curve", err) ||
                        mem_big(&block, n, sizeof(**rows), "a ROC curve", err);
    c->fpr = fpr;
    c->tpr = tpr;
    *rows = block;
    if (failed)
        roc_curve_release(c);
    return failed ? -1 : 0;
}

int roc_curve_make(struct roc_curve *out, const double *score, const bool *positive, size_t n,
                   struct err *err)
{
    struct scored_row *rows;
    size_t n_positive = 0;

    for (size_t i = 0; i < n; i++)
        n_positive += positive[i];
    if (n_positive == 0 || n_positive == n)
        return err_set(err, ERR_DOMAIN, "nothing to plot: all of %zu rows are %s", n,
                       n_positive ? "positive" : "negative");
    if (curve_new(out, &rows, n, err))
        return -1;
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct scored_row){ score[i], positive[i] };
    qsort(rows, n, sizeof(*rows), by_score_falling);
    walk(out, rows, n, n_positive);
    mem_big_free(rows);
    return 0;
}

double roc_curve_at(const struct roc_curve *c, double fpr)
{
    assert(c->n >= 2);
    size_t i = c->n - 1;

    while (i > 0 && c->fpr[i] > fpr)
        i--;
    if (i + 1 == c->n || c->fpr[i + 1] == c->fpr[i])
        return c->tpr[i];
    const double share = (fpr - c->fpr[i]) / (c->fpr[i + 1] - c->fpr[i]);
    return c->tpr[i] + share * (c->tpr[i + 1] - c->tpr[i]);
}

void roc_curve_thin(struct roc_curve *c, size_t most)
{
    assert(most >= 2);
    if (c->n <= most)
        return;
    for (size_t k = 0; k < most; k++) {
        const size_t i = k * (c->n - 1) / (most - 1);
        c->fpr[k] = c->fpr[i];
        c->tpr[k] = c->tpr[i];
    }
    c->n = most;
}
