/* association_pair.c - the figures of two columns. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "num/stats.h"
#include "profile/association_parts.h"

/* ---------------------------------------------------------------- numbers */

static double correlation_p(double r, size_t n)
{
    double df = (double)n - 2;

    if (isnan(r) || n < 3)
        return NAN;
    if (fabs(r) >= 1)
        return 0;
    return 2 * dist_t_cdf(-fabs(r) * sqrt(df / ((1 - r) * (1 + r))), df);
}

void associate_p_values(struct association *a)
{
    a->pearson_p = correlation_p(a->pearson, a->n);
    a->spearman_p = correlation_p(a->spearman, a->n);
}

static bool both_there(const struct variable *a, const struct variable *b, size_t i)
{
    return a->codes[i] != ABSENT && b->codes[i] != ABSENT;
}

/* r of x and y over rows where both are there: means first, then centred sums. */
static double pair_correlation(const double *x, const double *y, const struct variable *a,
                               const struct variable *b, size_t n, size_t n_both)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;

    for (size_t i = 0; i < n; i++) {
        if (!both_there(a, b, i))
            continue;
        mx += x[i];
        my += y[i];
    }
    mx /= (double)n_both;
    my /= (double)n_both;
    for (size_t i = 0; i < n; i++) {
        if (!both_there(a, b, i))
            continue;
        double dx = x[i] - mx, dy = y[i] - my;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    double r = xy / sqrt(xx) / sqrt(yy);
    return isfinite(r) ? fmax(-1, fmin(1, r)) : NAN;
}

/* Average ranks of a's distinct values among the rows that b has too, centred; returns the sum of
 * their squares over these rows. */
static double pair_ranks(double *ranks, uint32_t *counts, const struct variable *a,
                         const struct variable *b, size_t n, size_t n_both)
{
    double squares = 0, before = 0, middle = ((double)n_both - 1) / 2;

    memset(counts, 0, a->n_distinct * sizeof(*counts));
    for (size_t i = 0; i < n; i++)
        if (both_there(a, b, i))
            counts[a->dense[i]]++;
    for (size_t k = 0; k < a->n_distinct; k++) {
        double count = counts[k];
        ranks[k] = before + (count - 1) / 2 - middle;
        squares += count * ranks[k] * ranks[k];
        before += count;
    }
    return squares;
}

static double pair_spearman(const double *ranks_a, const double *ranks_b, double squares,
                            const struct variable *a, const struct variable *b, size_t n)
{
    double products = 0;

    for (size_t i = 0; i < n; i++)
        if (both_there(a, b, i))
            products += ranks_a[a->dense[i]] * ranks_b[b->dense[i]];
    double rho = products / squares;
    return isfinite(rho) ? fmax(-1, fmin(1, rho)) : NAN;
}

/* Rows that both have; the room is large enough for what each of two figures needs. */
static void pair_kendall(struct association *out, uint64_t *room, const struct variable *a,
                         const struct variable *b, size_t n)
{
    uint32_t *x = (uint32_t *)(room + 3 * n), *y = x + n;
    size_t m = 0;

    for (size_t i = 0; i < n; i++) {
        if (!both_there(a, b, i))
            continue;
        x[m] = a->dense[i];
        y[m++] = b->dense[i];
    }
    kendall_tau(&out->kendall, &out->kendall_p, x, y, m, room);
}

static int pair_numbers(struct association *out, const struct ready *r, bool kendall,
                        struct err *err)
{
    const struct variable *a = &r->variables[out->a], *b = &r->variables[out->b];
    bool known = a->complete && b->complete; /* r and rho come from the products of all */
    void *room;

    if (out->n < 2 || a->constant || b->constant || (known && !kendall))
        return 0;
    if (mem_big(&room, 4 * r->n, sizeof(uint64_t), "ranks of two columns", err))
        return -1;
    if (!known) {
        double *ranks_a = room, *ranks_b = ranks_a + r->n;
        uint32_t *counts = (uint32_t *)(ranks_b + r->n);
        double sa = pair_ranks(ranks_a, counts, a, b, r->n, out->n);
        double sb = pair_ranks(ranks_b, counts, b, a, r->n, out->n);
        out->pearson = pair_correlation(a->values, b->values, a, b, r->n, out->n);
        out->spearman = pair_spearman(ranks_a, ranks_b, sqrt(sa) * sqrt(sb), a, b, r->n);
        associate_p_values(out);
    }
    if (kendall)
        pair_kendall(out, room, a, b, r->n);
    mem_big_free(room);
    return 0;
}

/* ---------------------------------------------------------------- a number by groups */

struct bundle {
    double sum;
    size_t n;
};

static int pair_mixed(struct association *out, const struct ready *r, struct err *err)
{
    const struct variable *a = &r->variables[out->a], *b = &r->variables[out->b];
    const struct variable *number = a->fit == ASSOCIATION_NUMBER ? a : b;
    const struct variable *groups = number == a ? b : a;
    double mean = 0, total = 0, between = 0;
    size_t k_used = 0;
    void *block;

    if (out->n < 2 || number->constant)
        return 0;
    if (mem_big(&block, groups->n_codes, sizeof(struct bundle), "groups of a column", err))
        return -1;
    struct bundle *bundle = block;
    memset(bundle, 0, groups->n_codes * sizeof(*bundle));
    for (size_t i = 0; i < r->n; i++)
        mean += both_there(a, b, i) ? number->values[i] : 0;
    mean /= (double)out->n;
    for (size_t i = 0; i < r->n; i++) {
        if (!both_there(a, b, i))
            continue;
        double d = number->values[i] - mean;
        bundle[groups->codes[i]].sum += d;
        bundle[groups->codes[i]].n++;
        total += d * d;
    }
    for (size_t k = 0; k < groups->n_codes; k++) {
        if (!bundle[k].n)
            continue;
        between += bundle[k].sum * bundle[k].sum / (double)bundle[k].n;
        k_used++;
    }
    mem_big_free(block);
    double share = fmin(1, between / total), df = (double)(out->n - k_used);
    out->eta = sqrt(share);
    if (k_used > 1 && out->n > k_used && share < 1)
        out->eta_p = dist_f_upper(share / (1 - share) * df / (double)(k_used - 1),
                                  (double)(k_used - 1), df);
    else if (k_used > 1 && share >= 1)
        out->eta_p = 0;
    return 0;
}

/* ---------------------------------------------------------------- counts */

struct counts {
    size_t rows, cols, rows_used, cols_used;
    uint32_t *cell; /* (rows, cols) */
    uint64_t *row, *col;
};

static int count_pairs(struct counts *c, void **block, const struct ready *r,
                       const struct variable *a, const struct variable *b, struct err *err)
{
    *c = (struct counts){ .rows = a->n_codes, .cols = b->n_codes };
    size_t bytes = (c->rows + c->cols) * sizeof(uint64_t) + c->rows * c->cols * sizeof(uint32_t);
    if (mem_big(block, bytes, 1, "a cross table", err))
        return -1;
    memset(*block, 0, bytes);
    c->row = *block;
    c->col = c->row + c->rows;
    c->cell = (uint32_t *)(c->col + c->cols);
    for (size_t i = 0; i < r->n; i++)
        if (both_there(a, b, i))
            c->cell[a->codes[i] * c->cols + b->codes[i]]++;
    for (size_t i = 0; i < c->rows; i++) {
        for (size_t j = 0; j < c->cols; j++) {
            c->row[i] += c->cell[i * c->cols + j];
            c->col[j] += c->cell[i * c->cols + j];
        }
    }
    for (size_t i = 0; i < c->rows; i++)
        c->rows_used += c->row[i] > 0;
    for (size_t j = 0; j < c->cols; j++)
        c->cols_used += c->col[j] > 0;
    return 0;
}

static void read_counts(struct association *out, const struct counts *c)
{
    double n = (double)out->n, chi2 = 0, mutual = 0;

    for (size_t i = 0; i < c->rows; i++) {
        for (size_t j = 0; c->row[i] && j < c->cols; j++) {
            double want = (double)c->row[i] * (double)c->col[j] / n;
            double here = c->cell[i * c->cols + j];
            if (c->col[j])
                chi2 += (here - want) * (here - want) / want;
            if (here > 0)
                mutual += here / n * log(here / want);
        }
    }
    out->mutual = fmax(0, mutual);
    if (out->kind != ASSOCIATION_CATEGORIES || c->rows_used < 2 || c->cols_used < 2)
        return;
    double k = (double)c->rows_used, m = (double)c->cols_used, df = (k - 1) * (m - 1);
    out->chi2 = chi2;
    out->chi2_p = dist_chisq_upper(chi2, df);
    out->cramers_v = sqrt(chi2 / n / fmin(k - 1, m - 1));
    /* Source: Bergsma 2013, "A bias-correction for Cramér's V and Tschuprow's T". */
    double phi2 = fmax(0, chi2 / n - df / (n - 1));
    double kc = k - (k - 1) * (k - 1) / (n - 1), mc = m - (m - 1) * (m - 1) / (n - 1);
    out->cramers_v_corrected = fmin(kc, mc) > 1 ? sqrt(phi2 / (fmin(kc, mc) - 1)) : NAN;
}

int associate_pair(struct association *out, const struct ready *r, bool kendall, struct err *err)
{
    const struct variable *a = &r->variables[out->a], *b = &r->variables[out->b];
    struct counts counts;
    void *block;

    for (size_t i = 0; i < r->n; i++)
        out->n += both_there(a, b, i);
    if (out->kind == ASSOCIATION_NUMBERS && pair_numbers(out, r, kendall, err))
        return -1;
    if (out->kind == ASSOCIATION_MIXED && pair_mixed(out, r, err))
        return -1;
    if (out->n == 0)
        return 0;
    if (count_pairs(&counts, &block, r, a, b, err))
        return -1;
    read_counts(out, &counts);
    mem_big_free(block);
    return 0;
}
