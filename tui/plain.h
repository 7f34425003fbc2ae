/* plain.h - the modes without a screen: run, replay, predict, help.  Each returns the exit
 * status. */
#ifndef TUI_PLAIN_H
#define TUI_PLAIN_H

#include "options.h"

int plain_run(const struct options *o); /* and replay */
int plain_predict(const struct options *o);
int plain_help(const struct options *o);

#endif
