/* audit_outlier.c - numbers far from all others of their column.
 *
 * Far is beyond Tukey's outer fences (three times the quartile distance from the quartiles) and six
 * robust deviations (median absolute deviation, Iglewicz and Hoaglin 1993) from the median; for a
 * column of positive numbers with a long tail, of their logarithms.  Cells that also stand apart,
 * with a gap as wide as the quartile distance between them and the rest, are thought wrong; those at
 * the end of a long tail hardly.
 */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "num/stats.h"
#include "profile/audit.h"

#define FEWEST_CELLS 30
#define FENCE        3.0
#define DEVIATIONS   6.0
#define MAD_NORMAL   1.4826
#define MOST_SHARE   0.02
#define SKEW         2.0

struct scale {
    bool log;
    double median, mad, q25, q75;
    double low, high;             /* fences, on the scale */
    double apart_low, apart_high; /* beyond these, with a gap */
    double last_low, last_high;   /* the outermost numbers that are not far, as they are */
};

static double on_scale(const struct scale *s, double v)
{
    return s->log ? log(v) : v;
}

static void quartiles(struct scale *s, const double *sorted, size_t n)
{
    s->q25 = stats_quantile_sorted(sorted, n, 0.25);
    s->median = stats_quantile_sorted(sorted, n, 0.5);
    s->q75 = stats_quantile_sorted(sorted, n, 0.75);
}

static void fences(struct scale *s, const double *sorted, double *scratch, size_t n)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = fabs(sorted[i] - s->median);
    s->mad = MAD_NORMAL * stats_quantile(scratch, n, 0.5);
    double iqr = s->q75 - s->q25;
    s->low = fmin(s->q25 - FENCE * iqr, s->median - DEVIATIONS * s->mad);
    s->high = fmax(s->q75 + FENCE * iqr, s->median + DEVIATIONS * s->mad);
    s->apart_low = -INFINITY;
    s->apart_high = INFINITY;
    s->last_low = INFINITY;
    s->last_high = -INFINITY;
    for (size_t i = 0; i < n; i++)
        if (sorted[i] >= s->low && sorted[i] <= s->high) {
            s->last_low = fmin(s->last_low, sorted[i]);
            s->last_high = fmax(s->last_high, sorted[i]);
        }
    for (size_t i = 1; i < n; i++) {
        if (sorted[i] > s->high && sorted[i] - sorted[i - 1] >= iqr && isinf(s->apart_high))
            s->apart_high = sorted[i];
        if (sorted[i - 1] < s->low && sorted[i] - sorted[i - 1] >= iqr)
            s->apart_low = sorted[i - 1];
    }
}

/* False when the column has no spread to speak of. */
static bool scale_of(struct scale *s, double *v, double *scratch, size_t n)
{
    stats_sort(v, n);
    *s = (struct scale){ 0 };
    quartiles(s, v, n);
    if (v[0] > 0 && s->q75 - s->median > SKEW * (s->median - s->q25)) {
        s->log = true;
        for (size_t i = 0; i < n; i++)
            v[i] = log(v[i]);
        quartiles(s, v, n);
    }
    if (s->q75 <= s->q25)
        return false;
    fences(s, v, scratch, n);
    return true;
}

static bool number_at(double *out, const struct column *c, size_t row)
{
    if (column_missing(c, row))
        return false;
    *out = column_number(c, row);
    return isfinite(*out);
}

static double sure_of(const struct scale *s, double v)
{
    double x = s->log && v <= 0 ? -INFINITY : on_scale(s, v);
    bool far = x < s->low || x > s->high;

    if (!far)
        return 0;
    return x <= s->apart_low || x >= s->apart_high ? 0.85 : 0.35;
}

static void add_fix(struct audit_context *a, struct audit_finding *f, const struct scale *s)
{
    char *text = arena_alloc(a->arena, 2, TEXT_REAL_SIZE);

    if (audit_is_target(a, f->cols[0]))
        return;
    f->by_cell = true; /* clip where they are many */
    f->fix.verb = "clip";
    audit_fix_arg(f, NULL, table_name(a->in->table, f->cols[0]));
    double low = s->log ? exp(s->last_low) : s->last_low;
    double high = s->log ? exp(s->last_high) : s->last_high;
    if (table_at(a->in->table, f->cols[0])->type == COLUMN_INT) {
        low = round(low);
        high = round(high);
    }
    audit_fix_arg(f, "min", text_real(text, low, false));
    audit_fix_arg(f, "max", text_real(text + TEXT_REAL_SIZE, high, false));
}

static void look_at(struct audit_context *a, size_t col, double *v, double *scratch)
{
    const struct column *c = table_at(a->in->table, col);
    struct scale s;
    size_t n = 0, n_far = 0;
    double x;

    for (size_t i = 0; i < a->coded->n_rows; i++)
        n += number_at(&v[n], c, coded_row(a->coded, i));
    if (n < FEWEST_CELLS || !scale_of(&s, v, scratch, n))
        return;
    for (size_t i = 0; i < n; i++)
        n_far += v[i] < s.low || v[i] > s.high;
    if ((double)n_far > MOST_SHARE * (double)n || (n_far == 0 && !a->sampled))
        return;
    struct audit_finding *f = audit_add(a, "outlier", &col, 1);
    f->sampled = false;
    for (size_t i = 0; i < c->n_rows; i++) {
        double sure = number_at(&x, c, i) ? sure_of(&s, x) : 0;
        char text[TEXT_REAL_SIZE];
        if (sure > 0)
            audit_add_cell(a, f, (uint32_t)i, col, sure,
                           span_of(text_real(text, x, c->type == COLUMN_REAL)), NULL, false);
    }
    f->says = audit_printf(a, "%sfar from the median %.4g, quartiles %.4g and %.4g",
                           s.log ? "on a log scale " : "", s.log ? exp(s.median) : s.median,
                           s.log ? exp(s.q25) : s.q25, s.log ? exp(s.q75) : s.q75);
    add_fix(a, f, &s);
    if (f->n_cells == 0)
        a->n--; /* the last one, and empty */
}

static int find_outliers(struct audit_context *a, struct err *err)
{
    void *v, *scratch;
    int rc = 0;

    if (mem_big(&v, a->coded->n_rows, sizeof(double), "numbers of a column", err))
        return -1;
    if (mem_big(&scratch, a->coded->n_rows, sizeof(double), "numbers of a column", err)) {
        mem_big_free(v);
        return -1;
    }
    for (size_t j = 0; j < a->coded->n_cols && !rc; j++) {
        enum column_type type = table_at(a->in->table, j)->type;
        if ((type == COLUMN_INT || type == COLUMN_REAL) && a->coded->columns[j].n_values > 10)
            look_at(a, j, v, scratch);
        rc = job_tick(a->job, j + 1, a->coded->n_cols, err);
    }
    mem_big_free(v);
    mem_big_free(scratch);
    return rc;
}

const struct audit_kind audit_outlier = {
    .name = "outlier",
    .help = "numbers far from all others of their column",
    .weight = 0.6,
    .find = find_outliers,
};
