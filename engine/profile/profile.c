#include "profile/profile.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "num/stats.h"
#include "profile/group.h"
#include "table/cell.h"

/* ---------------------------------------------------------------- values */

static size_t count_of(const struct group *groups, size_t n, const struct column *c, bool value)
{
    for (size_t k = 0; k < n; k++)
        if (column_bool(c, groups[k].row) == value)
            return groups[k].count;
    return 0;
}

static void describe_bools(struct profile_column *p, const struct group *groups, size_t n,
                           const struct column *c)
{
    if (p->count == 0)
        return;
    p->n_bins = 2;
    p->bins[0] = count_of(groups, n, c, false);
    p->bins[1] = count_of(groups, n, c, true);
    p->bin_high = 1;
    p->mean = (double)p->bins[1] / (double)p->count;
}

/* The PROFILE_BINS largest counts, falling, by insertion. */
static void describe_words(struct profile_column *p, const struct group *groups, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t count = groups[k].count;
        for (size_t b = 0; b < p->n_bins; b++) {
            if (count <= p->bins[b])
                continue;
            size_t smaller = p->bins[b];
            p->bins[b] = count;
            count = smaller;
        }
        if (p->n_bins < PROFILE_BINS)
            p->bins[p->n_bins++] = count;
    }
    p->bin_high = (double)p->n_bins;
}

static int describe_values(struct profile_column *p, const struct column *c, struct err *err)
{
    struct group *groups;
    size_t n;

    if (column_groups(&groups, &n, c, NULL, 0, err))
        return -1;
    const struct group *top = group_top(groups, n);
    p->distinct = n;
    if (top) {
        p->top_row = top->row;
        p->top_count = top->count;
    }
    if (p->type == COLUMN_BOOL)
        describe_bools(p, groups, n, c);
    else if (column_is_text(c))
        describe_words(p, groups, n);
    mem_big_free(groups);
    return 0;
}

/* ---------------------------------------------------------------- numbers */

static bool has_order(enum column_type type) /* quantiles make sense */
{
    return type == COLUMN_INT || type == COLUMN_REAL || type == COLUMN_DATE ||
           type == COLUMN_TIMESTAMP;
}

/* Values that are present and no NaN, in row order; mem_big_free. */
static int present_values(double **out, size_t *n, struct profile_column *p, const struct column *c,
                          struct err *err)
{
    void *block;

    if (mem_big(&block, c->n_rows, sizeof(double), "the values of a column", err))
        return -1;
    double *v = block;
    *n = 0;
    for (size_t i = 0; i < c->n_rows; i++) {
        if (column_missing(c, i))
            continue;
        double x = c->type == COLUMN_REAL ? column_reals(c)[i] : column_number(c, i);
        if (!isnan(x))
            v[(*n)++] = x;
        else if (p->n_nan++ == 0)
            p->top_row = i; /* should NaN be the most frequent */
    }
    *out = v;
    return 0;
}

/* Distinct values and the most frequent one from runs of equal values, v ascending; its row is the
 * first that has it.  Much faster than a hash table when nearly all values differ. */
static void count_runs(struct profile_column *p, const double *v, size_t n, const struct column *c)
{
    double top = NAN;

    for (size_t i = 0, start = 0; i < n; i++) {
        if (i + 1 < n && v[i + 1] == v[i])
            continue;
        p->distinct++;
        if (i + 1 - start > p->top_count) {
            p->top_count = i + 1 - start;
            top = v[i];
        }
        start = i + 1;
    }
    p->distinct += p->n_nan > 0;
    if (p->n_nan > p->top_count) {
        p->top_count = p->n_nan;
        return;
    }
    for (size_t i = 0; i < c->n_rows && p->top_count > 0; i++) {
        p->top_row = i;
        if (!column_missing(c, i) && column_number(c, i) == top)
            break;
    }
}

static void count_bins(struct profile_column *p, const double *v, size_t n)
{
    double low = v[0], high = v[n - 1];

    while (n > 0 && isinf(low)) { /* at most two kinds of them, at the ends */
        v++;
        n--;
        low = n > 0 ? v[0] : 0;
    }
    while (n > 0 && isinf(high)) {
        n--;
        high = n > 0 ? v[n - 1] : 0;
    }
    if (n == 0)
        return;
    bool whole = p->type == COLUMN_INT || p->type == COLUMN_DATE;
    p->n_bins = PROFILE_BINS;
    if (low == high)
        p->n_bins = 1;
    else if (whole && high - low < PROFILE_BINS)
        p->n_bins = (size_t)(high - low) + 1;
    p->bin_low = low;
    p->bin_high = high;
    /* Halves first: the range itself may overflow. */
    double range = high / 2 - low / 2;
    bool each = whole && p->n_bins < PROFILE_BINS;
    for (size_t i = 0; i < n; i++) {
        double place = each ? v[i] - low : (v[i] / 2 - low / 2) / range * (double)p->n_bins;
        size_t bin = range > 0 || each ? (size_t)place : 0;
        p->bins[bin < p->n_bins ? bin : p->n_bins - 1]++;
    }
}

/* Beyond 2^53 neighbouring ints are one double: count them as what they are. */
static bool doubles_tell_apart(const struct column *c, const double *v, size_t n)
{
    return c->type == COLUMN_REAL || n == 0 || (v[0] > -0x1p53 && v[n - 1] < 0x1p53);
}

static void describe_sorted(struct profile_column *p, const double *v, size_t n)
{
    p->min = v[0];
    p->q25 = stats_quantile_sorted(v, n, 0.25);
    p->median = stats_quantile_sorted(v, n, 0.5);
    p->q75 = stats_quantile_sorted(v, n, 0.75);
    p->max = v[n - 1];
    count_bins(p, v, n);
}

static int describe_numbers(struct profile_column *p, const struct column *c, struct err *err)
{
    double *v;
    size_t n;
    int rc = 0;

    if (present_values(&v, &n, p, c, err))
        return -1;
    if (n > 0 && (p->type == COLUMN_INT || p->type == COLUMN_REAL)) {
        p->mean = stats_mean(v, n);
        if (n > 1)
            p->std = sqrt(stats_variance(v, n, 1));
    }
    stats_sort(v, n);
    if (n > 0)
        describe_sorted(p, v, n);
    if (doubles_tell_apart(c, v, n))
        count_runs(p, v, n, c);
    else
        rc = describe_values(p, c, err);
    mem_big_free(v);
    return rc;
}

/* ---------------------------------------------------------------- columns and tables */

int profile_column(struct profile_column *out, const struct column *c, struct err *err)
{
    struct profile_column p = {
        .type = c->type,
        .count = c->n_rows - c->n_missing,
        .missing = c->n_missing,
        .mean = NAN,
        .std = NAN,
        .min = NAN,
        .q25 = NAN,
        .median = NAN,
        .q75 = NAN,
        .max = NAN,
    };

    if (has_order(c->type) ? describe_numbers(&p, c, err) : describe_values(&p, c, err))
        return -1;
    *out = p;
    return 0;
}

int profile_table(struct profile *out, const struct table *t, struct job *job, struct err *err)
{
    struct profile p = { .n_rows = t->n_rows, .n_cols = t->n_cols };

    arena_init(&p.arena);
    p.columns = ARENA_NEW(&p.arena, struct profile_column, t->n_cols);
    for (size_t j = 0; j < t->n_cols; j++) {
        if (profile_column(&p.columns[j], table_at(t, j), err) ||
            job_tick(job, j + 1, t->n_cols, err)) {
            arena_release(&p.arena);
            return -1;
        }
        p.columns[j].name = arena_strdup(&p.arena, table_name(t, j));
    }
    *out = p;
    return 0;
}

void profile_release(struct profile *p)
{
    arena_release(&p->arena);
    *p = (struct profile){ 0 };
}

static void show_time(struct str *out, enum column_type type, double value, int digits)
{
    struct column *cell;

    if (column_new(&cell, type, 1, NULL, NULL))
        return;
    if (type == COLUMN_DATE)
        column_codes_mut(cell)[0] = (int32_t)floor(value);
    else
        column_ints_mut(cell)[0] = (int64_t)value;
    column_seal(cell);
    cell_show(out, cell, 0, digits, "");
    column_unref(cell);
}

void profile_show(struct str *out, const struct profile_column *p, double value, int digits)
{
    char buf[TEXT_REAL_SIZE];

    if (isnan(value))
        return;
    if (p->type == COLUMN_DATE || p->type == COLUMN_TIMESTAMP)
        show_time(out, p->type, value, digits);
    else
        str_add(out, text_real_short(buf, value, digits));
}
