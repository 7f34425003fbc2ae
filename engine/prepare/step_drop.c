#include "prepare/step_columns.h"

static const struct param_spec drop_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "columns to leave out" },
    { .name = NULL },
};

static int drop_listed(struct table **out, const struct step_input *in, struct arena *arena,
                       struct err *err)
{
    const struct column_rule any = { 0 };
    const struct table *t = in->table;
    size_t *cols, n, n_kept = 0, next = 0;

    if (step_columns(&cols, &n, in, "columns", &any, arena, err))
        return -1;
    size_t *kept = ARENA_NEW(arena, size_t, t->n_cols);
    for (size_t j = 0; j < t->n_cols; j++) {
        if (next == n || cols[next] != j) {
            kept[n_kept++] = j;
            continue;
        }
        next++;
        if (roles_of(in->roles, table_name(t, j)) == ROLE_TARGET)
            return err_set(err, ERR_USAGE,
                           "%s is the target; make another column the target before dropping it",
                           table_name(t, j));
    }
    return table_select(out, t, kept, n_kept, err);
}

static int drop_apply(struct table **out, const void *state, const struct step_input *in,
                      struct job *job, struct err *err)
{
    struct arena arena;

    (void)state;
    (void)job;
    arena_init(&arena);
    int rc = drop_listed(out, in, &arena, err);
    arena_release(&arena);
    return rc;
}

const struct step_kind step_drop = {
    .name = "drop",
    .help = "leave out columns",
    .details = "`all` and patterns leave columns with a role (target, split, fold) where they are; "
               "the target cannot be dropped.",
    .example = "drop flipper_length_mm",
    .scope = STEP_ROW_WISE,
    .params = drop_params,
    .apply = drop_apply,
};
