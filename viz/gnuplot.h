/* gnuplot.h - one long-lived gnuplot behind a pipe.
 *
 * It never hurts the session: absent, dying or hanging gives an error (said once by the caller),
 * and the next plot starts a new one.  Strings from data reach it only in single quotes with
 * control characters dropped, data only as datablocks, file names only when made by us or checked;
 * no shell is used.
 */
#ifndef VIZ_GNUPLOT_H
#define VIZ_GNUPLOT_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "canvas.h"
#include "figure.h"

struct gnuplot; /* a child process and its pipes; used by one thread at a time */

struct gnuplot_options {
    const char *program; /* NULL: "gnuplot" on the PATH given below */
    const char *path;    /* search path, as $PATH (viz reads no environment) */
    const char *driver;  /* our Lua terminal, share/gnuplot/cells.lua */
    int timeout_ms;      /* for one plot; 0: 10 s */
};

/* Starts nothing yet. */
struct gnuplot *gnuplot_new(const struct gnuplot_options *options);
void gnuplot_free(struct gnuplot *g); /* ends the child, reaps it */

/* Draw into width × height cells by the Lua terminal's display list.  Initialises `out`, which the
 * caller releases, when it returns 0.  ERR_IO when gnuplot is missing, died (with its last
 * message) or hung (it is killed); ERR_PARSE when the driver does not work; ERR_DOMAIN: nothing to
 * plot; ERR_USAGE: fewer than 16 × 6 cells. */
int gnuplot_draw_cells(struct canvas *out, struct gnuplot *g, const struct figure *f, size_t width,
                       size_t height, struct err *err);
/* A picture by the suffix of `path`: svg, png, pdf; width × height in pixels (pdf: points). .gp:
 * the script with its data, for which gnuplot is not needed (g may be NULL).  Written through a
 * temporary file and renamed.  ERR_USAGE: another suffix, a name that begins with < or |;
 * ERR_DOMAIN: nothing to plot; ERR_IO as above. */
int gnuplot_write_file(struct gnuplot *g, const struct figure *f, const char *path, size_t width,
                       size_t height, struct err *err);

/* The script for a figure that is not empty, its data included as datablocks (without terminal and
 * output lines). */
void gnuplot_script(struct str *out, const struct figure *f);
/* 'it''s' - safe in single quotes: control characters dropped, quotes doubled. */
void gnuplot_quote(struct str *out, const char *text);

#endif
