/* decorated.h - texts that are another value of their column with something before or behind it:
 * "12/02/2011 7:58 a.m." beside "7:58 a.m.", "Portland OR" beside "Portland".
 *
 * The same extra must come with several different values that also stand bare, and more often; then
 * the bare value is what the column holds.  Signs that words and numbers do not end in ("4451-*")
 * are extra where few cells have them, whether or not the value stands bare elsewhere.
 */
#ifndef PROFILE_DECORATED_H
#define PROFILE_DECORATED_H

#include "base/arena.h"
#include "profile/coded.h"

struct decorated {
    uint32_t code;
    double sure;
    const char *right; /* the text without the extra */
};

/* By code, in the arena. */
size_t decorated_find(struct decorated **out, const struct coded_column *c, struct arena *arena);

#endif
