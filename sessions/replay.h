/* replay.h - is what a line gives now what was recorded behind it? */
#ifndef SESSIONS_REPLAY_H
#define SESSIONS_REPLAY_H

#include "session.h"

enum replay_verdict { REPLAY_SAME, REPLAY_OTHER_COMMAND, REPLAY_OTHER_INPUT, REPLAY_OTHER_RESULT };

/* `recorded`: what stood behind "#=", NULL for a line without: the same. */
enum replay_verdict replay_compare(const struct entry *e, const char *recorded);
/* Why it is not the same, in a few words, and what more there is to say, to stand behind them. */
/* Append what is known of the file that the entry loaded: " size=… time=… rows=… columns=…"; nothing when it loaded
 * none. */
void replay_add_facts(struct str *out, const struct entry *e);
/* What of that is another one than was recorded: "size 100 → 120, rows 9 → 10". */
void replay_tell_input(struct str *out, const struct entry *e, const char *recorded);
const char *replay_reason(enum replay_verdict v);
const char *replay_reason_more(enum replay_verdict v);

#endif
