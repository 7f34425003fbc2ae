#include "profile/crosstab.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "num/radix.h"
#include "num/stats.h"
#include "profile/group.h"

#define MOST_COMBINATIONS 1000000

/* ---------------------------------------------------------------- one column */

static size_t first_missing(const struct column *c)
{
    size_t i = 0;

    while (!column_missing(c, i))
        i++;
    return i;
}

/* The column's values, and its places into the keys of the rows. */
static int add_column(struct crosstab *out, struct cross_column *x, uint64_t *keys,
                      uint32_t *places, struct err *err)
{
    const struct column *c = x->column;
    struct group *groups;
    size_t n;

    if (column_places(places, &groups, &n, c, NULL, 0, err))
        return -1;
    x->n = n + (c->n_missing > 0);
    x->values = ARENA_NEW(&out->arena, struct cross_value, x->n);
    for (size_t k = 0; k < n; k++)
        x->values[k] = (struct cross_value){ .row = groups[k].row, .count = groups[k].count };
    mem_big_free(groups);
    if (c->n_missing > 0)
        x->values[n] =
            (struct cross_value){ .row = first_missing(c), .count = c->n_missing, .missing = true };
    for (size_t i = 0; i < c->n_rows; i++)
        keys[i] = keys[i] * x->n + (places[i] == PLACE_MISSING ? n : places[i]);
    return 0;
}

/* Keys of all combinations must fit. */
static int check_size(const struct crosstab *out, size_t n, double *product, struct err *err)
{
    *product *= (double)out->columns[n].n;
    return *product < 0x1p63 ? 0
                             : err_set(err, ERR_DOMAIN,
                                       "these columns have too many values together; choose fewer");
}

/* ---------------------------------------------------------------- combinations */

static void split_key(uint32_t *places, const struct crosstab *c, uint64_t key)
{
    for (size_t k = c->n_columns; k-- > 0;) {
        places[k] = (uint32_t)(key % c->columns[k].n);
        key /= c->columns[k].n;
    }
}

static int collect(struct crosstab *out, const uint64_t *keys, size_t n, struct err *err)
{
    size_t distinct = 0;

    for (size_t i = 0; i < n; i++)
        distinct += i == 0 || keys[i] != keys[i - 1];
    if (distinct > MOST_COMBINATIONS)
        return err_set(err, ERR_DOMAIN,
                       "%zu different combinations are too many (at most %d); choose columns with "
                       "fewer values",
                       distinct, MOST_COMBINATIONS);
    out->items = ARENA_NEW(&out->arena, struct combination, distinct);
    uint32_t *places = ARENA_NEW(&out->arena, uint32_t, distinct * out->n_columns);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || keys[i] != keys[i - 1]) {
            struct combination *item = &out->items[out->n];
            split_key(places + out->n * out->n_columns, out, keys[i]);
            item->places = places + out->n++ * out->n_columns;
        }
        out->items[out->n - 1].count++;
    }
    return 0;
}

/* ---------------------------------------------------------------- dependence */

static bool is_whole(const struct crosstab *c, const struct combination *item)
{
    return !c->columns[0].values[item->places[0]].missing &&
           !c->columns[1].values[item->places[1]].missing;
}

/* Cells that no row is in count too: together they add what is wanted of them. */
static void find_dependence(struct crosstab *out)
{
    size_t k = out->columns[0].n, m = out->columns[1].n, k_used = 0, m_used = 0;
    double *row = MEM_NEW(double, k), *col = MEM_NEW(double, m), n = 0, chi2 = 0, wanted = 0;

    for (size_t i = 0; i < out->n; i++) {
        const struct combination *item = &out->items[i];
        if (!is_whole(out, item))
            continue;
        row[item->places[0]] += (double)item->count;
        col[item->places[1]] += (double)item->count;
        n += (double)item->count;
    }
    for (size_t i = 0; i < out->n; i++) {
        const struct combination *item = &out->items[i];
        if (!is_whole(out, item))
            continue;
        double want = row[item->places[0]] * col[item->places[1]] / n;
        double off = (double)item->count - want;
        chi2 += off * off / want;
        wanted += want;
    }
    for (size_t i = 0; i < k; i++)
        k_used += row[i] > 0;
    for (size_t j = 0; j < m; j++)
        m_used += col[j] > 0;
    if (k_used > 1 && m_used > 1) {
        out->chi2 = chi2 + fmax(0, n - wanted);
        out->df = (k_used - 1) * (m_used - 1);
        out->chi2_p = dist_chisq_upper(out->chi2, (double)out->df);
        out->cramers_v = sqrt(out->chi2 / n / (double)((k_used < m_used ? k_used : m_used) - 1));
    }
    mem_free(row);
    mem_free(col);
}

/* ---------------------------------------------------------------- the whole */

static int count(struct crosstab *out, uint64_t *keys, uint64_t *spare, struct job *job,
                 struct err *err)
{
    double product = 1;

    memset(keys, 0, out->n_rows * sizeof(*keys));
    for (size_t k = 0; k < out->n_columns; k++) {
        if (add_column(out, &out->columns[k], keys, (uint32_t *)spare, err) ||
            check_size(out, k, &product, err) || job_tick(job, k + 1, out->n_columns + 1, err))
            return -1;
    }
    radix_sort(keys, spare, out->n_rows);
    if (collect(out, keys, out->n_rows, err))
        return -1;
    if (out->n_columns == 2)
        find_dependence(out);
    return 0;
}

int crosstab_of(struct crosstab *out, const struct column *const *columns, size_t n_columns,
                struct job *job, struct err *err)
{
    struct crosstab c = { .n_columns = n_columns,
                          .n_rows = columns[0]->n_rows,
                          .chi2 = NAN,
                          .chi2_p = NAN,
                          .cramers_v = NAN };
    void *keys;

    if (mem_big(&keys, c.n_rows, 2 * sizeof(uint64_t), "combinations of values", err))
        return -1;
    arena_init(&c.arena);
    c.columns = ARENA_NEW(&c.arena, struct cross_column, n_columns);
    for (size_t k = 0; k < n_columns; k++)
        c.columns[k].column = columns[k];
    int rc = count(&c, keys, (uint64_t *)keys + c.n_rows, job, err);
    mem_big_free(keys);
    if (rc)
        crosstab_release(&c);
    else
        *out = c;
    return rc;
}

void crosstab_release(struct crosstab *c)
{
    arena_release(&c->arena);
    *c = (struct crosstab){ 0 };
}
