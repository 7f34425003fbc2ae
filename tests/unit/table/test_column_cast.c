#include "table_make.h"

#include "base/mem.h"

/* Cast cells and compare the exact texts and the rows that lost their value. */
static void assert_cast(enum column_type from, const char *const *cells, size_t n,
                        enum column_type to, const char *want, size_t want_lost)
{
    struct err err = { 0 };
    struct column *c = make_column(from, cells, n), *got;
    uint32_t lost[8];
    size_t n_lost = 99;

    assert_int_equal(column_cast(&got, c, to, &n_lost, lost, COUNT(lost), &err), 0);
    assert_int_equal(got->type, to);
    assert_cells(got, want);
    assert_int_equal(n_lost, want_lost);
    assert_int_equal(got->n_missing, c->n_missing + n_lost);
    for (size_t k = 0; k < n_lost; k++)
        assert_true(column_missing(got, lost[k]) && !column_missing(c, lost[k]));
    column_unref(got);
    column_unref(c);
}

#define CAST(from, to, want, want_lost, ...)                                                       \
    assert_cast(from, (const char *const[]){ __VA_ARGS__ },                                        \
                COUNT(((const char *const[]){ __VA_ARGS__ })), to, want, want_lost)

static void test_text_to_values(void **state)
{
    CAST(COLUMN_TEXT, COLUMN_INT, "12 · · 5 · ·", 3, "12", NULL, "1.5", "5.0", "", "x");
    CAST(COLUMN_CATEGORY, COLUMN_REAL, "1.5 · nan 1000.0 ·", 1, "1.5", "?", "nan", "1e3", NULL);
    CAST(COLUMN_TEXT, COLUMN_BOOL, "true false true · ·", 1, "yes", "0", "1", "2", NULL);
    CAST(COLUMN_TEXT, COLUMN_DATE, "2024-02-29 · 1969-12-31", 1, "2024/02/29", "2023-02-29",
         "1969-12-31T23:00Z");
    CAST(COLUMN_TEXT, COLUMN_TIMESTAMP, "2024-02-29T00:00:00Z 2024-02-29T10:00:00Z ·", 1,
         "2024-02-29", "2024-02-29 12:00+02:00", "noon");
    CAST(COLUMN_TEXT, COLUMN_INT, "9223372036854775807 · -9223372036854775808", 1,
         "9223372036854775807", "9223372036854775808", "-9223372036854775808");
    (void)state;
}

static void test_values_to_text(void **state)
{
    CAST(COLUMN_REAL, COLUMN_TEXT, "5.0 0.1 · inf", 0, "5", "0.1", NULL, "inf");
    CAST(COLUMN_INT, COLUMN_CATEGORY, "10 9 10 ·", 0, "10", "9", "10", NULL);
    CAST(COLUMN_BOOL, COLUMN_TEXT, "true false", 0, "T", "F");
    CAST(COLUMN_TIMESTAMP, COLUMN_TEXT, "2024-02-29T12:30:00Z", 0, "2024-02-29 12:30");
    CAST(COLUMN_CATEGORY, COLUMN_TEXT, "b a · b", 0, "b", "a", NULL, "b");
    CAST(COLUMN_TEXT, COLUMN_CATEGORY, "b a · b", 0, "b", "a", NULL, "b");
    (void)state;
}

static void test_between_numbers(void **state)
{
    CAST(COLUMN_REAL, COLUMN_INT, "5 · · -3 · · · ·", 5, "5", "5.5", NULL, "-3", "nan", "inf",
         "1e19", "9223372036854775808");
    CAST(COLUMN_REAL, COLUMN_BOOL, "true false · · ·", 2, "1", "0", "0.5", "nan", NULL);
    CAST(COLUMN_INT, COLUMN_BOOL, "true false ·", 1, "1", "0", "-1");
    CAST(COLUMN_BOOL, COLUMN_INT, "1 0 ·", 0, "T", "F", NULL);
    CAST(COLUMN_BOOL, COLUMN_REAL, "1.0 0.0", 0, "T", "F");
    CAST(COLUMN_INT, COLUMN_REAL, "7.0 9007199254740992.0", 0, "7", "9007199254740993");
    (void)state;
}

static void test_between_dates(void **state)
{
    CAST(COLUMN_DATE, COLUMN_TIMESTAMP, "1969-12-31T00:00:00Z ·", 0, "1969-12-31", NULL);
    CAST(COLUMN_TIMESTAMP, COLUMN_DATE, "1969-12-31 1970-01-01", 0, "1969-12-31T23:59:59.9Z",
         "1970-01-01T00:00Z");
    (void)state;
}

static void test_date_beyond_microseconds_is_lost(void **state)
{
    struct err err = { 0 };
    struct column *c, *got;
    size_t n_lost;

    assert_int_equal(column_new(&c, COLUMN_DATE, 1, NULL, &err), 0);
    column_codes_mut(c)[0] = INT32_MAX;
    assert_int_equal(column_cast(&got, c, COLUMN_TIMESTAMP, &n_lost, NULL, 0, &err), 0);
    assert_int_equal(n_lost, 1);
    assert_true(column_missing(got, 0));
    column_unref(got);
    column_unref(c);
    (void)state;
}

static void test_lost_rows_are_listed_up_to_the_most(void **state)
{
    struct err err = { 0 };
    struct column *c = MAKE(COLUMN_TEXT, "a", "1", "b", "c"), *got;
    uint32_t lost[2] = { 9, 9 };
    size_t n_lost;

    assert_int_equal(column_cast(&got, c, COLUMN_INT, &n_lost, lost, 2, &err), 0);
    assert_int_equal(n_lost, 3);
    assert_int_equal(lost[0], 0);
    assert_int_equal(lost[1], 2);
    column_unref(got);
    assert_int_equal(column_cast(&got, c, COLUMN_INT, NULL, NULL, 0, &err), 0);
    column_unref(got);
    column_unref(c);
    (void)state;
}

static void test_same_type_is_the_same_column(void **state)
{
    struct err err = { 0 };
    struct column *c = MAKE(COLUMN_DATE, "2024-02-29"), *got;
    size_t n_lost = 9;

    assert_int_equal(column_cast(&got, c, COLUMN_DATE, &n_lost, NULL, 0, &err), 0);
    assert_ptr_equal(got, c);
    assert_int_equal(n_lost, 0);
    column_unref(got);
    column_unref(c);
    (void)state;
}

static void test_numbers_are_no_dates(void **state)
{
    static const enum column_type numbers[] = { COLUMN_BOOL, COLUMN_INT, COLUMN_REAL };
    static const enum column_type times[] = { COLUMN_DATE, COLUMN_TIMESTAMP };
    struct column *got;

    for (size_t a = 0; a < COUNT(numbers); a++)
        for (size_t b = 0; b < COUNT(times); b++) {
            struct column *n = make_column(numbers[a], (const char *[]){ "1" }, 1);
            struct column *t = make_column(times[b], (const char *[]){ "2024-02-29" }, 1);
            struct err err = { 0 };
            assert_int_equal(column_cast(&got, n, times[b], NULL, NULL, 0, &err), -1);
            assert_int_equal(err.code, ERR_SHAPE);
            assert_int_equal(column_cast(&got, t, numbers[a], NULL, NULL, 0, &err), -1);
            assert_int_equal(err.code, ERR_SHAPE);
            column_unref(n);
            column_unref(t);
        }
    (void)state;
}

static void test_refusals_say_what_to_do(void **state)
{
    struct column *n = MAKE(COLUMN_INT, "1"), *d = MAKE(COLUMN_DATE, "2024-02-29"), *got;
    struct err err = { 0 };

    assert_int_equal(column_cast(&got, n, COLUMN_DATE, NULL, NULL, 0, &err), -1);
    assert_string_equal(err.msg, "int cannot become date; make text like 2024-02-29 of it and cast "
                                 "that");
    assert_int_equal(column_cast(&got, d, COLUMN_REAL, NULL, NULL, 0, &err), -1);
    assert_string_equal(err.msg, "date cannot become real; derive a part of it, as year(x), or the "
                                 "days between two");
    column_unref(n);
    column_unref(d);
    (void)state;
}

static void test_cast_out_of_memory(void **state)
{
    struct column *c = MAKE(COLUMN_TEXT, "1", "x"), *got;

    for (size_t n = 1; n <= 2; n++) {
        struct err err = { 0 };
        mem_big_fail_after(n);
        assert_int_equal(column_cast(&got, c, COLUMN_INT, NULL, NULL, 0, &err), -1);
        mem_big_fail_after(0);
        assert_int_equal(err.code, ERR_NOMEM);
    }
    column_unref(c);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_to_values),
        cmocka_unit_test(test_values_to_text),
        cmocka_unit_test(test_between_numbers),
        cmocka_unit_test(test_between_dates),
        cmocka_unit_test(test_date_beyond_microseconds_is_lost),
        cmocka_unit_test(test_lost_rows_are_listed_up_to_the_most),
        cmocka_unit_test(test_same_type_is_the_same_column),
        cmocka_unit_test(test_numbers_are_no_dates),
        cmocka_unit_test(test_refusals_say_what_to_do),
        cmocka_unit_test(test_cast_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
