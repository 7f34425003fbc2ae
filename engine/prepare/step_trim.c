#include <string.h>

#include "prepare/step_edit.h"
#include "prepare/text_map.h"

static const struct param_spec trim_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "columns of text" },
    { .name = "inner",
      .type = PARAM_FLAG,
      .fallback = "no",
      .help = "make one blank of several within the text too" },
    { .name = NULL },
};

static bool is_blank(char c)
{
    return c != '\0' && strchr(" \t\n\v\f\r", c);
}

/* `inner`, a bool, is the context. */
static enum text_change trim_one(void *inner, struct str *out, struct span in, struct err *err)
{
    struct span trimmed = span_trim(in);

    (void)err;
    if (!*(const bool *)inner) {
        str_add_n(out, trimmed.at, trimmed.len);
        return trimmed.len == in.len ? TEXT_SAME : TEXT_CHANGED;
    }
    for (size_t i = 0; i < trimmed.len; i++) {
        if (!is_blank(trimmed.at[i]))
            str_add_char(out, trimmed.at[i]);
        else if (!is_blank(trimmed.at[i - 1])) /* the first is no blank */
            str_add_char(out, ' ');
    }
    return span_eq((struct span){ out->buf, out->len }, in) ? TEXT_SAME : TEXT_CHANGED;
}

static int trim_column(struct column **out, const struct column *c, const char *name, void *inner,
                       struct job *job, struct err *err)
{
    (void)name;
    return text_map(out, c, trim_one, inner, job, err);
}

static int trim_apply(struct table **out, const void *state, const struct step_input *in,
                      struct job *job, struct err *err)
{
    const struct column_rule rule = { .applies = applies_to_text, .wanted = "text or a category" };
    bool inner = params_flag(in->params, "inner");

    (void)state;
    return step_edit_columns(out, in, &rule, trim_column, &inner, job, err);
}

const struct step_kind step_trim = {
    .name = "trim",
    .help = "remove white space around texts",
    .details =
        "White space (blanks, tabs, line ends) goes from both ends; inner=yes makes one blank "
        "of each run within. Levels of a category that become equal are one level. A text of "
        "white space only becomes empty, not missing.",
    .example = "trim all inner=yes",
    .scope = STEP_ROW_WISE,
    .params = trim_params,
    .apply = trim_apply,
};
