/* Which type a column gets, and what happens to the cells that do not fit. */
#include "csv_case.h"

#include "base/parallel.h"

static void test_each_type_is_recognised(void **state)
{
    (void)state;
    case_is("i,r,b,d,t,c\n1,1.5,true,2024-02-29,2024-02-29 12:30:00,x\n-2,2,FALSE,2023/01/01,"
            "2024-03-01T00:00:00Z,y\n",
            "i:int r:real b:bool d:date t:timestamp c:category"
            " / 1 1.5 true 2024-02-29 2024-02-29 12:30:00 x"
            " / -2 2 false 2023-01-01 2024-03-01 00:00:00 y");
}

static void test_blanks_around_a_number_do_not_count(void **state)
{
    (void)state;
    case_is("a,b\n 1 , 2.5\n 3,4 \n", "a:int b:real / 1 2.5 / 3 4");
}

static void test_numbers_may_lack_digits_on_one_side_of_the_point(void **state)
{
    (void)state;
    case_is("a,b\n5.,+1\n-.5,-2\n1E3,3\n", "a:real b:int / 5 1 / -0.5 -2 / 1000 3");
    case_is("a,b\n1.2.3,1\n.,2\n1e,3\n0x10,4\n",
            "a:category b:int / 1.2.3 1 / . 2 / 1e 3 / 0x10 4");
}

static void test_nan_and_inf_are_values_of_a_real_column(void **state)
{
    (void)state;
    struct source *src = case_read("x,y\n1.5,a\nnan,b\n-inf,c\n,d\n", NULL);
    const struct column *x = table_at(src->table, 0);
    assert_int_equal(x->type, COLUMN_REAL);
    assert_int_equal(x->n_missing, 1);
    assert_true(column_reals(x)[1] != column_reals(x)[1]);
    assert_false(column_missing(x, 1));
    assert_true(column_missing(x, 3));
    source_unref(src);
}

static void test_missing_words(void **state)
{
    (void)state;
    case_is("x,y\n1,NA\n NA ,N/A\n,null\nNULL,z\n2,  \n",
            "x:int y:category / 1 · / · · / · · / · z / 2 ·");
    case_is_with("x,y\n1,NA\n?,z\n", PAIRS("na", "?,-"), "x:int y:category / 1 NA / · z");
    case_is_with("x,y\n1,NA\n,z\n", PAIRS("na", ""), "x:int y:category / 1 NA / · z");
}

static void test_a_quoted_field_is_never_missing_in_a_text_column(void **state)
{
    (void)state;
    case_is("x,y\n1,\"\"\n2,\n3,\"NA\"\n4,NA\n", "x:int y:category / 1  / 2 · / 3 NA / 4 ·");
}

static void test_quotes_mean_text_unless_everything_is_quoted(void **state)
{
    (void)state;
    case_is("x,y\n1,\"10\"\n2,\"20\"\n", "x:int y:category / 1 10 / 2 20");
    case_is("x,y\n1,\"10\"\n2,20\n", "x:int y:int / 1 10 / 2 20");
    case_is("x,y\n1,\"true\"\n2,\"false\"\n", "x:int y:category / 1 true / 2 false");
    case_is("\"x\",\"y\"\n\"1\",\"10\"\n\"\",\"20\"\n", "x:int y:int / 1 10 / · 20");
    case_is("x,y\n1,\"2024-01-02\"\n", "x:int y:date / 1 2024-01-02");
    case_is_with("x,y\n1,\"10\"\n2,\"\"\n", PAIRS("types", "y:int"), "x:int y:int / 1 10 / 2 ·");
}

static void test_leading_zeros_are_identifiers(void **state)
{
    (void)state;
    case_is("id,x\n007,1\n123,2\n", "id:category x:int / 007 1 / 123 2");
    case_is("x,y\n0,0.5\n-0.5,00.5\n", "x:real y:real / 0 0.5 / -0.5 0.5");
    case_is_with("id\n007\n123\n", PAIRS("types", "id:int"), "id:int / 7 / 123");
}

static void test_integers_beyond_64_bits_stay_text(void **state)
{
    (void)state;
    case_is("x\n9223372036854775807\n-9223372036854775808\n",
            "x:int / 9223372036854775807 / -9223372036854775808");
    struct source *src = case_read("x\n9223372036854775808\n1\n", NULL);
    assert_int_equal(table_at(src->table, 0)->type, COLUMN_CATEGORY);
    assert_true(case_has_note(src, "integers beyond 64 bits"));
    assert_int_equal(case_n_rejects(src), 0);
    source_unref(src);
    src = case_read("x\n9007199254740993\n1.5\n", NULL);
    assert_int_equal(table_at(src->table, 0)->type, COLUMN_REAL);
    assert_true(case_has_note(src, "above 2^53 may be rounded"));
    source_unref(src);
}

static void test_overflow_is_listed_and_not_infinite(void **state)
{
    (void)state;
    struct source *src = case_read("x,y\n1e400,a\n1.5,b\n", NULL);
    char *text = case_text(src->table);
    assert_string_equal(text, "x:real y:category / · a / 1.5 b");
    mem_free(text);
    case_one_reject(src, REJECT_VALUE, 1, 2, 1, 0, "1e400");
    source_unref(src);
}

static void test_words_of_yes_and_no_stay_words(void **state)
{
    (void)state;
    case_is("a,b\nyes,F\nno,F\n", "a:category b:category / yes F / no F");
    case_is_with("a,b\nyes,F\nno,T\n", PAIRS("types", "a:bool,b:bool", "header", "yes"),
                 "a:bool b:bool / true false / false true");
}

/* n rows of a number column with `odd` in the row numbered `at`. */
static struct source *read_almost(size_t n, size_t at, const char *odd, const char *const *pairs)
{
    struct str text;

    str_init(&text);
    str_add(&text, "k,x\n");
    for (size_t i = 1; i <= n; i++) {
        if (i == at)
            str_addf(&text, "w,%s\n", odd);
        else
            str_addf(&text, "w,%zu\n", i);
    }
    struct source *src = case_read(text.buf, pairs);
    str_release(&text);
    return src;
}

static void test_almost_a_number_is_one_and_the_rest_is_listed(void **state)
{
    (void)state;
    struct source *src = read_almost(21, 5, "n/a?", NULL);
    const struct column *x = table_at(src->table, 1);
    assert_int_equal(x->type, COLUMN_INT);
    assert_int_equal(x->n_missing, 1);
    assert_true(column_missing(x, 4));
    case_one_reject(src, REJECT_VALUE, 5, 6, 3, 1, "n/a?");
    assert_true(case_has_note(src, "column x holds numbers but for 1 cell, 'n/a?'"));
    source_unref(src);
}

static void test_too_few_numbers_are_text(void **state)
{
    (void)state;
    struct source *src = read_almost(20, 5, "n/a?", NULL); /* 19 numbers */
    assert_int_equal(table_at(src->table, 1)->type, COLUMN_CATEGORY);
    assert_int_equal(case_n_rejects(src), 0);
    assert_true(case_has_note(src, "na= can make that text missing"));
    source_unref(src);
    src = read_almost(30, 5, "007", NULL); /* leading zeros decide for text at once */
    assert_true(column_is_text(table_at(src->table, 1)));
    source_unref(src);
}

/* The one word stands in the last of many rows: chunks and threads make no difference. */
static void test_one_word_after_many_rows(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= 4; threads += 3) {
        parallel_set_threads(threads);
        struct source *src = read_almost(100000, 100000, "word", NULL);
        assert_int_equal(table_at(src->table, 1)->type, COLUMN_INT);
        case_one_reject(src, REJECT_VALUE, 100000, 100001, 3, 1, "word");
        assert_int_equal(column_ints(table_at(src->table, 1))[99998], 99999);
        source_unref(src);
    }
    parallel_set_threads(0);
}

static void test_a_given_type_lists_all_that_does_not_fit(void **state)
{
    (void)state;
    struct source *src = case_read("x,y\n1,a\nb,2\n3.5,c\n", PAIRS("types", "x:int,y:int"));
    char *text = case_text(src->table);
    assert_string_equal(text, "x:int y:int / 1 · / · 2 / · ·");
    mem_free(text);
    assert_int_equal(src->rejects.count[REJECT_VALUE], 4);
    assert_string_equal(src->rejects.list[0].text, "a");
    assert_string_equal(src->rejects.list[1].text, "b");
    assert_int_equal(src->rejects.list[3].line, 4);
    assert_int_equal(src->rejects.list[3].col, 5);
    source_unref(src);
}

static void test_rejects_point_into_quoted_fields(void **state)
{
    (void)state;
    struct source *src = case_read("a,x\n\"p\"\"\nq\",bad\n", PAIRS("types", "x:int"));
    case_one_reject(src, REJECT_VALUE, 1, 3, 4, 1, "bad");
    source_unref(src);
}

static void test_rejects_are_counted_beyond_the_list(void **state)
{
    const size_t n = REJECTS_LISTED + 10;
    struct str text;

    (void)state;
    str_init(&text);
    str_add(&text, "x,y\n");
    str_add_repeat(&text, "a,b\n", n);
    struct source *src = case_read(text.buf, PAIRS("types", "x:int,y:int", "header", "yes"));
    assert_int_equal(src->rejects.n, REJECTS_LISTED);
    assert_int_equal(src->rejects.count[REJECT_VALUE], 2 * n);
    assert_int_equal(src->rejects.list[REJECTS_LISTED - 1].row, REJECTS_LISTED / 2);
    source_unref(src);
    str_release(&text);
}

static void test_dates_and_timestamps_mix_to_timestamps(void **state)
{
    (void)state;
    case_is("t,k\n2024-01-01,a\n2024-01-01 06:00,b\n",
            "t:timestamp k:category / 2024-01-01 00:00:00 a / 2024-01-01 06:00:00 b");
    case_is("t,k\n2023-02-29,a\n2024-02-29,b\n",
            "t:category k:category / 2023-02-29 a / 2024-02-29 b");
}

static struct source *read_distinct(size_t n, size_t distinct)
{
    struct str text;

    str_init(&text);
    str_add(&text, "k,n\n");
    for (size_t i = 0; i < n; i++)
        str_addf(&text, "w%zu,%zu\n", i % distinct, i);
    struct source *src = case_read(text.buf, NULL);
    str_release(&text);
    return src;
}

static void test_category_or_text_is_settled_by_the_number_of_texts(void **state)
{
    static const struct {
        size_t n, distinct;
        enum column_type type;
    } cases[] = {
        { 20, 20, COLUMN_CATEGORY }, { 21, 21, COLUMN_TEXT },         { 42, 21, COLUMN_CATEGORY },
        { 41, 21, COLUMN_TEXT },     { 3000, 1000, COLUMN_CATEGORY }, { 3000, 1001, COLUMN_TEXT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct source *src = read_distinct(cases[i].n, cases[i].distinct);
        assert_int_equal(table_at(src->table, 0)->type, cases[i].type);
        source_unref(src);
    }
}

static void test_a_column_of_nothing_is_text(void **state)
{
    (void)state;
    case_is("x,y\n1,\n2,NA\n", "x:int y:text / 1 · / 2 ·");
}

static void test_resolved_parameters_give_the_same_table(void **state)
{
    static const char text[] = "a\\,b:c;x;\"q\"\nu;1,5;\n007;2;\"NA\"\n;;z\n";
    struct err err = { 0 };
    struct source *first, *again;

    (void)state;
    assert_int_equal(csv_read_memory(&first, text, sizeof(text) - 1, "t", NULL, NULL, &err), 0);
    assert_string_equal(params_text(&first->params, "delimiter"), "semicolon");
    assert_string_equal(params_value(&first->params, "header")->text, "yes");
    assert_string_equal(params_text(&first->params, "types"),
                        "a\\\\\\,b\\:c:category,x:real,q:category");
    assert_int_equal(
        csv_read_memory(&again, text, sizeof(text) - 1, "t", &first->params, NULL, &err), 0);
    assert_true(digest_eq(table_digest(first->table), table_digest(again->table)));
    assert_true(digest_eq(first->info.digest, again->info.digest));
    for (size_t i = 0; i < first->params.n; i++) {
        assert_int_equal(first->params.values[i].set, again->params.values[i].set);
        if (first->params.values[i].set)
            assert_string_equal(first->params.values[i].text, again->params.values[i].text);
    }
    source_unref(first);
    source_unref(again);
}

/* A command that loads has parameters of its own beside the reader's. */
static void test_parameters_may_come_among_others(void **state)
{
    const struct param_spec specs[] = {
        { .name = "path", .type = PARAM_PATH },
        { .name = "types", .type = PARAM_TEXT },
        { .name = "header", .type = PARAM_TEXT },
        { .name = NULL },
    };
    struct err err = { 0 };
    struct arena arena;
    struct params params;
    struct source *src;

    (void)state;
    arena_init(&arena);
    params_init(&params, specs, &arena);
    assert_int_equal(params_set(&params, 0, "t.csv", &arena, &err), 0);
    assert_int_equal(params_set(&params, 1, "1:real", &arena, &err), 0);
    assert_int_equal(params_set(&params, 2, "yes", &arena, &err), 0);
    assert_int_equal(csv_read_memory(&src, "1,2\n3,4\n", 8, "t", &params, NULL, &err), 0);
    char *text = case_text(src->table);
    assert_string_equal(text, "1:real 2:int / 3 4");
    mem_free(text);
    source_unref(src);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_type_is_recognised),
        cmocka_unit_test(test_blanks_around_a_number_do_not_count),
        cmocka_unit_test(test_numbers_may_lack_digits_on_one_side_of_the_point),
        cmocka_unit_test(test_nan_and_inf_are_values_of_a_real_column),
        cmocka_unit_test(test_missing_words),
        cmocka_unit_test(test_a_quoted_field_is_never_missing_in_a_text_column),
        cmocka_unit_test(test_quotes_mean_text_unless_everything_is_quoted),
        cmocka_unit_test(test_leading_zeros_are_identifiers),
        cmocka_unit_test(test_integers_beyond_64_bits_stay_text),
        cmocka_unit_test(test_overflow_is_listed_and_not_infinite),
        cmocka_unit_test(test_words_of_yes_and_no_stay_words),
        cmocka_unit_test(test_almost_a_number_is_one_and_the_rest_is_listed),
        cmocka_unit_test(test_too_few_numbers_are_text),
        cmocka_unit_test(test_one_word_after_many_rows),
        cmocka_unit_test(test_a_given_type_lists_all_that_does_not_fit),
        cmocka_unit_test(test_rejects_point_into_quoted_fields),
        cmocka_unit_test(test_rejects_are_counted_beyond_the_list),
        cmocka_unit_test(test_dates_and_timestamps_mix_to_timestamps),
        cmocka_unit_test(test_category_or_text_is_settled_by_the_number_of_texts),
        cmocka_unit_test(test_a_column_of_nothing_is_text),
        cmocka_unit_test(test_resolved_parameters_give_the_same_table),
        cmocka_unit_test(test_parameters_may_come_among_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
