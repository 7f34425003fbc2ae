#include <assert.h>
#include <math.h>

#include "base/text.h"
#include "table/cell.h"

#define DAY_US INT64_C(86400000000)

/* Cells that had a value and lost it. */
struct losses {
    size_t n, max;
    uint32_t *rows;
};

static void add_loss(struct losses *l, size_t row)
{
    if (l->n < l->max)
        l->rows[l->n] = (uint32_t)row;
    l->n++;
}

/* ---------------------------------------------------------------- one cell */

/* 2^63 is a double, INT64_MAX is not. */
static bool whole_number(int64_t *out, double v)
{
    if (!(v >= -0x1p63 && v < 0x1p63) || v != floor(v))
        return false;
    *out = (int64_t)v;
    return true;
}

static bool to_real(double *out, const struct column *c, size_t i)
{
    if (!column_is_text(c)) {
        *out = column_number(c, i);
        return true;
    }
    struct span text = column_span(c, i);
    return text_parse_real(out, text.at, text.len);
}

static bool to_int(int64_t *out, const struct column *c, size_t i)
{
    double real;

    if (c->type == COLUMN_BOOL) {
        *out = column_bool(c, i);
        return true;
    }
    if (column_is_text(c)) {
        struct span text = column_span(c, i);
        if (text_parse_int(out, text.at, text.len))
            return true;
    }
    return to_real(&real, c, i) && whole_number(out, real);
}

static bool to_bool(bool *out, const struct column *c, size_t i)
{
    if (column_is_text(c)) {
        struct span text = column_span(c, i);
        if (cell_parse_bool(out, text.at, text.len))
            return true;
    }
    double v;
    if (!to_real(&v, c, i) || (v != 0 && v != 1))
        return false;
    *out = v != 0;
    return true;
}

static bool to_date(int32_t *out, const struct column *c, size_t i)
{
    int64_t us;

    if (c->type == COLUMN_TIMESTAMP) {
        us = column_ints(c)[i];
    } else {
        struct span text = column_span(c, i);
        if (cell_parse_date(out, text.at, text.len))
            return true;
        if (!cell_parse_timestamp(&us, text.at, text.len))
            return false;
    }
    *out = (int32_t)(us / DAY_US - (us % DAY_US < 0));
    return true;
}

static bool to_timestamp(int64_t *out, const struct column *c, size_t i)
{
    int32_t days;

    if (c->type == COLUMN_DATE)
        return !__builtin_mul_overflow((int64_t)column_codes(c)[i], DAY_US, out);
    struct span text = column_span(c, i);
    if (cell_parse_timestamp(out, text.at, text.len))
        return true;
    if (!cell_parse_date(&days, text.at, text.len))
        return false;
    *out = days * DAY_US;
    return true;
}

static bool cast_cell(struct column *to, const struct column *c, size_t i)
{
    bool truth;

    switch (to->type) {
    case COLUMN_BOOL:
        if (!to_bool(&truth, c, i))
            return false;
        if (truth)
            bit_set(to->values->data, i);
        return true;
    case COLUMN_INT:
        return to_int(&column_ints_mut(to)[i], c, i);
    case COLUMN_REAL:
        return to_real(&column_reals_mut(to)[i], c, i);
    case COLUMN_DATE:
        return to_date(&column_codes_mut(to)[i], c, i);
    default:
        return to_timestamp(&column_ints_mut(to)[i], c, i);
    }
}

/* ---------------------------------------------------------------- a column */

static int cast_cells(struct column *to, struct losses *lost, const struct column *c,
                      struct err *err)
{
    for (size_t i = 0; i < c->n_rows; i++) {
        bool missing = column_missing(c, i);
        if (!missing && cast_cell(to, c, i))
            continue;
        if (!missing)
            add_loss(lost, i);
        if (column_set_missing(to, i, err))
            return -1;
    }
    column_seal(to);
    return 0;
}

static int cast_to_values(struct column **out, struct losses *lost, const struct column *c,
                          enum column_type type, struct err *err)
{
    struct column *to;

    if (column_new(&to, type, c->n_rows, NULL, err))
        return -1;
    if (cast_cells(to, lost, c, err)) {
        column_unref(to);
        return -1;
    }
    *out = to;
    return 0;
}

static int cast_to_text(struct column **out, const struct column *c, enum column_type type,
                        struct err *err)
{
    struct column_builder b;
    struct str text;

    builder_init(&b, type, c->n_rows);
    str_init(&text);
    for (size_t i = 0; i < c->n_rows; i++) {
        if (column_missing(c, i)) {
            builder_add_missing(&b);
            continue;
        }
        str_clear(&text);
        cell_text(&text, c, i);
        builder_add_text(&b, text.buf, text.len);
    }
    str_release(&text);
    return builder_finish(out, &b, err);
}

static bool is_text(enum column_type type)
{
    return type == COLUMN_TEXT || type == COLUMN_CATEGORY;
}

static bool is_time(enum column_type type)
{
    return type == COLUMN_DATE || type == COLUMN_TIMESTAMP;
}

static int check(enum column_type from, enum column_type to, struct err *err)
{
    if (is_text(from) || is_text(to) || is_time(from) == is_time(to))
        return 0;
    if (is_time(to))
        return err_set(err, ERR_SHAPE,
                       "%s cannot become %s; make text like 2024-02-29 of it and cast that",
                       column_type_name(from), column_type_name(to));
    return err_set(err, ERR_SHAPE,
                   "%s cannot become %s; derive a part of it, as year(x), or the days between two",
                   column_type_name(from), column_type_name(to));
}

int column_cast(struct column **out, const struct column *c, enum column_type type, size_t *n_lost,
                uint32_t *lost, size_t max_lost, struct err *err)
{
    struct losses losses = { .max = max_lost, .rows = lost };

    assert(lost || max_lost == 0);
    if (c->type == type)
        *out = column_ref(c);
    else if (check(c->type, type, err))
        return -1;
    else if (is_text(type) ? cast_to_text(out, c, type, err)
                           : cast_to_values(out, &losses, c, type, err))
        return -1;
    if (n_lost)
        *n_lost = losses.n;
    return 0;
}
