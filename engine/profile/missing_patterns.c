#include "profile/missing_patterns.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "num/radix.h"

struct marking {
    const struct table *table;
    struct radix_pair *rows; /* (n_rows) key: of the columns that are missing, value: the row */
};

/* Each column has a word of its own; those of the missing ones are put together by exclusive or. */
static void mark_column(struct radix_pair *rows, const struct column *c, uint64_t word,
                        size_t begin, size_t end)
{
    const uint8_t *valid = c->valid->data;

    for (size_t i = begin; i < end; i++) {
        if (i % 8 == 0 && i + 8 <= end && valid[i / 8] == 0xff)
            i += 7; /* eight that are there */
        else if (!bit_get(valid, i))
            rows[i].key ^= word;
    }
}

static void mark_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct marking *m = ctx;

    (void)chunk;
    for (size_t i = begin; i < end; i++)
        m->rows[i] = (struct radix_pair){ .value = i };
    for (size_t j = 0; j < m->table->n_cols; j++)
        if (table_at(m->table, j)->n_missing)
            mark_column(m->rows, table_at(m->table, j), hash_mix(j + 1, 0x6d697373), begin, end);
}

static int by_count(const void *a, const void *b)
{
    const struct missing_pattern *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Runs of equal keys; rows within them ascend, since the sort keeps their order. */
static int collect(struct missing_patterns *out, const struct radix_pair *rows, size_t n,
                   struct err *err)
{
    size_t distinct = 0;
    void *items;

    for (size_t i = 0; i < n; i++)
        distinct += i == 0 || rows[i].key != rows[i - 1].key;
    if (mem_big(&items, distinct, sizeof(struct missing_pattern), "patterns of missing cells", err))
        return -1;
    *out = (struct missing_patterns){ .items = items };
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || rows[i].key != rows[i - 1].key)
            out->items[out->n++] = (struct missing_pattern){ .row = rows[i].value };
        out->items[out->n - 1].count++;
    }
    qsort(out->items, out->n, sizeof(*out->items), by_count);
    return 0;
}

int missing_patterns_of(struct missing_patterns *out, const struct table *t, struct job *job,
                        struct err *err)
{
    struct marking m = { .table = t };
    void *rows;

    if (mem_big(&rows, t->n_rows, 2 * sizeof(struct radix_pair), "patterns of missing cells", err))
        return -1;
    m.rows = rows;
    parallel_for(t->n_rows, PARALLEL_CHUNK, mark_rows, &m);
    int rc = job_tick(job, 1, 2, err);
    if (!rc) {
        radix_sort_pairs(m.rows, m.rows + t->n_rows, t->n_rows);
        rc = collect(out, m.rows, t->n_rows, err);
    }
    mem_big_free(rows);
    return rc;
}

void missing_patterns_release(struct missing_patterns *p)
{
    mem_big_free(p->items);
    *p = (struct missing_patterns){ 0 };
}
