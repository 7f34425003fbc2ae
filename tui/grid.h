/* grid.h - cells of a screen in memory.  Views draw here; term.c shows it.  No terminal is needed.
 *
 * A grid is its own block of cells or a window into another's (grid_part): what falls outside is
 * clipped, so that a view cannot draw beyond its pane.  A wide character takes its cell and a tail
 * behind it; the two are never torn apart.
 */
#ifndef TUI_GRID_H
#define TUI_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "theme.h"

enum { GRID_REVERSE = 1, GRID_BOLD = 2, GRID_UNDERLINE = 4 };

struct cell {
    uint32_t code, mark; /* code point, a combining one on it; code 0: the tail of a wide one */
    uint8_t style, flags;
};

struct grid {
    int w, h, stride;
    struct cell *cells; /* (h, stride) */
};

void grid_init(struct grid *g, int w, int h); /* blank; 1 × 1 at least */
void grid_release(struct grid *g);            /* not for parts */
void grid_clear(struct grid *g);
/* A window; what lies outside g is cut away, maybe to nothing (w or h 0). */
struct grid grid_part(const struct grid *g, int x, int y, int w, int h);

void grid_put(struct grid *g, int x, int y, enum style style, uint32_t code);
/* At most w columns of the text from x; control bytes and bytes that are no UTF-8 are made
 * visible.  Returns the columns taken. */
int grid_text(struct grid *g, int x, int y, int w, enum style style, const char *text);
/* The same, ending in … when it does not fit. */
int grid_text_cut(struct grid *g, int x, int y, int w, enum style style, const char *text);
/* The same, against the right end of the w columns. */
int grid_text_right(struct grid *g, int x, int y, int w, enum style style, const char *text);
int grid_printf(struct grid *g, int x, int y, int w, enum style style, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
void grid_fill(struct grid *g, int x, int y, int w, int h, enum style style, uint32_t code);
void grid_flag(struct grid *g, int x, int y, int w, unsigned flags); /* added to one line's cells */
/* A frame around the whole grid with a title in its upper edge. */
void grid_frame(struct grid *g, enum style style, enum style title_style, const char *title);

/* Columns a text takes here. */
int grid_width(const char *text);

/* Every cell in ASCII: frames as + - |, blocks and Braille as . : #, arrows as > <. */
void grid_to_ascii(struct grid *g);
/* As lines of text without blanks at their ends. */
void grid_print(struct str *out, const struct grid *g);

#endif
