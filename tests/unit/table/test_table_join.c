/* Joins against a plain twin, and what they report; append. */
#include "table_make.h"

#include "table/cell.h"
#include "table/table_join.h"

/* A table of two columns: k (int, -1 missing) and v. */
static struct table *pairs(const int *k, const int *v, size_t n, const char *value_name)
{
    const char *names[] = { "k", value_name };
    struct column *columns[2];
    struct column_builder b;
    struct err err = { 0 };
    struct table *t;

    for (int c = 0; c < 2; c++) {
        builder_init(&b, COLUMN_INT, n);
        for (size_t i = 0; i < n; i++)
            if ((c ? v : k)[i] == -1)
                builder_add_missing(&b);
            else
                builder_add_int(&b, (c ? v : k)[i]);
        assert_int_equal(builder_finish(&columns[c], &b, &err), 0);
    }
    assert_int_equal(table_new(&t, columns, names, 2, n, NULL, &err), 0);
    return t;
}

static char *text_of(const struct table *t)
{
    struct str out;

    str_init(&out);
    for (size_t j = 0; j < t->n_cols; j++)
        str_addf(&out, "%s%s", j ? " " : "", table_name(t, j));
    for (size_t i = 0; i < t->n_rows; i++) {
        str_add(&out, " /");
        for (size_t j = 0; j < t->n_cols; j++) {
            str_add_char(&out, ' ');
            cell_show(&out, table_at(t, j), i, 17, ".");
        }
    }
    char *text = str_take(&out);
    str_release(&out);
    return text;
}

static const int lk[] = { 1, 2, -1, 2, 5 }, lv[] = { 10, 20, 30, 40, 50 };
static const int rk[] = { 2, 3, 2, 1, -1 }, rv[] = { 7, 8, 9, 6, 5 };

static void assert_join(enum join_how how, const char *expected)
{
    struct table *l = pairs(lk, lv, 5, "v"), *r = pairs(rk, rv, 5, "v");
    const char *by[] = { "k" };
    struct err err = { 0 };
    struct join j;

    if (table_join(&j, l, r, by, 1, how, NULL, &err))
        fail_msg("%s", err.msg);
    char *got = text_of(j.table);
    assert_string_equal(got, expected);
    assert_int_equal(j.n_matched, 3);
    assert_int_equal(j.n_left_only, 2);
    assert_int_equal(j.n_missing_left, 1);
    assert_int_equal(j.n_right_only, 2);
    assert_int_equal(j.n_keys_twice, 1);
    assert_int_equal(j.left_only[0], 2);
    assert_int_equal(j.right_only[0], 1);
    mem_free(got);
    join_release(&j);
    table_unref(l);
    table_unref(r);
}

static void test_every_kind_of_join(void **state)
{
    (void)state;
    assert_join(JOIN_LEFT,
                "k v v_2 / 1 10 6 / 2 20 7 / 2 20 9 / . 30 . / 2 40 7 / 2 40 9 / 5 50 .");
    assert_join(JOIN_INNER, "k v v_2 / 1 10 6 / 2 20 7 / 2 20 9 / 2 40 7 / 2 40 9");
    assert_join(JOIN_FULL, "k v v_2 / 1 10 6 / 2 20 7 / 2 20 9 / . 30 . / 2 40 7 / 2 40 9 / 5 50 . "
                           "/ 3 . 8 / . . 5");
    assert_join(JOIN_SEMI, "k v / 1 10 / 2 20 / 2 40");
    assert_join(JOIN_ANTI, "k v / . 30 / 5 50");
}

/* Random keys against two loops. */
static void test_a_plain_twin_agrees(void **state)
{
    unsigned seed = 7;

    (void)state;
    for (int round = 0; round < 50; round++) {
        int a[40], b[40], v[40];
        size_t n = (size_t)round % 40, m = 40 - n, k = 0;
        for (size_t i = 0; i < 40; i++) {
            seed = seed * 1103515245u + 12345u;
            a[i] = (int)(seed >> 16) % 12 - 1;
            seed = seed * 1103515245u + 12345u;
            b[i] = (int)(seed >> 16) % 12 - 1;
            v[i] = (int)i;
        }
        struct table *l = pairs(a, v, n, "x"), *r = pairs(b, v, m, "y");
        const char *by[] = { "k" };
        struct err err = { 0 };
        struct join j;
        assert_int_equal(table_join(&j, l, r, by, 1, JOIN_LEFT, NULL, &err), 0);
        const uint32_t *left = j.left->data, *right = j.right->data;
        for (size_t i = 0; i < n; i++) {
            size_t before = k;
            for (size_t o = 0; o < m; o++)
                if (a[i] == b[o] && a[i] != -1) {
                    assert_int_equal(left[k], i);
                    assert_int_equal(right[k++], o);
                }
            if (k == before) {
                assert_int_equal(left[k], i);
                assert_true(right[k++] == JOIN_NO_ROW);
            }
        }
        assert_int_equal(k, j.table->n_rows);
        join_release(&j);
        table_unref(l);
        table_unref(r);
    }
}

static void test_keys_that_do_not_fit(void **state)
{
    struct table *l = pairs(lk, lv, 5, "v"), *r = pairs(rk, rv, 5, "w"), *words;
    const char *by[] = { "k" }, *other[] = { "z" };
    struct err err = { 0 };
    struct column *c;
    struct join j;

    (void)state;
    assert_int_equal(table_join(&j, l, r, other, 1, JOIN_LEFT, NULL, &err), -1);
    assert_non_null(strstr(err.msg, "no column 'z'"));
    err_clear(&err);
    assert_int_equal(column_cast(&c, table_at(r, 0), COLUMN_TEXT, NULL, NULL, 0, &err), 0);
    assert_int_equal(table_put(&words, r, "k", c, &err), 0);
    assert_int_equal(table_join(&j, l, words, by, 1, JOIN_LEFT, NULL, &err), -1);
    assert_non_null(strstr(err.msg, "the key k is int here and text in the table to join"));
    err_clear(&err);
    /* int and real are numbers both */
    table_unref(words);
    assert_int_equal(column_cast(&c, table_at(r, 0), COLUMN_REAL, NULL, NULL, 0, &err), 0);
    assert_int_equal(table_put(&words, r, "k", c, &err), 0);
    assert_int_equal(table_join(&j, l, words, by, 1, JOIN_INNER, NULL, &err), 0);
    assert_int_equal(j.table->n_rows, 5);
    join_release(&j);
    table_unref(words);
    table_unref(l);
    table_unref(r);
}

static void test_append(void **state)
{
    struct table *l = pairs(lk, lv, 2, "v"), *r = pairs(rk, rv, 2, "w"), *t;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(table_append(&t, l, r, &err), 0);
    char *got = text_of(t);
    assert_string_equal(got, "k v w / 1 10 . / 2 20 . / 2 . 7 / 3 . 8");
    mem_free(got);
    table_unref(t);
    table_unref(l);
    table_unref(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_join),
        cmocka_unit_test(test_a_plain_twin_agrees),
        cmocka_unit_test(test_keys_that_do_not_fit),
        cmocka_unit_test(test_append),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
