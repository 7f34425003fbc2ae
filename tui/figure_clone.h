/* figure_clone.h - a figure of one's own, for drawing beside the command that made it. */
#ifndef TUI_FIGURE_CLONE_H
#define TUI_FIGURE_CLONE_H

#include "figure.h"

void figure_clone(struct figure *out, const struct figure *f);

#endif
