/* spelling.h - rare texts of a column that are another, frequent one written differently: in case,
 * blanks and punctuation (the same fingerprint), or with a few letters wrong.
 *
 * Evidence comes from the column itself.  A rare text near a frequent one is a slip when frequent
 * texts have no such neighbours among themselves (codes like AMI-1 and AMI-2 do), when few texts of
 * the column occur only once (names do), and when the frequent one is much more frequent.  Texts
 * whose digits differ are different things.
 */
#ifndef PROFILE_SPELLING_H
#define PROFILE_SPELLING_H

#include "base/arena.h"
#include "profile/coded.h"

struct spelling {
    uint32_t code; /* of the text that is wrong */
    double sure;   /* 0 to 1 */
    const char *right;
};

/* Slips of the column, by code; list and texts in the arena.  Also wrong words within texts of few
 * different words ("521 patxents").  O(rare x frequent texts), none in a column of more than
 * SPELLING_TEXTS of them. */
#define SPELLING_TEXTS 20000
size_t spelling_find(struct spelling **out, const struct coded_column *c, struct arena *arena);

#endif
