/* report.h - what a command has to say: structured data and the same as text.
 *
 * `data` is the JSON object that `--json` prints; keys listed in DESIGN's contract are fixed.  `text`
 * is for people; lines end in a newline.  Numbers in `data` are exact; the digest rounds them.
 */
#ifndef SESSIONS_REPORT_H
#define SESSIONS_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "base/str.h"
#include "canvas.h"
#include "row_sets.h"

/* A line of the text that opens something: Enter on it runs the command. */
struct report_link {
    size_t line; /* from 0 */
    char *command;
};

struct report {
    json_t *data; /* object, never NULL after init */
    struct str text;
    struct str brief; /* what the screen's last line says; empty: the first line of the text */
    int status;       /* exit status this command asks for when it did not fail (0; 3 to 7) */
    bool has_canvas;  /* a plot in cells: */
    struct canvas canvas;
    struct figure *figure;     /* the figure behind it, owned; NULL */
    struct report_link *links; /* ascending lines */
    size_t n_links;
    struct row_sets *sets; /* NULL */
};

void report_init(struct report *r);
void report_release(struct report *r);

void report_line(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The line that is added next opens what the command shows (`facet only species=Adelie`). */
void report_link(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Rows to be opened with `facet only set=K`; returns K.  See row_sets.h. */
size_t report_add_rows(struct report *r, const char *title, struct buffer *rows, size_t n_rows);

/* NaN and infinities become null, as JSON has none. */
json_t *report_real(double v);
void report_put(struct report *r, const char *key, json_t *take);
void report_put_int(struct report *r, const char *key, int64_t v);
void report_put_real(struct report *r, const char *key, double v);
void report_put_text(struct report *r, const char *key, const char *v); /* NULL: null */

/* A text table: collect cells row by row, then lay out with aligned columns. */
struct report_grid {
    size_t n_cols, n_cells, cap;
    char **cells;
    const char *align;         /* per column 'l' or 'r' */
    struct report_link *links; /* by row of the grid */
    size_t n_links;
};
void report_grid_init(struct report_grid *g, const char *align); /* strlen(align) columns */
void report_grid_add(struct report_grid *g, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void report_grid_real(struct report_grid *g, double v, int digits);
/* The row whose first cell is added next opens what the command shows. */
void report_grid_link(struct report_grid *g, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Append to the report's text and release. */
void report_grid_end(struct report *r, struct report_grid *g);

/* Digest of `data` without the keys that measure time ("seconds", "ms") and the
 * rows that fail an expectation ("failing", which may be cut; they are counted), reals to 6 digits. */
void report_hash(struct hasher *h, const struct report *r);

#endif
