/* diff_any.c - the difference of two tables neither of which holds all rows of the other. */
#include "table/diff.h"

#include "base/mem.h"

#define ANY_WHAT "the difference of two tables"

static size_t largest_number(const struct table *t)
{
    size_t most = 0;

    for (size_t i = 0; i < t->n_rows; i++)
        most = table_row_number(t, i) > most ? table_row_number(t, i) : most;
    return most;
}

/* at[number]: index in t plus one, 0 where there is none. */
static int index_rows(uint32_t **at, size_t n, const struct table *t, struct err *err)
{
    void *block;

    if (mem_big(&block, n + 1, sizeof(uint32_t), ANY_WHAT, err))
        return -1;
    *at = block;
    for (size_t i = 0; i <= n; i++)
        (*at)[i] = 0;
    for (size_t i = t->n_rows; i-- > 0;)
        (*at)[table_row_number(t, i)] = (uint32_t)i + 1;
    return 0;
}

/* The rows of b that a has, and where a has them. */
static size_t common_rows(uint32_t *in_a, uint32_t *in_b, const uint32_t *at, size_t n_at,
                          const struct table *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->n_rows; i++) {
        size_t number = table_row_number(b, i);
        if (number > n_at || !at[number])
            continue;
        in_a[n] = at[number] - 1;
        in_b[n++] = (uint32_t)i;
    }
    return n;
}

static int diff_common(struct diff **out, const struct table *a, const struct table *b,
                       const uint32_t *in_a, const uint32_t *in_b, size_t n, struct err *err)
{
    struct table *part_a = NULL, *part_b = NULL;
    int rc = table_take(&part_a, a, in_a, n, err);

    if (!rc)
        rc = table_take(&part_b, b, in_b, n, err);
    if (!rc)
        rc = diff_tables(out, part_a, part_b, err);
    table_unref(part_a);
    table_unref(part_b);
    return rc;
}

int diff_any(struct diff **out, size_t *only_before, size_t *only_after, const struct table *before,
             const struct table *after, struct err *err)
{
    size_t n_at = largest_number(before);
    uint32_t *at = NULL;
    void *in_a = NULL, *in_b = NULL;

    if (!diff_tables(out, before, after, NULL)) {
        *only_before = (*out)->rows_removed;
        *only_after = 0;
        return 0;
    }
    int rc = index_rows(&at, n_at, before, err);
    if (!rc)
        rc = mem_big(&in_a, after->n_rows, sizeof(uint32_t), ANY_WHAT, err);
    if (!rc)
        rc = mem_big(&in_b, after->n_rows, sizeof(uint32_t), ANY_WHAT, err);
    if (!rc) {
        size_t n = common_rows(in_a, in_b, at, n_at, after);
        *only_after = after->n_rows - n;
        *only_before = n < before->n_rows ? before->n_rows - n : 0;
        rc = diff_common(out, before, after, in_a, in_b, n, err);
    }
    mem_big_free(at);
    mem_big_free(in_a);
    mem_big_free(in_b);
    return rc;
}
