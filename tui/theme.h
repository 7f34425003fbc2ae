/* theme.h - names of styles and what they look like with many colours, few, or none.
 *
 * The terminal's own colours and background are used.  Colour never says anything alone: every
 * style that matters differs by weight, reverse or underline too, or stands beside a sign of its
 * own.
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdbool.h>

enum style {
    ST_TEXT,
    ST_MUTED, /* row numbers, notes, units */
    ST_FRAME,
    ST_FRAME_ON, /* of the pane that has the keys */
    ST_TITLE,
    ST_TITLE_ON,
    ST_HEAD, /* column heads */
    ST_BAR,  /* first line */
    ST_TAB,
    ST_TAB_ON,
    ST_MISSING,
    ST_BEFORE, /* what a changed cell was */
    ST_AFTER,  /* what it is now */
    ST_ADDED,
    ST_GONE,
    ST_SPARK,
    ST_GOOD,
    ST_WARN,
    ST_ERROR,
    ST_KEY,
    ST_PROGRESS,
    ST_MATCH,  /* what was searched for */
    ST_SERIES, /* eight of them, for plots */
    ST_N = ST_SERIES + 8
};

struct look {
    short fg; /* 0 to 255, -1: the terminal's own */
    bool bold, dim, reverse, underline;
};

/* `colours`: how many the terminal has, 0 for none. */
struct look theme_look(enum style style, int colours);

#endif
