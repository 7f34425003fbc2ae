/* test_expr_text.c - functions of text, patterns, and bytes that are no UTF-8. */
#include "test_expr.h"

static void test_text_functions(void **state)
{
    static const char *const pairs[][2] = {
        { "lower(name)", "text: ann lee |  | · | žofie" },
        { "upper(name)", "text: ANN LEE |  | · | ŽOFIE" },
        { "upper(species)", "text: ADELIE | GENTOO | · | ADELIE" },
        { "trim(concat('  ', name, ' '))", "text: Ann Lee |  | · | Žofie" },
        { "length(name)", "int: 7 | 0 | · | 5" },
        { "length(species)", "int: 6 | 6 | · | 6" },
        { "substr(name, 1, 3)", "text: Ann |  | · | Žof" },
        { "substr(name, 2)", "text: nn Lee |  | · | ofie" },
        { "substr(name, 0, 2)", "text: A |  | · | Ž" },
        { "substr(name, -5, 3)", "text:  |  | · | " },
        { "substr(name, 3, -1)", "text:  |  | · | " },
        { "substr(name, 9223372036854775807, 9223372036854775807)", "text:  |  | · | " },
        { "substr(name, age)", "text: Ann Lee |  | · | Žofie" },
        { "concat(species, '-', age)", "text: Adelie-1 | Gentoo-34 | · | Adelie--7" },
        { "concat(name)", "text: Ann Lee |  | · | Žofie" },
        { "starts_with(name, 'Ann')", "bool: true | false | · | false" },
        { "ends_with(name, 'ie')", "bool: false | false | · | true" },
        { "contains(name, ' ')", "bool: true | false | · | false" },
        { "contains(name, '')", "bool: true | true | · | true" },
        { "starts_with(species, name)", "bool: false | true | · | false" },
        { "contains(name, missing)", "bool: · | · | · | ·" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

static void test_patterns(void **state)
{
    static const char *const pairs[][2] = {
        { "matches(name, '[nŽ]')", "bool: true | false | · | true" },
        { "matches(name, '^$')", "bool: false | true | · | false" },
        { "matches(name, '^\\w+$')", "bool: false | false | · | true" }, /* Ž is a letter */
        { "matches(name, '(?i)^ž')", "bool: false | false | · | true" },
        { "matches(species, 'Ad|Chin')", "bool: true | false | · | true" },
        { "matches('a.b', concat('a', '\\.'))", "bool: true | true | true | true" },
        { "matches(name, missing)", "bool: · | · | · | ·" },
        { "replace(name, 'n', 'm')", "text: Amm Lee |  | · | Žofie" },
        { "replace(name, '(\\w+) (\\w+)', '$2, ${1}!')", "text: Lee, Ann! |  | · | Žofie" },
        { "replace('a1', '\\d', '$$$0')", "text: a$1 | a$1 | a$1 | a$1" },
        { "replace('a1', '1', '$x')", "text: a$x | a$x | a$x | a$x" },
        { "replace('ab', '(x)?b', '[$1]')", "text: a[] | a[] | a[] | a[]" },
        { "replace('abc', 'x*', '-')", "text: -a-b-c- | -a-b-c- | -a-b-c- | -a-b-c-" },
        { "replace('žž', '', '.')", "text: .ž.ž. | .ž.ž. | .ž.ž. | .ž.ž." },
        { "replace('baac', 'a*', 'x')", "text: xbxxcx | xbxxcx | xbxxcx | xbxxcx" },
        { "replace(name, missing, 'x')", "text: · | · | · | ·" },
        { "replace(species, 'e', text(age))", "text: Ad1li1 | G34ntoo | · | Ad-7li-7" },
        { "matches(name, concat('(', ''))",
          "parse 15+15: bad pattern: missing closing parenthesis" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

/* One text column called s with one row. */
static void over_one_text(struct str *out, const char *cell, const char *text)
{
    static const char *const names[] = { "s" };
    struct column *c = column_of(COLUMN_TEXT, &cell, 1);
    struct table *t;

    assert_int_equal(table_new(&t, &c, names, 1, 1, NULL, NULL), 0);
    expr_show(out, t, text);
    table_unref(t);
}

static void test_hostile_pattern_is_an_error_not_a_hang(void **state)
{
    struct str out;

    (void)state;
    str_init(&out);
    over_one_text(&out, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
                  "matches(s, '^(a+)+$')");
    assert_string_equal(out.buf,
                        "domain 12+9: the pattern takes too long on "
                        "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'…; avoid nested repeats "
                        "such as (a+)+");
    over_one_text(&out, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
                  "replace(s, '^(a|aa)+$', '')");
    assert_int_equal(strncmp(out.buf, "domain 12+11: the pattern takes too long", 40), 0);
    str_release(&out);
}

static void test_text_that_eats_memory_is_an_error(void **state)
{
    static const char c[] = "replace(s, '', s)"; /* squares the length: 64, 4 kB, 17 MB */
    struct str out, text;

    (void)state;
    str_init(&out);
    str_init(&text);
    str_addf(&text, "length(replace(%s, '', %s))", c, c);
    over_one_text(&out, "0123456789012345678901234567890123456789012345678901234567890123",
                  text.buf);
    assert_string_equal(out.buf, "domain 8+49: replace makes a text of more than 16 MB");
    str_release(&text);
    str_release(&out);
}

/* Each match must not look at the whole text again. */
static void test_many_matches_in_one_long_text(void **state)
{
    struct str out, cell;

    (void)state;
    str_init(&out);
    str_init(&cell);
    str_add_repeat(&cell, "ab", 200000);
    over_one_text(&out, cell.buf, "length(replace(s, 'a', 'xy'))");
    assert_string_equal(out.buf, "int: 600000");
    str_release(&cell);
    str_release(&out);
}

static void test_bytes_that_are_no_utf8(void **state)
{
    static const char *const cells[] = { "a\xff"
                                         "b",
                                         "\xc3", "\xf0\x9f", "\x80\x80", "ok" };
    static const char *const texts[] = {
        "lower(s)",
        "upper(s)",
        "trim(s)",
        "substr(s, 2, 1)",
        "matches(s, '.')",
        "replace(s, '.', '-')",
        "replace(s, '', '-')",
        "concat(s, s)",
        "matches('a', s)",
    };
    struct str out;

    (void)state;
    str_init(&out);
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
        for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
            over_one_text(&out, cells[i], texts[k]);
            assert_true(out.len > 0);
        }
    over_one_text(&out,
                  "a\xff"
                  "b",
                  "upper(s)");
    assert_string_equal(out.buf, "text: A\xff"
                                 "B");
    over_one_text(&out,
                  "a\xff"
                  "b",
                  "length(s)");
    assert_string_equal(out.buf, "int: 3");
    over_one_text(&out,
                  "a\xff"
                  "b",
                  "replace(s, '[a-z]', '-')");
    assert_string_equal(out.buf, "text: -\xff-");
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_functions),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_hostile_pattern_is_an_error_not_a_hang),
        cmocka_unit_test(test_text_that_eats_memory_is_an_error),
        cmocka_unit_test(test_many_matches_in_one_long_text),
        cmocka_unit_test(test_bytes_that_are_no_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
