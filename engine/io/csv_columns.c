/* csv_columns.c - the cells become typed columns, and those that do not fit become rejects. */
#include "io/csv_build.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "table/cell.h"

/* ---------------------------------------------------------------- filling */

static bool type_is_fixed(enum column_type type)
{
    return type != COLUMN_TEXT && type != COLUMN_CATEGORY;
}

static bool parse_time(int64_t *us, struct span s)
{
    int32_t days;

    if (cell_parse_timestamp(us, s.at, s.len))
        return true;
    if (!cell_parse_date(&days, s.at, s.len))
        return false;
    *us = days * INT64_C(86400000000);
    return true;
}

/* Store the text as row i of the column; false when it is not of its type. */
static bool fill_cell(struct column *c, size_t i, struct span s)
{
    bool flag;

    switch (c->type) {
    case COLUMN_INT:
        return text_parse_int(column_ints_mut(c) + i, s.at, s.len);
    case COLUMN_REAL:
        return text_parse_real(column_reals_mut(c) + i, s.at, s.len);
    case COLUMN_DATE:
        return cell_parse_date(column_codes_mut(c) + i, s.at, s.len);
    case COLUMN_TIMESTAMP:
        return parse_time(column_ints_mut(c) + i, s);
    case COLUMN_BOOL:
        if (!cell_parse_bool(&flag, s.at, s.len))
            return false;
        if (flag)
            bit_set(c->values->data, i);
        return true;
    default:
        assert(!"a column of fixed width");
        return false;
    }
}

/* Chunks are multiples of 8 rows, so that no two of them share a byte of a bitmap. */
static void fill_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct build *b = ctx;

    (void)chunk;
    for (size_t i = b->base + begin; i < b->base + end; i++)
        for (size_t j = 0; j < b->grid->n_cols; j++) {
            struct typing *t = &b->typings[j];
            struct csv_cell cell = build_cell(b, i, j);
            if (!type_is_fixed(t->type))
                continue;
            if (cell.flags & CSV_MISSING ||
                !fill_cell(t->column, i, build_trim(build_text(b, &cell))))
                bit_clear(t->column->valid->data, i);
        }
}

/* Bytes that are no UTF-8 become U+FFFD each; NUL stays. */
static void text_repaired(struct str *out, struct span s)
{
    str_clear(out);
    for (size_t i = 0; i < s.len;) {
        uint32_t code;
        size_t step = text_decode(&code, s.at + i, s.len - i);
        if (step == 1 && code == 0xFFFD)
            str_add(out, "\xEF\xBF\xBD");
        else
            str_add_n(out, s.at + i, step);
        i += step;
    }
}

static int fill_texts(struct build *b, size_t j, struct err *err)
{
    struct typing *t = &b->typings[j];
    struct column_builder builder;
    struct str repaired;

    str_init(&repaired);
    builder_init(&builder, t->type, b->grid->n_rows);
    for (size_t i = 0; i < b->grid->n_rows; i++) {
        struct csv_cell cell = build_cell(b, i, j);
        struct span s = build_text(b, &cell);
        if (cell.flags & CSV_MISSING) {
            builder_add_missing(&builder);
            continue;
        }
        if (cell.flags & CSV_DIRTY) {
            text_repaired(&repaired, s);
            s = (struct span){ repaired.buf, repaired.len };
        }
        builder_add_text(&builder, s.at, s.len);
    }
    str_release(&repaired);
    return builder_finish(&t->column, &builder, err);
}

/* Columns of fixed width with a bitmap that marks nothing yet; column_seal drops it when it stays
 * so. */
static int build_allocate(struct build *b, struct err *err)
{
    for (size_t j = 0; j < b->grid->n_cols; j++) {
        struct typing *t = &b->typings[j];
        if (!type_is_fixed(t->type))
            continue;
        if (column_new(&t->column, t->type, b->grid->n_rows, NULL, err))
            return -1;
        if (b->grid->n_rows && column_set_missing(t->column, 0, err))
            return -1;
        if (b->grid->n_rows)
            bit_set(t->column->valid->data, 0);
    }
    return 0;
}

static int build_fill(struct build *b, struct job *job, struct err *err)
{
    size_t n_cols = b->grid->n_cols;
    struct job_range range = job_part(job, 0, 2);
    int rc = build_allocate(b, err);

    if (rc == 0)
        rc = build_over_rows(b, fill_rows, NULL, job, err);
    job_restore(job, range);
    range = job_part(job, 1, 2);
    for (size_t j = 0; j < n_cols && rc == 0; j++) {
        if (type_is_fixed(b->typings[j].type))
            column_seal(b->typings[j].column);
        else
            rc = fill_texts(b, j, err);
        if (rc == 0)
            rc = job_tick(job, j + 1, n_cols, err);
    }
    job_restore(job, range);
    return rc;
}

/* ---------------------------------------------------------------- what did not fit */

/* A cell that had something in it and is missing in the column. */
static bool build_is_lost(const struct build *b, size_t i, size_t j)
{
    struct csv_cell cell = build_cell(b, i, j);
    bool wide;

    return column_missing(b->typings[j].column, i) && build_classify(&wide, b, &cell) > CLASS_BLANK;
}

static bool build_has_lost(const struct build *b, size_t j)
{
    const struct typing *t = &b->typings[j];

    return type_is_fixed(t->type) &&
           t->column->n_missing > t->tally.count[CLASS_MISSING] + t->tally.count[CLASS_BLANK];
}

static void build_reject(struct build *b, size_t i, size_t j)
{
    struct csv_cell *row = MEM_NEW(struct csv_cell, j + 1);
    struct reject where = { .kind = REJECT_VALUE, .row = i + 1, .column = (int)j };

    for (size_t k = 0; k <= j; k++)
        row[k] = build_cell(b, i, k);
    csv_place(&where.line, &where.col, b->grid->buf, (size_t)b->grid->lines[i], b->grid->row_at[i],
              row, j, row[j].at);
    source_reject(b->src, &where, b->grid->buf + row[j].at, row[j].len);
    mem_free(row);
}

static void build_list_lost(struct build *b)
{
    size_t n_cols = b->grid->n_cols, n_lost = 0;
    size_t *lost = MEM_NEW(size_t, n_cols);

    for (size_t j = 0; j < n_cols; j++)
        if (build_has_lost(b, j))
            lost[n_lost++] = j;
    for (size_t i = 0; n_lost && i < b->grid->n_rows; i++)
        for (size_t k = 0; k < n_lost; k++)
            if (build_is_lost(b, i, lost[k]))
                build_reject(b, i, lost[k]);
    mem_free(lost);
}

/* ---------------------------------------------------------------- the table */

/* The grid's line numbers as the table's buffer. */
static struct buffer *build_lines(struct csv_grid *g)
{
    struct buffer *lines = NULL;
    size_t used = g->n_rows * sizeof(*g->lines), padded = (used + 63) / 64 * 64;

    if (g->n_rows) {
        memset((char *)g->lines + used, 0, padded - used);
        lines = buffer_take(g->lines, used);
        g->lines = NULL;
    }
    return lines;
}

static int build_table(struct table **out, struct build *b, struct err *err)
{
    size_t n_cols = b->grid->n_cols;
    struct column **columns = MEM_NEW(struct column *, n_cols);
    int rc;

    for (size_t j = 0; j < n_cols; j++) {
        columns[j] = b->typings[j].column;
        b->typings[j].column = NULL;
    }
    rc = table_new(out, columns, (const char *const *)b->grid->names, n_cols, b->grid->n_rows,
                   build_lines(b->grid), err);
    mem_free(columns);
    return rc;
}

int csv_columns_build(struct table **out, struct csv_grid *g, const struct csv_dialect *dialect,
                      const int *types, struct source *src, struct job *job, struct err *err)
{
    struct build b = {
        .grid = g, .dialect = dialect, .src = src, .typings = MEM_NEW(struct typing, g->n_cols)
    };
    struct job_range range = job_part(job, 0, 2);
    int rc;

    for (size_t j = 0; j < g->n_cols; j++)
        if (types[j] >= 0) {
            b.typings[j].type = (enum column_type)types[j];
            b.typings[j].given = true;
        }
    rc = build_tally(&b, job, err);
    job_restore(job, range);
    if (rc == 0) {
        build_decide_all(&b);
        range = job_part(job, 1, 2);
        rc = build_fill(&b, job, err);
        job_restore(job, range);
    }
    if (rc == 0) {
        build_list_lost(&b);
        rc = build_table(out, &b, err);
    }
    for (size_t j = 0; j < g->n_cols; j++)
        column_unref(b.typings[j].column);
    mem_free(b.typings);
    return rc;
}
