/* Facets: words and back, what they mean, the rows and counts they leave. */
#include "../table/table_make.h"

#include <string.h>

#include "base/mem.h"
#include "profile/selection.h"
#include "table/expr.h"

static struct table *some_table(void)
{
    struct column *columns[] = {
        MAKE(COLUMN_CATEGORY, "cat", "dog", "cat", NULL, "missing", "it's"),
        MAKE(COLUMN_INT, "1", "5", "3", "4", NULL, "2"),
        MAKE(COLUMN_REAL, "0.5", "nan", "inf", "-inf", "2.5", NULL),
        MAKE(COLUMN_DATE, "2024-01-01", "2024-03-01", NULL, "2024-02-29", "2023-12-31",
             "2024-01-01"),
        MAKE(COLUMN_BOOL, "true", "false", NULL, "true", "false", "true"),
        MAKE(COLUMN_TEXT, "A b", "ÄRGER", "", "x,y", NULL, "a B"),
    };
    static const char *const names[] = { "kind", "n", "x", "day", "odd name", "t" };
    struct table *t;

    assert_int_equal(table_new(&t, columns, names, 6, 6, NULL, NULL), 0);
    return t;
}

static struct selection *parse(const char *words)
{
    struct selection *none = selection_empty(), *s = NULL;
    struct err err = { 0 };

    if (selection_with_words(&s, none, words, &err))
        fail_msg("%s: %s", words, err.msg);
    selection_unref(none);
    return s;
}

/* The rows looked at as digits, which must be those of the filter it becomes. */
static void assert_rows(const char *words, const char *rows)
{
    struct table *t = some_table();
    struct selection *s = parse(words);
    struct looked *l;
    struct err err = { 0 };
    char got[8] = "";
    uint8_t keep[6];
    struct str text;
    struct expr *e;

    assert_int_equal(selection_look(&l, s, t, true, NULL, &err), 0);
    if (l->why.code != ERR_NONE)
        fail_msg("%s: %s", words, l->why.msg);
    for (size_t i = 0; i < l->n && i < 6; i++)
        got[i] = (char)('0' + l->rows[i]);
    assert_string_equal(got, rows);
    str_init(&text);
    assert_int_equal(selection_expression(&text, s, t, &err), 0);
    assert_int_equal(expr_parse(&e, text.buf, &err), 0);
    assert_int_equal(expr_filter(keep, e, t, NULL, &err), 0);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(keep[i], strchr(got, (int)('0' + i)) != NULL);
    expr_free(e);
    str_release(&text);
    looked_free(l);
    selection_unref(s);
    table_unref(t);
}

static void test_values_of_every_type(void **state)
{
    (void)state;
    assert_rows("kind=cat", "02");
    assert_rows("kind=cat,missing", "023");
    assert_rows("kind='missing','it''s'", "45");
    assert_rows("kind!=cat", "1345");
    assert_rows("n=1,3,missing", "024");
    assert_rows("x=nan", "1");
    assert_rows("x=inf,-inf,2.5", "234");
    assert_rows("day=2024-01-01", "05");
    assert_rows("'odd name'=true", "035");
    assert_rows("`odd name`=false,missing", "124");
    assert_rows("t='x,y',''", "23");
}

static void test_ranges_text_and_rows(void **state)
{
    (void)state;
    assert_rows("n=2..4", "235");
    assert_rows("n=2..<4", "25");
    assert_rows("n=..2,5..", "015");
    assert_rows("x=0..", "024");
    assert_rows("day=2024-01-01..2024-02-29", "035");
    assert_rows("t~b", "05");
    assert_rows("t~ärg", "1");
    assert_rows("t!~b", "1234");
    assert_rows("n~5", "1");
    assert_rows("@row=2,4..5", "134");
    assert_rows("kind=cat n=2..", "2");
    assert_rows("kind=nobody", "");
}

static void test_words_read_back_the_same(void **state)
{
    static const char *const words[] = {
        "kind",      "kind=cat,missing,'missing'", "n=2..<4,7,..1", "`keep`=x", "t!~'a b'",
        "@row=5..9", "'odd name'!=true",           "kind=''",       NULL,
    };

    (void)state;
    for (size_t i = 0; words[i]; i++) {
        struct selection *s = parse(words[i]);
        struct str text;
        str_init(&text);
        facet_print(&text, &s->facets[0]);
        assert_string_equal(text.buf, words[i]);
        str_release(&text);
        selection_unref(s);
    }
}

static void assert_wrong(const char *words, size_t col, const char *message)
{
    struct selection *none = selection_empty(), *s = none;
    struct err err = { 0 };

    assert_int_equal(selection_with_words(&s, none, words, &err), -1);
    assert_ptr_equal(s, none);
    assert_string_equal(err.msg, message);
    assert_int_equal(err.col, col);
    selection_unref(none);
}

static void test_what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    assert_wrong("kind='cat", 6, "the quote that opens here is never closed");
    assert_wrong("kind=", 6, "a value is wanted here; '' is the empty text");
    assert_wrong("n=..", 3, "a range needs an end: 3..4, 3.. or ..4");
    assert_wrong("n=1 =2", 5, "a column's name is wanted here");
    assert_wrong("n!5", 3, "one of = != ~ !~ is wanted here");
    assert_wrong("t~", 3, "a text to look for is wanted here");
    assert_wrong("t='a'b", 6, "a blank or comma is wanted here; put the value into quotes");
}

static void test_a_facet_that_no_longer_fits_leaves_nothing_out(void **state)
{
    static const char *const bad[] = { "gone=1", "n=abc", "day=abc", "'odd name'=2..3", NULL };
    struct table *t = some_table();

    (void)state;
    for (size_t i = 0; bad[i]; i++) {
        struct selection *s = parse(bad[i]);
        struct looked *l;
        assert_int_equal(selection_look(&l, s, t, true, NULL, NULL), 0);
        assert_int_equal(l->n, 6);
        assert_true(l->why.code != ERR_NONE);
        looked_free(l);
        selection_unref(s);
    }
    table_unref(t);
}

static void test_counts_are_of_the_rows_that_others_leave(void **state)
{
    struct table *t = some_table();
    struct selection *s = parse("kind=cat n=1..<3");
    struct looked *l;

    (void)state;
    assert_int_equal(selection_look(&l, s, t, true, NULL, NULL), 0);
    const struct facet_counts *kind = looked_facet(l, "kind"), *n = looked_facet(l, "n");
    assert_int_equal(l->n, 1);
    assert_int_equal(kind->n, 5); /* cat, dog, it's, missing as text, missing */
    assert_string_equal(kind->items[0].word, "cat");
    assert_true(kind->items[0].chosen);
    assert_int_equal(kind->items[0].count, 1); /* n is 1 or 2 */
    assert_int_equal(kind->items[0].all, 2);
    assert_string_equal(kind->items[2].word, "'it''s'");
    assert_string_equal(kind->items[3].word, "'missing'");
    assert_int_equal(kind->items[2].count, 1);
    assert_true(kind->items[4].missing);
    assert_int_equal(n->items[2].count, 1); /* 3, a cat */
    assert_int_equal(n->items[1].count, 0); /* 2, none */
    looked_free(l);
    selection_unref(s);
    table_unref(t);
}

/* Every bin's word chooses as many rows as the bin counts. */
static void check_bins(enum column_type type, int64_t first, int64_t step)
{
    struct column_builder b;
    struct column *c;
    struct table *t;
    struct selection *s = parse("v"), *one;
    struct looked *l, *narrow;
    size_t total = 0;

    builder_init(&b, type, 200);
    for (int64_t i = 0; i < 200; i++) {
        if (type == COLUMN_REAL)
            builder_add_real(&b, (double)(first + i * i * step) / 7);
        else
            builder_add_int(&b, first + i * i * step);
    }
    builder_add_missing(&b);
    assert_int_equal(builder_finish(&c, &b, NULL), 0);
    assert_int_equal(table_new(&t, &c, (const char *const[]){ "v" }, 1, 201, NULL, NULL), 0);
    assert_int_equal(selection_look(&l, s, t, true, NULL, NULL), 0);
    const struct facet_counts *f = looked_facet(l, "v");
    assert_true(f->n > 8 && f->n < 50);
    for (size_t k = 0; k < f->n; k++) {
        struct str words;
        str_init(&words);
        str_addf(&words, "v=%s", f->items[k].word);
        one = parse(words.buf);
        assert_int_equal(selection_look(&narrow, one, t, true, NULL, NULL), 0);
        assert_int_equal(narrow->why.code, ERR_NONE);
        assert_int_equal(narrow->n, f->items[k].all);
        assert_true(looked_facet(narrow, "v")->items[k].chosen);
        total += narrow->n;
        looked_free(narrow);
        selection_unref(one);
        str_release(&words);
    }
    assert_int_equal(total, 201);
    looked_free(l);
    selection_unref(s);
    table_unref(t);
}

static void test_bins_choose_what_they_count(void **state)
{
    (void)state;
    check_bins(COLUMN_INT, -3000, 1);
    check_bins(COLUMN_INT, INT64_C(4000000000000), 7919);
    check_bins(COLUMN_REAL, -5, 3);
    check_bins(COLUMN_DATE, 18000, 1);
    check_bins(COLUMN_TIMESTAMP, INT64_C(1700000000000000), INT64_C(86400000000) / 11);
}

static void test_row_sets(void **state)
{
    struct table *t = some_table();
    struct buffer *rows;
    struct selection *none = selection_empty(), *s;
    struct looked *l;
    struct str text;

    (void)state;
    assert_int_equal(buffer_new(&rows, 2, sizeof(uint32_t), "rows", NULL), 0);
    ((uint32_t *)rows->data)[0] = 1;
    ((uint32_t *)rows->data)[1] = 4;
    s = selection_with_rows(none, "two of them", rows, 2);
    buffer_unref(rows);
    assert_int_equal(selection_look(&l, s, t, false, NULL, NULL), 0);
    assert_int_equal(l->n, 2);
    assert_int_equal(l->rows[1], 4);
    str_init(&text);
    selection_print(&text, s);
    assert_string_equal(text.buf, "two of them");
    str_clear(&text);
    assert_int_equal(selection_expression(&text, s, t, NULL), 0);
    assert_string_equal(text.buf, "row_number() in (2, 5)");
    str_release(&text);
    looked_free(l);
    selection_unref(s);
    selection_unref(none);
    table_unref(t);
}

static void test_editing(void **state)
{
    struct selection *s = parse("kind=cat n=1 t~a"), *next;

    (void)state;
    assert_true(selection_restricts(s));
    assert_int_equal(selection_with_words(&next, s, "n=2 kind", NULL), 0);
    selection_unref(s);
    assert_int_equal(next->n, 3);
    assert_int_equal(next->facets[0].kind, FACET_OPEN);
    assert_string_equal(next->facets[1].items[0].low, "2");
    s = selection_without(next, "t");
    assert_int_equal(s->n, 2);
    selection_unref(next);
    next = selection_cleared(s);
    assert_false(selection_restricts(next));
    assert_int_equal(next->n, 2);
    selection_unref(next);
    next = selection_with_where(s, "n > 3");
    assert_int_equal(next->n, 3);
    selection_unref(s);
    s = selection_with_where(next, "n > 3");
    assert_int_equal(s->n, 3);
    selection_unref(next);
    selection_unref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_every_type),
        cmocka_unit_test(test_ranges_text_and_rows),
        cmocka_unit_test(test_words_read_back_the_same),
        cmocka_unit_test(test_what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(test_a_facet_that_no_longer_fits_leaves_nothing_out),
        cmocka_unit_test(test_counts_are_of_the_rows_that_others_leave),
        cmocka_unit_test(test_bins_choose_what_they_count),
        cmocka_unit_test(test_row_sets),
        cmocka_unit_test(test_editing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
