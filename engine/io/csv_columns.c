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

static void fill_column(struct build *b, size_t j, size_t begin, size_t end)
{
    struct column *c = b->typings[j].column;

    for (size_t i = begin; i < end; i++) {
        struct csv_cell cell = build_cell(b, i, j);
        if (cell.flags & CSV_MISSING || !fill_cell(c, i, build_trim(build_text(b, &cell))))
            bit_clear(c->valid->data, i);
    }
}

/* Chunks are multiples of 8 rows, so that no two of them share a byte of a bitmap. */
static void fill_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct build *b = ctx;

    (void)chunk;
    for (size_t j = 0; j < b->grid->n_cols; j++)
        if (type_is_fixed(b->typings[j].type))
            fill_column(b, j, b->base + begin, b->base + end);
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

static bool type_is_word(enum column_type type)
{
    return type == COLUMN_INT || type == COLUMN_REAL || type == COLUMN_TIMESTAMP;
}

/* The cells of column j become its values, each where it stands: most of the time would go into
 * fetching memory for them, and there would be both at once. */
static void column_take_cells(struct column *c, struct csv_grid *g, size_t j)
{
    size_t used = g->n_rows * sizeof(uint64_t);

    memset((char *)g->cells[j] + used, 0, buffer_padded(used) - used);
    buffer_unref(c->values);
    c->values = buffer_take(g->cells[j], used);
    c->n_rows = g->n_rows;
}

/* A column of fixed width with a bitmap that marks nothing yet; column_seal drops it when it stays
 * so. */
static int build_allocate(struct build *b, size_t j, struct err *err)
{
    struct typing *t = &b->typings[j];
    struct csv_grid *g = b->grid;
    bool in_place = type_is_word(t->type) && g->n_rows;

    if (column_new(&t->column, t->type, in_place ? 0 : g->n_rows, NULL, err))
        return -1;
    if (!g->n_rows)
        return 0;
    uint64_t first = g->cells[j][0]; /* marking row 0 clears its value */
    if (in_place)
        column_take_cells(t->column, g, j);
    int rc = column_set_missing(t->column, 0, err);
    if (rc == 0)
        bit_set(t->column->valid->data, 0);
    g->cells[j][0] = first;
    return rc;
}

/* The cells have become values, or are not needed any more. */
static void build_drop_cells(struct build *b, size_t j)
{
    struct column *c = b->typings[j].column;

    if (!c || !c->values || c->values->data != b->grid->cells[j])
        mem_big_free(b->grid->cells[j]);
    b->grid->cells[j] = NULL;
}

static void fill_text_columns(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct build *b = ctx;

    (void)chunk;
    for (size_t j = begin; j < end; j++)
        if (!type_is_fixed(b->typings[j].type)) {
            b->typings[j].rc = fill_texts(b, j, &b->typings[j].err);
            build_drop_cells(b, j);
        }
}

static int build_fill_fixed(struct build *b, struct job *job, struct err *err)
{
    size_t n_cols = b->grid->n_cols;
    int rc = 0;

    for (size_t j = 0; j < n_cols && rc == 0; j++)
        if (type_is_fixed(b->typings[j].type))
            rc = build_allocate(b, j, err);
    if (rc == 0)
        rc = build_over_rows(b, fill_rows, NULL, job, err);
    for (size_t j = 0; j < n_cols; j++)
        if (type_is_fixed(b->typings[j].type)) {
            build_drop_cells(b, j);
            if (rc == 0)
                column_seal(b->typings[j].column);
        }
    return rc;
}

static int build_fill_texts(struct build *b, struct job *job, struct err *err)
{
    size_t n_cols = b->grid->n_cols, n_rows = b->grid->n_rows;

    /* A small table is done before other threads would have begun. */
    parallel_for(n_cols, n_rows < PARALLEL_CHUNK ? n_cols : 1, fill_text_columns, b);
    for (size_t j = 0; j < n_cols; j++)
        if (b->typings[j].rc) {
            if (err)
                *err = b->typings[j].err;
            return -1;
        }
    return job_tick(job, 1, 1, err);
}

static int build_fill(struct build *b, struct job *job, struct err *err)
{
    struct job_range range = job_part(job, 0, 2);
    int rc = build_fill_fixed(b, job, err);

    job_restore(job, range);
    range = job_part(job, 1, 2);
    if (rc == 0)
        rc = build_fill_texts(b, job, err);
    job_restore(job, range);
    return rc;
}

/* ---------------------------------------------------------------- what did not fit */

static bool cell_fits(enum column_type type, struct span s)
{
    int64_t i;
    int32_t days;
    double r;
    bool flag;

    switch (type) {
    case COLUMN_INT:
        return text_parse_int(&i, s.at, s.len);
    case COLUMN_REAL:
        return text_parse_real(&r, s.at, s.len);
    case COLUMN_DATE:
        return cell_parse_date(&days, s.at, s.len);
    case COLUMN_TIMESTAMP:
        return parse_time(&i, s);
    default:
        return cell_parse_bool(&flag, s.at, s.len);
    }
}

/* A cell that has something in it and will be missing in the column. */
static bool build_is_lost(const struct build *b, size_t i, size_t j)
{
    struct csv_cell cell = build_cell(b, i, j);
    bool wide;

    return build_classify(&wide, b, &cell) > CLASS_BLANK &&
           !cell_fits(b->typings[j].type, build_trim(build_text(b, &cell)));
}

/* May a column of this type lose cells of this class? */
static bool class_may_be_lost(enum cell_class class, enum column_type type)
{
    switch (class) {
    case CLASS_MISSING:
    case CLASS_BLANK:
        return false;
    case CLASS_INT:
        return type != COLUMN_INT && type != COLUMN_REAL;
    case CLASS_BIG:
    case CLASS_REAL:
        return type != COLUMN_REAL;
    case CLASS_BOOL:
        return type != COLUMN_BOOL;
    case CLASS_DATE:
        return type != COLUMN_DATE && type != COLUMN_TIMESTAMP;
    case CLASS_TIMESTAMP:
        return type != COLUMN_TIMESTAMP;
    default:
        return true;
    }
}

static bool build_may_lose(const struct build *b, size_t j)
{
    const struct typing *t = &b->typings[j];

    for (int k = 0; type_is_fixed(t->type) && k < N_CLASSES; k++)
        if (t->tally.count[k] && class_may_be_lost((enum cell_class)k, t->type))
            return true;
    return false;
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
        if (build_may_lose(b, j))
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
        build_list_lost(&b); /* filling takes the cells */
        range = job_part(job, 1, 2);
        rc = build_fill(&b, job, err);
        job_restore(job, range);
    }
    if (rc == 0)
        rc = build_table(out, &b, err);
    for (size_t j = 0; j < g->n_cols; j++)
        column_unref(b.typings[j].column);
    mem_free(b.typings);
    return rc;
}
