/* screen.h - the panes and lines of the whole screen, composed in memory.
 *
 *   first line     file, shape, tabs
 *   panes          columns and steps at the left and one view at the right; one view alone when
 * narrow
 *   status         what runs, what was said, or what might be next
 *   last line      keys of the pane, or the prompt
 *
 * No terminal is needed: tests draw it and compare.
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "view.h"

enum {
    SCREEN_MIN_W = 40,
    SCREEN_MIN_H = 8,  /* below: "too small" */
    SCREEN_WIDE = 100, /* from here on two panes */
};

struct pane {
    enum view_id view;
    int x, y, w, h; /* with its frame */
};

struct screen {
    struct grid grid;
    int w, h;
    void *states[VIEW_N];
    enum view_id focus; /* has the keys */
    enum view_id main;  /* of the right pane */
    struct pane panes[3];
    int n_panes;
};

/* What the lines at the bottom say. */
struct status {
    const char *message; /* "" : the next step is suggested */
    enum style style;
    const char *running; /* the command that runs, NULL: none */
    const char *phase;   /* of it, "" when not known */
    size_t iteration;    /* of training, with its loss; 0: none to show */
    double training, validation;
    double fraction;          /* 0 to 1, below 0: not known */
    double elapsed_s, left_s; /* left below 0: not known */
    size_t n_waiting;         /* queued lines */
    const char *keys;         /* typed so far of a sequence, "" */
    const char *hint;         /* of the word in the prompt, "" */
    const char *panel;        /* lines above the status: an error, a question; "" */
};

void screen_init(struct screen *s);
void screen_release(struct screen *s);
void screen_resize(struct screen *s, int w, int h);
bool screen_is_wide(const struct screen *s);
bool screen_is_too_small(const struct screen *s);

/* Shows the view and gives it the keys. */
void screen_show(struct screen *s, enum view_id view);
void screen_next_pane(struct screen *s, int step);
/* The pane at (x, y), NULL. */
const struct pane *screen_pane_at(const struct screen *s, int x, int y);
/* Lays out the panes and lets their views settle. */
void screen_settle(struct screen *s, struct desk *d);
/* Draws everything but the prompt and what lies over the panes. */
void screen_draw(struct screen *s, const struct desk *d, const struct status *status);
/* The keys that the bottom line shows for the focused pane, drawn into row y. */
void screen_draw_hints(struct screen *s, int y);

/* What a newcomer might do next, from the state of the workspace. */
void screen_suggest(struct str *out, const struct desk *d);

#endif
