/* Weights of rows and classes, groups that stay together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "learn/row_split.h"
#include "learn/weighting.h"
#include "prepare/recipe.h"

static const char *const classes[] = { "no", "yes", "?" };
static const struct target three = { .name = "y", .n_classes = 3, .classes = classes };

/* scikit-learn 1.2: compute_class_weight('balanced', classes=[0, 1, 2], y). */
static void test_balanced(void **state)
{
    const double y[] = { 0, 0, 0, 1, 1, 2, 0, 0 };
    double factor[3];
    (void)state;

    assert_int_equal(weighting_classes(factor, "balanced", &three, y, 8, NULL), 0);
    assert_float_equal(factor[0], 0.5333333333333333, 1e-15);
    assert_float_equal(factor[1], 1.3333333333333333, 1e-15);
    assert_float_equal(factor[2], 2.6666666666666665, 1e-15);
}

static void test_named(void **state)
{
    const double y[] = { 0, 1, 2 };
    double factor[3];
    struct err err = { 0 };
    (void)state;

    assert_int_equal(weighting_classes(factor, "?:0.5,yes:4", &three, y, 3, &err), 0);
    assert_float_equal(factor[0], 1, 0);
    assert_float_equal(factor[1], 4, 0);
    assert_float_equal(factor[2], 0.5, 0);
    assert_int_equal(weighting_classes(factor, "yes:-1", &three, y, 3, &err), -1);
    assert_int_equal(weighting_classes(factor, "yes", &three, y, 3, &err), -1);
    assert_int_equal(weighting_classes(factor, "maybe:1", &three, y, 3, &err), -1);
    assert_string_equal(err.msg, "'maybe' in class_weight is no class of y");
}

/* Every group lies in one fold, and no fold is empty. */
static void test_groups_stay_together(void **state)
{
    enum { N = 60, GROUPS = 9, K = 4 };
    int32_t groups[N];
    uint32_t fold[N], of_group[GROUPS];
    size_t size[K] = { 0 };
    struct err err = { 0 };
    (void)state;

    for (size_t i = 0; i < N; i++)
        groups[i] = (int32_t)(i * i % GROUPS);
    for (size_t i = 0; i < GROUPS; i++)
        groups[i] = (int32_t)i;
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_int_equal(folds_groups(fold, N, K, groups, seed, 0, &err), 0);
        for (size_t i = 0; i < N; i++)
            of_group[groups[i]] = fold[i];
        for (size_t i = 0; i < N; i++) {
            assert_int_equal(of_group[groups[i]], fold[i]);
            size[fold[i]]++;
        }
        for (size_t k = 0; k < K; k++)
            assert_true(size[k] > 0);
    }
    assert_int_equal(folds_groups(fold, N, GROUPS + 1, groups, 1, 0, &err), -1);
}

static void test_split_by_groups(void **state)
{
    const int32_t groups[] = { 0, 0, 1, 1, 2, 2, 3, 3 }, one[] = { 0, 0, 0 };
    uint8_t part[8];
    size_t n = 0;
    struct err err = { 0 };
    (void)state;

    assert_int_equal(split_groups(part, 8, 0.5, groups, 3, &err), 0);
    for (size_t i = 0; i < 8; i++) {
        n += part[i] == PART_PREDICT;
        assert_int_equal(part[i], part[i & ~(size_t)1]);
    }
    assert_int_equal(n, 4);
    assert_int_equal(split_groups(part, 3, 0.5, one, 3, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_balanced),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_groups_stay_together),
        cmocka_unit_test(test_split_by_groups),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
