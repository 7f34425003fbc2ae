/* Text to a checked call and back; the table of commands is sane. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "command.h"

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

static int parse(struct call *call, const char *text, struct arena *arena, struct err *err)
{
    struct line line;

    return lex_line(&line, text, NULL, arena, err) ? -1 : call_parse(call, &line, arena, err);
}

static const char *canonical(const char *text, struct arena *arena)
{
    struct call call;
    struct err err = { 0 };
    struct str s;

    if (parse(&call, text, arena, &err))
        fail_msg("%s: %s", text, err.msg);
    str_init(&s);
    call_print(&s, call.command, &call.args);
    const char *copy = arena_strdup(arena, s.buf);
    str_release(&s);
    return copy;
}

static void every_row_of_the_table_is_sane(void **state)
{
    for (size_t i = 0; command_table[i]; i++) {
        const struct command *c = command_table[i];
        struct err err = { 0 };
        const char *name = command_name(c);
        assert_non_null(name);
        assert_non_null(command_help(c));
        assert_non_null(command_details(c));
        assert_non_null(command_example(c));
        assert_non_null(command_stage(c));
        assert_non_null(c->run);
        assert_ptr_equal(command_named(name), c);
        if (param_check_specs(command_params(c), &err))
            fail_msg("%s: %s", name, err.msg);
        assert_null(strchr(command_help(c), '\n'));
    }
    (void)state;
}

static void every_example_parses_and_prints_to_itself(void **state)
{
    for (size_t i = 0; command_table[i]; i++) {
        const char *once = canonical(command_example(command_table[i]), *state);
        assert_string_equal(canonical(once, *state), once);
    }
}

static void abbreviations_and_defaults_are_resolved(void **state)
{
    const char *text = canonical("imp sex meth=mod", *state);

    assert_non_null(strstr(text, "impute sex"));
    assert_non_null(strstr(text, "method=mode"));
}

static void the_rest_of_the_line_is_kept(void **state)
{
    assert_string_equal(canonical("derive r = a / b # why", *state), "derive r = a / b");
    assert_string_equal(canonical("derive r=a/b", *state), "derive r = a/b");
    assert_string_equal(canonical("filter name == 'x y' and b=2", *state),
                        "filter name == 'x y' and b=2");
    assert_string_equal(canonical("note it's  late", *state), "note it's  late");
}

static void two_word_names_come_first(void **state)
{
    struct call call;

    assert_int_equal(parse(&call, "drop missing", *state, NULL), 0);
    assert_string_equal(command_name(call.command), "drop missing");
    assert_int_equal(parse(&call, "drop \"missing\"", *state, NULL), 0);
    assert_string_equal(command_name(call.command), "drop");
    assert_string_equal(canonical("drop 'missing' age", *state), "drop \"missing\" age");
    assert_string_equal(canonical("drop columns=missing", *state), "drop \"missing\"");
    assert_string_equal(canonical("drop age missing", *state), "drop age missing");
    assert_string_equal(canonical("dr missing", *state), "drop missing all");
}

static void check_error(struct arena *arena, const char *text, size_t col, const char *message)
{
    struct call call;
    struct err err = { 0 };

    assert_int_equal(parse(&call, text, arena, &err), -1);
    assert_string_equal(err.msg, message);
    assert_int_equal(err.col, col);
}

static void errors_name_the_place(void **state)
{
    check_error(*state, "lod x.csv", 1, "unknown command 'lod'; did you mean load?");
    check_error(*state, "ste", 1, "'ste' could be steps, step; write more of it");
    check_error(*state, "frobnicate", 1, "unknown command 'frobnicate'; help lists all commands");
    check_error(*state, "train logistic C=pricee", 18,
                "'pricee' is not a number; C takes a real number above 0");
    check_error(*state, "train logistik", 7,
                "no learner is called 'logistik'; did you mean logistic?");
    check_error(*state, "head 5 6", 8,
                "'6' is one word too many; parameters are written name=value");
    check_error(*state, "split tst=0.2", 7, "unknown parameter 'tst'; did you mean test?");
    check_error(*state, "load \"a", 6, "the quote that opens here is never closed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_table_is_sane),
        cmocka_unit_test(every_example_parses_and_prints_to_itself),
        cmocka_unit_test(abbreviations_and_defaults_are_resolved),
        cmocka_unit_test(the_rest_of_the_line_is_kept),
        cmocka_unit_test(two_word_names_come_first),
        cmocka_unit_test(errors_name_the_place),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
