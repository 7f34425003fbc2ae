/* metric.c - the table of metrics, and what they share. */
#include "evaluate/metric.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define METRIC(id) extern const struct metric metric_##id;
#include "evaluate/metrics.def"
#undef METRIC

const struct metric *const metric_table[] = {
#define METRIC(id) &metric_##id,
#include "evaluate/metrics.def"
#undef METRIC
    NULL
};

const struct metric *metric_find(const char *name)
{
    for (size_t i = 0; metric_table[i]; i++)
        if (strcmp(metric_table[i]->name, name) == 0)
            return metric_table[i];
    return NULL;
}

size_t metric_defaults(const struct metric *out[8], unsigned task)
{
    static const struct {
        unsigned task;
        const struct metric *shown[6];
    } defaults[] = {
        { TASK_BINARY,
          { &metric_roc_auc, &metric_accuracy, &metric_f1, &metric_log_loss, &metric_brier } },
        { TASK_MULTICLASS,
          { &metric_accuracy, &metric_f1_macro, &metric_log_loss, &metric_roc_auc } },
        { TASK_REGRESS, { &metric_rmse, &metric_mae, &metric_r2 } },
        { TASK_CLUSTER,
          { &metric_silhouette, &metric_davies_bouldin, &metric_calinski_harabasz,
            &metric_adjusted_rand, &metric_nmi } },
        { TASK_ANOMALY, { &metric_anomaly_auc, &metric_flagged } },
    };
    size_t n = 0;

    for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        if (defaults[i].task == task)
            while (defaults[i].shown[n]) {
                out[n] = defaults[i].shown[n];
                n++;
            }
    assert(n > 0);
    return n;
}

double metric_mean(const struct scored *s, double (*loss)(const struct scored *s, size_t i))
{
    double sum = 0.0, total = 0.0;

    for (size_t i = 0; i < s->n; i++) {
        double w = scored_weight(s, i);

        if (w == 0.0) /* an infinite loss without weight is none */
            continue;
        sum += w * loss(s, i);
        total += w;
    }
    return total > 0.0 ? sum / total : NAN;
}

/* ---- order ---- */
struct ranked {
    double score;
    uint32_t row;
};

/* A total order, so that equal scores stand in row order whatever qsort does. */
static int ranked_compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

int metric_order(uint32_t **out, const struct scored *s, struct err *err)
{
    size_t n_ranked = scored_n_ranked(s);
    void *order = NULL, *scratch = NULL;

    if (mem_big(&order, s->n * n_ranked, sizeof(uint32_t), "the order of predictions", err))
        return -1;
    if (mem_big(&scratch, s->n, sizeof(struct ranked), "ordering predictions", err)) {
        mem_big_free(order);
        return -1;
    }
    struct ranked *r = scratch;
    for (size_t k = 0; k < n_ranked; k++) {
        const double *p = matrix_col(s->value, n_ranked == 1 ? s->positive : k);
        uint32_t *rows = (uint32_t *)order + k * s->n;

        for (size_t i = 0; i < s->n; i++)
            r[i] = (struct ranked){ p[i], (uint32_t)i };
        qsort(r, s->n, sizeof(*r), ranked_compare);
        for (size_t i = 0; i < s->n; i++)
            rows[i] = r[i].row;
    }
    mem_big_free(scratch);
    *out = order;
    return 0;
}

bool metric_any_ranks(const struct metric *const *metrics, size_t n_metrics)
{
    for (size_t j = 0; j < n_metrics; j++)
        if (metrics[j]->ranks)
            return true;
    return false;
}

int metric_scores(double *out, const struct metric *const *metrics, size_t n_metrics,
                  const struct scored *s, struct err *err)
{
    struct scored ordered = *s;
    uint32_t *order = NULL;

    if (!s->order && metric_any_ranks(metrics, n_metrics)) {
        if (metric_order(&order, s, err))
            return -1;
        ordered.order = order;
    }
    for (size_t j = 0; j < n_metrics; j++)
        out[j] = metrics[j]->score(&ordered);
    mem_big_free(order);
    return 0;
}
