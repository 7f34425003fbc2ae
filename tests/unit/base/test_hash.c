#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/hash.h"

static struct digest digest_of(const char *text)
{
    struct hasher h;

    hasher_init(&h);
    hasher_add(&h, text, strlen(text));
    return hasher_finish(&h);
}

/* The values that xxHash publishes for empty input and seed 0. */
static void test_known_digests(void **state)
{
    char text[33];

    (void)state;
    assert_string_equal(digest_long(text, digest_of("")), "99aa06d3014798d86001c324468d497f");
    assert_string_equal(digest_short(text, digest_of("")), "6001c324468d497f");
    assert_true(hash_bytes("", 0) == 0x2d06800538d394c2);
}

static void test_digits_are_padded(void **state)
{
    char text[33];
    struct digest d = { .lo = 0xA, .hi = 0x1 };

    (void)state;
    assert_string_equal(digest_long(text, d), "0000000000000001000000000000000a");
    assert_string_equal(digest_short(text, d), "000000000000000a");
}

static void test_pieces_do_not_matter(void **state)
{
    struct hasher h;

    (void)state;
    hasher_init(&h);
    hasher_add(&h, "as", 2);
    hasher_add(&h, NULL, 0);
    hasher_add(&h, "say", 3);
    assert_true(digest_eq(hasher_finish(&h), digest_of("assay")));
    assert_false(digest_eq(digest_of("assay"), digest_of("Assay")));
}

static struct digest digest_of_texts(const char *a, const char *b)
{
    struct hasher h;

    hasher_init(&h);
    hasher_add_text(&h, a);
    hasher_add_text(&h, b);
    return hasher_finish(&h);
}

static void test_texts_stay_apart(void **state)
{
    (void)state;
    assert_false(digest_eq(digest_of_texts("ab", "c"), digest_of_texts("a", "bc")));
    assert_false(digest_eq(digest_of_texts("", "x"), digest_of_texts("x", "")));
    assert_true(digest_eq(digest_of_texts("ab", "c"), digest_of_texts("ab", "c")));
}

static void test_words_are_little_endian(void **state)
{
    struct hasher h;

    (void)state;
    hasher_init(&h);
    hasher_add_u64(&h, 0x0706050403020161);
    assert_true(digest_eq(hasher_finish(&h), digest_of("a\x01\x02\x03\x04\x05\x06\x07")));
}

static struct digest digest_of_real(double v)
{
    struct hasher h;

    hasher_init(&h);
    hasher_add_real(&h, v);
    return hasher_finish(&h);
}

static void test_reals_ignore_the_last_bits(void **state)
{
    static const double values[] = { 1, 0.1, M_PI, 1e300, 3e-310, 123456.789, 2.0 / 3 };

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        double v = values[i];
        assert_true(digest_eq(digest_of_real(v), digest_of_real(nextafter(v, INFINITY))));
        assert_true(digest_eq(digest_of_real(v), digest_of_real(nextafter(v, 0))));
        assert_false(digest_eq(digest_of_real(v), digest_of_real(v * (1 + 1e-10))));
        assert_false(digest_eq(digest_of_real(v), digest_of_real(-v)));
    }
    /* 1 - eps rounds up into the next power of two. */
    assert_true(digest_eq(digest_of_real(1), digest_of_real(1 - DBL_EPSILON)));
}

static void test_special_reals(void **state)
{
    (void)state;
    assert_true(digest_eq(digest_of_real(0.0), digest_of_real(-0.0)));
    assert_true(digest_eq(digest_of_real(NAN), digest_of_real(-NAN)));
    assert_false(digest_eq(digest_of_real(INFINITY), digest_of_real(-INFINITY)));
    assert_false(digest_eq(digest_of_real(INFINITY), digest_of_real(NAN)));
    assert_false(digest_eq(digest_of_real(0), digest_of_real(5e-324)));
}

static void test_release_without_finish(void **state)
{
    struct hasher h;

    (void)state;
    hasher_init(&h);
    hasher_add_text(&h, "x");
    hasher_release(&h);
    assert_null(h.state);
}

static void test_mix_depends_on_order(void **state)
{
    (void)state;
    assert_true(hash_mix(1, 2) != hash_mix(2, 1));
    assert_true(hash_mix(0, 1) != hash_mix(0, 2));
    assert_true(hash_mix(1, 0) != hash_mix(2, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_digests),
        cmocka_unit_test(test_digits_are_padded),
        cmocka_unit_test(test_pieces_do_not_matter),
        cmocka_unit_test(test_texts_stay_apart),
        cmocka_unit_test(test_words_are_little_endian),
        cmocka_unit_test(test_reals_ignore_the_last_bits),
        cmocka_unit_test(test_special_reals),
        cmocka_unit_test(test_release_without_finish),
        cmocka_unit_test(test_mix_depends_on_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
