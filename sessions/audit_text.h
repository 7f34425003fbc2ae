/* audit_text.h - the audit's findings as commands, data and lines. */
#ifndef SESSIONS_AUDIT_TEXT_H
#define SESSIONS_AUDIT_TEXT_H

#include <jansson.h>

#include "profile/audit.h"
#include "report.h"

/* The command that repairs it, as it is typed; nothing when there is none. */
void audit_command(struct str *out, const struct audit_fix *fix);
/* `findings` of the report: max_cells cells and rows in all, the first ones of those that come
 * first, and at least some of each; the rows of each as a set, linked to its line.  `in_text`: as
 * lines too.  ERR_NOMEM. */
int audit_report(struct report *r, const struct audit *a, const struct table *t, size_t max_cells,
                 bool in_text, struct err *err);
/* How many cells a report lists unless it is told. */
#define AUDIT_CELLS "250000"

#endif
