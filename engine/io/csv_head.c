/* csv_head.c - the first record: how many columns there are and what they are called; and what can be
 * wrong with any record. */
#include "io/csv.h"

#include <string.h>

#include "base/mem.h"

/* The surplus fields of a record as one text. */
static void reject_long(const char *buf, const struct csv_record *rec, size_t n_cols, size_t row,
                        char delimiter, struct source *src)
{
    struct reject where = { .kind = REJECT_LONG, .row = row, .column = -1 };
    struct str text;

    str_init(&text);
    for (size_t j = n_cols; j < rec->n; j++) {
        if (j > n_cols)
            str_add_char(&text, delimiter);
        str_add_n(&text, buf + rec->cells[j].at, rec->cells[j].len);
        if (text.len > 200)
            break;
    }
    csv_place(&where.line, &where.col, buf, rec->line, rec->at, rec->cells, rec->n,
              rec->cells[n_cols].at);
    source_reject(src, &where, text.buf, text.len);
    str_release(&text);
}

/* A delimiter at the end of a line is no field of its own where no column is left for it. */
static bool is_trailing(const struct csv_record *rec, size_t n_cols)
{
    return rec->n == n_cols + 1 && rec->cells[n_cols].len == 0 &&
           !(rec->cells[n_cols].flags & CSV_QUOTED);
}

static void check_width(const char *buf, const struct csv_record *rec, size_t n_cols, size_t row,
                        char delimiter, size_t *n_trailing, struct source *src)
{
    if (rec->n < n_cols) {
        const struct csv_cell *last = &rec->cells[rec->n - 1];
        struct reject where = { .kind = REJECT_SHORT, .row = row, .column = -1 };
        csv_place(&where.line, &where.col, buf, rec->line, rec->at, rec->cells, rec->n,
                  last->at + last->len);
        source_reject(src, &where, buf + last->at, last->len);
    } else if (is_trailing(rec, n_cols)) {
        ++*n_trailing;
    } else if (rec->n > n_cols) {
        reject_long(buf, rec, n_cols, row, delimiter, src);
    }
}

/* List cells with misplaced quotes or bytes that are no text. */
static void check_cells(const char *buf, const struct csv_record *rec, size_t n_cols, size_t row,
                        struct source *src)
{
    for (size_t j = 0; j < rec->n; j++) {
        const struct csv_cell *cell = &rec->cells[j];
        struct reject where = { .row = row, .column = j < n_cols ? (int)j : -1 };
        if (!(cell->flags & (CSV_STRAY | CSV_DIRTY)))
            continue;
        csv_place(&where.line, &where.col, buf, rec->line, rec->at, rec->cells, j, cell->at);
        where.kind = REJECT_QUOTE;
        if (cell->flags & CSV_STRAY)
            source_reject(src, &where, buf + cell->at, cell->len);
        where.kind = REJECT_ENCODING;
        if (cell->flags & CSV_DIRTY) {
            where.col += csv_dirty_at(buf + cell->at, cell->len);
            source_reject(src, &where, buf + cell->at, cell->len);
        }
    }
}

void csv_record_check(const char *buf, const struct csv_record *rec, size_t n_cols, size_t row,
                      char delimiter, size_t *n_trailing, struct source *src)
{
    uint32_t flags = 0;

    if (rec->n != n_cols)
        check_width(buf, rec, n_cols, row, delimiter, n_trailing, src);
    for (size_t j = 0; j < rec->n; j++)
        flags |= rec->cells[j].flags;
    if (flags & (CSV_STRAY | CSV_DIRTY))
        check_cells(buf, rec, n_cols, row, src);
}

/* The header settles names; the usual width of the records settles how many there are, since a
 * header that lacks the row names' column is common.  `last` is its last record, or the first row. */
static void shape_of(struct csv_shape *out, const struct csv_scan *scan, struct csv_header *header,
                     const struct csv_record *last, size_t width, size_t *n_trailing,
                     struct source *src)
{
    const struct csv_cell *end = &last->cells[last->n - 1];
    size_t n = header->n_records ? header->n : last->n;
    bool fitted = false;

    *out = (struct csv_shape){ .n_cols = width ? width : n,
                               .header_quoted = !header->n_records || header->quoted };
    if (header->n_records && csv_header_fit(header, out->n_cols)) {
        fitted = true;
        source_note(src, "the header has %zu fields for %zu columns; the empty ones are left out",
                    n, out->n_cols);
    } else if (header->n_records && n > out->n_cols) {
        bool trailing = n == out->n_cols + 1 && !end->len && !(end->flags & CSV_QUOTED);
        out->n_cols = trailing ? out->n_cols : n;
    }
    if (header->n_records && n < out->n_cols)
        source_note(src,
                    "line %zu has %zu names, most lines have %zu fields; skip=%zu leaves it out",
                    header->line, n, out->n_cols, header->line);
    if (header->n_records && !fitted && header->n == last->n)
        csv_record_check(scan->buf, last, out->n_cols, 0, scan->dialect->delimiter, n_trailing,
                         src);
    else if (header->n_records)
        check_cells(scan->buf, last, out->n_cols, 0, src);
    csv_names_make(out, header->n_records ? header : NULL, src);
}

/* Behind the records of the header, or the first row, as a dry scan finds it: -1 when one of them
 * does not end. */
static int look_ahead(struct csv_scan *look, const struct csv_scan *scan)
{
    struct csv_record rec = { 0 };
    int n = scan->dialect->header > 1 ? scan->dialect->header : 1, rc = 1;

    *look = *scan;
    look->dry = true;
    for (int k = 0; k < n && rc > 0; k++) {
        rc = csv_scan_next(&rec, look, NULL);
        if (rc == 0 && k && !scan->partial) /* fewer lines than the header was to have */
            rc = 1;
    }
    csv_record_release(&rec);
    return rc;
}

/* The records at scan->at, read in a copy of their bytes since the scanner changes them. */
static int read_first(struct csv_shape *out, struct csv_scan *scan, size_t width,
                      size_t *n_trailing, struct source *src, struct err *err)
{
    struct csv_record rec = { 0 };
    struct csv_header header = { 0 };
    struct csv_scan look, copied = *scan;
    int found = look_ahead(&look, scan), rc;

    copied.len = found > 0 ? look.at : scan->len;
    copied.buf = mem_strndup(scan->buf, copied.len);
    copied.partial = found <= 0 && scan->partial;
    rc = csv_scan_next(&rec, &copied, err);
    for (int k = 0; rc > 0 && k < scan->dialect->header; k++) {
        csv_header_add(&header, &copied, &rec, &src->arena);
        if (k + 1 < scan->dialect->header && csv_scan_next(&rec, &copied, NULL) <= 0)
            break;
    }
    if (rc == 0)
        rc = err_set_at(err, ERR_DOMAIN, (struct err_at){ scan->file, 0, 0, 0 },
                        "no data: the file has no line with text in it");
    if (rc > 0)
        shape_of(out, &copied, &header, &rec, width, n_trailing, src);
    if (rc > 0 && scan->dialect->header) {
        look.dry = scan->dry;
        *scan = look;
    }
    mem_free(copied.buf);
    csv_record_release(&rec);
    return rc > 0 ? 0 : -1;
}

int csv_shape_read(struct csv_shape *out, struct csv_scan *scan, size_t width, size_t *n_trailing,
                   struct source *src, struct err *err)
{
    csv_scan_skip(scan);
    return read_first(out, scan, width, n_trailing, src, err);
}
