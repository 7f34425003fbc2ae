/* correlate against scipy and scikit-learn (tests/reference/make_looking.py). */
#include "looking_data.h"

#include "base/mem.h"
#include "base/parallel.h"
#include "profile/association.h"

static void associate_all(struct associations *out, const struct table *t)
{
    size_t columns[32];
    struct err err = { 0 };
    const struct association_request q = {
        .columns = columns, .n_columns = t->n_cols, .target = SIZE_MAX, .kendall = true
    };

    for (size_t j = 0; j < t->n_cols; j++)
        columns[j] = j;
    if (associate(out, t, &q, NULL, &err))
        fail_msg("%s", err.msg);
}

static void check_numbers(const struct associations *all, size_t a, size_t b, const char *x,
                          const char *y)
{
    const struct association *p = associations_find(all, b, a);

    assert_figure(p->pearson, "pearson", x, y, 13);
    assert_figure(p->spearman, "spearman", x, y, 13);
    assert_figure(p->kendall, "kendall", x, y, 13);
    if (p->pearson_p > 1e-300) /* scipy rounds less to 0 */
        assert_figure(p->pearson_p, "pearson_p", x, y, 10);
    assert_figure(p->spearman_p, "spearman_p", x, y, 10);
    assert_figure(p->kendall_p, "kendall_p", x, y, 10);
}

static void test_figures_are_those_of_scipy(void **state)
{
    struct table *t = looking_table(), *words;
    struct associations all;
    struct column *k;

    (void)state;
    associate_all(&all, t);
    check_numbers(&all, 0, 1, "x", "y");
    check_numbers(&all, 0, 2, "x", "k");
    check_numbers(&all, 1, 2, "y", "k");
    assert_int_equal(associations_find(&all, 0, 1)->n, 897);
    const struct association *mixed = associations_find(&all, 0, 3);
    assert_int_equal(mixed->kind, ASSOCIATION_MIXED);
    assert_figure(mixed->eta, "eta", "g", "x", 13);
    assert_figure(mixed->eta_p, "eta_p", "g", "x", 10);
    associations_release(&all);
    assert_int_equal(column_cast(&k, table_at(t, 2), COLUMN_CATEGORY, NULL, NULL, 0, NULL), 0);
    assert_int_equal(table_put(&words, t, "k", k, NULL), 0);
    associate_all(&all, words);
    const struct association *p = associations_find(&all, 2, 3);
    assert_int_equal(p->kind, ASSOCIATION_CATEGORIES);
    assert_figure(p->chi2, "chi2", "k", "g", 13);
    assert_figure(p->chi2_p, "chi2_p", "k", "g", 10);
    assert_figure(p->cramers_v, "cramers_v", "k", "g", 13);
    assert_figure(p->cramers_v_corrected, "cramers_v_corrected", "k", "g", 10);
    assert_figure(p->mutual, "mutual", "k", "g", 11);
    associations_release(&all);
    table_unref(words);
    table_unref(t);
}

/* k as an int has five values, fewer than bins: its information is that of its categories. */
static void test_information_of_few_numbers_is_that_of_their_values(void **state)
{
    struct table *t = looking_table();
    struct associations all;

    (void)state;
    associate_all(&all, t);
    assert_figure(associations_find(&all, 2, 3)->mutual, "mutual", "k", "g", 11);
    associations_release(&all);
    table_unref(t);
}

static void test_odd_columns(void **state)
{
    static const char *const names[] = { "one", "gone", "same", "alike", "word", "up", "down" };
    struct column *columns[] = {
        MAKE(COLUMN_REAL, "1", "nan", "inf", "4", "5", "6"),
        MAKE(COLUMN_REAL, NULL, NULL, NULL, NULL, NULL, NULL),
        MAKE(COLUMN_INT, "7", "7", "7", "7", "7", "7"),
        MAKE(COLUMN_CATEGORY, "a", "a", "a", "a", "a", "a"),
        MAKE(COLUMN_TEXT, "a", "b", "c", "a", "b", NULL),
        MAKE(COLUMN_INT, "1", "2", "3", "4", "5", "6"),
        MAKE(COLUMN_REAL, "-1e308", "-2e307", "-3e300", "0", "1", "1.5e308"),
    };
    struct table *t = make_table(names, columns, 7);
    struct associations all;

    (void)state;
    associate_all(&all, t);
    assert_int_equal(all.n_pairs, 21);
    assert_int_equal(associations_find(&all, 0, 5)->n, 4);
    assert_float_equal(associations_find(&all, 0, 5)->pearson, 1, 1e-12);
    assert_int_equal(associations_find(&all, 1, 5)->n, 0);
    assert_true(isnan(associations_find(&all, 1, 5)->pearson));
    assert_true(isnan(associations_find(&all, 2, 5)->pearson));
    assert_true(isnan(associations_find(&all, 2, 5)->kendall));
    assert_true(isnan(associations_find(&all, 3, 4)->cramers_v));
    assert_float_equal(associations_find(&all, 3, 4)->mutual, 0, 0);
    assert_true(isnan(associations_find(&all, 2, 4)->eta));
    assert_float_equal(associations_find(&all, 5, 6)->spearman, 1, 1e-12);
    assert_true(associations_find(&all, 5, 6)->pearson > 0.5);
    associations_release(&all);
    table_unref(t);
}

static void test_no_rows_and_one(void **state)
{
    struct table *t = looking_table(), *few;
    struct associations all;

    (void)state;
    for (size_t n = 0; n < 3; n++) {
        assert_int_equal(table_take(&few, t, NULL, n, NULL), 0);
        associate_all(&all, few);
        assert_int_equal(all.n_pairs, 6);
        associations_release(&all);
        table_unref(few);
    }
    table_unref(t);
}

static void test_threads_do_not_matter(void **state)
{
    struct table *t = looking_table();
    struct associations one, more;

    (void)state;
    parallel_set_threads(1);
    associate_all(&one, t);
    for (size_t n = 2; n <= 4; n += 2) {
        parallel_set_threads(n);
        associate_all(&more, t);
        assert_memory_equal(one.pairs, more.pairs, one.n_pairs * sizeof(*one.pairs));
        associations_release(&more);
    }
    associations_release(&one);
    parallel_set_threads(0);
    table_unref(t);
}

static void test_only_the_target_and_some_rows(void **state)
{
    static const uint32_t rows[] = { 1, 2, 3, 5, 8, 13, 21, 34, 55, 89 };
    static const size_t columns[] = { 3, 2, 0 };
    const struct association_request q = { .columns = columns,
                                           .n_columns = 3,
                                           .target = 1,
                                           .target_is_category = true,
                                           .rows = rows,
                                           .n_rows = 10 };
    struct table *t = looking_table();
    struct associations all;

    (void)state;
    assert_int_equal(associate(&all, t, &q, NULL, NULL), 0);
    assert_int_equal(all.n_pairs, 2);
    assert_int_equal(all.pairs[0].kind, ASSOCIATION_CATEGORIES);
    assert_int_equal(all.pairs[1].kind, ASSOCIATION_MIXED);
    assert_int_equal(all.pairs[1].n, 10);
    associations_release(&all);
    table_unref(t);
}

static void test_running_out_of_memory_is_an_error(void **state)
{
    struct table *t = looking_table();
    static const size_t columns[] = { 0, 1, 2, 3 };
    const struct association_request q = {
        .columns = columns, .n_columns = 4, .target = SIZE_MAX, .kendall = true
    };
    int rc = -1;

    (void)state;
    parallel_set_threads(1);
    for (size_t n = 1; rc && n < 200; n++) {
        struct associations all;
        struct err err = { 0 };
        mem_big_fail_after(n);
        rc = associate(&all, t, &q, NULL, &err);
        mem_big_fail_after(0);
        assert_int_equal(err.code, rc ? ERR_NOMEM : ERR_NONE);
        if (!rc)
            associations_release(&all);
    }
    assert_int_equal(rc, 0);
    parallel_set_threads(0);
    table_unref(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_are_those_of_scipy),
        cmocka_unit_test(test_information_of_few_numbers_is_that_of_their_values),
        cmocka_unit_test(test_odd_columns),
        cmocka_unit_test(test_no_rows_and_one),
        cmocka_unit_test(test_threads_do_not_matter),
        cmocka_unit_test(test_only_the_target_and_some_rows),
        cmocka_unit_test(test_running_out_of_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
