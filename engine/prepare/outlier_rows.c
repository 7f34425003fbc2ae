/* outlier_rows.c - rows that are apart from the others in several columns together. */
#include <math.h>

#include "base/mem.h"
#include "num/stats.h"
#include "prepare/step_columns.h"
#include "prepare/step_outliers.h"
#include "prepare/step_values.h"

/* The number in that cell; the column's median where there is none that can be worked with. */
static double cell_number(const struct outlier_column *o, const struct column *c, size_t row)
{
    double v = column_missing(c, row) ? NAN : column_number(c, row);

    return isfinite(v) ? v : o->median;
}

static int fill_matrix(struct matrix *x, const struct outliers *s, const struct table *t,
                       const size_t *cols, const uint32_t *rows, size_t n, struct err *err)
{
    if (matrix_new(x, n, s->n, "the rows to look at", err))
        return -1;
    for (size_t j = 0; j < s->n; j++)
        for (size_t i = 0; i < n; i++)
            matrix_col(x, j)[i] = cell_number(&s->columns[j], table_at(t, cols[j]),
                                              rows ? rows[i] : i);
    return 0;
}

static int learn_unit(struct outlier_column *o, const struct step_input *in, size_t col,
                      struct err *err)
{
    double *v;
    size_t n, kept = 0;

    if (step_values(&v, &n, in, col, err))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i]))
            v[kept++] = v[i];
    o->bounds = (struct bounds){ -INFINITY, INFINITY };
    if (kept) {
        o->unit = sqrt(stats_variance(v, kept, 0));
        o->median = stats_quantile(v, kept, 0.5);
    }
    if (!isfinite(o->unit) || !isfinite(o->median))
        o->median = o->unit = 0;
    mem_big_free(v);
    return 0;
}

/* A column that does not vary says nothing of a row, and has no place in a covariance. */
static void drop_constant(struct outliers *s, size_t *cols)
{
    size_t kept = 0;

    for (size_t j = 0; j < s->n; j++)
        if (s->columns[j].unit > 0) {
            cols[kept] = cols[j];
            s->columns[kept++] = s->columns[j];
        }
    s->n = kept;
}

int outlier_rows_learn(struct outliers *s, const struct step_input *in, const size_t *named,
                       struct arena *arena, struct job *job, struct err *err)
{
    size_t *cols = ARENA_NEW(arena, size_t, s->n), n = step_n_rows(in);
    bool forest = s->method == OUTLIER_FOREST;
    struct matrix x;

    for (size_t j = 0; j < s->n; j++) {
        cols[j] = named[j];
        if (learn_unit(&s->columns[j], in, cols[j], err))
            return -1;
    }
    drop_constant(s, cols);
    if (s->n == 0)
        return err_set(err, ERR_DOMAIN, "no column varies in the %zu rows to learn from", n);
    if (!forest && n < 2 * s->n + 1)
        return err_set(err, ERR_DOMAIN,
                       "%zu rows are too few for distances over %zu columns; name fewer, or "
                       "take method=isolation-forest",
                       n, s->n);
    if (fill_matrix(&x, s, in->table, cols, in->rows, n, err))
        return -1;
    int rc;
    if (forest) {
        s->cut = s->threshold;
        rc = isolation_grow(&s->forest, &x, (size_t)params_int(in->params, "n_estimators"),
                            ISOLATION_SAMPLE, (uint64_t)params_int(in->params, "seed"), arena, job,
                            err);
    } else {
        s->cut = dist_chi2_quantile(s->threshold, (double)s->n);
        rc = robust_fit(&s->robust, &x, arena, job, err);
    }
    matrix_release(&x);
    return rc;
}

int outlier_rows_score(double *score, const struct outliers *s, const struct table *t,
                       const size_t *cols, struct err *err)
{
    struct matrix x;

    if (fill_matrix(&x, s, t, cols, NULL, t->n_rows, err))
        return -1;
    if (s->method == OUTLIER_FOREST)
        isolation_scores(score, &s->forest, &x);
    else
        robust_squares(score, &s->robust, &x);
    matrix_release(&x);
    return 0;
}

size_t outlier_rows_reason(const struct outliers *s, const struct table *t, const size_t *cols,
                           size_t row)
{
    size_t most = 0;
    double farthest = -1;

    for (size_t j = 0; j < s->n; j++) {
        const struct outlier_column *o = &s->columns[j];
        double off = fabs(cell_number(o, table_at(t, cols[j]), row) - o->median) / o->unit;
        if (off > farthest) {
            farthest = off;
            most = j;
        }
    }
    return most;
}
