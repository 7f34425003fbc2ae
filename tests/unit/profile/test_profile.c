/* Means, deviations, quantiles and bins: numpy 1.24 (mean, std(ddof=1), quantile, histogram). */
#include "../table/table_make.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/rng.h"
#include "profile/group.h"
#include "profile/profile.h"

static struct profile_column describe(struct column *take)
{
    struct profile_column p;
    struct err err = { 0 };

    assert_int_equal(profile_column(&p, take, &err), 0);
    column_unref(take);
    return p;
}

static void assert_bins(const struct profile_column *p, const size_t *want, size_t n)
{
    assert_int_equal(p->n_bins, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(p->bins[i], want[i]);
}

static void test_a_column_of_ints(void **state)
{
    struct profile_column p = describe(MAKE(COLUMN_INT, "3750", "3800", "4500", "5700", "3500",
                                            "3900", "4450", "3775", NULL, "5400", "4150", "3625"));

    assert_int_equal(p.count, 11);
    assert_int_equal(p.missing, 1);
    assert_int_equal(p.distinct, 11);
    assert_float_equal(p.mean, 4231.818181818182, 1e-11);
    assert_float_equal(p.std, 727.1597923677874, 1e-10);
    assert_float_equal(p.min, 3500, 0);
    assert_float_equal(p.q25, 3762.5, 0);
    assert_float_equal(p.median, 3900, 0);
    assert_float_equal(p.q75, 4475, 0);
    assert_float_equal(p.max, 5700, 0);
    assert_int_equal(p.top_count, 1);
    assert_int_equal(p.top_row, 4); /* the smallest among equals */
    (void)state;
}

static void test_a_column_of_reals_with_bins(void **state)
{
    static const size_t bins[] = { 1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 2, 1, 0, 3 };
    struct profile_column p = describe(MAKE(COLUMN_REAL, "18.7", "17.4", "13.2", "16.3", "17.9",
                                            "18.1", "14.1", "18.7", NULL, "14.5", "19", "17.8"));

    assert_float_equal(p.mean, 16.881818181818183, 1e-14);
    assert_float_equal(p.std, 2.0502771431287927, 1e-13);
    assert_float_equal(p.q25, 15.4, 1e-14);
    assert_float_equal(p.median, 17.8, 0);
    assert_float_equal(p.q75, 18.4, 1e-14);
    assert_int_equal(p.distinct, 10);
    assert_int_equal(p.top_count, 2);
    assert_int_equal(p.top_row, 0);
    assert_float_equal(p.bin_low, 13.2, 0);
    assert_float_equal(p.bin_high, 19, 0);
    assert_bins(&p, bins, 16);
    (void)state;
}

static void test_few_whole_numbers_have_a_bin_each(void **state)
{
    static const size_t bins[] = { 1, 0, 2, 3 };
    struct profile_column p = describe(MAKE(COLUMN_INT, "2", "5", "4", "5", "4", "5"));

    assert_bins(&p, bins, 4);
    (void)state;
}

static void test_constant_single_missing_and_no_rows(void **state)
{
    static const size_t three[] = { 3 };
    struct profile_column p = describe(MAKE(COLUMN_REAL, "2.5", "2.5", "2.5"));

    assert_bins(&p, three, 1);
    assert_float_equal(p.std, 0, 0);
    p = describe(MAKE(COLUMN_INT, "7", NULL));
    assert_true(isnan(p.std));
    assert_float_equal(p.mean, 7, 0);
    p = describe(MAKE(COLUMN_REAL, NULL, NULL));
    assert_true(isnan(p.mean) && isnan(p.min) && isnan(p.median));
    assert_int_equal(p.missing, 2);
    assert_int_equal(p.distinct, 0);
    assert_int_equal(p.n_bins, 0);
    assert_int_equal(p.top_count, 0);
    struct column *none;
    assert_int_equal(column_new(&none, COLUMN_REAL, 0, NULL, NULL), 0);
    column_seal(none);
    p = describe(none);
    assert_int_equal(p.count, 0);
    (void)state;
}

static void test_nan_is_a_value_that_no_number_knows(void **state)
{
    struct profile_column p = describe(MAKE(COLUMN_REAL, "1", "nan", "3", "nan", NULL));

    assert_int_equal(p.count, 4);
    assert_int_equal(p.n_nan, 2);
    assert_int_equal(p.distinct, 3);
    assert_float_equal(p.mean, 2, 0);
    assert_float_equal(p.max, 3, 0);
    assert_int_equal(p.top_row, 1);
    assert_int_equal(p.top_count, 2);
    (void)state;
}

static void test_infinite_and_huge_values_break_no_bins(void **state)
{
    struct profile_column p = describe(MAKE(COLUMN_REAL, "-inf", "1", "2", "inf", "inf"));
    size_t n = 0;

    for (size_t i = 0; i < p.n_bins; i++)
        n += p.bins[i];
    assert_int_equal(n, 2);
    assert_float_equal(p.bin_low, 1, 0);
    assert_float_equal(p.bin_high, 2, 0);
    p = describe(MAKE(COLUMN_REAL, "-1.7e308", "0", "1.7e308"));
    assert_int_equal(p.bins[0] + p.bins[8] + p.bins[15], 3);
    assert_int_equal(p.distinct, 3);
    p = describe(MAKE(COLUMN_REAL, "inf", "inf"));
    assert_int_equal(p.top_count, 2);
    assert_int_equal(p.n_bins, 0);
    p = describe(MAKE(COLUMN_REAL, "0", "5e-324"));
    assert_int_equal(p.bins[0] + p.bins[p.n_bins - 1], 2);
    (void)state;
}

static void test_large_ints_stay_apart(void **state)
{
    struct profile_column p = describe(
        MAKE(COLUMN_INT, "9007199254740992", "9007199254740993", "9007199254740992"));

    assert_int_equal(p.distinct, 2);
    assert_int_equal(p.top_count, 2);
    (void)state;
}

static void test_words_bools_and_dates(void **state)
{
    static const size_t words[] = { 3, 2, 1 }, bools[] = { 1, 3 };
    struct profile_column p = describe(MAKE(COLUMN_CATEGORY, "b", "a", "c", "c", NULL, "b", "c"));
    struct str text;

    assert_int_equal(p.distinct, 3);
    assert_int_equal(p.top_row, 2);
    assert_int_equal(p.top_count, 3);
    assert_true(isnan(p.mean));
    assert_bins(&p, words, 3);
    p = describe(MAKE(COLUMN_BOOL, "true", "false", "true", NULL, "true"));
    assert_bins(&p, bools, 2);
    assert_float_equal(p.mean, 0.75, 0);
    p = describe(MAKE(COLUMN_DATE, "2024-02-28", "2024-03-01", "2024-02-29", NULL));
    str_init(&text);
    profile_show(&text, &p, p.min, 6);
    str_add(&text, " ");
    profile_show(&text, &p, p.median, 6);
    str_add(&text, " ");
    profile_show(&text, &p, p.max, 6);
    profile_show(&text, &p, p.std, 6); /* a date has none */
    assert_string_equal(text.buf, "2024-02-28 2024-02-29 2024-03-01");
    str_release(&text);
    (void)state;
}

static void test_a_table_has_all_its_columns_by_name(void **state)
{
    struct column *c[] = { MAKE(COLUMN_INT, "1", "2"), MAKE(COLUMN_TEXT, "x", NULL) };
    struct table *t = make_table((const char *const[]){ "n", "s" }, c, 2);
    struct profile p;
    struct job job;
    struct err err = { 0 };

    assert_int_equal(profile_table(&p, t, NULL, &err), 0);
    assert_int_equal(p.n_rows, 2);
    assert_string_equal(p.columns[1].name, "s");
    assert_int_equal(p.columns[1].type, COLUMN_TEXT);
    profile_release(&p);
    job_init(&job);
    job_cancel(&job);
    assert_int_equal(profile_table(&p, t, &job, &err), -1);
    assert_int_equal(err.code, ERR_CANCELLED);
    table_unref(t);
    (void)state;
}

static void test_frequencies_fall_and_count_the_missing(void **state)
{
    struct column *c = MAKE(COLUMN_TEXT, "b", NULL, "a", "b", NULL, "a", "c", "", "b");
    static const char *const want[] = { "b", "a", "·", "", "c" };
    static const size_t counts[] = { 3, 2, 2, 1, 1 };
    struct frequencies f;

    assert_int_equal(frequencies_of(&f, c, NULL), 0);
    assert_int_equal(f.n, 5);
    for (size_t k = 0; k < f.n; k++) {
        assert_cell(c, f.items[k].row, want[k]);
        assert_int_equal(f.items[k].count, counts[k]);
        assert_float_equal(f.items[k].share, (double)counts[k] / 9, 1e-16);
        assert_int_equal(f.items[k].missing, k == 2);
    }
    frequencies_release(&f);
    column_unref(c);
    (void)state;
}

enum { N_CELLS = 500 };

/* Sixty values at most, some missing. */
static struct column *random_cells(enum column_type type, struct rng *rng)
{
    struct column_builder b;
    struct column *text, *c;
    size_t n_lost;

    builder_init(&b, COLUMN_TEXT, N_CELLS);
    for (size_t i = 0; i < N_CELLS; i++) {
        char cell[32];
        unsigned v = (unsigned)rng_below(rng, 60);
        snprintf(cell, sizeof(cell), "20%02u-01-02", v);
        if (type == COLUMN_BOOL)
            snprintf(cell, sizeof(cell), "%s", v % 2 ? "true" : "false");
        else if (type == COLUMN_INT || type == COLUMN_REAL)
            snprintf(cell, sizeof(cell), "%d", (int)v - 30);
        if (v % 7 == 0)
            builder_add_missing(&b);
        else
            builder_add_text(&b, cell, strlen(cell));
    }
    assert_int_equal(builder_finish(&text, &b, NULL), 0);
    assert_int_equal(column_cast(&c, text, type, &n_lost, NULL, 0, NULL), 0);
    column_unref(text);
    return c;
}

static size_t plain_count(const struct column *c, const uint32_t *rows, size_t n, size_t like)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += !column_missing(c, rows[i]) && column_cells_equal(c, rows[i], c, like);
    return count;
}

static bool is_below(const struct column *c, size_t i, size_t j)
{
    if (column_is_text(c))
        return span_compare(column_span(c, i), column_span(c, j)) < 0;
    return column_number(c, i) < column_number(c, j);
}

/* For every type, in rows that were picked. */
static void test_groups_are_those_of_a_plain_count(void **state)
{
    struct rng rng;

    rng_init(&rng, 3, 0);
    for (int type = 0; type < COLUMN_N_TYPES; type++) {
        struct column *c = random_cells((enum column_type)type, &rng);
        uint32_t rows[N_CELLS];
        struct group *groups;
        size_t n, total = 0;

        for (uint32_t i = 0; i < N_CELLS; i++)
            rows[i] = i;
        rng_shuffle(&rng, rows, N_CELLS);
        assert_int_equal(column_groups(&groups, &n, c, rows, N_CELLS / 2, NULL), 0);
        for (size_t k = 0; k < n; k++) {
            total += groups[k].count;
            assert_int_equal(groups[k].count, plain_count(c, rows, N_CELLS / 2, groups[k].row));
            assert_true(k == 0 || is_below(c, groups[k - 1].row, groups[k].row));
        }
        for (size_t i = 0; i < N_CELLS / 2; i++)
            total += column_missing(c, rows[i]);
        assert_int_equal(total, N_CELLS / 2);
        mem_big_free(groups);
        column_unref(c);
    }
    (void)state;
}

static void test_zeros_and_nans_are_one_value_each(void **state)
{
    struct column *c = MAKE(COLUMN_REAL, "0", "-0", "nan", "-nan", "1");
    struct group *groups;
    size_t n;

    assert_int_equal(column_groups(&groups, &n, c, NULL, 0, NULL), 0);
    assert_int_equal(n, 3);
    assert_int_equal(groups[0].count, 2);
    assert_int_equal(groups[2].count, 2);
    assert_true(cell_key(c, 0) == cell_key(c, 1));
    assert_true(cell_key(c, 2) == cell_key(c, 3));
    assert_true(cell_key(c, 0) != cell_key(c, 4));
    mem_big_free(groups);
    column_unref(c);
    (void)state;
}

static void test_running_out_of_memory_is_an_error(void **state)
{
    struct column *c = MAKE(COLUMN_INT, "9007199254740993", "2", "3", NULL);
    struct profile_column p;
    struct frequencies f;
    size_t n_failed = 0;

    for (size_t n = 1; n < 10; n++) {
        struct err err = { 0 };
        mem_big_fail_after(n);
        if (profile_column(&p, c, &err)) {
            assert_int_equal(err.code, ERR_NOMEM);
            n_failed++;
        }
        mem_big_fail_after(n);
        if (frequencies_of(&f, c, &err))
            n_failed++;
        else
            frequencies_release(&f);
        mem_big_fail_after(0);
    }
    assert_int_equal(n_failed, 6); /* groups, slots and values; groups, slots and items */
    column_unref(c);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_column_of_ints),
        cmocka_unit_test(test_a_column_of_reals_with_bins),
        cmocka_unit_test(test_few_whole_numbers_have_a_bin_each),
        cmocka_unit_test(test_constant_single_missing_and_no_rows),
        cmocka_unit_test(test_nan_is_a_value_that_no_number_knows),
        cmocka_unit_test(test_infinite_and_huge_values_break_no_bins),
        cmocka_unit_test(test_large_ints_stay_apart),
        cmocka_unit_test(test_words_bools_and_dates),
        cmocka_unit_test(test_a_table_has_all_its_columns_by_name),
        cmocka_unit_test(test_frequencies_fall_and_count_the_missing),
        cmocka_unit_test(test_groups_are_those_of_a_plain_count),
        cmocka_unit_test(test_zeros_and_nans_are_one_value_each),
        cmocka_unit_test(test_running_out_of_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
