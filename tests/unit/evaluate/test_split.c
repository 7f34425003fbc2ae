/* Dividing rows: shares, sizes, seeds, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/resample.h"

enum { N = 103 };

/* ---- a fraction ---- */
static size_t count_held(const uint8_t *part, size_t n, const int32_t *strata, int32_t stratum)
{
    size_t held = 0;

    for (size_t i = 0; i < n; i++) {
        assert_true(part[i] == PART_PREDICT || part[i] == PART_TRAIN);
        held += part[i] == PART_PREDICT && (!strata || strata[i] == stratum);
    }
    return held;
}

static void test_fraction_is_rounded_to_the_nearest(void **state)
{
    uint8_t part[N];

    (void)state;
    assert_int_equal(split_fraction(part, N, 0.25, NULL, NULL, 0, 7, NULL), 0);
    assert_int_equal(count_held(part, N, NULL, 0), 26); /* 25.75 */
    assert_int_equal(split_fraction(part, 5, 0.5, NULL, NULL, 0, 7, NULL), 0);
    assert_int_equal(count_held(part, 5, NULL, 0), 3); /* 2.5 */
}

static void test_either_part_has_a_row(void **state)
{
    uint8_t part[N];

    (void)state;
    assert_int_equal(split_fraction(part, 3, 0.01, NULL, NULL, 0, 1, NULL), 0);
    assert_int_equal(count_held(part, 3, NULL, 0), 1);
    assert_int_equal(split_fraction(part, 3, 0.99, NULL, NULL, 0, 1, NULL), 0);
    assert_int_equal(count_held(part, 3, NULL, 0), 2);
}

static void test_strata_give_their_share_by_largest_remainder(void **state)
{
    uint8_t part[N];
    int32_t strata[N];

    (void)state;
    /* 60, 30, 13 rows; 0.25 of 103 is 26: exact shares 15.15, 7.57, 3.28 */
    for (size_t i = 0; i < N; i++)
        strata[i] = i < 60 ? 0 : i < 90 ? 1 : 2;
    assert_int_equal(split_fraction(part, N, 0.25, strata, NULL, 3, 7, NULL), 0);
    assert_int_equal(count_held(part, N, strata, 0), 15);
    assert_int_equal(count_held(part, N, strata, 1), 8);
    assert_int_equal(count_held(part, N, strata, 2), 3);
}

static void test_seed_decides(void **state)
{
    uint8_t a[N], b[N], c[N];

    (void)state;
    split_fraction(a, N, 0.3, NULL, NULL, 0, 7, NULL);
    split_fraction(b, N, 0.3, NULL, NULL, 0, 7, NULL);
    split_fraction(c, N, 0.3, NULL, NULL, 0, 8, NULL);
    assert_memory_equal(a, b, N);
    assert_memory_not_equal(a, c, N);
}

/* Every row is held out about as often as any other: 2000 splits, 4.5 standard deviations. */
static void test_rows_are_alike(void **state)
{
    uint8_t part[20];
    size_t held[20] = { 0 };

    (void)state;
    for (uint64_t seed = 0; seed < 2000; seed++) {
        split_fraction(part, 20, 0.25, NULL, NULL, 0, seed, NULL);
        for (size_t i = 0; i < 20; i++)
            held[i] += part[i] == PART_PREDICT;
    }
    for (size_t i = 0; i < 20; i++)
        assert_true(fabs((double)held[i] - 500) < 4.5 * sqrt(2000 * 0.25 * 0.75));
}

static void test_too_few_rows_are_refused(void **state)
{
    uint8_t part[1];
    struct err err = { 0 };

    (void)state;
    assert_int_equal(split_fraction(part, 1, 0.5, NULL, NULL, 0, 1, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_string_equal(err.msg, "1 row cannot be split; a split wants 2 rows at least");
    assert_int_equal(split_fraction(part, 0, 0.5, NULL, NULL, 0, 1, &err), -1);
    assert_string_equal(err.msg, "0 rows cannot be split; a split wants 2 rows at least");
}

static void test_fraction_out_of_range_is_refused(void **state)
{
    uint8_t part[4];
    struct err err = { 0 };
    const double bad[] = { 0, 1, -0.5, 2, NAN };

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(split_fraction(part, 4, bad[i], NULL, NULL, 0, 1, &err), -1);
        assert_int_equal(err.code, ERR_USAGE);
    }
}

static void test_class_of_one_row_is_named(void **state)
{
    uint8_t part[5];
    struct err err = { 0 };
    const int32_t strata[5] = { 0, 0, 2, 0, 0 };
    const char *const names[3] = { "cat", "dog", "eel" };

    (void)state;
    assert_int_equal(split_fraction(part, 5, 0.4, strata, names, 3, 1, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_string_equal(err.msg, "class eel has 1 row, and a stratified split wants 2 of each; "
                                 "remove it or split without stratify");
    assert_int_equal(split_fraction(part, 5, 0.4, strata, NULL, 3, 1, &err), -1);
    assert_string_equal(err.msg, "a group to stratify by has 1 row (row 3), and a stratified split "
                                 "wants 2 of each; split without stratify");
}

/* ---- by a column ---- */
static struct column *texts(enum column_type type, const char *const *cells, size_t n)
{
    struct column_builder b;
    struct column *c;

    builder_init(&b, type, n);
    for (size_t i = 0; i < n; i++)
        if (cells[i])
            builder_add_text(&b, cells[i], strlen(cells[i]));
        else
            builder_add_missing(&b);
    assert_int_equal(builder_finish(&c, &b, NULL), 0);
    return c;
}

static void split_fails(const char *const *cells, size_t n, const char *message)
{
    struct column *c = texts(COLUMN_CATEGORY, cells, n);
    struct err err = { 0 };
    uint8_t part[8];

    assert_int_equal(split_by_column(part, c, "part", &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_string_equal(err.msg, message);
    column_unref(c);
}

static void test_split_by_column(void **state)
{
    const char *const cells[] = { "train", "test", "train", "train" };
    uint8_t part[4];

    (void)state;
    for (int pass = 0; pass < 2; pass++) {
        struct column *c = texts(pass ? COLUMN_TEXT : COLUMN_CATEGORY, cells, 4);

        assert_int_equal(split_by_column(part, c, "part", NULL), 0);
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(part[i], i == 1 ? PART_PREDICT : PART_TRAIN);
        column_unref(c);
    }
}

static void test_split_column_that_is_none_is_refused(void **state)
{
    struct column *numbers;
    struct err err = { 0 };
    uint8_t part[8];

    (void)state;
    split_fails(
        (const char *const[]){ "train", "tset" }, 2,
        "column part holds 'tset' in row 2; a split column holds train or test in every row");
    split_fails((const char *const[]){ "train", "test", NULL }, 3,
                "column part is missing in row 3; a split column holds train or test in every row");
    split_fails((const char *const[]){ "train", "train" }, 2,
                "column part holds no test; a split wants rows of both kinds");
    split_fails((const char *const[]){ "test", "test" }, 2,
                "column part holds no train; a split wants rows of both kinds");
    assert_int_equal(column_new(&numbers, COLUMN_INT, 2, NULL, NULL), 0);
    column_seal(numbers);
    assert_int_equal(split_by_column(part, numbers, "part", &err), -1);
    assert_int_equal(err.code, ERR_SHAPE);
    assert_string_equal(err.msg, "column part is int; a split column holds train or test");
    column_unref(numbers);
}

/* ---- folds ---- */
static void fold_sizes(size_t *size, const uint32_t *fold, size_t n, size_t k,
                       const int32_t *strata, int32_t stratum)
{
    memset(size, 0, k * sizeof(*size));
    for (size_t i = 0; i < n; i++) {
        assert_true(fold[i] < k);
        size[fold[i]] += !strata || strata[i] == stratum;
    }
}

static void sizes_differ_by_one_at_most(const size_t *size, size_t k)
{
    size_t least = size[0], most = size[0];

    for (size_t f = 1; f < k; f++) {
        least = size[f] < least ? size[f] : least;
        most = size[f] > most ? size[f] : most;
    }
    assert_true(most - least <= 1);
}

static void test_folds_are_even(void **state)
{
    uint32_t fold[N];
    size_t size[N];

    (void)state;
    for (size_t k = 2; k <= N; k += 7) {
        assert_int_equal(folds_random(fold, N, k, NULL, 0, 7, 0, NULL), 0);
        fold_sizes(size, fold, N, k, NULL, 0);
        sizes_differ_by_one_at_most(size, k);
    }
}

static void test_stratified_folds_are_even_in_all_and_in_each_stratum(void **state)
{
    uint32_t fold[N];
    int32_t strata[N];
    size_t size[10];

    (void)state;
    for (size_t i = 0; i < N; i++)
        strata[i] = (int32_t)((i * i) % 7 % 4); /* uneven, mixed; one stratum is empty */
    for (size_t k = 2; k <= 10; k++) {
        assert_int_equal(folds_random(fold, N, k, strata, 5, 7, 0, NULL), 0);
        fold_sizes(size, fold, N, k, NULL, 0);
        sizes_differ_by_one_at_most(size, k);
        for (int32_t s = 0; s < 5; s++) {
            fold_sizes(size, fold, N, k, strata, s);
            sizes_differ_by_one_at_most(size, k);
        }
    }
}

static void test_repeats_and_seeds_give_other_folds(void **state)
{
    uint32_t a[N], b[N], repeat[N], seed[N];

    (void)state;
    folds_random(a, N, 5, NULL, 0, 7, 0, NULL);
    folds_random(b, N, 5, NULL, 0, 7, 0, NULL);
    folds_random(repeat, N, 5, NULL, 0, 7, 1, NULL);
    folds_random(seed, N, 5, NULL, 0, 8, 0, NULL);
    assert_memory_equal(a, b, sizeof(a));
    assert_memory_not_equal(a, repeat, sizeof(a));
    assert_memory_not_equal(a, seed, sizeof(a));
}

static void test_folds_that_cannot_be_are_refused(void **state)
{
    uint32_t fold[N];
    struct err err = { 0 };

    (void)state;
    assert_int_equal(folds_random(fold, 4, 5, NULL, 0, 7, 0, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_string_equal(err.msg, "5 folds were asked for over 4 rows; ask for fewer");
    assert_int_equal(folds_random(fold, 4, 1, NULL, 0, 7, 0, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_string_equal(err.msg, "1 folds were asked for over 4 rows; ask for 2 or more");
}

static void test_folds_named_by_text_are_in_byte_order(void **state)
{
    const char *const cells[] = { "b", "a", "c", "b", NULL, "Z" };
    const uint32_t rows[] = { 0, 1, 3, 5 }; /* neither c nor the missing one is asked for */
    const uint32_t expected[] = { 2, 1, 2, 0 };
    uint32_t fold[4];
    size_t k;

    (void)state;
    for (int pass = 0; pass < 2; pass++) {
        struct column *c = texts(pass ? COLUMN_TEXT : COLUMN_CATEGORY, cells, 6);

        assert_int_equal(folds_by_column(fold, &k, c, "fold", rows, 4, NULL), 0);
        assert_int_equal(k, 3);
        assert_memory_equal(fold, expected, sizeof(fold));
        column_unref(c);
    }
}

static void test_folds_named_by_numbers_ascend(void **state)
{
    const int64_t values[] = { 10, -3, 9, 10, -3 };
    const uint32_t rows[] = { 0, 1, 2, 3, 4 }, expected[] = { 2, 0, 1, 2, 0 };
    struct column *c;
    uint32_t fold[5];
    size_t k;

    (void)state;
    assert_int_equal(column_new(&c, COLUMN_INT, 5, NULL, NULL), 0);
    memcpy(column_ints_mut(c), values, sizeof(values));
    column_seal(c);
    assert_int_equal(folds_by_column(fold, &k, c, "fold", rows, 5, NULL), 0);
    assert_int_equal(k, 3);
    assert_memory_equal(fold, expected, sizeof(fold));
    column_unref(c);
}

static void test_fold_column_that_is_none_is_refused(void **state)
{
    const char *const cells[] = { "a", "a", NULL };
    const uint32_t rows[] = { 0, 1, 2 };
    struct column *c = texts(COLUMN_TEXT, cells, 3);
    struct err err = { 0 };
    uint32_t fold[3];
    size_t k;

    (void)state;
    assert_int_equal(folds_by_column(fold, &k, c, "cv", rows, 3, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_string_equal(err.msg, "column cv is missing in row 3; a fold column names a fold in "
                                 "every training row");
    assert_int_equal(folds_by_column(fold, &k, c, "cv", rows, 2, &err), -1);
    assert_string_equal(err.msg,
                        "column cv holds 1 value over 2 training rows; folds want 2 or more");
    column_unref(c);
}

/* ---- strata ---- */
static void test_strata_of_classes(void **state)
{
    const double y[] = { 0, 2, NAN, 1 };
    const struct target target = { .name = "y", .task = TASK_MULTICLASS, .n_classes = 3 };
    int32_t *strata;
    size_t n;

    (void)state;
    assert_int_equal(strata_of(&strata, &n, &target, y, 4, NULL), 0);
    assert_int_equal(n, 4);
    assert_int_equal(strata[0], 0);
    assert_int_equal(strata[1], 2);
    assert_int_equal(strata[2], 3);
    assert_int_equal(strata[3], 1);
    mem_big_free(strata);
}

static void test_strata_of_numbers_are_bins_of_equal_counts(void **state)
{
    double y[N];
    const struct target target = { .name = "y", .task = TASK_REGRESS };
    int32_t *strata;
    size_t n, count[STRATA_BINS + 1] = { 0 };

    (void)state;
    for (size_t i = 0; i < N; i++)
        y[i] = i < 3 ? NAN : exp((double)((i * 37) % N) / 10);
    assert_int_equal(strata_of(&strata, &n, &target, y, N, NULL), 0);
    assert_int_equal(n, STRATA_BINS + 1);
    for (size_t i = 0; i < N; i++) {
        count[strata[i]]++;
        for (size_t j = 3; j < i; j++)
            assert_true(y[i] <= y[j] ? strata[i] <= strata[j] : strata[i] >= strata[j]);
    }
    for (size_t b = 0; b < STRATA_BINS; b++)
        assert_true(count[b] == 10);
    assert_int_equal(count[STRATA_BINS], 3);
    mem_big_free(strata);
}

static void test_no_memory_is_an_error(void **state)
{
    uint8_t part[N];
    uint32_t fold[N];
    struct err err = { 0 };

    (void)state;
    for (size_t nth = 1; nth <= 2; nth++) {
        mem_big_fail_after(nth);
        assert_int_equal(split_fraction(part, N, 0.5, NULL, NULL, 0, 1, &err), -1);
        assert_int_equal(err.code, ERR_NOMEM);
        mem_big_fail_after(nth);
        assert_int_equal(folds_random(fold, N, 5, NULL, 0, 1, 0, &err), -1);
        assert_int_equal(err.code, ERR_NOMEM);
    }
    mem_big_fail_after(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fraction_is_rounded_to_the_nearest),
        cmocka_unit_test(test_either_part_has_a_row),
        cmocka_unit_test(test_strata_give_their_share_by_largest_remainder),
        cmocka_unit_test(test_seed_decides),
        cmocka_unit_test(test_rows_are_alike),
        cmocka_unit_test(test_too_few_rows_are_refused),
        cmocka_unit_test(test_fraction_out_of_range_is_refused),
        cmocka_unit_test(test_class_of_one_row_is_named),
        cmocka_unit_test(test_split_by_column),
        cmocka_unit_test(test_split_column_that_is_none_is_refused),
        cmocka_unit_test(test_folds_are_even),
        cmocka_unit_test(test_stratified_folds_are_even_in_all_and_in_each_stratum),
        cmocka_unit_test(test_repeats_and_seeds_give_other_folds),
        cmocka_unit_test(test_folds_that_cannot_be_are_refused),
        cmocka_unit_test(test_folds_named_by_text_are_in_byte_order),
        cmocka_unit_test(test_folds_named_by_numbers_ascend),
        cmocka_unit_test(test_fold_column_that_is_none_is_refused),
        cmocka_unit_test(test_strata_of_classes),
        cmocka_unit_test(test_strata_of_numbers_are_bins_of_equal_counts),
        cmocka_unit_test(test_no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
