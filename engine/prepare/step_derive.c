#include "prepare/step_columns.h"
#include "prepare/step_expr.h"

static const struct param_spec derive_params[] = {
    { .name = "name", .type = PARAM_NAME, .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the column to make; one of that name is replaced" },
    { .name = "expression", .type = PARAM_EXPR, .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "its value, from the columns of the same row" },
    { .name = NULL },
};

static bool reads_absent(const struct expr *e, const struct table *t)
{
    const char *const *names;
    size_t n = expr_columns(e, &names);

    for (size_t k = 0; k < n; k++)
        if (table_find(t, names[k]) < 0)
            return true;
    return false;
}

static int derive_apply(struct table **out, const void *state, const struct step_input *in,
                        struct job *job, struct err *err)
{
    struct column *value;
    struct expr *e;

    (void)state;
    if (step_expr_parse(&e, in, "expression", err))
        return -1;
    if (in->new_rows && reads_absent(e, in->table)) {
        expr_free(e);
        *out = table_ref(in->table);
        return 0;
    }
    int rc = expr_eval(&value, e, in->table, job, err);
    if (rc)
        step_expr_place(in, "expression", err);
    else
        rc = table_put(out, in->table, params_text(in->params, "name"), value, err);
    expr_free(e);
    return rc;
}

const struct step_kind step_derive = {
    .name = "derive",
    .help = "make a column from an expression",
    .details = "The expression sees the columns of one row; a missing value in it makes the result "
               "missing. A column of the same name is replaced where it stands, else the new one "
               "is appended.",
    .example = "derive bill_ratio = bill_length_mm / bill_depth_mm",
    .scope = STEP_ROW_WISE,
    .params = derive_params,
    .apply = derive_apply,
};
