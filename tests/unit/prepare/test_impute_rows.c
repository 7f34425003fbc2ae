/* Imputing by group, by neighbours and by regression.  Reference values:
 * tests/reference/impute_sklearn.py. */
#include "prepare_make.h"

#include <math.h>
#include <stdio.h>

#include "base/parallel.h"
#include "io/reader.h"

#define N_TRAIN 40

static struct table *reference(void)
{
    const char *path = ASSAY_SOURCE_DIR "/tests/reference/impute_sklearn.csv";
    const struct reader *reader;
    struct source *source;
    struct err err = { 0 };

    assert_int_equal(reader_find(&reader, path, NULL, &err), 0);
    if (source_read(&source, path, reader, NULL, NULL, &err))
        fail_msg("%s", err.msg);
    struct table *t = table_ref(source->table);
    source_unref(source);
    return t;
}

/* The five columns after a step that learned from the first rows equal those that begin with
 * `prefix`, to `tolerance` of their size. */
static void assert_like_reference(const char *line, const char *prefix, double tolerance)
{
    struct table *all = reference(), *t;
    struct recipe *r = RECIPE(line), *split = recipe_set_split(r, 0);
    size_t cols[5] = { 0, 1, 2, 3, 4 };
    uint8_t part[60];

    for (size_t i = 0; i < 60; i++)
        part[i] = i < N_TRAIN ? PART_TRAIN : PART_PREDICT;
    assert_int_equal(table_select(&t, all, cols, 5, NULL), 0);
    struct recipe_run *run = run_recipe(split, t, part, NULL);
    const struct table *out = recipe_run_result(run);
    for (size_t j = 0; j < 5; j++) {
        char name[32];
        snprintf(name, sizeof(name), "%s%zu", prefix, j);
        const struct column *want = col(all, name), *is = table_at(out, j);
        assert_int_equal(is->n_missing, 0);
        for (size_t i = 0; i < 60; i++) {
            double a = column_number(is, i), b = column_number(want, i);
            if (!(fabs(a - b) <= tolerance * (1 + fabs(b))))
                fail_msg("%s row %zu: %.17g, not %.17g", name, i, a, b);
        }
    }
    recipe_run_unref(run);
    recipe_unref(split);
    recipe_unref(r);
    table_unref(t);
    table_unref(all);
}

static void test_neighbours_are_scikit_learn_s(void **state)
{
    assert_like_reference("impute all method=knn", "uniform", 1e-12);
    assert_like_reference("impute all method=knn n_neighbors=3 weights=distance", "distance",
                          1e-12);
    (void)state;
}

static void test_regressions_are_scikit_learn_s(void **state)
{
    assert_like_reference("impute all method=iterative", "iterative", 1e-9);
    assert_like_reference(
        "impute all method=iterative max_iter=3 min_value=-5 max_value=60 tol=0.000001", "bounded",
        1e-9);
    (void)state;
}

static void test_threads_change_no_bit(void **state)
{
    const char *const lines[] = { "impute all method=knn weights=distance",
                                  "impute all method=iterative" };
    struct table *t = reference();

    for (size_t k = 0; k < 2; k++) {
        struct recipe *r = RECIPE(lines[k]);
        parallel_set_threads(1);
        struct recipe_run *one = run_recipe(r, t, NULL, NULL);
        for (size_t threads = 2; threads <= 4; threads += 2) {
            parallel_set_threads(threads);
            struct recipe_run *more = run_recipe(r, t, NULL, NULL);
            assert_saved_equal(one->fitted, more->fitted);
            assert_tables_equal(recipe_run_result(one), recipe_run_result(more));
            recipe_run_unref(more);
        }
        recipe_run_unref(one);
        recipe_unref(r);
    }
    parallel_set_threads(0);
    table_unref(t);
    (void)state;
}

static void test_groups_have_values_of_their_own(void **state)
{
    struct column *c[] = { MAKE(COLUMN_CATEGORY, "a", "a", "a", "b", "b", "b", NULL, "c"),
                           MAKE(COLUMN_INT, "1", "3", NULL, "10", "13", NULL, NULL, NULL),
                           MAKE(COLUMN_CATEGORY, "x", "x", NULL, "y", "y", NULL, NULL, NULL) };
    struct table *t = make_table((const char *const[]){ "g", "v", "w" }, c, 3);
    struct table *out = APPLY(t, "impute v w by=g");

    /* b has 10 and 13, so 11.5, and the column is real; c and the missing group get the overall. */
    assert_cells(col(out, "v"), "1.0 3.0 2.0 10.0 13.0 11.5 6.5 6.5");
    assert_cells(col(out, "w"), "x x x y y y x x");
    table_unref(out);
    out = APPLY(t, "impute v by=g,w method=mean");
    assert_cell(col(out, "v"), 2, "6.75"); /* w is missing: in no group */
    table_unref(out);
    assert_step_refused(t, "impute g v by=g",
                        "g names the groups and cannot be filled by them; leave it out of by=, or "
                        "of the columns to fill");
    table_unref(t);
    (void)state;
}

static void test_words_vote(void **state)
{
    struct column *c[] = { MAKE(COLUMN_REAL, "1", "1.1", "1.2", "9", "9.1", "9.2", "1.05", "9.05"),
                           MAKE(COLUMN_CATEGORY, "a", "b", "a", "z", "z", "y", NULL, NULL),
                           MAKE(COLUMN_BOOL, "yes", "yes", "no", "no", "no", "yes", NULL, NULL) };
    struct table *t = make_table((const char *const[]){ "v", "w", "f" }, c, 3);
    struct table *out = APPLY(t, "impute w f method=knn n_neighbors=3 from=v");

    assert_cells(col(out, "w"), "a b a z z y a z");
    assert_cells(col(out, "f"), "true true false false false true true false");
    assert_int_equal(col(out, "w")->type, COLUMN_CATEGORY);
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_parameters_of_another_method_are_refused(void **state)
{
    struct table *t = birds();

    assert_step_refused(t, "impute all n_neighbors=3",
                        "n_neighbors= goes with method=knn, not with method=auto");
    assert_step_refused(t, "impute all from=sex",
                        "from= goes with method=knn and method=iterative, not with method=auto");
    assert_step_refused(t, "impute all by=sex method=knn",
                        "by= goes with mean, median and mode, not with method=knn; from= names "
                        "columns that knn and iterative look at");
    assert_step_refused(t, "impute all method=iterative min_value=3 max_value=3",
                        "min_value=3 is not below max_value=3");
    table_unref(t);
    (void)state;
}

static void test_without_values_in_training_rows(void **state)
{
    struct column *c[] = { MAKE(COLUMN_REAL, "1", "2", "3", NULL),
                           MAKE(COLUMN_REAL, NULL, NULL, NULL, NULL),
                           MAKE(COLUMN_REAL, NULL, "5", NULL, NULL) };
    struct table *t = make_table((const char *const[]){ "a", "b", "c" }, c, 3);
    struct table *out = APPLY(t, "impute all method=knn n_neighbors=2");

    assert_cells(col(out, "a"), "1.0 2.0 3.0 2.0"); /* knows nothing: the mean */
    assert_cells(col(out, "b"), "· · · ·");
    assert_cells(col(out, "c"), "5.0 5.0 5.0 5.0");
    table_unref(out);
    out = APPLY(t, "impute all method=iterative");
    assert_cells(col(out, "b"), "· · · ·");
    assert_int_equal(col(out, "c")->n_missing, 0);
    table_unref(out);
    table_unref(t);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neighbours_are_scikit_learn_s),
        cmocka_unit_test(test_regressions_are_scikit_learn_s),
        cmocka_unit_test(test_threads_change_no_bit),
        cmocka_unit_test(test_groups_have_values_of_their_own),
        cmocka_unit_test(test_words_vote),
        cmocka_unit_test(test_parameters_of_another_method_are_refused),
        cmocka_unit_test(test_without_values_in_training_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
