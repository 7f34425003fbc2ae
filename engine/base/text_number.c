/* text_number.c - numbers from text; text.h tells the grammar.
 *
 * Nearly all numbers in files are plain: a sign, at most nineteen digits, perhaps a point.  Those
 * are read in one pass over the bytes; what that pass does not know goes the slow, general way.
 */
#include "base/text.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text_digits.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---------------------------------------------------------------- plain digits */

#define PLAIN_DIGITS 19 /* so many fit 64 bits */

/* Digits from p on are added to *value; returns where they end. */
static const char *read_digits(uint64_t *value, const char *p, const char *end)
{
    uint64_t v = *value;

    for (; p < end && is_digit(*p); p++)
        v = v * 10 + (uint64_t)(*p - '0');
    *value = v;
    return p;
}

#if TEXT_DIGITS_WORDS
static const char *read_plain_digits(uint64_t *value, const char *p, const char *end)
{
    uint64_t w;

    while (end - p >= 8) {
        memcpy(&w, p, sizeof(w));
        if (!text_are_eight_digits(w))
            break;
        *value = *value * 100000000 + text_eight_digits(w);
        p += 8;
    }
    return read_digits(value, p, end);
}
#else
static const char *read_plain_digits(uint64_t *value, const char *p, const char *end)
{
    return read_digits(value, p, end);
}
#endif

/* ---------------------------------------------------------------- whole numbers */

static bool parse_int_slowly(int64_t *out, const char *s, size_t len, bool negative)
{
    int64_t v = 0;

    /* Counted downwards, since there is one negative number more than positive ones. */
    for (size_t i = 0; i < len; i++)
        if (!is_digit(s[i]) || __builtin_mul_overflow(v, 10, &v) ||
            __builtin_sub_overflow(v, s[i] - '0', &v))
            return false;
    if (!negative && v == INT64_MIN)
        return false;
    *out = negative ? v : -v;
    return true;
}

bool text_parse_int(int64_t *out, const char *s, size_t len)
{
    bool negative = len > 0 && s[0] == '-';
    uint64_t value = 0;

    if (negative || (len > 0 && s[0] == '+')) {
        s++;
        len--;
    }
    if (len == 0)
        return false;
    if (len >= PLAIN_DIGITS) /* may not fit */
        return parse_int_slowly(out, s, len, negative);
    if (read_plain_digits(&value, s, s + len) != s + len)
        return false;
    *out = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

/* ---------------------------------------------------------------- reals */

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
static bool exact_product(double *out, uint64_t digits, int exponent)
{
    static const double power[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

    if (FLT_EVAL_METHOD != 0 || digits > (uint64_t)1 << 53 || abs(exponent) > 22)
        return false;
    *out = exponent < 0 ? (double)digits / power[-exponent] : (double)digits * power[exponent];
    return true;
}

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide;

/* Sixteen and more digits behind a point, as programs print doubles: a long division in whole
 * numbers.  Both sides are shifted to the left end of 64 bits, the quotient has 63 or 64 bits, and
 * whether anything remains goes into its last bit.  A double keeps 53, so the conversion sees on
 * which side of the middle the number lies and rounds as if it had all its digits. */
static bool exact_quotient(double *out, uint64_t digits, int exponent)
{
    if (digits == 0 || exponent >= 0 || exponent < -PLAIN_DIGITS)
        return false;
    uint64_t divisor = 1;
    for (int i = 0; i < -exponent; i++)
        divisor *= 10;
    int up = __builtin_clzll(digits), down = __builtin_clzll(divisor);
    wide dividend = (wide)(digits << up) << 63;
    uint64_t quotient = (uint64_t)(dividend / (divisor << down));
    bool remains = dividend != (wide)quotient * (divisor << down);
    uint64_t scale = (uint64_t)(1023 - 63 + down - up) << 52; /* a power of two as a double */
    double factor;

    memcpy(&factor, &scale, sizeof(factor));
    *out = (double)(quotient | remains) * factor;
    return true;
}
#else
static bool exact_quotient(double *out, uint64_t digits, int exponent)
{
    (void)out;
    (void)digits;
    (void)exponent;
    return false;
}
#endif

/* At most nineteen digits in `digits`. */
static bool decimal_value(double *out, uint64_t digits, int exponent)
{
    return exact_product(out, digits, exponent) || exact_quotient(out, digits, exponent);
}

/* The plain form; false says only that the text has another. */
static bool parse_plain(double *out, const char *s, size_t len)
{
    const char *end = s + len, *fraction;
    uint64_t digits = 0;

    if (len > PLAIN_DIGITS + 1)
        return false;
    const char *p = fraction = read_plain_digits(&digits, s, end);
    bool has_point = p < end && *p == '.';
    if (has_point)
        p = read_plain_digits(&digits, ++fraction, end);
    size_t n_digits = len - has_point; /* if it is plain */
    return p == end && n_digits > 0 && n_digits <= PLAIN_DIGITS &&
           decimal_value(out, digits, (int)(fraction - p));
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

/* Signs come as they like: a branch on one would be mispredicted every other time. */
static double with_sign(double v, bool negative)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof(bits));
    bits ^= (uint64_t)negative << 63;
    memcpy(&v, &bits, sizeof(v));
    return v;
}

bool text_parse_real(double *out, const char *s, size_t len)
{
    bool negative = len > 0 && s[0] == '-';
    size_t n_signs = (size_t)(negative | (len > 0 && s[0] == '+'));
    struct decimal d = { 0 };
    double v;

    s += n_signs;
    len -= n_signs;
    if (parse_plain(&v, s, len)) {
        *out = with_sign(v, negative);
        return true;
    }
    bool word = len > 0 && (s[0] | 0x20) >= 'a'; /* most are not */

    if (word && (is_word(s, len, "inf") || is_word(s, len, "infinity")))
        v = INFINITY;
    else if (word && is_word(s, len, "nan"))
        v = NAN;
    else if (!scan_decimal(&d, s, len))
        return false;
    else if (d.n_digits > PLAIN_DIGITS || !decimal_value(&v, d.digits, d.exponent)) {
        if (!read_slowly(&v, s, len))
            return false;
    }
    *out = with_sign(v, negative);
    return true;
}
