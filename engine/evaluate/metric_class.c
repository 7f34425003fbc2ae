/* metric_class.c - metrics of the predicted class: all of them are functions of three sums a class.
 *
 * The predicted class is the one with the highest probability, the first among equals.
 */
#include <math.h>

#include "base/mem.h"
#include "evaluate/metric.h"

/* By class, weighted: rows that are of it, that were said to be, and that are and were. */
struct tally {
    size_t n_classes;
    double *truth, *said, *hit; /* (n_classes) each, one block */
    double total;
};

static size_t class_said(const struct scored *s, size_t i)
{
    size_t best = 0;

    for (size_t k = 1; k < s->n_classes; k++)
        if (matrix_col(s->value, k)[i] > matrix_col(s->value, best)[i])
            best = k;
    return best;
}

static void tally_init(struct tally *t, const struct scored *s)
{
    double *block = MEM_NEW(double, 3 * s->n_classes);

    *t = (struct tally){ .n_classes = s->n_classes,
                         .truth = block,
                         .said = block + s->n_classes,
                         .hit = block + 2 * s->n_classes };
    for (size_t i = 0; i < s->n; i++) {
        size_t truth = (size_t)s->truth[i], said = class_said(s, i);
        double w = scored_weight(s, i);

        t->truth[truth] += w;
        t->said[said] += w;
        if (truth == said)
            t->hit[said] += w;
        t->total += w;
    }
}

static void tally_release(struct tally *t)
{
    mem_free(t->truth);
}

/* ---- of one class; NAN for 0 / 0 ---- */
typedef double class_score(const struct tally *t, size_t k);

static double class_precision(const struct tally *t, size_t k)
{
    return t->said[k] > 0.0 ? t->hit[k] / t->said[k] : NAN;
}

static double class_recall(const struct tally *t, size_t k)
{
    return t->truth[k] > 0.0 ? t->hit[k] / t->truth[k] : NAN;
}

static double class_f1(const struct tally *t, size_t k)
{
    double both = t->truth[k] + t->said[k];

    return both > 0.0 ? 2.0 * t->hit[k] / both : NAN;
}

/* The mean over classes that occur, in truth or prediction; undefined for one counts as 0. */
static double macro(const struct tally *t, class_score *score)
{
    double sum = 0.0;
    size_t n = 0;

    for (size_t k = 0; k < t->n_classes; k++) {
        if (t->truth[k] + t->said[k] <= 0.0)
            continue;
        double v = score(t, k);
        sum += isnan(v) ? 0.0 : v;
        n++;
    }
    return n ? sum / (double)n : NAN;
}

static double score_macro(const struct scored *s, class_score *score)
{
    struct tally t;

    tally_init(&t, s);
    double v = macro(&t, score);
    tally_release(&t);
    return v;
}

static double score_usual(const struct scored *s, class_score *score)
{
    struct tally t;

    if (s->n_classes != 2)
        return score_macro(s, score);
    tally_init(&t, s);
    double v = score(&t, s->positive);
    tally_release(&t);
    return v;
}

/* ---- shares of rows ---- */

/* Rows that are chosen by their weights, not weighed. */
static bool rows_count(const struct scored *s)
{
    for (size_t i = 0; s->weights && i < s->n; i++)
        if (s->weights[i] != 0.0 && s->weights[i] != 1.0)
            return false;
    return true;
}

static bool accuracy_share(struct metric_share *out, const struct scored *s)
{
    struct tally t;

    if (!rows_count(s))
        return false;
    tally_init(&t, s);
    *out = (struct metric_share){ .of = t.total };
    for (size_t k = 0; k < t.n_classes; k++)
        out->hits += t.hit[k];
    tally_release(&t);
    return true;
}

static bool precision_share(struct metric_share *out, const struct scored *s)
{
    struct tally t;

    if (s->n_classes != 2 || !rows_count(s))
        return false;
    tally_init(&t, s);
    *out = (struct metric_share){ t.hit[s->positive], t.said[s->positive] };
    tally_release(&t);
    return true;
}

static bool recall_share(struct metric_share *out, const struct scored *s)
{
    struct tally t;

    if (s->n_classes != 2 || !rows_count(s))
        return false;
    tally_init(&t, s);
    *out = (struct metric_share){ t.hit[s->positive], t.truth[s->positive] };
    tally_release(&t);
    return true;
}

/* ---- the metrics ---- */
static double hit_row(const struct scored *s, size_t i)
{
    return (size_t)s->truth[i] == class_said(s, i) ? 1.0 : 0.0;
}

static double accuracy_score(const struct scored *s)
{
    return metric_mean(s, hit_row);
}

/* Classes that do not occur in the truth have no recall and are left out. */
static double balanced_accuracy_score(const struct scored *s)
{
    struct tally t;
    double sum = 0.0;
    size_t n = 0;

    tally_init(&t, s);
    for (size_t k = 0; k < t.n_classes; k++)
        if (t.truth[k] > 0.0) {
            sum += class_recall(&t, k);
            n++;
        }
    tally_release(&t);
    return n ? sum / (double)n : NAN;
}

static double precision_score(const struct scored *s)
{
    return score_usual(s, class_precision);
}

static double recall_score(const struct scored *s)
{
    return score_usual(s, class_recall);
}

static double f1_score(const struct scored *s)
{
    return score_usual(s, class_f1);
}

static double f1_macro_score(const struct scored *s)
{
    return score_macro(s, class_f1);
}

/* Correlation of the indicator vectors of truth and prediction; 0 when one has one class only. */
static double mcc_score(const struct scored *s)
{
    struct tally t;
    double hits = 0.0, cross = 0.0, said = 0.0, truth = 0.0;
    size_t n_said = 0, n_truth = 0;

    tally_init(&t, s);
    for (size_t k = 0; k < t.n_classes; k++) {
        hits += t.hit[k];
        cross += t.truth[k] * t.said[k];
        said += t.said[k] * t.said[k];
        truth += t.truth[k] * t.truth[k];
        n_said += t.said[k] > 0.0;
        n_truth += t.truth[k] > 0.0;
    }
    double total = t.total;
    tally_release(&t);
    if (!n_truth)
        return NAN;
    /* Counted rather than compared with zero: rounding of weights leaves a little of nothing. */
    if (n_said == 1 || n_truth == 1)
        return 0.0;
    return (hits * total - cross) / sqrt((total * total - said) * (total * total - truth));
}

const struct metric metric_accuracy = {
    .name = "accuracy",
    .help = "share of rows whose class is right",
    .source = "scikit-learn accuracy_score",
    .tasks = TASK_CLASSIFY,
    .greater_is_better = true,
    .high = 1,
    .score = accuracy_score,
    .share = accuracy_share,
};

const struct metric metric_balanced_accuracy = {
    .name = "balanced-accuracy",
    .help = "mean over classes of the share of its rows that are right",
    .source = "scikit-learn balanced_accuracy_score",
    .tasks = TASK_CLASSIFY,
    .greater_is_better = true,
    .high = 1,
    .score = balanced_accuracy_score,
};

const struct metric metric_precision = {
    .name = "precision",
    .help = "right among rows said to be positive; several classes: the mean over them (macro)",
    .source = "scikit-learn precision_score",
    .tasks = TASK_CLASSIFY,
    .greater_is_better = true,
    .high = 1,
    .score = precision_score,
    .share = precision_share,
};

const struct metric metric_recall = {
    .name = "recall",
    .help = "found among positive rows; several classes: the mean over them (macro)",
    .source = "scikit-learn recall_score",
    .tasks = TASK_CLASSIFY,
    .greater_is_better = true,
    .high = 1,
    .score = recall_score,
    .share = recall_share,
};

const struct metric metric_f1 = {
    .name = "f1",
    .help = "harmonic mean of precision and recall of the positive class; several classes: "
            "the mean over them (macro)",
    .source = "scikit-learn f1_score",
    .tasks = TASK_CLASSIFY,
    .greater_is_better = true,
    .high = 1,
    .score = f1_score,
};

const struct metric metric_f1_macro = {
    .name = "f1-macro",
    .help = "f1 of every class, averaged; for two classes too",
    .source = "scikit-learn f1_score(average=macro)",
    .tasks = TASK_CLASSIFY,
    .greater_is_better = true,
    .high = 1,
    .score = f1_macro_score,
};

const struct metric metric_mcc = {
    .name = "mcc",
    .help = "Matthews correlation of truth and prediction, -1 to 1",
    .source = "Gorodkin 2004, Computational Biology and Chemistry 28; scikit-learn "
              "matthews_corrcoef",
    .tasks = TASK_CLASSIFY,
    .greater_is_better = true,
    .low = -1,
    .high = 1,
    .score = mcc_score,
};
