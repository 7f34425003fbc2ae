#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

static void test_set_returns_minus_one_and_clears_the_place(void **state)
{
    struct err err = { .line = 3, .col = 4, .width = 5, .file = "old.csv" };

    (void)state;
    assert_int_equal(err_set(&err, ERR_SHAPE, "%d rows", 7), -1);
    assert_int_equal(err.code, ERR_SHAPE);
    assert_string_equal(err.msg, "7 rows");
    assert_string_equal(err.file, "");
    assert_int_equal(err.line + err.col + err.width, 0);
}

static void test_set_at_keeps_the_place(void **state)
{
    struct err err = { 0 };
    struct err_at at = { .file = "a.csv", .line = 812, .col = 14, .width = 4 };

    (void)state;
    assert_int_equal(err_set_at(&err, ERR_PARSE, at, "'%s' is not a number", "n/a?"), -1);
    assert_int_equal(err.code, ERR_PARSE);
    assert_string_equal(err.file, "a.csv");
    assert_int_equal(err.line, 812);
    assert_int_equal(err.col, 14);
    assert_int_equal(err.width, 4);
    assert_string_equal(err.msg, "'n/a?' is not a number");
}

static void test_null_err_still_fails(void **state)
{
    (void)state;
    assert_int_equal(err_set(NULL, ERR_IO, "x"), -1);
    assert_int_equal(err_set_at(NULL, ERR_IO, (struct err_at){ 0 }, "x"), -1);
    assert_int_equal(err_set_errno(NULL, "open", "x"), -1);
    assert_int_equal(err_prefix(NULL, "x"), -1);
    err_shift(NULL, 3);
    err_clear(NULL);
}

static void test_errno_is_named(void **state)
{
    struct err err = { 0 };

    (void)state;
    errno = ENOENT;
    assert_int_equal(err_set_errno(&err, "open", "no/such.csv"), -1);
    assert_int_equal(err.code, ERR_IO);
    assert_string_equal(err.msg, "cannot open no/such.csv: No such file or directory");
}

static void test_text_from_data_is_escaped(void **state)
{
    struct err err = { 0 };
    struct err_at at = { .file = "\x1b[2J.csv" };

    (void)state;
    err_set_at(&err, ERR_PARSE, at, "'%s' in column größe", "\x1b[31m\a\xff");
    assert_string_equal(err.msg, "'\\x1B[31m\\x07\\xFF' in column größe");
    assert_string_equal(err.file, "\\x1B[2J.csv");
}

static void test_prefix_puts_context_in_front(void **state)
{
    struct err err = { 0 };

    (void)state;
    err_set_at(&err, ERR_DOMAIN, (struct err_at){ .line = 2, .col = 9 }, "no rows");
    assert_int_equal(err_prefix(&err, "step %d (%s): ", 3, "scale"), -1);
    assert_string_equal(err.msg, "step 3 (scale): no rows");
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_int_equal(err.line, 2);
    assert_int_equal(err.col, 9);
}

static void test_arguments_may_come_from_the_error_itself(void **state)
{
    struct err err = { 0 };

    (void)state;
    err_set_at(&err, ERR_IO, (struct err_at){ .file = "a.csv", .line = 1 }, "inner");
    err_set_at(&err, ERR_PARSE, (struct err_at){ .file = err.file, .line = 2 }, "outer: %s",
               err.msg);
    assert_string_equal(err.msg, "outer: inner");
    assert_string_equal(err.file, "a.csv");
}

static void test_long_text_is_cut_between_characters(void **state)
{
    struct err err = { 0 };
    char text[2001], name[601];

    (void)state;
    /* Two-byte letters behind one or two single bytes: one of the cuts falls inside a letter. */
    for (int lead = 1; lead <= 2; lead++) {
        memset(text, 'a', sizeof(text));
        for (size_t i = (size_t)lead; i + 2 < sizeof(text); i += 2)
            memcpy(text + i, "ö", 2);
        text[sizeof(text) - 1] = '\0';
        err_set(&err, ERR_PARSE, "%s", text);
        assert_in_range(strlen(err.msg), sizeof(err.msg) - 3, sizeof(err.msg) - 1);
        assert_true(text_is_utf8(err.msg, strlen(err.msg), NULL));
        assert_string_equal(err.msg + strlen(err.msg) - 3, "…");
    }
    memset(name, 'd', sizeof(name));
    memcpy(name + sizeof(name) - 8, "/houses", 8);
    err_set_at(&err, ERR_PARSE, (struct err_at){ .file = name }, "x");
    assert_int_equal(strlen(err.file), sizeof(err.file) - 1);
    assert_string_equal(err.file + sizeof(err.file) - 8, "/houses");
    assert_memory_equal(err.file, "…", 3);
}

static void test_text_that_just_fits_is_whole(void **state)
{
    struct err err = { 0 };
    char text[sizeof(err.msg)];

    (void)state;
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    err_set(&err, ERR_PARSE, "%s", text);
    assert_string_equal(err.msg, text);
}

static void test_shift_moves_known_columns_of_this_text(void **state)
{
    struct err err = { 0 };

    (void)state;
    err_set_at(&err, ERR_PARSE, (struct err_at){ .col = 5 }, "x");
    err_shift(&err, 10);
    assert_int_equal(err.col, 15);
    err_set(&err, ERR_PARSE, "x");
    err_shift(&err, 10);
    assert_int_equal(err.col, 0);
    err_set_at(&err, ERR_PARSE, (struct err_at){ .file = "a.csv", .col = 5 }, "x");
    err_shift(&err, 10);
    assert_int_equal(err.col, 5);
}

static void test_clear_leaves_nothing(void **state)
{
    struct err err = { 0 };

    (void)state;
    err_set_at(&err, ERR_PARSE, (struct err_at){ .file = "a.csv", .line = 5 }, "x");
    err_clear(&err);
    assert_int_equal(err.code, ERR_NONE);
    assert_string_equal(err.msg, "");
    assert_string_equal(err.file, "");
    assert_int_equal(err.line, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_returns_minus_one_and_clears_the_place),
        cmocka_unit_test(test_set_at_keeps_the_place),
        cmocka_unit_test(test_null_err_still_fails),
        cmocka_unit_test(test_errno_is_named),
        cmocka_unit_test(test_text_from_data_is_escaped),
        cmocka_unit_test(test_prefix_puts_context_in_front),
        cmocka_unit_test(test_arguments_may_come_from_the_error_itself),
        cmocka_unit_test(test_long_text_is_cut_between_characters),
        cmocka_unit_test(test_text_that_just_fits_is_whole),
        cmocka_unit_test(test_shift_moves_known_columns_of_this_text),
        cmocka_unit_test(test_clear_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
