/* text_normal.h - texts brought to one form.  Each appends to `out` what becomes of the text; bytes
 * that are no UTF-8 stay as they are. */
#ifndef PREPARE_TEXT_NORMAL_H
#define PREPARE_TEXT_NORMAL_H

#include <stdbool.h>

#include "base/str.h"

bool text_is_ascii(struct span s);

enum letter_case { CASE_LOWER, CASE_UPPER, CASE_TITLE, CASE_SENTENCE };
/* Letter by letter (Unicode's simple mappings: ß stays in upper case).  Title: every first letter of
 * a word is a capital and the others are not; a word goes on over apostrophes and digits.
 * Sentence: the first letter of the text alone. */
void text_to_case(struct str *out, struct span s, enum letter_case to);

enum space_form { SPACES_KEEP, SPACES_TRIM, SPACES_COLLAPSE };
/* Any white space (tabs, line ends, no-break and other widths) becomes a blank, characters without a
 * width (U+200B, U+2060, U+FEFF) and soft hyphens go; then off both ends, and with COLLAPSE one blank
 * for each run. */
void text_plain_spaces(struct str *out, struct span s, enum space_form form);

enum unicode_form { UNICODE_KEEP, UNICODE_NFC, UNICODE_NFD, UNICODE_NFKC, UNICODE_NFKD };
/* Unicode Standard Annex 15.  A text with bytes that are no UTF-8 stays as it is. */
void text_to_unicode(struct str *out, struct span s, enum unicode_form form);
/* Without the marks U+0300 to U+036F on its letters: é is e; ø, which has none, stays. */
void text_drop_marks(struct str *out, struct span s);

/* Typographic quotation marks, apostrophes and primes as ' and ", guillemets as "; dashes, minus
 * signs and hyphens as -. */
void text_plain_marks(struct str *out, struct span s, bool quotes, bool dashes);

/* UTF-8 that was read as Latin-1 or Windows-1252 ("Ã©" for "é"), also when it happened twice: each run
 * of characters beyond ASCII that stand for single bytes, and whose bytes are UTF-8, becomes what
 * they spell.  Nothing else is touched, so that reading the result wrongly again gives the text. */
void text_mend_mojibake(struct str *out, struct span s);

#endif
