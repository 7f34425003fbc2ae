/* csv_grid.c - all records as one rectangle of cells; what does not fit goes to the rejects. */
#include "io/csv.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"

#define GRID_TICK_ROWS  4096
#define GRID_FIRST_ROWS 1024
#define GRID_EXPECT     ((size_t)64 << 20) /* from here on it is asked whether there is so much */
#define BATCH_PARTS     64                 /* between two ticks */

void csv_grid_release(struct csv_grid *g)
{
    for (size_t j = 0; g->cells && j < g->n_cols; j++)
        mem_big_free(g->cells[j]);
    mem_free(g->cells);
    mem_big_free(g->lines);
    mem_big_free(g->row_at);
    *g = (struct csv_grid){ 0 };
}

/* Eight bytes per row, what all of the grid's arrays take. */
static int grow_words(void *words, size_t n, size_t cap, const char *what, struct err *err)
{
    void *block;
    int rc;

    memcpy(&block, words, sizeof(block));
    rc = mem_big_grow(&block, n * sizeof(uint64_t), cap, sizeof(uint64_t), what, err);
    memcpy(words, &block, sizeof(block));
    return rc;
}

static int grid_resize(struct csv_grid *g, size_t cap, struct err *err)
{
    size_t n = g->n_rows, bytes = cap * g->n_cols * sizeof(**g->cells);
    const char *what = "the table's cells";
    int rc = bytes > GRID_EXPECT ? mem_expect(bytes, what, err) : 0;

    for (size_t j = 0; j < g->n_cols && rc == 0; j++)
        rc = grow_words(&g->cells[j], n, cap, what, err);
    if (rc == 0)
        rc = grow_words(&g->lines, n, cap, "line numbers", err);
    if (rc == 0)
        rc = grow_words(&g->row_at, n, cap, "row offsets", err);
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
    size_t i = g->n_rows, n = rec->n < g->n_cols ? rec->n : g->n_cols;

    for (size_t j = 0; j < n; j++)
        g->cells[j][i] = csv_cell_pack(rec->cells[j], rec->at);
    for (size_t j = n; j < g->n_cols; j++)
        g->cells[j][i] = CSV_MISSING;
    g->lines[g->n_rows] = (int64_t)rec->line;
    g->row_at[g->n_rows] = rec->at;
    g->n_rows++;
}

static void grid_add_record(struct csv_grid *g, const struct csv_scan *scan,
                            const struct csv_record *rec, struct source *src)
{
    uint32_t flags = 0;

    if (rec->n != g->n_cols)
        grid_check_width(g, scan, rec, g->n_rows + 1, src);
    for (size_t j = 0; j < rec->n; j++)
        flags |= rec->cells[j].flags;
    if (flags & (CSV_STRAY | CSV_DIRTY))
        grid_check_cells(g, rec, g->n_rows + 1, src);
    grid_add(g, rec);
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
    g->cells = MEM_NEW(uint64_t *, g->n_cols);
    csv_names_make(g, header ? first : NULL, src);
}

/* The first record: the header, or the first row, which is then only looked at. */
static int grid_read_first(struct csv_grid *g, struct csv_scan *scan, size_t width,
                           struct source *src, struct err *err)
{
    struct csv_record rec = { 0 };
    struct csv_scan look = *scan;
    int rc;

    look.dry = true;
    rc = csv_scan_next(&rec, &look, NULL);
    if (rc < 0 || (rc > 0 && scan->dialect->header))
        rc = csv_scan_next(&rec, scan, err);
    if (rc == 0)
        rc = err_set_at(err, ERR_DOMAIN, (struct err_at){ scan->file, 0, 0, 0 },
                        "no data: the file has no line with text in it");
    if (rc > 0)
        grid_begin(g, scan, &rec, width, src);
    csv_record_release(&rec);
    return rc < 0 ? -1 : 0;
}

static int too_many_rows(const struct csv_scan *scan, size_t line, struct err *err)
{
    return err_set_at(err, ERR_DOMAIN, (struct err_at){ scan->file, line, 0, 0 },
                      "the file has more than %u rows; split it", UINT32_MAX);
}

/* ---------------------------------------------------------------- one record after the other */

static int grid_read_serially(struct csv_grid *g, struct csv_scan *scan, size_t max_rows,
                              struct source *src, struct job *job, struct err *err)
{
    struct csv_record rec = { 0 };
    int rc = 1;

    while (rc > 0 && g->n_rows < max_rows) {
        rc = csv_scan_next(&rec, scan, err);
        if (rc <= 0)
            break;
        if (g->n_rows == UINT32_MAX)
            rc = too_many_rows(scan, rec.line, err);
        else if (grid_reserve(g, scan->len - rec.at, scan->at - rec.at, err))
            rc = -1;
        else
            grid_add_record(g, scan, &rec, src);
        if (rc > 0 && g->n_rows % GRID_TICK_ROWS == 0 && job_tick(job, scan->at, scan->len, err))
            rc = -1;
    }
    csv_record_release(&rec);
    return rc < 0 ? -1 : 0;
}

/* ---------------------------------------------------------------- parts side by side */

/* What a part gives beside its rows. */
struct grid_part {
    size_t first_row, n_trailing;
    struct csv_scan scan;
    struct source *src; /* its rejects */
    struct err err;
    int rc;
};

struct grid_parts {
    struct csv_grid *grid;
    const struct csv_scan *scan;
    const struct csv_part *parts; /* of the batch */
    struct grid_part *made;
};

static void grid_read_parts(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct grid_parts *gp = ctx;
    struct csv_record rec = { 0 };

    (void)chunk;
    for (size_t k = begin; k < end; k++) {
        struct grid_part *made = &gp->made[k];
        struct csv_grid rows = *gp->grid; /* the same memory, from its first row on */
        rows.n_rows = made->first_row;
        rows.n_trailing = 0;
        csv_scan_part(&made->scan, gp->scan, &gp->parts[k]);
        made->src = source_new(&reader_csv, gp->scan->file);
        while ((made->rc = csv_scan_next(&rec, &made->scan, &made->err)) > 0)
            grid_add_record(&rows, &made->scan, &rec, made->src);
        assert(made->rc || rows.n_rows == made->first_row + gp->parts[k].n_records);
        made->n_trailing = rows.n_trailing;
    }
    csv_record_release(&rec);
}

/* The rejects of a part, whose texts are cut and escaped already. */
static void move_rejects(struct source *to, const struct source *from)
{
    for (size_t i = 0; i < from->rejects.n; i++) {
        const struct reject *r = &from->rejects.list[i];
        source_reject(to, r, r->text, strlen(r->text));
    }
    /* Those that found no room in the part find none in the whole. */
    for (int k = 0; k < REJECT_N_KINDS; k++)
        if (from->rejects.count[k] > REJECTS_LISTED)
            to->rejects.count[k] += from->rejects.count[k] - REJECTS_LISTED;
}

static int grid_collect(struct csv_grid *g, struct csv_scan *scan, struct grid_part *made, size_t n,
                        struct source *src, struct err *err)
{
    int rc = 0;

    for (size_t k = 0; k < n; k++) {
        if (rc == 0 && made[k].rc) {
            if (err)
                *err = made[k].err;
            rc = -1;
        }
        if (rc == 0) {
            csv_scan_add_counts(scan, &made[k].scan);
            move_rejects(src, made[k].src);
            g->n_trailing += made[k].n_trailing;
        }
        source_unref(made[k].src);
    }
    return rc;
}

static int grid_fill(struct csv_grid *g, struct csv_scan *scan, const struct csv_part *parts,
                     size_t n, struct source *src, struct job *job, struct err *err)
{
    struct grid_part *made = MEM_NEW(struct grid_part, BATCH_PARTS);
    size_t row = 0;
    int rc = 0;

    for (size_t base = 0; base < n && rc == 0; base += BATCH_PARTS) {
        size_t batch = n - base < BATCH_PARTS ? n - base : BATCH_PARTS;
        struct grid_parts gp = { .grid = g, .scan = scan, .parts = parts + base, .made = made };
        for (size_t k = 0; k < batch; k++) {
            made[k].first_row = row;
            row += parts[base + k].n_records;
        }
        parallel_for(batch, 1, grid_read_parts, &gp);
        rc = grid_collect(g, scan, made, batch, src, err);
        if (rc == 0)
            rc = job_tick(job, base + batch, n, err);
    }
    g->n_rows = row;
    mem_free(made);
    return rc;
}

/* The line of row UINT32_MAX, counted from 0. */
static int grid_refuse_rows(struct csv_scan *scan, const struct csv_part *part, size_t row,
                            struct err *err)
{
    struct csv_record rec = { 0 };
    struct csv_scan s;

    csv_scan_part(&s, scan, part);
    while (row <= UINT32_MAX && csv_scan_next(&rec, &s, NULL) > 0)
        row++;
    csv_record_release(&rec);
    return too_many_rows(scan, rec.line, err);
}

static int grid_read_split(struct csv_grid *g, struct csv_scan *scan, size_t part_bytes,
                           struct source *src, struct job *job, struct err *err)
{
    struct job_range range = job_part(job, 0, 3);
    struct csv_part *parts;
    size_t n, n_rows = 0;
    int rc = csv_split(&parts, &n, scan, part_bytes, job, err);

    job_restore(job, range);
    if (rc)
        return -1;
    for (size_t k = 0; k < n && rc == 0; k++) {
        if (n_rows + parts[k].n_records > UINT32_MAX)
            rc = grid_refuse_rows(scan, &parts[k], n_rows, err);
        n_rows += parts[k].n_records;
    }
    if (rc == 0 && n_rows)
        rc = grid_resize(g, (n_rows + 7) / 8 * 8, err);
    range = job_part(job, 1, 3);
    if (rc == 0)
        rc = grid_fill(g, scan, parts, n, src, job, err);
    job_restore(job, range);
    mem_big_free(parts);
    return rc;
}

/* ---------------------------------------------------------------- either way */

int csv_grid_read(struct csv_grid *g, struct csv_scan *scan, size_t width, size_t max_rows,
                  size_t part_bytes, struct source *src, struct job *job, struct err *err)
{
    bool split = part_bytes && !scan->partial && max_rows >= UINT32_MAX;
    int rc;

    *g = (struct csv_grid){ .buf = scan->buf };
    csv_scan_skip(scan);
    rc = grid_read_first(g, scan, width, src, err);
    if (rc == 0 && split)
        rc = grid_read_split(g, scan, part_bytes, src, job, err);
    else if (rc == 0)
        rc = grid_read_serially(g, scan, max_rows, src, job, err);
    if (rc)
        csv_grid_release(g);
    return rc;
}
