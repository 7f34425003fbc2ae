#include "table_make.h"

#include <float.h>
#include <math.h>

#include "base/hash.h"

static bool same(const struct column *a, const struct column *b)
{
    return digest_eq(column_digest(a), column_digest(b));
}

static struct column *reals(const double *v, size_t n)
{
    struct err err = { 0 };
    struct column *c;

    assert_int_equal(column_new(&c, COLUMN_REAL, n, NULL, &err), 0);
    memcpy(column_reals_mut(c), v, n * sizeof(*v));
    column_seal(c);
    return c;
}

/* The fast path in blocks against hasher_add_real, cell by cell. */
static void test_reals_hash_as_hasher_add_real_does(void **state)
{
    enum { N = 2000 };
    /* The last four lie half way between two numbers of 36 bits, or just beyond. */
    static const double special[] = {
        0.0,
        -0.0,
        NAN,
        -NAN,
        INFINITY,
        -INFINITY,
        DBL_MAX,
        -DBL_MAX,
        DBL_MIN,
        0x1p-1074,
        0x1.ffffffffffffp-1030,
        0x0.fffffffffffffp-1022,
        0x1.fffffffffffffp0,
        0x1.000000001p0,
        0x1.000000003p0,
        0x1.0000000010001p0,
        -0x1.000000001p0,
    };
    double v[N];
    struct hasher h;

    memcpy(v, special, sizeof(special));
    for (size_t i = COUNT(special); i < N; i++)
        v[i] = sin((double)i) * pow(10, (double)(i % 600) - 320);
    struct column *c = reals(v, N);
    hasher_init(&h);
    hasher_add_text(&h, "real");
    hasher_add_u64(&h, N);
    hasher_add_u64(&h, 0);
    for (size_t i = 0; i < N; i++)
        hasher_add_real(&h, v[i]);
    assert_true(digest_eq(column_digest(c), hasher_finish(&h)));
    column_unref(c);
    (void)state;
}

static void test_last_bits_do_not_count(void **state)
{
    struct column *a = reals((const double[]){ 0.1 + 0.2, -0.0 }, 2);
    struct column *b = reals((const double[]){ 0.3, 0.0 }, 2);
    struct column *c = reals((const double[]){ 0.3 + 1e-9, 0.0 }, 2);

    assert_true(same(a, b));
    assert_false(same(b, c));
    column_unref(a);
    column_unref(b);
    column_unref(c);
    (void)state;
}

static void test_unused_levels_and_sharing_do_not_count(void **state)
{
    struct err err = { 0 };
    struct column *all = MAKE(COLUMN_CATEGORY, "x", "b", NULL, "a"), *taken;
    struct column *alone = MAKE(COLUMN_CATEGORY, "b", NULL, "b");
    struct column *text = MAKE(COLUMN_TEXT, "b", NULL, "b");

    assert_int_equal(column_take(&taken, all, (const uint32_t[]){ 1, 2, 1 }, 3, &err), 0);
    assert_int_equal(taken->levels->n_rows, 3);
    assert_true(same(taken, alone));
    assert_false(same(alone, text));
    column_unref(all);
    column_unref(taken);
    column_unref(alone);
    column_unref(text);
    (void)state;
}

static void test_what_differs_shows(void **state)
{
    struct column *columns[] = {
        MAKE(COLUMN_TEXT, "ab", "c"),       MAKE(COLUMN_TEXT, "a", "bc"),
        MAKE(COLUMN_TEXT, "", NULL),        MAKE(COLUMN_TEXT, NULL, ""),
        MAKE(COLUMN_TEXT, "", ""),          MAKE(COLUMN_INT, "0", "1"),
        MAKE(COLUMN_INT, NULL, "1"),        MAKE(COLUMN_TIMESTAMP, "1970-01-01 00:00", NULL),
        MAKE(COLUMN_INT, "0", NULL),        MAKE(COLUMN_INT, "0"),
        MAKE(COLUMN_BOOL, "false", "true"), MAKE(COLUMN_BOOL, "false", "true", "false"),
        MAKE(COLUMN_CATEGORY, "a", "b"),    MAKE(COLUMN_CATEGORY, "b", "a"),
        MAKE(COLUMN_CATEGORY, "a", NULL),
    };

    for (size_t i = 0; i < COUNT(columns); i++) {
        assert_true(same(columns[i], columns[i]));
        for (size_t j = 0; j < i; j++)
            assert_false(same(columns[i], columns[j]));
    }
    for (size_t i = 0; i < COUNT(columns); i++)
        column_unref(columns[i]);
    (void)state;
}

/* How a column came about is not what it is. */
static void test_way_of_making_does_not_count(void **state)
{
    struct err err = { 0 };
    struct column *built = MAKE(COLUMN_INT, "5", NULL, "7"), *filled;

    assert_int_equal(column_new(&filled, COLUMN_INT, 3, NULL, &err), 0);
    assert_int_equal(column_set_missing(filled, 1, &err), 0);
    for (int64_t i = 0; i < 3; i++)
        column_ints_mut(filled)[i] = 5 + i;
    column_seal(filled);
    assert_true(same(built, filled));
    column_unref(built);
    column_unref(filled);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reals_hash_as_hasher_add_real_does),
        cmocka_unit_test(test_last_bits_do_not_count),
        cmocka_unit_test(test_unused_levels_and_sharing_do_not_count),
        cmocka_unit_test(test_what_differs_shows),
        cmocka_unit_test(test_way_of_making_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
