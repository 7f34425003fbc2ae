/* test_expr_parse.c - precedence, literals, names, and the places of errors. */
#include "test_expr.h"

#include "base/mem.h"

static void test_precedence(void **state)
{
    static const char *const pairs[][2] = {
        { "1 + 2 * 3", "int: 7 | 7 | 7 | 7" },
        { "(1 + 2) * 3", "int: 9 | 9 | 9 | 9" },
        { "10 - 4 - 3", "int: 3 | 3 | 3 | 3" },
        { "-2 ^ 2 = -4", "bool: true | true | true | true" },
        { "2 ^ 3 ^ 2 = 512", "bool: true | true | true | true" },
        { "2 ^ -1 = 0.5", "bool: true | true | true | true" },
        { "-2 * -3", "int: 6 | 6 | 6 | 6" },
        { "2 * 3 ^ 2 = 18", "bool: true | true | true | true" },
        { "7 % 4 * 2 = 6", "bool: true | true | true | true" },
        { "true or false and false", "bool: true | true | true | true" },
        { "(true or false) and false", "bool: false | false | false | false" },
        { "not false and false", "bool: false | false | false | false" },
        { "not 1 = 2", "bool: true | true | true | true" },
        { "not not true", "bool: true | true | true | true" },
        { "1 + 1 = 2 and 2 * 2 != 5", "bool: true | true | true | true" },
        { "1 + 1 in (2, 3)", "bool: true | true | true | true" },
        { "1 not in (2, 3) and true", "bool: true | true | true | true" },
        { "not 1 in (2, 3)", "bool: true | true | true | true" },
        { "1 == 1", "bool: true | true | true | true" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

static void test_literals_and_names(void **state)
{
    static const char *const pairs[][2] = {
        { "'it''s'", "text: it's | it's | it's | it's" },
        { "\"say \"\"hi\"\"\"", "text: say \"hi\" | say \"hi\" | say \"hi\" | say \"hi\"" },
        { "'a\\d'", "text: a\\d | a\\d | a\\d | a\\d" },
        { "round(pi, 4) = 3.1416", "bool: true | true | true | true" },
        { ".5 + 1.5e0 = 2.", "bool: true | true | true | true" },
        { "`odd name!` + 1", "int: 6 | 7 | 8 | 9" },
        { "`age`", "int: 1 | 34 | · | -7" },
        { "missing", "real: · | · | · | ·" },
        { "if(ok, missing, 1)", "int: · | 1 | · | ·" },
        { "9223372036854775807 - 1 = 9223372036854775806", "bool: true | true | true | true" },
        { "species", "category: Adelie | Gentoo | · | Adelie" },
        { " \t(age)\n ", "int: 1 | 34 | · | -7" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

static void test_parse_errors_point(void **state)
{
    static const char *const pairs[][2] = {
        { "", "parse 1+0: an expression is wanted, as in bill_length / bill_depth" },
        { "age +", "parse 6+0: the expression ends too early; a value is wanted" },
        { "age + * 2", "parse 7+1: found * where a value is wanted" },
        { "age size", "parse 5+4: found size where an operator is wanted" },
        { "(age + 1", "parse 1+1: this ( is not closed" },
        { "2 * max(age, 1", "parse 8+1: this ( is not closed" },
        { "age + 1)", "parse 8+1: found ) where an operator is wanted" },
        { "max(age 1)", "parse 9+1: found 1 where a comma or ) is wanted" },
        { "max(age,)", "parse 9+1: found ) where a value is wanted" },
        { "name = 'Ann", "parse 8+1: this ' is not closed; end it with '" },
        { "`age + 1", "parse 1+1: this ` is not closed; end it with `" },
        { "1 < age < 5", "parse 9+1: comparisons do not chain; write a < b and b < c" },
        { "age && ok", "parse 5+2: '&&' is no operator; write and" },
        { "!ok", "parse 1+1: '!' is no operator; write not" },
        { "age <> 1", "parse 5+2: '<>' is no operator; write !=" },
        { "age ** 2", "parse 5+2: '**' is no operator; write ^" },
        { "age # 2", "parse 5+1: '#' cannot stand here; odd names stand in `…`, text in '…'" },
        { "1 + 12abc",
          "parse 5+5: '12abc' is not a number; a name that begins with a digit stands in `…`" },
        { "1 + 9223372036854775808",
          "parse 5+19: this number is too large for an int; write it with a point" },
        { "1e999", "parse 1+5: this number is too large for a real" },
        { "1 + lowr(name)", "parse 5+4: no function 'lowr'; did you mean lower?" },
        { "zzzzzz(name)", "parse 1+6: no function 'zzzzzz'; see help derive for those there are" },
        { "substr(name)", "parse 1+6: substr takes 2 to 3 arguments, not 1: substr(s, from[, n])" },
        { "1 + pi()", "parse 5+2: no function 'pi'; see help derive for those there are" },
        { "sqrt(1, 2)", "parse 1+4: sqrt takes 1 argument, not 2: sqrt(x)" },
        { "min()", "parse 1+3: min takes at least 1 argument, not 0: min(a, b, …)" },
        { "age in ()", "parse 1+9: in () holds nothing; write x in (1, 2, 3)" },
        { "age in 3", "parse 8+1: found 3 where ( after in is wanted" },
        { "age not 3", "parse 9+1: found 3 where in (as in x not in (1, 2)) is wanted" },
        { "age = not ok", "parse 7+3: found not where a value (put not in parentheses) is wanted" },
        { "matches(name, 'a(b')", "parse 19+1: bad pattern: missing closing parenthesis" },
        { "matches(name, '[z-a]')",
          "parse 19+1: bad pattern: range out of order in character class" },
        { "replace(name, '(a)b', '$2')",
          "parse 23+4: $2 asks for a group that the pattern does not have (it has 1); $$ is a $" },
        { "``", "parse 1+2: a column's name is wanted in `…`" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

/* `text` n times around or after a core; freed by the caller. */
static char *repeated(const char *before, size_t n, const char *core, const char *after)
{
    struct str s;

    str_init(&s);
    str_add_repeat(&s, before, n);
    str_add(&s, core);
    str_add_repeat(&s, after, n);
    char *text = str_take(&s);
    str_release(&s);
    return text;
}

static int parse_repeated(const char *before, size_t n, const char *core, const char *after,
                          struct err *err)
{
    char *text = repeated(before, n, core, after);
    struct expr *e = NULL;
    int rc = expr_parse(&e, text, err);

    expr_free(e);
    mem_free(text);
    return rc;
}

static void test_deep_nesting_is_refused(void **state)
{
    static const char *const around[][2] = {
        { "(", ")" }, { "abs(", ")" }, { "- ", "" }, { "not ", "" }, { "1 ^ ", "" },
    };

    (void)state;
    for (size_t k = 0; k < 5; k++) {
        struct err err = { .code = ERR_NONE };
        assert_int_equal(parse_repeated(around[k][0], 200, "age", around[k][1], &err), 0);
        assert_int_equal(parse_repeated(around[k][0], 201, "age", around[k][1], &err), -1);
        assert_int_equal(err.code, ERR_PARSE);
        assert_string_equal(err.msg, "nested more than 200 deep; derive a part of it first");
        assert_int_equal(parse_repeated(around[k][0], 100000, "age", around[k][1], &err), -1);
    }
}

static void test_long_chains_are_refused_not_crashed(void **state)
{
    struct err err = { .code = ERR_NONE };
    struct table *t = sample_table();
    struct str got;
    char *text = repeated("", 900, "1", " + 1");

    (void)state;
    str_init(&got);
    expr_show(&got, t, text);
    assert_string_equal(got.buf, "int: 901 | 901 | 901 | 901");
    assert_int_equal(parse_repeated("", 100000, "1", " + 1", &err), -1);
    assert_int_equal(err.code, ERR_PARSE);
    assert_int_equal(parse_repeated("max(", 1, "1", ", 1, 1, 1, 1, 1, 1)", NULL), 0);
    str_release(&got);
    mem_free(text);
    table_unref(t);
}

static void test_columns_and_text(void **state)
{
    const char *const *names;
    struct expr *e;

    (void)state;
    assert_int_equal(expr_parse(&e, "age + `odd name!` * age - year(born) + pi", NULL), 0);
    assert_int_equal(expr_columns(e, &names), 3);
    assert_string_equal(names[0], "age");
    assert_string_equal(names[1], "odd name!");
    assert_string_equal(names[2], "born");
    assert_string_equal(expr_text(e), "age + `odd name!` * age - year(born) + pi");
    expr_free(e);
    expr_free(NULL);
}

static void test_words_may_hold_points_and_letters_of_any_script(void **state)
{
    const char *const *names;
    struct expr *e;

    (void)state;
    assert_int_equal(expr_parse(&e, "Sepal.Length + größe2", NULL), 0);
    assert_int_equal(expr_columns(e, &names), 2);
    assert_string_equal(names[0], "Sepal.Length");
    assert_string_equal(names[1], "größe2");
    expr_free(e);
}

static const char *other_name(const void *ctx, const char *name)
{
    (void)ctx;
    return strcmp(name, "a") == 0 ? "b c" : strcmp(name, "x") == 0 ? "in" : name;
}

static void test_names_are_changed_where_they_stand(void **state)
{
    static const char *const pairs[][2] = {
        { "a", "`b c`" },
        { "a+a * y", "`b c`+`b c` * y" },
        { "if(x > 1, 'a', \"x\")  # ", NULL },
        { "if(x > 1, 'a', \"x\")", "if(`in` > 1, 'a', \"x\")" },
        { "`a` in (1, 2) and not is_missing(`y`)", "`b c` in (1, 2) and not is_missing(`y`)" },
        { "-(a) ^ (x+ax)", "-`b c` ^ (`in`+ax)" },
        { "matches(a, 'a$') or y.a = 1", "matches(`b c`, 'a$') or y.a = 1" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct expr *e;
        struct str out;
        if (expr_parse(&e, pairs[i][0], NULL)) {
            assert_null(pairs[i][1]);
            continue;
        }
        str_init(&out);
        expr_rename(&out, e, other_name, NULL);
        assert_string_equal(out.buf, pairs[i][1]);
        str_release(&out);
        expr_free(e);
    }
}

static void test_function_table_is_sane(void **state)
{
    const struct expr_function *f = expr_functions();
    size_t n = 0;

    (void)state;
    for (; f->name; f++, n++) {
        assert_non_null(f->usage);
        assert_non_null(f->help);
        assert_int_equal(strncmp(f->usage, f->name, strlen(f->name)), 0);
        assert_int_equal(f->usage[strlen(f->name)], '(');
        for (const struct expr_function *g = f + 1; g->name; g++)
            assert_string_not_equal(f->name, g->name);
    }
    assert_true(n >= 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precedence),
        cmocka_unit_test(test_literals_and_names),
        cmocka_unit_test(test_parse_errors_point),
        cmocka_unit_test(test_deep_nesting_is_refused),
        cmocka_unit_test(test_long_chains_are_refused_not_crashed),
        cmocka_unit_test(test_columns_and_text),
        cmocka_unit_test(test_words_may_hold_points_and_letters_of_any_script),
        cmocka_unit_test(test_names_are_changed_where_they_stand),
        cmocka_unit_test(test_function_table_is_sane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
