#include "table/diff.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/str.h"
#include "base/text.h"
#include "table/bits.h"
#include "table/cell.h"

#define DIFF_WHAT "the difference of two tables"

/* ---------------------------------------------------------------- rows */

static bool same_rows(const struct table *a, const struct table *b)
{
    return a->origin == b->origin || (a->n_rows == b->n_rows && !a->origin->row && !b->origin->row);
}

/* Walk both tables in step: rows of `before` that `after` skips are gone. */
static int walk_rows(uint32_t *row_before, uint32_t *gone, const struct table *before,
                     const struct table *after, struct err *err)
{
    size_t i = 0, n_gone = 0, most_gone = before->n_rows - after->n_rows;

    for (size_t j = 0; j < before->n_rows; j++) {
        if (i < after->n_rows && table_row_number(after, i) == table_row_number(before, j))
            row_before[i++] = (uint32_t)j;
        else if (n_gone < most_gone)
            gone[n_gone++] = (uint32_t)j;
        else
            break;
    }
    if (i < after->n_rows)
        return err_set(err, ERR_SHAPE,
                       "row %zu was not in the table before; "
                       "only tables of one source, in the same order, can be compared",
                       table_row_number(after, i));
    return 0;
}

static int match_rows(struct diff *d, struct err *err)
{
    const struct table *before = d->before, *after = d->after;

    if (same_rows(before, after))
        return 0;
    if (after->n_rows > before->n_rows)
        return err_set(err, ERR_SHAPE,
                       "%zu rows after and %zu before; "
                       "only tables of one source, in the same order, can be compared",
                       after->n_rows, before->n_rows);
    d->rows_removed = before->n_rows - after->n_rows;
    if (buffer_new(&d->row_before, after->n_rows, sizeof(uint32_t), DIFF_WHAT, err) ||
        buffer_new(&d->rows_gone, d->rows_removed, sizeof(uint32_t), DIFF_WHAT, err) ||
        walk_rows(d->row_before->data, d->rows_gone->data, before, after, err))
        return -1;
    if (d->rows_removed > 0)
        return 0;
    buffer_unref(d->row_before);
    buffer_unref(d->rows_gone);
    d->row_before = d->rows_gone = NULL;
    return 0;
}

/* ---------------------------------------------------------------- cells */

/* Does the text say the number, as a writer with or without a point would put it? */
static bool text_is_number(struct span text, const struct column *number, size_t i)
{
    char buf[TEXT_REAL_SIZE];
    struct str exact;

    if (number->type == COLUMN_REAL &&
        span_is(text, text_real(buf, column_reals(number)[i], false)))
        return true;
    str_init(&exact);
    cell_text(&exact, number, i);
    bool same = span_is(text, exact.buf);
    str_release(&exact);
    return same;
}

/* A step that widens ints to reals, or reads numbers from text, changes a column's type; a cell is
 * changed when what it says is. */
static bool says_the_same(const struct column *a, size_t i, const struct column *b, size_t j)
{
    bool missing = column_missing(a, i) || column_missing(b, j);

    if (missing || a->type == b->type)
        return column_cells_equal(a, i, b, j);
    if (column_is_number(a) && column_is_number(b))
        return column_number(a, i) == column_number(b, j);
    if (column_is_text(a) && column_is_text(b))
        return span_eq(column_span(a, i), column_span(b, j));
    if (column_is_text(a))
        return text_is_number(column_span(a, i), b, j);
    return column_is_text(b) && text_is_number(column_span(b, j), a, i);
}

struct compare {
    const struct column *before, *after;
    const uint32_t *row_before; /* NULL: the same rows */
    uint8_t *changed;           /* bitmap */
    size_t *n_changed;          /* (chunks) */
};

/* Chunks begin at multiples of eight rows: no byte of the bitmap is written by two. */
_Static_assert(PARALLEL_CHUNK % 8 == 0, "chunks would share bytes of a bitmap");

static void compare_chunk(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct compare *c = ctx;
    size_t n = 0;

    for (size_t i = begin; i < end; i++) {
        size_t j = c->row_before ? c->row_before[i] : i;
        if (says_the_same(c->before, j, c->after, i))
            continue;
        bit_set(c->changed, i);
        n++;
    }
    c->n_changed[chunk] = n;
}

static size_t sum(const size_t *n, size_t count)
{
    size_t total = 0;

    for (size_t k = 0; k < count; k++)
        total += n[k];
    return total;
}

static int compare_cells(const struct diff *d, struct diff_column *col, struct err *err)
{
    size_t n_rows = d->after->n_rows, n_chunks = parallel_n_chunks(n_rows, PARALLEL_CHUNK);
    struct compare c = {
        .before = table_at(d->before, (size_t)col->before),
        .after = table_at(d->after, (size_t)col->after),
        .row_before = d->row_before ? d->row_before->data : NULL,
    };

    if (buffer_new(&col->changed, bits_bytes(n_rows), 1, DIFF_WHAT, err))
        return -1;
    c.changed = col->changed->data;
    c.n_changed = MEM_NEW(size_t, n_chunks);
    parallel_for(n_rows, PARALLEL_CHUNK, compare_chunk, &c);
    col->n_changed = sum(c.n_changed, n_chunks);
    mem_free(c.n_changed);
    if (col->n_changed == 0) {
        buffer_unref(col->changed);
        col->changed = NULL;
    }
    return 0;
}

/* ---------------------------------------------------------------- columns */

/* Mostly a column stays where it is; then no search is needed. */
static int find_from(const struct table *t, size_t hint, const char *name)
{
    if (hint < t->n_cols && strcmp(table_name(t, hint), name) == 0)
        return (int)hint;
    return table_find(t, name);
}

/* The column of before that is the same object, bears no name of after's and was not yet found;
 * -1 when none is. */
static int find_renamed(const struct diff *d, const struct column *column, const bool *found)
{
    for (size_t j = 0; j < d->before->n_cols; j++)
        if (table_at(d->before, j) == column && !found[j] &&
            find_from(d->after, j, table_name(d->before, j)) < 0)
            return (int)j;
    return -1;
}

static int diff_one(const struct diff *d, struct diff_column *col, size_t after, const bool *found,
                    struct err *err)
{
    const struct column *column = table_at(d->after, after);

    col->after = (int)after;
    col->before = find_from(d->before, after, table_name(d->after, after));
    if (col->before < 0) {
        col->before = find_renamed(d, column, found);
        col->kind = col->before < 0 ? DIFF_ADDED : DIFF_RENAMED;
        return 0;
    }
    if (table_at(d->before, (size_t)col->before) != column && compare_cells(d, col, err))
        return -1;
    col->kind = col->n_changed > 0 ? DIFF_CHANGED : DIFF_SAME;
    return 0;
}

static void count(struct diff *d, const struct diff_column *col)
{
    d->cells_changed += col->n_changed;
    d->columns_added += col->kind == DIFF_ADDED;
    d->columns_dropped += col->kind == DIFF_DROPPED;
    d->columns_renamed += col->kind == DIFF_RENAMED;
}

static int match_columns(struct diff *d, struct err *err)
{
    size_t n_after = d->after->n_cols, n_before = d->before->n_cols;
    bool *found = MEM_NEW(bool, n_before);
    int rc = 0;

    d->columns = MEM_NEW(struct diff_column, n_after + n_before);
    for (size_t j = 0; j < n_after && rc == 0; j++) {
        struct diff_column *col = &d->columns[d->n_columns++];
        rc = diff_one(d, col, j, found, err);
        count(d, col);
        if (col->before >= 0)
            found[col->before] = true;
    }
    for (size_t j = 0; j < n_before && rc == 0; j++) {
        if (found[j])
            continue;
        struct diff_column *col = &d->columns[d->n_columns++];
        *col = (struct diff_column){ .kind = DIFF_DROPPED, .before = (int)j, .after = -1 };
        count(d, col);
    }
    mem_free(found);
    return rc;
}

/* ---------------------------------------------------------------- life */

int diff_tables(struct diff **out, const struct table *before, const struct table *after,
                struct err *err)
{
    struct diff *d = MEM_NEW(struct diff, 1);

    d->before = table_ref(before);
    d->after = table_ref(after);
    if (match_rows(d, err) || match_columns(d, err)) {
        diff_free(d);
        return -1;
    }
    *out = d;
    return 0;
}

void diff_free(struct diff *d)
{
    if (!d)
        return;
    for (size_t j = 0; j < d->n_columns; j++)
        buffer_unref(d->columns[j].changed);
    mem_free(d->columns);
    buffer_unref(d->row_before);
    buffer_unref(d->rows_gone);
    table_unref(d->before);
    table_unref(d->after);
    mem_free(d);
}
