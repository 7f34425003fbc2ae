/* Reference values: tests/reference/prepare_sklearn.py. */
#include "prepare_make.h"

#include <math.h>

static void assert_reals(const struct column *c, const double *want, double tolerance)
{
    assert_int_equal(c->type, COLUMN_REAL);
    for (size_t i = 0; i < c->n_rows; i++) {
        assert_int_equal(column_missing(c, i), isnan(want[i]));
        if (!isnan(want[i]))
            assert_float_equal(column_reals(c)[i], want[i], tolerance);
    }
}

static void test_standard_scaling_is_scikit_learn_s(void **state)
{
    static const double depth[] = { 0.9300816647554067,  0.2650732744552912, -1.8834153711296955,
                                    -0.2976261327217281, 0.5208457322630278, 0.6231547153861239,
                                    -1.4230249470757694, 0.9300816647554067, NAN,
                                    -1.21840698082958,   1.0835451394400488, 0.46969124070148155 };
    static const double mass[] = { -0.6949437766005804, -0.6228269695948598,  0.38680832848522834,
                                   2.1176116966225225,  -1.0555278116291833,  -0.47859335558341864,
                                   0.31469152147950774, -0.6588853730977201,  NAN,
                                   1.6849108545881988,  -0.11800932055481574, -0.8752357941148818 };
    struct table *t = birds(), *out = APPLY(t, "scale bill_depth_mm body_mass_g");

    assert_reals(col(out, "bill_depth_mm"), depth, 1e-14);
    assert_reals(col(out, "body_mass_g"), mass, 1e-14);
    assert_ptr_equal(col(out, "flipper_length_mm"), col(t, "flipper_length_mm"));
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_minmax_scaling_is_scikit_learn_s(void **state)
{
    static const double mass[] = { 0.11363636363636376,
                                   0.13636363636363646,
                                   0.4545454545454546,
                                   1.0,
                                   0.0,
                                   0.18181818181818188,
                                   0.4318181818181821,
                                   0.125,
                                   NAN,
                                   0.8636363636363638,
                                   0.29545454545454564,
                                   0.05681818181818188 };
    struct table *t = birds(), *out = APPLY(t, "scale body_mass_g method=minmax");

    assert_reals(col(out, "body_mass_g"), mass, 1e-14);
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_a_constant_column_is_only_centred(void **state)
{
    struct column *c[] = { MAKE(COLUMN_INT, "5", "5", "5"),
                           MAKE(COLUMN_REAL, "0.30000000000000004", "0.3", "0.3"),
                           MAKE(COLUMN_REAL, NULL, NULL, NULL) };
    struct table *t = make_table((const char *const[]){ "a", "b", "c" }, c, 3);
    struct table *out = APPLY(t, "scale all"), *minmax = APPLY(t, "scale all method=minmax");

    assert_cells(col(out, "a"), "0.0 0.0 0.0");
    for (size_t i = 0; i < 3; i++) /* rounding is no deviation */
        assert_true(fabs(column_reals(col(out, "b"))[i]) < 1e-16);
    assert_cells(col(out, "c"), "· · ·");
    assert_cells(col(minmax, "a"), "0.0 0.0 0.0");
    table_unref(out);
    table_unref(minmax);
    table_unref(t);
    (void)state;
}

static void test_all_means_numbers_that_are_features(void **state)
{
    struct table *t = birds();
    struct recipe *r = with_role(RECIPE("encode sex", "scale all"), "body_mass_g", ROLE_TARGET);
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    const struct table *out = recipe_run_result(run);

    assert_int_equal(col(out, "bill_length_mm")->type, COLUMN_REAL);
    assert_int_equal(col(out, "flipper_length_mm")->type, COLUMN_REAL);
    assert_int_equal(col(out, "sex=MALE")->type, COLUMN_REAL);
    assert_ptr_equal(col(out, "body_mass_g"), col(t, "body_mass_g"));
    assert_ptr_equal(col(out, "clutch"), col(t, "clutch"));
    assert_ptr_equal(col(out, "seen"), col(t, "seen"));
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

static void test_infinite_values_and_other_types_are_refused(void **state)
{
    struct column *c[] = { MAKE(COLUMN_REAL, "1", "-inf"), MAKE(COLUMN_REAL, "1e308", "-1e308"),
                           MAKE(COLUMN_BOOL, "true", "false") };
    struct table *t = make_table((const char *const[]){ "a", "b", "c" }, c, 3);

    assert_step_refused(t, "scale a",
                        "a has values too large to scale, or infinite ones; clip it or replace "
                        "them first");
    /* the variance overflows, though mean and values do not */
    assert_step_refused(t, "scale b",
                        "b has values too large to scale, or infinite ones; clip it or replace "
                        "them first");
    assert_step_refused(t, "scale b method=minmax",
                        "b has values too large to scale, or infinite ones; clip it or replace "
                        "them first");
    assert_step_refused(t, "scale c", "c is a bool; this step takes a number (int or real)");
    table_unref(t);
    (void)state;
}

static void test_it_tells_what_it_learned(void **state)
{
    struct table *t = birds();
    struct recipe *r = RECIPE("scale body_mass_g", "scale flipper_length_mm method=minmax");
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct str text;

    str_init(&text);
    step_find("scale")->describe(&text, run->fitted->state[0]);
    step_find("scale")->describe(&text, run->fitted->state[1]);
    assert_string_equal(text.buf, "body_mass_g: mean 4231.82, deviation 693.32\n"
                                  "flipper_length_mm: from 178 to 230\n");
    str_release(&text);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_standard_scaling_is_scikit_learn_s),
        cmocka_unit_test(test_minmax_scaling_is_scikit_learn_s),
        cmocka_unit_test(test_a_constant_column_is_only_centred),
        cmocka_unit_test(test_all_means_numbers_that_are_features),
        cmocka_unit_test(test_infinite_values_and_other_types_are_refused),
        cmocka_unit_test(test_it_tells_what_it_learned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
