/* near_cells.c - how alike two cells are, and two rows. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "prepare/near_rows.h"
#include "profile/cluster_key.h"

#define EDITS_MAX 64 /* bytes up to which letters are compared, not pieces */

/* ---------------------------------------------------------------- folded texts */

static int fold_column(struct column **out, const struct column *texts, struct err *err)
{
    struct column_builder b;
    struct str folded;

    builder_init(&b, COLUMN_TEXT, texts->n_rows);
    str_init(&folded);
    for (size_t i = 0; i < texts->n_rows; i++) {
        str_clear(&folded);
        if (!column_missing(texts, i))
            cluster_fold(&folded, column_text(texts, i));
        builder_add_text(&b, folded.buf, folded.len);
    }
    str_release(&folded);
    return builder_finish(out, &b, err);
}

int near_column_init(struct near_column *out, const struct column *c, double tolerance,
                     struct err *err)
{
    *out = (struct near_column){ .column = c, .tolerance = tolerance };
    if (!column_is_text(c))
        return 0;
    return fold_column(&out->folded, c->type == COLUMN_CATEGORY ? c->levels : c, err);
}

void near_column_release(struct near_column *c)
{
    column_unref(c->folded);
}

struct span near_text(const struct near_column *c, size_t row)
{
    bool category = c->column->type == COLUMN_CATEGORY;

    return column_text(c->folded, category ? (size_t)column_codes(c->column)[row] : row);
}

/* ---------------------------------------------------------------- texts */

static double by_edits(struct span a, struct span b)
{
    char x[EDITS_MAX + 1], y[EDITS_MAX + 1];
    size_t longer = a.len > b.len ? a.len : b.len;

    memcpy(x, a.at, a.len);
    memcpy(y, b.at, b.len);
    x[a.len] = y[b.len] = '\0';
    return longer ? 1 - (double)text_distance(x, y, longer) / (double)longer : 1;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Pieces of three bytes, sorted, each once. */
static size_t pieces_of(uint32_t *out, struct span s)
{
    size_t n = 0, kept = 0;

    for (size_t i = 0; i + 3 <= s.len; i++)
        out[n++] = (uint32_t)(unsigned char)s.at[i] << 16 |
                   (uint32_t)(unsigned char)s.at[i + 1] << 8 | (unsigned char)s.at[i + 2];
    qsort(out, n, sizeof(*out), by_value);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || out[i] != out[i - 1])
            out[kept++] = out[i];
    return kept;
}

static double by_pieces(struct span a, struct span b)
{
    uint32_t *x = MEM_NEW(uint32_t, a.len + b.len), *y = x + a.len;
    size_t n = pieces_of(x, a), m = pieces_of(y, b), i = 0, j = 0, both = 0;

    while (i < n && j < m) {
        both += x[i] == y[j];
        uint32_t low = x[i] < y[j] ? x[i] : y[j];
        i += x[i] == low;
        j += y[j] == low;
    }
    mem_free(x);
    return n + m > both ? (double)both / (double)(n + m - both) : 0;
}

static double text_similarity(struct span a, struct span b)
{
    if (span_eq(a, b))
        return 1;
    if (a.len <= EDITS_MAX && b.len <= EDITS_MAX)
        return by_edits(a, b);
    return by_pieces(a, b);
}

/* ---------------------------------------------------------------- cells, rows */

static bool numbers_alike(const struct near_column *c, size_t a, size_t b)
{
    double x = column_number(c->column, a), y = column_number(c->column, b);
    double larger = fabs(x) > fabs(y) ? fabs(x) : fabs(y);

    return fabs(x - y) <= c->tolerance * larger;
}

static double cell_similarity(const struct near_column *c, size_t a, size_t b)
{
    if (c->folded)
        return text_similarity(near_text(c, a), near_text(c, b));
    if (column_cells_equal(c->column, a, c->column, b))
        return 1;
    bool number = c->column->type == COLUMN_INT || c->column->type == COLUMN_REAL;
    return number && c->tolerance > 0 && numbers_alike(c, a, b) ? 1 : 0;
}

double near_similarity(const struct near_column *cols, size_t n_cols, size_t a, size_t b)
{
    double sum = 0;
    size_t n = 0;

    for (size_t k = 0; k < n_cols; k++) {
        bool no_a = column_missing(cols[k].column, a), no_b = column_missing(cols[k].column, b);
        if (no_a && no_b)
            continue;
        sum += no_a || no_b ? 0.5 : cell_similarity(&cols[k], a, b);
        n++;
    }
    return n ? sum / (double)n : 0;
}
