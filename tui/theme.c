/* theme.c - the looks. */
#include "theme.h"

#include <stddef.h>

#include "canvas.h"

struct row {
    const char *name;
    struct look look;
};

/* Colours of the terminal's sixteen: 1 red 2 green 3 yellow 4 blue 5 magenta 6 cyan, 8 and up
 * bright. */
static const struct row rows[ST_SERIES] = {
    [ST_TEXT] = { "text", { .fg = -1 } },
    [ST_MUTED] = { "muted", { .fg = -1, .dim = true } },
    [ST_FRAME] = { "frame", { .fg = -1, .dim = true } },
    [ST_FRAME_ON] = { "frame-on", { .fg = 6 } },
    [ST_TITLE] = { "title", { .fg = -1, .dim = true } },
    [ST_TITLE_ON] = { "title-on", { .fg = 6, .bold = true } },
    [ST_HEAD] = { "head", { .fg = -1, .bold = true } },
    [ST_BAR] = { "bar", { .fg = -1, .bold = true } },
    [ST_TAB] = { "tab", { .fg = -1, .dim = true } },
    [ST_TAB_ON] = { "tab-on", { .fg = -1, .bold = true, .reverse = true } },
    [ST_MISSING] = { "missing", { .fg = 3 } },
    [ST_BEFORE] = { "before", { .fg = 3, .dim = true } },
    [ST_AFTER] = { "after", { .fg = 4, .bold = true } },
    [ST_ADDED] = { "added", { .fg = 4 } },
    [ST_GONE] = { "gone", { .fg = 3, .dim = true } },
    [ST_SPARK] = { "spark", { .fg = 6 } },
    [ST_GOOD] = { "good", { .fg = 4, .bold = true } },
    [ST_WARN] = { "warn", { .fg = 3, .bold = true } },
    [ST_ERROR] = { "error", { .fg = 1, .bold = true } },
    [ST_KEY] = { "key", { .fg = -1, .bold = true } },
    [ST_PROGRESS] = { "progress", { .fg = 6, .bold = true } },
    [ST_MATCH] = { "match", { .fg = 3, .underline = true } },
};

/* Okabe and Ito's colours by the nearest of the eight basic ones. */
static const short few[8] = { 3, 6, 2, 3, 4, 1, 5, 7 };

struct look theme_look(enum style style, int colours)
{
    struct look look = { .fg = -1 };

    if (style < ST_SERIES)
        look = rows[style].look;
    else
        look.fg = colours >= 256 ? canvas_palette[style - ST_SERIES] : few[style - ST_SERIES];
    if (colours < 8)
        look.fg = -1;
    return look;
}
