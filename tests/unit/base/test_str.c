#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static void test_grows_and_always_ends_in_nul(void **state)
{
    struct str s;

    (void)state;
    str_init(&s);
    assert_string_equal(s.buf, "");
    for (size_t i = 0; i < 1000; i++) {
        str_add_char(&s, 'a');
        assert_int_equal(s.len, i + 1);
        assert_int_equal(s.buf[s.len], 0);
    }
    str_clear(&s);
    assert_string_equal(s.buf, "");
    str_add(&s, "one");
    str_add_n(&s, ", two, three", 5);
    str_add_repeat(&s, "--", 3);
    assert_string_equal(s.buf, "one, two------");
    str_release(&s);
}

static void test_formats_longer_than_the_room(void **state)
{
    struct str s;

    (void)state;
    str_init(&s);
    for (int width = 0; width < 300; width++) {
        str_clear(&s);
        str_add(&s, "ab");
        str_addf(&s, "%*s|", width, "");
        assert_int_equal(s.len, (size_t)width + 3);
        assert_int_equal(strlen(s.buf), s.len);
        assert_int_equal(s.buf[s.len - 1], '|');
    }
    str_release(&s);
}

static void test_take_hands_over_and_starts_again(void **state)
{
    struct str s;

    (void)state;
    str_init(&s);
    str_add(&s, "mine");
    char *text = str_take(&s);
    str_add(&s, "new");
    assert_string_equal(text, "mine");
    assert_string_equal(s.buf, "new");
    mem_free(text);
    str_release(&s);
}

static void check_escape(const char *text, size_t len, const char *expected)
{
    struct str s;

    str_init(&s);
    str_add_escaped(&s, text, len);
    assert_string_equal(s.buf, expected);
    str_release(&s);
}

static void test_escapes_what_a_terminal_would_obey(void **state)
{
    (void)state;
    check_escape("plain \\ 'text' größe 猫", 26, "plain \\ 'text' größe 猫");
    check_escape("a\nb\tc\rd", 7, "a\\nb\\tc\\x0Dd");
    check_escape("\x1b]0;x\a\x7f\0", 8, "\\x1B]0;x\\x07\\x7F\\x00");
    check_escape("\xc2\x9b"
                 "31m",
                 5, "\\u{009B}31m"); /* C1: CSI */
    check_escape("a\xe2\x80\xae"
                 "b",
                 5, "a\\u{202E}b"); /* override */
    check_escape("a\xe2\x81\xa6"
                 "b",
                 5, "a\\u{2066}b"); /* isolate */
    check_escape("a\xe2\x80\x8f"
                 "b",
                 5, "a\\u{200F}b"); /* mark */
    check_escape("\xff\xc3(\xe2\x82", 5, "\\xFF\\xC3(\\xE2\\x82");
    check_escape("\xef\xbf\xbd", 3, "\xef\xbf\xbd"); /* U+FFFD itself is fine */
}

static void test_spans_compare_by_bytes(void **state)
{
    struct span ab = span_of("ab"), abc = span_of("abc"), none = { NULL, 0 };

    (void)state;
    assert_true(span_is(ab, "ab"));
    assert_false(span_is(ab, "abc"));
    assert_false(span_eq(ab, abc));
    assert_true(span_eq(none, span_of("")));
    assert_true(span_compare(ab, abc) < 0);
    assert_true(span_compare(abc, ab) > 0);
    assert_true(span_compare(ab, span_of("b")) < 0);
    assert_true(span_compare(span_of("\xff"), span_of("a")) > 0);
    assert_int_equal(span_compare(none, none), 0);
}

static void test_trim_takes_white_space_off_both_ends(void **state)
{
    (void)state;
    assert_true(span_is(span_trim(span_of(" \t a b\r\n")), "a b"));
    assert_true(span_is(span_trim(span_of(" \n ")), ""));
    assert_true(span_is(span_trim(span_of("")), ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows_and_always_ends_in_nul),
        cmocka_unit_test(test_formats_longer_than_the_room),
        cmocka_unit_test(test_take_hands_over_and_starts_again),
        cmocka_unit_test(test_escapes_what_a_terminal_would_obey),
        cmocka_unit_test(test_spans_compare_by_bytes),
        cmocka_unit_test(test_trim_takes_white_space_off_both_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
