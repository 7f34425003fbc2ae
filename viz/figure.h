/* figure.h - a figure as plain data: what is to be seen, not how it is drawn.
 *
 * Built by a plot kind, drawn by gnuplot (picture files, cells) or as plain text.  Everything lives
 * in the figure's arena; figure_release frees it.
 */
#ifndef VIZ_FIGURE_H
#define VIZ_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum series_kind {
    SERIES_LINE,   /* x, y in order */
    SERIES_STEPS,  /* x, y: a step function, horizontal first */
    SERIES_POINTS, /* x, y */
    SERIES_BARS,   /* x = left edges, x2 = right edges, y = heights from 0 */
    SERIES_BAND,   /* x, y = low, y2 = high: a filled band */
    SERIES_CELLS,  /* matrix: x = column, y = row index, z = value; categories name them */
    SERIES_TEXT,   /* x, y: text[i] stands there, x2 = how wide it may be; never in the key */
};

struct series {
    enum series_kind kind;
    const char *label; /* in the key; NULL: none */
    size_t n;
    const double *x, *y, *x2, *y2, *z; /* (n) or NULL as the kind needs; NaN breaks a line */
    const char *const *text; /* (n) one or two lines, \n between them, of SERIES_CELLS (or NULL) and
                              * SERIES_TEXT */
    bool muted;              /* a reference line: thin, grey, dashed */
    int colour;              /* index into the palette, -1: by position */
};

struct axis {
    const char *label; /* with the unit */
    double low, high;  /* low == high: from the data */
    bool log;
    bool whole;                    /* counts: ticks at whole numbers only */
    const char *const *categories; /* tick labels at 0, 1, …; NULL: numbers.  On y: from the top */
    size_t n_categories;
};

enum figure_key {
    FIGURE_KEY_ABOVE,       /* between title and plot */
    FIGURE_KEY_LOWER_RIGHT, /* inside, where curves that rise leave room */
};

struct figure {
    const char *kind; /* "roc" */
    const char *title;
    const char *note; /* one line under the title, or NULL */
    struct axis x, y;
    bool bare;   /* a drawing: neither axes nor ticks */
    bool square; /* equal scales, as for ROC; pictures only, cells take all the room */
    enum figure_key key;
    size_t n_series;
    struct series *series;
    struct arena arena;
};

void figure_init(struct figure *f, const char *kind);
void figure_release(struct figure *f);
/* Append a series; the arrays are copied.  Returns it for further settings; the pointer is good
 * until the next figure_add. */
struct series *figure_add(struct figure *f, enum series_kind kind, const char *label, size_t n,
                          const double *x, const double *y);
/* Copies that live as long as the figure, for x2, y2, z, categories and text.  A figure is small:
 * who builds it thins out or bins what grows with the data. */
const double *figure_copy(struct figure *f, const double *v, size_t n);
const char *const *figure_copy_text(struct figure *f, const char *const *text, size_t n);
/* Nothing to plot: no series with a finite point. */
bool figure_is_empty(const struct figure *f);
/* The outline of bars as a curve that begins and ends at zero, for overlaid histograms: up to 4
 * s->n points to x and y; returns how many. */
size_t figure_outline(double *x, double *y, const struct series *s);
/* Palette index of series i, -2 when it is muted. */
int figure_colour(const struct figure *f, size_t i);

#endif
