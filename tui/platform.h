/* platform.h - what the program learns from its surroundings: environment, folders, clock. */
#ifndef TUI_PLATFORM_H
#define TUI_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "options.h"

/* $ASSAY_SHARE, ../share/assay of the folder the program is in, the installed folder, the source
 * tree's: the first that is there; NULL. */
const char *platform_share_dir(struct arena *arena);
/* $XDG_STATE_HOME/assay (absolute ones only) or ~/.local/state/assay; NULL when there is no
 * home. */
const char *platform_state_dir(struct arena *arena);
/* `wished`, else $ASSAY_THREADS, else $OMP_NUM_THREADS, else 0 for the number of processors. */
size_t platform_threads(size_t wished);
bool platform_is_utf8(void);
/* Colours on that descriptor: as wished, else a terminal, no $NO_COLOR and no dumb $TERM. */
bool platform_has_colour(enum color_wish wish, int fd);
/* Seconds, monotonic. */
double platform_clock(void);

#endif
