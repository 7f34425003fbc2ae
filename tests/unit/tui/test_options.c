/* The command line, as DESIGN.md section 5 has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "options.h"

struct parsed {
    struct options o;
    struct arena arena;
    struct err err;
    int rc;
};

static void parse(struct parsed *p, const char *line)
{
    char *argv[32];
    int argc = 0;

    *p = (struct parsed){ 0 };
    arena_init(&p->arena);
    for (char *rest = arena_strdup(&p->arena, line), *word; (word = strsep(&rest, " "));)
        argv[argc++] = word;
    p->rc = options_parse(&p->o, argc, argv, &p->arena, &p->err);
}

static void expect_error(const char *line, const char *message)
{
    struct parsed p;

    parse(&p, line);
    assert_int_equal(p.rc, -1);
    assert_int_equal(p.err.code, ERR_USAGE);
    assert_string_equal(p.err.msg, message);
    arena_release(&p.arena);
}

static void expect_mode(const char *line, enum mode mode, size_t n_words)
{
    struct parsed p;

    parse(&p, line);
    assert_int_equal(p.rc, 0);
    assert_int_equal(p.o.mode, mode);
    assert_int_equal(p.o.n_words, n_words);
    arena_release(&p.arena);
}

static void test_modes(void **state)
{
    (void)state;
    expect_mode("assay", MODE_WORKBENCH, 0);
    expect_mode("assay a.csv b.assay", MODE_WORKBENCH, 2);
    expect_mode("assay run x.assay", MODE_RUN, 1);
    expect_mode("assay run -", MODE_RUN, 1);
    expect_mode("assay run -c describe", MODE_RUN, 0);
    expect_mode("assay replay --check x.assay", MODE_REPLAY, 1);
    expect_mode("assay repl", MODE_REPL, 0);
    expect_mode("assay predict m.model d.csv", MODE_PREDICT, 2);
    expect_mode("assay help drop missing", MODE_HELP, 2);
    expect_mode("assay --threads 2 run x.assay", MODE_RUN, 1);
    expect_mode("assay -- run", MODE_WORKBENCH, 1);
}

static void test_a_file_called_like_a_mode_is_a_file_behind_the_first_word(void **state)
{
    struct parsed p;

    (void)state;
    parse(&p, "assay a.csv run");
    assert_int_equal(p.rc, 0);
    assert_int_equal(p.o.mode, MODE_WORKBENCH);
    assert_string_equal(p.o.words[1], "run");
    arena_release(&p.arena);
}

static void test_values(void **state)
{
    struct parsed p;

    (void)state;
    parse(&p, "assay run x.assay -D seed=7 -Dname=a=b --threads=4 --json --color never");
    assert_int_equal(p.rc, 0);
    assert_int_equal(p.o.definitions.n, 2);
    assert_string_equal(p.o.definitions.names[0], "seed");
    assert_string_equal(p.o.definitions.values[0], "7");
    assert_string_equal(p.o.definitions.names[1], "name");
    assert_string_equal(p.o.definitions.values[1], "a=b");
    assert_int_equal(p.o.threads, 4);
    assert_true(p.o.json);
    assert_int_equal(p.o.color, COLOR_NEVER);
    arena_release(&p.arena);
}

static void test_help_and_version_win_over_what_is_missing(void **state)
{
    (void)state;
    expect_mode("assay run --help", MODE_USAGE, 0);
    expect_mode("assay -h", MODE_USAGE, 0);
    expect_mode("assay predict --version", MODE_VERSION, 0);
}

static void test_errors_say_what_and_what_to_do(void **state)
{
    (void)state;
    expect_error("assay --jsn", "unknown option --jsn; did you mean --json?");
    expect_error("assay -x", "unknown option -x; assay --help lists them");
    expect_error("assay --json a.csv", "--json belongs to assay run");
    expect_error("assay repl -c x", "-c belongs to assay run");
    expect_error("assay --check a.csv", "--check belongs to assay replay");
    expect_error("assay run", "assay run takes SESSION | -c 'COMMANDS' | -");
    expect_error("assay run a b",
                 "'b' is one word too many for assay run, which takes SESSION | -c 'COMMANDS' | -");
    expect_error("assay repl x", "'x' is one word too many for assay repl");
    expect_error("assay run x -D seed", "-D takes NAME=VALUE, not 'seed'");
    expect_error("assay run x -D", "-D takes a value: NAME=VALUE");
    expect_error("assay --threads 0", "--threads takes a whole number from 1 to 256, not '0'");
    expect_error("assay --color blue", "--color takes auto, always or never, not 'blue'");
    expect_error("assay --ascii=1", "--ascii takes no value");
    expect_error("assay run -c a -c b", "-c is given twice; put ; between the commands");
}

static void test_nearest_mode(void **state)
{
    (void)state;
    assert_string_equal(options_nearest_mode("rnu"), "run");
    assert_null(options_nearest_mode("penguins"));
}

static void test_usage_names_every_mode_and_option(void **state)
{
    static const char *const words[] = { "assay run",     "assay replay", "assay repl",
                                         "assay predict", "assay help",   "--json",
                                         "--threads",     "--version",    "-D" };
    struct str text;

    (void)state;
    str_init(&text);
    options_usage(&text);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        assert_non_null(strstr(text.buf, words[i]));
    str_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_a_file_called_like_a_mode_is_a_file_behind_the_first_word),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_help_and_version_win_over_what_is_missing),
        cmocka_unit_test(test_errors_say_what_and_what_to_do),
        cmocka_unit_test(test_nearest_mode),
        cmocka_unit_test(test_usage_names_every_mode_and_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
