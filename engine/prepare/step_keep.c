#include "prepare/step_columns.h"

static const struct param_spec keep_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "columns to keep; all others are left out" },
    { .name = NULL },
};

static int keep_listed(struct table **out, const struct step_input *in, struct arena *arena,
                       struct err *err)
{
    const struct column_rule any = { 0 };
    const struct table *t = in->table;
    size_t *cols, n, n_kept = 0, next = 0;

    if (step_columns(&cols, &n, in, "columns", &any, arena, err))
        return -1;
    size_t *kept = ARENA_NEW(arena, size_t, t->n_cols);
    for (size_t j = 0; j < t->n_cols; j++) {
        bool listed = next < n && cols[next] == j;
        next += listed;
        if (listed || roles_of(in->roles, table_name(t, j)) != ROLE_FEATURE)
            kept[n_kept++] = j;
    }
    return table_select(out, t, kept, n_kept, err);
}

static int keep_apply(struct table **out, const void *state, const struct step_input *in,
                      struct job *job, struct err *err)
{
    struct arena arena;

    (void)state;
    (void)job;
    arena_init(&arena);
    int rc = keep_listed(out, in, &arena, err);
    arena_release(&arena);
    return rc;
}

const struct step_kind step_keep = {
    .name = "keep",
    .help = "keep these columns and leave out the others",
    .details = "Columns keep their order. A column with a role (target, split, fold) is never left "
               "out.",
    .example = "keep species island bill_*",
    .scope = STEP_ROW_WISE,
    .params = keep_params,
    .apply = keep_apply,
};
