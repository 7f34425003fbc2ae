/* Weeks and weekdays: python 3.11's date.isocalendar. */
#include "prepare_make.h"

static void test_parts(void **state)
{
    struct column *c[] = { MAKE(COLUMN_DATE, "1999-12-31", "2000-01-01", "2004-12-31", "2005-01-02",
                                "2008-12-29", "2010-01-03", "2020-12-31", "2021-01-04",
                                "1969-12-31", "0001-01-01", NULL) };
    struct table *t = make_table((const char *const[]){ "d" }, c, 1);
    struct table *out = APPLY(t, "dates d parts=week,weekday,yearday,quarter");

    (void)state;
    assert_names(out, "d d_week d_weekday d_yearday d_quarter");
    assert_cells(col(out, "d_week"), "52 52 53 53 1 53 53 1 1 1 ·");
    assert_cells(col(out, "d_weekday"), "5 6 5 7 1 7 4 1 3 1 ·");
    assert_cells(col(out, "d_yearday"), "365 1 366 2 364 3 366 4 365 1 ·");
    assert_cells(col(out, "d_quarter"), "4 1 4 1 4 1 4 1 4 1 ·");
    table_unref(out);
    assert_step_refused(t, "dates d parts=hour",
                        "d has no time, and so no hour; to=timestamp gives it one");
    assert_step_refused(t, "dates d parts=age",
                        "'age' is no part of a date; there are year quarter month day weekday "
                        "yearday week hour minute second");
    assert_step_refused(t, "dates d keep=no", "keep=no leaves nothing; say which parts=");
    assert_step_refused(t, "dates d zone=Paris",
                        "zone=Paris is no distance from UTC; write +02:00, -05:00 or Z");
    table_unref(t);
}

static void test_texts_and_numbers(void **state)
{
    struct column *c[] = { MAKE(COLUMN_TEXT, "1.2.2020", "2020-03-04", "x", NULL),
                           MAKE(COLUMN_INT, "20200102", "7", NULL, "19991231") };
    struct table *t = make_table((const char *const[]){ "t", "i" }, c, 2);
    struct table *out = APPLY(t, "dates t format=%d.%m.%Y,%F",
                              "dates i format=%Y%m%d to=timestamp");

    (void)state;
    assert_cells(col(out, "t"), "2020-02-01 2020-03-04 · ·");
    assert_cells(col(out, "i"), "2020-01-02T00:00:00Z · · 1999-12-31T00:00:00Z");
    table_unref(out);
    assert_step_refused(t, "dates t",
                        "t is a text: say how its dates are written, as in format=%d.%m.%Y");
    table_unref(t);
}

static void test_the_target_has_no_parts(void **state)
{
    struct table *t = birds();
    struct recipe *r = with_role(RECIPE("dates seen parts=year"), "seen", ROLE_TARGET);

    (void)state;
    assert_refused(r, t, NULL, "step 1 (dates): seen is the target; its parts would tell it");
    recipe_unref(r);
    table_unref(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_texts_and_numbers),
        cmocka_unit_test(test_the_target_has_no_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
