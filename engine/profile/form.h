/* form.h - the form of a text: which kinds of characters follow each other.
 *
 * A text is a row of runs: letters, digits, or one other character by itself; blanks, points,
 * apostrophes, hyphens and commas between letters are part of the letters (names have them).  A
 * column whose texts nearly all have a few forms has cells that do not: they hold a neighbourhood of
 * runs that no usual text has ("89x" where "89%" is usual).
 */
#ifndef PROFILE_FORM_H
#define PROFILE_FORM_H

#include "base/arena.h"
#include "profile/coded.h"

struct odd_form {
    uint32_t code;
    double sure;       /* 0 to 1 */
    const char *right; /* the text without what is odd at its ends, when that is usual; NULL */
};

/* Texts of an odd form, by code; in the arena. */
size_t form_find(struct odd_form **out, const struct coded_column *c, struct arena *arena);
/* The form of a text as one shows it: "AAA-999", runs of more than 4 as "9…". */
void form_show(struct str *out, struct span text);

#endif
