/* test_expr_values.c - what operators and functions give, with values and with missing. */
#include "test_expr.h"

#include "base/mem.h"
#include "base/parallel.h"

static void test_three_valued_logic(void **state)
{
    static const char *const words[] = { "true", "false", "missing" };
    /* By row and column in the order of words; t, f, or m. */
    static const char or_table[] = "ttt"
                                   "tfm"
                                   "tmm";
    static const char and_table[] = "tfm"
                                    "fff"
                                    "mfm";
    static const char not_table[] = "ftm";
    struct table *t = sample_table();
    struct str got, text;

    (void)state;
    str_init(&got);
    str_init(&text);
    for (size_t k = 0; k < 9 + 9 + 3; k++) {
        char want = k < 9 ? or_table[k] : k < 18 ? and_table[k - 9] : not_table[k - 18];
        const char *cell = want == 't' ? "true" : want == 'f' ? "false" : "·";
        char line[80];
        str_clear(&text);
        if (k < 18)
            str_addf(&text, "%s %s %s", words[k % 9 / 3], k < 9 ? "or" : "and", words[k % 3]);
        else
            str_addf(&text, "not %s", words[k - 18]);
        snprintf(line, sizeof(line), "bool: %s | %s | %s | %s", cell, cell, cell, cell);
        expr_show(&got, t, text.buf);
        assert_string_equal(got.buf, line);
    }
    str_release(&text);
    str_release(&got);
    table_unref(t);
}

static void test_missing(void **state)
{
    static const char *const pairs[][2] = {
        { "age > 0", "bool: true | true | · | false" },
        { "age > 0 or ok", "bool: true | true | · | true" },
        { "is_missing(age)", "bool: false | false | true | false" },
        { "is_missing(size + 1)", "bool: false | true | false | false" },
        { "is_missing(missing)", "bool: true | true | true | true" },
        { "is_missing(species)", "bool: false | false | true | false" },
        { "coalesce(age, 0)", "int: 1 | 34 | 0 | -7" },
        { "coalesce(name, 'x')", "text: Ann Lee |  | x | Žofie" },
        { "coalesce(ok, missing, false)", "bool: true | false | false | true" },
        { "coalesce(species, 'none')", "text: Adelie | Gentoo | none | Adelie" },
        { "if(ok, 'y', 'n')", "text: y | n | · | y" },
        { "if(true, 1, age)", "int: 1 | 1 | 1 | 1" },
        { "if(is_missing(ok), 1, 2)", "int: 2 | 2 | 1 | 2" },
        { "min(age, size)", "real: 0.5 | 34.0 | nan | -100.0" },
        { "max(age, missing)", "int: 1 | 34 | · | -7" },
        { "max(born, '2001-01-01')", "date: 2024-02-29 | 2001-01-01 | 2001-01-01 | 2001-01-01" },
        { "min(seen)", "timestamp: 2024-02-29T12:30:45.5Z | 1969-12-31T23:59:59Z | · | "
                       "2000-01-01T00:00:00Z" },
        { "age in (1, 2)", "bool: true | false | · | false" },
        { "age in (1, missing)", "bool: true | · | · | ·" },
        { "age not in (1, missing)", "bool: false | · | · | ·" },
        { "age in (34, missing, 1, age)", "bool: true | true | · | true" },
        { "size in (0.5, 7, -100, 3)", "bool: true | · | false | true" },
        { "ok in (false, missing)", "bool: · | true | · | ·" },
        { "name in ('b', '', 'Ann Lee', 'a')", "bool: true | true | · | false" },
        { "1 in (age, 34)", "bool: true | false | · | false" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

static void test_a_long_list(void **state)
{
    struct table *t = sample_table();
    struct str text, got;

    (void)state;
    str_init(&text);
    str_init(&got);
    str_add(&text, "age in (");
    for (int i = 20000; i > 0; i--) /* even numbers */
        str_addf(&text, "%d, ", 2 * i);
    str_add(&text, "-7)");
    expr_show(&got, t, text.buf);
    assert_string_equal(got.buf, "bool: false | true | · | true");
    str_release(&got);
    str_release(&text);
    table_unref(t);
}

static void test_comparisons(void **state)
{
    static const char *const pairs[][2] = {
        { "age = 1", "bool: true | false | · | false" },
        { "age != 1", "bool: false | true | · | true" },
        { "age < 1", "bool: false | false | · | true" },
        { "age <= 1", "bool: true | false | · | true" },
        { "age > 1", "bool: false | true | · | false" },
        { "age >= 1", "bool: true | true | · | false" },
        { "size <= 0.5", "bool: true | · | false | true" },
        { "size != size", "bool: false | · | true | false" },
        { "age = 34.0", "bool: false | true | · | false" },
        { "ok = true", "bool: true | false | · | true" },
        { "ok != true", "bool: false | true | · | false" },
        { "species = 'Adelie'", "bool: true | false | · | true" },
        { "'Adelie' != species", "bool: false | true | · | false" },
        { "species < 'B'", "bool: true | false | · | true" },
        { "species in ('Gentoo', 'Chinstrap')", "bool: false | true | · | false" },
        { "name < species", "bool: false | true | · | false" },
        { "name = ''", "bool: false | true | · | false" },
        { "name >= 'Ann'", "bool: true | false | · | true" },
        { "born >= '2000-01-01'", "bool: true | false | · | true" },
        { "'2000-01-01' = born", "bool: false | false | · | true" },
        { "born in ('1969-12-31', '2000/01/01')", "bool: false | true | · | true" },
        { "seen < '2000-01-01 00:00:01'", "bool: false | true | · | true" },
        { "seen = '2000-01-01'", "bool: false | false | · | true" },
        { "born <= seen", "bool: true | true | · | true" },
        { "born < '2000-01-01 12:00'", "bool: false | true | · | true" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

static void test_arithmetic(void **state)
{
    static const char *const pairs[][2] = {
        { "age - 2 * age", "int: -1 | -34 | · | 7" },
        { "-age", "int: -1 | -34 | · | 7" },
        { "-size", "real: -0.5 | · | nan | 100.0" },
        { "size * 2 - 1", "real: 0.0 | · | nan | -201.0" },
        { "age / 0", "real: inf | inf | · | -inf" },
        { "age % 5", "real: 1.0 | 4.0 | · | 3.0" },
        { "age % -5", "real: -4.0 | -1.0 | · | -2.0" },
        { "age % 0", "real: nan | nan | · | nan" },
        { "age ^ 2", "real: 1.0 | 1156.0 | · | 49.0" },
        { "born + 1", "date: 2024-03-01 | 1970-01-01 | · | 2000-01-02" },
        { "1 + born", "date: 2024-03-01 | 1970-01-01 | · | 2000-01-02" },
        { "born - 1", "date: 2024-02-28 | 1969-12-30 | · | 1999-12-31" },
        { "born - '1970-01-01'", "int: 19782 | -1 | · | 10957" },
        { "seen - '2000-01-01'", "real: 762525045.5 | -946684801.0 | · | 0.0" },
        { "seen - born", "real: 45045.5 | 86399.0 | · | 0.0" },
        { "missing - born", "int: · | · | · | ·" },
        { "seen - missing", "real: · | · | · | ·" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

static void test_mathematics(void **state)
{
    static const char *const pairs[][2] = {
        { "log(0) < -1e308", "bool: true | true | true | true" },
        { "log(age)", "real: 0.0 | 3.5263605246161616 | · | nan" },
        { "log10(1000) = 3", "bool: true | true | true | true" },
        { "log2(8) + log1p(0) + expm1(0)", "real: 3.0 | 3.0 | 3.0 | 3.0" },
        { "exp(age - age)", "real: 1.0 | 1.0 | · | 1.0" },
        { "sqrt(-1)", "real: nan | nan | nan | nan" },
        { "sqrt(abs(size)) > 1", "bool: false | · | false | true" },
        { "abs(age)", "int: 1 | 34 | · | 7" },
        { "sign(age)", "int: 1 | 1 | · | -1" },
        { "sign(size)", "real: 1.0 | · | nan | -1.0" },
        { "floor(size)", "real: 0.0 | · | nan | -100.0" },
        { "ceil(size)", "real: 1.0 | · | nan | -100.0" },
        { "ceil(age)", "int: 1 | 34 | · | -7" },
        { "sin(0) + cos(0) + tan(0)", "real: 1.0 | 1.0 | 1.0 | 1.0" },
        { "round(size)", "real: 1.0 | · | nan | -100.0" },
        { "round(-2.5)", "real: -3.0 | -3.0 | -3.0 | -3.0" },
        { "round(3.14159, 2)", "real: 3.14 | 3.14 | 3.14 | 3.14" },
        { "round(1234.5, -2)", "real: 1200.0 | 1200.0 | 1200.0 | 1200.0" },
        { "round(0.1, 400)", "real: 0.1 | 0.1 | 0.1 | 0.1" },
        { "round(age, -1)", "int: 0 | 30 | · | -10" },
        { "round(age)", "int: 1 | 34 | · | -7" },
        { "round(25, -1) + round(-25, -1)", "int: 0 | 0 | 0 | 0" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

static void test_dates(void **state)
{
    static const char *const pairs[][2] = {
        { "year(born)", "int: 2024 | 1969 | · | 2000" },
        { "month(born)", "int: 2 | 12 | · | 1" },
        { "day(born)", "int: 29 | 31 | · | 1" },
        { "weekday(born)", "int: 4 | 3 | · | 6" }, /* Thursday, Wednesday, Saturday */
        { "yearday(born)", "int: 60 | 365 | · | 1" },
        { "quarter(born)", "int: 1 | 4 | · | 1" },
        { "year(seen)", "int: 2024 | 1969 | · | 2000" },
        { "hour(seen)", "int: 12 | 23 | · | 0" },
        { "minute(seen)", "int: 30 | 59 | · | 0" },
        { "second(seen)", "int: 45 | 59 | · | 0" },
        { "hour(missing)", "int: · | · | · | ·" },
        { "year(missing)", "int: · | · | · | ·" },
        { "date(seen)", "date: 2024-02-29 | 1969-12-31 | · | 2000-01-01" },
        { "date(born)", "date: 2024-02-29 | 1969-12-31 | · | 2000-01-01" },
        { "date('2024-02-30')", "date: · | · | · | ·" },
        { "date(concat('2024-01-0', `odd name!`))",
          "date: 2024-01-05 | 2024-01-06 | 2024-01-07 | 2024-01-08" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

static void test_conversions(void **state)
{
    static const char *const pairs[][2] = {
        { "int(2.9)", "int: 2 | 2 | 2 | 2" },
        { "int(-2.9)", "int: -2 | -2 | -2 | -2" },
        { "int(size)", "int: 0 | · | · | -100" },
        { "int(1e300)", "int: · | · | · | ·" },
        { "int(ok)", "int: 1 | 0 | · | 1" },
        { "int(' 12 ')", "int: 12 | 12 | 12 | 12" },
        { "int('2.7')", "int: 2 | 2 | 2 | 2" },
        { "int(name)", "int: · | · | · | ·" },
        { "real(age)", "real: 1.0 | 34.0 | · | -7.0" },
        { "real(ok)", "real: 1.0 | 0.0 | · | 1.0" },
        { "real('1e3')", "real: 1000.0 | 1000.0 | 1000.0 | 1000.0" },
        { "real(species)", "real: · | · | · | ·" },
        { "text(age)", "text: 1 | 34 | · | -7" },
        { "text(ok)", "text: true | false | · | true" },
        { "text(born)", "text: 2024-02-29 | 1969-12-31 | · | 2000-01-01" },
        { "text(species)", "text: Adelie | Gentoo | · | Adelie" },
        { "text(missing)", "text: · | · | · | ·" },
    };

    (void)state;
    CHECK_ALL(pairs);
}

static void test_overflow_is_missing_and_counted(void **state)
{
    static const struct {
        const char *text, *want;
        size_t n_overflow;
    } cases[] = {
        { "9223372036854775807 + age", "int: · | · | · | 9223372036854775800", 2 },
        { "-9223372036854775807 - age", "int: -9223372036854775808 | · | · | -9223372036854775800",
          1 },
        { "9223372036854775807 * age", "int: 9223372036854775807 | · | · | ·", 2 },
        { "-(-9223372036854775807 - 1)", "int: · | · | · | ·", 4 },
        { "abs(-9223372036854775807 - 1)", "int: · | · | · | ·", 4 },
        { "round(9223372036854775807, -1)", "int: · | · | · | ·", 4 },
        { "round(9223372036854775807, -19)", "int: · | · | · | ·", 4 },
        { "born + 9223372036854775807", "date: · | · | · | ·", 3 },
        { "born - 3000000000", "date: · | · | · | ·", 3 },
        { "int(size * 1e300)", "int: · | · | · | ·", 3 },
        { "age + 1", "int: 2 | 35 | · | -6", 0 },
    };
    struct table *t = sample_table();
    struct str got;

    (void)state;
    str_init(&got);
    for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
        struct column *c;
        struct expr *e;
        size_t n = 99;
        expr_show(&got, t, cases[k].text);
        assert_string_equal(got.buf, cases[k].want);
        assert_int_equal(expr_parse(&e, cases[k].text, NULL), 0);
        assert_int_equal(expr_eval_counting(&c, &n, e, t, NULL, NULL), 0);
        assert_int_equal(n, cases[k].n_overflow);
        for (size_t i = 0; i < 4; i++) /* the slot of a missing cell is zero */
            if (column_missing(c, i))
                assert_true(column_number(c, i) == 0);
        column_unref(c);
        expr_free(e);
    }
    str_release(&got);
    table_unref(t);
}

/* ---- more than a block of rows ---- */
/* Row i: x = i, y = 1 / (i + 1) but missing at every seventh, g = one of three levels or missing. */
static struct table *long_table(size_t n)
{
    static const char *const levels[] = { "low", "middle", "high" };
    static const char *const names[] = { "x", "y", "g" };
    struct column_builder g;
    struct column *columns[3];
    struct table *t;

    builder_init(&g, COLUMN_CATEGORY, n);
    assert_int_equal(column_new(&columns[0], COLUMN_INT, n, NULL, NULL), 0);
    assert_int_equal(column_new(&columns[1], COLUMN_REAL, n, NULL, NULL), 0);
    for (size_t i = 0; i < n; i++) {
        column_ints_mut(columns[0])[i] = (int64_t)i;
        column_reals_mut(columns[1])[i] = 1.0 / (double)(i + 1);
        if (i % 7 == 0)
            assert_int_equal(column_set_missing(columns[1], i, NULL), 0);
        if (i % 4 == 3)
            builder_add_missing(&g);
        else
            builder_add_text(&g, levels[i % 4], strlen(levels[i % 4]));
    }
    column_seal(columns[0]);
    column_seal(columns[1]);
    assert_int_equal(builder_finish(&columns[2], &g, NULL), 0);
    assert_int_equal(table_new(&t, columns, names, 3, n, NULL, NULL), 0);
    return t;
}

static struct column *evaluate(const struct table *t, const char *text)
{
    struct column *c;
    struct expr *e;

    assert_int_equal(expr_parse(&e, text, NULL), 0);
    assert_int_equal(expr_eval(&c, e, t, NULL, NULL), 0);
    expr_free(e);
    return c;
}

static void test_a_million_rows(void **state)
{
    size_t n = 1000003;
    struct table *t = long_table(n);
    struct column *c = evaluate(t, "x * 2 + y");
    struct column *up = evaluate(t, "upper(g)");
    struct column *both = evaluate(t, "if(g = 'low' and x % 3 = 0, x, -1)");

    (void)state;
    for (size_t i = 0; i < n; i++) {
        bool low = i % 4 == 0 && i % 3 == 0, unknown = i % 4 == 3 && i % 3 == 0;
        assert_int_equal(column_missing(c, i), i % 7 == 0);
        if (i % 7)
            assert_true(column_reals(c)[i] == (double)(2 * i) + 1.0 / (double)(i + 1));
        assert_int_equal(column_missing(up, i), i % 4 == 3);
        if (i % 4 == 2)
            assert_true(span_is(column_text(up, i), "HIGH"));
        assert_int_equal(column_missing(both, i), unknown); /* missing and false is false */
        assert_int_equal(column_ints(both)[i], unknown ? 0 : low ? (int64_t)i : -1);
    }
    column_unref(c);
    column_unref(up);
    column_unref(both);
    table_unref(t);
}

static void test_threads_do_not_matter(void **state)
{
    struct table *t = long_table(300001);
    const char *text = "round(log(x + 1) * y, 3) + if(g = 'high', sin(x), coalesce(y, 0))";
    struct digest one;

    (void)state;
    for (size_t threads = 1; threads <= 4; threads++) {
        parallel_set_threads(threads);
        struct column *c = evaluate(t, text);
        struct digest d = column_digest(c);
        if (threads == 1)
            one = d;
        assert_true(digest_eq(one, d));
        column_unref(c);
    }
    parallel_set_threads(0);
    table_unref(t);
}

/* A category with fewer levels than rows is computed by level, another one by row. */
static void test_by_level_is_the_same_as_by_row(void **state)
{
    static const char *const texts[] = {
        "g = 'low'",
        "g in ('low', 'high')",
        "upper(g)",
        "length(g) * 2",
        "is_missing(g)",
        "coalesce(g, 'none')",
        "real(length(g)) / 3",
        "date(concat('2024-01-0', length(g)))",
        "if(matches(g, '^m'), g, 'other')",
    };
    struct table *t = long_table(40), *row;

    (void)state;
    for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
        struct column *all = evaluate(t, texts[k]);
        for (uint32_t i = 0; i < 40; i++) {
            assert_int_equal(table_take(&row, t, &i, 1, NULL), 0);
            struct column *one = evaluate(row, texts[k]);
            assert_int_equal(one->type, all->type);
            assert_true(column_cells_equal(one, 0, all, i));
            column_unref(one);
            table_unref(row);
        }
        column_unref(all);
    }
    table_unref(t);
}

static void test_filter(void **state)
{
    static const size_t sizes[] = { 0, 1, 7, 4095, 4096, 4097, 70000 };

    (void)state;
    for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
        size_t n = sizes[k];
        struct table *t = long_table(n);
        uint8_t *keep = mem_new(n, 1);
        struct expr *e;
        assert_int_equal(expr_parse(&e, "y < 0.3 and g != 'low'", NULL), 0);
        assert_int_equal(expr_filter(keep, e, t, NULL, NULL), 0);
        for (size_t i = 0; i < n; i++) /* missing counts as false */
            assert_int_equal(keep[i], i % 7 && i >= 3 && i % 4 != 0 && i % 4 != 3);
        expr_free(e);
        mem_free(keep);
        table_unref(t);
    }
}

static void test_cancel(void **state)
{
    struct table *t = long_table(5000);
    static const char *const texts[] = { "x + 1", "replace(text(x), '1', '2')", "lower(g)" };
    struct job job;

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct err err = { .code = ERR_NONE };
        struct column *c = NULL;
        struct expr *e;
        job_init(&job);
        job_cancel(&job);
        assert_int_equal(expr_parse(&e, texts[k], NULL), 0);
        assert_int_equal(expr_eval(&c, e, t, &job, &err), -1);
        assert_int_equal(err.code, ERR_CANCELLED);
        expr_free(e);
    }
    table_unref(t);
}

static void test_no_memory_is_an_error(void **state)
{
    struct table *t = long_table(5000);
    static const char *const texts[] = { "x + 1", "concat(x, 'a')", "upper(g)" };

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct expr *e;
        int rc = -1;
        assert_int_equal(expr_parse(&e, texts[k], NULL), 0);
        for (size_t n = 1; rc && n < 100; n++) {
            struct err err = { .code = ERR_NONE };
            struct column *c = NULL;
            mem_big_fail_after(n);
            rc = expr_eval(&c, e, t, NULL, &err);
            mem_big_fail_after(0);
            assert_int_equal(err.code, rc ? ERR_NOMEM : ERR_NONE);
            assert_true(n > 1 || rc);
            column_unref(c);
        }
        assert_int_equal(rc, 0);
        expr_free(e);
    }
    table_unref(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_valued_logic),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_a_long_list),
        cmocka_unit_test(test_comparisons),
        cmocka_unit_test(test_arithmetic),
        cmocka_unit_test(test_mathematics),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_conversions),
        cmocka_unit_test(test_overflow_is_missing_and_counted),
        cmocka_unit_test(test_a_million_rows),
        cmocka_unit_test(test_threads_do_not_matter),
        cmocka_unit_test(test_by_level_is_the_same_as_by_row),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
