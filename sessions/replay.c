/* replay.c - comparing an entry with its "#=" comment. */
#include "replay.h"

#include <string.h>

#include "script.h"

#define LINE_DIGEST 8 /* digits before the colon */

static const char *const reasons[][2] = {
    [REPLAY_SAME] = { "", "" },
    [REPLAY_OTHER_COMMAND] = { "the command was edited",
                               ", or means something else in this version" },
    [REPLAY_OTHER_INPUT] = { "the file it reads has changed", " since it was recorded" },
    [REPLAY_OTHER_RESULT] = { "the result is another one",
                              ", though command and data are the same: another version, or an "
                              "earlier command was changed" },
};

/* The file=… part of what was recorded. */
static bool same_input(const char *recorded, const char *now)
{
    const char *at = strstr(recorded, "file=");

    return !at || (now && strncmp(at + 5, now, strlen(now)) == 0);
}

enum replay_verdict replay_compare(const struct entry *e, const char *recorded)
{
    char mark[26];

    if (!recorded || !e->recorded)
        return REPLAY_SAME;
    script_digest(mark, e->line, e->digest);
    if (strncmp(recorded, mark, LINE_DIGEST) != 0)
        return REPLAY_OTHER_COMMAND;
    if (!same_input(recorded, e->input_digest))
        return REPLAY_OTHER_INPUT;
    return strncmp(recorded, mark, strlen(mark)) == 0 ? REPLAY_SAME : REPLAY_OTHER_RESULT;
}

const char *replay_reason(enum replay_verdict v)
{
    return reasons[v][0];
}

const char *replay_reason_more(enum replay_verdict v)
{
    return reasons[v][1];
}
