/* json_text.h - JSON in memory: is it well formed, and strings taken out of their escapes in place.
 *
 * RFC 8259, and the words NaN, Infinity and -Infinity, which other programs write for such numbers.
 */
#ifndef IO_JSON_TEXT_H
#define IO_JSON_TEXT_H

#include <stddef.h>

struct json_check {
    const char *buf; /* a NUL stands at buf[len] */
    size_t len;
    size_t bad_at;     /* where it is not JSON */
    const char *wrong; /* what was expected there: "a value", "'\"' at the end of a text" … */
};

/* The offset behind the value that begins at `at` (blanks before it are skipped); 0 when it is none,
 * with bad_at and wrong. */
size_t json_value_end(struct json_check *c, size_t at);
size_t json_skip_blanks(const char *buf, size_t len, size_t at);
/* Offset behind the string whose opening quote stands at `at`; the value is well formed. */
size_t json_string_end(const char *buf, size_t at);
/* The text between the quotes, escapes taken out in place; returns its length, which is not more than
 * that between the quotes.  `end` as json_string_end.  Halves of surrogate pairs become U+FFFD. */
size_t json_unescape(char *buf, size_t at, size_t end);

#endif
