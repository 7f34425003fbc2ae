/* interrupt.h - ^C while a session runs without a screen: the first cancels the command, the
 * second ends the program. */
#ifndef TUI_INTERRUPT_H
#define TUI_INTERRUPT_H

#include <stdbool.h>

#include "session.h"

/* From now on SIGINT cancels what that session runs and lets no further queued line begin; NULL: as
 * before. */
void interrupt_watch(struct session *s);
/* Was there one since the last interrupt_watch of a session or interrupt_forget? */
bool interrupt_seen(void);
void interrupt_forget(void);

#endif
