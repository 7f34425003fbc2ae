#include "table_make.h"

#include <stdio.h>

#include "base/mem.h"

static struct table *people(void)
{
    static const char *const names[] = { "name", "age", "height" };
    struct column *columns[] = {
        MAKE(COLUMN_CATEGORY, "Ann", "Bob", "Cy", "Dee"),
        MAKE(COLUMN_INT, "31", NULL, "7", "64"),
        MAKE(COLUMN_REAL, "1.7", "1.8", "1.2", NULL),
    };

    return make_table(names, columns, 3);
}

/* ---------------------------------------------------------------- making */

static void test_new_checks_lengths_and_names(void **state)
{
    static const struct {
        const char *names[2], *message;
        bool shorter;
    } cases[] = {
        { { "a", "a" }, "two columns are called 'a'; rename one", false },
        { { "a", "" }, "column 2 has no name; give it one", false },
        { { "a", "b" },
          "column b has 1 rows and the table 2; give it as many as the others",
          true },
    };

    for (size_t k = 0; k < COUNT(cases); k++) {
        struct err err = { 0 };
        struct table *t;
        struct column *columns[] = {
            MAKE(COLUMN_INT, "1", "2"),
            cases[k].shorter ? MAKE(COLUMN_INT, "1") : MAKE(COLUMN_INT, "1", "2"),
        };
        assert_int_equal(table_new(&t, columns, cases[k].names, 2, 2, NULL, &err), -1);
        assert_int_equal(err.code, ERR_SHAPE);
        assert_string_equal(err.msg, cases[k].message);
    }
    (void)state;
}

static void test_too_many_rows(void **state)
{
    struct err err = { 0 };
    struct table *t;

    assert_int_equal(table_new(&t, NULL, NULL, 0, (size_t)UINT32_MAX + 1, NULL, &err), -1);
    assert_int_equal(err.code, ERR_SHAPE);
    assert_string_equal(err.msg,
                        "4294967296 rows; a table takes 4294967295 at most; load a sample");
    (void)state;
}

static void test_no_columns_is_a_table(void **state)
{
    struct err err = { 0 };
    struct table *t;

    assert_int_equal(table_new(&t, NULL, NULL, 0, 5, NULL, &err), 0);
    assert_int_equal(t->n_rows, 5);
    assert_null(table_column(t, "a", &err));
    assert_string_equal(err.msg, "no column 'a'; the table has no columns");
    table_unref(t);
    (void)state;
}

static void test_names_are_copied(void **state)
{
    struct err err = { 0 };
    char name[] = "a";
    const char *names[] = { name };
    struct column *columns[] = { MAKE(COLUMN_INT, "1") };
    struct table *t;

    assert_int_equal(table_new(&t, columns, names, 1, 1, NULL, &err), 0);
    name[0] = 'z';
    assert_int_equal(table_find(t, "a"), 0);
    table_unref(t);
    (void)state;
}

/* ---------------------------------------------------------------- finding */

static void test_find_and_did_you_mean(void **state)
{
    struct table *t = people();
    struct err err = { 0 };

    assert_int_equal(table_find(t, "age"), 1);
    assert_int_equal(table_find(t, "Age"), -1);
    assert_ptr_equal(table_column(t, "age", &err), table_at(t, 1));
    assert_int_equal(err.code, ERR_NONE);
    assert_null(table_column(t, "agee", &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.msg, "no column 'agee'; did you mean age?");
    assert_null(table_column(t, "quux", &err));
    assert_string_equal(err.msg, "no column 'quux'; there are name, age, height");
    table_unref(t);
    (void)state;
}

static void test_long_lists_of_names_are_cut(void **state)
{
    const char *names[] = { "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b1" };
    struct column *columns[10];
    struct err err = { 0 };

    for (size_t j = 0; j < 10; j++)
        columns[j] = MAKE(COLUMN_INT, "1");
    struct table *t = make_table(names, columns, 10);
    assert_null(table_column(t, "population", &err));
    assert_string_equal(err.msg, "no column 'population'; there are a1, a2, a3, a4, a5, a6, a7, a8 "
                                 "and 2 more");
    table_unref(t);
    (void)state;
}

/* ---------------------------------------------------------------- other columns */

static void test_put_replaces_or_appends_and_shares_the_rest(void **state)
{
    struct table *t = people(), *with, *more;
    struct err err = { 0 };

    assert_int_equal(table_put(&with, t, "age", MAKE(COLUMN_INT, "1", "2", "3", "4"), &err), 0);
    assert_int_equal(with->n_cols, 3);
    assert_cells(table_at(with, 1), "1 2 3 4");
    assert_ptr_equal(table_at(with, 0), table_at(t, 0));
    assert_ptr_equal(with->origin, t->origin);
    assert_cells(table_at(t, 1), "31 · 7 64");
    assert_int_equal(table_put(&more, with, "new", column_ref(table_at(t, 2)), &err), 0);
    assert_int_equal(more->n_cols, 4);
    assert_string_equal(table_name(more, 3), "new");
    table_unref(t);
    table_unref(with);
    table_unref(more);
    (void)state;
}

static void test_put_of_wrong_length(void **state)
{
    struct table *t = people(), *with;
    struct err err = { 0 };

    assert_int_equal(table_put(&with, t, "x", MAKE(COLUMN_INT, "1"), &err), -1);
    assert_string_equal(err.msg, "column x has 1 rows and the table 4; give it as many as the "
                                 "others");
    assert_int_equal(table_put(&with, t, "", MAKE(COLUMN_INT, "1", "2", "3", "4"), &err), -1);
    assert_string_equal(err.msg, "column 4 has no name; give it one");
    table_unref(t);
    (void)state;
}

static void test_select_and_rename(void **state)
{
    struct table *t = people(), *some, *renamed;
    struct err err = { 0 };

    assert_int_equal(table_select(&some, t, (const size_t[]){ 2, 0 }, 2, &err), 0);
    assert_string_equal(table_name(some, 0), "height");
    assert_ptr_equal(table_at(some, 1), table_at(t, 0));
    table_unref(some);
    assert_int_equal(table_select(&some, t, (const size_t[]){ 1, 1 }, 2, &err), -1);
    assert_string_equal(err.msg, "two columns are called 'age'; rename one");
    assert_int_equal(table_rename(&renamed, t, 1, "years", &err), 0);
    assert_int_equal(table_find(renamed, "years"), 1);
    assert_int_equal(table_find(renamed, "age"), -1);
    table_unref(renamed);
    assert_int_equal(table_rename(&renamed, t, 1, "age", &err), 0);
    table_unref(renamed);
    assert_int_equal(table_rename(&renamed, t, 1, "name", &err), -1);
    assert_int_equal(err.code, ERR_SHAPE);
    table_unref(t);
    (void)state;
}

/* ---------------------------------------------------------------- other rows */

static void test_row_numbers_and_lines_survive_every_step(void **state)
{
    static const char *const names[] = { "x" };
    struct err err = { 0 };
    struct column *columns[] = { MAKE(COLUMN_TEXT, "a", "b", "c", "d") };
    struct buffer *lines;
    struct table *t, *odd, *last, *head, *put;

    assert_int_equal(buffer_new(&lines, 4, sizeof(int64_t), "lines", &err), 0);
    for (int64_t i = 0; i < 4; i++)
        ((int64_t *)lines->data)[i] = 2 + 3 * i;
    assert_int_equal(table_new(&t, columns, names, 1, 4, lines, &err), 0);
    assert_int_equal(table_row_number(t, 3), 4);
    assert_int_equal(table_line(t, 3), 11);

    assert_int_equal(table_take(&odd, t, (const uint32_t[]){ 1, 3 }, 2, &err), 0);
    assert_int_equal(table_row_number(odd, 0), 2);
    assert_int_equal(table_take(&last, odd, (const uint32_t[]){ 1 }, 1, &err), 0);
    assert_cells(table_at(last, 0), "d");
    assert_int_equal(table_index_of(odd, 2), 0);
    assert_int_equal(table_index_of(odd, 3), TABLE_NO_ROW);
    assert_int_equal(table_row_number(last, 0), 4);
    assert_int_equal(table_line(last, 0), 11);
    assert_int_equal(table_put(&put, last, "y", MAKE(COLUMN_INT, "1"), &err), 0);
    assert_int_equal(table_line(put, 0), 11);
    assert_int_equal(table_take(&head, odd, NULL, 1, &err), 0);
    assert_int_equal(table_row_number(head, 0), 2);
    table_unref(t);
    table_unref(odd);
    table_unref(last);
    table_unref(head);
    table_unref(put);
    (void)state;
}

static void test_take_of_all_is_the_table(void **state)
{
    struct table *t = people(), *all, *none;
    struct err err = { 0 };

    assert_int_equal(table_take(&all, t, NULL, 4, &err), 0);
    assert_ptr_equal(all, t);
    assert_int_equal(table_line(t, 0), 0);
    assert_int_equal(table_take(&none, t, NULL, 0, &err), 0);
    assert_int_equal(none->n_rows, 0);
    assert_int_equal(none->n_cols, 3);
    assert_ptr_equal(table_at(none, 0)->levels, table_at(t, 0)->levels);
    table_unref(all);
    table_unref(none);
    table_unref(t);
    (void)state;
}

static void test_take_out_of_memory_leaves_the_table(void **state)
{
    struct table *t = people(), *got;
    struct digest before = table_digest(t);
    size_t n = 0;
    int rc = -1;

    while (rc && ++n < 50) {
        struct err err = { 0 };
        mem_big_fail_after(n);
        rc = table_take(&got, t, (const uint32_t[]){ 3, 1 }, 2, &err);
        mem_big_fail_after(0);
        assert_int_equal(err.code, rc ? ERR_NOMEM : ERR_NONE);
    }
    assert_in_range(n, 4, 20);
    table_unref(got);
    assert_true(digest_eq(before, table_digest(t)));
    table_unref(t);
    (void)state;
}

/* ---------------------------------------------------------------- the whole */

static void test_digest_covers_names_values_order_and_row_numbers(void **state)
{
    struct table *t = people(), *variant[5];
    struct err err = { 0 };
    struct digest d = table_digest(t);

    assert_int_equal(table_rename(&variant[0], t, 1, "years", &err), 0);
    assert_int_equal(table_put(&variant[1], t, "age", MAKE(COLUMN_INT, "31", "0", "7", "64"), &err),
                     0);
    assert_int_equal(
        table_put(&variant[2], t, "age", MAKE(COLUMN_REAL, "31", NULL, "7", "64"), &err), 0);
    assert_int_equal(table_select(&variant[3], t, (const size_t[]){ 1, 0, 2 }, 3, &err), 0);
    assert_int_equal(table_take(&variant[4], t, NULL, 3, &err), 0);
    for (size_t k = 0; k < COUNT(variant); k++) {
        assert_false(digest_eq(d, table_digest(variant[k])));
        table_unref(variant[k]);
    }
    table_unref(t);
    (void)state;
}

static void test_digest_sees_which_rows_went(void **state)
{
    static const char *const names[] = { "x" };
    struct err err = { 0 };
    struct column *columns[] = { MAKE(COLUMN_INT, "5", "5", "5") };
    struct table *t = make_table(names, columns, 1), *first, *last, *head;

    assert_int_equal(table_take(&first, t, (const uint32_t[]){ 0, 1 }, 2, &err), 0);
    assert_int_equal(table_take(&last, t, (const uint32_t[]){ 1, 2 }, 2, &err), 0);
    assert_int_equal(table_take(&head, t, NULL, 2, &err), 0);
    assert_false(digest_eq(table_digest(first), table_digest(last)));
    assert_true(digest_eq(table_digest(first), table_digest(head)));
    table_unref(t);
    table_unref(first);
    table_unref(last);
    table_unref(head);
    (void)state;
}

static void test_bytes(void **state)
{
    struct table *t = people();
    size_t sum = 0;

    for (size_t j = 0; j < t->n_cols; j++)
        sum += column_bytes(table_at(t, j));
    assert_int_equal(table_bytes(t), sum);
    table_unref(t);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_checks_lengths_and_names),
        cmocka_unit_test(test_too_many_rows),
        cmocka_unit_test(test_no_columns_is_a_table),
        cmocka_unit_test(test_names_are_copied),
        cmocka_unit_test(test_find_and_did_you_mean),
        cmocka_unit_test(test_long_lists_of_names_are_cut),
        cmocka_unit_test(test_put_replaces_or_appends_and_shares_the_rest),
        cmocka_unit_test(test_put_of_wrong_length),
        cmocka_unit_test(test_select_and_rename),
        cmocka_unit_test(test_row_numbers_and_lines_survive_every_step),
        cmocka_unit_test(test_take_of_all_is_the_table),
        cmocka_unit_test(test_take_out_of_memory_leaves_the_table),
        cmocka_unit_test(test_digest_covers_names_values_order_and_row_numbers),
        cmocka_unit_test(test_digest_sees_which_rows_went),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
