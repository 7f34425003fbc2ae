/* canvas.h - cells with Braille dots and real text: where figures become characters.
 *
 * A canvas of width × height cells has 2 × 4 dots a cell.  Dots of one cell share one colour (the last
 * drawn wins); text takes a whole cell and hides its dots.  Drawing needs no terminal.
 */
#ifndef VIZ_CANVAS_H
#define VIZ_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "figure.h"

struct canvas_cell {
    uint8_t dots;      /* Braille bits, 0 when none */
    int8_t colour;     /* palette index; -1: default; -2: muted */
    uint32_t text;     /* code point, 0: none */
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
void canvas_fill(struct canvas *c, long x0, long y0, long x1, long y1, int density_percent,
                 int colour);
void canvas_text(struct canvas *c, long col, long row, const char *text, int colour);
/* As lines of text; with `ascii` dots become . : * # and text is transliterated.  No colours. */
void canvas_text_lines(struct str *out, const struct canvas *c, bool ascii);
/* With ANSI colours of the Okabe-Ito palette (256-colour codes). */
void canvas_ansi_lines(struct str *out, const struct canvas *c);

/* Run a display list, as our Lua terminal writes it, on the canvas.  ERR_PARSE on anything else. */
int canvas_play(struct canvas *c, const char *list, size_t len, struct err *err);

/* A plain text form of the figure, without gnuplot: axes, ticks, series, key, in width × height. */
void figure_draw_plain(struct canvas *out, const struct figure *f, size_t width, size_t height);

/* xterm-256 colour numbers of the palette (Okabe-Ito), n_palette of them. */
extern const uint8_t canvas_palette[8];

#endif
