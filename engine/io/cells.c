#include "io/cells.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

static const char na_words[] = "NA,N/A,null,NULL"; /* as the CSV reader's */

#define FIRST_ROWS 256

void cells_init(struct cells *c, struct source *src, char *buf, size_t len, size_t cap)
{
    *c = (struct cells){ .src = src, .buf_len = len, .buf_cap = cap, .dates = "none" };
    c->grid.buf = buf;
    c->dialect = (struct csv_dialect){ .delimiter = ',', .quote = '"', .header = true };
    c->dialect.na = csv_na_words(&c->dialect.n_na, na_words, &src->arena);
    text_set_init(&c->by_name);
}

void cells_release(struct cells *c)
{
    char *buf = c->grid.buf;

    csv_grid_release(&c->grid);
    mem_big_free(buf);
    text_set_release(&c->by_name);
    mem_free(c->names);
    mem_free(c->types);
}

/* ---------------------------------------------------------------- columns */

/* A column that no row has yet. */
static size_t column_add(struct cells *c, struct span name)
{
    struct csv_grid *g = &c->grid;
    size_t j = g->n_cols;
    char *kept;

    if (j == CELLS_MOST_COLUMNS) {
        err_set(&c->err, ERR_DOMAIN, "there are more than %d columns; is it a table?",
                CELLS_MOST_COLUMNS);
        return 0;
    }
    kept = arena_strndup(&c->src->arena, name.at, name.len);
    if (j == c->names_cap) {
        c->names_cap = j ? j * 2 : 32;
        c->names = mem_resize(c->names, c->names_cap, sizeof(*c->names));
        c->types = mem_resize(c->types, c->names_cap, sizeof(*c->types));
        g->cells = mem_resize(g->cells, c->names_cap, sizeof(*g->cells));
    }
    c->names[j] = (struct span){ kept, name.len };
    c->types[j] = -1;
    g->cells[j] = NULL; /* room is made when a cell is put */
    g->n_cols++;
    text_set_add(&c->by_name, kept, name.len);
    *text_set_counter(&c->by_name, kept, name.len) = j + 1;
    return j;
}

size_t cells_column(struct cells *c, struct span name, size_t likely)
{
    if (likely < c->grid.n_cols && span_eq(c->names[likely], name))
        return likely;
    if (text_set_has(&c->by_name, name.at, name.len))
        return *text_set_counter(&c->by_name, name.at, name.len) - 1;
    return column_add(c, name);
}

/* ---------------------------------------------------------------- rows */

static int grow_block(void **block, size_t used, size_t n, struct err *err)
{
    return mem_big_grow(block, used * sizeof(uint64_t), n, sizeof(uint64_t), "cells of the file",
                        err);
}

static int grow_rows(struct cells *c, struct err *err)
{
    struct csv_grid *g = &c->grid;
    size_t cap = c->cap ? c->cap * 2 : FIRST_ROWS;

    for (size_t j = 0; j < g->n_cols; j++) {
        void *block = g->cells[j];
        if (block && grow_block(&block, g->n_rows, cap, err))
            return -1;
        g->cells[j] = block;
    }
    void *lines = g->lines, *row_at = g->row_at;
    int rc = grow_block(&lines, g->n_rows, cap, err);
    g->lines = lines;
    if (rc == 0)
        rc = grow_block(&row_at, g->n_rows, cap, err);
    g->row_at = row_at;
    c->cap = rc ? c->cap : cap;
    return rc;
}

static int tell_sticky(const struct cells *c, struct err *err)
{
    if (!c->err.code)
        return 0;
    if (err)
        *err = c->err;
    return -1;
}

int cells_row(struct cells *c, size_t line, size_t at, struct err *err)
{
    struct csv_grid *g = &c->grid;

    if (tell_sticky(c, err))
        return -1;
    if (g->n_rows == UINT32_MAX)
        return err_set(err, ERR_DOMAIN, "the file has more than %u rows, which is the most",
                       UINT32_MAX);
    if (g->n_rows == c->cap && grow_rows(c, err))
        return -1;
    for (size_t j = 0; j < g->n_cols; j++)
        if (g->cells[j])
            g->cells[j][g->n_rows] = CSV_MISSING;
    g->lines[g->n_rows] = (int64_t)line;
    g->row_at[g->n_rows++] = at;
    return 0;
}

void cells_drop_row(struct cells *c)
{
    assert(c->grid.n_rows);
    c->grid.n_rows--;
}

/* The cells of a column that turned up just now: missing in all rows before. */
static void column_begin(struct cells *c, size_t j)
{
    void *block;

    if (mem_big(&block, c->cap, sizeof(uint64_t), "cells of the file", &c->err))
        return;
    c->grid.cells[j] = block;
    for (size_t i = 0; i < c->grid.n_rows; i++)
        c->grid.cells[j][i] = CSV_MISSING;
}

void cells_put(struct cells *c, size_t j, size_t at, size_t len, unsigned flags)
{
    struct csv_grid *g = &c->grid;
    size_t i = g->n_rows - 1;
    struct csv_cell cell = { .at = at, .len = (uint32_t)len, .flags = flags };

    assert(at >= g->row_at[i] && at - g->row_at[i] <= CSV_PACK_MASK && len <= CSV_PACK_MASK);
    if (!g->cells[j])
        column_begin(c, j);
    if (g->cells[j])
        g->cells[j][i] = csv_cell_pack(cell, g->row_at[i]);
}

int cells_add(size_t *at, struct cells *c, const char *bytes, size_t len, struct err *err)
{
    void *buf = c->grid.buf;
    size_t want = c->buf_len + len + 64;

    if (want > c->buf_cap) {
        want += want / 2 + 65536;
        if (mem_big_grow(&buf, c->buf_len, want, 1, "the texts of the file", err))
            return -1;
        c->grid.buf = buf;
        c->buf_cap = want;
    }
    if (len)
        memcpy(c->grid.buf + c->buf_len, bytes, len);
    *at = c->buf_len;
    c->buf_len += len;
    c->grid.buf[c->buf_len] = '\0';
    return 0;
}

void cells_reject(struct cells *c, enum reject_kind kind, int j, size_t line, size_t col,
                  const char *text, size_t len)
{
    bool row = kind != REJECT_SYNTAX;
    struct reject where = {
        .kind = kind, .row = row ? c->grid.n_rows : 0, .line = line, .col = col, .column = j
    };

    source_reject(c->src, &where, text, len);
}

/* ---------------------------------------------------------------- the table */

/* Names as csv_names_make makes them, from a header line that never was. */
static void make_names(struct cells *c)
{
    struct csv_shape grid = { .n_cols = c->grid.n_cols };
    struct csv_header header = { .n = c->grid.n_cols, .n_records = 1 };

    header.texts = MEM_NEW(struct span, header.n);
    for (size_t j = 0; j < header.n; j++)
        header.texts[j] = (struct span){ c->names[j].at, c->names[j].len };
    csv_names_make(&grid, &header, c->src);
    c->grid.names = grid.names;
    mem_free(header.texts);
}

/* Columns that no row has a value for, too. */
static int complete_columns(struct cells *c, struct err *err)
{
    if (!c->grid.n_cols)
        return err_set_at(err, ERR_DOMAIN, (struct err_at){ c->src->info.path, 0, 0, 0 },
                          "no data: there is no column in it");
    if (!c->cap && grow_rows(c, err))
        return -1;
    for (size_t j = 0; j < c->grid.n_cols; j++) {
        if (!c->grid.cells[j])
            column_begin(c, j);
    }
    return tell_sticky(c, err);
}

int cells_build(struct table **out, struct cells *c, const char *types, const char *const *words,
                size_t n_words, struct job *job, struct err *err)
{
    struct csv_grid *g = &c->grid;
    int rc, *given;

    if (complete_columns(c, err))
        return -1;
    make_names(c);
    g->some_types = c->some_types;
    struct csv_shape shape = { .n_cols = g->n_cols,
                               .names = g->names,
                               .some_types = c->some_types };
    given = MEM_NEW(int, g->n_cols);
    rc = csv_types_parse(given, types, &shape, err);
    for (size_t j = 0; j < g->n_cols; j++)
        given[j] = given[j] < 0 ? c->types[j] : given[j];
    csv_types_words(given, words, n_words, &shape);
    if (rc == 0)
        rc = csv_columns_build(out, g, &c->dialect, given, c->dates, c->src, job, err);
    mem_free(given);
    return rc;
}
