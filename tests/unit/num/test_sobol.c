/* Sobol's sequence against scipy 1.10's (qmc.Sobol, 32 bits, unscrambled), and what scrambling keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "num/sobol.h"

static void test_points_are_joe_and_kuos(void **state)
{
    (void)state;
    static const size_t dimensions[] = { 0, 1, 2, 9, 40, 127 };
    static const struct {
        uint32_t index, bits[6];
    } want[] = {
        { 1, { 2147483648, 2147483648, 2147483648, 2147483648, 2147483648, 2147483648 } },
        { 3, { 3221225472, 1073741824, 1073741824, 3221225472, 1073741824, 1073741824 } },
        { 2, { 1073741824, 3221225472, 3221225472, 1073741824, 3221225472, 3221225472 } },
        { 7, { 3758096384, 3758096384, 536870912, 536870912, 1610612736, 536870912 } },
        { 31, { 4160749568, 2550136832, 1476395008, 134217728, 134217728, 2013265920 } },
        { 60, { 1006632960, 335544320, 1140850688, 1543503872, 3825205248, 2617245696 } },
    };

    for (size_t k = 0; k < sizeof(want) / sizeof(*want); k++)
        for (size_t j = 0; j < 6; j++)
            assert_int_equal(sobol_bits(want[k].index, dimensions[j]), want[k].bits[j]);
}

/* 64 points from a multiple of 64: one in each 64th of every dimension, one in each of 8 x 8 of the first two. */
static void test_scrambled_points_fill_every_part(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 3; seed++) {
        char squares[64] = { 0 };
        for (size_t j = 0; j < SOBOL_MOST; j++) {
            char parts[64] = { 0 };
            for (uint32_t i = 64; i < 128; i++)
                parts[(size_t)(sobol_unit(i, j, seed) * 64)] = 1;
            assert_null(memchr(parts, 0, sizeof(parts)));
        }
        for (uint32_t i = 0; i < 64; i++)
            squares[(size_t)(sobol_unit(i, 0, seed) * 8) * 8 +
                    (size_t)(sobol_unit(i, 1, seed) * 8)] = 1;
        assert_null(memchr(squares, 0, sizeof(squares)));
    }
    assert_true(sobol_unit(5, 3, 1) != sobol_unit(5, 3, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points_are_joe_and_kuos),
        cmocka_unit_test(test_scrambled_points_fill_every_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
