#include "prepare/step_columns.h"

static const struct param_spec drop_missing_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "columns in which no cell may be missing" },
    { .name = NULL },
};

static void drop_rows(uint8_t *keep, const struct step_input *in, const struct column *c)
{
    if (c->n_missing == 0)
        return;
    for (size_t i = 0; i < step_n_rows(in); i++)
        if (column_missing(c, step_row(in, i)))
            keep[step_row(in, i)] = 0;
}

static int drop_missing_keep(uint8_t *keep, const struct step_input *in, struct job *job,
                             struct err *err)
{
    const struct column_rule any = { .with_roles = true };
    struct arena arena;
    size_t *cols, n;

    arena_init(&arena);
    int rc = step_columns(&cols, &n, in, "columns", &any, &arena, err);
    for (size_t k = 0; k < n && !rc; k++) {
        drop_rows(keep, in, table_at(in->table, cols[k]));
        rc = job_tick(job, k + 1, n, err);
    }
    arena_release(&arena);
    return rc;
}

const struct step_kind step_drop_missing = {
    .name = "drop missing",
    .help = "remove rows in which a cell is missing",
    .details =
        "`all` means every column, the target too. NaN is a value and not missing. Rows to be "
        "predicted are never removed.",
    .example = "drop missing sex body_mass_g",
    .scope = STEP_ROWS,
    .params = drop_missing_params,
    .keep = drop_missing_keep,
};
