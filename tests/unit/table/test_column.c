#include "table_make.h"

#include <math.h>

#include "base/mem.h"
#include "table/bits.h"

static void test_new_column_is_zero_and_aligned(void **state)
{
    static const enum column_type types[] = { COLUMN_BOOL, COLUMN_INT, COLUMN_REAL, COLUMN_DATE,
                                              COLUMN_TIMESTAMP };

    for (size_t k = 0; k < COUNT(types); k++) {
        struct err err = { 0 };
        struct column *c;
        assert_int_equal(column_new(&c, types[k], 100, NULL, &err), 0);
        assert_int_equal(c->n_rows, 100);
        assert_int_equal((uintptr_t)c->values->data % 64, 0);
        for (size_t i = 0; i < 100; i++)
            assert_true(column_number(c, i) == 0);
        column_unref(c);
    }
    (void)state;
}

static void test_buffer_padding_is_zero(void **state)
{
    struct err err = { 0 };
    void *data;

    assert_int_equal(mem_big(&data, 70, 1, "a test", &err), 0);
    memset(data, 0xAB, 128);
    struct buffer *b = buffer_take(data, 70);
    assert_int_equal(b->size, 70);
    assert_int_equal(((unsigned char *)b->data)[69], 0xAB);
    for (size_t i = 70; i < 128; i++)
        assert_int_equal(((unsigned char *)b->data)[i], 0);
    assert_ptr_equal(buffer_ref(b), b);
    buffer_unref(b);
    buffer_unref(b);
    assert_null(buffer_ref(NULL));
    (void)state;
}

static void test_missing_clears_the_slot(void **state)
{
    struct err err = { 0 };
    struct column *c;

    assert_int_equal(column_new(&c, COLUMN_REAL, 70, NULL, &err), 0);
    for (size_t i = 0; i < 70; i++)
        column_reals_mut(c)[i] = 1.5;
    assert_int_equal(column_set_missing(c, 69, &err), 0);
    assert_true(column_reals(c)[69] == 0);
    assert_int_equal(column_set_missing(c, 3, &err), 0);
    column_reals_mut(c)[3] = 7; /* too late, but sealing puts it right */
    column_seal(c);
    assert_int_equal(c->n_missing, 2);
    assert_true(column_reals(c)[3] == 0);
    assert_true(column_reals(c)[4] == 1.5);
    assert_true(column_missing(c, 3) && column_missing(c, 69) && !column_missing(c, 68));
    column_unref(c);
    (void)state;
}

static void test_seal_drops_a_bitmap_that_marks_none(void **state)
{
    struct err err = { 0 };
    struct column *c;

    assert_int_equal(column_new(&c, COLUMN_INT, 9, NULL, &err), 0);
    assert_int_equal(column_set_missing(c, 8, &err), 0);
    bit_set(c->valid->data, 8);
    column_seal(c);
    assert_null(c->valid);
    assert_int_equal(c->n_missing, 0);
    column_unref(c);
    (void)state;
}

static void test_type_names_read_back(void **state)
{
    enum column_type got;

    for (unsigned t = 0; t < COLUMN_N_TYPES; t++) {
        assert_true(column_type_parse(&got, column_type_name((enum column_type)t)));
        assert_int_equal(got, t);
    }
    assert_false(column_type_parse(&got, "integer"));
    (void)state;
}

static void test_numbers_and_spans(void **state)
{
    struct column *b = MAKE(COLUMN_BOOL, "true", "false", NULL);
    struct column *d = MAKE(COLUMN_DATE, "1970-01-02");
    struct column *k = MAKE(COLUMN_CATEGORY, "red", NULL, "blue");

    assert_true(column_number(b, 0) == 1 && column_number(b, 1) == 0);
    assert_true(column_number(d, 0) == 1);
    assert_true(column_number(k, 0) == 1 && column_number(k, 2) == 0);
    assert_true(span_is(column_span(k, 0), "red"));
    assert_int_equal(column_span(k, 1).len, 0);
    assert_true(column_is_number(b) && !column_is_number(d) && column_is_text(k));
    column_unref(b);
    column_unref(d);
    column_unref(k);
    (void)state;
}

/* ---------------------------------------------------------------- take */

static void test_take_picks_in_order_every_type(void **state)
{
    static const uint32_t rows[] = { 3, 0, 0, 2, 1 };
    static const struct {
        enum column_type type;
        const char *cells[4], *want;
    } cases[] = {
        { COLUMN_BOOL, { "true", NULL, "false", "true" }, "true true true false ·" },
        { COLUMN_INT, { "1", NULL, "-3", "4" }, "4 1 1 -3 ·" },
        { COLUMN_REAL, { "0.5", NULL, "nan", "4" }, "4.0 0.5 0.5 nan ·" },
        { COLUMN_CATEGORY, { "b", NULL, "", "a" }, "a b b  ·" },
        { COLUMN_TEXT, { "longer", NULL, "", "ä" }, "ä longer longer  ·" },
        { COLUMN_DATE,
          { "2024-02-29", NULL, "1969-12-31", "0001-01-01" },
          "0001-01-01 2024-02-29 2024-02-29 1969-12-31 ·" },
    };

    for (size_t k = 0; k < COUNT(cases); k++) {
        struct err err = { 0 };
        struct column *c = make_column(cases[k].type, cases[k].cells, 4), *got;
        assert_int_equal(column_take(&got, c, rows, COUNT(rows), &err), 0);
        assert_cells(got, cases[k].want);
        assert_int_equal(got->n_missing, 1);
        assert_ptr_equal(got->levels, c->levels);
        column_unref(got);
        column_unref(c);
    }
    (void)state;
}

static void test_take_head_and_all(void **state)
{
    struct err err = { 0 };

    for (unsigned t = 0; t < COLUMN_N_TYPES; t++) {
        const char *cell = t <= COLUMN_REAL ? "1" : "2020-01-01";
        struct column *c = make_column((enum column_type)t, (const char *[]){ cell, NULL, cell },
                                       3);
        struct column *all, *head, *none, *picked;
        assert_int_equal(column_take(&all, c, NULL, 3, &err), 0);
        assert_ptr_equal(all, c);
        assert_int_equal(column_take(&head, c, NULL, 1, &err), 0);
        assert_int_equal(head->n_rows, 1);
        assert_null(head->valid);
        assert_true(column_cells_equal(head, 0, c, 0));
        assert_int_equal(column_take(&picked, c, (const uint32_t[]){ 0 }, 1, &err), 0);
        assert_true(digest_eq(column_digest(head), column_digest(picked)));
        assert_int_equal(column_take(&none, c, NULL, 0, &err), 0);
        assert_int_equal(none->n_rows, 0);
        column_unref(picked);
        column_unref(none);
        column_unref(head);
        column_unref(all);
        column_unref(c);
    }
    (void)state;
}

/* Over several chunks, against the plain loop. */
static void test_take_of_many_rows(void **state)
{
    enum { N = 30000 };
    struct err err = { 0 };
    struct column_builder b, s;
    struct column *flags, *texts, *got;
    uint32_t *rows = MEM_NEW(uint32_t, N);

    builder_init(&b, COLUMN_BOOL, 0);
    builder_init(&s, COLUMN_TEXT, 0);
    for (uint32_t i = 0; i < N; i++) {
        rows[i] = (i * 7919u) % N;
        if (i % 11 == 0) {
            builder_add_missing(&b);
            builder_add_missing(&s);
            continue;
        }
        builder_add_int(&b, i % 3 == 0);
        builder_add_text(&s, "abcdefghij", i % 10);
    }
    assert_int_equal(builder_finish(&flags, &b, &err), 0);
    assert_int_equal(builder_finish(&texts, &s, &err), 0);
    assert_int_equal(column_take(&got, flags, rows, N, &err), 0);
    for (size_t i = 0; i < N; i++)
        assert_true(column_cells_equal(got, i, flags, rows[i]));
    column_unref(got);
    assert_int_equal(column_take(&got, texts, rows, N, &err), 0);
    for (size_t i = 0; i < N; i++)
        assert_true(column_cells_equal(got, i, texts, rows[i]));
    column_unref(got);
    column_unref(flags);
    column_unref(texts);
    mem_free(rows);
    (void)state;
}

/* ---------------------------------------------------------------- equality, distinct, levels */

static void test_cells_equal(void **state)
{
    struct column *r = MAKE(COLUMN_REAL, "nan", "nan", "-0.0", "0.0", NULL, "1");
    struct column *i = MAKE(COLUMN_INT, "1", NULL);
    struct column *k = MAKE(COLUMN_CATEGORY, "b", "c"), *l = MAKE(COLUMN_CATEGORY, "a", "b");

    assert_true(column_cells_equal(r, 0, r, 1));
    assert_true(column_cells_equal(r, 2, r, 3));
    assert_false(column_cells_equal(r, 3, r, 4));
    assert_true(column_cells_equal(r, 4, i, 1));
    assert_false(column_cells_equal(r, 5, i, 0));
    assert_true(column_cells_equal(k, 0, l, 1));
    assert_false(column_cells_equal(k, 0, l, 0));
    column_unref(r);
    column_unref(i);
    column_unref(k);
    column_unref(l);
    (void)state;
}

static void test_distinct_of_every_type(void **state)
{
    static const struct {
        enum column_type type;
        const char *cells[6];
        size_t want;
    } cases[] = {
        { COLUMN_BOOL, { "true", "true", NULL, "true", NULL, "true" }, 1 },
        { COLUMN_BOOL, { "false", "true", NULL, "true", NULL, "true" }, 2 },
        { COLUMN_INT, { "0", "1", NULL, "0", "-1", "1" }, 3 },
        { COLUMN_REAL, { "0.0", "-0.0", "nan", "nan", NULL, "1" }, 3 },
        { COLUMN_CATEGORY, { "a", "b", "a", NULL, "", "a" }, 3 },
        { COLUMN_TEXT, { "a", "b", "a", NULL, "", "a" }, 3 },
        { COLUMN_DATE, { "1970-01-01", "1969-12-31", NULL, NULL, NULL, NULL }, 2 },
        { COLUMN_TEXT, { NULL, NULL, NULL, NULL, NULL, NULL }, 0 },
        { COLUMN_BOOL, { NULL, NULL, NULL, NULL, NULL, NULL }, 0 },
    };

    for (size_t k = 0; k < COUNT(cases); k++) {
        struct column *c = make_column(cases[k].type, cases[k].cells, 6);
        assert_int_equal(column_n_distinct(c), cases[k].want);
        column_unref(c);
    }
    (void)state;
}

/* More values than the hash set may hold at once: counted in parts. */
static void test_distinct_beyond_one_set(void **state)
{
    enum { N = 1500000, DISTINCT = 1400000 };
    struct err err = { 0 };
    struct column *c;

    assert_int_equal(column_new(&c, COLUMN_INT, N, NULL, &err), 0);
    for (int64_t i = 0; i < N; i++)
        column_ints_mut(c)[i] = (i % DISTINCT) * 4096;
    assert_int_equal(column_n_distinct(c), DISTINCT);
    column_unref(c);
    (void)state;
}

static void test_distinct_ignores_unused_levels(void **state)
{
    struct err err = { 0 };
    struct column *c = MAKE(COLUMN_CATEGORY, "a", "b", "c"), *got;

    assert_int_equal(column_take(&got, c, (const uint32_t[]){ 1, 1 }, 2, &err), 0);
    assert_int_equal(column_n_distinct(got), 1);
    column_unref(got);
    column_unref(c);
    (void)state;
}

static void test_level_find(void **state)
{
    struct column *c = MAKE(COLUMN_CATEGORY, "pear", "apple", "fig", "app");

    assert_int_equal(column_level_find(c, span_of("app")), 0);
    assert_int_equal(column_level_find(c, span_of("apple")), 1);
    assert_int_equal(column_level_find(c, span_of("pear")), 3);
    assert_int_equal(column_level_find(c, span_of("ap")), -1);
    assert_int_equal(column_level_find(c, span_of("zebra")), -1);
    column_unref(c);
    (void)state;
}

static void test_bytes_counts_all_buffers(void **state)
{
    struct column *c = MAKE(COLUMN_TEXT, "abc", NULL, "de");

    assert_int_equal(column_bytes(c), 4 * 8 + 5 + 1);
    column_unref(c);
    (void)state;
}

/* ---------------------------------------------------------------- bitmaps */

static void test_bits_walk_both_ways(void **state)
{
    enum { N = 200 };
    static const size_t set[] = { 0, 1, 63, 64, 130, 199 };
    _Alignas(64) unsigned char bits[64] = { 0 };
    size_t at = SIZE_MAX;

    for (size_t k = 0; k < COUNT(set); k++)
        bit_set(bits, set[k]);
    assert_int_equal(bits_count(bits, N), COUNT(set));
    for (size_t k = 0; k < COUNT(set); k++) {
        at = bits_next(bits, at + 1, N);
        assert_int_equal(at, set[k]);
    }
    assert_int_equal(bits_next(bits, 200, N), N);
    at = N;
    for (size_t k = COUNT(set); k-- > 0;) {
        at = bits_previous(bits, at);
        assert_int_equal(at, set[k]);
    }
    assert_int_equal(bits_previous(bits, 0), SIZE_MAX);
    memset(bits, 0, sizeof(bits));
    bits_fill(bits, 13);
    assert_int_equal(bits_count(bits, 64), 13);
    assert_int_equal(bits_next(bits, 13, 64), 64);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_column_is_zero_and_aligned),
        cmocka_unit_test(test_buffer_padding_is_zero),
        cmocka_unit_test(test_missing_clears_the_slot),
        cmocka_unit_test(test_seal_drops_a_bitmap_that_marks_none),
        cmocka_unit_test(test_type_names_read_back),
        cmocka_unit_test(test_numbers_and_spans),
        cmocka_unit_test(test_take_picks_in_order_every_type),
        cmocka_unit_test(test_take_head_and_all),
        cmocka_unit_test(test_take_of_many_rows),
        cmocka_unit_test(test_cells_equal),
        cmocka_unit_test(test_distinct_of_every_type),
        cmocka_unit_test(test_distinct_beyond_one_set),
        cmocka_unit_test(test_distinct_ignores_unused_levels),
        cmocka_unit_test(test_level_find),
        cmocka_unit_test(test_bytes_counts_all_buffers),
        cmocka_unit_test(test_bits_walk_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
