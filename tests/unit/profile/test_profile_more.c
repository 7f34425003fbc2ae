/* describe beyond test_profile.c: pandas' figures, patterns, top values, threads, every type. */
#include "looking_data.h"

#include "base/parallel.h"
#include "profile/profile.h"
#include "profile/profile_parts.h"

static struct profile_column describe(struct column *take)
{
    struct profile_column p;

    assert_int_equal(profile_column(&p, take, NULL), 0);
    column_unref(take);
    return p;
}

static void test_figures_are_those_of_pandas(void **state)
{
    struct table *t = looking_table();

    (void)state;
    for (size_t j = 0; j < 3; j++) {
        struct profile_column p = describe(column_ref(table_at(t, j)));
        const char *name = table_name(t, j);
        assert_figure(p.mean, "mean", name, "", 14);
        assert_figure(p.std, "std", name, "", 13);
        assert_figure(p.skew, "skew", name, "", 12);
        assert_figure(p.kurtosis, "kurtosis", name, "", 12);
        assert_figure(p.q25, "q25", name, "", 15);
        assert_figure(p.median, "median", name, "", 15);
        assert_figure(p.q75, "q75", name, "", 15);
        assert_figure((double)p.distinct, "distinct", name, "", 15);
    }
    table_unref(t);
}

static void test_signs_and_odd_numbers_are_counted(void **state)
{
    struct profile_column p = describe(
        MAKE(COLUMN_REAL, "-0", "0", "-2", "inf", "-inf", "nan", "3", NULL));

    (void)state;
    assert_int_equal(p.n_zero, 2);
    assert_int_equal(p.n_negative, 2);
    assert_int_equal(p.n_infinite, 2);
    assert_int_equal(p.n_nan, 1);
    assert_int_equal(p.distinct, 6);
    assert_true(isnan(p.skew));
    p = describe(MAKE(COLUMN_INT, "5", "5", "5", "5"));
    assert_true(isnan(p.skew) && isnan(p.kurtosis)); /* all equal */
    p = describe(MAKE(COLUMN_INT, "1", "2", "4"));
    assert_float_equal(p.skew, 0.9352195295828237, 1e-13); /* pandas 1.5 */
    assert_true(isnan(p.kurtosis));
    p = describe(MAKE(COLUMN_INT, "-9223372036854775808", "9223372036854775807", "-1"));
    assert_int_equal(p.distinct, 3);
    assert_int_equal(p.n_negative, 2);
    assert_float_equal(p.median, -1, 0);
}

static void test_top_values_fall_and_ties_follow_the_order(void **state)
{
    static const size_t rows[] = { 3, 0, 1, 6 };
    static const size_t counts[] = { 3, 2, 1, 1 };
    struct profile_column p[] = {
        describe(MAKE(COLUMN_TEXT, "b", "c", "b", "a", "a", "a", "d", NULL)),
        describe(MAKE(COLUMN_CATEGORY, "b", "c", "b", "a", "a", "a", "d", NULL)),
        describe(MAKE(COLUMN_INT, "2", "3", "2", "1", "1", "1", "4", NULL)),
        describe(MAKE(COLUMN_REAL, "2", "3", "2", "1", "1", "1", "nan", NULL)),
        describe(MAKE(COLUMN_INT, "2", "300000000000", "2", "1", "1", "1", "400000000000", NULL)),
    };

    (void)state;
    for (size_t k = 0; k < sizeof(p) / sizeof(*p); k++) {
        assert_int_equal(p[k].n_tops, 4);
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(p[k].tops[i].row, rows[i]);
            assert_int_equal(p[k].tops[i].count, counts[i]);
        }
    }
}

static void assert_pattern(const char *text, const char *exact, const char *wide)
{
    char out[PROFILE_PATTERN_SIZE];

    text_pattern(out, span_of(text), false);
    assert_string_equal(out, exact);
    text_pattern(out, span_of(text), true);
    assert_string_equal(out, wide);
}

static void test_patterns(void **state)
{
    (void)state;
    assert_pattern("ABC-123", "AAA-999", "A+-9+");
    assert_pattern("Main 12b", "Aaaa 99a", "Aa+ 9+a");
    assert_pattern("", "", "");
    assert_pattern("Žofie Ærø", "Aaaaa Aaa", "Aa+ Aa+");
    assert_pattern("東京 7", "xx 9", "x+ 9");
    assert_pattern("e\xcc\x81t\xc3\xa9", "axaa", "a+"); /* a mark goes with its letter */
    assert_pattern("٣٤ €", "99 €", "9+ €");
    assert_pattern("0123456789012345678901234567890123456789012345678901234567890123456789",
                   "999999999999999999999999999999999999999999999999999999999999…", "9+");
}

static void test_many_forms_are_taken_together(void **state)
{
    struct column_builder b;
    struct column *c;
    char text[64];

    (void)state;
    builder_init(&b, COLUMN_TEXT, 60);
    for (int i = 0; i < 60; i++) {
        memset(text, 'a', sizeof(text));
        builder_add_text(&b, text, (size_t)(i % 30) + 2);
    }
    assert_int_equal(builder_finish(&c, &b, NULL), 0);
    struct profile_column p = describe(c);
    assert_true(p.patterns_are_wide);
    assert_int_equal(p.n_patterns, 1);
    assert_string_equal(p.patterns[0].text, "a+");
    assert_int_equal(p.patterns[0].count, 60);
    assert_int_equal(p.shortest, 2);
    assert_int_equal(p.longest, 31);
}

static void test_text_lengths_and_blanks(void **state)
{
    struct profile_column p = describe(MAKE(COLUMN_TEXT, "", "  ", "äöü", "ab", NULL, ""));

    (void)state;
    assert_int_equal(p.shortest, 0);
    assert_int_equal(p.longest, 3);
    assert_int_equal(p.n_blank, 3);
}

/* Large columns take every way: by range, by hash, by sorting; the same for any number of threads. */
static struct table *large_table(void)
{
    enum { N = 60000 };
    static const char *const names[] = { "range", "few", "many", "word", "time" };
    struct column_builder b[5];
    struct column *columns[5];
    uint64_t s = 9;

    builder_init(&b[0], COLUMN_INT, N);
    builder_init(&b[1], COLUMN_REAL, N);
    builder_init(&b[2], COLUMN_REAL, N);
    builder_init(&b[3], COLUMN_TEXT, N);
    builder_init(&b[4], COLUMN_TIMESTAMP, N);
    for (int i = 0; i < N; i++) {
        double v = looking_next(&s);
        char text[32];
        builder_add_int(&b[0], (int64_t)(v * 1000));
        builder_add_real(&b[1], floor(v * 500) / 8);
        builder_add_real(&b[2], v);
        builder_add_text(&b[3], text, (size_t)snprintf(text, sizeof(text), "w%d", (int)(v * 9e4)));
        builder_add_int(&b[4], (int64_t)(v * 1e15));
    }
    for (size_t j = 0; j < 5; j++)
        columns[j] = looking_column(&b[j]);
    return make_table(names, columns, 5);
}

static void test_threads_do_not_matter(void **state)
{
    struct table *t = large_table();
    struct profile one, more;

    (void)state;
    parallel_set_threads(1);
    assert_int_equal(profile_table(&one, t, NULL, NULL), 0);
    for (size_t threads = 2; threads <= 4; threads += 2) {
        parallel_set_threads(threads);
        assert_int_equal(profile_table(&more, t, NULL, NULL), 0);
        for (size_t j = 0; j < t->n_cols; j++) {
            more.columns[j].name = one.columns[j].name;
            assert_memory_equal(&one.columns[j], &more.columns[j], sizeof(one.columns[j]));
        }
        profile_release(&more);
    }
    for (size_t j = 0; j < t->n_cols; j++)
        assert_int_equal(one.columns[j].distinct, column_n_distinct(table_at(t, j)));
    profile_release(&one);
    parallel_set_threads(0);
    table_unref(t);
}

static void test_the_regex_of_a_pattern_finds_its_texts(void **state)
{
    struct str regex;

    (void)state;
    str_init(&regex);
    profile_pattern_regex(&regex, "Aa-9", false);
    assert_string_equal(regex.buf, "^[\\p{Lu}\\p{Lt}]\\p{Ll}\\x2d\\p{Nd}$");
    str_clear(&regex);
    profile_pattern_regex(&regex, "9+ …", true);
    assert_string_equal(regex.buf, "^\\p{Nd}\\p{Nd}+\\x20");
    str_release(&regex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_are_those_of_pandas),
        cmocka_unit_test(test_signs_and_odd_numbers_are_counted),
        cmocka_unit_test(test_top_values_fall_and_ties_follow_the_order),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_many_forms_are_taken_together),
        cmocka_unit_test(test_text_lengths_and_blanks),
        cmocka_unit_test(test_threads_do_not_matter),
        cmocka_unit_test(test_the_regex_of_a_pattern_finds_its_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
