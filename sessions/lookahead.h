/* lookahead.h - what the later lines of a script say about its columns.
 *
 * A column that names folds or the sides of the split is no feature (DESIGN.md section 4).  Typed
 * line by line, that is known when the column is named; a script is known as a whole, so that `train`
 * before `validate folds=COLUMN` need not take the column for a feature.  What is found goes into the
 * `load` line as roles=…, visible and recorded: a replay does not look ahead.
 */
#ifndef SESSIONS_LOOKAHEAD_H
#define SESSIONS_LOOKAHEAD_H

#include "script.h"
#include "session.h"

/* Collect `folds=` and `by=` columns of a script into the session, for the next load.  Does nothing
 * for a script whose lines carry digests: those were resolved when they were recorded. */
void lookahead_roles(struct session *s, const struct script *script);
void lookahead_clear(struct session *s);

#endif
