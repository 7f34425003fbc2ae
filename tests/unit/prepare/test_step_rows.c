#include "prepare_make.h"

#include "base/parallel.h"

static void assert_rows(const struct table *t, const char *want)
{
    struct str all;

    str_init(&all);
    for (size_t i = 0; i < t->n_rows; i++)
        str_addf(&all, "%s%zu", i ? " " : "", table_row_number(t, i));
    assert_string_equal(all.buf, want);
    str_release(&all);
}

static void assert_leaves(const struct table *t, const char *line, const char *want)
{
    struct table *out = APPLY(t, line);

    assert_rows(out, want);
    table_unref(out);
}

static void test_filter_keeps_what_is_true(void **state)
{
    struct table *t = birds();

    assert_leaves(t, "filter body_mass_g > 4000", "3 4 7 10 11"); /* missing is not true */
    assert_leaves(t, "filter sex = 'MALE' and island != 'Dream'", "1 4");
    assert_leaves(t, "filter is_missing(sex)", "9 10");
    assert_leaves(t, "filter body_mass_g < 0", "");
    assert_leaves(t, "filter true", "1 2 3 4 5 6 7 8 9 10 11 12");
    table_unref(t);
    (void)state;
}

static void test_filter_places_its_errors_in_the_line(void **state)
{
    struct table *t = birds();
    struct recipe *r = RECIPE("filter body_mass_g >");
    struct recipe_run *run = NULL;
    struct err err = { 0 };

    assert_int_equal(recipe_run(&run, r, t, NULL, true, NULL, NULL, NULL, &err), -1);
    assert_in_range(err.col, 20, 21);
    recipe_unref(r);
    r = RECIPE("filter sex + 1");
    assert_int_equal(recipe_run(&run, r, t, NULL, true, NULL, NULL, NULL, &err), -1);
    assert_in_range(err.col, 8, 12);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

static void test_drop_missing_looks_at_the_columns_named_or_all(void **state)
{
    struct table *t = birds();
    struct recipe *r = with_role(RECIPE("drop missing"), "sex", ROLE_TARGET);
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);

    assert_leaves(t, "drop missing sex", "1 2 3 4 5 6 7 8 11 12");
    assert_leaves(t, "drop missing bill_* island", "1 2 3 4 5 6 7 8 10 11");
    assert_leaves(t, "drop missing", "1 2 4 5 8 11");
    assert_leaves(t, "drop missing species", "1 2 3 4 5 6 7 8 9 10 11 12");
    assert_rows(recipe_run_result(run), "1 2 4 5 8 11"); /* the target counts */
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

static struct table *copies(void)
{
    struct column *c[] = { MAKE(COLUMN_TEXT, "a", "b", "a", NULL, "a", NULL),
                           MAKE(COLUMN_REAL, "0", "nan", "-0", "1", "2", "1"),
                           MAKE(COLUMN_INT, "1", "1", "1", "1", "1", "2") };

    return make_table((const char *const[]){ "x", "y", "z" }, c, 3);
}

static void test_dedupe_keeps_the_first_or_the_last(void **state)
{
    struct table *t = copies();

    assert_leaves(t, "dedupe", "1 2 4 5 6");
    assert_leaves(t, "dedupe keep=last", "2 3 4 5 6");
    assert_leaves(t, "dedupe x", "1 2 4");
    assert_leaves(t, "dedupe x keep=last", "2 5 6");
    assert_leaves(t, "dedupe x y", "1 2 4 5");
    assert_leaves(t, "dedupe z", "1 6");
    table_unref(t);
    (void)state;
}

/* Many rows against a plain count: every value of two columns, several times. */
static void test_dedupe_of_many_rows(void **state)
{
    enum { N = 20000 };
    struct column *c[2];
    struct err err = { 0 };

    for (int k = 0; k < 2; k++)
        assert_int_equal(column_new(&c[k], COLUMN_INT, N, NULL, &err), 0);
    for (size_t i = 0; i < N; i++) {
        column_ints_mut(c[0])[i] = (int64_t)(i * 7919 % 97);
        column_ints_mut(c[1])[i] = (int64_t)(i * 104729 % 89);
    }
    column_seal(c[0]);
    column_seal(c[1]);
    struct table *t = make_table((const char *const[]){ "a", "b" }, c, 2);
    struct table *out = APPLY(t, "dedupe");
    assert_int_equal(out->n_rows, 97 * 89); /* coprime: the first 97 * 89 rows differ */
    assert_int_equal(table_row_number(out, out->n_rows - 1), 97 * 89);
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_rows_to_be_predicted_make_no_copies(void **state)
{
    struct table *t = copies();
    const uint8_t part[6] = { 0, 1, 1, 1, 1, 1 };
    struct recipe *r = recipe_set_split(NULL, 0), *with_step = add_step(r, "dedupe x");
    struct recipe_run *run = run_recipe(with_step, t, part, NULL);

    assert_rows(recipe_run_result(run), "1 2 3 4"); /* row 3 stays although it is like row 1 */
    recipe_run_unref(run);
    recipe_unref(with_step);
    table_unref(t);
    (void)state;
}

static void test_no_rows_and_one_row(void **state)
{
    static const char *const lines[] = { "filter true", "drop missing", "dedupe" };
    struct table *t = birds(), *none, *one;
    const uint32_t row[] = { 2 };

    assert_int_equal(table_take(&none, t, row, 0, NULL), 0);
    assert_int_equal(table_take(&one, t, row, 1, NULL), 0);
    for (size_t i = 0; i < COUNT(lines); i++) {
        assert_leaves(none, lines[i], "");
        assert_leaves(one, lines[i], i == 1 ? "" : "3"); /* its note is missing */
    }
    table_unref(none);
    table_unref(one);
    table_unref(t);
    (void)state;
}

static struct table *people(void)
{
    struct column *c[] = {
        MAKE(COLUMN_TEXT, "Anna Schulz", "anna schultz", "Bert Kramer", "Bert  Kramer.",
             "Carla May", "Anna Schulz", "Carla Mai"),
        MAKE(COLUMN_CATEGORY, "Ulm", "Ulm", "Bonn", NULL, "Kiel", "Kiel", "Kiel"),
        MAKE(COLUMN_REAL, "100", "101", "50", "50", NULL, "100", "7"),
        MAKE(COLUMN_DATE, "2020-01-01", "2021-01-01", "2020-01-01", "2019-01-01", "2020-01-01",
             "2020-01-01", "2022-01-01"),
    };

    return make_table((const char *const[]){ "name", "town", "paid", "seen" }, c, 4);
}

static void test_the_copy_that_stays_is_chosen(void **state)
{
    struct table *t = people(), *out = APPLY(t, "dedupe paid keep=newest order=seen");

    assert_cells(col(out, "name"), "Anna Schulz anna schultz Bert Kramer Carla May Carla Mai");
    table_unref(out);
    out = APPLY(t, "dedupe town keep=most-complete");
    assert_cells(col(out, "paid"), "100.0 50.0 50.0 100.0");
    table_unref(out);
    assert_step_refused(t, "dedupe town keep=newest",
                        "keep=newest and order= go together: order= names the column that says "
                        "what is new");
    assert_step_refused(t, "dedupe town keep=newest order=name",
                        "name is a text; order= takes dates, timestamps or numbers, so cast it "
                        "first");
    assert_step_refused(t, "dedupe town by=name",
                        "by= goes with near=; exact copies agree in the columns that are named");
    table_unref(t);
    (void)state;
}

/* Removed rows with those that stand for them: "2:1 4:3", rows from 1. */
static void assert_stand_ins(const struct recipe_run *run, const char *want)
{
    struct str all;

    str_init(&all);
    for (size_t i = 0; run->stands_for[0] && i < run->tables[0]->n_rows; i++) {
        uint32_t by = ((const uint32_t *)run->stands_for[0]->data)[i];
        if (by != UINT32_MAX)
            str_addf(&all, "%s%zu:%u", all.len ? " " : "", i + 1, by + 1);
    }
    assert_string_equal(all.buf, want);
    str_release(&all);
}

static void assert_near(const struct table *t, const char *line, const char *want)
{
    struct recipe *r = RECIPE(line);

    for (size_t threads = 1; threads <= 4; threads *= 2) {
        parallel_set_threads(threads);
        struct recipe_run *run = run_recipe(r, t, NULL, NULL);
        assert_stand_ins(run, want);
        recipe_run_unref(run);
    }
    parallel_set_threads(0);
    recipe_unref(r);
}

static void test_near_rows_are_copies(void **state)
{
    struct table *t = people();

    assert_near(t, "dedupe name", "6:1");
    assert_near(t, "dedupe name near=0.85", "2:1 4:3 6:1 7:5");
    assert_near(t, "dedupe name near=0.85 keep=last", "1:6 2:6 3:4 5:7");
    assert_near(t, "dedupe name near=0.85 by=town", "2:1 7:5");
    assert_near(t, "dedupe name paid near=0.9", "4:3 6:1");
    assert_near(t, "dedupe name paid near=0.9 tolerance=0.02", "2:1 4:3 6:1");
    assert_near(t, "dedupe name paid near=0.9 tolerance=0.02 by=town keep=newest order=seen",
                "1:2");
    table_unref(t);
    (void)state;
}

static void test_rows_to_be_predicted_are_no_copies_nor_originals(void **state)
{
    const uint8_t part[7] = { 0, 1, 1, 1, 1, 1, 0 };
    struct table *t = people();
    struct recipe *r = RECIPE("dedupe name near=0.85"), *split = recipe_set_split(r, 0);
    struct recipe_run *run = run_recipe(split, t, part, NULL);

    assert_stand_ins(run, "4:3 6:2");
    recipe_run_unref(run);
    recipe_unref(r);
    recipe_unref(split);
    table_unref(t);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_copy_that_stays_is_chosen),
        cmocka_unit_test(test_near_rows_are_copies),
        cmocka_unit_test(test_rows_to_be_predicted_are_no_copies_nor_originals),
        cmocka_unit_test(test_filter_keeps_what_is_true),
        cmocka_unit_test(test_filter_places_its_errors_in_the_line),
        cmocka_unit_test(test_drop_missing_looks_at_the_columns_named_or_all),
        cmocka_unit_test(test_dedupe_keeps_the_first_or_the_last),
        cmocka_unit_test(test_dedupe_of_many_rows),
        cmocka_unit_test(test_rows_to_be_predicted_make_no_copies),
        cmocka_unit_test(test_no_rows_and_one_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
