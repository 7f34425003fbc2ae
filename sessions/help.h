/* help.h - help text, the manual page and completions of shells, from the tables. */
#ifndef SESSIONS_HELP_H
#define SESSIONS_HELP_H

#include "base/err.h"
#include "base/str.h"

/* Overview (topic NULL), a command, a learner, a step, a plot, a metric, or a list: "commands"
 * "learners" "steps" "plots" "metrics" "functions" "language" "keys".  ERR_USAGE with the nearest topic. */
int help_text(struct str *out, const char *topic, struct err *err);
/* assay-commands(7) in roff. */
void help_manual(struct str *out);

#endif
