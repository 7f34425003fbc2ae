#include <math.h>

#include "prepare/step_edit.h"
#include "prepare/step_values.h"

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

struct bounds {
    double low, high;
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

static int clip_reals(struct column **out, const struct bounds *b, const struct column *c,
                      struct err *err)
{
    if (column_new_like(out, COLUMN_REAL, c, err))
        return -1;
    for (size_t i = 0; i < c->n_rows; i++) {
        double v = column_reals(c)[i];
        column_reals_mut(*out)[i] = v < b->low ? b->low : v > b->high ? b->high : v;
    }
    return 0;
}

/* The bound as an int64, as far as there are any. */
static int64_t to_int(double v)
{
    if (v <= -0x1p63)
        return INT64_MIN;
    return v >= 0x1p63 ? INT64_MAX : (int64_t)v;
}

static int clip_ints(struct column **out, const struct bounds *b, const char *name,
                     const struct column *c, struct err *err)
{
    double inner_low = ceil(b->low), inner_high = floor(b->high);

    if (inner_low > inner_high)
        return err_set(
            err, ERR_DOMAIN,
            "%s is an int, and no whole number lies from %g to %g; cast it to real first", name,
            b->low, b->high);
    if (column_new_like(out, COLUMN_INT, c, err))
        return -1;
    int64_t low = to_int(inner_low), high = to_int(inner_high);
    for (size_t i = 0; i < c->n_rows; i++) {
        int64_t v = column_ints(c)[i];
        column_ints_mut(*out)[i] = v < low ? low : v > high ? high : v;
    }
    return 0;
}

static bool outside(const struct bounds *b, const struct column *c)
{
    for (size_t i = 0; i < c->n_rows; i++) {
        double v = c->type == COLUMN_REAL ? column_reals(c)[i] : (double)column_ints(c)[i];
        if ((v < b->low || v > b->high) && !column_missing(c, i))
            return true;
    }
    return false;
}

static int clip_column(struct column **out, const struct column *c, const char *name, void *ctx,
                       struct job *job, struct err *err)
{
    const struct bounds *b = ctx;

    (void)job;
    if (!outside(b, c))
        return 0;
    if (c->type == COLUMN_REAL ? clip_reals(out, b, c, err) : clip_ints(out, b, name, c, err))
        return -1;
    column_clear_missing(*out);
    return 0;
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
