#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/pack.h"
#include "base/rng.h"

static const double reals[] = { 0.1, -0.0, INFINITY, 5e-324 };
static const int64_t ints[] = { INT64_MIN, -1, 0, INT64_MAX };

static void pack_all(struct str *out)
{
    pack_u64(out, UINT64_MAX);
    pack_i64(out, -5);
    pack_real(out, -NAN);
    pack_text(out, "größe");
    pack_text(out, "");
    pack_text(out, NULL);
    pack_bytes(out, "a\0b", 3);
    pack_reals(out, reals, 4);
    pack_ints(out, ints, 4);
    pack_reals(out, NULL, 0);
    pack_u64(out, 12);
}

/* Reads it back in the same order; what it gets is compared only when `check`. */
static int unpack_all(const void *data, size_t len, bool check, struct err *err)
{
    struct arena arena;
    struct unpack u;
    size_t n_bytes, n_reals, n_ints, n_none;

    arena_init(&arena);
    unpack_init(&u, data, len, &arena);
    uint64_t word = unpack_u64(&u);
    int64_t number = unpack_i64(&u);
    double real = unpack_real(&u);
    const char *text = unpack_text(&u), *empty = unpack_text(&u), *none = unpack_text(&u);
    const void *bytes = unpack_bytes(&u, &n_bytes);
    const double *got_reals = unpack_reals(&u, &n_reals);
    const int64_t *got_ints = unpack_ints(&u, &n_ints);
    unpack_reals(&u, &n_none);
    size_t count = unpack_count(&u, 12);
    int rc = unpack_end(&u, err);
    if (check) {
        double expected = -NAN;
        assert_true(word == UINT64_MAX);
        assert_true(number == -5);
        assert_memory_equal(&real, &expected, sizeof(real));
        assert_string_equal(text, "größe");
        assert_string_equal(empty, "");
        assert_null(none);
        assert_int_equal(n_bytes, 3);
        assert_memory_equal(bytes, "a\0b", 3);
        assert_int_equal(n_reals, 4);
        assert_memory_equal(got_reals, reals, sizeof(reals));
        assert_int_equal(n_ints, 4);
        assert_memory_equal(got_ints, ints, sizeof(ints));
        assert_int_equal(n_none, 0);
        assert_int_equal(count, 12);
    }
    arena_release(&arena);
    return rc;
}

static void test_round_trip(void **state)
{
    struct err err = { 0 };
    struct str out;

    (void)state;
    str_init(&out);
    pack_all(&out);
    assert_int_equal(unpack_all(out.buf, out.len, true, &err), 0);
    assert_int_equal(err.code, ERR_NONE);
    str_release(&out);
}

static void test_bytes_are_the_same_on_every_machine(void **state)
{
    struct str out;

    (void)state;
    str_init(&out);
    pack_u64(&out, 0x0102);
    pack_text(&out, "ab");
    pack_real(&out, 1.0);
    static const char expected[] = "u\2\1\0\0\0\0\0\0t\2\0\0\0\0\0\0\0ab"
                                   "r\0\0\0\0\0\0\xf0\x3f";
    assert_int_equal(out.len, sizeof(expected) - 1);
    assert_memory_equal(out.buf, expected, out.len);
    str_release(&out);
}

/* Every shorter piece in a block of just its size, so that a sanitizer sees a read beyond it. */
static void test_truncated_anywhere_is_an_error(void **state)
{
    struct str out;

    (void)state;
    str_init(&out);
    pack_all(&out);
    for (size_t len = 0; len < out.len; len++) {
        struct err err = { 0 };
        char *piece = mem_new(len, 1);
        memcpy(piece, out.buf, len);
        assert_int_equal(unpack_all(piece, len, false, &err), -1);
        assert_int_equal(err.code, ERR_PARSE);
        mem_free(piece);
    }
    str_release(&out);
}

static void test_damaged_anywhere_never_crashes(void **state)
{
    struct str out;
    struct rng r;

    (void)state;
    str_init(&out);
    pack_all(&out);
    rng_init(&r, 1, 0);
    for (int i = 0; i < 5000; i++) {
        size_t at = rng_below(&r, out.len);
        char kept = out.buf[at];
        out.buf[at] = (char)rng_u32(&r);
        unpack_all(out.buf, out.len, false, NULL);
        out.buf[at] = kept;
    }
    assert_int_equal(unpack_all(out.buf, out.len, true, NULL), 0);
    str_release(&out);
}

/* A tag and a count with nothing behind them. */
static struct unpack lie(char tag, uint64_t count, struct arena *arena, struct str *data)
{
    struct unpack u;

    str_clear(data);
    pack_u64(data, count);
    data->buf[0] = tag;
    unpack_init(&u, data->buf, data->len, arena);
    return u;
}

static void test_lying_counts_are_refused_before_allocating(void **state)
{
    static const uint64_t counts[] = {
        1, 1000, UINT64_MAX, UINT64_MAX / 8 + 1, (uint64_t)1 << 61, (uint64_t)1 << 63
    };
    struct arena arena;
    struct str data;
    struct err err = { 0 };
    size_t n = 99;

    (void)state;
    arena_init(&arena);
    str_init(&data);
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct unpack u = lie('R', counts[i], &arena, &data);
        assert_non_null(unpack_reals(&u, &n));
        assert_int_equal(n, 0);
        assert_int_equal(unpack_end(&u, &err), -1);
        assert_string_equal(err.msg, "damaged at byte 0: wanted real numbers there");
        u = lie('I', counts[i], &arena, &data);
        assert_non_null(unpack_ints(&u, &n));
        assert_int_equal(n, 0);
        u = lie('b', counts[i], &arena, &data);
        assert_non_null(unpack_bytes(&u, &n));
        assert_int_equal(n, 0);
        u = lie('t', counts[i], &arena, &data);
        assert_string_equal(unpack_text(&u), "");
        assert_int_equal(unpack_end(&u, &err), -1);
        assert_string_equal(err.msg, "damaged at byte 0: wanted a text there");
    }
    str_release(&data);
    arena_release(&arena);
}

static void test_the_first_failure_is_the_one_reported(void **state)
{
    struct arena arena;
    struct str data;
    struct unpack u;
    struct err err = { 0 };

    (void)state;
    arena_init(&arena);
    str_init(&data);
    pack_u64(&data, 7);
    pack_i64(&data, 8);
    unpack_init(&u, data.buf, data.len, &arena);
    assert_true(unpack_u64(&u) == 7);
    assert_true(unpack_real(&u) == 0); /* an integer is there */
    assert_true(unpack_i64(&u) == 0);  /* would fit, but nothing is given any more */
    assert_string_equal(unpack_text(&u), "");
    unpack_fail(&u, "something else");
    assert_int_equal(unpack_end(&u, &err), -1);
    assert_int_equal(err.code, ERR_PARSE);
    assert_string_equal(err.msg, "damaged at byte 9: wanted a real number there");
    str_release(&data);
    arena_release(&arena);
}

static void test_what_the_format_forbids(void **state)
{
    struct arena arena;
    struct str data;
    struct unpack u;
    struct err err = { 0 };

    (void)state;
    arena_init(&arena);
    str_init(&data);
    pack_u64(&data, 13);
    unpack_init(&u, data.buf, data.len, &arena);
    assert_int_equal(unpack_count(&u, 12), 0);
    assert_int_equal(unpack_end(&u, &err), -1);
    assert_string_equal(err.msg, "damaged at byte 0: wanted a smaller count there");

    unpack_init(&u, data.buf, data.len, &arena);
    unpack_fail(&u, "a known version");
    assert_int_equal(unpack_end(&u, &err), -1);
    assert_string_equal(err.msg, "damaged at byte 0: wanted a known version there");

    str_add(&data, "xyz");
    unpack_init(&u, data.buf, data.len, &arena);
    unpack_u64(&u);
    assert_int_equal(unpack_end(&u, &err), -1);
    assert_string_equal(err.msg, "damaged at byte 9: wanted the end there, 3 bytes follow");

    str_clear(&data);
    pack_text(&data, "a_b");
    data.buf[10] = '\0';
    unpack_init(&u, data.buf, data.len, &arena);
    assert_string_equal(unpack_text(&u), "");
    assert_int_equal(unpack_end(&u, &err), -1);
    assert_string_equal(err.msg, "damaged at byte 0: wanted a text without NUL there");
    str_release(&data);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_bytes_are_the_same_on_every_machine),
        cmocka_unit_test(test_truncated_anywhere_is_an_error),
        cmocka_unit_test(test_damaged_anywhere_never_crashes),
        cmocka_unit_test(test_lying_counts_are_refused_before_allocating),
        cmocka_unit_test(test_the_first_failure_is_the_one_reported),
        cmocka_unit_test(test_what_the_format_forbids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
