#include <string.h>

#include "prepare/step_columns.h"

static const struct param_spec rename_params[] = {
    { .name = "column",
      .type = PARAM_COLUMN,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the column as it is called now" },
    { .name = "to",
      .type = PARAM_TEXT,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "its new name" },
    { .name = NULL },
};

static int rename_apply(struct table **out, const void *state, const struct step_input *in,
                        struct job *job, struct err *err)
{
    const char *old = params_text(in->params, "column"), *to = params_text(in->params, "to");
    enum role role = roles_of(in->roles, old);
    size_t col;
    int absent = step_column(&col, in, "column", err);

    (void)state;
    (void)job;
    if (absent < 0)
        return -1;
    if (absent || strcmp(old, to) == 0) {
        *out = table_ref(in->table);
        return 0;
    }
    /* Under another name it would be a feature, and the target among the features is a leak. */
    if (role != ROLE_FEATURE)
        return err_set(err, ERR_USAGE, "%s has a role (%s); rename it before it is given one", old,
                       role_name(role));
    if (table_find(in->table, to) >= 0)
        return err_set(err, ERR_SHAPE, "there is a column %s already; choose another name", to);
    return table_rename(out, in->table, col, to, err);
}

const struct step_kind step_rename = {
    .name = "rename",
    .help = "give a column another name",
    .details = "A column that has a role (target, split, fold) must be renamed before it gets it.",
    .example = "rename sex to=gender",
    .scope = STEP_ROW_WISE,
    .params = rename_params,
    .apply = rename_apply,
};
