/* The dialect that is found in the head of a file, what it is called, and encodings. */
#include "csv_case.h"

#include "io/encoding.h"

static const char *guessed(const struct source *src, const char *name)
{
    return params_value(&src->params, name)->text;
}

static void expect_guess(const char *text, const char *const *pairs)
{
    struct source *src = case_read(text, NULL);

    for (; *pairs; pairs += 2)
        if (strcmp(guessed(src, pairs[0]), pairs[1]) != 0)
            fail_msg("%s is '%s', not '%s' in\n%s", pairs[0], guessed(src, pairs[0]), pairs[1],
                     text);
    source_unref(src);
}

static void test_delimiters_are_found(void **state)
{
    (void)state;
    expect_guess("a:b:c\n1:2:3\n4:5:6\n", PAIRS("delimiter", ":"));
    expect_guess("a^b\n1^2\n3^4\n", PAIRS("delimiter", "^"));
    expect_guess("a, b\n1, x\n2, y\n", PAIRS("delimiter", "comma "));
    expect_guess("a   b   c\n1  2    3\n10 20   30\n", PAIRS("delimiter", "whitespace"));
    expect_guess("sep=|\na|b\n1|2\n", PAIRS("delimiter", "pipe", "skip", "1"));
    /* Times are values, not two columns. */
    expect_guess("12:30\n12:45\n13:00\n", PAIRS("delimiter", "comma"));
    case_is("a, b\n1, x\n2, y z\n", "a:int b:category / 1 x / 2 y z");
    case_is("a   b\n  1  2\n10 20  \n", "a:int b:int / 1 2 / 10 20");
}

static void test_quotes_and_escapes_are_found(void **state)
{
    (void)state;
    expect_guess("a,b\n1,'x, y'\n2,'z, w'\n", PAIRS("quote", "'"));
    expect_guess("a,b\n1,don't\n2,won't\n", PAIRS("quote", "\""));
    expect_guess("a,b\n1,\"say \\\"x, y\\\" now\"\n2,\"z\"\n", PAIRS("escape", "backslash"));
    case_is("a,b\n1,\"say \\\"x, y\\\" now\"\n2,\"z\"\n",
            "a:int b:category / 1 say \"x, y\" now / 2 z");
    case_is_with("a,b\n1,\"c:\\\\\"\n2,\"z\"\n", PAIRS("escape", "backslash"),
                 "a:int b:category / 1 c:\\ / 2 z");
}

static void test_lines_before_the_table_are_left_out(void **state)
{
    struct source *src;

    (void)state;
    src = case_read("Sales\nof a year,,\n\na,b,c\n1,2,3\n4,5,6\n", NULL);
    assert_string_equal(guessed(src, "skip"), "3");
    assert_string_equal(table_name(src->table, 0), "a");
    assert_int_equal(table_line(src->table, 0), 5);
    assert_true(case_has_note(src, "lines before the table: 3"));
    source_unref(src);
    case_is("Made on Monday, at noon, by hand\nx,y\n1,2\n3,4\n", "x:int y:int / 1 2 / 3 4");
    case_is("# made by hand\na,b\n1,2\n# in between\n3,4\n", "a:int b:int / 1 2 / 3 4");
    expect_guess("# a, b\n1, 2\n3, 4\n", PAIRS("comment", "none", "header", "yes"));
    expect_guess("#1,x\n#2,y\n#3,z\n", PAIRS("comment", "none"));
}

static void test_several_header_lines_are_one(void **state)
{
    (void)state;
    case_is("x,,y,\na,b,a,b\n1,2,3,4\n5,6,7,8\n9,9,9,9\n",
            "x a:int x b:int y a:int y b:int / 1 2 3 4 / 5 6 7 8 / 9 9 9 9");
    case_is("n,t\nn,t\n1,u\n2,v\n", "n n:int t t:category / 1 u / 2 v");
    case_is_with("a,b\nc,d\n1,2\n", PAIRS("header", "2"), "a c:int b d:int / 1 2");
    case_is("a,,b\n1,2\n3,4\n5,6\n", "a:int b:int / 1 2 / 3 4 / 5 6");
}

static void test_another_table_below_is_left_out(void **state)
{
    struct source *src = case_read("a,b,c\n1,x,2\n3,y,4\na,b\n5,z\n", NULL);

    (void)state;
    assert_int_equal(src->table->n_rows, 2);
    assert_string_equal(guessed(src, "rows"), "2");
    assert_true(case_has_note(src, "line 4 begins another table"));
    source_unref(src);
    case_is_with("a,b\n1,2\n3,4\n", PAIRS("rows", "1"), "a:int b:int / 1 2");
}

/* ---------------------------------------------------------------- encodings */

static void expect_bytes(const char *bytes, size_t len, const char *encoding, const char *expected)
{
    struct err err = { 0 };
    struct source *src;

    if (case_try(&src, bytes, len, NULL, &err))
        fail_msg("%s", err.msg);
    char *got = case_text(src->table);
    assert_string_equal(got, expected);
    assert_string_equal(guessed(src, "encoding"), encoding);
    mem_free(got);
    source_unref(src);
}

static void test_encodings_are_found(void **state)
{
    (void)state;
    expect_bytes("\xFF\xFE\x61\0,\0b\0\n\0\x31\0,\0\xE9\0\n\0", 18, "utf16le",
                 "a:int b:category / 1 \xC3\xA9");
    expect_bytes("\xFE\xFF\0\x61\0,\0b\0\n\0\x31\0,\0\xE9\0\n", 18, "utf16be",
                 "a:int b:category / 1 \xC3\xA9");
    expect_bytes("a\0,\0b\0\n\0\x31\0,\0\x32\0\n\0", 16, "utf16le", "a:int b:int / 1 2");
    expect_bytes("a,b\n1,\xE9t\xE9\n", 10, "latin1", "a:int b:category / 1 \xC3\xA9t\xC3\xA9");
    expect_bytes("a,b\n1,\x80 5\n", 10, "cp1252", "a:int b:category / 1 \xE2\x82\xAC 5");
    /* More UTF-8 than not: the bad byte is listed. */
    expect_bytes("a,b\n1,\xC3\xA9\xC3\xA9\xFF\n", 12, "utf8",
                 "a:int b:category / 1 \xC3\xA9\xC3\xA9\xEF\xBF\xBD");
}

/* Every cut of a text gives what the whole gives. */
static void expect_decoded(const char *name, const char *in, size_t len, const char *expected)
{
    char out[256];
    struct err err = { 0 };

    for (size_t cut = 0; cut <= len; cut++) {
        struct decoder *d;
        if (decoder_open(&d, name, &err))
            fail_msg("%s", err.msg);
        size_t n = decoder_run(d, out, in, cut, false);
        n += decoder_run(d, out + n, in + cut, len - cut, true);
        out[n] = '\0';
        decoder_close(d);
        if (strcmp(out, expected) != 0)
            fail_msg("%s cut at %zu: '%s'", name, cut, out);
    }
}

static void test_decoding_does_not_depend_on_blocks(void **state)
{
    (void)state;
    expect_decoded("utf16le", "\x3D\xD8\x00\xDE\x61\0", 6,
                   "\xF0\x9F\x98\x80"
                   "a");
    expect_decoded("utf16le", "\x3D\xD8\x61\0\x62", 5,
                   "\xFF"
                   "a\xFF");
    expect_decoded("cp1252", "\x80\x81x", 3, "\xE2\x82\xAC\xFFx");
    expect_decoded("gb18030", "\xC4\xE3\x61", 3,
                   "\xE4\xBD\xA0"
                   "a");
}

static void test_numbers_with_commas_are_told_apart(void **state)
{
    (void)state;
    expect_guess("a;b\n1,5;2\n2,25;3\n", PAIRS("decimal", ",", "thousands", "none"));
    expect_guess("a;b\n1.234,5;2\n2.000,25;3\n", PAIRS("decimal", ",", "thousands", "."));
    expect_guess("a\tb\n1,234\t2\n2,000\t3\n", PAIRS("decimal", ".", "thousands", "comma"));
    expect_guess("a,b\n1.5,2\n2.25,3\n", PAIRS("decimal", ".", "thousands", "none"));
}

static void test_numbers_with_commas_are_numbers(void **state)
{
    (void)state;
    case_is("a;b\n1,5;2\n-2,25;3\n", "a:real b:int / 1.5 2 / -2.25 3");
    case_is("a;b\n1.234,5;2\n2.000,25;30\n", "a:real b:int / 1234.5 2 / 2000.25 30");
    case_is("a,b\n\"1,234\",2\n\"12,000,000\",30\n9,1\n",
            "a:int b:int / 1234 2 / 12000000 30 / 9 1");
    case_is("a\tb\n1 234,5\tx\n2 000 000,25\ty\n", "a:real b:category / 1234.5 x / 2000000.25 y");
    /* 12,34 has no three digits behind its comma. */
    case_is_with("a;b\n12,34;1\n1,234;2\n", PAIRS("thousands", ",", "decimal", "."),
                 "a:category b:int / 12,34 1 / 1,234 2");
}

static void test_all_columns_may_be_given_one_type(void **state)
{
    (void)state;
    case_is_with("a,b\n1.50,007\n2,3\n", PAIRS("types", "all:text"),
                 "a:text b:text / 1.50 007 / 2 3");
    case_is_with("a,b\n1.50,007\n2,3\n", PAIRS("types", "a:real,all:text,a:text"),
                 "a:text b:text / 1.50 007 / 2 3");
    case_is_with("all,b\n1,2\n", PAIRS("types", "all:text"), "all:text b:int / 1 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delimiters_are_found),
        cmocka_unit_test(test_quotes_and_escapes_are_found),
        cmocka_unit_test(test_lines_before_the_table_are_left_out),
        cmocka_unit_test(test_several_header_lines_are_one),
        cmocka_unit_test(test_another_table_below_is_left_out),
        cmocka_unit_test(test_encodings_are_found),
        cmocka_unit_test(test_decoding_does_not_depend_on_blocks),
        cmocka_unit_test(test_numbers_with_commas_are_told_apart),
        cmocka_unit_test(test_numbers_with_commas_are_numbers),
        cmocka_unit_test(test_all_columns_may_be_given_one_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
