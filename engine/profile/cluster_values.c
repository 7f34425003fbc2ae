/* cluster_values.c - the different texts of some columns, most frequent first. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "profile/cluster_parts.h"

#define ROWS_PER_TICK 65536
#define WHAT          "the different values"

/* Open addressing, at most half full. */
struct counting {
    struct cluster_member *items; /* (n) in order of appearance */
    size_t n, cap;
    uint32_t *slots; /* (n_slots) index + 1, 0: free */
    size_t n_slots;
};

static uint32_t *find_slot(const struct counting *c, struct span text)
{
    size_t mask = c->n_slots - 1, at = hash_bytes(text.at, text.len) & mask;

    while (c->slots[at] && !span_eq(c->items[c->slots[at] - 1].value, text))
        at = (at + 1) & mask;
    return &c->slots[at];
}

static int grow(struct counting *c, struct err *err)
{
    size_t n = c->n_slots ? 2 * c->n_slots : 1024;
    void *items = c->items, *slots;

    if (mem_big(&slots, n, sizeof(uint32_t), WHAT, err))
        return -1;
    int rc = c->items ? mem_big_grow(&items, c->n * sizeof(*c->items), n / 2, sizeof(*c->items),
                                     WHAT, err)
                      : mem_big(&items, n / 2, sizeof(*c->items), WHAT, err);
    if (rc) {
        mem_big_free(slots);
        return -1;
    }
    mem_big_free(c->slots);
    c->items = items;
    c->slots = slots;
    c->n_slots = n;
    c->cap = n / 2;
    for (size_t i = 0; i < n; i++)
        c->slots[i] = 0;
    for (size_t k = 0; k < c->n; k++)
        *find_slot(c, c->items[k].value) = (uint32_t)k + 1;
    return 0;
}

static int count(struct counting *c, struct span text, size_t times, struct err *err)
{
    if (c->n == c->cap && grow(c, err))
        return -1;
    uint32_t *slot = find_slot(c, text);
    if (*slot) {
        c->items[*slot - 1].count += times;
        return 0;
    }
    c->items[c->n++] = (struct cluster_member){ text, times };
    *slot = (uint32_t)c->n;
    return 0;
}

static int count_texts(struct counting *c, const struct column *column, struct job *job,
                       struct err *err)
{
    for (size_t i = 0; i < column->n_rows; i++) {
        if (!column_missing(column, i) && count(c, column_text(column, i), 1, err))
            return -1;
        if (i % ROWS_PER_TICK == 0 && job_tick(job, i, column->n_rows, err))
            return -1;
    }
    return 0;
}

/* Each level once, however many rows there are. */
static int count_levels(struct counting *c, const struct column *column, struct err *err)
{
    size_t n = column->levels->n_rows;
    void *block;
    int rc = 0;

    if (mem_big(&block, n, sizeof(size_t), WHAT, err))
        return -1;
    size_t *times = block;
    for (size_t k = 0; k < n; k++)
        times[k] = 0;
    for (size_t i = 0; i < column->n_rows; i++)
        if (!column_missing(column, i))
            times[column_codes(column)[i]]++;
    for (size_t k = 0; k < n && !rc; k++)
        if (times[k])
            rc = count(c, column_text(column->levels, k), times[k], err);
    mem_big_free(block);
    return rc;
}

static int by_count(const void *a, const void *b)
{
    const struct cluster_member *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return span_compare(x->value, y->value);
}

int cluster_values(struct values *out, const struct column *const *columns, size_t n_columns,
                   struct job *job, struct err *err)
{
    struct counting c = { 0 };
    int rc = grow(&c, err);

    for (size_t j = 0; j < n_columns && !rc; j++)
        rc = columns[j]->type == COLUMN_TEXT ? count_texts(&c, columns[j], job, err)
                                             : count_levels(&c, columns[j], err);
    mem_big_free(c.slots);
    if (rc) {
        mem_big_free(c.items);
        return -1;
    }
    qsort(c.items, c.n, sizeof(*c.items), by_count);
    *out = (struct values){ c.items, c.n };
    return 0;
}

void cluster_values_release(struct values *v)
{
    mem_big_free(v->items);
    *v = (struct values){ 0 };
}
