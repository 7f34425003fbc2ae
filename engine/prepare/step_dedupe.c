#include "prepare/row_groups.h"
#include "prepare/step_columns.h"

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

static int mark_copies(uint8_t *keep, struct row_groups *groups, const struct step_input *in,
                       struct job *job, struct err *err)
{
    bool last = params_choice(in->params, "keep") == KEEP_LAST;
    size_t n = step_n_rows(in);
    int rc = 0;

    for (size_t i = 0; i < n && !rc; i++) {
        size_t row = step_row(in, last ? n - 1 - i : i);
        keep[row] = row_groups_first(groups, row) == row;
        if (i % ROWS_PER_TICK == 0)
            rc = job_tick(job, i, n, err);
    }
    return rc;
}

static int dedupe_keep(uint8_t *keep, const struct step_input *in, struct job *job, struct err *err)
{
    const struct column_rule any = { .with_roles = true };
    struct row_groups groups = { 0 };
    struct arena arena;
    size_t *cols, n_cols;

    arena_init(&arena);
    int rc = step_columns(&cols, &n_cols, in, "columns", &any, &arena, err);
    if (!rc)
        rc = row_groups_init(&groups, in->table, cols, n_cols, step_n_rows(in), err);
    if (!rc)
        rc = mark_copies(keep, &groups, in, job, err);
    row_groups_release(&groups);
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
