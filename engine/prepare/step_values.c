#include "prepare/step_values.h"

#include <assert.h>
#include <math.h>

#include "base/mem.h"
#include "base/text.h"
#include "prepare/step_columns.h"
#include "table/cell.h"

int step_values(double **out, size_t *n, const struct step_input *in, size_t col, struct err *err)
{
    const struct column *c = table_at(in->table, col);
    size_t n_rows = step_n_rows(in), kept = 0;
    void *block;

    if (mem_big(&block, n_rows, sizeof(double), "the values to learn from", err))
        return -1;
    double *v = block;
    for (size_t i = 0; i < n_rows; i++) {
        size_t row = step_row(in, i);
        double x = c->type == COLUMN_REAL ? column_reals(c)[row] : column_number(c, row);
        if (!column_missing(c, row) && !isnan(x))
            v[kept++] = x;
    }
    *out = v;
    *n = kept;
    return 0;
}

int column_new_like(struct column **out, enum column_type type, const struct column *c,
                    struct err *err)
{
    struct column *fresh;

    assert(type != COLUMN_TEXT);
    if (column_new(&fresh, type, c->n_rows, type == COLUMN_CATEGORY ? c->levels : NULL, err))
        return -1;
    fresh->valid = buffer_ref(c->valid);
    fresh->n_missing = c->n_missing;
    *out = fresh;
    return 0;
}

void column_clear_missing(struct column *c)
{
    if (!c->valid)
        return;
    for (size_t i = 0; i < c->n_rows; i++) {
        if (!column_missing(c, i))
            continue;
        if (c->type == COLUMN_BOOL)
            bit_clear(c->values->data, i);
        else if (c->type == COLUMN_CATEGORY || c->type == COLUMN_DATE)
            column_codes_mut(c)[i] = 0;
        else
            column_ints_mut(c)[i] = 0; /* all bits zero is 0.0 too */
    }
}

bool cell_value_read(struct cell_value *out, struct span text, enum column_type type)
{
    bool truth = false, fits = true;
    int32_t days = 0;

    *out = (struct cell_value){ 0 };
    switch (type) {
    case COLUMN_BOOL:
        fits = cell_parse_bool(&truth, text.at, text.len);
        out->integer = truth;
        break;
    case COLUMN_INT:
        fits = text_parse_int(&out->integer, text.at, text.len);
        break;
    case COLUMN_REAL:
        fits = text_parse_real(&out->real, text.at, text.len);
        break;
    case COLUMN_DATE:
        fits = cell_parse_date(&days, text.at, text.len);
        out->integer = days;
        break;
    case COLUMN_TIMESTAMP:
        fits = cell_parse_timestamp(&out->integer, text.at, text.len);
        break;
    case COLUMN_CATEGORY:
    case COLUMN_TEXT:
    case COLUMN_N_TYPES:
        break;
    }
    return fits;
}

const char *unpack_name(struct unpack *u)
{
    const char *name = unpack_text(u);

    if (!name)
        unpack_fail(u, "a name");
    return name ? name : "";
}
