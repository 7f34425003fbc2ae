/* text_pane.h - lines of text that scroll both ways: reports, the manual, keys. */
#ifndef TUI_TEXT_PANE_H
#define TUI_TEXT_PANE_H

#include "view.h"

struct text_pane {
    char *text; /* a copy, line ends as NUL */
    const char **lines;
    size_t n_lines, at; /* at: the line that was found, the top else */
    struct scroll scroll;
    int left, widest; /* columns */
    unsigned version; /* of what is in it */
};

void text_pane_release(struct text_pane *p);
/* Nothing when `version` is in it already. */
void text_pane_set(struct text_pane *p, const char *text, unsigned version);
void text_pane_settle(struct text_pane *p, int w, int h);
void text_pane_draw(const struct text_pane *p, const struct desk *d, struct grid *g);
bool text_pane_request(struct text_pane *p, struct desk *d, enum request r);

#endif
