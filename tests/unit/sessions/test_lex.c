/* Words, quotes, comments and session parameters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"
#include "lex.h"

static const char *const def_names[] = { "data", "odd" };
static const char *const def_values[] = { "a b.csv", "say \"hi\"" };
static const struct definitions defs = { def_names, def_values, 2 };

static int setup(void **state)
{
    static struct arena arena;

    arena_init(&arena);
    *state = &arena;
    return 0;
}

static int teardown(void **state)
{
    arena_release(*state);
    return 0;
}

static void lex_splits_words_and_keys(void **state)
{
    struct line l;

    assert_int_equal(lex_line(&l, "impute  sex method=mode as='a b'", NULL, *state, NULL), 0);
    assert_int_equal(l.n, 4);
    assert_string_equal(l.words[0].text, "impute");
    assert_int_equal(l.words[1].col, 9);
    assert_string_equal(l.words[2].key, "method");
    assert_string_equal(l.words[2].text, "mode");
    assert_int_equal(l.words[2].value_col, 20);
    assert_string_equal(l.words[3].text, "a b");
    assert_true(l.words[3].quoted);
}

static void lex_keeps_comments_apart(void **state)
{
    struct line l;

    assert_int_equal(lex_line(&l, "undo # not that one", NULL, *state, NULL), 0);
    assert_int_equal(l.n, 1);
    assert_string_equal(l.comment, "not that one");
    assert_string_equal(l.text, "undo");
    assert_int_equal(lex_line(&l, "filter name == 'a # b'", NULL, *state, NULL), 0);
    assert_null(l.comment);
    assert_int_equal(lex_line(&l, "load a#b.csv", NULL, *state, NULL), 0);
    assert_string_equal(l.words[1].text, "a#b.csv");
}

static void lex_puts_parameters_in_place(void **state)
{
    struct line l;

    assert_int_equal(lex_line(&l, "load $data", &defs, *state, NULL), 0);
    assert_int_equal(l.n, 2);
    assert_string_equal(l.words[1].text, "a b.csv");
    assert_int_equal(lex_line(&l, "note \"${odd}\"", &defs, *state, NULL), 0);
    assert_string_equal(l.words[1].text, "say \"hi\"");
    assert_int_equal(lex_line(&l, "load ${file:-x.csv}", &defs, *state, NULL), 0);
    assert_string_equal(l.words[1].text, "x.csv");
    assert_int_equal(lex_line(&l, "note '$data'", &defs, *state, NULL), 0);
    assert_string_equal(l.words[1].text, "$data");
}

static void lex_names_an_undefined_parameter(void **state)
{
    struct line l;
    struct err err = { 0 };

    assert_int_equal(lex_line(&l, "load $dta", &defs, *state, &err), -1);
    assert_int_equal(err.col, 6);
    assert_int_equal(err.width, 4);
    assert_string_equal(err.msg, "parameter 'dta' has no value; give -D dta=VALUE");
}

static void lex_keeps_an_open_quote_for_later(void **state)
{
    struct line l;
    struct err err = { 0 };

    assert_int_equal(lex_line(&l, "note it's late", NULL, *state, &err), 0);
    assert_int_equal(l.bad.code, ERR_PARSE);
    assert_int_equal(l.bad.col, 8);
    assert_string_equal(l.text, "note it's late");
    assert_int_equal(lex_line(&l,
                              "note a\x01"
                              "b",
                              NULL, *state, &err),
                     -1);
    assert_int_equal(err.col, 7);
}

static void quoted_words_read_back(void **state)
{
    const char *const texts[] = { "plain", "",   "two words", "say \"hi\"", "back\\slash", "it's",
                                  "$data", "#x", "a\tb\nc",   "x;y",        "`q`" };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct str s;
        struct line l;
        str_init(&s);
        str_add(&s, "note ");
        lex_quote(&s, texts[i]);
        assert_int_equal(lex_line(&l, s.buf, NULL, *state, NULL), 0);
        assert_int_equal(l.n, 2);
        assert_string_equal(l.words[1].text, texts[i]);
        str_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lex_splits_words_and_keys),
        cmocka_unit_test(lex_keeps_comments_apart),
        cmocka_unit_test(lex_puts_parameters_in_place),
        cmocka_unit_test(lex_names_an_undefined_parameter),
        cmocka_unit_test(lex_keeps_an_open_quote_for_later),
        cmocka_unit_test(quoted_words_read_back),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
