#include "prepare/step_edit.h"
#include "table/cell.h"

/* In the order of enum column_type. */
static const char *const cast_types[] = { "bool", "int",  "real",      "category",
                                          "text", "date", "timestamp", NULL };

static const struct param_spec cast_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "columns to convert" },
    { .name = "to",
      .type = PARAM_CHOICE,
      .flags = PARAM_REQUIRED,
      .choices = cast_types,
      .help = "their new type" },
    { .name = NULL },
};

static int cast_column(struct column **out, const struct column *c, const char *name, void *ctx,
                       struct job *job, struct err *err)
{
    enum column_type type = *(const enum column_type *)ctx;
    size_t n_lost;

    (void)job;
    if (c->type == type)
        return 0;
    return column_cast(out, c, type, &n_lost, NULL, 0, err) ? err_prefix(err, "%s: ", name) : 0;
}

static int cast_apply(struct table **out, const void *state, const struct step_input *in,
                      struct job *job, struct err *err)
{
    const struct column_rule any = { 0 };
    enum column_type type = (enum column_type)params_choice(in->params, "to");

    (void)state;
    return step_edit_columns(out, in, &any, cast_column, &type, job, err);
}

const struct step_kind step_cast = {
    .name = "cast",
    .help = "give columns another type",
    .details = "A cell that is no value of the new type becomes missing, and the step's changes "
               "show it. Between category and text nothing is lost. `all` means every feature.",
    .example = "cast flipper_length_mm to=real",
    .scope = STEP_ROW_WISE,
    .flags = STEP_MAY_LOSE,
    .params = cast_params,
    .apply = cast_apply,
};
