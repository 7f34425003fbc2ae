/* str.h - a string that grows, and spans that do not own.
 *
 * Invariants: `buf` is never NULL after str_init and always ends in NUL at buf[len].
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Borrowed text, not NUL-terminated. */
struct span {
    const char *at;
    size_t len;
};

struct str {
    char *buf;
    size_t len, cap;
};

void str_init(struct str *s);
void str_release(struct str *s);
/* Hand the buffer over (free with mem_free) and start again empty. */
char *str_take(struct str *s);
void str_clear(struct str *s);

void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const char *text, size_t len);
void str_add_char(struct str *s, char c);
void str_add_repeat(struct str *s, const char *text, size_t times);
void str_addf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void str_vaddf(struct str *s, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Text from data, safe for a terminal: control bytes, DEL, C1 controls, bidirectional controls and
 * bytes that are no UTF-8 appear as \n, \t, \xNN, \u{NNNN}; everything else as it is. */
void str_add_escaped(struct str *s, const char *text, size_t len);
/* Text as an item of a list with commas between them: a backslash before a comma, equals sign or
 * backslash, \xNN for control bytes (see prepare/pairs.h, which reads it). */
void str_add_listed(struct str *s, struct span text);

struct span span_of(const char *s);
bool span_eq(struct span a, struct span b);
bool span_is(struct span a, const char *s);
/* Byte order, shorter first when one begins the other: <0, 0, >0. */
int span_compare(struct span a, struct span b);
struct span span_trim(struct span a); /* ASCII white space off both ends */

#endif
