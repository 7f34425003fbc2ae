/* overlay.h - what lies over the panes for a moment: the palette and the keys of a pane. */
#ifndef TUI_OVERLAY_H
#define TUI_OVERLAY_H

#include "screen.h"
#include "widgets/text_pane.h"

/* ---- the palette: every command and every key of the pane, found by a few letters ---- */
struct palette_item {
    char *name; /* of a command or a request */
    const char *help;
    char *keys;
    const struct binding *binding; /* a request's; NULL: a command, to be completed at the prompt */
    int score;
};

struct palette {
    bool open;
    struct str typed;
    struct palette_item *items, **shown;
    size_t n_items, n_shown, cap, at;
    struct scroll scroll;
};

void palette_open(struct palette *p, const struct binding *own);
void palette_close(struct palette *p);
enum palette_result { PALETTE_GOES_ON, PALETTE_CHOSEN, PALETTE_DROPPED };
enum palette_result palette_key(struct palette *p, uint32_t key);
/* After PALETTE_CHOSEN, until it is closed. */
const struct palette_item *palette_chosen(const struct palette *p);
void palette_settle(struct palette *p, int w, int h);
/* The cursor's place in the grid. */
void palette_draw(const struct palette *p, struct grid *g, int *x, int *y);

/* ---- the keys of a pane ---- */
void keys_text(struct str *out, const struct view *view);

#endif
