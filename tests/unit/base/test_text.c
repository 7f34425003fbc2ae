#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"

/* ---------------------------------------------------------------- whole numbers */

static void test_int_reads_the_whole_range(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        { "0", 0 },
        { "-0", 0 },
        { "+7", 7 },
        { "007", 7 },
        { "-12", -12 },
        { "9223372036854775807", INT64_MAX },
        { "-9223372036854775808", INT64_MIN },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t v = 99;
        assert_true(text_parse_int(&v, good[i].text, strlen(good[i].text)));
        assert_true(v == good[i].value);
    }
}

static void test_int_refuses_all_else(void **state)
{
    static const char *const bad[] = { "",
                                       "-",
                                       "+",
                                       " 1",
                                       "1 ",
                                       "1.0",
                                       "1e3",
                                       "0x1",
                                       "--1",
                                       "1,000",
                                       "9223372036854775808",
                                       "-9223372036854775809",
                                       "99999999999999999999999" };
    int64_t v = 99;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(text_parse_int(&v, bad[i], strlen(bad[i])));
    assert_true(v == 99);
    assert_true(text_parse_int(&v, "123456", 3)); /* no NUL is looked for */
    assert_true(v == 123);
}

/* ---------------------------------------------------------------- reals */

static void test_real_reads_as_the_c_library_does(void **state)
{
    static const char *const good[] = {
        "0",
        "-0",
        "1",
        "+1.5",
        ".5",
        "5.",
        "1e3",
        "1E-3",
        "1e+22",
        "1e23",
        "123456789012345678",
        "9007199254740993",
        "0.1",
        "2.2250738585072011e-308",
        "5e-324",
        "1e-400",
        "400e0",
        "1.7976931348623157e308",
        "0.000000000000000000000000000000000000001",
        "8.5e-23",
        "179769313486231570000000000000000000000000000000000000000000000000000000000000000000000",
        "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        double v = 99, expected = strtod(good[i], NULL);
        assert_true(text_parse_real(&v, good[i], strlen(good[i])));
        assert_memory_equal(&v, &expected, sizeof(v));
    }
}

static void test_real_reads_words(void **state)
{
    double v = 0;

    (void)state;
    assert_true(text_parse_real(&v, "NaN", 3) && isnan(v));
    assert_true(text_parse_real(&v, "-nan", 4) && isnan(v));
    assert_true(text_parse_real(&v, "Inf", 3) && v == INFINITY);
    assert_true(text_parse_real(&v, "-INFINITY", 9) && v == -INFINITY);
}

static void test_real_refuses_all_else(void **state)
{
    static const char *const bad[] = {
        "",    ".",        "-",      "e5",  "1e",  "1e+",      "1.2.3",
        "0x1", "1e400",    "-1e400", " 1",  "1 ",  "1,5",      "1e5.0",
        "na",  "infi",     "nano",   "1_0", "1d5", "\xd9\xa1", "1e999999999999999999999",
        "--1", "infinityx"
    };
    double v = 99;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(text_parse_real(&v, bad[i], strlen(bad[i])));
    assert_true(v == 99);
}

/* The quick way for common numbers must give the bits of the slow one. */
static void test_real_is_correctly_rounded(void **state)
{
    struct rng r;
    char text[64];

    (void)state;
    rng_init(&r, 1, 0);
    for (int i = 0; i < 20000; i++) {
        int power = (int)rng_below(&r, 60) - 30;
        uint64_t digits = rng_u64(&r) >> rng_below(&r, 64);
        snprintf(text, sizeof(text), "%llue%d", (unsigned long long)digits, power);
        double v, expected = strtod(text, NULL);
        assert_true(text_parse_real(&v, text, strlen(text)));
        assert_true(v == expected);
    }
}

static void check_real(double v, bool keep_point, const char *expected)
{
    char buf[TEXT_REAL_SIZE];

    assert_string_equal(text_real(buf, v, keep_point), expected);
}

static void test_real_prints_shortest(void **state)
{
    (void)state;
    check_real(0.1, true, "0.1");
    check_real(0.1 + 0.2, true, "0.30000000000000004");
    check_real(5e-324, true, "5e-324");
    check_real(1e300, true, "1e+300");
    check_real(3, false, "3");
    check_real(3, true, "3.0");
    check_real(-0.0, true, "-0.0");
    check_real(NAN, true, "nan");
    check_real(-NAN, true, "nan");
    check_real(INFINITY, true, "inf");
    check_real(-INFINITY, false, "-inf");
}

static void test_real_round_trips(void **state)
{
    struct rng r;
    char buf[TEXT_REAL_SIZE];

    (void)state;
    rng_init(&r, 2, 0);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = rng_u64(&r);
        double v, back;
        memcpy(&v, &bits, sizeof(v));
        if (isnan(v))
            continue;
        text_real(buf, v, i % 2);
        assert_true(strlen(buf) < TEXT_REAL_SIZE);
        assert_true(text_parse_real(&back, buf, strlen(buf)));
        assert_memory_equal(&back, &v, sizeof(v));
    }
}

static void test_real_for_people(void **state)
{
    char buf[TEXT_REAL_SIZE];

    (void)state;
    assert_string_equal(text_real_short(buf, 3.14159, 3), "3.14");
    assert_string_equal(text_real_short(buf, 2.50, 4), "2.5");
    assert_string_equal(text_real_short(buf, 100, 5), "100");
    assert_string_equal(text_real_short(buf, -0.0, 5), "0");
    assert_string_equal(text_real_short(buf, NAN, 5), "nan");
    assert_string_equal(text_real_short(buf, -INFINITY, 5), "-inf");
    assert_string_equal(text_real_short(buf, -DBL_MAX, 99), "-1.7976931348623157e+308");
}

/* ---------------------------------------------------------------- UTF-8 */

static void test_width_counts_columns(void **state)
{
    (void)state;
    assert_int_equal(text_width("abc", 3), 3);
    assert_int_equal(text_width("größe", 7), 5);
    assert_int_equal(text_width("猫", 3), 2);
    assert_int_equal(text_width("e\xcc\x81", 3), 1); /* combining acute */
    assert_int_equal(text_width("\xff\xfe", 2), 2);
    assert_int_equal(text_width("", 0), 0);
}

static void test_prefix_never_splits(void **state)
{
    size_t taken = 99;

    (void)state;
    assert_int_equal(text_prefix("a猫b", 5, 2, &taken), 1); /* half a cat does not fit */
    assert_int_equal(taken, 1);
    assert_int_equal(text_prefix("a猫b", 5, 3, &taken), 4);
    assert_int_equal(taken, 3);
    assert_int_equal(text_prefix("e\xcc\x81x", 4, 1, &taken), 3); /* the accent stays with its e */
    assert_int_equal(taken, 1);
    assert_int_equal(text_prefix("abc", 3, 9, NULL), 3);
}

static void test_decode_names_broken_bytes(void **state)
{
    static const char *const broken[] = {
        "\x80", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"
    };
    uint32_t code;
    size_t bad_at = 99;

    (void)state;
    assert_int_equal(text_decode(&code, "a", 1), 1);
    assert_int_equal(code, 'a');
    assert_int_equal(text_decode(&code, "\xf0\x9f\x90\x88", 4), 4);
    assert_int_equal(code, 0x1F408);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        assert_int_equal(text_decode(&code, broken[i], strlen(broken[i])), 1);
        assert_int_equal(code, 0xFFFD);
        assert_false(text_is_utf8(broken[i], strlen(broken[i]), NULL));
    }
    assert_true(text_is_utf8("größe \xef\xbf\xbd", 11, &bad_at));
    assert_int_equal(bad_at, 99);
    assert_false(text_is_utf8("ab\xff", 3, &bad_at));
    assert_int_equal(bad_at, 2);
}

static void test_letters_of_any_script(void **state)
{
    (void)state;
    assert_true(text_is_letter('a') && text_is_letter(0xDF) && text_is_letter(0x732B));
    assert_false(text_is_letter('1') || text_is_letter('_') || text_is_letter(' ') ||
                 text_is_letter(0x20AC));
}

/* ---------------------------------------------------------------- words */

static void test_distance_counts_edits(void **state)
{
    (void)state;
    assert_int_equal(text_distance("price", "price", 3), 0);
    assert_int_equal(text_distance("price", "prices", 3), 1);
    assert_int_equal(text_distance("price", "prcie", 3), 1); /* a swap */
    assert_int_equal(text_distance("kitten", "sitting", 5), 3);
    assert_int_equal(text_distance("", "abc", 5), 3);
    assert_int_equal(text_distance("abc", "", 5), 3);
    assert_int_equal(text_distance("ca", "abc", 5), 3); /* the restricted form */
    assert_int_equal(text_distance("kitten", "sitting", 1), 2);
    assert_int_equal(text_distance("abcdefgh", "stuvwxyz", 2), 3);
    assert_int_equal(text_distance("a", "abcdefgh", 2), 3);
    /* The row before the swap is beyond the limit where the one after it is not. */
    assert_int_equal(text_distance("ba", "ab", 0), 1);
    assert_int_equal(text_distance("xbay", "xaby", 1), 1);
}

/* The limit only cuts: below it the distance is the same. */
static void test_distance_limit_changes_nothing_below_it(void **state)
{
    struct rng r;

    (void)state;
    rng_init(&r, 3, 0);
    for (int i = 0; i < 3000; i++) {
        char a[9] = { 0 }, b[9] = { 0 };
        for (size_t k = rng_below(&r, 9); k-- > 0;)
            a[k] = (char)('a' + rng_below(&r, 3));
        for (size_t k = rng_below(&r, 9); k-- > 0;)
            b[k] = (char)('a' + rng_below(&r, 3));
        size_t exact = text_distance(a, b, 100), limit = rng_below(&r, 9);
        assert_int_equal(text_distance(a, b, limit), exact > limit ? limit + 1 : exact);
        assert_int_equal(text_distance(b, a, 100), exact);
    }
}

static void test_nearest_only_when_near(void **state)
{
    static const char *const names[] = { "load", "train", "trim", "validate", "x", NULL };

    (void)state;
    assert_string_equal(text_nearest("lod", names), "load");
    assert_string_equal(text_nearest("trian", names), "train");
    assert_string_equal(text_nearest("valdiaet", names), "validate");
    assert_null(text_nearest("quantile", names));
    assert_null(text_nearest("y", names)); /* any letter is as far from any other */
    assert_null(text_nearest("", names));
}

static void test_glob(void **state)
{
    static const struct {
        const char *pattern, *name;
        bool matches;
    } cases[] = {
        { "bill_*", "bill_length", true },
        { "bill_*", "bill_", true },
        { "bill_*", "a_bill_length", false },
        { "*_mm", "bill_length_mm", true },
        { "*a*b*c", "xaxxbxbxc", true },
        { "*a*b*c", "xaxxbxbx", false },
        { "x?", "x1", true },
        { "x?", "x", false },
        { "x?", "xß", true },
        { "x?", "x12", false },
        { "[a-c]1", "b1", true },
        { "[a-c]1", "d1", false },
        { "[!a-c]1", "d1", true },
        { "[^a-c]1", "a1", false },
        { "[]x]", "]", true },
        { "[]x]", "x", true },
        { "[ä-ü]", "ö", true },
        { "[a", "[a", true },
        { "a[", "a[", true },
        { "[a-]", "-", true },
        { "[*]", "*", true },
        { "[*]", "x", false },
        { "", "", true },
        { "", "a", false },
        { "*", "", true },
        { "**", "abc", true },
        { "Price", "price", false },
        { "*\xff", "a\xff", true },
        { "*[", "x[", true },
        { "[!]", "[!]", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (text_matches_glob(cases[i].pattern, cases[i].name) != cases[i].matches)
            fail_msg("pattern %s, name %s", cases[i].pattern, cases[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_int_reads_the_whole_range),
        cmocka_unit_test(test_int_refuses_all_else),
        cmocka_unit_test(test_real_reads_as_the_c_library_does),
        cmocka_unit_test(test_real_reads_words),
        cmocka_unit_test(test_real_refuses_all_else),
        cmocka_unit_test(test_real_is_correctly_rounded),
        cmocka_unit_test(test_real_prints_shortest),
        cmocka_unit_test(test_real_round_trips),
        cmocka_unit_test(test_real_for_people),
        cmocka_unit_test(test_width_counts_columns),
        cmocka_unit_test(test_prefix_never_splits),
        cmocka_unit_test(test_decode_names_broken_bytes),
        cmocka_unit_test(test_letters_of_any_script),
        cmocka_unit_test(test_distance_counts_edits),
        cmocka_unit_test(test_distance_limit_changes_nothing_below_it),
        cmocka_unit_test(test_nearest_only_when_near),
        cmocka_unit_test(test_glob),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
