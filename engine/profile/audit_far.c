/* audit_far.c - rows whose numbers do not go together, though each alone may be usual: far in
 * Mahalanobis distance.  Centre and covariance are those of the half that lies nearest, found anew a
 * few times from all rows on (the concentration steps of Rousseeuw and Van Driessen 1999), scaled so
 * that the median distance is what it is for normal numbers.  Real numbers have longer tails: far
 * begins well beyond the quantile of chi squared. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "num/linalg.h"
#include "num/stats.h"
#include "profile/audit.h"
#include "profile/audit_texts.h"

#define MOST_COLUMNS ((size_t)20)
#define STEPS        5
#define TAIL         0.9999
#define BEYOND       3.0 /* times that quantile */
#define MOST_SHARE   0.01

struct cloud {
    size_t n, p;
    double *x;      /* (n, p) column-major, each column in units of its deviation */
    uint32_t *row;  /* (n) coded row */
    double *dist;   /* (n) squared distance */
    double *sorted; /* (n) scratch */
};

/* Quantile of chi squared: Wilson and Hilferty 1931. */
static double chi2_quantile(double q, double df)
{
    double z = dist_normal_quantile(q), h = 2 / (9 * df);

    return df * pow(1 - h + z * sqrt(h), 3);
}

/* The share below x, by the same approximation; below 1. */
static double chi2_share(double x, double df)
{
    double h = 2 / (9 * df), z = (cbrt(x / df) - (1 - h)) / sqrt(h);

    return fmin(dist_normal_cdf(z), 1 - 1e-15);
}

static size_t number_columns(size_t cols[MOST_COLUMNS], const struct audit_context *a)
{
    size_t n = 0;

    for (size_t j = 0; j < a->coded->n_cols && n < MOST_COLUMNS; j++) {
        enum column_type type = table_at(a->in->table, j)->type;
        size_t values = a->coded->columns[j].n_values;
        bool names_rows = type == COLUMN_INT && values == a->coded->n_rows;
        if ((type == COLUMN_INT || type == COLUMN_REAL) && values > 10 && !names_rows)
            cols[n++] = j;
    }
    return n;
}

/* Rows with all numbers there. */
static void fill_cloud(struct cloud *c, const struct audit_context *a, const size_t *cols)
{
    size_t stride = a->coded->n_rows;

    c->n = 0;
    for (size_t i = 0; i < stride; i++) {
        uint32_t row = coded_row(a->coded, i);
        bool whole = true;
        for (size_t k = 0; k < c->p && whole; k++) {
            const struct column *x = table_at(a->in->table, cols[k]);
            double v = column_missing(x, row) ? NAN : column_number(x, row);
            whole = isfinite(v);
            c->x[k * stride + c->n] = v;
        }
        if (whole)
            c->row[c->n++] = (uint32_t)i;
    }
    for (size_t k = 0; k < c->p && c->n > 1; k++) {
        double *x = &c->x[k * stride], mean = stats_mean(x, c->n);
        double deviation = sqrt(stats_variance(x, c->n, 1));
        for (size_t i = 0; i < c->n; i++)
            x[i] = deviation > 0 ? (x[i] - mean) / deviation : 0;
    }
}

/* Mean and covariance of the rows within `limit`, then all distances.  False when the columns
 * depend on each other. */
static bool concentrate(struct cloud *c, size_t stride, double limit)
{
    double mean[MOST_COLUMNS] = { 0 }, scale[MOST_COLUMNS];
    double cov[MOST_COLUMNS * MOST_COLUMNS] = { 0 };
    size_t n = 0, p = c->p;

    for (size_t i = 0; i < c->n; i++) {
        if (c->dist[i] > limit)
            continue;
        n++;
        for (size_t k = 0; k < p; k++)
            mean[k] += c->x[k * stride + i];
    }
    for (size_t k = 0; k < p; k++)
        mean[k] /= (double)n;
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < p && c->dist[i] <= limit; k++)
            for (size_t j = 0; j <= k; j++)
                cov[k * p + j] += (c->x[k * stride + i] - mean[k]) *
                                  (c->x[j * stride + i] - mean[j]) / (double)n;
    if (chol_factor(cov, scale, p, 1e-6))
        return false;
    chol_invert(cov, scale, p);
    for (size_t i = 0; i < c->n; i++) {
        double sum = 0;
        for (size_t k = 0; k < p; k++)
            for (size_t j = 0; j < p; j++)
                sum += cov[k * p + j] * (c->x[k * stride + i] - mean[k]) *
                       (c->x[j * stride + i] - mean[j]);
        c->dist[i] = sum;
    }
    return true;
}

static bool measure(struct cloud *c, size_t stride)
{
    double middle = INFINITY;

    for (int step = 0; step < STEPS; step++) {
        if (!concentrate(c, stride, middle))
            return false;
        memcpy(c->sorted, c->dist, c->n * sizeof(double));
        middle = stats_quantile(c->sorted, c->n, 0.5);
        if (!(middle > 0))
            return false;
    }
    for (size_t i = 0; i < c->n; i++)
        c->dist[i] *= chi2_quantile(0.5, (double)c->p) / middle;
    return true;
}

static void add_far(struct audit_context *a, const struct cloud *c, const size_t *cols)
{
    double limit = BEYOND * chi2_quantile(TAIL, (double)c->p);
    size_t n = 0;

    for (size_t i = 0; i < c->n; i++)
        n += c->dist[i] > limit;
    if (n == 0 || (double)n > MOST_SHARE * (double)c->n)
        return;
    struct audit_finding *f = audit_add(a, "far-row", cols, c->p);
    for (size_t i = 0; i < c->n; i++)
        if (c->dist[i] > limit)
            audit_add_row(a, f, coded_row(a->coded, c->row[i]));
    f->count = f->n_rows;
    f->says = "numbers that do not go together as in the other rows";
    f->fix.verb = "outliers";
    audit_fix_arg(f, "columns", audit_list(a, cols, c->p));
    audit_fix_arg(f, "method", "mahalanobis");
    audit_fix_arg(f, "action", "remove");
    audit_fix_arg(f, "threshold", audit_printf(a, "%.16g", chi2_share(limit, (double)c->p)));
}

static int find_far(struct audit_context *a, struct err *err)
{
    size_t cols[MOST_COLUMNS], n = a->coded->n_rows;
    struct cloud c = { .p = number_columns(cols, a) };
    void *x, *rest, *rows;

    if (c.p < 2 || n < 50 + 5 * c.p)
        return 0;
    if (mem_big(&x, n * c.p, sizeof(double), "numbers of rows", err))
        return -1;
    if (mem_big(&rest, 2 * n, sizeof(double), "distances of rows", err)) {
        mem_big_free(x);
        return -1;
    }
    if (mem_big(&rows, n, sizeof(uint32_t), "distances of rows", err)) {
        mem_big_free(x);
        mem_big_free(rest);
        return -1;
    }
    c.x = x;
    c.row = rows;
    c.dist = memset(rest, 0, 2 * n * sizeof(double));
    c.sorted = c.dist + n;
    fill_cloud(&c, a, cols);
    if (c.n >= 50 + 5 * c.p && measure(&c, n))
        add_far(a, &c, cols);
    mem_big_free(x);
    mem_big_free(rest);
    mem_big_free(rows);
    return job_tick(a->job, 1, 1, err);
}

const struct audit_kind audit_far = {
    .name = "far-row",
    .help = "rows whose numbers do not go together",
    .weight = 0.4,
    .find = find_far,
};
