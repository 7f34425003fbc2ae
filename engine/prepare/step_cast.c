#include "prepare/step_columns.h"
#include "prepare/table_edit.h"
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

static int cast_one(struct table_edit *edit, const struct step_input *in, size_t col,
                    enum column_type type, struct err *err)
{
    const struct column *c = table_at(in->table, col);
    struct column *converted;
    size_t n_lost;

    if (c->type == type)
        return 0;
    if (column_cast(&converted, c, type, &n_lost, NULL, 0, err))
        return err_prefix(err, "%s: ", table_name(in->table, col));
    edit_put(edit, col, converted);
    return 0;
}

static int cast_apply(struct table **out, const void *state, const struct step_input *in,
                      struct job *job, struct err *err)
{
    const struct column_rule any = { 0 };
    enum column_type type = (enum column_type)params_choice(in->params, "to");
    struct table_edit edit;
    struct arena arena;
    size_t *cols, n;

    (void)state;
    arena_init(&arena);
    edit_init_all(&edit, in->table);
    int rc = step_columns(&cols, &n, in, "columns", &any, &arena, err);
    for (size_t k = 0; k < n && !rc; k++) {
        rc = cast_one(&edit, in, cols[k], type, err);
        if (!rc)
            rc = job_tick(job, k + 1, n, err);
    }
    if (rc)
        edit_release(&edit);
    else
        rc = edit_finish(out, &edit, err);
    arena_release(&arena);
    return rc;
}

const struct step_kind step_cast = {
    .name = "cast",
    .help = "give columns another type",
    .details = "A cell that is no value of the new type becomes missing, and the step's changes "
               "show it. Between category and text nothing is lost. `all` means every feature.",
    .example = "cast flipper_length_mm to=real",
    .scope = STEP_ROW_WISE,
    .params = cast_params,
    .apply = cast_apply,
};
