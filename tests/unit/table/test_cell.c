#include "table_make.h"

#include <math.h>

/* ---------------------------------------------------------------- calendar */

/* Day by day over the years that can be read, against the rules of the calendar. */
static void test_calendar_counts_every_day(void **state)
{
    int32_t days = calendar_days(1, 1, 1);

    assert_int_equal(calendar_days(1970, 1, 1), 0);
    assert_int_equal(days, -719162);
    for (int32_t year = 1; year <= 9999; year++)
        for (unsigned month = 1; month <= 12; month++)
            for (unsigned day = 1; calendar_valid(year, month, day); day++, days++) {
                int32_t y;
                unsigned m, d;
                calendar_date(days, &y, &m, &d);
                if (y != year || m != month || d != day || calendar_days(y, m, d) != days)
                    fail_msg("day %d is %d-%u-%u", days, year, month, day);
            }
    assert_int_equal(days, calendar_days(10000, 1, 1));
    (void)state;
}

static void test_calendar_at_the_ends_of_int32(void **state)
{
    static const int32_t ends[] = { INT32_MIN, INT32_MAX, -1, 0 };

    for (size_t k = 0; k < COUNT(ends); k++) {
        int32_t year;
        unsigned month, day;
        calendar_date(ends[k], &year, &month, &day);
        assert_true(calendar_valid(year, month, day));
        assert_int_equal(calendar_days(year, month, day), ends[k]);
    }
    (void)state;
}

/* ---------------------------------------------------------------- reading */

static void test_dates(void **state)
{
    static const struct {
        const char *text;
        int32_t days;
    } good[] = {
        { "1970-01-01", 0 },       { "2024-02-29", 19782 },   { "2000/02/29", 11016 },
        { "0001-01-01", -719162 }, { "9999-12-31", 2932896 },
    };
    static const char *const bad[] = {
        "",           "2023-02-29",  "1900-02-29",       "2024-13-01",
        "2024-00-10", "2024-01-00",  "2024-04-31",       "0000-01-01",
        "2024-2-29",  "24-02-29",    "2024-02-29 ",      " 2024-02-29",
        "2024/02-29", "2024-02/29",  "20240229",         "2024-02-2x",
        "+024-02-29", "12024-01-01", "2024-02-29T00:00",
    };
    int32_t days = 77;

    for (size_t k = 0; k < COUNT(good); k++) {
        assert_true(cell_parse_date(&days, good[k].text, strlen(good[k].text)));
        assert_int_equal(days, good[k].days);
    }
    days = 77;
    for (size_t k = 0; k < COUNT(bad); k++)
        if (cell_parse_date(&days, bad[k], strlen(bad[k])))
            fail_msg("'%s' was taken for a date", bad[k]);
    assert_int_equal(days, 77);
    (void)state;
}

static void test_timestamps(void **state)
{
    static const struct {
        const char *text;
        int64_t us;
    } good[] = {
        { "1970-01-01T00:00", 0 },
        { "1970-01-01 00:00:01", 1000000 },
        { "1970-01-01T00:00:00.5Z", 500000 },
        { "1969-12-31T23:59:59.999999Z", -1 },
        { "1970-01-01T01:30+01:30", 0 },
        { "1970-01-01 00:00:00-05:00", INT64_C(18000000000) },
        { "2024/02/29 23:59:59", INT64_C(1709251199000000) },
        { "0001-01-01T00:00Z", INT64_C(-62135596800000000) },
        { "9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999) },
    };
    static const char *const bad[] = {
        "",
        "2024-02-29",
        "2024-02-29T",
        "2024-02-29T24:00",
        "2024-02-29T23:60",
        "2024-02-29T23:59:60",
        "2024-02-29T12",
        "2024-02-29T12:3",
        "2024-02-29T12:30:",
        "2024-02-29T12:30:00.",
        "2024-02-29T12:30:00.1234567",
        "2024-02-29t12:30",
        "2024-02-29T12:30z",
        "2024-02-29T12:30+1:00",
        "2024-02-29T12:30+0100",
        "2024-02-29T12:30+24:00",
        "2024-02-29T12:30ZZ",
        "2023-02-29T12:30",
        "2024-02-29  12:30",
        "0001-01-01T00:00+00:01",
        "9999-12-31T23:59-00:01",
    };
    int64_t us = 77;

    for (size_t k = 0; k < COUNT(good); k++) {
        assert_true(cell_parse_timestamp(&us, good[k].text, strlen(good[k].text)));
        if (us != good[k].us)
            fail_msg("'%s' gave %lld", good[k].text, (long long)us);
    }
    us = 77;
    for (size_t k = 0; k < COUNT(bad); k++)
        if (cell_parse_timestamp(&us, bad[k], strlen(bad[k])))
            fail_msg("'%s' was taken for a timestamp", bad[k]);
    assert_true(us == 77);
    (void)state;
}

static void test_bools(void **state)
{
    static const char *const yes[] = { "true", "TRUE", "True", "yes", "Yes", "T" };
    static const char *const no[] = { "false", "FALSE", "False", "no", "No", "F" };
    static const char *const bad[] = { "", "1", "0", "t", "tRUE", "true ", "y", "on", "nope" };
    bool got;

    for (size_t k = 0; k < COUNT(yes); k++) {
        assert_true(cell_parse_bool(&got, yes[k], strlen(yes[k])) && got);
        assert_true(cell_parse_bool(&got, no[k], strlen(no[k])) && !got);
    }
    for (size_t k = 0; k < COUNT(bad); k++)
        assert_false(cell_parse_bool(&got, bad[k], strlen(bad[k])));
    (void)state;
}

/* ---------------------------------------------------------------- writing */

static void test_timestamps_round_trip(void **state)
{
    static const int64_t us[] = {
        0,
        -1,
        1,
        999999,
        -1000000,
        1709208000123400,
        INT64_C(-62135596800000000),
        INT64_C(253402300799999999),
    };

    for (size_t k = 0; k < COUNT(us); k++) {
        struct err err = { 0 };
        struct column *c;
        struct str text;
        int64_t back;
        assert_int_equal(column_new(&c, COLUMN_TIMESTAMP, 1, NULL, &err), 0);
        column_ints_mut(c)[0] = us[k];
        str_init(&text);
        cell_text(&text, c, 0);
        assert_true(cell_parse_timestamp(&back, text.buf, text.len));
        assert_true(back == us[k]);
        str_release(&text);
        column_unref(c);
    }
    (void)state;
}

static void test_exact_text(void **state)
{
    static const struct {
        enum column_type type;
        const char *cell, *text;
    } cases[] = {
        { COLUMN_BOOL, "T", "true" },
        { COLUMN_BOOL, "no", "false" },
        { COLUMN_INT, "-9223372036854775808", "-9223372036854775808" },
        { COLUMN_REAL, "5", "5.0" },
        { COLUMN_REAL, "0.1", "0.1" },
        { COLUMN_REAL, "NaN", "nan" },
        { COLUMN_CATEGORY, "a\nb", "a\nb" },
        { COLUMN_TEXT, "a\x1b[0m", "a\x1b[0m" },
        { COLUMN_DATE, "0099/03/01", "0099-03-01" },
        { COLUMN_TIMESTAMP, "2024-02-29 12:30", "2024-02-29T12:30:00Z" },
        { COLUMN_TIMESTAMP, "2024-02-29 12:30:01.250", "2024-02-29T12:30:01.25Z" },
        { COLUMN_TIMESTAMP, "1969-12-31T23:59:59.000001Z", "1969-12-31T23:59:59.000001Z" },
    };

    for (size_t k = 0; k < COUNT(cases); k++) {
        struct column *c = make_column(cases[k].type, &cases[k].cell, 1);
        assert_cell(c, 0, cases[k].text);
        column_unref(c);
    }
    (void)state;
}

static void test_exact_text_of_missing_is_nothing(void **state)
{
    struct column *c = MAKE(COLUMN_REAL, NULL, "1");
    struct str text;

    str_init(&text);
    str_add(&text, "x");
    cell_text(&text, c, 0);
    assert_string_equal(text.buf, "x");
    str_release(&text);
    column_unref(c);
    (void)state;
}

static void assert_shown(enum column_type type, const char *cell, int digits, const char *want)
{
    struct column *c = make_column(type, &cell, 1);
    struct str text;

    str_init(&text);
    cell_show(&text, c, 0, digits, "·");
    assert_string_equal(text.buf, want);
    str_release(&text);
    column_unref(c);
}

static void test_text_for_people(void **state)
{
    assert_shown(COLUMN_REAL, "3.14159265", 4, "3.142");
    assert_shown(COLUMN_REAL, "5.0", 4, "5");
    assert_shown(COLUMN_INT, "123456789", 4, "123456789");
    assert_shown(COLUMN_INT, NULL, 4, "·");
    assert_shown(COLUMN_TEXT, "a\x1b[0m\n", 4, "a\\x1B[0m\\n");
    assert_shown(COLUMN_CATEGORY, "\xff", 4, "\\xFF");
    assert_shown(COLUMN_DATE, "2024-02-29", 4, "2024-02-29");
    assert_shown(COLUMN_TIMESTAMP, "2024-02-29T12:30:00.5Z", 4, "2024-02-29 12:30:00.5");
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calendar_counts_every_day),
        cmocka_unit_test(test_calendar_at_the_ends_of_int32),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_timestamps),
        cmocka_unit_test(test_bools),
        cmocka_unit_test(test_timestamps_round_trip),
        cmocka_unit_test(test_exact_text),
        cmocka_unit_test(test_exact_text_of_missing_is_nothing),
        cmocka_unit_test(test_text_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
