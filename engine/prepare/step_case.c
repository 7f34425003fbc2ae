/* step_case.c - letters large and small. */
#include "prepare/step_edit.h"
#include "prepare/text_map.h"
#include "prepare/text_normal.h"

/* In the order of enum letter_case. */
static const char *const case_forms[] = { "lower", "upper", "title", "sentence", NULL };

static const struct param_spec case_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "columns of text" },
    { .name = "to",
      .type = PARAM_CHOICE,
      .flags = PARAM_REQUIRED,
      .choices = case_forms,
      .help = "lower, upper; title: each word begins with a capital; sentence: the text does" },
    { .name = NULL },
};

/* The form, an enum letter_case, is the context. */
static enum text_change case_one(void *form, struct str *out, struct span in, struct err *err)
{
    (void)err;
    text_to_case(out, in, *(const enum letter_case *)form);
    return span_eq((struct span){ out->buf, out->len }, in) ? TEXT_SAME : TEXT_CHANGED;
}

static int case_column(struct column **out, const struct column *c, const char *name, void *form,
                       struct job *job, struct err *err)
{
    (void)name;
    return text_map(out, c, case_one, form, job, err);
}

static int case_apply(struct table **out, const void *state, const struct step_input *in,
                      struct job *job, struct err *err)
{
    const struct column_rule rule = { .applies = applies_to_text, .wanted = "text or a category" };
    enum letter_case form = (enum letter_case)params_choice(in->params, "to");

    (void)state;
    return step_edit_columns(out, in, &rule, case_column, &form, job, err);
}

const struct step_kind step_case = {
    .name = "case",
    .help = "make letters small or capital",
    .details =
        "Letters of every script that has capitals change one by one (ß has none). A word goes on "
        "over apostrophes and digits, so that title makes Don't of DON'T. Levels of a category "
        "that become equal are one level.",
    .example = "case sex to=lower",
    .scope = STEP_ROW_WISE,
    .params = case_params,
    .apply = case_apply,
};
