/* repl.h - the language at a readline prompt, or from a pipe. */
#ifndef TUI_REPL_H
#define TUI_REPL_H

#include "options.h"

/* Errors do not end it; 0 at the end of input and after quit. */
int repl_run(const struct options *o);

#endif
