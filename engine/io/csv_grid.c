/* csv_grid.c - all records as one rectangle of cells; what does not fit goes to the rejects. */
#include "io/csv.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

#define GRID_TICK_ROWS  4096
#define GRID_FIRST_ROWS 1024

void csv_grid_release(struct csv_grid *g)
{
    mem_big_free(g->cells);
    mem_big_free(g->lines);
    mem_big_free(g->row_at);
    *g = (struct csv_grid){ 0 };
}

static int grid_resize(struct csv_grid *g, size_t cap, struct err *err)
{
    size_t n = g->n_rows;
    void *cells = g->cells, *lines = g->lines, *row_at = g->row_at;
    int rc = mem_big_grow(&cells, n * g->n_cols * sizeof(*g->cells), cap,
                          g->n_cols * sizeof(*g->cells), "the table's cells", err);

    g->cells = cells;
    if (rc == 0)
        rc = mem_big_grow(&lines, n * sizeof(int64_t), cap, sizeof(int64_t), "line numbers", err);
    g->lines = lines;
    if (rc == 0)
        rc = mem_big_grow(&row_at, n * sizeof(uint64_t), cap, sizeof(uint64_t), "row offsets", err);
    g->row_at = row_at;
    if (rc == 0)
        g->cap = cap;
    return rc;
}

/* Room for one more row; the first time for as many as the file should have, judged by `rec_len`,
 * the length of one. */
static int grid_reserve(struct csv_grid *g, size_t left, size_t rec_len, struct err *err)
{
    size_t cap;

    if (g->n_rows < g->cap)
        return 0;
    if (g->cap)
        cap = g->cap + g->cap / 2;
    else
        cap = left / (rec_len + 1) + left / (rec_len + 1) / 8 + 16;
    if (!g->cap && cap * g->n_cols > left + GRID_FIRST_ROWS)
        cap = left / g->n_cols + 16;
    return grid_resize(g, (cap + 7) / 8 * 8, err);
}

/* The surplus fields of a record as one text. */
static void grid_reject_long(const struct csv_grid *g, const struct csv_scan *scan,
                             const struct csv_record *rec, size_t row, struct source *src)
{
    struct reject where = { .kind = REJECT_LONG, .row = row, .column = -1 };
    struct str text;

    str_init(&text);
    for (size_t j = g->n_cols; j < rec->n; j++) {
        if (j > g->n_cols)
            str_add_char(&text, scan->dialect->delimiter);
        str_add_n(&text, g->buf + rec->cells[j].at, rec->cells[j].len);
        if (text.len > 200)
            break;
    }
    csv_place(&where.line, &where.col, g->buf, rec->line, rec->at, rec->cells, rec->n,
              rec->cells[g->n_cols].at);
    source_reject(src, &where, text.buf, text.len);
    str_release(&text);
}

/* A delimiter at the end of a line is no field of its own where no column is left for it. */
static bool grid_is_trailing(const struct csv_grid *g, const struct csv_record *rec)
{
    return rec->n == g->n_cols + 1 && rec->cells[g->n_cols].len == 0 &&
           !(rec->cells[g->n_cols].flags & CSV_QUOTED);
}

/* List what is wrong with a record's width.  `row` is 0 for the header. */
static void grid_check_width(struct csv_grid *g, const struct csv_scan *scan,
                             const struct csv_record *rec, size_t row, struct source *src)
{
    if (rec->n < g->n_cols) {
        const struct csv_cell *last = &rec->cells[rec->n - 1];
        struct reject where = { .kind = REJECT_SHORT, .row = row, .column = -1 };
        csv_place(&where.line, &where.col, g->buf, rec->line, rec->at, rec->cells, rec->n,
                  last->at + last->len);
        source_reject(src, &where, g->buf + last->at, last->len);
    } else if (grid_is_trailing(g, rec)) {
        g->n_trailing++;
    } else if (rec->n > g->n_cols) {
        grid_reject_long(g, scan, rec, row, src);
    }
}

/* List cells with misplaced quotes or bytes that are no text. */
static void grid_check_cells(const struct csv_grid *g, const struct csv_record *rec, size_t row,
                             struct source *src)
{
    for (size_t j = 0; j < rec->n; j++) {
        const struct csv_cell *cell = &rec->cells[j];
        struct reject where = { .row = row, .column = j < g->n_cols ? (int)j : -1 };
        if (!(cell->flags & (CSV_STRAY | CSV_DIRTY)))
            continue;
        csv_place(&where.line, &where.col, g->buf, rec->line, rec->at, rec->cells, j, cell->at);
        where.kind = REJECT_QUOTE;
        if (cell->flags & CSV_STRAY)
            source_reject(src, &where, g->buf + cell->at, cell->len);
        where.kind = REJECT_ENCODING;
        if (cell->flags & CSV_DIRTY) {
            where.col += csv_dirty_at(g->buf + cell->at, cell->len);
            source_reject(src, &where, g->buf + cell->at, cell->len);
        }
    }
}

static void grid_add(struct csv_grid *g, const struct csv_record *rec)
{
    struct csv_cell *row = g->cells + g->n_rows * g->n_cols;
    size_t n = rec->n < g->n_cols ? rec->n : g->n_cols;

    memcpy(row, rec->cells, n * sizeof(*row));
    for (size_t j = n; j < g->n_cols; j++)
        row[j] = (struct csv_cell){ .at = rec->at, .flags = CSV_MISSING };
    g->lines[g->n_rows] = (int64_t)rec->line;
    g->row_at[g->n_rows] = rec->at;
    g->n_rows++;
}

static int grid_add_record(struct csv_grid *g, const struct csv_scan *scan,
                           const struct csv_record *rec, struct source *src, struct err *err)
{
    uint32_t flags = 0;

    if (g->n_rows == UINT32_MAX)
        return err_set_at(err, ERR_DOMAIN, (struct err_at){ scan->file, rec->line, 0, 0 },
                          "the file has more than %u rows; split it", UINT32_MAX);
    if (grid_reserve(g, scan->len - rec->at, scan->at - rec->at, err))
        return -1;
    if (rec->n != g->n_cols)
        grid_check_width(g, scan, rec, g->n_rows + 1, src);
    for (size_t j = 0; j < rec->n; j++)
        flags |= rec->cells[j].flags;
    if (flags & (CSV_STRAY | CSV_DIRTY))
        grid_check_cells(g, rec, g->n_rows + 1, src);
    grid_add(g, rec);
    return 0;
}

/* The header settles names; the usual width of the records settles how many there are, since a
 * header that lacks the row names' column is common. */
static void grid_begin(struct csv_grid *g, const struct csv_scan *scan,
                       const struct csv_record *first, size_t width, struct source *src)
{
    bool header = scan->dialect->header;
    const struct csv_cell *last = &first->cells[first->n - 1];

    g->n_cols = width ? width : first->n;
    if (header && first->n > g->n_cols) {
        bool trailing = first->n == g->n_cols + 1 && !last->len && !(last->flags & CSV_QUOTED);
        g->n_cols = trailing ? g->n_cols : first->n;
    }
    g->header_quoted = true;
    for (size_t j = 0; header && j < first->n; j++)
        g->header_quoted = g->header_quoted && (first->cells[j].flags & CSV_QUOTED);
    if (header && first->n < g->n_cols)
        source_note(src,
                    "line %zu has %zu names, most lines have %zu fields; skip=%zu leaves it out",
                    first->line, first->n, g->n_cols, first->line);
    if (header) {
        grid_check_cells(g, first, 0, src);
        if (first->n != g->n_cols)
            grid_check_width(g, scan, first, 0, src);
    }
    csv_names_make(g, header ? first : NULL, src);
}

int csv_grid_read(struct csv_grid *g, struct csv_scan *scan, size_t width, size_t max_rows,
                  struct source *src, struct job *job, struct err *err)
{
    struct csv_record rec = { 0 };
    int rc;

    *g = (struct csv_grid){ .buf = scan->buf };
    csv_scan_skip(scan);
    rc = csv_scan_next(&rec, scan, err);
    if (rc == 0)
        rc = err_set_at(err, ERR_DOMAIN, (struct err_at){ scan->file, 0, 0, 0 },
                        "no data: the file has no line with text in it");
    if (rc > 0) {
        grid_begin(g, scan, &rec, width, src);
        if (scan->dialect->header)
            rc = csv_scan_next(&rec, scan, err);
    }
    while (rc > 0 && g->n_rows < max_rows) {
        rc = grid_add_record(g, scan, &rec, src, err);
        if (rc == 0 && g->n_rows % GRID_TICK_ROWS == 0)
            rc = job_tick(job, scan->at, scan->len, err);
        if (rc == 0)
            rc = csv_scan_next(&rec, scan, err);
    }
    csv_record_release(&rec);
    if (rc < 0)
        csv_grid_release(g);
    return rc < 0 ? -1 : 0;
}
