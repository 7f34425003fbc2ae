/* view.h - one view: a pane of the screen.
 *
 * A view is one file views/view_NAME.c with one `const struct view view_NAME` and one row in
 * views.def.  `draw` is pure: (state, desk) → cells.  Scroll and widths are settled in `settle`,
 * which is called when the workspace, the cursors or the pane's size may have changed, never in
 * draw.
 */
#ifndef TUI_VIEW_H
#define TUI_VIEW_H

#include "desk.h"
#include "grid.h"
#include "keymap.h"

enum view_id {
#define VIEW(id) VIEW_##id,
#include "views.def"
#undef VIEW
    VIEW_N
};

struct view {
    const char *name;  /* "sheet" */
    const char *title; /* in the bar: "Sheet" */
    bool no_tab;       /* in the bar only while it is looked at */
    const char *help;  /* a sentence at the head of its key pane */
    const struct binding *keys;
    size_t state_size;
    void (*release)(void *state); /* NULL: nothing to free */
    void (*heading)(struct str *out, const void *state, const struct desk *d); /* NULL: the name */
    void (*settle)(void *state, struct desk *d, int w, int h);
    void (*draw)(const void *state, const struct desk *d, struct grid *g);
    /* False when the request is not for this view. */
    bool (*request)(void *state, struct desk *d, enum request r);
    /* A click in the pane; NULL: none. */
    void (*click)(void *state, struct desk *d, int x, int y);
};

extern const struct view *const view_table[VIEW_N + 1]; /* ends in NULL */
enum view_id view_find(const char *name);               /* VIEW_N when unknown */

/* ---- a list with a cursor, for views ---- */
struct scroll {
    size_t top, height; /* rows on the screen */
};
/* Moves *at in a list of n; false when the request does not move. */
bool scroll_request(struct scroll *s, size_t *at, size_t n, enum request r);
/* Brings *at and the top within the list and the cursor on the screen. */
void scroll_settle(struct scroll *s, size_t *at, size_t n, size_t height);
/* A bar at the right edge of column x, rows y to y + height: where the window is; nothing when
 * all is seen. */
void scroll_bar(struct grid *g, int x, int y, const struct scroll *s, size_t n);

#endif
