#include "table_make.h"

#include "base/mem.h"
#include "table/diff.h"

static struct table *base_table(void)
{
    static const char *const names[] = { "a", "b", "c" };
    struct column *columns[] = {
        MAKE(COLUMN_INT, "1", "2", NULL, "4"),
        MAKE(COLUMN_REAL, "0.5", "nan", "2.5", NULL),
        MAKE(COLUMN_CATEGORY, "x", "y", NULL, "x"),
    };

    return make_table(names, columns, 3);
}

static struct diff *diff_of(const struct table *before, const struct table *after)
{
    struct err err = { 0 };
    struct diff *d;

    assert_int_equal(diff_tables(&d, before, after, &err), 0);
    return d;
}

static struct table *with(const struct table *t, const char *name, struct column *take)
{
    struct err err = { 0 };
    struct table *out;

    assert_int_equal(table_put(&out, t, name, take, &err), 0);
    return out;
}

static void test_same_table(void **state)
{
    struct table *t = base_table();
    struct diff *d = diff_of(t, t);

    assert_int_equal(d->n_columns, 3);
    assert_int_equal(d->cells_changed + d->rows_removed + d->columns_added + d->columns_dropped, 0);
    assert_null(d->row_before);
    assert_null(d->rows_gone);
    for (size_t j = 0; j < 3; j++) {
        assert_int_equal(d->columns[j].kind, DIFF_SAME);
        assert_null(d->columns[j].changed);
    }
    diff_free(d);
    table_unref(t);
    (void)state;
}

/* Shared columns are not looked at: no large block is asked for, so none can fail. */
static void test_shared_columns_cost_nothing(void **state)
{
    struct table *t = base_table(), *after;
    struct err err = { 0 };
    struct diff *d;

    assert_int_equal(table_select(&after, t, (const size_t[]){ 2, 0 }, 2, &err), 0);
    mem_big_fail_after(1);
    assert_int_equal(diff_tables(&d, t, after, &err), 0);
    mem_big_fail_after(0);
    assert_int_equal(d->cells_changed, 0);
    assert_int_equal(d->columns_dropped, 1);
    assert_int_equal(d->columns[2].kind, DIFF_DROPPED);
    assert_int_equal(d->columns[2].before, 1);
    assert_int_equal(d->columns[2].after, -1);
    diff_free(d);
    table_unref(after);
    table_unref(t);
    (void)state;
}

static void test_changed_cells(void **state)
{
    struct table *t = base_table();
    struct table *after = with(t, "a", MAKE(COLUMN_INT, "1", "5", "3", NULL));
    struct diff *d = diff_of(t, after);

    assert_int_equal(d->columns[0].kind, DIFF_CHANGED);
    assert_int_equal(d->columns[0].n_changed, 3);
    assert_int_equal(d->cells_changed, 3);
    assert_false(diff_cell(d, 0, 0));
    assert_true(diff_cell(d, 1, 0) && diff_cell(d, 2, 0) && diff_cell(d, 3, 0));
    assert_false(diff_cell(d, 1, 1));
    assert_int_equal(diff_row_before(d, 2), 2);
    diff_free(d);
    table_unref(after);
    table_unref(t);
    (void)state;
}

/* A copy with other levels but the same texts, NaN in place: nothing changed. */
static void test_equal_copies_are_the_same(void **state)
{
    struct table *t = base_table();
    struct table *one = with(t, "b", MAKE(COLUMN_REAL, "0.5", "nan", "2.5", NULL));
    struct table *after = with(one, "c", MAKE(COLUMN_CATEGORY, "x", "y", NULL, "x"));
    struct diff *d = diff_of(t, after);

    assert_int_equal(d->cells_changed, 0);
    assert_int_equal(d->columns[1].kind, DIFF_SAME);
    assert_null(d->columns[1].changed);
    assert_int_equal(d->columns[2].kind, DIFF_SAME);
    diff_free(d);
    table_unref(one);
    table_unref(after);
    table_unref(t);
    (void)state;
}

/* What a cell says counts, not how it is stored: 1, 1.0 and '1' are one value, 007 is another. */
static void test_retyped_column_counts_cells_that_say_something_else(void **state)
{
    struct table *t = base_table();
    struct table *after = with(t, "a", MAKE(COLUMN_REAL, "1", "2.5", NULL, "4"));
    struct diff *d = diff_of(t, after);

    assert_int_equal(d->columns[0].kind, DIFF_CHANGED);
    assert_int_equal(d->columns[0].n_changed, 1);
    assert_true(diff_cell(d, 1, 0));
    diff_free(d);
    table_unref(after);
    after = with(t, "a", MAKE(COLUMN_TEXT, "1", "02", NULL, "4"));
    d = diff_of(t, after);
    assert_int_equal(d->columns[0].n_changed, 1);
    assert_true(diff_cell(d, 1, 0));
    diff_free(d);
    table_unref(after);
    after = with(t, "b", MAKE(COLUMN_CATEGORY, "0.5", "nan", "2.50", NULL));
    d = diff_of(t, after);
    assert_int_equal(d->columns[1].n_changed, 1);
    diff_free(d);
    table_unref(after);
    table_unref(t);
    (void)state;
}

static void test_added_and_renamed_columns(void **state)
{
    struct table *t = base_table(), *renamed;
    struct err err = { 0 };

    assert_int_equal(table_rename(&renamed, t, 1, "z", &err), 0);
    struct table *after = with(renamed, "new", MAKE(COLUMN_INT, "1", "2", "3", "4"));
    struct diff *d = diff_of(t, after);
    assert_int_equal(d->n_columns, 4);
    assert_int_equal(d->columns[1].kind, DIFF_RENAMED);
    assert_int_equal(d->columns[1].before, 1);
    assert_int_equal(d->columns[3].kind, DIFF_ADDED);
    assert_int_equal(d->columns[3].before, -1);
    assert_int_equal(d->columns_renamed, 1);
    assert_int_equal(d->columns_added, 1);
    assert_int_equal(d->columns_dropped, 0);
    assert_int_equal(d->cells_changed, 0);
    assert_false(diff_cell(d, 0, 3));
    diff_free(d);
    table_unref(renamed);
    table_unref(after);
    table_unref(t);
    (void)state;
}

/* The same object under a second name is an addition while the first name stays, and a column goes
 * on under one new name only. */
static void test_copies_are_not_renamed(void **state)
{
    struct table *t = base_table(), *first;
    struct err err = { 0 };
    struct table *copy = with(t, "a2", column_ref(table_at(t, 0)));
    struct diff *d = diff_of(t, copy);

    assert_int_equal(d->columns[3].kind, DIFF_ADDED);
    diff_free(d);
    assert_int_equal(table_rename(&first, copy, 0, "a1", &err), 0);
    d = diff_of(t, first);
    assert_int_equal(d->columns_renamed, 1);
    assert_int_equal(d->columns_added, 1);
    diff_free(d);
    table_unref(first);
    table_unref(copy);
    table_unref(t);
    (void)state;
}

static void test_removed_rows(void **state)
{
    struct table *t = base_table(), *some;
    struct err err = { 0 };

    assert_int_equal(table_take(&some, t, (const uint32_t[]){ 1, 3 }, 2, &err), 0);
    struct table *after = with(some, "a", MAKE(COLUMN_INT, "2", "9"));
    struct diff *d = diff_of(t, after);
    assert_int_equal(d->rows_removed, 2);
    assert_int_equal(((const uint32_t *)d->rows_gone->data)[0], 0);
    assert_int_equal(((const uint32_t *)d->rows_gone->data)[1], 2);
    assert_int_equal(diff_row_before(d, 0), 1);
    assert_int_equal(diff_row_before(d, 1), 3);
    assert_int_equal(d->cells_changed, 1);
    assert_true(diff_cell(d, 1, 0));
    diff_free(d);
    table_unref(some);
    table_unref(after);
    table_unref(t);
    (void)state;
}

/* Two steps of removing: numbers are the source's, indices are those of the table before. */
static void test_removed_twice_and_all(void **state)
{
    struct table *t = base_table(), *some, *one, *none;
    struct err err = { 0 };
    struct diff *d;

    assert_int_equal(table_take(&some, t, (const uint32_t[]){ 1, 2, 3 }, 3, &err), 0);
    assert_int_equal(table_take(&one, some, (const uint32_t[]){ 1 }, 1, &err), 0);
    d = diff_of(some, one);
    assert_int_equal(d->rows_removed, 2);
    assert_int_equal(diff_row_before(d, 0), 1);
    assert_int_equal(((const uint32_t *)d->rows_gone->data)[1], 2);
    diff_free(d);
    assert_int_equal(table_take(&none, t, NULL, 0, &err), 0);
    d = diff_of(t, none);
    assert_int_equal(d->rows_removed, 4);
    size_t row = SIZE_MAX, col = 0;
    assert_false(diff_next(d, &row, &col));
    assert_false(diff_previous(d, &row, &col));
    diff_free(d);
    table_unref(none);
    table_unref(one);
    table_unref(some);
    table_unref(t);
    (void)state;
}

static void test_rows_noted_but_none_gone(void **state)
{
    struct table *t = base_table(), *all;
    struct err err = { 0 };
    struct diff *d;

    assert_int_equal(table_take(&all, t, (const uint32_t[]){ 0, 1, 2, 3 }, 4, &err), 0);
    d = diff_of(t, all);
    assert_int_equal(d->rows_removed, 0);
    assert_null(d->row_before);
    assert_null(d->rows_gone);
    assert_int_equal(d->cells_changed, 0);
    diff_free(d);
    table_unref(all);
    table_unref(t);
    (void)state;
}

static void test_foreign_rows_are_refused(void **state)
{
    struct table *t = base_table(), *some, *turned;
    struct err err = { 0 };
    struct diff *d;

    assert_int_equal(table_take(&some, t, (const uint32_t[]){ 1, 2 }, 2, &err), 0);
    assert_int_equal(table_take(&turned, t, (const uint32_t[]){ 2, 1 }, 2, &err), 0);
    assert_int_equal(diff_tables(&d, some, t, &err), -1);
    assert_int_equal(err.code, ERR_SHAPE);
    assert_string_equal(err.msg,
                        "4 rows after and 2 before; only tables of one source, in the same "
                        "order, can be compared");
    assert_int_equal(diff_tables(&d, t, turned, &err), -1);
    assert_string_equal(err.msg, "row 2 was not in the table before; only tables of one source, in "
                                 "the same order, can be compared");
    table_unref(some);
    table_unref(turned);
    table_unref(t);
    (void)state;
}

/* ---------------------------------------------------------------- from change to change */

/* A table of 200 rows and three columns, of which the outer two change here and there. */
static struct diff *scattered(void)
{
    enum { N = 200 };
    static const char *const names[] = { "p", "q", "r" };
    static const size_t changes[][2] = { { 0, 0 }, { 0, 2 }, { 63, 2 }, { 64, 0 }, { 199, 2 } };
    struct err err = { 0 };
    struct column *before[3], *after[3];

    for (size_t j = 0; j < 3; j++) {
        assert_int_equal(column_new(&before[j], COLUMN_INT, N, NULL, &err), 0);
        assert_int_equal(column_new(&after[j], COLUMN_INT, N, NULL, &err), 0);
    }
    for (size_t k = 0; k < COUNT(changes); k++)
        column_ints_mut(after[changes[k][1]])[changes[k][0]] = 1;
    struct table *a = make_table(names, before, 3), *b = make_table(names, after, 3);
    struct diff *d = diff_of(a, b);
    table_unref(a);
    table_unref(b);
    return d;
}

static void test_next_and_previous_visit_the_same_cells(void **state)
{
    static const size_t want[][2] = { { 0, 0 }, { 0, 2 }, { 63, 2 }, { 64, 0 }, { 199, 2 } };
    struct diff *d = scattered();
    size_t row = SIZE_MAX, col = 0;

    for (size_t k = 0; k < COUNT(want); k++) {
        assert_true(diff_next(d, &row, &col));
        assert_int_equal(row, want[k][0]);
        assert_int_equal(col, want[k][1]);
    }
    assert_false(diff_next(d, &row, &col));
    assert_int_equal(row, 199);
    row = SIZE_MAX;
    for (size_t k = COUNT(want); k-- > 0;) {
        assert_true(diff_previous(d, &row, &col));
        assert_int_equal(row, want[k][0]);
        assert_int_equal(col, want[k][1]);
    }
    assert_false(diff_previous(d, &row, &col));
    assert_int_equal(row, 0);
    assert_int_equal(col, 0);
    diff_free(d);
    (void)state;
}

/* The first column's change comes first, though the second has one in the same word of its bitmap. */
static void test_walk_passes_no_row_over(void **state)
{
    struct table *t = base_table();
    struct table *one = with(t, "a", MAKE(COLUMN_INT, "1", "9", NULL, "4"));
    struct table *both = with(one, "c", MAKE(COLUMN_CATEGORY, "x", "y", NULL, "z"));
    struct diff *d = diff_of(t, both);
    size_t row = SIZE_MAX, col = 0;

    assert_true(diff_next(d, &row, &col));
    assert_true(row == 1 && col == 0);
    assert_true(diff_next(d, &row, &col));
    assert_true(row == 3 && col == 2);
    assert_false(diff_next(d, &row, &col));
    diff_free(d);
    table_unref(both);
    table_unref(one);
    table_unref(t);
    (void)state;
}

/* Rows on either side that the other has not, in another order. */
static void test_any_two_tables_of_a_source(void **state)
{
    struct table *t = base_table(), *a, *b;
    struct table *other = with(t, "a", MAKE(COLUMN_INT, "1", "9", NULL, "5"));
    struct err err = { 0 };
    struct diff *d;
    size_t only_a, only_b;

    assert_int_equal(table_take(&a, t, (const uint32_t[]){ 0, 1, 3 }, 3, &err), 0);
    assert_int_equal(table_take(&b, other, (const uint32_t[]){ 3, 2, 1 }, 3, &err), 0);
    assert_int_equal(diff_any(&d, &only_a, &only_b, a, b, &err), 0);
    assert_int_equal(only_a, 1);
    assert_int_equal(only_b, 1);
    assert_int_equal(d->cells_changed, 2);
    assert_int_equal(table_row_number(d->after, 0), 4);
    diff_free(d);
    assert_int_equal(diff_any(&d, &only_a, &only_b, t, a, &err), 0);
    assert_int_equal(only_a, 1);
    assert_int_equal(only_b, 0);
    assert_int_equal(d->rows_removed, 1);
    diff_free(d);
    table_unref(a);
    table_unref(b);
    table_unref(other);
    table_unref(t);
    (void)state;
}

static void test_walk_from_an_unchanged_cell(void **state)
{
    struct diff *d = scattered();
    size_t row = 0, col = 1;

    assert_true(diff_next(d, &row, &col));
    assert_true(row == 0 && col == 2);
    row = 0;
    col = 1;
    assert_true(diff_previous(d, &row, &col));
    assert_true(row == 0 && col == 0);
    row = 100;
    col = 1;
    assert_true(diff_previous(d, &row, &col));
    assert_true(row == 64 && col == 0);
    diff_free(d);
    (void)state;
}

/* ---------------------------------------------------------------- many rows, no memory */

static void test_counts_over_several_chunks(void **state)
{
    enum { N = 30000 };
    static const char *const names[] = { "x" };
    struct err err = { 0 };
    struct column *a, *b;
    size_t want = 0;

    assert_int_equal(column_new(&a, COLUMN_REAL, N, NULL, &err), 0);
    assert_int_equal(column_new(&b, COLUMN_REAL, N, NULL, &err), 0);
    for (size_t i = 0; i < N; i += 3) {
        column_reals_mut(b)[i] = 1;
        want++;
    }
    struct table *before = make_table(names, &a, 1), *after = make_table(names, &b, 1);
    struct diff *d = diff_of(before, after);
    assert_int_equal(d->cells_changed, want);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(diff_cell(d, i, 0), i % 3 == 0);
    diff_free(d);
    table_unref(before);
    table_unref(after);
    (void)state;
}

static void test_diff_out_of_memory(void **state)
{
    struct table *t = base_table(), *some;
    struct err none = { 0 };
    struct diff *d;
    size_t n = 0;
    int rc = -1;

    assert_int_equal(table_take(&some, t, (const uint32_t[]){ 1, 3 }, 2, &none), 0);
    while (rc && ++n < 50) {
        struct err err = { 0 };
        mem_big_fail_after(n);
        rc = diff_tables(&d, t, some, &err);
        mem_big_fail_after(0);
        assert_int_equal(err.code, rc ? ERR_NOMEM : ERR_NONE);
    }
    assert_in_range(n, 4, 10);
    diff_free(d);
    diff_free(NULL);
    table_unref(some);
    table_unref(t);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_table),
        cmocka_unit_test(test_shared_columns_cost_nothing),
        cmocka_unit_test(test_changed_cells),
        cmocka_unit_test(test_equal_copies_are_the_same),
        cmocka_unit_test(test_retyped_column_counts_cells_that_say_something_else),
        cmocka_unit_test(test_added_and_renamed_columns),
        cmocka_unit_test(test_copies_are_not_renamed),
        cmocka_unit_test(test_removed_rows),
        cmocka_unit_test(test_removed_twice_and_all),
        cmocka_unit_test(test_rows_noted_but_none_gone),
        cmocka_unit_test(test_foreign_rows_are_refused),
        cmocka_unit_test(test_next_and_previous_visit_the_same_cells),
        cmocka_unit_test(test_walk_from_an_unchanged_cell),
        cmocka_unit_test(test_walk_passes_no_row_over),
        cmocka_unit_test(test_any_two_tables_of_a_source),
        cmocka_unit_test(test_counts_over_several_chunks),
        cmocka_unit_test(test_diff_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
