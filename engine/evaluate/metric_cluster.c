/* metric_cluster.c - metrics of clusters and anomalies, which are found without a target.
 *
 * Silhouette, Davies-Bouldin and Calinski-Harabasz look at where the rows stand; adjusted Rand and
 * mutual information compare with the classes of the target, where there are any.  Rows without a
 * cluster are left out, as are rows whose class is not known.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "evaluate/metric.h"

/* Beyond this many rows those at equal steps stand for all: a silhouette looks at every pair. */
#define SILHOUETTE_ROWS 4000

/* ---- the rows that count, and their clusters from 0 without gaps ---- */

struct parted {
    size_t n, k;
    size_t *row;     /* (n) of the scored rows */
    size_t *cluster; /* (n) */
    double *size;    /* (k) */
};

static void parted_release(struct parted *c)
{
    mem_free(c->row);
    mem_free(c->cluster);
    mem_free(c->size);
}

static bool has_cluster(const struct scored *s, size_t i)
{
    return matrix_col(s->value, 0)[i] >= 0 && scored_weight(s, i) > 0;
}

/* At most `most` rows, at equal steps. */
static void parted_init(struct parted *c, const struct scored *s, size_t most)
{
    const double *value = matrix_col(s->value, 0);
    size_t n = 0, highest = 0, at = 0;

    for (size_t i = 0; i < s->n; i++)
        if (has_cluster(s, i)) {
            highest = (size_t)value[i] > highest ? (size_t)value[i] : highest;
            n++;
        }
    size_t want = n < most ? n : most;
    size_t *number = MEM_NEW(size_t, highest + 1);
    *c = (struct parted){ .row = MEM_NEW(size_t, want),
                          .cluster = MEM_NEW(size_t, want),
                          .size = MEM_NEW(double, highest + 1) };
    for (size_t i = 0; i < s->n; i++) {
        if (!has_cluster(s, i))
            continue;
        if (at++ * want / n < c->n || c->n == want)
            continue;
        size_t v = (size_t)value[i];
        number[v] = number[v] ? number[v] : ++c->k;
        c->row[c->n] = i;
        c->cluster[c->n++] = number[v] - 1;
        c->size[number[v] - 1] += 1;
    }
    mem_free(number);
}

static bool too_few(const struct parted *c)
{
    return c->k < 2 || c->k >= c->n;
}

static double row_distance(const struct matrix *x, size_t a, size_t b)
{
    double sum = 0;

    for (size_t j = 0; j < x->p; j++) {
        double d = matrix_col(x, j)[a] - matrix_col(x, j)[b];
        sum += d * d;
    }
    return sqrt(sum);
}

/* ---- where the rows stand ---- */

/* sum (k) is scratch. */
static double silhouette_of(const struct parted *c, const struct matrix *x, size_t i, double *sum)
{
    size_t own = c->cluster[i];
    double near = INFINITY;

    if (c->size[own] < 2)
        return 0;
    for (size_t k = 0; k < c->k; k++)
        sum[k] = 0;
    for (size_t j = 0; j < c->n; j++)
        sum[c->cluster[j]] += row_distance(x, c->row[i], c->row[j]);
    for (size_t k = 0; k < c->k; k++)
        if (k != own && sum[k] / c->size[k] < near)
            near = sum[k] / c->size[k];
    double inside = sum[own] / (c->size[own] - 1), larger = near > inside ? near : inside;
    return larger > 0 ? (near - inside) / larger : 0;
}

static double silhouette(const struct scored *s)
{
    struct parted c;
    double total = 0;

    parted_init(&c, s, SILHOUETTE_ROWS);
    double *sum = MEM_NEW(double, c.k + 1);
    for (size_t i = 0; i < c.n && !too_few(&c); i++)
        total += silhouette_of(&c, s->x, i, sum);
    double score = too_few(&c) ? NAN : total / (double)c.n;
    mem_free(sum);
    parted_release(&c);
    return score;
}

/* Means of the clusters (k, p) and of all (p), row by row. */
static double *cluster_means(const struct parted *c, const struct matrix *x)
{
    double *mean = MEM_NEW(double, (c->k + 1) * x->p);

    for (size_t j = 0; j < x->p; j++)
        for (size_t i = 0; i < c->n; i++) {
            double v = matrix_col(x, j)[c->row[i]];
            mean[c->cluster[i] * x->p + j] += v / c->size[c->cluster[i]];
            mean[c->k * x->p + j] += v / (double)c->n;
        }
    return mean;
}

static double squared_to(const struct matrix *x, size_t row, const double *mean)
{
    double sum = 0;

    for (size_t j = 0; j < x->p; j++) {
        double d = matrix_col(x, j)[row] - mean[j];
        sum += d * d;
    }
    return sum;
}

static double squared_between(const double *a, const double *b, size_t p)
{
    double sum = 0;

    for (size_t j = 0; j < p; j++)
        sum += (a[j] - b[j]) * (a[j] - b[j]);
    return sum;
}

/* The mean over clusters of the worst ratio (spread + spread) / distance of centres. */
static double davies_bouldin_of(const struct parted *c, const double *mean, const double *spread,
                                size_t p)
{
    double total = 0;

    for (size_t a = 0; a < c->k; a++) {
        double worst = 0;
        for (size_t b = 0; b < c->k; b++) {
            double apart = sqrt(squared_between(mean + a * p, mean + b * p, p));
            if (b != a && apart > 0 && (spread[a] + spread[b]) / apart > worst)
                worst = (spread[a] + spread[b]) / apart;
        }
        total += worst / (double)c->k;
    }
    return total;
}

static double davies_bouldin(const struct scored *s)
{
    struct parted c;
    double score = NAN;

    parted_init(&c, s, s->n);
    if (!too_few(&c)) {
        double *mean = cluster_means(&c, s->x), *spread = MEM_NEW(double, c.k);
        for (size_t i = 0; i < c.n; i++)
            spread[c.cluster[i]] += sqrt(
                                        squared_to(s->x, c.row[i], mean + c.cluster[i] * s->x->p)) /
                                    c.size[c.cluster[i]];
        score = davies_bouldin_of(&c, mean, spread, s->x->p);
        mem_free(mean);
        mem_free(spread);
    }
    parted_release(&c);
    return score;
}

static double calinski_harabasz(const struct scored *s)
{
    struct parted c;
    double score = NAN;

    parted_init(&c, s, s->n);
    if (!too_few(&c)) {
        size_t p = s->x->p;
        double *mean = cluster_means(&c, s->x), between = 0, within = 0;
        for (size_t k = 0; k < c.k; k++)
            between += c.size[k] * squared_between(mean + k * p, mean + c.k * p, p);
        for (size_t i = 0; i < c.n; i++)
            within += squared_to(s->x, c.row[i], mean + c.cluster[i] * p);
        score = within > 0 ? between * (double)(c.n - c.k) / (within * (double)(c.k - 1)) : 1;
        mem_free(mean);
    }
    parted_release(&c);
    return score;
}

/* ---- beside the classes ---- */

/* Counts of clusters by classes; noise is a cluster of its own here, as in scikit-learn. */
struct crossed {
    size_t k, m;
    double n;
    double *cell, *row, *col; /* (k, m), (k), (m) */
};

static void crossed_init(struct crossed *t, const struct scored *s)
{
    *t = (struct crossed){ 0 };
    for (size_t i = 0; i < s->n; i++) {
        size_t k = (size_t)(matrix_col(s->value, 0)[i] + 1) + 1;
        size_t m = isnan(s->truth[i]) ? 0 : (size_t)s->truth[i] + 1;
        t->k = k > t->k ? k : t->k;
        t->m = m > t->m ? m : t->m;
    }
    t->cell = MEM_NEW(double, t->k * t->m + t->k + t->m);
    t->row = t->cell + t->k * t->m;
    t->col = t->row + t->k;
    for (size_t i = 0; i < s->n; i++) {
        if (isnan(s->truth[i]) || !(scored_weight(s, i) > 0))
            continue;
        size_t k = (size_t)(matrix_col(s->value, 0)[i] + 1), m = (size_t)s->truth[i];
        t->cell[k * t->m + m] += 1;
        t->row[k] += 1;
        t->col[m] += 1;
        t->n += 1;
    }
}

static double pairs_of(const double *v, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += v[i] * (v[i] - 1) / 2;
    return sum;
}

static double adjusted_rand(const struct scored *s)
{
    struct crossed t;

    crossed_init(&t, s);
    double both = pairs_of(t.cell, t.k * t.m), rows = pairs_of(t.row, t.k);
    double cols = pairs_of(t.col, t.m), all = t.n * (t.n - 1) / 2;
    double score = NAN;
    if (all > 0) {
        double chance = rows * cols / all, most = (rows + cols) / 2;
        score = most == chance ? 1 : (both - chance) / (most - chance);
    }
    mem_free(t.cell);
    return score;
}

static double entropy(const double *v, size_t n, double total)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum -= v[i] > 0 ? v[i] / total * log(v[i] / total) : 0;
    return sum;
}

static double nmi(const struct scored *s)
{
    struct crossed t;

    crossed_init(&t, s);
    double h = (entropy(t.row, t.k, t.n) + entropy(t.col, t.m, t.n)) / 2, mutual = 0;
    for (size_t k = 0; k < t.k; k++)
        for (size_t m = 0; m < t.m; m++) {
            double v = t.cell[k * t.m + m];
            mutual += v > 0 ? v / t.n * log(v * t.n / (t.row[k] * t.col[m])) : 0;
        }
    double score = !(t.n > 0) ? NAN : h > 0 ? mutual / h : 1;
    mem_free(t.cell);
    return score < 0 ? 0 : score > 1 ? 1 : score;
}

/* ---- anomalies ---- */

struct scored_row {
    double score;
    bool positive;
};

static int by_score(const void *a, const void *b)
{
    const struct scored_row *x = a, *y = b;

    return (x->score > y->score) - (x->score < y->score);
}

/* Of all pairs of a row of the positive class and one that is not, the share where the first has the
 * higher score; equal scores count half. */
static double anomaly_auc(const struct scored *s)
{
    struct scored_row *list = MEM_NEW(struct scored_row, s->n);
    double won = 0, n_pos = 0, n_neg = 0;
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++)
        if (!isnan(s->truth[i]) && scored_weight(s, i) > 0)
            list[n++] = (struct scored_row){ matrix_col(s->value, 0)[i],
                                             (size_t)s->truth[i] == s->positive };
    qsort(list, n, sizeof(*list), by_score);
    for (size_t i = 0; i < n;) {
        double pos = 0, neg = 0, score = list[i].score;
        for (; i < n && list[i].score == score; i++) {
            pos += list[i].positive;
            neg += !list[i].positive;
        }
        won += pos * (n_neg + neg / 2);
        n_pos += pos;
        n_neg += neg;
    }
    mem_free(list);
    return n_pos > 0 && n_neg > 0 ? won / (n_pos * n_neg) : NAN;
}

static double is_flagged(const struct scored *s, size_t i)
{
    return matrix_col(s->value, 1)[i];
}

static double flagged(const struct scored *s)
{
    return metric_mean(s, is_flagged);
}

const struct metric metric_silhouette = {
    .name = "silhouette",
    .help = "how much nearer rows are to their own cluster than to the next, from -1 to 1; "
            "of more than 4000 rows those at equal steps are looked at",
    .source = "Rousseeuw 1987; scikit-learn's silhouette_score",
    .tasks = TASK_CLUSTER,
    .greater_is_better = true,
    .low = -1,
    .high = 1,
    .score = silhouette,
};

const struct metric metric_davies_bouldin = {
    .name = "davies-bouldin",
    .help = "spread of the clusters over the distance of their centres, the worst pair of each",
    .source = "Davies and Bouldin 1979; scikit-learn's davies_bouldin_score",
    .tasks = TASK_CLUSTER,
    .low = 0,
    .high = INFINITY,
    .score = davies_bouldin,
};

const struct metric metric_calinski_harabasz = {
    .name = "calinski-harabasz",
    .help = "variance between clusters over that within",
    .source = "Calinski and Harabasz 1974; scikit-learn's calinski_harabasz_score",
    .tasks = TASK_CLUSTER,
    .greater_is_better = true,
    .low = 0,
    .high = INFINITY,
    .score = calinski_harabasz,
};

const struct metric metric_adjusted_rand = {
    .name = "adjusted-rand",
    .help =
        "pairs of rows on which clusters and the target's classes agree, 0 by chance, 1 at best",
    .source = "Hubert and Arabie 1985; scikit-learn's adjusted_rand_score",
    .tasks = TASK_CLUSTER,
    .greater_is_better = true,
    .low = -1,
    .high = 1,
    .score = adjusted_rand,
};

const struct metric metric_nmi = {
    .name = "nmi",
    .help =
        "mutual information of clusters and the target's classes over the mean of the entropies",
    .source = "scikit-learn's normalized_mutual_info_score (arithmetic)",
    .tasks = TASK_CLUSTER,
    .greater_is_better = true,
    .low = 0,
    .high = 1,
    .score = nmi,
};

const struct metric metric_anomaly_auc = {
    .name = "anomaly-auc",
    .help = "how often a row of the target's positive class has a higher score than another row",
    .source = "scikit-learn's roc_auc_score of the scores",
    .tasks = TASK_ANOMALY,
    .greater_is_better = true,
    .low = 0,
    .high = 1,
    .score = anomaly_auc,
};

const struct metric metric_flagged = {
    .name = "flagged",
    .help = "the share of rows said to be anomalies",
    .source = "a count",
    .tasks = TASK_ANOMALY,
    .low = 0,
    .high = 1,
    .score = flagged,
};
