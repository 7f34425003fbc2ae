#include "base/str.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define STR_FIRST 32

void str_init(struct str *s)
{
    *s = (struct str){ .buf = mem_new(STR_FIRST, 1), .cap = STR_FIRST };
}

void str_release(struct str *s)
{
    mem_free(s->buf);
    *s = (struct str){ 0 };
}

char *str_take(struct str *s)
{
    char *text = s->buf;

    str_init(s);
    return text;
}

void str_clear(struct str *s)
{
    s->len = 0;
    s->buf[0] = '\0';
}

/* Room for `more` bytes and the NUL. */
static void reserve(struct str *s, size_t more)
{
    if (more < s->cap - s->len)
        return;
    if (more > SIZE_MAX / 4 - s->len)
        abort();
    size_t cap = s->cap * 2;
    if (cap < s->len + more + 1)
        cap = s->len + more + 1;
    s->buf = mem_resize(s->buf, cap, 1);
    s->cap = cap;
}

void str_add_n(struct str *s, const char *text, size_t len)
{
    if (len == 0)
        return;
    reserve(s, len);
    memcpy(s->buf + s->len, text, len);
    s->len += len;
    s->buf[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
    str_add_n(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
    str_add_n(s, &c, 1);
}

void str_add_repeat(struct str *s, const char *text, size_t times)
{
    size_t len = strlen(text);

    while (times-- > 0)
        str_add_n(s, text, len);
}

void str_vaddf(struct str *s, const char *fmt, va_list ap)
{
    va_list again;

    va_copy(again, ap);
    int len = vsnprintf(s->buf + s->len, s->cap - s->len, fmt, ap);
    assert(len >= 0);
    if ((size_t)len >= s->cap - s->len) {
        reserve(s, (size_t)len);
        vsnprintf(s->buf + s->len, s->cap - s->len, fmt, again);
    }
    va_end(again);
    s->len += (size_t)len;
}

void str_addf(struct str *s, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    str_vaddf(s, fmt, ap);
    va_end(ap);
}

/* ---------------------------------------------------------------- escapes */

/* Marks, embeddings, overrides and isolates: with them a message could read as what it does not
 * say. */
static bool turns_direction(uint32_t code)
{
    return code == 0x061C || code == 0x200E || code == 0x200F ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

void str_add_escaped(struct str *s, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t step = text_decode(&code, text + i, len - i);
        bool broken = step == 1 && code == 0xFFFD;

        if (code == '\n')
            str_add(s, "\\n");
        else if (code == '\t')
            str_add(s, "\\t");
        else if (broken || (step == 1 && is_control(code)))
            str_addf(s, "\\x%02X", (unsigned)(unsigned char)text[i]);
        else if (is_control(code) || turns_direction(code))
            str_addf(s, "\\u{%04X}", (unsigned)code);
        else
            str_add_n(s, text + i, step);
        i += step;
    }
}

/* ---------------------------------------------------------------- spans */

void str_add_listed(struct str *s, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c < 0x20 || c == 0x7f)
            str_addf(s, "\\x%02X", c);
        else
            str_addf(s, "%s%c", strchr(",=\\", c) ? "\\" : "", c);
    }
}

struct span span_of(const char *s)
{
    return (struct span){ .at = s, .len = strlen(s) };
}

bool span_eq(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool span_is(struct span a, const char *s)
{
    return span_eq(a, span_of(s));
}

int span_compare(struct span a, struct span b)
{
    size_t both = a.len < b.len ? a.len : b.len;
    int order = both ? memcmp(a.at, b.at, both) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span a)
{
    while (a.len > 0 && is_blank(a.at[0])) {
        a.at++;
        a.len--;
    }
    while (a.len > 0 && is_blank(a.at[a.len - 1]))
        a.len--;
    return a;
}
