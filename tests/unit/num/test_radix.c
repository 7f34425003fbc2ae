/* radix_sort against qsort, for keys of every shape; keys of doubles keep their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "num/radix.h"

static uint64_t state;

static uint64_t next(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state ^ state >> 29;
}

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void check(size_t n, uint64_t mask, unsigned shift)
{
    uint64_t *keys = malloc((n + 1) * sizeof(*keys)), *same = malloc((n + 1) * sizeof(*same)),
             *spare = malloc((n + 1) * sizeof(*spare));

    for (size_t i = 0; i < n; i++)
        same[i] = keys[i] = (next() & mask) << shift;
    radix_sort(keys, spare, n);
    qsort(same, n, sizeof(*same), by_size);
    for (size_t i = 0; i < n; i++)
        assert_true(keys[i] == same[i]);
    free(keys);
    free(same);
    free(spare);
}

static void test_sorts_like_comparing(void **unused)
{
    static const size_t sizes[] = { 0, 1, 2, 48, 49, 1000, 16384, 16385, 100000 };

    (void)unused;
    for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
        check(sizes[k], UINT64_MAX, 0);
        check(sizes[k], 0, 0);
        check(sizes[k], 7, 61);
        check(sizes[k], 0xFFFFF, 20);
        check(sizes[k], 0x8000000000000001, 0);
    }
}

static void test_keys_keep_the_order(void **unused)
{
    static const double values[] = { -INFINITY, -1e300, -1.5, -5e-324, -0.0,    0.0,
                                     5e-324,    1,      1.5,  1e300,   INFINITY };
    static const int64_t ints[] = { INT64_MIN, -5, -1, 0, 1, 7, INT64_MAX };

    (void)unused;
    for (size_t i = 0; i + 1 < sizeof(values) / sizeof(*values); i++)
        assert_true(radix_key_of_real(values[i]) < radix_key_of_real(values[i + 1]));
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
        assert_true(radix_real_of_key(radix_key_of_real(values[i])) == values[i]);
    for (size_t i = 0; i + 1 < sizeof(ints) / sizeof(*ints); i++)
        assert_true(radix_key_of_int(ints[i]) < radix_key_of_int(ints[i + 1]));
    for (size_t i = 0; i < sizeof(ints) / sizeof(*ints); i++)
        assert_true(radix_int_of_key(radix_key_of_int(ints[i])) == ints[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sorts_like_comparing),
        cmocka_unit_test(test_keys_keep_the_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
