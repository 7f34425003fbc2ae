/* Columns whose number of rows is not known yet: buffers that double.
 *
 * Invariant: every byte past what is in use is zero, so that a missing cell needs no writing and
 * the padding is right when the column is done. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "table/bits.h"
#include "table/column.h"
#include "table/column_parts.h"

#define FIRST_ROWS  ((size_t)64)
#define FIRST_BYTES ((size_t)1024)

/* ---------------------------------------------------------------- room */

static int grow_buffer(struct buffer **b, size_t used, size_t size, struct err *err)
{
    if (!*b)
        return buffer_new(b, size, 1, COLUMN_WHAT, err);
    if (mem_big_grow(&(*b)->data, used, size, 1, COLUMN_WHAT, err))
        return -1;
    memset((char *)(*b)->data + used, 0, buffer_padded(size) - used);
    (*b)->size = size;
    return 0;
}

/* A step that fails leaves what the earlier ones enlarged: larger than needed, but consistent. */
static int grow_rows(struct column_builder *b, size_t cap)
{
    struct column *c = b->column;
    size_t n = b->n_rows;

    if (grow_buffer(&c->values, column_values_size(b->type, n), column_values_size(b->type, cap),
                    &b->err))
        return -1;
    if (c->valid && grow_buffer(&c->valid, bits_bytes(n), bits_bytes(cap), &b->err))
        return -1;
    b->cap = cap;
    return 0;
}

static int grow_bytes(struct column_builder *b, size_t need)
{
    size_t cap = b->bytes_cap ? 2 * b->bytes_cap : FIRST_BYTES;

    if (cap < need)
        cap = need;
    if (grow_buffer(&b->column->bytes, b->n_bytes, cap, &b->err))
        return -1;
    b->bytes_cap = cap;
    return 0;
}

/* Is there room for one more row, and did nothing fail before? */
static bool has_room(struct column_builder *b)
{
    if (b->err.code != ERR_NONE)
        return false;
    return b->n_rows < b->cap || grow_rows(b, b->cap ? 2 * b->cap : FIRST_ROWS) == 0;
}

/* ---------------------------------------------------------------- life */

void builder_init(struct column_builder *b, enum column_type type, size_t expected)
{
    *b = (struct column_builder){ .type = type, .column = column_shell(type, 0) };
    if (type == COLUMN_CATEGORY)
        b->intern = intern_new();
    if (grow_rows(b, expected ? expected : FIRST_ROWS))
        return;
    /* Even an empty text needs an address. */
    if (type == COLUMN_TEXT)
        grow_bytes(b, 0);
}

void builder_release(struct column_builder *b)
{
    column_unref(b->column);
    intern_free(b->intern);
    b->column = NULL;
    b->intern = NULL;
}

/* ---------------------------------------------------------------- rows */

/* The value stands in slot n_rows: count it. */
static void close_row(struct column_builder *b)
{
    if (b->column->valid)
        bit_set(b->column->valid->data, b->n_rows);
    b->n_rows++;
}

static void close_text(struct column_builder *b)
{
    column_ints_mut(b->column)[b->n_rows + 1] = (int64_t)b->n_bytes;
}

void builder_add_missing(struct column_builder *b)
{
    struct column *c = b->column;

    if (!has_room(b))
        return;
    if (!c->valid) {
        if (buffer_new(&c->valid, bits_bytes(b->cap), 1, COLUMN_WHAT, &b->err))
            return;
        bits_fill(c->valid->data, b->n_rows);
    }
    if (b->type == COLUMN_TEXT)
        close_text(b);
    b->n_rows++;
}

void builder_add_int(struct column_builder *b, int64_t v)
{
    if (!has_room(b))
        return;
    switch (b->type) {
    case COLUMN_BOOL:
        if (v)
            bit_set(b->column->values->data, b->n_rows);
        break;
    case COLUMN_DATE:
        assert(v >= INT32_MIN && v <= INT32_MAX);
        column_codes_mut(b->column)[b->n_rows] = (int32_t)v;
        break;
    default:
        assert(b->type == COLUMN_INT || b->type == COLUMN_TIMESTAMP);
        column_ints_mut(b->column)[b->n_rows] = v;
    }
    close_row(b);
}

void builder_add_real(struct column_builder *b, double v)
{
    assert(b->type == COLUMN_REAL);
    if (!has_room(b))
        return;
    column_reals_mut(b->column)[b->n_rows] = v;
    close_row(b);
}

static bool add_bytes(struct column_builder *b, const char *s, size_t len)
{
    if (b->bytes_cap - b->n_bytes < len && grow_bytes(b, b->n_bytes + len))
        return false;
    if (len > 0)
        memcpy((char *)b->column->bytes->data + b->n_bytes, s, len);
    b->n_bytes += len;
    close_text(b);
    return true;
}

static bool add_level(struct column_builder *b, const char *s, size_t len)
{
    int32_t code = intern_code(b->intern, s, len, &b->err);

    if (code < 0)
        return false;
    column_codes_mut(b->column)[b->n_rows] = code;
    return true;
}

void builder_add_text(struct column_builder *b, const char *s, size_t len)
{
    assert(b->type == COLUMN_TEXT || b->type == COLUMN_CATEGORY);
    if (!has_room(b))
        return;
    if (b->type == COLUMN_TEXT ? add_bytes(b, s, len) : add_level(b, s, len))
        close_row(b);
}

void builder_add_cell(struct column_builder *b, const struct column *c, size_t i)
{
    assert(b->type == c->type || (column_is_text(b->column) && column_is_text(c)));
    if (column_missing(c, i)) {
        builder_add_missing(b);
        return;
    }
    switch (c->type) {
    case COLUMN_BOOL:
        builder_add_int(b, column_bool(c, i));
        break;
    case COLUMN_REAL:
        builder_add_real(b, column_reals(c)[i]);
        break;
    case COLUMN_CATEGORY:
    case COLUMN_TEXT: {
        struct span text = column_span(c, i);
        builder_add_text(b, text.at, text.len);
        break;
    }
    case COLUMN_DATE:
        builder_add_int(b, column_codes(c)[i]);
        break;
    default:
        builder_add_int(b, column_ints(c)[i]);
    }
}

/* ---------------------------------------------------------------- done */

/* Codes were given in order of appearance; missing cells keep their zero. */
static int sort_levels(struct column_builder *b, struct err *err)
{
    struct column *c = b->column;
    struct buffer *rank;
    struct intern *in = b->intern;

    b->intern = NULL;
    if (intern_finish(&c->levels, &rank, in, err))
        return -1;
    const int32_t *to = rank->data;
    int32_t *codes = column_codes_mut(c);
    for (size_t i = 0; i < c->n_rows; i++)
        if (!column_missing(c, i))
            codes[i] = to[codes[i]];
    buffer_unref(rank);
    return 0;
}

/* Give back what doubling reserved in vain; without memory for the copy it just stays. */
static void trim(struct buffer *b, size_t used)
{
    if (b && buffer_padded(used) < b->size / 4 * 3)
        mem_big_grow(&b->data, buffer_padded(used), buffer_padded(used), 1, COLUMN_WHAT, NULL);
    if (b)
        b->size = used;
}

int builder_finish(struct column **out, struct column_builder *b, struct err *err)
{
    struct column *c = b->column;

    c->n_rows = b->n_rows;
    if (b->err.code == ERR_NONE && b->type == COLUMN_CATEGORY)
        sort_levels(b, &b->err);
    if (b->err.code != ERR_NONE) {
        if (err)
            *err = b->err;
        builder_release(b);
        return -1;
    }
    trim(c->values, column_values_size(b->type, b->n_rows));
    trim(c->valid, bits_bytes(b->n_rows));
    trim(c->bytes, b->n_bytes);
    column_seal(c);
    b->column = NULL;
    *out = c;
    return 0;
}
