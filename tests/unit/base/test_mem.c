#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"

static void test_new_is_zeroed_and_never_null(void **state)
{
    unsigned char *p = mem_new(1000, 3);

    (void)state;
    for (size_t i = 0; i < 3000; i++)
        assert_int_equal(p[i], 0);
    mem_free(p);
    p = mem_new(0, 8);
    assert_non_null(p);
    p[0] = 1;
    mem_free(p);
    mem_free(NULL);
}

static void test_resize_keeps_what_was_there(void **state)
{
    int *p = MEM_NEW(int, 2);

    (void)state;
    p[1] = 42;
    p = mem_resize(p, 10000, sizeof(*p));
    assert_int_equal(p[1], 42);
    p[9999] = 1;
    mem_free(p);
}

static void test_copies_of_text(void **state)
{
    char *whole = mem_strdup("größe"), *part = mem_strndup("price,area", 5);

    (void)state;
    assert_string_equal(whole, "größe");
    assert_string_equal(part, "price");
    mem_free(whole);
    mem_free(part);
}

static void test_big_is_aligned_even_when_empty(void **state)
{
    struct err err = { 0 };
    void *p = NULL;

    (void)state;
    for (size_t n = 0; n < 200; n += 7) {
        assert_int_equal(mem_big(&p, n, 1, "column price", &err), 0);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % MEM_ALIGN, 0);
        memset(p, 0xAB, n);
        mem_big_free(p);
    }
    mem_big_free(NULL);
    assert_int_equal(err.code, ERR_NONE);
}

static void test_big_product_overflow_is_an_error(void **state)
{
    struct err err = { 0 };
    void *p = &err;

    (void)state;
    assert_int_equal(mem_big(&p, SIZE_MAX / 4, 8, "column price", &err), -1);
    assert_int_equal(err.code, ERR_NOMEM);
    assert_string_equal(err.msg, "out of memory: column price needs more than a machine can "
                                 "address; load a sample or fewer columns");
    assert_ptr_equal(p, &err);
    /* A product that fits and whose rounding up would not. */
    assert_int_equal(mem_big(&p, SIZE_MAX - 1, 1, "column price", NULL), -1);
}

static void test_big_says_how_much_was_asked_and_is_free(void **state)
{
    struct err err = { 0 };
    void *p = NULL;

    (void)state;
    /* 8 PB: a size that can be addressed and that no machine has. */
    assert_int_equal(mem_big(&p, (size_t)1e15, 8, "column price", &err), -1);
    assert_int_equal(err.code, ERR_NOMEM);
    assert_null(p);
    static const char start[] = "out of memory: column price needs 8.0 PB and ";
    static const char end[] = " are free; load a sample or fewer columns";
    assert_memory_equal(err.msg, start, strlen(start));
    assert_string_equal(err.msg + strlen(err.msg) - strlen(end), end);
}

static void test_grow_keeps_the_used_part(void **state)
{
    struct err err = { 0 };
    void *p = NULL;

    (void)state;
    assert_int_equal(mem_big_grow(&p, 0, 4, 1, "text", &err), 0);
    memcpy(p, "abcd", 4);
    assert_int_equal(mem_big_grow(&p, 4, 100000, 1, "text", &err), 0);
    assert_memory_equal(p, "abcd", 4);
    assert_int_equal((uintptr_t)p % MEM_ALIGN, 0);
    mem_big_free(p);
}

static void test_grow_that_fails_leaves_the_block(void **state)
{
    struct err err = { 0 };
    void *p = NULL;

    (void)state;
    assert_int_equal(mem_big(&p, 4, 1, "text", &err), 0);
    memcpy(p, "abcd", 4);
    void *before = p;
    mem_big_fail_after(1);
    assert_int_equal(mem_big_grow(&p, 4, 8, 1, "text", &err), -1);
    assert_ptr_equal(p, before);
    assert_memory_equal(p, "abcd", 4);
    assert_int_equal(err.code, ERR_NOMEM);
    mem_big_free(p);
}

static void test_only_the_nth_allocation_fails(void **state)
{
    struct err err = { 0 };
    void *p[4] = { 0 };

    (void)state;
    mem_big_fail_after(3);
    for (int i = 0; i < 4; i++)
        assert_int_equal(mem_big(&p[i], 10, 8, "x", &err), i == 2 ? -1 : 0);
    assert_null(p[2]);
    assert_non_null(strstr(err.msg, "x needs 80 bytes"));
    for (int i = 0; i < 4; i++)
        mem_big_free(p[i]);
    mem_big_fail_after(1);
    mem_big_fail_after(0);
    assert_int_equal(mem_big(&p[0], 10, 8, "x", &err), 0);
    mem_big_free(p[0]);
}

static void test_all_from_the_nth_fail(void **state)
{
    void *p[4] = { 0 };

    (void)state;
    mem_big_fail_from(3);
    for (int i = 0; i < 4; i++)
        assert_int_equal(mem_big(&p[i], 10, 8, "x", NULL), i >= 2 ? -1 : 0);
    for (int i = 0; i < 4; i++)
        mem_big_free(p[i]);
    mem_big_fail_after(0);
    assert_int_equal(mem_big(&p[0], 10, 8, "x", NULL), 0);
    mem_big_free(p[0]);
}

static void test_expect_refuses_early(void **state)
{
    struct err err = { 0 };

    (void)state;
    assert_int_equal(mem_expect(1, "one-hot columns", &err), 0);
    assert_int_equal(err.code, ERR_NONE);
    assert_int_equal(mem_expect(SIZE_MAX - 1, "one-hot columns", &err), -1);
    assert_int_equal(err.code, ERR_NOMEM);
    assert_non_null(strstr(err.msg, "one-hot columns needs 18.4 EB"));
}

static void test_available_obeys_the_process_limit(void **state)
{
    struct rlimit old, tight;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_AS, &old), 0);
    tight = old;
    tight.rlim_cur = 1 << 20; /* less than any process takes: nothing is left */
    assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
    size_t left = mem_available();
    assert_int_equal(setrlimit(RLIMIT_AS, &old), 0);
    assert_int_equal(left, 0);
    assert_true(mem_available() > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_is_zeroed_and_never_null),
        cmocka_unit_test(test_resize_keeps_what_was_there),
        cmocka_unit_test(test_copies_of_text),
        cmocka_unit_test(test_big_is_aligned_even_when_empty),
        cmocka_unit_test(test_big_product_overflow_is_an_error),
        cmocka_unit_test(test_big_says_how_much_was_asked_and_is_free),
        cmocka_unit_test(test_grow_keeps_the_used_part),
        cmocka_unit_test(test_grow_that_fails_leaves_the_block),
        cmocka_unit_test(test_only_the_nth_allocation_fails),
        cmocka_unit_test(test_all_from_the_nth_fail),
        cmocka_unit_test(test_expect_refuses_early),
        cmocka_unit_test(test_available_obeys_the_process_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
