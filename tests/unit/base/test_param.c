#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/param.h"

static const char *const methods[] = { "mean", "median", "mode", "mode-of-all", NULL };

enum { COLUMNS, METHOD, C, FOLDS, RATIO, QUIET, AS, MODELS, TO, SHIFT };

static const struct param_spec specs[] = {
    { .name = "columns",
      .type = PARAM_COLUMNS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "columns to fill" },
    { .name = "method",
      .type = PARAM_CHOICE,
      .choices = methods,
      .fallback = "mean",
      .help = "what to fill with" },
    { .name = "C",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN | PARAM_LOG,
      .max = INFINITY,
      .fallback = "1.0",
      .help = "inverse of the penalty" },
    { .name = "folds",
      .type = PARAM_INT,
      .min = 2,
      .max = INFINITY,
      .fallback = "5",
      .help = "number of folds" },
    { .name = "ratio", .type = PARAM_REAL, .min = 0, .max = 1, .help = "share of rows" },
    { .name = "quiet", .type = PARAM_FLAG, .fallback = "no", .help = "say less" },
    { .name = "as", .type = PARAM_NAME, .help = "name of the result" },
    { .name = "models", .type = PARAM_MODELS, .help = "models to compare" },
    { .name = "to", .type = PARAM_PATH, .flags = PARAM_OUTPUT, .help = "file to write" },
    { .name = "shift", .type = PARAM_REAL, .help = "any number" },
    { .name = NULL },
};

struct fixture {
    struct arena arena;
    struct params params;
    struct err err;
};

static int set_up(void **state)
{
    static struct fixture f;

    f = (struct fixture){ 0 };
    arena_init(&f.arena);
    params_init(&f.params, specs, &f.arena);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    arena_release(&f->arena);
    return 0;
}

static void accept(struct fixture *f, size_t i, const char *text, const char *canonical)
{
    struct param_value *v = &f->params.values[i];

    *v = (struct param_value){ 0 };
    if (params_set(&f->params, i, text, &f->arena, &f->err))
        fail_msg("%s", f->err.msg);
    assert_true(v->set && v->given);
    assert_string_equal(v->text, canonical);
    assert_int_equal(f->err.code, ERR_NONE);
}

static void refuse(struct fixture *f, size_t i, const char *text, const char *message)
{
    struct param_value *v = &f->params.values[i];

    *v = (struct param_value){ 0 };
    err_clear(&f->err);
    assert_int_equal(params_set(&f->params, i, text, &f->arena, &f->err), -1);
    assert_int_equal(f->err.code, ERR_USAGE);
    assert_string_equal(f->err.msg, message);
    assert_false(v->set);
    assert_null(v->text);
    err_clear(&f->err);
}

static void test_find_by_name_and_prefix(void **state)
{
    (void)state;
    assert_int_equal(param_count(specs), 10);
    assert_int_equal(param_count(NULL), 0);
    assert_int_equal(param_find(specs, "folds", false), FOLDS);
    assert_int_equal(param_find(specs, "fol", false), -1);
    assert_int_equal(param_find(specs, "fol", true), FOLDS);
    assert_int_equal(param_find(specs, "m", true), -2);
    assert_int_equal(param_find(specs, "", true), -1);
    assert_int_equal(param_find(specs, "c", true), COLUMNS);
    assert_int_equal(param_find(specs, "C", true), C);
    assert_int_equal(param_find(specs, "foldss", true), -1);
}

static void test_int(void **state)
{
    struct fixture *f = *state;

    accept(f, FOLDS, "+010", "10");
    assert_true(params_int(&f->params, "folds") == 10);
    assert_true(params_real(&f->params, "folds") == 10);
    accept(f, FOLDS, "2", "2");
    refuse(f, FOLDS, "ten",
           "'ten' is not a whole number; folds takes a whole number of at least 2");
    refuse(f, FOLDS, "2.5",
           "'2.5' is not a whole number; folds takes a whole number of at least 2");
    refuse(f, FOLDS, "1e6", "folds=1e6 is not written as a whole number; write folds=1000000");
    refuse(f, FOLDS, "", "'' is not a whole number; folds takes a whole number of at least 2");
    refuse(f, FOLDS, "1", "folds=1 is out of range; folds takes a whole number of at least 2");
}

static void test_real(void **state)
{
    struct fixture *f = *state;

    accept(f, C, "1.50", "1.5");
    assert_true(params_real(&f->params, "C") == 1.5);
    accept(f, C, "10.0", "10");
    accept(f, C, "1e-3", "0.001");
    refuse(f, C, "pricee", "'pricee' is not a number; C takes a real number above 0");
    refuse(f, C, "-1", "C=-1 is out of range; C takes a real number above 0");
    refuse(f, C, "0", "C=0 is out of range; C takes a real number above 0");
    refuse(f, C, "inf", "C=inf is out of range; C takes a real number above 0");
    refuse(f, C, "nan", "C=nan is out of range; C takes a real number above 0");
    accept(f, RATIO, "0", "0");
    accept(f, RATIO, "1", "1");
    refuse(f, RATIO, "1.01", "ratio=1.01 is out of range; ratio takes a real number from 0 to 1");
    accept(f, SHIFT, "-inf", "-inf"); /* no range: any double */
    accept(f, SHIFT, "-0.0", "-0");
    accept(f, SHIFT, "0.1", "0.1");
}

static void test_flag(void **state)
{
    static const char *const yes[] = { "yes", "true", "on", "1" };
    static const char *const no[] = { "no", "false", "off", "0" };
    struct fixture *f = *state;

    for (size_t i = 0; i < 4; i++) {
        accept(f, QUIET, yes[i], "yes");
        assert_true(params_flag(&f->params, "quiet"));
        accept(f, QUIET, no[i], "no");
        assert_false(params_flag(&f->params, "quiet"));
    }
    refuse(f, QUIET, "maybe", "'maybe' is neither yes nor no; quiet takes yes or no");
    refuse(f, QUIET, "", "'' is neither yes nor no; quiet takes yes or no");
}

static void test_choice(void **state)
{
    struct fixture *f = *state;

    accept(f, METHOD, "median", "median");
    assert_int_equal(params_choice(&f->params, "method"), 1);
    accept(f, METHOD, "med", "median");
    accept(f, METHOD, "mode", "mode"); /* exact, though it begins another */
    refuse(f, METHOD, "me", "method=me could be mean or median; write more of it");
    refuse(f, METHOD, "avg",
           "'avg' is not known; method takes one of mean median mode mode-of-all");
    refuse(f, METHOD, "", "'' is not known; method takes one of mean median mode mode-of-all");
}

static void test_name(void **state)
{
    struct fixture *f = *state;
    const char *range = "as takes a name (a letter or _, then letters, digits, _ - .)";
    char message[200];

    accept(f, AS, "lr", "lr");
    accept(f, AS, "_2nd-try.b", "_2nd-try.b");
    accept(f, AS, "größe", "größe");
    static const char *const bad[] = { "2nd", "-a", ".a", "a b", "a,b", "a\"b", "$x" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(message, sizeof(message), "'%s' is not a name; %s", bad[i], range);
        refuse(f, AS, bad[i], message);
    }
    snprintf(message, sizeof(message), "as is empty; %s", range);
    refuse(f, AS, "", message);
    refuse(f, TO, "", "to is empty; to takes the name of a file");
}

static void test_columns_split_and_add(void **state)
{
    struct fixture *f = *state;
    const struct param_value *v = &f->params.values[COLUMNS];

    accept(f, COLUMNS, "a, b ,bill_*", "a,b,bill_*");
    assert_int_equal(v->n_list, 3);
    assert_string_equal(v->list[1], "b");
    assert_int_equal(params_set(&f->params, COLUMNS, "c,", &f->arena, &f->err), 0);
    assert_int_equal(params_set(&f->params, COLUMNS, "d", &f->arena, &f->err), 0);
    assert_int_equal(v->n_list, 5);
    assert_string_equal(v->text, "a,b,bill_*,c,d");
    assert_string_equal(v->list[0], "a");
    assert_string_equal(v->list[4], "d");
    const char *range = "columns takes names of columns, patterns such as bill_*, or all";
    char message[200];
    static const char *const bad[] = { "", ",", "a,,b", ",a", " " };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(message, sizeof(message), "'%s' has an empty name in it; %s", bad[i], range);
        refuse(f, COLUMNS, bad[i], message);
    }
}

static void test_commas_in_names_survive(void **state)
{
    struct fixture *f = *state;
    const struct param_value *v = &f->params.values[COLUMNS];

    accept(f, COLUMNS, "price\\, usd,a\\\\,b\\c", "price\\, usd,a\\\\,b\\\\c");
    assert_int_equal(v->n_list, 3);
    assert_string_equal(v->list[0], "price, usd");
    assert_string_equal(v->list[1], "a\\");
    assert_string_equal(v->list[2], "b\\c");
    accept(f, COLUMNS, v->text, "price\\, usd,a\\\\,b\\\\c");
    assert_string_equal(v->list[2], "b\\c");
}

static void test_a_failed_addition_leaves_the_list(void **state)
{
    struct fixture *f = *state;
    const struct param_value *v = &f->params.values[MODELS];

    accept(f, MODELS, "lr", "lr");
    assert_int_equal(params_set(&f->params, MODELS, "rf,,x", &f->arena, &f->err), -1);
    assert_string_equal(f->err.msg,
                        "'rf,,x' has an empty name in it; models takes names of models");
    assert_int_equal(v->n_list, 1);
    assert_string_equal(v->text, "lr");
}

static void test_twice_is_an_error(void **state)
{
    struct fixture *f = *state;

    accept(f, C, "2", "2");
    assert_int_equal(params_set(&f->params, C, "3", &f->arena, &f->err), -1);
    assert_int_equal(f->err.code, ERR_USAGE);
    assert_string_equal(f->err.msg, "C is given twice; give it once");
    assert_true(params_real(&f->params, "C") == 2);
}

static void test_resolve_fills_defaults(void **state)
{
    struct fixture *f = *state;

    accept(f, COLUMNS, "a", "a");
    accept(f, FOLDS, "3", "3");
    assert_int_equal(params_resolve(&f->params, &f->arena, &f->err), 0);
    assert_true(params_real(&f->params, "C") == 1);
    assert_string_equal(params_text(&f->params, "C"), "1");
    assert_true(params_value(&f->params, "C")->set);
    assert_false(params_value(&f->params, "C")->given);
    assert_true(params_value(&f->params, "folds")->given);
    assert_true(params_int(&f->params, "folds") == 3);
    assert_int_equal(params_choice(&f->params, "method"), 0);
    assert_null(params_text(&f->params, "as"));
    assert_false(params_value(&f->params, "as")->set);
}

static void test_resolve_names_what_is_missing(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(params_resolve(&f->params, &f->arena, &f->err), -1);
    assert_int_equal(f->err.code, ERR_USAGE);
    assert_string_equal(f->err.msg, "columns is missing; columns takes names of columns, patterns "
                                    "such as bill_*, or all");
}

static void test_copy_outlives_its_source(void **state)
{
    struct fixture *f = *state;
    struct arena other;
    struct params copy;

    arena_init(&other);
    accept(f, COLUMNS, "a,b", "a,b");
    accept(f, TO, "x.svg", "x.svg");
    assert_int_equal(params_resolve(&f->params, &f->arena, &f->err), 0);
    params_copy(&copy, &f->params, &other);
    arena_release(&f->arena);
    assert_string_equal(params_value(&copy, "columns")->list[1], "b");
    assert_string_equal(params_text(&copy, "columns"), "a,b");
    assert_string_equal(params_text(&copy, "to"), "x.svg");
    assert_string_equal(params_text(&copy, "method"), "mean");
    assert_int_equal(params_int(&copy, "folds"), 5);
    assert_null(params_text(&copy, "as"));
    arena_release(&other);
}

static void check_range(double min, double max, unsigned flags, const char *expected)
{
    struct param_spec spec = {
        .name = "x", .type = PARAM_REAL, .min = min, .max = max, .flags = flags
    };
    struct str out;

    str_init(&out);
    param_describe_range(&out, &spec);
    assert_string_equal(out.buf, expected);
    str_release(&out);
}

static void test_ranges_in_words(void **state)
{
    (void)state;
    check_range(0, 0, 0, "a real number");
    check_range(0, INFINITY, PARAM_OPEN_MIN, "a real number above 0");
    check_range(0, INFINITY, 0, "a real number of at least 0");
    check_range(-INFINITY, 5, 0, "a real number of at most 5");
    check_range(-INFINITY, 5, PARAM_OPEN_MAX, "a real number below 5");
    check_range(0, 1, 0, "a real number from 0 to 1");
    check_range(0, 1, PARAM_OPEN_MIN | PARAM_OPEN_MAX, "a real number above 0 and below 1");
    check_range(0, 1, PARAM_OPEN_MIN, "a real number above 0 and at most 1");
    check_range(0, 1, PARAM_OPEN_MAX, "a real number of at least 0 and below 1");
}

/* ---------------------------------------------------------------- tables proven sane */

static void check_fault(struct param_spec spec, const char *message)
{
    struct param_spec table[] = { spec, { .name = NULL } };
    struct err err = { 0 };

    assert_int_equal(param_check_specs(table, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.msg, message);
}

static void test_check_passes_a_good_table(void **state)
{
    struct err err = { 0 };

    (void)state;
    assert_int_equal(param_check_specs(specs, &err), 0);
    assert_int_equal(param_check_specs(NULL, &err), 0);
    assert_int_equal(err.code, ERR_NONE);
}

static void test_check_finds_each_fault(void **state)
{
    static const char *const same[] = { "a", "a", NULL };
    static const char *const none[] = { NULL };

    (void)state;
    check_fault((struct param_spec){ .name = "2x", .help = "h" },
                "parameter 2x: its name is not one");
    check_fault((struct param_spec){ .name = "x" }, "parameter x: it has no help");
    check_fault((struct param_spec){ .name = "x", .help = "Two words." },
                "parameter x: its help ends in a full stop");
    check_fault((struct param_spec){ .name = "x", .help = "a\nb" },
                "parameter x: its help is more than one line");
    check_fault(
        (struct param_spec){ .name = "x", .help = "h", .type = PARAM_REAL, .min = 2, .max = 1 },
        "parameter x: its range is upside down");
    check_fault((struct param_spec){ .name = "x",
                                     .help = "h",
                                     .type = PARAM_REAL,
                                     .min = 1,
                                     .max = 1,
                                     .flags = PARAM_OPEN_MIN },
                "parameter x: its range is empty");
    check_fault(
        (struct param_spec){ .name = "x", .help = "h", .type = PARAM_REAL, .flags = PARAM_LOG },
        "parameter x: it has an open end or a logarithm and no range");
    check_fault(
        (struct param_spec){
            .name = "x", .help = "h", .type = PARAM_REAL, .min = -1, .max = 1, .flags = PARAM_LOG },
        "parameter x: its logarithm is wanted and it may be negative");
    check_fault((struct param_spec){ .name = "x", .help = "h", .type = PARAM_TEXT, .max = 3 },
                "parameter x: it has a range and is no number");
    check_fault((struct param_spec){ .name = "x", .help = "h", .type = PARAM_CHOICE },
                "parameter x: it has no choices");
    check_fault(
        (struct param_spec){ .name = "x", .help = "h", .type = PARAM_CHOICE, .choices = none },
        "parameter x: it has no choices");
    check_fault(
        (struct param_spec){ .name = "x", .help = "h", .type = PARAM_CHOICE, .choices = same },
        "parameter x: one of its choices stands there twice");
    check_fault(
        (struct param_spec){ .name = "x", .help = "h", .type = PARAM_TEXT, .choices = methods },
        "parameter x: it has choices and is no choice");
    check_fault((struct param_spec){ .name = "x",
                                     .help = "h",
                                     .type = PARAM_TEXT,
                                     .flags = PARAM_REQUIRED,
                                     .fallback = "y" },
                "parameter x: it is required and has a default");
    check_fault(
        (struct param_spec){ .name = "x", .help = "h", .type = PARAM_TEXT, .flags = PARAM_INPUT },
        "parameter x: it is read or written and is no path");
    check_fault(
        (struct param_spec){
            .name = "x", .help = "h", .type = PARAM_INT, .min = 1, .max = 3, .fallback = "4" },
        "parameter x: its default: x=4 is out of range; x takes a whole number from 1 to 3");
}

static void test_check_looks_across_rows(void **state)
{
    struct err err = { 0 };
    struct param_spec twice[] = { { .name = "x", .help = "h", .type = PARAM_TEXT },
                                  { .name = "x", .help = "h", .type = PARAM_TEXT },
                                  { .name = NULL } };
    struct param_spec rest[] = {
        { .name = "x", .help = "h", .type = PARAM_EXPR },
        { .name = "y", .help = "h", .type = PARAM_TEXT, .flags = PARAM_WORD },
        { .name = NULL }
    };

    (void)state;
    assert_int_equal(param_check_specs(twice, &err), -1);
    assert_string_equal(err.msg, "parameter x: its name stands there twice");
    assert_int_equal(param_check_specs(rest, &err), -1);
    assert_string_equal(err.msg, "parameter x: it takes the rest of the line and a word follows");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_find_by_name_and_prefix),
        TEST(test_int),
        TEST(test_real),
        TEST(test_flag),
        TEST(test_choice),
        TEST(test_name),
        TEST(test_columns_split_and_add),
        TEST(test_commas_in_names_survive),
        TEST(test_a_failed_addition_leaves_the_list),
        TEST(test_twice_is_an_error),
        TEST(test_resolve_fills_defaults),
        TEST(test_resolve_names_what_is_missing),
        TEST(test_copy_outlives_its_source),
        TEST(test_ranges_in_words),
        TEST(test_check_passes_a_good_table),
        TEST(test_check_finds_each_fault),
        TEST(test_check_looks_across_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
