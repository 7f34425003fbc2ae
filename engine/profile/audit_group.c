/* audit_group.c - numbers far from the others of their group, where another column explains most of
 * the spread: a price that is usual for a desk, but not for the lamp it stands beside.
 *
 * Of the columns with few values the one is taken within whose groups the numbers deviate least from
 * the group's median, by half or less of what they deviate from the median of all; of positive
 * numbers that spread over more than a factor of SPREAD, the logarithms.  Far is eight robust
 * deviations (median absolute deviation of the group, but no less than half of that over all groups)
 * beyond the group's median, with a gap of three to the next number.  Where one shift of the decimal
 * point, and only one, brings the number among those of its group, that is what is proposed; without
 * one it may be rare and right, so that it is shown to who asks for what is less sure.
 */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "num/stats.h"
#include "profile/audit.h"

#define MOST_GROUPS  200u
#define FEWEST_ROWS  ((size_t)60)
#define FEWEST_GROUP ((size_t)8)
#define MOST_REST    0.2 /* share of the rows in no group that is large enough */
#define EXPLAINS     0.5
#define SPREAD       4.0
#define FAR          8.0
#define GAP          3.0
#define AMONG        3.0
#define MOST_ALIKE   4 /* times a value occurs, on average: what recurs more often is rather a name */
#define MAD_NORMAL   1.4826
#define MOST_SHARE   0.05

struct numbers {
    size_t n;        /* coded rows */
    double *v;       /* (n) on the scale; NAN: none */
    double *scratch; /* (n) */
    bool log;
    double deviation; /* of all from the median of all */
};

/* How the numbers of one group lie. */
struct heap {
    size_t n;
    double median, deviation;
    double low, high;           /* far lies beyond */
    double last_low, last_high; /* the outermost numbers that are not far */
};

static double deviation_of(double *v, size_t n, double median)
{
    for (size_t i = 0; i < n; i++)
        v[i] = fabs(v[i] - median);
    return MAD_NORMAL * stats_quantile(v, n, 0.5);
}

/* False when there are too few numbers, or they do not spread. */
static bool numbers_of(struct numbers *x, const struct audit_context *a, size_t col)
{
    const struct column *c = table_at(a->in->table, col);
    bool positive = true;
    size_t n = 0;

    for (size_t i = 0; i < x->n; i++) {
        uint32_t row = coded_row(a->coded, i);
        double v = column_missing(c, row) ? NAN : column_number(c, row);
        x->v[i] = isfinite(v) ? v : NAN;
        positive &= !(v <= 0);
        if (isfinite(v))
            x->scratch[n++] = v;
    }
    if (n < FEWEST_ROWS)
        return false;
    double low = stats_quantile(x->scratch, n, 0.05), high = stats_quantile(x->scratch, n, 0.95);
    x->log = positive && high > SPREAD * low;
    n = 0;
    for (size_t i = 0; i < x->n; i++) {
        x->v[i] = x->log ? log(x->v[i]) : x->v[i];
        if (isfinite(x->v[i]))
            x->scratch[n++] = x->v[i];
    }
    x->deviation = deviation_of(x->scratch, n, stats_quantile(x->scratch, n, 0.5));
    return x->deviation > 0;
}

static size_t gather(double *out, const struct numbers *x, const struct coded_groups *g, size_t k)
{
    size_t n = 0;

    for (uint32_t at = g->start[k]; at < g->start[k + 1]; at++)
        if (isfinite(x->v[g->order[at]]))
            out[n++] = x->v[g->order[at]];
    return n;
}

/* Median and deviation of each group; the deviation over all groups, INFINITY when too many rows are
 * in none.  heaps (n_values + 1), by code. */
static double measure(struct heap *heaps, const struct numbers *x, const struct coded_groups *g,
                      uint32_t n_values)
{
    size_t n = 0, all = 0;

    for (uint32_t k = 0; k <= n_values; k++) {
        struct heap *h = &heaps[k];
        size_t m = gather(x->scratch + n, x, g, k);
        all += m;
        h->n = k && m >= FEWEST_GROUP ? m : 0;
        if (h->n == 0)
            continue;
        h->median = stats_quantile(x->scratch + n, m, 0.5);
        h->deviation = deviation_of(x->scratch + n, m, h->median);
        h->n = h->deviation > 0 ? m : 0; /* half are the same: names, not measures */
        n += m;
    }
    if (n < FEWEST_ROWS || (double)(all - n) > MOST_REST * (double)all)
        return INFINITY;
    return MAD_NORMAL * stats_quantile(x->scratch, n, 0.5);
}

static void bound(struct heap *h, const struct numbers *x, const struct coded_groups *g, size_t k,
                  double floor)
{
    size_t n = gather(x->scratch, x, g, k), first = 0, last = n;

    h->deviation = fmax(h->deviation, floor);
    h->low = h->median - FAR * h->deviation;
    h->high = h->median + FAR * h->deviation;
    stats_sort(x->scratch, n);
    while (x->scratch[first] < h->low)
        first++;
    while (x->scratch[last - 1] > h->high)
        last--;
    h->last_low = x->scratch[first];
    h->last_high = x->scratch[last - 1];
    h->low = fmin(h->low, h->last_low - GAP * h->deviation);
    h->high = fmax(h->high, h->last_high + GAP * h->deviation);
}

/* The one shift of the decimal point that brings v among its group; false: none, or several. */
static bool shifted(double *out, double v, const struct heap *h, bool log_scale)
{
    static const double factors[] = { 10, 100, 1000 };
    size_t n = 0;

    for (size_t k = 0; k < 6; k++) {
        double w = k < 3 ? v / factors[k] : v * factors[k - 3];
        double at = log_scale ? log(w) : w;
        if (fabs(at - h->median) > AMONG * h->deviation)
            continue;
        *out = w;
        n++;
    }
    return n == 1;
}

static void add_number(struct audit_context *a, struct audit_finding *f, uint32_t row,
                       const struct heap *h, bool log_scale)
{
    const struct column *c = table_at(a->in->table, f->cols[0]);
    char was[TEXT_REAL_SIZE], right[TEXT_REAL_SIZE];
    double v = column_number(c, row), w;
    bool real = c->type == COLUMN_REAL;
    bool slip = shifted(&w, v, h, log_scale) && (real || w == round(w));

    audit_add_cell(a, f, row, f->cols[0], slip ? 0.9 : 0.45, span_of(text_real(was, v, real)),
                   slip ? text_real(right, w, real) : NULL, false);
}

static void add_finding(struct audit_context *a, const struct numbers *x, size_t col, size_t by,
                        const struct heap *heaps)
{
    const size_t cols[] = { col, by };
    const uint32_t *code = a->coded->columns[by].code;
    struct audit_finding *f = audit_add(a, "group-outlier", cols, 2);
    size_t n = 0;

    for (size_t i = 0; i < x->n; i++) {
        const struct heap *h = &heaps[code[i]];
        n += h->n > 0;
        if (h->n && (x->v[i] < h->low || x->v[i] > h->high))
            add_number(a, f, coded_row(a->coded, i), h, x->log);
    }
    f->by_cell = !audit_is_target(a, col);
    f->says = audit_printf(a, "%sfar from the others of the same %s",
                           x->log ? "on a log scale " : "", table_name(a->in->table, by));
    if (f->n_cells == 0 || (double)f->n_cells > MOST_SHARE * (double)n)
        a->n--; /* the last one */
}

static bool has_groups(const struct audit_context *a, size_t by)
{
    const struct coded_column *c = &a->coded->columns[by];

    return table_at(a->in->table, by)->type != COLUMN_REAL && c->n_values >= 2 &&
           c->n_values <= MOST_GROUPS && c->n_values * FEWEST_GROUP <= a->coded->n_rows;
}

/* The column that explains the numbers best; SIZE_MAX: none does. */
static int best_column(size_t *best, const struct audit_context *a, const struct numbers *x,
                       size_t col, struct err *err)
{
    double least = EXPLAINS * x->deviation;
    struct heap heaps[MOST_GROUPS + 1];

    *best = SIZE_MAX;
    for (size_t by = 0; by < a->coded->n_cols; by++) {
        const struct coded_column *c = &a->coded->columns[by];
        struct coded_groups g;
        if (by == col || !has_groups(a, by))
            continue;
        if (coded_groups(&g, c->code, c->n_values, x->n, err))
            return -1;
        double deviation = measure(heaps, x, &g, c->n_values);
        coded_groups_release(&g);
        if (deviation <= 0 || deviation > least)
            continue;
        least = deviation;
        *best = by;
    }
    return 0;
}

static int look_at(struct audit_context *a, struct numbers *x, size_t col, struct err *err)
{
    struct heap heaps[MOST_GROUPS + 1];
    struct coded_groups g;
    size_t by;

    if (!numbers_of(x, a, col))
        return 0;
    if (best_column(&by, a, x, col, err))
        return -1;
    if (by == SIZE_MAX)
        return 0;
    const struct coded_column *c = &a->coded->columns[by];
    if (coded_groups(&g, c->code, c->n_values, x->n, err))
        return -1;
    double deviation = measure(heaps, x, &g, c->n_values);
    for (uint32_t k = 1; k <= c->n_values; k++)
        if (heaps[k].n)
            bound(&heaps[k], x, &g, k, 0.5 * deviation);
    coded_groups_release(&g);
    add_finding(a, x, col, by, heaps);
    return 0;
}

static int find_in_groups(struct audit_context *a, struct err *err)
{
    struct numbers x = { .n = a->coded->n_rows };
    void *block;
    int rc = 0;

    if (mem_big(&block, 2 * x.n, sizeof(double), "numbers of a column", err))
        return -1;
    x.v = block;
    x.scratch = x.v + x.n;
    for (size_t j = 0; j < a->coded->n_cols && !rc; j++) {
        enum column_type type = table_at(a->in->table, j)->type;
        const struct coded_column *c = &a->coded->columns[j];
        bool measures = c->n_values > 10 && c->n_values * MOST_ALIKE >= x.n - c->count[0];
        if ((type == COLUMN_INT || type == COLUMN_REAL) && measures)
            rc = look_at(a, &x, j, err);
        if (!rc)
            rc = job_tick(a->job, j + 1, a->coded->n_cols, err);
    }
    mem_big_free(block);
    return rc;
}

const struct audit_kind audit_group = {
    .name = "group-outlier",
    .help = "numbers far from the others of their group",
    .weight = 0.6,
    .find = find_in_groups,
};
