#include "io/json_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MOST_DEPTH 200

size_t json_skip_blanks(const char *buf, size_t len, size_t at)
{
    while (at < len && (buf[at] == ' ' || buf[at] == '\t' || buf[at] == '\n' || buf[at] == '\r'))
        at++;
    return at;
}

/* ---------------------------------------------------------------- is it JSON? */

static size_t wrong(struct json_check *c, size_t at, const char *what)
{
    c->bad_at = at;
    c->wrong = what;
    return 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static size_t check_escape(struct json_check *c, size_t at)
{
    char kind = c->buf[at + 1];

    if (kind == 'u') {
        for (size_t k = 2; k < 6; k++)
            if (!is_hex(c->buf[at + k]))
                return wrong(c, at, "four hexadecimal digits behind \\u");
        return at + 6;
    }
    if (!kind || !strchr("\"\\/bfnrt", kind))
        return wrong(c, at, "one of \" \\ / b f n r t u behind the backslash");
    return at + 2;
}

/* The buffer ends in NUL, which is a control byte, so that no length needs to be looked at. */
static size_t check_string(struct json_check *c, size_t at)
{
    size_t open = at++;

    for (;;) {
        while ((uint8_t)c->buf[at] >= 0x20 && c->buf[at] != '"' && c->buf[at] != '\\')
            at++;
        if (c->buf[at] == '"')
            return at + 1;
        if (c->buf[at] != '\\')
            return at >= c->len || c->buf[at] == '\n' || c->buf[at] == '\r'
                       ? wrong(c, open, "a quote that closes this text")
                       : wrong(c, at, "no control byte within a text; write it as \\u");
        at = check_escape(c, at);
        if (!at)
            return 0;
    }
}

static size_t digits_end(const struct json_check *c, size_t at)
{
    while (is_digit(c->buf[at]))
        at++;
    return at;
}

static size_t check_number(struct json_check *c, size_t at)
{
    size_t from = at + (c->buf[at] == '-'), end = digits_end(c, from);

    if (end == from && strncmp(c->buf + from, "Infinity", 8) == 0)
        return from + 8;
    if (end == from || (c->buf[from] == '0' && end - from > 1))
        return wrong(c, at, "a number");
    if (c->buf[end] == '.') {
        from = end + 1;
        end = digits_end(c, from);
        if (end == from)
            return wrong(c, at, "digits behind the point");
    }
    if (c->buf[end] == 'e' || c->buf[end] == 'E') {
        from = end + 1 + (c->buf[end + 1] == '+' || c->buf[end + 1] == '-');
        end = digits_end(c, from);
        if (end == from)
            return wrong(c, at, "digits of an exponent");
    }
    return end;
}

static size_t check_value(struct json_check *c, size_t at, int depth);

static size_t check_key(struct json_check *c, size_t at)
{
    if (c->buf[at] != '"')
        return wrong(c, at, "a key in quotes");
    at = check_string(c, at);
    if (!at)
        return 0;
    at = json_skip_blanks(c->buf, c->len, at);
    return c->buf[at] == ':' ? at + 1 : wrong(c, at, "a colon behind the key");
}

/* An object or an array, which differ in the keys. */
static size_t check_items(struct json_check *c, size_t at, char close, int depth)
{
    if (depth == MOST_DEPTH)
        return wrong(c, at, "less than 200 values within each other");
    at = json_skip_blanks(c->buf, c->len, at + 1);
    if (c->buf[at] == close)
        return at + 1;
    for (;;) {
        at = json_skip_blanks(c->buf, c->len, at);
        if (close == '}')
            at = check_key(c, at);
        at = at ? check_value(c, at, depth + 1) : 0;
        if (!at)
            return 0;
        at = json_skip_blanks(c->buf, c->len, at);
        if (c->buf[at] == close)
            return at + 1;
        if (c->buf[at] != ',')
            return wrong(c, at, close == '}' ? "a comma or }" : "a comma or ]");
        at++;
    }
}

static size_t check_word(struct json_check *c, size_t at)
{
    static const char *const words[] = { "true", "false", "null", "NaN", "Infinity" };

    for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
        if (strncmp(c->buf + at, words[k], strlen(words[k])) == 0)
            return at + strlen(words[k]);
    return wrong(c, at, "a value");
}

static size_t check_value(struct json_check *c, size_t at, int depth)
{
    at = json_skip_blanks(c->buf, c->len, at);
    switch (c->buf[at]) {
    case '{':
        return check_items(c, at, '}', depth);
    case '[':
        return check_items(c, at, ']', depth);
    case '"':
        return check_string(c, at);
    case '-':
        return check_number(c, at);
    default:
        return is_digit(c->buf[at]) ? check_number(c, at) : check_word(c, at);
    }
}

size_t json_value_end(struct json_check *c, size_t at)
{
    return check_value(c, at, 0);
}

/* ---------------------------------------------------------------- texts */

size_t json_string_end(const char *buf, size_t at)
{
    for (at++; buf[at] != '"'; at++)
        at += buf[at] == '\\';
    return at + 1;
}

static uint32_t hex4(const char *s)
{
    uint32_t code = 0;

    for (size_t k = 0; k < 4; k++)
        code = code * 16 + (uint32_t)(is_digit(s[k]) ? s[k] - '0' : (s[k] | 0x20) - 'a' + 10);
    return code;
}

static size_t put_utf8(char *to, uint32_t code)
{
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

    if (n == 1) {
        to[0] = (char)code;
        return 1;
    }
    for (size_t k = n - 1; k; k--, code >>= 6)
        to[k] = (char)(0x80 | (code & 0x3f));
    to[0] = (char)(uint8_t)(0xf00u >> n | code);
    return n;
}

/* The character that \uXXXX at `from` stands for, with the second half that may follow it. */
static uint32_t unicode_escape(const char *from, size_t *used)
{
    uint32_t code = hex4(from + 2);

    *used = 6;
    if (code < 0xd800 || code > 0xdfff)
        return code;
    if (code > 0xdbff || from[6] != '\\' || from[7] != 'u')
        return 0xfffd;
    uint32_t low = hex4(from + 8);
    if (low < 0xdc00 || low > 0xdfff)
        return 0xfffd;
    *used = 12;
    return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

size_t json_unescape(char *buf, size_t at, size_t end)
{
    static const char letters[] = "bfnrt", values[] = "\b\f\n\r\t";
    char *first = memchr(buf + at + 1, '\\', end - at - 2);
    size_t used;

    if (!first)
        return end - at - 2;
    char *to = first;
    for (const char *from = first, *stop = buf + end - 1; from < stop;) {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        const char *letter = strchr(letters, from[1]);
        if (from[1] == 'u') {
            to += put_utf8(to, unicode_escape(from, &used));
            from += used;
            continue;
        }
        *to++ = letter ? values[letter - letters] : from[1];
        from += 2;
    }
    return (size_t)(to - (buf + at + 1));
}
