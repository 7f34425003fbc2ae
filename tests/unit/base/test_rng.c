#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "base/rng.h"

/* Random123 1.14, tests/kat_vectors, lines "philox4x32 10". */
static const struct {
    uint32_t counter[4], key[2], out[4];
} known[] = {
    { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
      { 0xffffffff, 0xffffffff },
      { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
};

static void test_known_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct rng r = { .left = 0 };
        for (int k = 0; k < 4; k++)
            r.counter[k] = known[i].counter[k];
        for (int k = 0; k < 2; k++)
            r.key[k] = known[i].key[k];
        for (int k = 0; k < 4; k++)
            assert_int_equal(rng_u32(&r), known[i].out[k]);
    }
}

static void test_init_starts_at_the_first_known_block(void **state)
{
    struct rng r;

    (void)state;
    rng_init(&r, 0, 0);
    assert_true(rng_u64(&r) == 0xe169c58d6627e8d5);
    assert_true(rng_u64(&r) == 0x9b00dbd8bc57ac4c);
    assert_int_equal(r.counter[0], 1);
}

static void test_counter_carries_and_leaves_the_stream_alone(void **state)
{
    struct rng r;

    (void)state;
    rng_init(&r, 1, 0x0000000500000007);
    r.counter[0] = 0xffffffff;
    rng_u32(&r);
    assert_int_equal(r.counter[0], 0);
    assert_int_equal(r.counter[1], 1);
    assert_int_equal(r.counter[2], 7);
    assert_int_equal(r.counter[3], 5);
}

static void test_seeds_and_streams_differ_in_all_their_bits(void **state)
{
    struct rng base, other;

    (void)state;
    rng_init(&base, 42, 7);
    uint64_t first = rng_u64(&base);
    for (int bit = 0; bit < 64; bit++) {
        rng_init(&other, 42 ^ (uint64_t)1 << bit, 7);
        assert_true(rng_u64(&other) != first);
        rng_init(&other, 42, 7 ^ (uint64_t)1 << bit);
        assert_true(rng_u64(&other) != first);
    }
    rng_init(&other, 42, 7);
    assert_true(rng_u64(&other) == first);
}

static void test_unit_is_uniform_below_one(void **state)
{
    enum { N = 200000 };
    struct rng r;
    double sum = 0, square = 0;

    (void)state;
    rng_init(&r, 5, 0);
    for (int i = 0; i < N; i++) {
        double u = rng_unit(&r);
        assert_true(u >= 0 && u < 1);
        sum += u;
        square += u * u;
    }
    /* Within five standard errors of 1/2 and 1/3. */
    assert_true(fabs(sum / N - 0.5) < 5 * sqrt(1.0 / 12 / N));
    assert_true(fabs(square / N - 1.0 / 3) < 5 * sqrt(4.0 / 45 / N));
}

static void test_unit_takes_the_highest_53_bits(void **state)
{
    struct rng r = { .left = 4, .out = { 0xffffffff, 0xffffffff, 0x7ff, 0 } };

    (void)state;
    assert_true(rng_unit(&r) == 1 - 0x1p-53);
    assert_true(rng_unit(&r) == 0);
}

static void test_below_is_fair(void **state)
{
    enum { N = 70000, K = 7 };
    struct rng r;
    int count[K] = { 0 };
    double chi2 = 0;

    (void)state;
    rng_init(&r, 6, 0);
    for (int i = 0; i < N; i++)
        count[rng_below(&r, K)]++;
    for (int k = 0; k < K; k++)
        chi2 += (count[k] - N / K) * (count[k] - N / K) / (double)(N / K);
    assert_true(chi2 < 22.46); /* 0.999 quantile, 6 degrees of freedom */
    for (int i = 0; i < 100; i++)
        assert_true(rng_below(&r, 1) == 0);
}

/* With n just above half of 2^64 almost every second draw is thrown away. */
static void test_below_throws_the_unfair_away(void **state)
{
    const uint64_t n = ((uint64_t)1 << 63) + 1;
    struct rng r = { .left = 4, .out = { 5, 0, 9, 0xffffffff } };

    (void)state;
    assert_true(rng_below(&r, n) == (0xffffffff00000009 % n));
    assert_int_equal(r.left, 0);
}

static void test_normal_has_mean_0_and_variance_1(void **state)
{
    enum { N = 200000 };
    struct rng r;
    double sum = 0, square = 0, cube = 0, inside = 0;

    (void)state;
    rng_init(&r, 7, 0);
    for (int i = 0; i < N; i++) {
        double z = rng_normal(&r);
        assert_true(isfinite(z));
        sum += z;
        square += z * z;
        cube += z * z * z;
        inside += fabs(z) < 1;
    }
    assert_true(fabs(sum / N) < 5 / sqrt(N));
    assert_true(fabs(square / N - 1) < 5 * sqrt(2.0 / N));
    assert_true(fabs(cube / N) < 5 * sqrt(15.0 / N));
    assert_true(fabs(inside / N - erf(M_SQRT1_2)) < 5 * sqrt(0.25 / N));
}

static void test_shuffle_reaches_every_order_equally(void **state)
{
    enum { N = 60000 };
    struct rng r;
    int count[27] = { 0 };

    (void)state;
    rng_init(&r, 8, 0);
    for (int i = 0; i < N; i++) {
        uint32_t v[3] = { 0, 1, 2 };
        rng_shuffle(&r, v, 3);
        count[v[0] * 9 + v[1] * 3 + v[2]]++;
    }
    static const int orders[] = { 5, 7, 11, 15, 19, 21 };
    double chi2 = 0;
    int total = 0;
    for (int k = 0; k < 6; k++) {
        double d = count[orders[k]] - N / 6;
        chi2 += d * d / (N / 6);
        total += count[orders[k]];
    }
    assert_int_equal(total, N); /* always a permutation */
    assert_true(chi2 < 20.52);  /* 0.999 quantile, 5 degrees of freedom */
    rng_shuffle(&r, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_init_starts_at_the_first_known_block),
        cmocka_unit_test(test_counter_carries_and_leaves_the_stream_alone),
        cmocka_unit_test(test_seeds_and_streams_differ_in_all_their_bits),
        cmocka_unit_test(test_unit_is_uniform_below_one),
        cmocka_unit_test(test_unit_takes_the_highest_53_bits),
        cmocka_unit_test(test_below_is_fair),
        cmocka_unit_test(test_below_throws_the_unfair_away),
        cmocka_unit_test(test_normal_has_mean_0_and_variance_1),
        cmocka_unit_test(test_shuffle_reaches_every_order_equally),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
