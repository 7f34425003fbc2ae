/* app.h - the workbench: one event loop around a session and a screen. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "options.h"

/* Until the person leaves; the exit status.  2 with a message where there is no terminal. */
int app_run(const struct options *o);

#endif
