/* JSON Lines and arrays: rows, flattening, exact numbers, places of what is wrong. */
#include "reader_case.h"

#include "io/json_text.h"

static void test_objects_are_rows(void **state)
{
    (void)state;
    reader_is("jsonl", "{\"a\": 1, \"b\": \"x\"}\n{\"b\": \"y\", \"a\": 2}\n", NULL,
              "a:int b:category / 1 x / 2 y");
    reader_is("jsonl", "{\"a\":1}{\"a\":2} \r\n\n {\n\"a\":\n3}", NULL, "a:int / 1 / 2 / 3");
    reader_is("jsonl", "[{\"a\":1},\n{\"a\":2.5}]", NULL, "a:real / 1 / 2.5");
    reader_is("jsonl", "\xEF\xBB\xBF{\"a\":true}\n{\"a\":null}\n{}\n", NULL,
              "a:bool / true / · / ·");
    reader_is("jsonl", "{\"d\":\"2024-02-29\",\"t\":\"2024-02-29T12:00:00Z\"}\n", NULL,
              "d:date t:timestamp / 2024-02-29 2024-02-29 12:00:00");
}

static void test_what_is_nested_is_flattened(void **state)
{
    (void)state;
    reader_is("jsonl", "{\"a\":{\"b\":1,\"c\":{\"d\":\"x\"}},\"e\":[1, {\"f\":2}]}\n{\"a\":3}\n",
              NULL, "a.b:int a.c.d:category e:category a:int / 1 x [1, {\"f\":2}] · / · · · 3");
    reader_is("jsonl", "{\"a\":{},\"b\":1}", NULL, "a:category b:int / {} 1");
}

static void test_texts_stay_texts_and_numbers_exact(void **state)
{
    (void)state;
    reader_is("jsonl", "{\"a\":\"007\",\"b\":9007199254740993}\n", NULL,
              "a:category b:int / 007 9007199254740993");
    reader_is("jsonl", "{\"a\":123456789012345678901}\n", NULL,
              "a:category / 123456789012345678901");
    reader_is("jsonl", "{\"a\":NaN}\n{\"a\":-Infinity}\n{\"a\":1e3}\n", NULL,
              "a:real / nan / -inf / 1000");
    reader_is("jsonl", "{\"a\":1}\n{\"a\":\"x\"}\n", NULL, "a:category / 1 / x");
    reader_is("jsonl", "{\"a\":1}", PAIRS("types", "a:text"), "a:text / 1");
}

static void test_escapes(void **state)
{
    struct source *src = reader_read(
        "jsonl", "{\"a\\u00e9\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u20ac\\ud83d\\ude00\\ud800!\"}",
        NULL);

    (void)state;
    assert_string_equal(table_name(src->table, 0), "aé");
    struct span s = column_span(table_at(src->table, 0), 0);
    assert_int_equal(s.len, strlen("\"\\/\b\f\n\r\t€😀\xEF\xBF\xBD!"));
    assert_memory_equal(s.at, "\"\\/\b\f\n\r\t€😀\xEF\xBF\xBD!", s.len);
    source_unref(src);
}

static void test_bad_lines_are_listed_and_the_rest_is_read(void **state)
{
    (void)state;
    reader_one_reject("jsonl", "{\"a\":1}\n{\"a\":x}\n{\"a\":2}\n", REJECT_SYNTAX, 0, 2, 6, -1,
                      "{\"a\":x}");
    reader_one_reject("jsonl", "{\"a\":1}\n{\"a\":\"open\n{\"a\":2}\n", REJECT_SYNTAX, 0, 2, 6, -1,
                      "{\"a\":\"open");
    reader_one_reject("jsonl", "{\"a\":1} x\n{\"a\":2}\n", REJECT_SYNTAX, 0, 1, 9, -1,
                      "{\"a\":1} x");
    reader_one_reject("jsonl", "{\"a\":1}\n[1]\n", REJECT_SYNTAX, 0, 2, 1, -1, "[1]");
    reader_one_reject("jsonl", "{\"a\":1}\n{\"a\":01}\n", REJECT_SYNTAX, 0, 2, 6, -1, "{\"a\":01}");
    reader_one_reject("jsonl", "[{\"a\":1},\n 7]", REJECT_SYNTAX, 0, 2, 2, -1, "7");
    reader_fails("jsonl", "{\"a\":1,}\n", NULL, 1, 8, "a key in quotes");
    reader_fails("jsonl", "[{\"a\":1}\n {\"a\":2}]", NULL, 2, 2, "a comma or ]");
    reader_fails("jsonl", "[{\"a\":1},\n{\"a\":}]", NULL, 2, 6, "a value");
    reader_fails("jsonl", "{}\n", NULL, 0, 0, "no column");
}

static void test_a_value_of_another_type_is_listed(void **state)
{
    struct str text;

    (void)state;
    str_init(&text);
    for (int i = 0; i < 30; i++)
        str_addf(&text, "{\"a\": %s}\n", i == 7 ? "\"oops\"" : "1");
    reader_one_reject("jsonl", text.buf, REJECT_VALUE, 8, 8, 8, 0, "oops");
    str_release(&text);
}

static void test_depth_is_limited(void **state)
{
    struct str text;

    (void)state;
    str_init(&text);
    str_add(&text, "{\"a\":");
    str_add_repeat(&text, "[", 100000);
    reader_fails("jsonl", text.buf, NULL, 1, 205, "within each other");
    str_release(&text);
}

static void test_keys_twice(void **state)
{
    struct source *src = reader_read("jsonl", "{\"a\":1,\"a\":2}", NULL);

    (void)state;
    assert_true(case_has_note(src, "keys that an object has twice: 1"));
    assert_int_equal(column_ints(table_at(src->table, 0))[0], 2);
    source_unref(src);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects_are_rows),
        cmocka_unit_test(test_what_is_nested_is_flattened),
        cmocka_unit_test(test_texts_stay_texts_and_numbers_exact),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_bad_lines_are_listed_and_the_rest_is_read),
        cmocka_unit_test(test_a_value_of_another_type_is_listed),
        cmocka_unit_test(test_depth_is_limited),
        cmocka_unit_test(test_keys_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
