#include "base/text.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/mem.h"

/* ---------------------------------------------------------------- numbers in */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool text_parse_int(int64_t *out, const char *s, size_t len)
{
    size_t i = len > 0 && (s[0] == '-' || s[0] == '+');
    bool negative = i && s[0] == '-';
    int64_t v = 0;

    if (i == len)
        return false;
    /* Counted downwards, since there is one negative number more than positive ones. */
    for (; i < len; i++)
        if (!is_digit(s[i]) || __builtin_mul_overflow(v, 10, &v) ||
            __builtin_sub_overflow(v, s[i] - '0', &v))
            return false;
    if (!negative && v == INT64_MIN)
        return false;
    *out = negative ? v : -v;
    return true;
}

/* A decimal number taken apart: digits * 10^exponent. */
struct decimal {
    uint64_t digits;
    size_t n_digits; /* without leading zeros */
    int exponent;    /* held within +-100000 */
};

#define EXPONENT_MOST 100000

/* Digits from s[i] on; returns where they end.  Nineteen digits are kept: they fit 64 bits. */
static size_t scan_digits(struct decimal *d, const char *s, size_t len, size_t i, bool fraction)
{
    size_t from = i, kept = d->n_digits < 19 ? 19 - d->n_digits : 0;
    uint64_t digits = d->digits;

    if (d->n_digits == 0)
        while (i < len && s[i] == '0')
            i++;
    size_t first = i, stop = len - i > kept ? i + kept : len;
    for (; i < stop && is_digit(s[i]); i++)
        digits = digits * 10 + (uint64_t)(s[i] - '0');
    while (i < len && is_digit(s[i]))
        i++;
    d->digits = digits;
    d->n_digits += i - first;
    if (fraction)
        d->exponent -= (int)(i - from < EXPONENT_MOST ? i - from : EXPONENT_MOST);
    return i;
}

/* The grammar [digits][.digits][e[+-]digits] over the whole text, at least one digit in front. */
static bool scan_decimal(struct decimal *d, const char *s, size_t len)
{
    size_t whole = scan_digits(d, s, len, 0, false), i = whole, n_digits = whole;

    if (i < len && s[i] == '.') {
        i = scan_digits(d, s, len, i + 1, true);
        n_digits = i - 1;
    }
    if (n_digits == 0)
        return false;
    if (i == len)
        return true;
    if (s[i] != 'e' && s[i] != 'E')
        return false;
    i++;
    bool down = i < len && s[i] == '-';
    if (i < len && (s[i] == '-' || s[i] == '+'))
        i++;
    int power = 0;
    size_t start = i;
    for (; i < len && is_digit(s[i]); i++)
        if (power < EXPONENT_MOST)
            power = power * 10 + (s[i] - '0');
    d->exponent += down ? -power : power;
    return i > start && i == len;
}

/* Up to 2^53 and 10^22 both factors are exact doubles, so that one operation rounds correctly
 * (Clinger, "How to read floating point numbers accurately", PLDI 1990); most data are such. */
static bool exact_product(double *out, const struct decimal *d)
{
    static const double power[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

    if (FLT_EVAL_METHOD != 0 || d->n_digits > 19 || d->digits > (uint64_t)1 << 53 ||
        abs(d->exponent) > 22)
        return false;
    *out = d->exponent < 0 ? (double)d->digits / power[-d->exponent]
                           : (double)d->digits * power[d->exponent];
    return true;
}

/* The C library's reader, for text known to be a decimal number. */
static bool read_slowly(double *out, const char *s, size_t len)
{
    char small[64];
    char *copy = len < sizeof(small) ? small : mem_new(len + 1, 1);

    memcpy(copy, s, len);
    copy[len] = '\0';
    *out = strtod(copy, NULL);
    if (copy != small)
        mem_free(copy);
    return !isinf(*out);
}

static bool is_word(const char *s, size_t len, const char *word)
{
    size_t i = 0;

    while (i < len && word[i] != '\0' && (s[i] | 0x20) == word[i])
        i++;
    return i == len && word[i] == '\0';
}

bool text_parse_real(double *out, const char *s, size_t len)
{
    bool negative = len > 0 && s[0] == '-';
    struct decimal d = { 0 };
    double v;

    if (negative || (len > 0 && s[0] == '+')) {
        s++;
        len--;
    }
    bool word = len > 0 && (s[0] | 0x20) >= 'a'; /* most are not */

    if (word && (is_word(s, len, "inf") || is_word(s, len, "infinity")))
        v = INFINITY;
    else if (word && is_word(s, len, "nan"))
        v = NAN;
    else if (!scan_decimal(&d, s, len))
        return false;
    else if (!exact_product(&v, &d) && !read_slowly(&v, s, len))
        return false;
    *out = negative ? -v : v;
    return true;
}

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
