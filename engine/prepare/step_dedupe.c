#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "prepare/step_columns.h"
#include "profile/group.h"

enum { KEEP_FIRST, KEEP_LAST };

static const char *const dedupe_keeps[] = { "first", "last", NULL };

static const struct param_spec dedupe_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "rows that agree in these are copies" },
    { .name = "keep",
      .type = PARAM_CHOICE,
      .choices = dedupe_keeps,
      .fallback = "first",
      .help = "which of the copies stays" },
    { .name = NULL },
};

#define ROWS_PER_TICK 65536

/* A hash table of the rows that stay, open addressing, at most half full; 0 is free. */
struct copies {
    const struct table *table;
    const size_t *cols;
    size_t n_cols;
    uint32_t *slots; /* row + 1 */
    size_t n_slots;
};

static uint64_t row_key(const struct copies *c, size_t row)
{
    uint64_t key = 0;

    for (size_t k = 0; k < c->n_cols; k++)
        key = hash_mix(key, cell_key(table_at(c->table, c->cols[k]), row));
    return key;
}

static bool rows_agree(const struct copies *c, size_t i, size_t j)
{
    for (size_t k = 0; k < c->n_cols; k++) {
        const struct column *column = table_at(c->table, c->cols[k]);
        if (!column_cells_equal(column, i, column, j))
            return false;
    }
    return true;
}

/* True when no row seen before agrees with it. */
static bool is_new(struct copies *c, size_t row)
{
    size_t at = (size_t)row_key(c, row) & (c->n_slots - 1);

    while (c->slots[at]) {
        if (rows_agree(c, c->slots[at] - 1, row))
            return false;
        at = (at + 1) & (c->n_slots - 1);
    }
    c->slots[at] = (uint32_t)row + 1;
    return true;
}

static int mark_copies(uint8_t *keep, struct copies *c, const struct step_input *in,
                       struct job *job, struct err *err)
{
    bool last = params_choice(in->params, "keep") == KEEP_LAST;
    size_t n = step_n_rows(in);
    void *slots;

    for (c->n_slots = 64; c->n_slots < 2 * n;)
        c->n_slots *= 2;
    if (mem_big(&slots, c->n_slots, sizeof(uint32_t), "a table of rows seen", err))
        return -1;
    c->slots = memset(slots, 0, c->n_slots * sizeof(uint32_t));
    int rc = 0;
    for (size_t i = 0; i < n && !rc; i++) {
        size_t row = step_row(in, last ? n - 1 - i : i);
        keep[row] = is_new(c, row);
        if (i % ROWS_PER_TICK == 0)
            rc = job_tick(job, i, n, err);
    }
    mem_big_free(slots);
    return rc;
}

static int dedupe_keep(uint8_t *keep, const struct step_input *in, struct job *job, struct err *err)
{
    const struct column_rule any = { .with_roles = true };
    struct copies copies = { .table = in->table };
    struct arena arena;
    size_t *cols;

    arena_init(&arena);
    int rc = step_columns(&cols, &copies.n_cols, in, "columns", &any, &arena, err);
    copies.cols = cols;
    if (!rc)
        rc = mark_copies(keep, &copies, in, job, err);
    arena_release(&arena);
    return rc;
}

const struct step_kind step_dedupe = {
    .name = "dedupe",
    .help = "remove copies of rows",
    .details = "Rows are copies when they agree in the columns named, all columns by default, the "
               "target too; missing agrees with missing. The first stays, or the last with "
               "keep=last. Rows to be predicted are never removed and never make another a copy.",
    .example = "dedupe",
    .scope = STEP_ROWS,
    .params = dedupe_params,
    .keep = dedupe_keep,
};
