/* From changed cell to changed cell, a word of 64 rows at a time. */
#include <assert.h>

#include "table/bits.h"
#include "table/diff.h"

bool diff_cell(const struct diff *d, size_t row, size_t col)
{
    assert(row < d->after->n_rows && col < d->after->n_cols);
    const struct buffer *changed = d->columns[col].changed;

    return changed && bit_get(changed->data, row);
}

size_t diff_row_before(const struct diff *d, size_t row)
{
    assert(row < d->after->n_rows);
    return d->row_before ? ((const uint32_t *)d->row_before->data)[row] : row;
}

/* The first row at or after `from` with a change in any column; n_rows when there is none. */
static size_t next_row(const struct diff *d, size_t from)
{
    size_t best = d->after->n_rows;

    for (size_t j = 0; j < d->after->n_cols; j++)
        if (d->columns[j].changed)
            best = bits_next(d->columns[j].changed->data, from, best);
    return best;
}

/* The last row before `end` with a change in any column; SIZE_MAX when there is none. */
static size_t previous_row(const struct diff *d, size_t end)
{
    size_t best = SIZE_MAX;

    for (size_t j = 0; j < d->after->n_cols; j++) {
        if (!d->columns[j].changed)
            continue;
        size_t row = bits_previous(d->columns[j].changed->data, end);
        if (row != SIZE_MAX && (best == SIZE_MAX || row > best))
            best = row;
    }
    return best;
}

/* The first changed column at or after `from`; n_cols when there is none. */
static size_t next_col(const struct diff *d, size_t row, size_t from)
{
    size_t j = from;

    while (j < d->after->n_cols && !diff_cell(d, row, j))
        j++;
    return j;
}

/* The last changed column before `end`; SIZE_MAX when there is none. */
static size_t previous_col(const struct diff *d, size_t row, size_t end)
{
    size_t j = end;

    while (j > 0 && !diff_cell(d, row, j - 1))
        j--;
    return j - 1;
}

bool diff_next(const struct diff *d, size_t *row, size_t *col)
{
    size_t n_cols = d->after->n_cols, from = 0;

    if (*row != SIZE_MAX) {
        size_t j = next_col(d, *row, *col + 1);
        if (j < n_cols) {
            *col = j;
            return true;
        }
        from = *row + 1;
    }
    size_t i = next_row(d, from);
    if (i >= d->after->n_rows)
        return false;
    *row = i;
    *col = next_col(d, i, 0);
    return true;
}

bool diff_previous(const struct diff *d, size_t *row, size_t *col)
{
    size_t n_cols = d->after->n_cols, end = d->after->n_rows;

    if (*row != SIZE_MAX) {
        size_t j = previous_col(d, *row, *col);
        if (j != SIZE_MAX) {
            *col = j;
            return true;
        }
        end = *row;
    }
    size_t i = previous_row(d, end);
    if (i == SIZE_MAX)
        return false;
    *row = i;
    *col = previous_col(d, i, n_cols);
    return true;
}
