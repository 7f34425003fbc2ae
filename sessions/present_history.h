/* present_history.h - where one is in the history, for the verbs that move in it. */
#ifndef SESSIONS_PRESENT_HISTORY_H
#define SESSIONS_PRESENT_HISTORY_H

#include "history_tree.h"

/* "commands": how many stand now; which were taken back and which stand again since `from`, and what
 * the branch is called whose tip this is. */
void present_move(struct report *r, const struct session *s, const struct entry *from);
/* How an entry is called: its branch, or its number; in the arena. */
const char *present_point(const struct entry *e, struct arena *arena);

#endif
