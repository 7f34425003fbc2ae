/* Cross tables and patterns of missing cells. */
#include "looking_data.h"

#include "base/mem.h"
#include "profile/crosstab.h"
#include "profile/missing_patterns.h"

static void test_a_cross_table_has_scipys_chi_square(void **state)
{
    struct table *t = looking_table();
    const struct column *columns[] = { table_at(t, 2), table_at(t, 3) };
    struct crosstab c;
    size_t total = 0;

    (void)state;
    assert_int_equal(crosstab_of(&c, columns, 2, NULL, NULL), 0);
    assert_int_equal(c.columns[0].n, 5);
    assert_int_equal(c.columns[1].n, 4);
    assert_int_equal(c.n, 20);
    for (size_t i = 0; i < c.n; i++)
        total += c.items[i].count;
    assert_int_equal(total, LOOKING_ROWS);
    assert_figure(c.chi2, "chi2", "k", "g", 13);
    assert_figure(c.chi2_p, "chi2_p", "k", "g", 10);
    assert_figure(c.cramers_v, "cramers_v", "k", "g", 13);
    assert_int_equal(c.df, 12);
    crosstab_release(&c);
    table_unref(t);
}

static void test_missing_is_a_value_that_chi_square_leaves_out(void **state)
{
    struct column *a = MAKE(COLUMN_TEXT, "x", "y", "x", NULL, "y", "x"),
                  *b = MAKE(COLUMN_BOOL, "true", "false", "true", "true", NULL, "false");
    const struct column *columns[] = { a, b };
    struct crosstab c;

    (void)state;
    assert_int_equal(crosstab_of(&c, columns, 2, NULL, NULL), 0);
    assert_int_equal(c.columns[0].n, 3);
    assert_true(c.columns[0].values[2].missing);
    assert_int_equal(c.columns[0].values[2].row, 3);
    assert_int_equal(c.n, 5);
    assert_float_equal(c.chi2, 4.0 / 3, 1e-14); /* scipy: [[1, 2], [1, 0]] without correction */
    crosstab_release(&c);
    column_unref(a);
    column_unref(b);
}

static void test_three_columns_and_no_rows(void **state)
{
    struct table *t = looking_table(), *none;
    const struct column *columns[] = { table_at(t, 3), table_at(t, 2), table_at(t, 3) };
    struct crosstab c;

    (void)state;
    assert_int_equal(crosstab_of(&c, columns, 3, NULL, NULL), 0);
    assert_int_equal(c.n, 20);
    for (size_t i = 0; i < c.n; i++)
        assert_int_equal(c.items[i].places[0], c.items[i].places[2]);
    assert_true(isnan(c.chi2));
    crosstab_release(&c);
    assert_int_equal(table_take(&none, t, NULL, 0, NULL), 0);
    const struct column *empty[] = { table_at(none, 0), table_at(none, 3) };
    assert_int_equal(crosstab_of(&c, empty, 2, NULL, NULL), 0);
    assert_int_equal(c.n, 0);
    crosstab_release(&c);
    table_unref(none);
    table_unref(t);
}

static void test_patterns_of_missing_cells(void **state)
{
    static const char *const names[] = { "a", "b", "c" };
    struct column *columns[] = { MAKE(COLUMN_INT, "1", NULL, "3", NULL, "5", "6", "7", "8", NULL),
                                 MAKE(COLUMN_TEXT, "x", NULL, "y", "z", "x", "y", "z", "x", NULL),
                                 MAKE(COLUMN_REAL, "1", "2", "3", "4", "5", "6", "7", "8", "9") };
    struct table *t = make_table(names, columns, 3), *none;
    struct missing_patterns p;

    (void)state;
    assert_int_equal(missing_patterns_of(&p, t, NULL, NULL), 0);
    assert_int_equal(p.n, 3);
    assert_int_equal(p.items[0].count, 6);
    assert_int_equal(p.items[0].row, 0);
    assert_int_equal(p.items[1].count, 2);
    assert_int_equal(p.items[1].row, 1);
    assert_int_equal(p.items[2].row, 3);
    missing_patterns_release(&p);
    assert_int_equal(table_take(&none, t, NULL, 0, NULL), 0);
    assert_int_equal(missing_patterns_of(&p, none, NULL, NULL), 0);
    assert_int_equal(p.n, 0);
    missing_patterns_release(&p);
    table_unref(none);
    table_unref(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cross_table_has_scipys_chi_square),
        cmocka_unit_test(test_missing_is_a_value_that_chi_square_leaves_out),
        cmocka_unit_test(test_three_columns_and_no_rows),
        cmocka_unit_test(test_patterns_of_missing_cells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
