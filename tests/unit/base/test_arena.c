#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include "base/arena.h"

static void test_all_is_aligned_zeroed_and_apart(void **state)
{
    struct arena a;
    unsigned char *before = NULL;

    (void)state;
    arena_init(&a);
    for (size_t size = 0; size < 5000; size += 37) {
        unsigned char *p = arena_alloc(&a, size, 1);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xEE, size);
        assert_ptr_not_equal(p, before);
        before = p;
    }
    arena_release(&a);
}

static void test_earlier_memory_stays_when_blocks_are_added(void **state)
{
    struct arena a;

    (void)state;
    arena_init(&a);
    char *first = arena_strdup(&a, "first");
    double *large = ARENA_NEW(&a, double, 1000000);
    large[999999] = 1;
    char *last = arena_strndup(&a, "last word", 4);
    assert_string_equal(first, "first");
    assert_string_equal(last, "last");
    arena_release(&a);
}

static void test_rewind_frees_what_came_after(void **state)
{
    struct arena a;

    (void)state;
    arena_init(&a);
    char *kept = arena_strdup(&a, "kept");
    struct arena_mark mark = arena_mark(&a);
    unsigned char *p = arena_alloc(&a, 64, 1);
    memset(p, 0xEE, 64);
    for (int i = 0; i < 100; i++)
        memset(arena_alloc(&a, 1000, 1), 0xEE, 1000);
    arena_rewind(&a, mark);
    assert_string_equal(kept, "kept");
    unsigned char *again = arena_alloc(&a, 64, 1);
    assert_ptr_equal(again, p);
    for (int i = 0; i < 64; i++)
        assert_int_equal(again[i], 0);
    arena_release(&a);
}

static void test_mark_of_an_empty_arena_frees_everything(void **state)
{
    struct arena a;

    (void)state;
    arena_init(&a);
    struct arena_mark mark = arena_mark(&a);
    arena_strdup(&a, "x");
    arena_rewind(&a, mark);
    assert_null(a.head);
    arena_release(&a);
    assert_non_null(arena_strdup(&a, "an arena can be used again"));
    arena_release(&a);
}

#ifdef __SANITIZE_ADDRESS__
static void test_the_sanitizer_sees_the_ends(void **state)
{
    struct arena a;

    (void)state;
    arena_init(&a);
    arena_alloc(&a, 1, 1);
    struct arena_mark mark = arena_mark(&a);
    char *p = arena_alloc(&a, 13, 1), *q = arena_alloc(&a, 16, 1);
    assert_false(__asan_address_is_poisoned(p + 12));
    assert_true(__asan_address_is_poisoned(p + 13));
    assert_true(__asan_address_is_poisoned(q + 16));
    arena_rewind(&a, mark);
    assert_true(__asan_address_is_poisoned(p));
    arena_release(&a);
}
#endif

static void test_printf_takes_any_length(void **state)
{
    struct arena a;
    char word[3001];

    (void)state;
    arena_init(&a);
    memset(word, 'w', 3000);
    word[3000] = '\0';
    assert_string_equal(arena_printf(&a, "%s", ""), "");
    char *text = arena_printf(&a, "<%s> %d", word, 7);
    assert_int_equal(strlen(text), 3004);
    assert_string_equal(text + 3001, "> 7");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_is_aligned_zeroed_and_apart),
        cmocka_unit_test(test_earlier_memory_stays_when_blocks_are_added),
        cmocka_unit_test(test_rewind_frees_what_came_after),
        cmocka_unit_test(test_mark_of_an_empty_arena_frees_everything),
#ifdef __SANITIZE_ADDRESS__
        cmocka_unit_test(test_the_sanitizer_sees_the_ends),
#endif
        cmocka_unit_test(test_printf_takes_any_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
