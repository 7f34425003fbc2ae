/* Reference values: tests/reference/prepare_sklearn.py. */
#include "prepare_make.h"

static void test_numbers_get_the_median_and_words_the_mode(void **state)
{
    struct table *t = birds(), *out = APPLY(t, "impute all");

    assert_cell(col(out, "body_mass_g"), 8, "3900");
    assert_int_equal(col(out, "body_mass_g")->type, COLUMN_INT);
    assert_cell(col(out, "bill_depth_mm"), 8, "17.8");
    assert_cell(col(out, "sex"), 8, "FEMALE"); /* five of each: the first in order */
    assert_cell(col(out, "island"), 11, "Biscoe");
    assert_cell(col(out, "clutch"), 5, "true");
    assert_cell(col(out, "seen"), 6, "2007-11-11");
    assert_cell(col(out, "note"), 2, "six");
    for (size_t j = 0; j < out->n_cols; j++)
        assert_int_equal(table_at(out, j)->n_missing, 0);
    assert_ptr_equal(col(out, "species"), col(t, "species")); /* nothing to fill */
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_the_mean_makes_an_int_column_real(void **state)
{
    struct table *t = birds(), *out = APPLY(t, "impute body_mass_g bill_depth_mm method=mean");

    assert_int_equal(col(out, "body_mass_g")->type, COLUMN_REAL);
    assert_float_equal(column_reals(col(out, "body_mass_g"))[8], 4231.818181818182, 1e-11);
    assert_cell(col(out, "body_mass_g"), 0, "3750.0");
    assert_float_equal(column_reals(col(out, "bill_depth_mm"))[8], 16.881818181818183, 1e-14);
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_a_median_between_two_ints_makes_the_column_real(void **state)
{
    struct column *c[] = { MAKE(COLUMN_INT, "1", "4", NULL), MAKE(COLUMN_INT, "1", "3", NULL) };
    struct table *t = make_table((const char *const[]){ "a", "b" }, c, 2);
    struct table *out = APPLY(t, "impute all");

    assert_cells(col(out, "a"), "1.0 4.0 2.5");
    assert_cells(col(out, "b"), "1 3 2");
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_the_mode_of_numbers_is_the_smallest_among_equals(void **state)
{
    struct table *t = birds(), *out = APPLY(t, "impute body_mass_g method=mode");

    assert_cell(col(out, "body_mass_g"), 8, "3500");
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_constants_are_read_as_the_column_s_type(void **state)
{
    struct table *t = birds();
    struct table *out = APPLY(t, "impute body_mass_g value=0.5", "impute sex value=unknown",
                              "impute seen value=2000-02-29", "impute clutch value=no",
                              "impute note value=x method=constant");

    assert_cell(col(out, "body_mass_g"), 8, "0.5");
    assert_cell(col(out, "sex"), 8, "unknown");
    assert_int_equal(col(out, "sex")->type, COLUMN_CATEGORY);
    assert_int_equal(col(out, "sex")->levels->n_rows, 3);
    assert_cell(col(out, "seen"), 6, "2000-02-29");
    assert_cell(col(out, "clutch"), 5, "false");
    assert_cell(col(out, "note"), 2, "x");
    table_unref(out);

    out = APPLY(t, "impute all method=constant value=-1");
    assert_cell(col(out, "body_mass_g"), 8, "-1");
    assert_cell(col(out, "sex"), 8, "·"); /* a number is not meant for words */
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_an_indicator_shows_where_cells_were_missing(void **state)
{
    struct table *t = birds(), *out = APPLY(t, "impute sex species indicator=yes");

    assert_int_equal(out->n_cols, t->n_cols + 1); /* species misses nothing */
    assert_string_equal(table_name(out, t->n_cols), "sex_missing");
    assert_cells(col(out, "sex_missing"),
                 "false false false false false false false false true true false false");
    table_unref(out);
    assert_step_refused(t, "impute sex value=5 method=mode",
                        "value= goes with method=constant, not with method=mode");
    table_unref(t);
    (void)state;
}

static void test_a_column_without_values_is_left_or_refused(void **state)
{
    struct column *c[] = { MAKE(COLUMN_REAL, NULL, NULL), MAKE(COLUMN_CATEGORY, NULL, NULL),
                           MAKE(COLUMN_INT, "7", NULL) };
    struct table *t = make_table((const char *const[]){ "a", "b", "c" }, c, 3);
    struct table *out = APPLY(t, "impute all");

    assert_cells(col(out, "a"), "· ·");
    assert_cells(col(out, "b"), "· ·");
    assert_cells(col(out, "c"), "7 7");
    table_unref(out);
    assert_step_refused(t, "impute a",
                        "a has no value in the 2 rows to learn from; give it one with "
                        "method=constant value=…, or drop it");
    table_unref(t);
    (void)state;
}

static void test_nan_teaches_nothing_and_stays(void **state)
{
    struct column *c[] = { MAKE(COLUMN_REAL, "1", "nan", "3", "nan", NULL),
                           MAKE(COLUMN_REAL, "1", "nan", "3", "nan", NULL) };
    struct table *t = make_table((const char *const[]){ "a", "b" }, c, 2);
    struct table *out = APPLY(t, "impute a method=mean", "impute b method=mode");

    assert_cells(col(out, "a"), "1.0 nan 3.0 nan 2.0");
    assert_cells(col(out, "b"), "1.0 nan 3.0 nan 1.0");
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_what_does_not_fit_is_refused_by_name(void **state)
{
    struct column *c[] = { MAKE(COLUMN_REAL, "1", "inf", NULL) };
    struct table *t = birds(), *infinite = make_table((const char *const[]){ "a" }, c, 1);
    struct recipe *r = with_role(RECIPE("impute sex"), "sex", ROLE_TARGET);

    assert_step_refused(t, "impute sex method=mean",
                        "sex is a category; this step takes a number (int or real)");
    assert_step_refused(t, "impute body_mass_g value=many",
                        "body_mass_g is an int; this step takes a column that can hold 'many'");
    assert_step_refused(t, "impute sex method=constant",
                        "method=constant needs the constant; give value=…");
    assert_step_refused(infinite, "impute a method=mean",
                        "a has values too large to average, or infinite ones; clip it or replace "
                        "them first");
    assert_refused(r, t, NULL,
                   "step 1 (impute): sex is the target, and a step that learns must not alter what "
                   "is to be predicted; name other columns");
    recipe_unref(r);
    table_unref(t);
    table_unref(infinite);
    (void)state;
}

static void test_it_tells_what_it_learned(void **state)
{
    struct table *t = birds();
    struct recipe *r = RECIPE("impute all indicator=yes");
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct str text;

    str_init(&text);
    step_find("impute")->describe(&text, run->fitted->state[0]);
    assert_non_null(strstr(text.buf, "body_mass_g: median 3900, with an indicator\n"));
    assert_non_null(strstr(text.buf, "bill_depth_mm: median 17.8, with an indicator\n"));
    assert_non_null(strstr(text.buf, "seen: mode 2007-11-11, with an indicator\n"));
    assert_non_null(strstr(text.buf, "species: mode Adelie\n"));
    assert_non_null(strstr(text.buf, "clutch: mode true, with an indicator\n"));
    str_release(&text);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_get_the_median_and_words_the_mode),
        cmocka_unit_test(test_the_mean_makes_an_int_column_real),
        cmocka_unit_test(test_a_median_between_two_ints_makes_the_column_real),
        cmocka_unit_test(test_the_mode_of_numbers_is_the_smallest_among_equals),
        cmocka_unit_test(test_constants_are_read_as_the_column_s_type),
        cmocka_unit_test(test_an_indicator_shows_where_cells_were_missing),
        cmocka_unit_test(test_a_column_without_values_is_left_or_refused),
        cmocka_unit_test(test_nan_teaches_nothing_and_stays),
        cmocka_unit_test(test_what_does_not_fit_is_refused_by_name),
        cmocka_unit_test(test_it_tells_what_it_learned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
