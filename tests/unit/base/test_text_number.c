/* The quick ways to read a number against the C library's slow one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"

#define N_RANDOM 200000

static void check_real(const char *text)
{
    double v = 99, expected = strtod(text, NULL);

    if (!text_parse_real(&v, text, strlen(text)))
        fail_msg("'%s' is not read", text);
    if (memcmp(&v, &expected, sizeof(v)) != 0)
        fail_msg("'%s' is read as %a, not %a", text, v, expected);
}

/* Every number of digits, with the point in every place, with and without a sign. */
static void test_real_digits_and_point(void **state)
{
    struct rng r;
    char text[64], digits[32];

    (void)state;
    rng_init(&r, 3, 0);
    for (int i = 0; i < N_RANDOM; i++) {
        int n = 1 + (int)rng_below(&r, 24), at = (int)rng_below(&r, (uint64_t)n + 2);
        for (int k = 0; k < n; k++)
            digits[k] = (char)('0' + rng_below(&r, i % 3 ? 10 : 2));
        digits[n] = '\0';
        const char *sign = i % 5 == 0 ? "-" : i % 5 == 1 ? "+" : "";
        if (at <= n)
            snprintf(text, sizeof(text), "%s%.*s.%s", sign, at, digits, digits + at);
        else
            snprintf(text, sizeof(text), "%s%s", sign, digits);
        check_real(text);
    }
}

/* What programs print for doubles. */
static void test_real_as_printed(void **state)
{
    struct rng r;
    char text[512];

    (void)state;
    rng_init(&r, 4, 0);
    for (int i = 0; i < N_RANDOM; i++) {
        uint64_t bits = rng_u64(&r);
        double any, unit = rng_unit(&r) * 200 - 100;
        memcpy(&any, &bits, sizeof(any));
        snprintf(text, sizeof(text), "%.*g", 1 + i % 19, unit);
        check_real(text);
        snprintf(text, sizeof(text), "%.*f", i % 22, unit);
        check_real(text);
        snprintf(text, sizeof(text), "%.*e", i % 20, any);
        if (isfinite(any) && isfinite(strtod(text, NULL)))
            check_real(text);
    }
}

/* The middle between two doubles, exactly and one digit to either side: 53 bits are an even or odd
 * mantissa, the 54th is the half, and the division by a power of ten ends or does not. */
static void test_real_at_the_middle(void **state)
{
    struct rng r;
    char text[64];

    (void)state;
    rng_init(&r, 5, 0);
    for (int i = 0; i < N_RANDOM; i++) {
        int up = 1 + (int)rng_below(&r, 10);
        uint64_t mantissa = ((uint64_t)1 << 52 | rng_u64(&r) >> 12) << 1 | 1;
        uint64_t middle = mantissa << up >> rng_below(&r, 10);
        for (uint64_t d = middle - 1; d <= middle + 1; d++) {
            snprintf(text, sizeof(text), "%" PRIu64 "e%d", d, i % 45 - 22);
            if (d < UINT64_C(10000000000000000000))
                check_real(text);
            snprintf(text, sizeof(text), "%" PRIu64 ".%" PRIu64, d >> 12, (d & 4095) * 244140625);
            check_real(text);
        }
    }
}

static void test_int_as_strtoll(void **state)
{
    struct rng r;
    char text[64];

    (void)state;
    rng_init(&r, 6, 0);
    for (int i = 0; i < N_RANDOM; i++) {
        int64_t v, any = (int64_t)rng_u64(&r) >> rng_below(&r, 64);
        snprintf(text, sizeof(text), "%s%0*" PRId64 "%s", any >= 0 && i % 2 ? "+" : "", i % 23, any,
                 i % 7 == 0 ? "0" : "");
        errno = 0;
        long long expected = strtoll(text, NULL, 10);
        bool fits = errno == 0;
        assert_true(text_parse_int(&v, text, strlen(text)) == fits);
        assert_true(!fits || v == expected);
    }
}

/* One byte that is no digit, at every place of a text of every length. */
static void test_one_bad_byte_is_seen(void **state)
{
    static const char bad[] = { '/', ':', ',', ' ', '-', '+', 'x', '\0', (char)0xB0, (char)0xFA };
    char text[24];
    int64_t v;
    double real;

    (void)state;
    for (size_t len = 2; len < sizeof(text); len++)
        for (size_t at = 1; at < len; at++)
            for (size_t k = 0; k < sizeof(bad); k++) {
                memset(text, '7', sizeof(text));
                text[at] = bad[k];
                assert_false(text_parse_int(&v, text, len));
                assert_false(text_parse_real(&real, text, len));
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_digits_and_point), cmocka_unit_test(test_real_as_printed),
        cmocka_unit_test(test_real_at_the_middle),    cmocka_unit_test(test_int_as_strtoll),
        cmocka_unit_test(test_one_bad_byte_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
