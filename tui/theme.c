/* theme.c - the looks. */
#include "theme.h"

#include <stddef.h>

#include "canvas.h"

/* Colours of the terminal's sixteen: 1 red 2 green 3 yellow 4 blue 5 magenta 6 cyan, 8 and up
 * bright. */
static const struct look looks[ST_SERIES] = {
    [ST_TEXT] = { .fg = -1 },
    [ST_MUTED] = { .fg = -1, .dim = true },
    [ST_FRAME] = { .fg = -1, .dim = true },
    [ST_FRAME_ON] = { .fg = 6 },
    [ST_TITLE] = { .fg = -1, .dim = true },
    [ST_TITLE_ON] = { .fg = 6, .bold = true },
    [ST_HEAD] = { .fg = -1, .bold = true },
    [ST_BAR] = { .fg = -1, .bold = true },
    [ST_TAB] = { .fg = -1, .dim = true },
    [ST_TAB_ON] = { .fg = -1, .bold = true, .reverse = true },
    [ST_MISSING] = { .fg = 3 },
    [ST_BEFORE] = { .fg = 3, .dim = true },
    [ST_AFTER] = { .fg = 4, .bold = true },
    [ST_ADDED] = { .fg = 4 },
    [ST_GONE] = { .fg = 3, .dim = true },
    [ST_SPARK] = { .fg = 6 },
    [ST_GOOD] = { .fg = 4, .bold = true },
    [ST_WARN] = { .fg = 3, .bold = true },
    [ST_ERROR] = { .fg = 1, .bold = true },
    [ST_KEY] = { .fg = -1, .bold = true },
    [ST_PROGRESS] = { .fg = 6, .bold = true },
    [ST_MATCH] = { .fg = 3, .underline = true },
};

/* Okabe and Ito's colours by the nearest of the eight basic ones. */
static const short few[8] = { 3, 6, 2, 3, 4, 1, 5, 7 };

struct look theme_look(enum style style, int colours)
{
    struct look look = { .fg = -1 };

    if (style < ST_SERIES)
        look = looks[style];
    else
        look.fg = colours >= 256 ? canvas_palette[style - ST_SERIES] : few[style - ST_SERIES];
    if (colours < 8)
        look.fg = -1;
    return look;
}
