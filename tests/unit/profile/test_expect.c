/* Expectations: what fails, counted one by one; saving; what is proposed. */
#include "../table/table_make.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "profile/expect.h"

static struct table *people(void)
{
    static const char *const names[] = { "id", "age", "city", "code", "born" };
    struct column *columns[] = {
        MAKE(COLUMN_INT, "1", "2", "2", NULL, "5"),
        MAKE(COLUMN_REAL, "30", "-1", NULL, "200", "40.5"),
        MAKE(COLUMN_CATEGORY, "Ulm", "ulm", "Bonn", NULL, "Ulm"),
        MAKE(COLUMN_TEXT, "A-1", "B-22", "c-3", "D4", NULL),
        MAKE(COLUMN_DATE, "2001-05-06", "1999-12-31", "2000-01-01", NULL, "2026-01-01"),
    };

    return make_table(names, columns, COUNT(columns));
}

/* "0 3: why" - the rows that fail, from 0; '-' in front when it did not hold. */
static void assert_check(const struct expectation *wanted, const struct table *t, const char *want)
{
    struct err err = { 0 };
    struct expectation *e;
    struct expect_outcome o;
    struct str text;

    if (expectation_new(&e, wanted, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(expectation_check(&o, e, t, NULL, &err), 0);
    str_init(&text);
    str_add(&text, o.held ? "" : "-");
    for (size_t i = 0; o.bad && i < t->n_rows; i++)
        if (o.bad[i])
            str_addf(&text, "%zu ", i);
    str_addf(&text, "of %zu: %s", o.n_looked, o.why.buf ? o.why.buf : "");
    assert_string_equal(text.buf, want);
    str_release(&text);
    expect_outcome_release(&o);
    expectation_unref(e);
}

/* Counts and shares that are not given are none. */
static const struct expectation *about(struct expectation *e)
{
    size_t *counts[] = { &e->least_rows, &e->most_rows, &e->least_distinct, &e->most_distinct };

    for (size_t k = 0; k < COUNT(counts); k++)
        *counts[k] = *counts[k] ? *counts[k] : EXPECT_NONE;
    e->mostly = e->mostly > 0 ? e->mostly : 1;
    return e;
}
#define ABOUT(...) (*about(&(struct expectation){ __VA_ARGS__ }))

static void test_every_kind_marks_its_rows(void **state)
{
    static const char *const cities[] = { "Ulm", "Bonn" }, *const ids[] = { "1", "2.0" };
    static const char *const with[] = { "city" };
    struct table *t = people();

    (void)state;
    assert_check(&ABOUT(.column = "age", .min = "0", .max = "150"), t,
                 "-1 3 of 4: 2 outside 0 to 150");
    assert_check(&ABOUT(.column = "age", .max = "1e3"), t, "of 4: ");
    assert_check(&ABOUT(.column = "age", .min = "0", .mostly = 0.75), t, "1 of 4: 1 below 0");
    assert_check(&ABOUT(.column = "age", .min = "0", .mostly = 0.76), t, "-1 of 4: 1 below 0");
    assert_check(&ABOUT(.column = "born", .min = "2000-01-01"), t, "-1 of 4: 1 below 2000-01-01");
    assert_check(&ABOUT(.column = "city", .in = cities, .n_in = 2), t, "-1 of 4: 1 not in the set");
    assert_check(&ABOUT(.column = "id", .in = ids, .n_in = 2), t, "-4 of 4: 1 not in the set");
    assert_check(&ABOUT(.column = "city", .in = cities, .n_in = 0, .of = "c.csv:city"), t,
                 "-0 1 2 4 of 4: 4 not in c.csv:city");
    assert_check(&ABOUT(.column = "code", .matches = "^[A-Z]-\\d+$"), t,
                 "-2 3 of 4: 2 not like ^[A-Z]-\\d+$");
    assert_check(&ABOUT(.column = "age", .matches = "^-"), t, "-0 3 4 of 4: 3 not like ^-");
    assert_check(&ABOUT(.column = "id", .not_missing = true), t, "-3 of 5: 1 missing");
    assert_check(&ABOUT(.column = "id", .unique = true), t, "-1 2 of 4: 2 not unique");
    assert_check(&ABOUT(.column = "id", .unique = true, .with = with, .n_with = 1), t, "of 4: ");
    assert_check(&ABOUT(.column = "age", .type = "int"), t, "-4 of 4: 1 not of type int");
    assert_check(&ABOUT(.column = "id", .type = "real"), t, "of 4: ");
    assert_check(&ABOUT(.column = "id", .type = "date"), t, "-of 0: the type is int, not date");
    assert_check(&ABOUT(.column = "code", .type = "text"), t, "of 4: ");
    assert_check(&ABOUT(.column = "city", .least_distinct = 4), t,
                 "-of 0: 3 different values, fewer than 4");
    assert_check(&ABOUT(.least_rows = 5, .most_rows = 5), t, "of 0: ");
    assert_check(&ABOUT(.most_rows = 4), t, "-of 0: 5 rows, more than 4");
    assert_check(&ABOUT(.expression = "age > id"), t, "-1 of 3: 1 false");
    assert_check(&ABOUT(.column = "age", .min = "0", .not_missing = true), t,
                 "-1 2 of 5: 1 missing, 1 below 0");
    table_unref(t);
}

static void test_what_cannot_be_checked_did_not_hold(void **state)
{
    struct table *t = people();

    (void)state;
    assert_check(&ABOUT(.column = "nosuch", .min = "0"), t, "-of 0: there is no column nosuch");
    assert_check(&ABOUT(.column = "code", .min = "0"), t,
                 "-of 0: the type is text, no number or date");
    assert_check(&ABOUT(.expression = "age + 1"), t,
                 "-of 0: age + 1 is no condition: it gives real");
    table_unref(t);
}

static void assert_refused(const struct expectation *wanted, const char *message)
{
    struct err err = { 0 };
    struct expectation *e;

    assert_int_equal(expectation_new(&e, wanted, &err), -1);
    assert_string_equal(err.msg, message);
}

static void test_nonsense_is_refused(void **state)
{
    (void)state;
    assert_refused(&ABOUT(.column = "a"),
                   "say what to expect: min= max= in= matches= type= unique …");
    assert_refused(&ABOUT(.min = "1"), "say which column that is expected of");
    assert_refused(&ABOUT(.column = "a", .max = "much"),
                   "max takes a number or a date, not 'much'");
    assert_refused(&ABOUT(.column = "a", .max = "inf"), "max takes a number or a date, not 'inf'");
    assert_refused(&ABOUT(.column = "a", .type = "odd"), "there is no type 'odd'");
    assert_refused(&ABOUT(.column = "a", .matches = "("),
                   "matches=(: bad pattern: missing closing parenthesis");
}

static struct expectation *make(const struct expectation *wanted)
{
    struct err err = { 0 };
    struct expectation *e;

    if (expectation_new(&e, wanted, &err))
        fail_msg("%s", err.msg);
    return e;
}

static struct expectations *some(void)
{
    static const char *const in[] = { "a", "b,c" }, *const with[] = { "k" };
    const struct expectation wanted[] = {
        ABOUT(.text = "one", .column = "x", .min = "0", .type = "int", .warn = true, .mostly = 0.5),
        ABOUT(.text = "two", .column = "y", .in = in, .n_in = 2, .of = "f:y", .matches = "^a"),
        ABOUT(.text = "three", .expression = "x > 1", .least_rows = 3),
        ABOUT(.text = "four", .column = "z", .unique = true, .with = with, .n_with = 1,
              .most_distinct = 7),
    };
    struct expectations *l = NULL;

    for (size_t i = 0; i < COUNT(wanted); i++) {
        struct expectation *e = make(&wanted[i]);
        struct expectations *more = expectations_add(l, e, i);
        expectation_unref(e);
        expectations_unref(l);
        l = more;
    }
    return l;
}

static void test_saved_and_read_again(void **state)
{
    struct expectations *l = some(), *again = NULL;
    struct arena arena;
    struct unpack u;
    struct err err = { 0 };
    struct str bytes, other;

    (void)state;
    arena_init(&arena);
    str_init(&bytes);
    str_init(&other);
    expectations_save(&bytes, l);
    unpack_init(&u, bytes.buf, bytes.len, &arena);
    if (expectations_load(&again, &u, &err))
        fail_msg("%s", err.msg);
    expectations_save(&other, again);
    assert_int_equal(bytes.len, other.len);
    assert_memory_equal(bytes.buf, other.buf, bytes.len);
    expectations_unref(again);
    for (size_t n = 0; n < bytes.len; n++) { /* cut anywhere, and with any byte another */
        unpack_init(&u, bytes.buf, n, &arena);
        assert_int_equal(expectations_load(&again, &u, &err), -1);
        bytes.buf[n] ^= 0x55;
        unpack_init(&u, bytes.buf, bytes.len, &arena);
        if (!expectations_load(&again, &u, &err))
            expectations_unref(again);
        bytes.buf[n] ^= 0x55;
    }
    str_release(&bytes);
    str_release(&other);
    expectations_unref(l);
    arena_release(&arena);
}

static void test_lists_share_and_move(void **state)
{
    static const size_t other[] = { 0, 0, 1, 5 };
    struct expectations *l = some(), *less = expectations_remove(l, 1);
    struct expectations *moved = expectations_moved(less, other);

    (void)state;
    assert_int_equal(l->n, 4);
    assert_int_equal(less->n, 3);
    assert_ptr_equal(less->items[1], l->items[2]);
    assert_int_equal(moved->after[0], 0);
    assert_int_equal(moved->after[1], 1);
    assert_int_equal(moved->after[2], 5);
    expectations_unref(moved);
    expectations_unref(less);
    expectations_unref(l);
}

/* Against a count cell by cell, on random numbers. */
static void test_range_and_unique_count_right(void **state)
{
    enum { N = 200000 };
    struct column *c;
    struct rng random;
    struct err err = { 0 };
    size_t outside = 0, twice = 0, *seen = MEM_NEW(size_t, 300000);
    static const char *const name[] = { "x" };

    (void)state;
    assert_int_equal(column_new(&c, COLUMN_INT, N, NULL, &err), 0);
    rng_init(&random, 7, 1);
    for (size_t i = 0; i < N; i++) {
        int64_t v = (int64_t)rng_below(&random, 300000);
        column_ints_mut(c)[i] = v;
        outside += v < 100 || v > 200000;
        seen[v]++;
    }
    column_seal(c);
    for (size_t v = 0; v < 300000; v++)
        twice += seen[v] > 1 ? seen[v] : 0;
    struct table *t = make_table(name, &c, 1);
    struct expectation *e = make(&ABOUT(.column = "x", .min = "100", .max = "200000"));
    struct expectation *u = make(&ABOUT(.column = "x", .unique = true));
    struct expect_outcome o;
    for (size_t threads = 1; threads <= 4; threads *= 2) {
        parallel_set_threads(threads);
        assert_int_equal(expectation_check(&o, e, t, NULL, &err), 0);
        assert_int_equal(o.n_bad, outside);
        expect_outcome_release(&o);
        assert_int_equal(expectation_check(&o, u, t, NULL, &err), 0);
        assert_int_equal(o.n_bad, twice);
        expect_outcome_release(&o);
    }
    mem_free(seen);
    expectation_unref(e);
    expectation_unref(u);
    table_unref(t);
}

static void test_proposals_hold_of_what_they_come_from(void **state)
{
    enum { N = 60 };
    static const char *const names[] = { "n", "x", "kind", "code" };
    struct column_builder b[4];
    struct column *columns[4];
    struct err err = { 0 };
    struct arena arena;
    struct expect_proposal *p;
    size_t n;
    char code[32];

    (void)state;
    builder_init(&b[0], COLUMN_INT, N);
    builder_init(&b[1], COLUMN_REAL, N);
    builder_init(&b[2], COLUMN_CATEGORY, N);
    builder_init(&b[3], COLUMN_TEXT, N);
    for (int i = 0; i < N; i++) {
        builder_add_int(&b[0], i);
        builder_add_real(&b[1], 2.5 * (i % 7));
        builder_add_text(&b[2], i % 2 ? "odd" : "even", i % 2 ? 3 : 4);
        snprintf(code, sizeof(code), "AB-%d.x", 100 + i);
        builder_add_text(&b[3], code, strlen(code));
    }
    for (size_t j = 0; j < 4; j++)
        assert_int_equal(builder_finish(&columns[j], &b[j], &err), 0);
    struct table *t = make_table(names, columns, 4);
    arena_init(&arena);
    assert_int_equal(expect_infer(&p, &n, t, &arena, NULL, &err), 0);
    assert_int_equal(n, 5);
    assert_true(p[0].wanted.unique && p[0].wanted.not_missing);
    assert_string_equal(p[0].wanted.min, "0");
    assert_string_equal(p[0].wanted.max, "65");
    assert_string_equal(p[1].wanted.max, "17");
    assert_false(p[1].wanted.unique);
    assert_int_equal(p[2].wanted.n_in, 2);
    assert_string_equal(p[3].wanted.matches, "^[A-Z]{2}-\\d{3}\\.[a-z]$");
    assert_int_equal(p[4].wanted.least_rows, 30);
    for (size_t i = 0; i < n; i++) {
        struct expectation *e = make(&p[i].wanted);
        struct expect_outcome o;
        assert_int_equal(expectation_check(&o, e, t, NULL, &err), 0);
        assert_true(o.held);
        expect_outcome_release(&o);
        expectation_unref(e);
    }
    arena_release(&arena);
    table_unref(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_marks_its_rows),
        cmocka_unit_test(test_what_cannot_be_checked_did_not_hold),
        cmocka_unit_test(test_nonsense_is_refused),
        cmocka_unit_test(test_saved_and_read_again),
        cmocka_unit_test(test_lists_share_and_move),
        cmocka_unit_test(test_range_and_unique_count_right),
        cmocka_unit_test(test_proposals_hold_of_what_they_come_from),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
