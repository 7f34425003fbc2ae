/* association_prepare.c - columns made ready for pairs: values of norm 1, ranks, codes. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "num/radix.h"
#include "num/stats.h"
#include "profile/association_parts.h"
#include "profile/group.h"

struct preparing {
    const struct table *table;
    const struct association_request *q;
    struct ready *ready;
    struct err *errs; /* by variable */
    int *failed;
};

static size_t row_at(const struct preparing *p, size_t i)
{
    return p->q->rows ? p->q->rows[i] : i;
}

/* ---------------------------------------------------------------- numbers */

/* To mean 0 and norm 1 over what is there; by the largest first, so that squares do not overflow. */
static bool normalise(double *v, size_t n)
{
    double largest = 0, sum = 0, squares = 0, lost = 0;
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs(v[i])); /* passes over NAN */
        count += isnan(v[i]) ? 0 : 1;
    }
    if (count < 2 || largest == 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        double part = isnan(v[i]) ? 0 : v[i] / largest, next = sum + part;
        lost += fabs(sum) >= fabs(part) ? (sum - next) + part : (part - next) + sum;
        sum = next;
    }
    double mean = (sum + lost) / (double)count;
    for (size_t i = 0; i < n; i++) {
        v[i] = v[i] / largest - mean;
        squares += isnan(v[i]) ? 0 : v[i] * v[i];
    }
    double norm = sqrt(squares);
    if (!(norm > 1e-14 * fabs(mean) * sqrt((double)count)))
        return false; /* all equal but for rounding */
    for (size_t i = 0; i < n; i++)
        v[i] /= norm;
    return true;
}

/* Rows that have a value, in its order. */
static void order_rows(struct variable *v, size_t n, struct radix_pair *pairs,
                       struct radix_pair *spare)
{
    for (size_t i = 0; i < n; i++)
        if (!isnan(v->values[i]))
            pairs[v->n_present++] =
                (struct radix_pair){ .key = radix_key_of_real(v->values[i] + 0.0), .value = i };
    radix_sort_pairs(pairs, spare, v->n_present);
}

static size_t n_bins(size_t n)
{
    size_t bins = (size_t)sqrt((double)n / 5);

    return bins < 2 ? 2 : bins > 32 ? 32 : bins;
}

/* Average ranks of equal values: to ranks (when complete) and to bins of equal frequency. */
static void rank_rows(struct variable *v, const struct radix_pair *pairs)
{
    size_t m = v->n_present, bins = n_bins(m);

    for (size_t i = 0, start = 0; i < m; i++) {
        if (i + 1 < m && pairs[i + 1].key == pairs[i].key)
            continue;
        double rank = (double)(start + i) / 2; /* from 0 */
        size_t bin = (size_t)((rank + 0.5) * (double)bins / (double)m);
        for (size_t k = start; k <= i; k++) {
            v->codes[pairs[k].value] = (uint16_t)(bin < bins ? bin : bins - 1);
            v->dense[pairs[k].value] = (uint32_t)v->n_distinct;
            if (v->ranks)
                v->ranks[pairs[k].value] = rank;
        }
        v->n_distinct++;
        start = i + 1;
    }
    v->n_codes = bins;
}

static int prepare_number(struct variable *v, const struct preparing *p, const struct column *c,
                          struct err *err)
{
    size_t n = p->ready->n;
    void *work;

    if (mem_big(&work, 2 * n, sizeof(struct radix_pair), "the ranks of a column", err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        size_t row = row_at(p, i);
        double value = column_missing(c, row) ? NAN : column_number(c, row);
        v->values[i] = isfinite(value) ? value : NAN;
        v->codes[i] = ABSENT;
    }
    order_rows(v, n, work, (struct radix_pair *)work + n);
    rank_rows(v, work);
    v->constant = !normalise(v->values, n);
    if (v->ranks && !v->constant)
        normalise(v->ranks, n);
    mem_big_free(work);
    return 0;
}

/* ---------------------------------------------------------------- categories */

/* Are there too many values for kinds?  Told before they are put in order. */
static int count_levels(size_t *n, const struct preparing *p, const struct column *c,
                        struct err *err)
{
    struct group *groups;

    if (column_groups_unsorted(&groups, n, c, p->q->rows, p->ready->n, err))
        return -1;
    mem_big_free(groups);
    return 0;
}

/* The code is the place among the values. */
static int prepare_category(struct variable *v, const struct preparing *p, const struct column *c,
                            struct err *err)
{
    struct group *groups;
    void *places;

    if (count_levels(&v->n_codes, p, c, err))
        return -1;
    if (v->n_codes > ASSOCIATION_MOST_LEVELS) {
        v->fit = ASSOCIATION_LEFT_OUT;
        return 0;
    }
    if (mem_big(&places, p->ready->n, sizeof(uint32_t), "codes of a column", err))
        return -1;
    int rc = column_places(places, &groups, &v->n_codes, c, p->q->rows, p->ready->n, err);
    if (!rc)
        mem_big_free(groups);
    for (size_t i = 0; !rc && i < p->ready->n; i++)
        v->codes[i] = (uint16_t)((uint32_t *)places)[i]; /* PLACE_MISSING becomes ABSENT */
    mem_big_free(places);
    return rc;
}

/* ---------------------------------------------------------------- all columns */

static bool is_category(const struct association_request *q, size_t k, const struct column *c)
{
    return column_is_text(c) || c->type == COLUMN_BOOL || (k == q->target && q->target_is_category);
}

/* Is there a finite number in every row asked for? */
static bool is_complete(const struct preparing *p, const struct column *c)
{
    if (!c->n_missing && c->type != COLUMN_REAL)
        return true;
    for (size_t i = 0; i < p->ready->n; i++) {
        size_t row = row_at(p, i);
        if (column_missing(c, row) || !isfinite(column_number(c, row)))
            return false;
    }
    return true;
}

static const struct column *column_of(const struct preparing *p, size_t k)
{
    return table_at(p->table, p->q->columns[k]);
}

/* Which columns are numbers, and room for them: complete ones first. */
static int lay_out(struct preparing *p, struct err *err)
{
    struct ready *r = p->ready;
    size_t n_numbers = 0, next;

    for (size_t k = 0; k < r->n_variables; k++) {
        struct variable *v = &r->variables[k];
        bool category = is_category(p->q, k, column_of(p, k));
        v->fit = category ? ASSOCIATION_CATEGORY : ASSOCIATION_NUMBER;
        v->complete = !category && is_complete(p, column_of(p, k));
        n_numbers += !category;
        r->place[k] = v->complete ? r->n_complete++ : SIZE_MAX;
    }
    if (mem_big(&r->codes, r->n_variables * r->n, sizeof(uint16_t), "codes of columns", err) ||
        mem_big(&r->places, n_numbers * r->n, sizeof(uint32_t), "the ranks of columns", err) ||
        matrix_new(&r->values, r->n, n_numbers, "the values of columns", err) ||
        matrix_new(&r->ranks, r->n, r->n_complete, "the ranks of columns", err))
        return -1;
    next = r->n_complete;
    for (size_t k = 0, number = 0; k < r->n_variables; k++) {
        struct variable *v = &r->variables[k];
        v->codes = (uint16_t *)r->codes + k * r->n;
        if (v->fit != ASSOCIATION_NUMBER)
            continue;
        v->values = matrix_col(&r->values, v->complete ? r->place[k] : next++);
        v->ranks = v->complete ? matrix_col(&r->ranks, r->place[k]) : NULL;
        v->dense = (uint32_t *)r->places + number++ * r->n;
    }
    return 0;
}

static void prepare_one(void *ctx, size_t begin, size_t end, size_t k)
{
    struct preparing *p = ctx;
    struct variable *v = &p->ready->variables[k];

    (void)begin;
    (void)end;
    p->failed[k] = v->fit == ASSOCIATION_NUMBER
                       ? prepare_number(v, p, column_of(p, k), &p->errs[k])
                       : prepare_category(v, p, column_of(p, k), &p->errs[k]);
}

int associate_prepare(struct ready *out, const struct table *t, const struct association_request *q,
                      struct job *job, struct err *err)
{
    struct preparing p = { .table = t, .q = q, .ready = out };

    *out = (struct ready){ .n = q->rows ? q->n_rows : t->n_rows, .n_variables = q->n_columns };
    arena_init(&out->arena);
    out->variables = ARENA_NEW(&out->arena, struct variable, q->n_columns);
    out->place = ARENA_NEW(&out->arena, size_t, q->n_columns);
    p.errs = ARENA_NEW(&out->arena, struct err, q->n_columns);
    p.failed = ARENA_NEW(&out->arena, int, q->n_columns);
    int rc = lay_out(&p, err);
    if (!rc)
        parallel_for(q->n_columns, 1, prepare_one, &p);
    for (size_t k = 0; k < q->n_columns && !rc; k++) {
        rc = p.failed[k];
        if (rc && err)
            *err = p.errs[k];
    }
    if (!rc)
        rc = job_tick(job, 1, 2, err);
    if (rc)
        ready_release(out);
    return rc;
}

void ready_release(struct ready *r)
{
    matrix_release(&r->values);
    matrix_release(&r->ranks);
    mem_big_free(r->codes);
    mem_big_free(r->places);
    arena_release(&r->arena);
    *r = (struct ready){ 0 };
}
