#include "prepare/bounds.h"

#include <math.h>

#include "prepare/step_values.h"

int bounds_beyond(const struct bounds *b, const struct column *c, size_t row)
{
    double v = c->type == COLUMN_REAL ? column_reals(c)[row] : (double)column_ints(c)[row];

    if (column_missing(c, row))
        return 0;
    return v < b->low ? -1 : v > b->high ? 1 : 0;
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

int bounds_clip(struct column **out, const struct bounds *b, const char *name,
                const struct column *c, struct err *err)
{
    if (c->type == COLUMN_REAL ? clip_reals(out, b, c, err) : clip_ints(out, b, name, c, err))
        return -1;
    column_clear_missing(*out);
    return 0;
}

bool bounds_outside(const struct bounds *b, const struct column *c)
{
    for (size_t i = 0; i < c->n_rows; i++)
        if (bounds_beyond(b, c, i))
            return true;
    return false;
}
