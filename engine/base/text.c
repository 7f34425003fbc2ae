#include "base/text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"

/* ---------------------------------------------------------------- numbers out */

static bool is_special(char buf[TEXT_REAL_SIZE], double v)
{
    if (isfinite(v))
        return false;
    snprintf(buf, TEXT_REAL_SIZE, "%s", isnan(v) ? "nan" : v < 0 ? "-inf" : "inf");
    return true;
}

char *text_real(char buf[TEXT_REAL_SIZE], double v, bool keep_point)
{
    if (is_special(buf, v))
        return buf;
    /* 15 digits survive text -> double -> text, and %g drops zeros at the end, so that fewer need
     * not be tried; only below DBL_MIN a double carries less than 15. */
    for (int digits = fabs(v) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        snprintf(buf, TEXT_REAL_SIZE, "%.*g", digits, v);
        if (strtod(buf, NULL) == v)
            break;
    }
    if (keep_point && !strpbrk(buf, ".e"))
        memcpy(buf + strlen(buf), ".0", sizeof(".0"));
    return buf;
}

char *text_real_short(char buf[TEXT_REAL_SIZE], double v, int digits)
{
    if (is_special(buf, v))
        return buf;
    digits = digits < 1 ? 1 : digits > 17 ? 17 : digits;
    snprintf(buf, TEXT_REAL_SIZE, "%.*g", digits, v == 0 ? 0.0 : v);
    return buf;
}

/* ---------------------------------------------------------------- UTF-8 */

size_t text_decode(uint32_t *code, const char *s, size_t len)
{
    utf8proc_int32_t got;

    if ((unsigned char)s[0] < 0x80) {
        *code = (unsigned char)s[0];
        return 1;
    }
    /* No sequence is longer than 4 bytes, and the length is a signed type there. */
    utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)s,
                                             len < 4 ? (utf8proc_ssize_t)len : 4, &got);
    if (step <= 0) {
        *code = 0xFFFD;
        return 1;
    }
    *code = (uint32_t)got;
    return (size_t)step;
}

/* A broken byte is drawn as one mark; U+FFFD itself has three bytes. */
static size_t decode_width(size_t *width, const char *s, size_t len)
{
    uint32_t code;
    size_t step = text_decode(&code, s, len);
    int columns = utf8proc_charwidth((utf8proc_int32_t)code);

    *width = (step == 1 && code == 0xFFFD) ? 1 : columns > 0 ? (size_t)columns : 0;
    return step;
}

size_t text_prefix(const char *s, size_t len, size_t width, size_t *taken)
{
    size_t used = 0, i = 0;

    while (i < len) {
        size_t columns, step = decode_width(&columns, s + i, len - i);
        if (columns > width - used)
            break;
        used += columns;
        i += step;
    }
    if (taken)
        *taken = used;
    return i;
}

size_t text_width(const char *s, size_t len)
{
    size_t taken;

    text_prefix(s, len, SIZE_MAX, &taken);
    return taken;
}

bool text_is_utf8(const char *s, size_t len, size_t *bad_at)
{
    uint32_t code;

    for (size_t i = 0; i < len;) {
        size_t step = text_decode(&code, s + i, len - i);
        if (step == 1 && code == 0xFFFD) {
            if (bad_at)
                *bad_at = i;
            return false;
        }
        i += step;
    }
    return true;
}

char text_class(uint32_t code)
{
    if (code < 0x80) {
        if (code >= '0' && code <= '9')
            return '9';
        return code >= 'A' && code <= 'Z' ? 'A' : code >= 'a' && code <= 'z' ? 'a' : 0;
    }
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT:
        return 'A';
    case UTF8PROC_CATEGORY_LL:
        return 'a';
    case UTF8PROC_CATEGORY_ND:
        return '9';
    default:
        return text_is_letter(code) ? 'x' : 0;
    }
}

bool text_is_letter(uint32_t code)
{
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
        return true;
    default:
        return false;
    }
}
