/* Dates in the usual forms are typed at load; what could be read two ways is not guessed. */
#include "csv_case.h"

#include "base/parallel.h"

static bool has_note(const struct source *src, const char *part)
{
    for (size_t i = 0; i < src->n_notes; i++)
        if (strstr(src->notes[i], part))
            return true;
    return false;
}

static void test_each_usual_form_is_typed(void **state)
{
    (void)state;
    case_is("a,b\n31.12.2024,x\n1.2.2023,y\n", "a:date b:category / 2024-12-31 x / 2023-02-01 y");
    case_is("a,b\n12/31/2024,x\n02/01/2023,y\n", "a:date b:category / 2024-12-31 x / 2023-02-01 y");
    case_is("a,b\n31-12-2024,x\n01-02-2023,y\n", "a:date b:category / 2024-12-31 x / 2023-02-01 y");
    case_is("a,b\n2024.12.31,x\n2023.02.01,y\n", "a:date b:category / 2024-12-31 x / 2023-02-01 y");
    case_is("a,b\n2024-1-5,x\n2023-12-01,y\n", "a:date b:category / 2024-01-05 x / 2023-12-01 y");
    case_is("a,b\n31 Dec 2024,x\n1 march 2023,y\n",
            "a:date b:category / 2024-12-31 x / 2023-03-01 y");
    case_is("a,b\n\"Dec 31, 2024\",x\n\"May 1, 2023\",y\n",
            "a:date b:category / 2024-12-31 x / 2023-05-01 y");
}

static void test_times_have_their_forms_too(void **state)
{
    (void)state;
    case_is("t,b\n31.12.2024 23:59,x\n01.02.2023 00:00,y\n",
            "t:timestamp b:category / 2024-12-31 23:59:00 x / 2023-02-01 00:00:00 y");
    case_is("t,b\n12/31/2024 1:05 PM,x\n2/1/2023 12:00 am,y\n",
            "t:timestamp b:category / 2024-12-31 13:05:00 x / 2023-02-01 00:00:00 y");
    /* fractions and whole seconds are one form but for the clock */
    case_is("t,b\n2024-12-31T23:00:00+0100,x\n2023-02-01T00:00:00.25+0000,y\n",
            "t:timestamp b:category / 2024-12-31 22:00:00 x / 2023-02-01 00:00:00.25 y");
}

static void test_a_year_of_two_digits_turns_at_69(void **state)
{
    (void)state;
    struct source *src = case_read("a,b\n31.12.68,x\n01.01.69,y\n", NULL);
    assert_true(has_note(src, "years of two digits are 1969 to 2068"));
    source_unref(src);
    case_is("a,b\n31.12.68,x\n01.01.69,y\n", "a:date b:category / 2068-12-31 x / 1969-01-01 y");
}

static void test_digits_alone_versions_and_epochs_are_no_dates(void **state)
{
    (void)state;
    case_is("a,b\n\"20241231\",1\n\"20230101\",2\n", "a:category b:int / 20241231 1 / 20230101 2");
    case_is("a,b\n1.13.10,1\n2.14.11,2\n", "a:category b:int / 1.13.10 1 / 2.14.11 2");
    case_is("a,b\n1700000000,1\n1700000001,2\n", "a:int b:int / 1700000000 1 / 1700000001 2");
}

static void test_an_order_that_nothing_tells_is_not_guessed(void **state)
{
    (void)state;
    const char *text = "when,b\n01/02/2024,x\n03/04/2023,y\n";
    struct source *src = case_read(text, NULL);
    assert_int_equal(table_at(src->table, 0)->type, COLUMN_CATEGORY);
    assert_true(has_note(src, "types when:date format=dmy"));
    assert_null(src->dates);
    source_unref(src);
    case_is_with(text, PAIRS("dates", "when:dmy"),
                 "when:date b:category / 2024-02-01 x / 2023-04-03 y");
    case_is_with(text, PAIRS("dates", "mdy"), "when:date b:category / 2024-01-02 x / 2023-03-04 y");
    case_is_with(text, PAIRS("dates", "when:%m/%d/%Y"),
                 "when:date b:category / 2024-01-02 x / 2023-03-04 y");
    case_is_with(text, PAIRS("dates", "when:dmy", "types", "when:timestamp"),
                 "when:timestamp b:category / 2024-02-01 00:00:00 x / 2023-04-03 00:00:00 y");
}

static void test_another_column_of_the_file_tells_the_order(void **state)
{
    (void)state;
    struct source *src = case_read("a,b\n01/02/2024,31/12/2024\n03/04/2023,01/01/2024\n", NULL);
    assert_int_equal(table_at(src->table, 0)->type, COLUMN_DATE);
    assert_true(has_note(src, "the order is that of column b"));
    source_unref(src);
    /* not with another separator, nor when two columns tell otherwise */
    case_is("a,b\n01.02.2024,31/12/2024\n", "a:category b:date / 01.02.2024 2024-12-31");
    case_is("a,b,c\n01/02/2024,31/12/2024,12/31/2024\n",
            "a:category b:date c:date / 01/02/2024 2024-12-31 2024-12-31");
}

static void test_cells_that_tell_both_orders_keep_the_column_text(void **state)
{
    (void)state;
    struct str text;

    str_init(&text);
    str_add(&text, "a,b\n");
    str_add_repeat(&text, "01/02/2024,1\n", 100);
    str_add(&text, "13/02/2024,1\n13/03/2024,1\n02/13/2024,1\n");
    struct source *src = case_read(text.buf, NULL);
    assert_int_equal(table_at(src->table, 0)->type, COLUMN_CATEGORY);
    assert_true(has_note(src, "2 cells fit only %d/%m/%Y, 1 only %m/%d/%Y"));
    source_unref(src);
    str_release(&text);
}

/* Many different moments of the first days of a month, then one that tells. */
static void late_evidence(struct str *text, size_t n, const char *last)
{
    str_add(text, "t,b\n");
    for (size_t i = 0; i < n; i++)
        str_addf(text, "%02zu/02/2024 %02zu:%02zu,1\n", 1 + i / 1440 % 12, i / 60 % 24, i % 60);
    str_add(text, last);
}

static void test_every_cell_is_looked_at_for_the_order(void **state)
{
    (void)state;
    struct str text;

    str_init(&text);
    late_evidence(&text, 17000, "02/28/2024 10:00,1\n");
    for (size_t threads = 1; threads <= 8; threads *= 2) {
        parallel_set_threads(threads);
        struct source *src = case_read(text.buf, NULL);
        const struct column *t = table_at(src->table, 0);
        assert_int_equal(t->type, COLUMN_TIMESTAMP);
        assert_string_equal(src->dates[0], "%m/%d/%Y %H:%M");
        assert_int_equal(t->n_missing, 0);
        source_unref(src);
    }
    parallel_set_threads(0);
    str_release(&text);
}

static void test_a_column_of_almost_all_dates_keeps_its_bad_cells(void **state)
{
    (void)state;
    struct str text;

    str_init(&text);
    str_add(&text, "b,a\n");
    str_add_repeat(&text, "1,31.12.2024\n", 40);
    str_add(&text, "1,soon\n1,30.02.2024\n2,\"\"\n");
    struct source *src = case_read(text.buf, NULL);
    assert_int_equal(table_at(src->table, 1)->type, COLUMN_DATE);
    assert_int_equal(table_at(src->table, 1)->n_missing, 3);
    assert_int_equal(src->rejects.count[REJECT_VALUE], 2);
    assert_int_equal(src->rejects.list[0].line, 42);
    assert_int_equal(src->rejects.list[0].col, 3);
    assert_string_equal(src->rejects.list[0].text, "soon");
    assert_string_equal(src->rejects.list[1].text, "30.02.2024");
    assert_true(has_note(src, "reads 40 of 42 cells"));
    source_unref(src);
    str_clear(&text);
    str_add(&text, "b,a\n");
    str_add_repeat(&text, "1,31.12.2024\n", 40);
    str_add_repeat(&text, "1,soon\n", 10); /* too many for almost all */
    src = case_read(text.buf, NULL);
    assert_int_equal(table_at(src->table, 1)->type, COLUMN_CATEGORY);
    assert_true(has_note(src, "stays text"));
    source_unref(src);
    str_release(&text);
}

static void test_the_resolved_parameters_give_the_same_without_a_guess(void **state)
{
    (void)state;
    struct err err = { 0 };
    struct source *src, *again;
    const char *text = "a:b,c\n31/12/2024 10:00,x\n\"Dec 1, 2024\",y\n01/02/2024 11:00,z\n";
    const char *rest = "a:b,c\n01/02/2024 11:00,x\n";

    assert_int_equal(
        case_try(&src, text, strlen(text), PAIRS("dates", "a\\:b:%d/%m/%Y %H:%M"), &err), 0);
    assert_int_equal(table_at(src->table, 0)->type, COLUMN_TIMESTAMP);
    assert_int_equal(src->rejects.count[REJECT_VALUE], 1);
    assert_string_equal(params_text(&src->params, "dates"), "a\\:b:%d/%m/%Y %H:%M");
    assert_int_equal(csv_read_memory(&again, rest, strlen(rest), "t.csv", &src->params, NULL, &err),
                     0);
    assert_int_equal(table_at(again->table, 0)->type, COLUMN_TIMESTAMP);
    assert_int_equal(table_at(again->table, 0)->n_missing, 0);
    source_unref(again);
    source_unref(src);
}

static void test_a_form_with_commas_is_recorded_and_read(void **state)
{
    (void)state;
    struct err err = { 0 };
    struct source *again;
    const char *text = "a,c\n\"Dec 31, 2024\",x\n\"May 1, 2023\",y\n";
    struct source *src = case_read(text, NULL);

    assert_string_equal(params_text(&src->params, "dates"), "a:%b %-d\\, %Y");
    assert_int_equal(csv_read_memory(&again, text, strlen(text), "t.csv", &src->params, NULL, &err),
                     0);
    assert_int_equal(table_at(again->table, 0)->n_missing, 0);
    source_unref(again);
    source_unref(src);
}

static void test_what_was_called_text_stays_text(void **state)
{
    (void)state;
    const char *text = "a,b\n31.12.2024,x\n";
    case_is_with(text, PAIRS("types", "a:text"), "a:text b:category / 31.12.2024 x");
    case_is_with(text, PAIRS("types", "a:text", "dates", "a:dmy"),
                 "a:text b:category / 31.12.2024 x");
    case_is_with(text, PAIRS("dates", "none"), "a:category b:category / 31.12.2024 x");
}

static void test_bad_dates_parameters_are_refused(void **state)
{
    (void)state;
    struct err err = { 0 };
    struct source *src;
    const char *text = "a,b\n31.12.2024,x\n";

    assert_int_equal(case_try(&src, text, strlen(text), PAIRS("dates", "c:dmy"), &err), -1);
    assert_non_null(strstr(err.msg, "dates names a column 'c'"));
    assert_int_equal(case_try(&src, text, strlen(text), PAIRS("dates", "a:%Q"), &err), -1);
    assert_int_equal(case_try(&src, text, strlen(text), PAIRS("dates", "sideways"), &err), -1);
    assert_int_equal(
        case_try(&src, text, strlen(text), PAIRS("dates", "a:%Y|%y|%d%Y|%m%Y|%j%Y"), &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_usual_form_is_typed),
        cmocka_unit_test(test_times_have_their_forms_too),
        cmocka_unit_test(test_a_year_of_two_digits_turns_at_69),
        cmocka_unit_test(test_digits_alone_versions_and_epochs_are_no_dates),
        cmocka_unit_test(test_an_order_that_nothing_tells_is_not_guessed),
        cmocka_unit_test(test_another_column_of_the_file_tells_the_order),
        cmocka_unit_test(test_cells_that_tell_both_orders_keep_the_column_text),
        cmocka_unit_test(test_every_cell_is_looked_at_for_the_order),
        cmocka_unit_test(test_a_column_of_almost_all_dates_keeps_its_bad_cells),
        cmocka_unit_test(test_the_resolved_parameters_give_the_same_without_a_guess),
        cmocka_unit_test(test_a_form_with_commas_is_recorded_and_read),
        cmocka_unit_test(test_what_was_called_text_stays_text),
        cmocka_unit_test(test_bad_dates_parameters_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
