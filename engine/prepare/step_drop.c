#include "prepare/step_edit.h"

static const struct param_spec drop_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "columns to leave out" },
    { .name = NULL },
};

static int drop_choose(size_t *kept, size_t *n_kept, const struct step_input *in,
                       const size_t *named, size_t n_named, struct err *err)
{
    const struct table *t = in->table;
    size_t next = 0;

    for (size_t j = 0; j < t->n_cols; j++) {
        if (next == n_named || named[next] != j) {
            kept[(*n_kept)++] = j;
            continue;
        }
        next++;
        if (roles_of(in->roles, table_name(t, j)) == ROLE_TARGET)
            return err_set(err, ERR_USAGE,
                           "%s is the target; make another column the target before dropping it",
                           table_name(t, j));
    }
    return 0;
}

static int drop_apply(struct table **out, const void *state, const struct step_input *in,
                      struct job *job, struct err *err)
{
    (void)state;
    (void)job;
    return step_choose_columns(out, in, drop_choose, err);
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
