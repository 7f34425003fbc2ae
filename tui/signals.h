/* signals.h - signals as bytes in a pipe, for the event loop. */
#ifndef TUI_SIGNALS_H
#define TUI_SIGNALS_H

#include "base/err.h"

/* From now on SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGTSTP and SIGCONT arrive at the descriptor;
 * signals that mean a crash restore the terminal first. */
int signals_open(struct err *err);
void signals_close(void);
int signals_fd(void);
int signals_next(void); /* the next one's number, 0 when there is none */

#endif
