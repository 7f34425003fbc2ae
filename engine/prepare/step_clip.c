#include <math.h>

#include "prepare/bounds.h"
#include "prepare/step_edit.h"

static const struct param_spec clip_params[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_WORD,
      .fallback = "all",
      .help = "columns of numbers" },
    { .name = "min", .type = PARAM_REAL, .help = "smaller values become this" },
    { .name = "max", .type = PARAM_REAL, .help = "larger values become this" },
    { .name = NULL },
};

static int read_bounds(struct bounds *b, const struct params *params, struct err *err)
{
    const struct param_value *low = params_value(params, "min");
    const struct param_value *high = params_value(params, "max");

    *b = (struct bounds){ low->set ? low->real : -INFINITY, high->set ? high->real : INFINITY };
    if (!low->set && !high->set)
        return err_set(err, ERR_USAGE, "clip needs a bound; give min=, max= or both");
    if (isnan(b->low) || isnan(b->high))
        return err_set(err, ERR_USAGE, "a bound is nan; clip takes numbers");
    if (b->low > b->high)
        return err_set(err, ERR_USAGE, "min=%s is above max=%s; exchange them", low->text,
                       high->text);
    return 0;
}

static int clip_column(struct column **out, const struct column *c, const char *name, void *ctx,
                       struct job *job, struct err *err)
{
    const struct bounds *b = ctx;

    (void)job;
    return bounds_outside(b, c) ? bounds_clip(out, b, name, c, err) : 0;
}

static int clip_apply(struct table **out, const void *state, const struct step_input *in,
                      struct job *job, struct err *err)
{
    const struct column_rule rule = { .applies = applies_to_numbers,
                                      .wanted = "a number (int or real)" };
    struct bounds b;

    (void)state;
    if (read_bounds(&b, in->params, err))
        return -1;
    return step_edit_columns(out, in, &rule, clip_column, &b, job, err);
}

const struct step_kind step_clip = {
    .name = "clip",
    .help = "bring numbers within given bounds",
    .details =
        "Values below min become min, values above max become max; NaN and missing cells stay. "
        "An int column stays int: its bounds are the whole numbers within those given.",
    .example = "clip body_mass_g min=2500 max=6000",
    .scope = STEP_ROW_WISE,
    .params = clip_params,
    .apply = clip_apply,
};
