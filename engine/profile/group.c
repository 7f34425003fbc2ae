/* Few codes are counted in an array.  Else a hash table with open addressing: `slot` holds a group's
 * number + 1, 0 is free.  It is at most half full.  Keys of numbers are the value's bits, so that
 * only texts need comparing. */
#include "profile/group.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define FIRST_SLOTS 64

/* ---------------------------------------------------------------- keys */

static uint64_t real_key(double v)
{
    uint64_t bits;

    if (v == 0)
        v = 0; /* -0 too */
    if (isnan(v))
        v = NAN;
    memcpy(&bits, &v, sizeof(bits));
    return bits;
}

static uint64_t present_key(const struct column *c, size_t i)
{
    switch (c->type) {
    case COLUMN_BOOL:
        return column_bool(c, i);
    case COLUMN_INT:
    case COLUMN_TIMESTAMP:
        return (uint64_t)column_ints(c)[i];
    case COLUMN_REAL:
        return real_key(column_reals(c)[i]);
    case COLUMN_CATEGORY:
    case COLUMN_DATE:
        return (uint64_t)column_codes(c)[i];
    case COLUMN_TEXT:
    case COLUMN_N_TYPES:
        break;
    }
    struct span text = column_text(c, i);
    return hash_bytes(text.at, text.len);
}

uint64_t cell_key(const struct column *c, size_t i)
{
    return column_missing(c, i) ? 0x6d697373696e67 : hash_mix(present_key(c, i), 1);
}

/* ---------------------------------------------------------------- the table */

struct grouping {
    const struct column *column;
    bool is_text;
    struct group *groups;
    uint32_t *slots;
    size_t n, cap, n_slots;
};

static bool same_text(const struct column *c, size_t i, size_t j)
{
    struct span a = column_text(c, i), b = column_text(c, j);

    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static size_t slot_of(const struct grouping *g, uint64_t key, size_t row)
{
    size_t at = (size_t)(g->is_text ? key : hash_mix(key, 0)) & (g->n_slots - 1);

    while (g->slots[at]) {
        const struct group *found = &g->groups[g->slots[at] - 1];
        if (found->key == key && (!g->is_text || same_text(g->column, found->row, row)))
            break;
        at = (at + 1) & (g->n_slots - 1);
    }
    return at;
}

static int grow_slots(struct grouping *g, struct err *err)
{
    size_t n_slots = g->n_slots ? g->n_slots * 4 : FIRST_SLOTS;
    void *slots;

    if (mem_big(&slots, n_slots, sizeof(uint32_t), "a table of distinct values", err))
        return -1;
    memset(slots, 0, n_slots * sizeof(uint32_t));
    mem_big_free(g->slots);
    g->slots = slots;
    g->n_slots = n_slots;
    for (size_t k = 0; k < g->n; k++)
        g->slots[slot_of(g, g->groups[k].key, g->groups[k].row)] = (uint32_t)(k + 1);
    return 0;
}

static int grow_groups(struct grouping *g, struct err *err)
{
    size_t cap = g->cap ? g->cap * 2 : FIRST_SLOTS / 2;
    void *groups = g->groups;

    if (mem_big_grow(&groups, g->n * sizeof(*g->groups), cap, sizeof(*g->groups),
                     "a table of distinct values", err))
        return -1;
    g->groups = groups;
    g->cap = cap;
    return 0;
}

static int count_cell(struct grouping *g, size_t row, struct err *err)
{
    if (2 * (g->n + 1) > g->n_slots && grow_slots(g, err))
        return -1;
    uint64_t key = present_key(g->column, row);
    size_t at = slot_of(g, key, row);
    if (g->slots[at]) {
        g->groups[g->slots[at] - 1].count++;
        return 0;
    }
    if (g->n == g->cap && grow_groups(g, err))
        return -1;
    g->groups[g->n++] = (struct group){ .key = key, .count = 1, .row = (uint32_t)row };
    g->slots[at] = (uint32_t)g->n;
    return 0;
}

static int count_by_hash(struct grouping *g, const uint32_t *rows, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        size_t row = rows ? rows[i] : i;
        if (!column_missing(g->column, row) && count_cell(g, row, err))
            return -1;
    }
    return 0;
}

/* ---------------------------------------------------------------- codes */

/* Codes from 0 that an array can be kept for; 0: there are none such. */
static size_t n_codes(const struct column *c)
{
    if (c->type == COLUMN_BOOL)
        return 2;
    return c->type == COLUMN_CATEGORY ? c->levels->n_rows : 0;
}

static size_t code_at(const struct column *c, size_t i)
{
    return c->type == COLUMN_BOOL ? (size_t)column_bool(c, i) : (size_t)column_codes(c)[i];
}

/* A group for each code, in order; those without rows go at the end. */
static int count_by_code(struct grouping *g, size_t k, const uint32_t *rows, size_t n,
                         struct err *err)
{
    const struct column *c = g->column;
    void *groups;

    if (mem_big(&groups, k, sizeof(struct group), "a table of distinct values", err))
        return -1;
    memset(groups, 0, k * sizeof(struct group));
    g->groups = groups;
    for (size_t i = 0; i < n; i++) {
        size_t row = rows ? rows[i] : i;
        if (column_missing(c, row))
            continue;
        struct group *group = &g->groups[code_at(c, row)];
        if (group->count++ == 0)
            group->row = (uint32_t)row;
    }
    for (size_t code = 0; code < k; code++) {
        if (!g->groups[code].count)
            continue;
        g->groups[g->n] = g->groups[code];
        g->groups[g->n++].key = code;
    }
    return 0;
}

/* ---------------------------------------------------------------- order */

static int compare_reals(double a, double b)
{
    if (isnan(a) || isnan(b))
        return (int)isnan(a) - (int)isnan(b);
    return (a > b) - (a < b);
}

int group_compare(const struct column *c, const struct group *a, const struct group *b)
{
    size_t i = a->row, j = b->row;

    switch (c->type) {
    case COLUMN_BOOL:
        return (int)column_bool(c, i) - (int)column_bool(c, j);
    case COLUMN_INT:
    case COLUMN_TIMESTAMP:
        return (column_ints(c)[i] > column_ints(c)[j]) - (column_ints(c)[i] < column_ints(c)[j]);
    case COLUMN_REAL:
        return compare_reals(column_reals(c)[i], column_reals(c)[j]);
    case COLUMN_CATEGORY:
    case COLUMN_DATE:
        return (column_codes(c)[i] > column_codes(c)[j]) -
               (column_codes(c)[i] < column_codes(c)[j]);
    case COLUMN_TEXT:
    case COLUMN_N_TYPES:
        break;
    }
    return span_compare(column_text(c, i), column_text(c, j));
}

static int compare_groups(const void *a, const void *b, void *ctx)
{
    return group_compare(ctx, a, b);
}

int column_groups_unsorted(struct group **out, size_t *n, const struct column *c,
                           const uint32_t *rows, size_t n_rows, struct err *err)
{
    struct grouping g = { .column = c, .is_text = c->type == COLUMN_TEXT };
    size_t n_given = rows ? n_rows : c->n_rows, k = n_codes(c);
    bool by_code = k > 0 && k <= 2 * n_given + 1024;
    int rc = by_code ? 0 : grow_groups(&g, err);

    if (!rc)
        rc = by_code ? count_by_code(&g, k, rows, n_given, err)
                     : count_by_hash(&g, rows, n_given, err);
    mem_big_free(g.slots);
    if (rc) {
        mem_big_free(g.groups);
        return -1;
    }
    *out = g.groups;
    *n = g.n;
    return 0;
}

int column_groups(struct group **out, size_t *n, const struct column *c, const uint32_t *rows,
                  size_t n_rows, struct err *err)
{
    if (column_groups_unsorted(out, n, c, rows, n_rows, err))
        return -1;
    qsort_r(*out, *n, sizeof(**out), compare_groups, (void *)(uintptr_t)c);
    return 0;
}

static uint32_t place_of(const struct column *c, const struct group *groups, size_t n, size_t row)
{
    const struct group here = { .row = (uint32_t)row };
    size_t low = 0, high = n;

    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (group_compare(c, &groups[mid], &here) <= 0)
            low = mid;
        else
            high = mid;
    }
    return (uint32_t)low;
}

int column_places(uint32_t *places, struct group **groups, size_t *n, const struct column *c,
                  const uint32_t *rows, size_t n_rows, struct err *err)
{
    size_t n_given = rows ? n_rows : c->n_rows;

    if (column_groups(groups, n, c, rows, n_rows, err))
        return -1;
    for (size_t i = 0; i < n_given; i++) {
        size_t row = rows ? rows[i] : i;
        places[i] = column_missing(c, row) ? PLACE_MISSING : place_of(c, *groups, *n, row);
    }
    return 0;
}

const struct group *group_top(const struct group *groups, size_t n)
{
    const struct group *top = n > 0 ? groups : NULL;

    for (size_t k = 1; k < n; k++)
        if (groups[k].count > top->count)
            top = &groups[k];
    return top;
}
