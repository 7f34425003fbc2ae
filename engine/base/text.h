/* text.h - numbers and words to and from text, the same in every locale.
 *
 * Numbers are read and printed with a point.  The program sets LC_CTYPE only, so that the C
 * library's own functions do the same.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define TEXT_REAL_SIZE 32

/* Whole text must be the number: false otherwise (also for overflow).  Correctly rounded.
 * Reals: decimal or scientific, inf, infinity and nan in any case, with a sign or
 * without; no hexadecimal, no blanks. */
bool text_parse_int(int64_t *out, const char *s, size_t len);
bool text_parse_real(double *out, const char *s, size_t len);

/* Shortest text that reads back as the same double ("0.1", "1e+300", "nan", "-inf").  A real that
 * is whole prints with ".0" when `keep_point`.  Returns buf. */
char *text_real(char buf[TEXT_REAL_SIZE], double v, bool keep_point);

/* For people: `digits` significant digits, no trailing zeros, "nan" and "inf" as words. */
char *text_real_short(char buf[TEXT_REAL_SIZE], double v, int digits);

/* Columns a UTF-8 text takes on a terminal (wide characters 2, combining 0, invalid byte 1). */
size_t text_width(const char *s, size_t len);
/* Length in bytes of the longest prefix that fits `width` columns; *taken receives its width. */
size_t text_prefix(const char *s, size_t len, size_t width, size_t *taken);
/* Decode one code point of at most len bytes; returns its length, or 1 with *code = 0xFFFD when the
 * bytes are no UTF-8. len > 0. */
size_t text_decode(uint32_t *code, const char *s, size_t len);
/* *bad_at (may be NULL) receives the offset of the first byte that is no UTF-8. */
bool text_is_utf8(const char *s, size_t len, size_t *bad_at);
/* What kind of character it is: 'A' a capital letter, 'a' a small one, 'x' a letter without case or a
 * mark on one, '9' a digit of any script; 0 anything else. */
char text_class(uint32_t code);
/* A letter of any script, or a mark that belongs to one. */
bool text_is_letter(uint32_t code);

/* Damerau-Levenshtein distance over bytes, at most `limit` + 1. */
size_t text_distance(const char *a, const char *b, size_t limit);
/* The candidate nearest to `word` for "did you mean"; NULL when none is near.  `names` ends in
 * NULL. */
const char *text_nearest(const char *word, const char *const *names);
/* Shell pattern (* ? […]) against a whole name. */
bool text_matches_glob(const char *pattern, const char *name);

#endif
