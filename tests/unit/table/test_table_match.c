#include "table_make.h"

#include <stdio.h>

static struct table *measures(void)
{
    static const char *const names[] = { "id", "len_a", "len_b", "kind" };
    struct column *columns[] = { MAKE(COLUMN_INT, "1"), MAKE(COLUMN_REAL, "1"),
                                 MAKE(COLUMN_TEXT, "1"), MAKE(COLUMN_CATEGORY, "x") };

    return make_table(names, columns, 4);
}

static bool is_number(const void *ctx, const struct table *t, size_t col)
{
    (void)ctx;
    return column_is_number(table_at(t, col));
}

/* The matched indices as text, or the error's message. */
static void assert_match(const char *const *words, size_t n, table_accept *accept, const char *want)
{
    struct table *t = measures();
    struct arena arena;
    struct err err = { 0 };
    struct str got;
    size_t *cols, n_cols;

    arena_init(&arena);
    str_init(&got);
    if (table_match(&cols, &n_cols, t, words, n, accept, NULL, &arena, &err)) {
        assert_int_equal(err.code, ERR_USAGE);
        str_add(&got, err.msg);
    } else {
        for (size_t k = 0; k < n_cols; k++)
            str_addf(&got, "%s%zu", k ? " " : "", cols[k]);
    }
    assert_string_equal(got.buf, want);
    str_release(&got);
    arena_release(&arena);
    table_unref(t);
}

#define MATCH(accept, want, ...)                                                                   \
    assert_match((const char *const[]){ __VA_ARGS__ },                                             \
                 COUNT(((const char *const[]){ __VA_ARGS__ })), accept, want)

static void test_names_patterns_and_all(void **state)
{
    MATCH(NULL, "0 1 2 3", "all");
    MATCH(NULL, "1 2", "len_*");
    MATCH(NULL, "1 3", "kind", "len_a");
    MATCH(NULL, "0 1 2", "len_a", "id", "len_?", "id");
    MATCH(NULL, "1 2", "len_[ab]");
    (void)state;
}

static void test_accept_bounds_patterns_not_names(void **state)
{
    MATCH(is_number, "0 1", "all");
    MATCH(is_number, "1", "len_*");
    MATCH(is_number, "0 1 3", "all", "kind");
    (void)state;
}

static void test_nothing_matches(void **state)
{
    MATCH(NULL, "no column 'lena'; did you mean len_a?", "all", "lena");
    MATCH(NULL, "no column of a type that fits matches 'x*'; name the columns", "x*");
    MATCH(is_number, "no column of a type that fits matches 'k*'; name the columns", "k*");
    assert_match(NULL, 0, NULL, "no columns are given; name some, a pattern or all");
    (void)state;
}

static bool accept_none(const void *ctx, const struct table *t, size_t col)
{
    (void)ctx;
    (void)t;
    (void)col;
    return false;
}

static void test_all_of_nothing(void **state)
{
    MATCH(accept_none, "no column of a type that fits; name the columns", "all");
    (void)state;
}

/* A name that reads like a pattern or like `all` is a name first. */
static void test_names_go_first(void **state)
{
    static const char *const names[] = { "all", "a*", "ab" };
    struct column *columns[] = { MAKE(COLUMN_INT, "1"), MAKE(COLUMN_INT, "1"),
                                 MAKE(COLUMN_INT, "1") };
    struct table *t = make_table(names, columns, 3);
    struct arena arena;
    struct err err = { 0 };
    size_t *cols, n;

    arena_init(&arena);
    assert_int_equal(
        table_match(&cols, &n, t, (const char *const[]){ "all" }, 1, NULL, NULL, &arena, &err), 0);
    assert_int_equal(n, 1);
    assert_int_equal(cols[0], 0);
    assert_int_equal(
        table_match(&cols, &n, t, (const char *const[]){ "a*" }, 1, NULL, NULL, &arena, &err), 0);
    assert_int_equal(n, 1);
    assert_int_equal(cols[0], 1);
    arena_release(&arena);
    table_unref(t);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_patterns_and_all),
        cmocka_unit_test(test_accept_bounds_patterns_not_names),
        cmocka_unit_test(test_nothing_matches),
        cmocka_unit_test(test_all_of_nothing),
        cmocka_unit_test(test_names_go_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
