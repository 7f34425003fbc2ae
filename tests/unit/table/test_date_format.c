/* Moments: python 3.11's datetime.strptime and isocalendar. */
#include "table_make.h"

#include <stdio.h>

#include "table/date_format.h"

static void assert_read(const char *format, const char *text, const char *want)
{
    struct date_format f;
    struct column *c;
    struct err err = { 0 };
    int64_t us;

    if (date_format_init(&f, format, &err))
        fail_msg("%s", err.msg);
    if (!date_format_read(&us, &f, span_of(text), 0)) {
        if (want)
            fail_msg("'%s' is not read by %s", text, format);
        return;
    }
    if (!want)
        fail_msg("'%s' is read by %s", text, format);
    assert_int_equal(column_new(&c, COLUMN_TIMESTAMP, 1, NULL, &err), 0);
    column_ints_mut(c)[0] = us;
    column_seal(c);
    assert_cell(c, 0, want);
    column_unref(c);
}

static void test_dates_are_read(void **state)
{
    (void)state;
    assert_read("%d.%m.%Y", "29.02.2020", "2020-02-29T00:00:00Z");
    assert_read("%d.%m.%Y", " 1.2.2020 ", "2020-02-01T00:00:00Z");
    assert_read("%Y%m%d", "20240105", "2024-01-05T00:00:00Z");
    assert_read("%d/%m/%y", "01/02/68", "2068-02-01T00:00:00Z");
    assert_read("%d/%m/%y", "01/02/69", "1969-02-01T00:00:00Z");
    assert_read("%B %d, %Y", "jan 5, 2021", "2021-01-05T00:00:00Z");
    assert_read("%b %d, %Y", "January  5, 2021", "2021-01-05T00:00:00Z");
    assert_read("%a, %d %b %Y", "Tue, 5 Jan 2021", "2021-01-05T00:00:00Z");
    assert_read("%Y-%j", "2020-366", "2020-12-31T00:00:00Z");
    assert_read("%Y", "1677", "1677-01-01T00:00:00Z");
    assert_read("%m/%Y", "7/2262", "2262-07-01T00:00:00Z");
    assert_read("%d%%%m%%%Y", "1%2%2020", "2020-02-01T00:00:00Z");
}

static void test_moments_are_read(void **state)
{
    (void)state;
    assert_read("%F %T", "2020-06-30 23:59:59", "2020-06-30T23:59:59Z");
    assert_read("%Y-%m-%dT%H:%M:%S.%f%z", "2020-06-30T23:59:59.5+05:30", "2020-06-30T18:29:59.5Z");
    assert_read("%F %H:%M %z", "2020-01-01 00:30 -0100", "2020-01-01T01:30:00Z");
    assert_read("%F %I:%M %p", "2020-01-01 12:05 AM", "2020-01-01T00:05:00Z");
    assert_read("%F %I:%M%p", "2020-01-01 1:05p.m.", "2020-01-01T13:05:00Z");
    assert_read("%s", "-1", "1969-12-31T23:59:59Z");
    assert_read("%F %H:%M%z", "2020-01-01 00:30Z", "2020-01-01T00:30:00Z");
    assert_read("%F %T.%f", "2020-01-01 00:00:00.1234567", "2020-01-01T00:00:00.123456Z");
}

static void test_what_is_no_date_is_not_read(void **state)
{
    (void)state;
    assert_read("%d.%m.%Y", "30.02.2020", NULL);
    assert_read("%d.%m.%Y", "29.02.1900", NULL);
    assert_read("%d.%m.%Y", "1.13.2020", NULL);
    assert_read("%d.%m.%Y", "1.1.2020x", NULL);
    assert_read("%d.%m.%Y", "1.1.20", NULL);
    assert_read("%d.%m.%Y", "", NULL);
    assert_read("%F %T", "2020-01-01 24:00:00", NULL);
    assert_read("%F %T", "2020-01-01 23:59:60", NULL);
    assert_read("%Y-%j", "2019-366", NULL);
    assert_read("%F %T%z", "0001-01-01 00:00:00+01:00", NULL);
    assert_read("%Y", "0000", NULL);
    assert_read("%s", "999999999999", NULL);
    assert_read("%b %Y", "Janu 2020", NULL);
}

static void test_bad_forms_are_refused(void **state)
{
    struct date_format f;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(date_format_init(&f, "%d.%m", &err), -1);
    assert_string_equal(err.msg, "'%d.%m' is no form of a date: there is no year in it; as in "
                                 "%d.%m.%Y or %Y-%m-%d %H:%M:%S");
    assert_int_equal(date_format_init(&f, "%Y%", &err), -1);
    assert_int_equal(date_format_init(&f, "%Y%E", &err), -1);
    assert_int_equal(date_format_init(&f, "%T%T%T%T%T%T%T%T%T%Y", &err), -1);
}

/* "%d.%m.%Y, …" for a column, with "?" when day and month could be either way round. */
static void assert_guess(struct column *take, const char *want)
{
    struct date_guess g;
    char text[512] = "";
    size_t len = 0;

    date_guess(&g, take);
    for (size_t k = 0; k < g.n; k++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", k ? ", " : "",
                                g.formats[k].text);
    if (g.ambiguous)
        snprintf(text + len, sizeof(text) - len, " or %s", g.rival.text);
    assert_string_equal(text, want);
    column_unref(take);
}

static void test_forms_are_found_by_evidence(void **state)
{
    (void)state;
    assert_guess(MAKE(COLUMN_TEXT, "1.2.2020", "13.1.2020", NULL), "%d.%m.%Y");
    assert_guess(MAKE(COLUMN_CATEGORY, "1/2/2020", "1/13/2020"), "%m/%d/%Y");
    assert_guess(MAKE(COLUMN_TEXT, "1/2/2020", "3/4/2021"), "%d/%m/%Y or %m/%d/%Y");
    assert_guess(MAKE(COLUMN_TEXT, "2/2/2020", "3/3/2021"),
                 "%d/%m/%Y"); /* it makes no difference */
    /* The order that reads more is the column's; the other way round is not read at all. */
    assert_guess(MAKE(COLUMN_TEXT, "13/1/2020", "14/1/2020", "1/15/2020"), "%d/%m/%Y");
    assert_guess(MAKE(COLUMN_TEXT, "2020-01-02 03:04", "5 Jan 2020", "2020-01-02 05:06", "x"),
                 "%Y-%m-%d %H:%M, %d %b %Y");
    assert_guess(MAKE(COLUMN_TEXT, "x", "y"), "");
    assert_guess(MAKE(COLUMN_TEXT, NULL, ""), "");
}

static void write_is(const char *form, const char *text)
{
    struct date_format f;
    struct str out;
    int64_t us;

    str_init(&out);
    assert_int_equal(date_format_init(&f, form, NULL), 0);
    assert_true(date_format_read(&us, &f, span_of(text), 0));
    assert_true(date_format_write(&out, &f, us));
    assert_string_equal(out.buf, text);
    str_release(&out);
}

static void test_what_a_form_reads_it_writes(void **state)
{
    (void)state;
    write_is("%d/%m/%Y", "01/12/2024");
    write_is("%-d/%-m/%Y", "1/12/2024");
    write_is("%b %-d, %y", "Jan 3, 68");
    write_is("%Y.%m.%d %H:%M:%S", "1960.02.29 23:59:58");
    write_is("%m-%d-%Y %I:%M %p", "02-29-2024 12:05 AM");
}

static void test_a_form_without_one_text_is_not_written(void **state)
{
    (void)state;
    struct date_format f;
    struct str out;

    str_init(&out);
    assert_int_equal(date_format_init(&f, "%Y-%m-%d %H:%M%z", NULL), 0);
    assert_false(date_format_write(&out, &f, 0));
    assert_int_equal(date_format_init(&f, "%d.%m.%y", NULL), 0);
    assert_false(date_format_write(&out, &f, INT64_C(-3155673600000000))); /* 1870 */
    assert_int_equal(date_format_init(&f, "%d.%m.%Y", NULL), 0);
    assert_false(date_format_write(&out, &f, 1)); /* the time would be lost */
    assert_int_equal(out.len, 0);
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates_are_read),
        cmocka_unit_test(test_moments_are_read),
        cmocka_unit_test(test_what_is_no_date_is_not_read),
        cmocka_unit_test(test_bad_forms_are_refused),
        cmocka_unit_test(test_forms_are_found_by_evidence),
        cmocka_unit_test(test_what_a_form_reads_it_writes),
        cmocka_unit_test(test_a_form_without_one_text_is_not_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
