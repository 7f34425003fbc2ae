#include "prepare/step_edit.h"

static const struct param_spec keep_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "columns to keep; all others are left out" },
    { .name = NULL },
};

static int keep_choose(size_t *kept, size_t *n_kept, const struct step_input *in,
                       const size_t *named, size_t n_named, struct err *err)
{
    size_t next = 0;

    (void)err;
    for (size_t j = 0; j < in->table->n_cols; j++) {
        bool listed = next < n_named && named[next] == j;
        next += listed;
        if (listed || roles_of(in->roles, table_name(in->table, j)) != ROLE_FEATURE)
            kept[(*n_kept)++] = j;
    }
    return 0;
}

static int keep_apply(struct table **out, const void *state, const struct step_input *in,
                      struct job *job, struct err *err)
{
    (void)state;
    (void)job;
    return step_choose_columns(out, in, keep_choose, err);
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
