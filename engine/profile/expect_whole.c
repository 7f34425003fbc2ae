/* expect_whole.c - what takes all rows together: unique, number of values, number of rows. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "profile/expect_parts.h"
#include "profile/group.h"

/* ---------------------------------------------------------------- unique */

struct key_columns {
    const struct column **columns;
    size_t n;
};

struct keyed {
    uint64_t key;
    uint32_t row;
};

static bool asks_unique(const struct expectation *e)
{
    return e->unique;
}

static int find_columns(struct key_columns *k, const struct expectation *e, const struct table *t,
                        struct err *err)
{
    k->columns[k->n++] = table_at(t, (size_t)table_find(t, e->column));
    for (size_t j = 0; j < e->n_with; j++) {
        const struct column *c = table_column(t, e->with[j], err);
        if (!c)
            return -1;
        k->columns[k->n++] = c;
    }
    return 0;
}

static bool any_missing(const struct key_columns *k, size_t i)
{
    for (size_t j = 0; j < k->n; j++)
        if (column_missing(k->columns[j], i))
            return true;
    return false;
}

static bool same_key(const struct key_columns *k, size_t a, size_t b)
{
    for (size_t j = 0; j < k->n; j++)
        if (!column_cells_equal(k->columns[j], a, k->columns[j], b))
            return false;
    return true;
}

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Equal keys stand together; two that only hash alike are told apart by their cells. */
static size_t mark_doubles(uint8_t *bad, const struct keyed *keyed, size_t n,
                           const struct key_columns *k)
{
    size_t n_bad = 0;

    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && keyed[end].key == keyed[i].key;)
            end++;
        for (size_t a = i; a < end; a++)
            for (size_t b = i; b < end && !bad[keyed[a].row]; b++)
                if (a != b && same_key(k, keyed[a].row, keyed[b].row)) {
                    bad[keyed[a].row] = 1;
                    n_bad++;
                }
    }
    return n_bad;
}

static int check_keys(uint8_t *bad, size_t *n_looked, size_t *n_bad, const struct key_columns *k,
                      const struct table *t, struct err *err)
{
    void *block, *marks;

    if (mem_big(&block, t->n_rows + 1, sizeof(struct keyed), "the keys of an expectation", err))
        return -1;
    if (mem_big(&marks, t->n_rows + 1, 1, "the keys of an expectation", err)) {
        mem_big_free(block);
        return -1;
    }
    struct keyed *keyed = block;
    uint8_t *mark = marks;
    memset(mark, 0, t->n_rows + 1);
    for (size_t i = 0; i < t->n_rows; i++) {
        uint64_t h = 0;
        if (any_missing(k, i))
            continue;
        for (size_t j = 0; j < k->n; j++)
            h = hash_mix(h, cell_key(k->columns[j], i));
        keyed[(*n_looked)++] = (struct keyed){ h, (uint32_t)i };
    }
    qsort(keyed, *n_looked, sizeof(*keyed), by_key);
    *n_bad = mark_doubles(mark, keyed, *n_looked, k);
    for (size_t i = 0; i < t->n_rows; i++)
        bad[i] = bad[i] || mark[i];
    mem_big_free(block);
    mem_big_free(marks);
    return 0;
}

static int check_unique(uint8_t *bad, size_t *n_looked, struct str *why,
                        const struct expectation *e, const struct table *t, struct job *job,
                        struct err *err)
{
    struct key_columns k = { .columns = MEM_NEW(const struct column *, e->n_with + 1) };
    size_t n_bad = 0;

    (void)job;
    int rc = find_columns(&k, e, t, err);
    if (!rc)
        rc = check_keys(bad, n_looked, &n_bad, &k, t, err);
    mem_free(k.columns);
    if (!rc && n_bad)
        str_addf(why, "%s%zu not unique", why->len ? ", " : "", n_bad);
    return rc;
}

const struct expect_kind expect_unique = {
    .name = "unique",
    .help = "no value twice",
    .asks = asks_unique,
    .check = check_unique,
};

/* ---------------------------------------------------------------- counts */

static void check_count(struct str *why, const char *noun, size_t n, size_t least, size_t most)
{
    bool few = least != EXPECT_NONE && n < least, many = most != EXPECT_NONE && n > most;

    if (few || many)
        str_addf(why, "%s%zu %s, %s %zu", why->len ? ", " : "", n, noun,
                 few ? "fewer than" : "more than", few ? least : most);
}

static bool asks_distinct(const struct expectation *e)
{
    return e->least_distinct != EXPECT_NONE || e->most_distinct != EXPECT_NONE;
}

static int check_distinct(uint8_t *bad, size_t *n_looked, struct str *why,
                          const struct expectation *e, const struct table *t, struct job *job,
                          struct err *err)
{
    const struct column *c = table_at(t, (size_t)table_find(t, e->column));

    (void)bad;
    (void)n_looked;
    (void)job;
    (void)err;
    check_count(why, "different values", column_n_distinct(c), e->least_distinct, e->most_distinct);
    return 0;
}

const struct expect_kind expect_distinct = {
    .name = "distinct",
    .help = "so many different values",
    .asks = asks_distinct,
    .check = check_distinct,
};

static bool asks_rows(const struct expectation *e)
{
    return e->least_rows != EXPECT_NONE || e->most_rows != EXPECT_NONE;
}

static int check_rows(uint8_t *bad, size_t *n_looked, struct str *why, const struct expectation *e,
                      const struct table *t, struct job *job, struct err *err)
{
    (void)bad;
    (void)n_looked;
    (void)job;
    (void)err;
    check_count(why, "rows", t->n_rows, e->least_rows, e->most_rows);
    return 0;
}

const struct expect_kind expect_rows = {
    .name = "rows",
    .help = "so many rows",
    .asks = asks_rows,
    .check = check_rows,
};
