/* test_expr_types.c - types of results, and what a wrong type is told. */
#include "test_expr.h"

static void test_types(void **state)
{
    static const char *const pairs[][2] = {
        { "age + 1", "int: 2 | 35 | · | -6" },
        { "age + 0.5", "real: 1.5 | 34.5 | · | -6.5" },
        { "age / 2", "real: 0.5 | 17.0 | · | -3.5" },
        { "1 % 2 = 1", "bool: true | true | true | true" },
        { "if(ok, age, size)", "real: 1.0 | · | · | -7.0" },
        { "coalesce(species, name)", "text: Adelie | Gentoo | · | Adelie" },
        { "if(ok, species, 'none')", "text: Adelie | none | · | Adelie" },
        { "coalesce(born, '2020-05-05')",
          "date: 2024-02-29 | 1969-12-31 | 2020-05-05 | 2000-01-01" },
        { "max(age, size)", "real: 1.0 | 34.0 | nan | -7.0" },
        { "coalesce(missing, missing)", "real: · | · | · | ·" },
        { "missing = 1", "bool: · | · | · | ·" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

static void test_type_errors_point(void **state)
{
    static const char *const pairs[][2] = {
        { "1 + agee", "usage 5+4: no column 'agee'; did you mean age?" },
        { "ok or species = 3",
          "shape 7+11: cannot compare text with a number; real(…) or text(…) converts" },
        { "age = 'x'",
          "shape 1+9: cannot compare a number with text; real(…) or text(…) converts" },
        { "ok = 1", "shape 1+6: cannot compare true or false with a number" },
        { "ok < true", "shape 1+2: < takes numbers, text or dates; ok is bool" },
        { "age in (1, 'two')",
          "shape 12+5: cannot compare a number with text; real(…) or text(…) converts" },
        { "born > '2024-13-01'", "shape 8+12: '2024-13-01' is no date; write YYYY-MM-DD" },
        { "seen > 'noon'", "shape 8+6: 'noon' is no timestamp; write YYYY-MM-DD HH:MM:SS" },
        { "born = name",
          "shape 1+11: cannot compare a date with text; date(…) reads a date from text" },
        { "lower(age)", "shape 7+3: lower takes text; age is int" },
        { "lower(age + 1)", "shape 7+7: lower takes text; this is int" },
        { "contains(name, 3)", "shape 16+1: contains takes text; this is int" },
        { "sqrt(species)",
          "shape 6+7: sqrt takes a number; species is category; real(…) reads a number from text" },
        { "age * ok", "shape 7+2: * takes numbers; ok is bool; int(…) makes it 0 or 1" },
        { "name + name", "shape 1+4: + takes numbers; name is text; concat(…) joins texts" },
        { "-name", "shape 2+4: - takes a number; name is text; real(…) reads a number from text" },
        { "not age", "shape 5+3: not takes true or false; age is int; compare it with something" },
        { "ok and (age + 1)",
          "shape 8+9: and takes true or false; this is int; compare it with something" },
        { "if(age, 1, 2)",
          "shape 4+3: if takes a condition first; age is int; compare it with something" },
        { "if(ok, 1, 'b')",
          "shape 11+3: cannot mix a number with text; real(…) or text(…) converts" },
        { "coalesce(age, born)", "shape 1+19: cannot mix a number with a date" },
        { "min(age, name)", "shape 10+4: min takes numbers or dates; name is text" },
        { "min('a', 'b')", "shape 5+3: min takes numbers or dates; this is text" },
        { "round(name)",
          "shape 7+4: round takes a number; name is text; real(…) reads a number from text" },
        { "round(size, 0.5)", "shape 13+3: round takes an int as digits; this is real" },
        { "substr(age, 1)", "shape 8+3: substr takes text first; age is int" },
        { "substr(name, '1')", "shape 14+3: substr takes ints after the text; this is text" },
        { "year(age)", "shape 6+3: year takes a date or timestamp; age is int" },
        { "year(name)",
          "shape 6+4: year takes a date or timestamp; name is text; date(…) reads one from text" },
        { "hour(born)", "shape 6+4: hour takes a timestamp; born is date" },
        { "date(age)", "shape 6+3: date takes a timestamp or text; age is int" },
        { "int(born)",
          "shape 5+4: int takes a number, text or true or false; born is date; subtract "
          "another one to get days or seconds" },
        { "real(seen)", "shape 6+4: real takes a number, text or true or false; seen is timestamp; "
                        "subtract another one to get days or seconds" },
        { "born + 1.5", "shape 8+3: + takes an int (days) beside a date; this is real" },
        { "seen + 1", "shape 1+8: cannot add to a timestamp; date(…) + days adds to its date" },
        { "born - 1.5", "shape 1+10: cannot subtract a number from a date" },
        { "1 - born", "shape 1+8: cannot subtract a date from a number" },
        { "matches(age, 'a')", "shape 9+3: matches takes text; age is int" },
        { "replace(name, 'a', 1)", "shape 20+1: replace takes text; this is int" },
        { "length(ok)", "shape 8+2: length takes text; ok is bool" },
        { "abs(born)", "shape 5+4: abs takes a number; born is date" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

static void test_filter_wants_a_condition(void **state)
{
    struct table *t = sample_table();
    struct err err = { .code = ERR_NONE };
    uint8_t keep[4];
    struct expr *e;

    (void)state;
    assert_int_equal(expr_parse(&e, "  age + 1", NULL), 0);
    assert_int_equal(expr_filter(keep, e, t, NULL, &err), -1);
    assert_int_equal(err.code, ERR_SHAPE);
    assert_int_equal(err.col, 3);
    assert_int_equal(err.width, 7);
    assert_string_equal(err.msg, "a condition is wanted, which is true or false; this is int; "
                                 "compare it with something");
    expr_free(e);
    table_unref(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_type_errors_point),
        cmocka_unit_test(test_filter_wants_a_condition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
