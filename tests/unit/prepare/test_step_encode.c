/* Reference values: tests/reference/prepare_sklearn.py. */
#include "prepare_make.h"

/* The rows of the columns whose names begin so, as words of 0 and 1. */
static void assert_bits(const struct table *t, const char *begin, const char *want)
{
    struct str all;

    str_init(&all);
    for (size_t i = 0; i < t->n_rows; i++) {
        if (i > 0)
            str_add_char(&all, ' ');
        for (size_t j = 0; j < t->n_cols; j++)
            if (strncmp(table_name(t, j), begin, strlen(begin)) == 0)
                str_add(&all, column_ints(table_at(t, j))[i] ? "1" : "0");
    }
    assert_string_equal(all.buf, want);
    str_release(&all);
}

/* Islands of new rows: known, unknown, missing. */
static struct table *new_islands(void)
{
    struct column *c[] = { MAKE(COLUMN_TEXT, "Dream", "Anvers", NULL) };

    return make_table((const char *const[]){ "island" }, c, 1);
}

static struct table *encode_new(const char *line, const struct table *t, struct err *err)
{
    struct recipe *r = RECIPE(line);
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct table *fresh = new_islands(), *out = NULL;

    fitted_apply(&out, run->fitted, fresh, NULL, err);
    table_unref(fresh);
    recipe_run_unref(run);
    recipe_unref(r);
    return out;
}

static void test_each_level_gets_a_column_in_place(void **state)
{
    struct table *t = birds(), *out = APPLY(t, "keep species island sex", "encode island");

    assert_names(out, "species island=Biscoe island=Dream island=Torgersen island=(missing) sex");
    assert_int_equal(col(out, "island=Dream")->type, COLUMN_INT);
    assert_bits(out, "island=", "0010 1000 1000 1000 0100 0100 1000 0100 0010 1000 0100 0001");
    table_unref(out);
    out = encode_new("encode island", t, NULL);
    assert_bits(out, "island=", "0100 0000 0001");
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_the_first_level_can_be_dropped(void **state)
{
    struct table *t = birds(), *out = APPLY(t, "keep island", "encode island drop=first");

    assert_names(out, "island=Dream island=Torgersen island=(missing)");
    assert_bits(out, "island=", "010 000 000 000 100 100 000 100 010 000 100 001");
    table_unref(out);
    out = encode_new("encode island drop=first", t, NULL);
    assert_bits(out, "island=", "100 000 001");
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_rare_levels_share_a_column(void **state)
{
    struct table *t = birds();
    struct table *out = APPLY(t, "keep island", "encode island min_frequency=3 unknown=bucket");

    assert_names(out, "island=Biscoe island=Dream island=(other) island=(missing)");
    assert_bits(out, "island=", "0010 1000 1000 1000 0100 0100 1000 0100 0010 1000 0100 0001");
    table_unref(out);
    out = encode_new("encode island min_frequency=3 unknown=bucket", t, NULL);
    assert_bits(out, "island=", "0100 0010 0001");
    table_unref(out);
    /* Without the bucket rare levels have their column, unknown ones none. */
    out = encode_new("encode island min_frequency=3", t, NULL);
    assert_bits(out, "island=", "0100 0000 0001");
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_unknown_levels_can_be_an_error(void **state)
{
    struct table *t = birds();
    struct err err = { 0 };

    assert_null(encode_new("encode island unknown=error", t, &err));
    assert_string_equal(err.msg, "step 1 (encode): island is 'Anvers' in row 2, which was not in "
                                 "the rows learned from; encode with unknown=zero or "
                                 "unknown=bucket");
    table_unref(t);
    (void)state;
}

static void test_missing_that_was_never_seen_is_unknown(void **state)
{
    struct column *c[] = { MAKE(COLUMN_CATEGORY, "Dream", "Biscoe") };
    struct table *t = make_table((const char *const[]){ "island" }, c, 1), *out;
    struct err err = { 0 };

    out = encode_new("encode island", t, NULL);
    assert_names(out, "island=Biscoe island=Dream");
    assert_bits(out, "island=", "01 00 00");
    table_unref(out);
    out = encode_new("encode island unknown=bucket", t, NULL);
    assert_bits(out, "island=", "010 001 001");
    table_unref(out);
    assert_null(encode_new("encode island unknown=error", t, &err));
    table_unref(t);
    (void)state;
}

static void test_all_means_words_with_few_levels(void **state)
{
    struct table *t = birds();
    struct recipe *r = with_role(RECIPE("encode all max_levels=4"), "species", ROLE_TARGET);
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    const struct table *out = recipe_run_result(run);

    assert_true(table_find(out, "species") >= 0); /* the target */
    assert_true(table_find(out, "note") >= 0);    /* ten levels */
    assert_true(table_find(out, "clutch") >= 0);  /* a bool is a number already */
    assert_true(table_find(out, "sex") < 0);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

static void test_numbers_bools_and_dates_are_encoded_when_named(void **state)
{
    struct column *c[] = { MAKE(COLUMN_INT, "10", "9", "-3", "9"),
                           MAKE(COLUMN_BOOL, "true", "false", NULL, "true"),
                           MAKE(COLUMN_DATE, "2024-02-29", "2023-01-01", "2024-02-29", NULL) };
    struct table *t = make_table((const char *const[]){ "n", "b", "d" }, c, 3);
    struct table *out = APPLY(t, "encode n b d");

    assert_names(out, "n=-3 n=9 n=10 b=false b=true b=(missing) d=2023-01-01 d=2024-02-29 "
                      "d=(missing)");
    assert_bits(out, "n=", "001 010 100 010");
    assert_bits(out, "b=", "010 100 001 010");
    assert_bits(out, "d=", "010 100 010 001");
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_what_cannot_be_encoded_is_refused_by_name(void **state)
{
    struct column *c[] = { MAKE(COLUMN_TEXT, "x", "(missing)", NULL),
                           MAKE(COLUMN_INT, "1", "2", "3") };
    struct table *t = birds(), *odd = make_table((const char *const[]){ "a", "a=x" }, c, 2);

    assert_step_refused(t, "encode bill_length_mm",
                        "bill_length_mm is a real; this step takes words or whole numbers "
                        "(category, text, bool, int, date)");
    assert_step_refused(odd, "encode a",
                        "encode would make two columns 'a=(missing)'; replace that level "
                        "first");
    table_unref(odd);
    struct column *again[] = { MAKE(COLUMN_TEXT, "x"), MAKE(COLUMN_INT, "1") };
    odd = make_table((const char *const[]){ "a", "a=x" }, again, 2);
    assert_step_refused(odd, "encode a", "two columns are called 'a=x'; rename one");
    table_unref(odd);
    table_unref(t);
    (void)state;
}

static void test_all_missing_gives_a_column_of_missing(void **state)
{
    struct column *c[] = { MAKE(COLUMN_CATEGORY, NULL, NULL) };
    struct table *t = make_table((const char *const[]){ "a" }, c, 1);
    struct table *out = APPLY(t, "encode a");

    assert_names(out, "a=(missing)");
    assert_cells(col(out, "a=(missing)"), "1 1");
    table_unref(out);
    table_unref(t);
    (void)state;
}

static void test_it_tells_what_it_learned(void **state)
{
    struct table *t = birds();
    struct recipe *r = RECIPE("encode island min_frequency=3");
    struct recipe_run *run = run_recipe(r, t, NULL, NULL);
    struct str text;

    str_init(&text);
    step_find("encode")->describe(&text, run->fitted->state[0]);
    assert_string_equal(text.buf,
                        "island: 3 levels, 4 columns, 1 rare in (other), (missing) apart\n");
    str_release(&text);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_level_gets_a_column_in_place),
        cmocka_unit_test(test_the_first_level_can_be_dropped),
        cmocka_unit_test(test_rare_levels_share_a_column),
        cmocka_unit_test(test_unknown_levels_can_be_an_error),
        cmocka_unit_test(test_missing_that_was_never_seen_is_unknown),
        cmocka_unit_test(test_all_means_words_with_few_levels),
        cmocka_unit_test(test_numbers_bools_and_dates_are_encoded_when_named),
        cmocka_unit_test(test_what_cannot_be_encoded_is_refused_by_name),
        cmocka_unit_test(test_all_missing_gives_a_column_of_missing),
        cmocka_unit_test(test_it_tells_what_it_learned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
