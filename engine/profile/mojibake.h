/* mojibake.h - UTF-8 that was read as Windows-1252 or Latin-1 and written again: "cafÃ©" for "café". */
#ifndef PROFILE_MOJIBAKE_H
#define PROFILE_MOJIBAKE_H

#include <stdbool.h>

#include "base/str.h"

/* Append what the text was before; false, and nothing appended, when it is no such text: when it has
 * no characters beyond ASCII, one that Windows-1252 lacks, or bytes that were no UTF-8 then. */
bool mojibake_undo(struct str *out, struct span text);
/* Has it a character that stands for bytes nobody could read (U+FFFD)? */
bool mojibake_lost(struct span text);

#endif
