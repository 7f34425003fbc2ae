#include "table_make.h"

#include <stdio.h>

#include "base/hash.h"
#include "base/mem.h"

static void test_levels_are_sorted_bytewise(void **state)
{
    struct column *c = MAKE(COLUMN_CATEGORY, "b", "a", NULL, "B", "ä", "", "a", "ab");

    assert_cells(c->levels, " B a ab b ä");
    assert_cells(c, "b a · B ä  a ab");
    assert_int_equal(c->n_missing, 1);
    assert_int_equal(column_codes(c)[2], 0);
    column_unref(c);
    (void)state;
}

/* Enough levels to make the hash grow several times. */
static void test_many_levels(void **state)
{
    enum { N = 20000, LEVELS = 5000 };
    struct err err = { 0 };
    struct column_builder b;
    struct column *c;
    char text[16];

    builder_init(&b, COLUMN_CATEGORY, 0);
    for (unsigned i = 0; i < N; i++) {
        int len = snprintf(text, sizeof(text), "v%u", (i * 31u) % LEVELS);
        builder_add_text(&b, text, (size_t)len);
    }
    assert_int_equal(builder_finish(&c, &b, &err), 0);
    assert_int_equal(c->levels->n_rows, LEVELS);
    for (size_t k = 1; k < LEVELS; k++)
        assert_true(span_compare(column_text(c->levels, k - 1), column_text(c->levels, k)) < 0);
    for (unsigned i = 0; i < N; i++) {
        snprintf(text, sizeof(text), "v%u", (i * 31u) % LEVELS);
        assert_true(span_is(column_span(c, i), text));
    }
    column_unref(c);
    (void)state;
}

/* XXH3 of these two agrees in the upper 32 bits, which the hash keeps as a tag, and in the lowest 8,
 * which choose the first slot: only the texts tell them apart.  Found by trying v0 to v5999999. */
static void test_levels_with_colliding_hashes_stay_apart(void **state)
{
    const char *a = "v2970421", *b = "v2985243";
    uint64_t hash_a = hash_bytes(a, strlen(a)), hash_b = hash_bytes(b, strlen(b));
    struct column *c = MAKE(COLUMN_CATEGORY, "v2985243", "v2970421", "v2985243");

    assert_true(hash_a >> 32 == hash_b >> 32 && (hash_a & 255) == (hash_b & 255));
    assert_cells(c, "v2985243 v2970421 v2985243");
    assert_int_equal(c->levels->n_rows, 2);
    column_unref(c);
    (void)state;
}

static void test_text_keeps_every_byte(void **state)
{
    struct err err = { 0 };
    struct column_builder b;
    struct column *c;

    builder_init(&b, COLUMN_TEXT, 2);
    builder_add_text(&b, "a\0b", 3);
    builder_add_text(&b, "", 0);
    builder_add_missing(&b);
    builder_add_text(&b, "\n\"", 2);
    assert_int_equal(builder_finish(&c, &b, &err), 0);
    assert_int_equal(c->n_rows, 4);
    assert_int_equal(column_text(c, 0).len, 3);
    assert_memory_equal(column_text(c, 0).at, "a\0b", 3);
    assert_false(column_missing(c, 1));
    assert_int_equal(column_text(c, 1).len, 0);
    assert_true(column_missing(c, 2));
    assert_true(span_is(column_text(c, 3), "\n\""));
    column_unref(c);
    (void)state;
}

static void test_growing_keeps_values_and_missing(void **state)
{
    enum { N = 5000 };
    struct err err = { 0 };
    struct column_builder b;
    struct column *c;

    for (size_t expected = 0; expected <= N; expected += N / 2) {
        builder_init(&b, COLUMN_REAL, expected);
        for (size_t i = 0; i < N; i++) {
            if (i % 7 == 3)
                builder_add_missing(&b);
            else
                builder_add_real(&b, (double)i);
        }
        assert_int_equal(builder_finish(&c, &b, &err), 0);
        assert_int_equal(c->n_rows, N);
        assert_int_equal(c->values->size, N * sizeof(double));
        for (size_t i = 0; i < N; i++) {
            assert_int_equal(column_missing(c, i), i % 7 == 3);
            assert_true(column_reals(c)[i] == (i % 7 == 3 ? 0 : (double)i));
        }
        column_unref(c);
    }
    (void)state;
}

static void test_nothing_added(void **state)
{
    for (unsigned t = 0; t < COLUMN_N_TYPES; t++) {
        struct err err = { 0 };
        struct column_builder b;
        struct column *c;
        builder_init(&b, (enum column_type)t, 0);
        assert_int_equal(builder_finish(&c, &b, &err), 0);
        assert_int_equal(c->n_rows, 0);
        assert_int_equal(c->n_missing, 0);
        assert_int_equal(column_n_distinct(c), 0);
        column_digest(c);
        column_unref(c);
    }
    (void)state;
}

static void test_only_missing_levels(void **state)
{
    struct column *c = MAKE(COLUMN_CATEGORY, NULL, NULL);

    assert_int_equal(c->levels->n_rows, 0);
    assert_cells(c, "· ·");
    assert_int_equal(column_level_find(c, span_of("")), -1);
    column_unref(c);
    (void)state;
}

static void test_cells_are_copied(void **state)
{
    for (unsigned t = 0; t < COLUMN_N_TYPES; t++) {
        const char *cell = t <= COLUMN_REAL ? "1" : "2020-01-01";
        struct column *from = make_column((enum column_type)t, (const char *[]){ cell, NULL }, 2);
        struct err err = { 0 };
        struct column_builder b;
        struct column *c;
        builder_init(&b, (enum column_type)t, 0);
        builder_add_cell(&b, from, 1);
        builder_add_cell(&b, from, 0);
        assert_int_equal(builder_finish(&c, &b, &err), 0);
        assert_true(column_cells_equal(c, 0, from, 1));
        assert_true(column_cells_equal(c, 1, from, 0));
        column_unref(c);
        column_unref(from);
    }
    (void)state;
}

static void test_release_before_the_end(void **state)
{
    struct column_builder b;

    builder_init(&b, COLUMN_CATEGORY, 10);
    builder_add_text(&b, "a", 1);
    builder_add_missing(&b);
    builder_release(&b);
    (void)state;
}

/* ---------------------------------------------------------------- without memory */

static int build(struct column **out, enum column_type type, struct err *err)
{
    struct column_builder b;

    builder_init(&b, type, 0);
    for (int i = 0; i < 600; i++) {
        char text[16];
        int len = snprintf(text, sizeof(text), "level %d", i);
        if (i % 100 == 50)
            builder_add_missing(&b);
        else
            builder_add_text(&b, text, (size_t)len);
    }
    return builder_finish(out, &b, err);
}

/* Every large allocation fails once; the first error is the one that is told. */
static void test_out_of_memory_at_every_place(void **state)
{
    static const enum column_type types[] = { COLUMN_TEXT, COLUMN_CATEGORY };

    for (size_t k = 0; k < COUNT(types); k++) {
        size_t n_failed = 0;
        for (size_t n = 1; n < 100; n++) {
            struct err err = { 0 };
            struct column *c = NULL;
            mem_big_fail_after(n);
            int rc = build(&c, types[k], &err);
            mem_big_fail_after(0);
            if (rc == 0) {
                assert_int_equal(err.code, ERR_NONE);
                assert_int_equal(c->n_rows, 600);
                assert_true(span_is(column_span(c, 599), "level 599"));
                column_unref(c);
                continue;
            }
            n_failed++;
            assert_int_equal(err.code, ERR_NOMEM);
            assert_non_null(strstr(err.msg, "out of memory"));
        }
        assert_in_range(n_failed, 5, 90);
    }
    (void)state;
}

static void test_take_out_of_memory(void **state)
{
    struct column *c = MAKE(COLUMN_TEXT, "a", NULL, "b");

    for (size_t n = 1; n <= 3; n++) {
        struct err err = { 0 };
        struct column *got;
        mem_big_fail_after(n);
        assert_int_equal(column_take(&got, c, (const uint32_t[]){ 2, 1 }, 2, &err), -1);
        mem_big_fail_after(0);
        assert_int_equal(err.code, ERR_NOMEM);
    }
    column_unref(c);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_are_sorted_bytewise),
        cmocka_unit_test(test_many_levels),
        cmocka_unit_test(test_levels_with_colliding_hashes_stay_apart),
        cmocka_unit_test(test_text_keeps_every_byte),
        cmocka_unit_test(test_growing_keeps_values_and_missing),
        cmocka_unit_test(test_nothing_added),
        cmocka_unit_test(test_only_missing_levels),
        cmocka_unit_test(test_cells_are_copied),
        cmocka_unit_test(test_release_before_the_end),
        cmocka_unit_test(test_out_of_memory_at_every_place),
        cmocka_unit_test(test_take_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
