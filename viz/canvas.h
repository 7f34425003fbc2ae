/* canvas.h - cells with Braille dots and real text: where figures become characters.
 *
 * A canvas of width × height cells has 2 × 4 dots a cell.  Dots of one cell share one colour (the
 * last drawn wins); text takes a whole cell and hides its dots.  Whatever falls outside is clipped.
 * Drawing needs no terminal.
 */
#ifndef VIZ_CANVAS_H
#define VIZ_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "figure.h"

enum {
    CANVAS_N_PALETTE = 8,
    CANVAS_DEFAULT = -1, /* colours that are no palette index */
    CANVAS_MUTED = -2,
    CANVAS_TAIL = 1, /* `text` of the second cell of a wide character: draw nothing there */
};

struct canvas_cell {
    uint8_t dots;  /* Braille bits, 0 when none: U+2800 + dots */
    int8_t colour; /* palette index; CANVAS_DEFAULT; CANVAS_MUTED */
    uint32_t text; /* code point, 0: none; hides the dots */
    bool reverse;
};

struct canvas {
    size_t width, height;      /* in cells */
    struct canvas_cell *cells; /* (height, width) */
};

void canvas_init(struct canvas *c, size_t width, size_t height);
void canvas_release(struct canvas *c);
void canvas_dot(struct canvas *c, long x, long y, int colour); /* in dots, from the upper left */
void canvas_line(struct canvas *c, long x0, long y0, long x1, long y1, int colour);
/* As canvas_line, with `on` dots drawn and `off` left out in turn; *phase carries the pattern from
 * one piece of a curve to the next. */
void canvas_dash(struct canvas *c, long x0, long y0, long x1, long y1, int colour, unsigned on,
                 unsigned off, unsigned *phase);
/* The rectangle with both corners; a regular pattern of density_percent of its dots. */
void canvas_fill(struct canvas *c, long x0, long y0, long x1, long y1, int density_percent,
                 int colour);
/* The polygon through n points (x, y) by the even-odd rule. */
void canvas_polygon(struct canvas *c, const long *x, const long *y, size_t n, int density_percent,
                    int colour);
/* Control characters and marks that take no cell are left out. */
void canvas_text(struct canvas *c, long col, long row, const char *text, int colour);
/* As lines of text; with `ascii` dots become . : * # and text is transliterated.  No colours. */
void canvas_text_lines(struct str *out, const struct canvas *c, bool ascii);
/* With ANSI colours of the Okabe-Ito palette (256-colour codes). */
void canvas_ansi_lines(struct str *out, const struct canvas *c);

/* Run a display list, as our Lua terminal writes it, on the canvas; dots are counted from the
 * lower left there.  One command a line:
 *
 *   c RRGGBB         colour: black is the default, a grey is muted, others go to the palette
 *   d ON OFF         dashes in dots; "d 0 0": a solid line
 *   m X Y, v X Y     move; draw a line to
 *   p X Y KIND       a mark: 0 and below a dot, 1 … one character each
 *   b DENSITY X Y W H        a filled box
 *   f DENSITY X Y X Y …      a filled polygon
 *   t X Y ALIGN TEXT         text about its point: l begins there, c is centred, r ends there
 *   e                the end of the drawing
 *
 * ERR_PARSE naming the line on anything else, also on a list without an end. */
int canvas_play(struct canvas *c, const char *list, size_t len, struct err *err);

/* A plain text form of the figure, without gnuplot: axes, ticks, series, key, in width × height.
 * Initialises `out`; the caller releases it. */
void figure_draw_plain(struct canvas *out, const struct figure *f, size_t width, size_t height);

/* The mark of the n-th category of a scatter plot, so that colour is not the only difference. */
const char *canvas_mark(size_t n);

/* Percent of dots that show a share of the largest cell: three patterns that can be told apart. */
int canvas_cell_density(double share);

/* xterm-256 colour numbers of the palette (Okabe-Ito, in the order series use them), and the same
 * in RGB for pictures.  The last one is a grey, since black does not show on a dark terminal. */
extern const uint8_t canvas_palette[CANVAS_N_PALETTE];
extern const uint32_t canvas_palette_rgb[CANVAS_N_PALETTE];

#endif
