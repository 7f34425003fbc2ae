#include <string.h>

#include "base/mem.h"
#include "prepare/step_expr.h"

static const struct param_spec derive_params[] = {
    { .name = "name",
      .type = PARAM_NAME,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the column to make; one of that name is replaced" },
    { .name = "expression",
      .type = PARAM_EXPR,
      .flags = PARAM_REQUIRED | PARAM_WORD,
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

/* What the expression reads is not there: nor is what it makes, even where an older column of that
 * name would stand in for it. */
static int leave_out(struct table **out, const struct table *t, const char *name, struct err *err)
{
    size_t *cols = MEM_NEW(size_t, t->n_cols), n = 0;

    for (size_t j = 0; j < t->n_cols; j++)
        if (strcmp(table_name(t, j), name) != 0)
            cols[n++] = j;
    int rc = table_select(out, t, cols, n, err);
    mem_free(cols);
    return rc;
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
        return leave_out(out, in->table, params_text(in->params, "name"), err);
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
