/* replay.h - is what a line gives now what was recorded behind it? */
#ifndef SESSIONS_REPLAY_H
#define SESSIONS_REPLAY_H

#include "session.h"

enum replay_verdict { REPLAY_SAME, REPLAY_OTHER_COMMAND, REPLAY_OTHER_INPUT, REPLAY_OTHER_RESULT };

/* `recorded`: what stood behind "#=", NULL for a line without: the same. */
enum replay_verdict replay_compare(const struct entry *e, const char *recorded);
/* Why it is not the same, in a few words, and what more there is to say, to stand behind them. */
const char *replay_reason(enum replay_verdict v);
const char *replay_reason_more(enum replay_verdict v);

#endif
