#include "prepare/row_groups.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "profile/group.h"

int row_groups_init(struct row_groups *g, const struct table *t, const size_t *cols, size_t n_cols,
                    size_t n, struct err *err)
{
    void *slots;

    *g = (struct row_groups){ .table = t, .cols = cols, .n_cols = n_cols, .n_slots = 64 };
    while (g->n_slots < 2 * n)
        g->n_slots *= 2;
    if (mem_big(&slots, g->n_slots, sizeof(uint32_t), "a table of rows seen", err))
        return -1;
    g->slots = memset(slots, 0, g->n_slots * sizeof(uint32_t));
    return 0;
}

void row_groups_release(struct row_groups *g)
{
    mem_big_free(g->slots);
    *g = (struct row_groups){ 0 };
}

static uint64_t row_key(const struct row_groups *g, size_t row)
{
    uint64_t key = 0;

    for (size_t k = 0; k < g->n_cols; k++)
        key = hash_mix(key, cell_key(table_at(g->table, g->cols[k]), row));
    return key;
}

static bool rows_agree(const struct row_groups *g, size_t i, size_t j)
{
    for (size_t k = 0; k < g->n_cols; k++) {
        const struct column *column = table_at(g->table, g->cols[k]);
        if (!column_cells_equal(column, i, column, j))
            return false;
    }
    return true;
}

size_t row_groups_first(struct row_groups *g, size_t row)
{
    size_t at = (size_t)row_key(g, row) & (g->n_slots - 1);

    while (g->slots[at]) {
        if (rows_agree(g, g->slots[at] - 1, row))
            return g->slots[at] - 1;
        at = (at + 1) & (g->n_slots - 1);
    }
    g->slots[at] = (uint32_t)row + 1;
    return row;
}
