/* gnuplot_child.h - the process behind gnuplot.h: start, ask, end.
 *
 * Its standard input is a socket, so that writing to a dead child is an error and no signal;
 * pictures come back on its standard output, which ends with a mark of ours, messages on its
 * standard error.  It gets no file names, no shell and an environment of our own making.
 */
#ifndef VIZ_GNUPLOT_CHILD_H
#define VIZ_GNUPLOT_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

struct child {
    pid_t pid;        /* 0: not running */
    int in, out, log; /* our ends, -1 when closed */
    unsigned n_asked;
};

#define CHILD_NONE                                                                                 \
    {                                                                                              \
        .in = -1, .out = -1, .log = -1                                                             \
    }

/* Start `program`, looked for along `path` when it has no slash.  ERR_IO. */
int child_start(struct child *c, const char *program, const char *path, struct err *err);
/* Send the script and collect what it draws.  ERR_IO when the child died, with its last message,
 * or gave no answer in time; it is gone then and has been reaped. */
int child_ask(struct child *c, struct str *drawn, const struct str *script, int timeout_ms,
              struct err *err);
void child_end(struct child *c); /* kills and reaps; fine when not running */

#endif
