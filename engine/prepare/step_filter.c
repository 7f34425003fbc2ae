#include "base/mem.h"
#include "prepare/step_columns.h"
#include "prepare/step_expr.h"

static const struct param_spec filter_params[] = {
    { .name = "expression",
      .type = PARAM_EXPR,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "keep the rows for which this is true" },
    { .name = NULL },
};

static int filter_keep(uint8_t *keep, const struct step_input *in, struct job *job, struct err *err)
{
    struct expr *e;
    void *wanted;

    if (step_expr_parse(&e, in, "expression", err))
        return -1;
    int rc = mem_big(&wanted, in->table->n_rows, 1, "the rows to keep", err);
    if (!rc) {
        rc = expr_filter(wanted, e, in->table, job, err);
        for (size_t i = 0; i < step_n_rows(in) && !rc; i++)
            keep[step_row(in, i)] = ((const uint8_t *)wanted)[step_row(in, i)];
        mem_big_free(wanted);
        if (rc)
            step_expr_place(in, "expression", err);
    }
    expr_free(e);
    return rc;
}

const struct step_kind step_filter = {
    .name = "filter",
    .help = "keep the rows for which an expression is true",
    .details = "A row for which the expression is missing goes too. Before the split the filter "
               "defines the sample; after it, it acts on training rows only. Rows to be predicted "
               "are never removed.",
    .example = "filter body_mass_g > 3000 and species != 'Gentoo'",
    .scope = STEP_ROWS,
    .params = filter_params,
    .keep = filter_keep,
};
