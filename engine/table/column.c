#include "table/column.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "table/bits.h"
#include "table/column_parts.h"

/* clang-format off */
static const char *const type_names[COLUMN_N_TYPES] = {
    [COLUMN_BOOL] = "bool",
    [COLUMN_INT] = "int",
    [COLUMN_REAL] = "real",
    [COLUMN_CATEGORY] = "category",
    [COLUMN_TEXT] = "text",
    [COLUMN_DATE] = "date",
    [COLUMN_TIMESTAMP] = "timestamp",
};
/* clang-format on */

const char *column_type_name(enum column_type type)
{
    assert(type < COLUMN_N_TYPES);
    return type_names[type];
}

bool column_type_parse(enum column_type *out, const char *name)
{
    for (unsigned t = 0; t < COLUMN_N_TYPES; t++)
        if (strcmp(name, type_names[t]) == 0) {
            *out = (enum column_type)t;
            return true;
        }
    return false;
}

/* ---------------------------------------------------------------- life */

struct column *column_shell(enum column_type type, size_t n_rows)
{
    struct column *c = MEM_NEW(struct column, 1);

    atomic_init(&c->refs, 1);
    c->type = type;
    c->n_rows = n_rows;
    return c;
}

size_t column_values_size(enum column_type type, size_t n_rows)
{
    switch (type) {
    case COLUMN_BOOL:
        return bits_bytes(n_rows);
    case COLUMN_CATEGORY:
    case COLUMN_DATE:
        return n_rows * sizeof(int32_t);
    case COLUMN_TEXT:
        return (n_rows + 1) * sizeof(int64_t);
    default:
        return n_rows * sizeof(int64_t);
    }
}

int column_new(struct column **out, enum column_type type, size_t n_rows, struct column *levels,
               struct err *err)
{
    struct buffer *values;

    assert(type != COLUMN_TEXT);
    assert((type == COLUMN_CATEGORY) == (levels != NULL));
    if (buffer_new(&values, column_values_size(type, n_rows), 1, COLUMN_WHAT, err))
        return -1;
    struct column *c = column_shell(type, n_rows);
    c->values = values;
    c->levels = levels ? column_ref(levels) : NULL;
    *out = c;
    return 0;
}

struct column *column_of_buffers(enum column_type type, size_t n_rows, struct buffer *take_values,
                                 struct buffer *take_valid, struct buffer *take_bytes,
                                 struct column *take_levels)
{
    struct column *c = column_shell(type, n_rows);

    assert((type == COLUMN_CATEGORY) == (take_levels != NULL));
    assert((type == COLUMN_TEXT) == (take_bytes != NULL));
    assert(take_values->size >= column_values_size(type, n_rows));
    c->values = take_values;
    c->valid = take_valid;
    c->bytes = take_bytes;
    c->levels = take_levels;
    if (c->valid)
        c->n_missing = n_rows - bits_count(c->valid->data, n_rows);
    if (c->valid && !c->n_missing) {
        buffer_unref(c->valid);
        c->valid = NULL;
    }
    return c;
}

static void clear_slot(struct column *c, size_t i)
{
    switch (c->type) {
    case COLUMN_BOOL:
        bit_clear(c->values->data, i);
        break;
    case COLUMN_CATEGORY:
    case COLUMN_DATE:
        column_codes_mut(c)[i] = 0;
        break;
    case COLUMN_TEXT:
        assert(column_text(c, i).len == 0);
        break;
    default:
        column_ints_mut(c)[i] = 0;
    }
}

int column_set_missing(struct column *c, size_t i, struct err *err)
{
    assert(i < c->n_rows && c->type != COLUMN_TEXT);
    if (!c->valid) {
        if (buffer_new(&c->valid, bits_bytes(c->n_rows), 1, COLUMN_WHAT, err))
            return -1;
        bits_fill(c->valid->data, c->n_rows);
    }
    bit_clear(c->valid->data, i);
    clear_slot(c, i);
    return 0;
}

/* A value may have been written after its cell was marked: cleared once more, since digests and
 * whole-buffer comparisons read these slots. */
static void clear_missing_slots(struct column *c)
{
    const uint8_t *valid = c->valid->data;

    for (size_t i = 0; i < c->n_rows; i++) {
        if (i % 8 == 0 && valid[i / 8] == 0xFF)
            i += 7;
        else if (!bit_get(valid, i))
            clear_slot(c, i);
    }
}

void column_seal(struct column *c)
{
    if (!c->valid) {
        c->n_missing = 0;
        return;
    }
    c->n_missing = c->n_rows - bits_count(c->valid->data, c->n_rows);
    if (c->n_missing > 0) {
        clear_missing_slots(c);
        return;
    }
    buffer_unref(c->valid);
    c->valid = NULL;
}

/* Only the count is written through a const pointer; what readers see stays as it is. */
struct column *column_ref(const struct column *c)
{
    struct column *shared = (struct column *)c;

    atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    return shared;
}

void column_unref(const struct column *c)
{
    struct column *shared = (struct column *)c;

    if (!c || atomic_fetch_sub_explicit(&shared->refs, 1, memory_order_acq_rel) > 1)
        return;
    buffer_unref(shared->valid);
    buffer_unref(shared->values);
    buffer_unref(shared->bytes);
    column_unref(shared->levels);
    mem_free(shared);
}

/* ---------------------------------------------------------------- reading */

struct span column_span(const struct column *c, size_t i)
{
    assert(column_is_text(c) && i < c->n_rows);
    if (c->type == COLUMN_TEXT)
        return column_text(c, i);
    if (column_missing(c, i))
        return (struct span){ .at = "", .len = 0 };
    return column_text(c->levels, (size_t)column_codes(c)[i]);
}

double column_number(const struct column *c, size_t i)
{
    assert(c->type != COLUMN_TEXT && i < c->n_rows);
    switch (c->type) {
    case COLUMN_BOOL:
        return column_bool(c, i) ? 1.0 : 0.0;
    case COLUMN_REAL:
        return column_reals(c)[i];
    case COLUMN_CATEGORY:
    case COLUMN_DATE:
        return column_codes(c)[i];
    default:
        return (double)column_ints(c)[i];
    }
}

static bool categories_equal(const struct column *a, size_t i, const struct column *b, size_t j)
{
    if (a->levels == b->levels)
        return column_codes(a)[i] == column_codes(b)[j];
    return span_eq(column_span(a, i), column_span(b, j));
}

static bool reals_equal(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

bool column_cells_equal(const struct column *a, size_t i, const struct column *b, size_t j)
{
    bool missing = column_missing(a, i);

    assert(i < a->n_rows && j < b->n_rows);
    if (missing || column_missing(b, j))
        return missing && column_missing(b, j);
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case COLUMN_BOOL:
        return column_bool(a, i) == column_bool(b, j);
    case COLUMN_REAL:
        return reals_equal(column_reals(a)[i], column_reals(b)[j]);
    case COLUMN_CATEGORY:
        return categories_equal(a, i, b, j);
    case COLUMN_TEXT:
        return span_eq(column_text(a, i), column_text(b, j));
    case COLUMN_DATE:
        return column_codes(a)[i] == column_codes(b)[j];
    default:
        return column_ints(a)[i] == column_ints(b)[j];
    }
}

size_t column_bytes(const struct column *c)
{
    size_t bytes = c->values->size;

    if (c->valid)
        bytes += c->valid->size;
    if (c->bytes)
        bytes += c->bytes->size;
    return bytes + (c->levels ? column_bytes(c->levels) : 0);
}

int32_t column_level_find(const struct column *category, struct span text)
{
    assert(category->type == COLUMN_CATEGORY);
    size_t low = 0, high = category->levels->n_rows;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = span_compare(column_text(category->levels, middle), text);
        if (order == 0)
            return (int32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}
