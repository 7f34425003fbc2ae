#include <math.h>
#include <string.h>

#include "prepare/step_columns.h"
#include "prepare/step_impute.h"
#include "prepare/step_values.h"

static bool is_number(enum column_type type)
{
    return type == COLUMN_INT || type == COLUMN_REAL;
}

static bool is_text(enum column_type type)
{
    return type == COLUMN_TEXT || type == COLUMN_CATEGORY;
}

/* Numbers take each other's place, and so do the two kinds of text: a file with other rows may be
 * read as the other type. */
static bool type_fits(enum column_type learned, enum column_type now)
{
    return learned == now || (is_number(learned) && is_number(now)) ||
           (is_text(learned) && is_text(now));
}

/* The value of row i that is no better known than by its group, or not at all. */
static const struct filling *common_value(const struct filler *with, size_t i)
{
    if (with->of_row && with->of_row[i] >= 0 && !with->groups[with->of_row[i]].nothing)
        return &with->groups[with->of_row[i]];
    return with->f;
}

static bool own_value(const struct filler *with, size_t i)
{
    return with->values && !isnan(with->values[i]);
}

/* ---------------------------------------------------------------- text */

static const char *text_for(const struct filler *with, size_t i)
{
    return own_value(with, i) ? with->levels[(size_t)with->values[i]] : common_value(with, i)->text;
}

static int fill_text(struct column **out, const struct filler *with, const struct column *c,
                     struct err *err)
{
    struct column_builder b;

    /* A category may get a level it did not have: the builder sorts them anew. */
    builder_init(&b, c->type, c->n_rows);
    for (size_t i = 0; i < c->n_rows; i++) {
        if (column_missing(c, i))
            builder_add_text(&b, text_for(with, i), strlen(text_for(with, i)));
        else
            builder_add_cell(&b, c, i);
    }
    return builder_finish(out, &b, err);
}

/* The usual case: the value is a level already, so codes are all that changes. */
static int fill_codes(struct column **out, const struct column *c, int32_t code, struct err *err)
{
    if (column_new(out, COLUMN_CATEGORY, c->n_rows, c->levels, err))
        return -1;
    for (size_t i = 0; i < c->n_rows; i++)
        column_codes_mut(*out)[i] = column_missing(c, i) ? code : column_codes(c)[i];
    column_seal(*out);
    return 0;
}

static int fill_words(struct column **out, const struct filler *with, const struct column *c,
                      struct err *err)
{
    bool one = !with->of_row && !with->values && c->type == COLUMN_CATEGORY;
    int32_t code = one ? column_level_find(c, span_of(with->f->text)) : -1;

    if (c->n_missing == 0) {
        *out = column_ref(c);
        return 0;
    }
    return code >= 0 ? fill_codes(out, c, code, err) : fill_text(out, with, c, err);
}

/* ---------------------------------------------------------------- everything else */

static double real_for(const struct filler *with, size_t i)
{
    const struct filling *f = common_value(with, i);

    if (own_value(with, i))
        return with->values[i];
    return f->type == COLUMN_REAL ? f->real : (double)f->integer;
}

static int fill_reals(struct column **out, const struct filler *with, const struct column *c,
                      struct err *err)
{
    if (column_new(out, COLUMN_REAL, c->n_rows, NULL, err))
        return -1;
    for (size_t i = 0; i < c->n_rows; i++) {
        double x = c->type == COLUMN_REAL ? column_reals(c)[i] : (double)column_ints(c)[i];
        column_reals_mut(*out)[i] = column_missing(c, i) ? real_for(with, i) : x;
    }
    column_seal(*out);
    return 0;
}

static int64_t integer_for(const struct filler *with, size_t i)
{
    return own_value(with, i) ? (int64_t)with->values[i] : common_value(with, i)->integer;
}

static int fill_integers(struct column **out, const struct filler *with, const struct column *c,
                         struct err *err)
{
    if (column_new(out, c->type, c->n_rows, NULL, err))
        return -1;
    for (size_t i = 0; i < c->n_rows; i++) {
        bool gone = column_missing(c, i);
        int64_t value = gone ? integer_for(with, i) : 0;
        if (c->type == COLUMN_DATE)
            column_codes_mut(*out)[i] = gone ? (int32_t)value : column_codes(c)[i];
        else if (c->type != COLUMN_BOOL)
            column_ints_mut(*out)[i] = gone ? value : column_ints(c)[i];
        else if (gone ? value != 0 : column_bool(c, i))
            bit_set((*out)->values->data, i);
    }
    column_seal(*out);
    return 0;
}

int impute_fill(struct column **out, const struct filler *with, const struct column *c,
                struct err *err)
{
    const struct filling *f = with->f;

    if (!type_fits(f->type, c->type))
        return err_set(err, ERR_SHAPE, "%s is %s; it was %s when this step learned", f->name,
                       step_type_words(c->type), step_type_words(f->type));
    if (f->nothing) {
        *out = column_ref(c);
        return 0;
    }
    if (is_text(f->type))
        return fill_words(out, with, c, err);
    bool becomes_real = f->type == COLUMN_REAL && c->type == COLUMN_INT;
    if (c->n_missing == 0 && !becomes_real) {
        *out = column_ref(c);
        return 0;
    }
    if (becomes_real || c->type == COLUMN_REAL)
        return fill_reals(out, with, c, err);
    return fill_integers(out, with, c, err);
}

int impute_indicator(struct column **out, const struct column *c, struct err *err)
{
    if (column_new(out, COLUMN_BOOL, c->n_rows, NULL, err))
        return -1;
    for (size_t i = 0; i < c->n_rows; i++)
        if (column_missing(c, i))
            bit_set((*out)->values->data, i);
    column_seal(*out);
    return 0;
}
