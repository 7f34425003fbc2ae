#include "evaluate/confident.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define EPSILON 1e-6 /* cleanlab's: a probability at its threshold counts as confident */

static double probability(const struct matrix *p, size_t i, size_t k)
{
    return matrix_col(p, k)[i];
}

static size_t most_likely(const struct matrix *p, size_t i)
{
    size_t best = 0;

    for (size_t k = 1; k < p->p; k++)
        if (probability(p, i, k) > probability(p, i, best))
            best = k;
    return best;
}

static void find_thresholds(struct confident *c, const double *truth, const struct matrix *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (isnan(truth[i]))
            continue;
        size_t given = (size_t)truth[i];
        c->labels[given]++;
        c->thresholds[given] += probability(p, i, given);
        c->n++;
    }
    for (size_t k = 0; k < c->k; k++)
        c->thresholds[k] = c->labels[k] ? c->thresholds[k] / (double)c->labels[k] : NAN;
}

/* The class whose threshold the row reaches; the most likely one when it reaches several; k when
 * none. */
static size_t confident_class(const struct confident *c, const struct matrix *p, size_t i)
{
    size_t found = c->k, n = 0;

    for (size_t k = 0; k < c->k; k++)
        if (probability(p, i, k) >= c->thresholds[k] - EPSILON) {
            found = n++ ? found : k;
        }
    return n > 1 ? most_likely(p, i) : found;
}

static struct label_issue issue_of(const struct matrix *p, size_t i, size_t given, size_t suggested)
{
    double best = -1;

    for (size_t k = 0; k < p->p; k++)
        if (k != given && probability(p, i, k) > best)
            best = probability(p, i, k);
    return (struct label_issue){ .at = i,
                                 .given = given,
                                 .suggested = suggested,
                                 .p_given = probability(p, i, given),
                                 .p_suggested = probability(p, i, suggested),
                                 .margin = probability(p, i, given) - best };
}

/* A row whose label is as likely as any other class is no issue, whatever threshold it reaches. */
static void count_joint(struct confident *c, const double *truth, const struct matrix *p)
{
    for (size_t i = 0; i < p->n; i++) {
        size_t guess = isnan(truth[i]) ? c->k : confident_class(c, p, i);
        if (guess == c->k)
            continue;
        size_t given = (size_t)truth[i];
        c->counts[given * c->k + guess]++;
        struct label_issue issue = issue_of(p, i, given, guess);
        if (guess != given && issue.margin < 0)
            c->issues[c->n_issues++] = issue;
    }
    for (size_t k = 0; k < c->k; k++)
        c->counts[k * c->k + k] += c->counts[k * c->k + k] == 0;
}

/* Rows of the joint are brought to the share of their label, columns then give p(given | true). */
static void calibrate(struct confident *c)
{
    size_t k = c->k;
    double total = 0;

    for (size_t g = 0; g < k; g++) {
        double sum = 0;
        for (size_t t = 0; t < k; t++)
            sum += (double)c->counts[g * k + t];
        for (size_t t = 0; t < k; t++) {
            c->joint[g * k + t] = (double)c->counts[g * k + t] / sum * (double)c->labels[g];
            total += c->joint[g * k + t];
        }
    }
    for (size_t at = 0; at < k * k; at++)
        c->joint[at] /= total;
    for (size_t t = 0; t < k; t++) {
        double sum = 0;
        for (size_t g = 0; g < k; g++) {
            sum += c->joint[g * k + t];
            c->n_errors += g != t ? c->joint[g * k + t] * (double)c->n : 0;
        }
        for (size_t g = 0; g < k; g++)
            c->noise[g * k + t] = sum > 0 ? c->joint[g * k + t] / sum : NAN;
    }
}

static int by_score(double a, double b, size_t row_a, size_t row_b)
{
    if (a != b)
        return a < b ? -1 : 1;
    return (row_a > row_b) - (row_a < row_b);
}

static int by_margin(const void *a, const void *b)
{
    const struct label_issue *x = a, *y = b;

    return by_score(x->margin, y->margin, x->at, y->at);
}

static int by_confidence(const void *a, const void *b)
{
    const struct label_issue *x = a, *y = b;

    return by_score(x->p_given, y->p_given, x->at, y->at);
}

int confident_learn(struct confident *out, const double *truth, const struct matrix *p,
                    enum confident_rank rank, struct arena *arena, struct err *err)
{
    size_t k = p->p;
    struct confident c = { .k = k,
                           .labels = ARENA_NEW(arena, size_t, k),
                           .thresholds = ARENA_NEW(arena, double, k),
                           .counts = ARENA_NEW(arena, size_t, k * k),
                           .joint = ARENA_NEW(arena, double, k *k),
                           .noise = ARENA_NEW(arena, double, k *k),
                           .issues = ARENA_NEW(arena, struct label_issue, p->n) };

    find_thresholds(&c, truth, p);
    if (c.n == 0)
        return err_set(err, ERR_DOMAIN, "no row has a label to judge");
    count_joint(&c, truth, p);
    calibrate(&c);
    qsort(c.issues, c.n_issues, sizeof(*c.issues), rank == RANK_MARGIN ? by_margin : by_confidence);
    *out = c;
    return 0;
}
