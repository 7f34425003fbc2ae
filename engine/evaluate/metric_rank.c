/* metric_rank.c - metrics of the order that predictions give to rows.
 *
 * Both walk down the rows by falling probability and stop at each change of it, so that rows with
 * equal probability count as one.
 */
#include <math.h>

#include "evaluate/metric.h"

/* Weights of the rows of a class (`in`) and of all others (`out`). */
struct mass {
    double in, out;
};

struct walk {
    const struct scored *s;
    const double *p;
    const uint32_t *rows;
    size_t k, at;
};

static struct walk walk_begin(const struct scored *s, size_t ranked)
{
    size_t k = s->n_classes == 2 ? s->positive : ranked;

    return (struct walk){
        .s = s, .p = matrix_col(s->value, k), .rows = s->order + ranked * s->n, .k = k
    };
}

/* The mass of the next rows of one probability; false at the end. */
static bool walk_next(struct walk *w, struct mass *tied)
{
    if (w->at == w->s->n)
        return false;
    double p = w->p[w->rows[w->at]];

    *tied = (struct mass){ 0 };
    while (w->at < w->s->n && w->p[w->rows[w->at]] == p) {
        size_t i = w->rows[w->at++];
        double weight = scored_weight(w->s, i);

        if ((size_t)w->s->truth[i] == w->k)
            tied->in += weight;
        else
            tied->out += weight;
    }
    return true;
}

/* The share of pairs (one row of the class, one not) in the right order, ties counting half:
 * the area under the trapezoids of the ROC curve. */
static double auc_one(const struct scored *s, size_t ranked)
{
    struct walk w = walk_begin(s, ranked);
    struct mass tied, seen = { 0 };
    double area = 0.0;

    while (walk_next(&w, &tied)) {
        area += tied.out * (seen.in + 0.5 * tied.in);
        seen.in += tied.in;
        seen.out += tied.out;
    }
    double pairs = seen.in * seen.out;
    return pairs > 0.0 ? area / pairs : NAN;
}

/* Sum of precision times the step in recall, without interpolation. */
static double precision_one(const struct scored *s, size_t ranked)
{
    struct walk w = walk_begin(s, ranked);
    struct mass tied, seen = { 0 };
    double area = 0.0;

    while (walk_next(&w, &tied)) {
        seen.in += tied.in;
        seen.out += tied.out;
        if (tied.in > 0.0)
            area += tied.in * seen.in / (seen.in + seen.out);
    }
    return seen.in > 0.0 ? area / seen.in : NAN;
}

static double mean_over_classes(const struct scored *s,
                                double (*one)(const struct scored *s, size_t ranked))
{
    size_t n = scored_n_ranked(s);
    double sum = 0.0;

    for (size_t k = 0; k < n; k++)
        sum += one(s, k); /* NAN when a class does not occur */
    return sum / (double)n;
}

static bool any_nan(const struct scored *s)
{
    for (size_t k = 0; k < s->n_classes; k++)
        for (size_t i = 0; i < s->n; i++)
            if (isnan(matrix_col(s->value, k)[i]))
                return true;
    return false;
}

static double roc_auc_score(const struct scored *s)
{
    return any_nan(s) ? NAN : mean_over_classes(s, auc_one);
}

static double pr_auc_score(const struct scored *s)
{
    return any_nan(s) ? NAN : mean_over_classes(s, precision_one);
}

const struct metric metric_roc_auc = {
    .name = "roc-auc",
    .help = "area under the ROC curve; several classes: each against the rest, averaged",
    .source = "scikit-learn roc_auc_score(multi_class=ovr)",
    .tasks = TASK_CLASSIFY,
    .greater_is_better = true,
    .ranks = true,
    .high = 1,
    .score = roc_auc_score,
};

const struct metric metric_pr_auc = {
    .name = "pr-auc",
    .help = "average precision over the ranking; several classes: each against the rest, averaged",
    .source = "scikit-learn average_precision_score",
    .tasks = TASK_CLASSIFY,
    .greater_is_better = true,
    .ranks = true,
    .high = 1,
    .score = pr_auc_score,
};
