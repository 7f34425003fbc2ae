/* Reference values: tests/reference/outliers_sklearn.py. */
#include "prepare_make.h"

#include <math.h>
#include <stdio.h>

#include "base/parallel.h"
#include "io/reader.h"
#include "num/isolation.h"
#include "num/robust.h"

static struct table *reference(void)
{
    const char *path = ASSAY_SOURCE_DIR "/tests/reference/outliers_sklearn.csv";
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

static void reference_matrix(struct matrix *x, const struct table *t)
{
    assert_int_equal(matrix_new(x, t->n_rows, 3, "x", NULL), 0);
    for (size_t j = 0; j < 3; j++)
        for (size_t i = 0; i < t->n_rows; i++)
            matrix_col(x, j)[i] = column_number(table_at(t, j), i);
}

static void test_a_forest_scores_as_scikit_learn_s(void **state)
{
    struct table *t = reference();
    struct isolation_forest f;
    struct arena arena;
    struct matrix x;
    double score[300], again[300], worst = 0, bias = 0;

    arena_init(&arena);
    reference_matrix(&x, t);
    assert_int_equal(isolation_grow(&f, &x, 500, 256, 7, &arena, NULL, NULL), 0);
    isolation_scores(score, &f, &x);
    for (size_t i = 0; i < 300; i++) {
        double off = score[i] - column_number(col(t, "score"), i);
        worst = fabs(off) > worst ? fabs(off) : worst;
        bias += off / 300;
    }
    assert_true(worst < 0.03); /* 500 trees scatter by about 0.005 */
    assert_true(fabs(bias) < 0.005);
    for (size_t threads = 1; threads <= 4; threads *= 2) {
        parallel_set_threads(threads);
        assert_int_equal(isolation_grow(&f, &x, 500, 256, 7, &arena, NULL, NULL), 0);
        isolation_scores(again, &f, &x);
        assert_memory_equal(again, score, sizeof(score));
    }
    parallel_set_threads(0);
    matrix_release(&x);
    arena_release(&arena);
    table_unref(t);
    (void)state;
}

static void test_distances_are_those_of_min_cov_det(void **state)
{
    struct table *t = reference();
    struct robust r;
    struct arena arena;
    struct matrix x;
    double square[300];

    arena_init(&arena);
    reference_matrix(&x, t);
    assert_int_equal(robust_fit(&r, &x, &arena, NULL, NULL), 0);
    assert_false(r.shrunk);
    robust_squares(square, &r, &x);
    for (size_t i = 0; i < 300; i++) {
        double want = column_number(col(t, "square"), i);
        if (fabs(square[i] - want) > 0.1 * (1 + want)) /* from another half of the rows */
            fail_msg("row %zu: %g, not %g", i, square[i], want);
    }
    matrix_release(&x);
    arena_release(&arena);
    table_unref(t);
    (void)state;
}

static struct table *numbers(void)
{
    struct column *c[] = {
        MAKE(COLUMN_INT, "1", "2", "3", "4", "5", "6", "7", "8", "9", "100", NULL, "-90"),
        MAKE(COLUMN_REAL, "1", "1", "1", "1", "1", "1", "1", "1", "2", "9", "nan", "inf"),
        MAKE(COLUMN_INT, "4", "4", "4", "4", "4", "4", "4", "4", "4", "4", "4", "4"),
    };

    return make_table((const char *const[]){ "n", "r", "k" }, c, 3);
}

static void test_flags_say_why(void **state)
{
    struct table *t = numbers(), *out = APPLY(t, "outliers n k");

    assert_names(out, "n r k outlier outlier_reason");
    assert_cells(col(out, "outlier"),
                 "false false false false false false false false false true false true");
    assert_cell(col(out, "outlier_reason"), 9, "n 100 > 15");
    assert_cell(col(out, "outlier_reason"), 11, "n -90 < -5");
    assert_cell(col(out, "outlier_reason"), 0, "·");
    table_unref(out);
    out = APPLY(t, "outliers n", "outliers r method=zscore threshold=2 name=far");
    assert_names(out, "n r k outlier outlier_reason far far_reason");
    assert_cell(col(out, "far"), 9, "true");
    assert_cell(col(out, "far"), 11, "true");  /* infinite */
    assert_cell(col(out, "far"), 10, "false"); /* NaN */
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_cells_are_clipped_or_emptied(void **state)
{
    struct table *t = numbers(), *out = APPLY(t, "outliers n action=clip");

    assert_int_equal(col(out, "n")->type, COLUMN_INT);
    assert_cells(col(out, "n"), "1 2 3 4 5 6 7 8 9 15 · -5");
    assert_ptr_equal(col(out, "k"), col(t, "k"));
    table_unref(out);
    out = APPLY(t, "outliers n method=mad action=missing");
    assert_cells(col(out, "n"), "1 2 3 4 5 6 7 8 9 · · ·");
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_half_of_the_values_the_same(void **state)
{
    struct table *t = numbers(), *out = APPLY(t, "outliers r method=iqr action=missing");

    assert_ptr_equal(col(out, "r"), col(t, "r")); /* no bounds: nothing is guessed */
    table_unref(out);
    out = APPLY(t, "outliers r method=mad action=missing");
    assert_cells(col(out, "r"), "1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 2.0 · nan ·");
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_rows_to_be_predicted_stay(void **state)
{
    struct table *t = numbers();
    struct recipe *r = RECIPE("outliers n action=remove"), *split = recipe_set_split(r, 0);
    const uint8_t part[12] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0 };
    struct recipe_run *all = run_recipe(r, t, NULL, NULL);
    struct recipe_run *run = run_recipe(split, t, part, NULL);

    assert_int_equal(recipe_run_result(all)->n_rows, 10);
    assert_int_equal(recipe_run_result(run)->n_rows, 11);
    assert_cells(col(recipe_run_result(run), "n"), "1 2 3 4 5 6 7 8 9 · -90");
    assert_int_equal(recipe_run_part(run, 10), PART_PREDICT);
    recipe_run_unref(all);
    recipe_run_unref(run);
    recipe_unref(r);
    recipe_unref(split);
    table_unref(t);
    (void)state;
}

static void test_rows_in_several_columns(void **state)
{
    struct table *t = reference();
    struct table *out = APPLY(t, "outliers a b c method=mahalanobis",
                              "outliers a b c method=isolation-forest name=forest seed=3");

    assert_cell(col(out, "outlier"), 0, "true");
    assert_cell(col(out, "forest"), 0, "true");
    assert_cell(col(out, "outlier"), 1, "false");
    table_unref(out);
    out = APPLY(t, "outliers a b c method=mahalanobis action=remove");
    assert_in_range(out->n_rows, 285, 293);
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_what_cannot_be_is_said(void **state)
{
    struct table *t = numbers();

    assert_step_refused(t, "outliers n method=mahalanobis action=clip",
                        "method=mahalanobis judges whole rows, so that no cell can be told from "
                        "the others; take action=flag or action=remove");
    assert_step_refused(t, "outliers n method=quantile threshold=0.5",
                        "threshold=0.5 is out of range; method=quantile takes one below 0.5");
    assert_step_refused(t, "outliers k method=isolation-forest",
                        "no column varies in the 12 rows to learn from");
    assert_step_refused(t, "outliers n name=k",
                        "there is a column k or k_reason already; name= gives another name");
    table_unref(t);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_forest_scores_as_scikit_learn_s),
        cmocka_unit_test(test_distances_are_those_of_min_cov_det),
        cmocka_unit_test(test_flags_say_why),
        cmocka_unit_test(test_cells_are_clipped_or_emptied),
        cmocka_unit_test(test_half_of_the_values_the_same),
        cmocka_unit_test(test_rows_to_be_predicted_stay),
        cmocka_unit_test(test_rows_in_several_columns),
        cmocka_unit_test(test_what_cannot_be_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
