/* Records, fields, quotes, line ends, ragged rows and names. */
#include "csv_case.h"

static void test_quotes_hold_delimiters_line_ends_and_quotes(void **state)
{
    (void)state;
    case_is("a,b\n1,\"x, y\"\n2,\"one\ntwo\"\n3,\"say \"\"hi\"\"\"\n",
            "a:int b:category / 1 x, y / 2 one\\ntwo / 3 say \"hi\"");
    case_is("a,b\n\"\"\"\",1\n\"\"\"x\"\"\",2\n", "a:category b:int / \" 1 / \"x\" 2");
    case_is("a;b\n1; \"x; y\" \n2;\"z\"\n", "a:int b:category / 1 x; y / 2 z");
}

static void test_line_ends_are_lf_crlf_cr_or_mixed(void **state)
{
    (void)state;
    case_is("a,b\n1,x\n2,y\n", "a:int b:category / 1 x / 2 y");
    case_is("a,b\r\n1,x\r\n2,y\r\n", "a:int b:category / 1 x / 2 y");
    case_is("a,b\r1,x\r2,y\r", "a:int b:category / 1 x / 2 y");
    case_is("a,b\n1,x\n2,y", "a:int b:category / 1 x / 2 y");
    struct source *src = case_read("a,b\r\n1,x\n2,y\r3,z", NULL);
    assert_int_equal(src->table->n_rows, 3);
    assert_int_equal(table_line(src->table, 2), 4);
    assert_true(case_has_note(src, "line ends are mixed: 1 LF, 1 CR LF, 1 CR"));
    source_unref(src);
}

static void test_blank_lines_are_left_out_and_counted(void **state)
{
    (void)state;
    struct source *src = case_read("\na,b\n1,x\n\n  \n2,y\n\n\n", NULL);
    assert_int_equal(src->table->n_rows, 2);
    assert_int_equal(table_line(src->table, 0), 3);
    assert_int_equal(table_line(src->table, 1), 6);
    assert_true(case_has_note(src, "blank lines left out: 5"));
    assert_int_equal(case_n_rejects(src), 0);
    source_unref(src);
    /* In a file with one column a row without a value needs quotes. */
    case_is("x\n1\n\n\"\"\n2\n", "x:int / 1 / · / 2");
}

static void test_byte_order_mark_is_no_part_of_the_name(void **state)
{
    (void)state;
    case_is("\xEF\xBB\xBFid,b\n1,x\n", "id:int b:category / 1 x");
    case_is("\xEF\xBB\xBF\"id\",b\n1,x\n", "id:int b:category / 1 x");
}

static void test_lines_are_counted_through_quoted_line_ends(void **state)
{
    (void)state;
    struct source *src = case_read("a,b\n1,\"p\nq\r\nr\"\n2,\"\"\"\n\"\"\"\n3,x\n", NULL);
    assert_int_equal(table_line(src->table, 0), 2);
    assert_int_equal(table_line(src->table, 1), 5);
    assert_int_equal(table_line(src->table, 2), 7);
    assert_int_equal(table_row_number(src->table, 2), 3);
    source_unref(src);
}

static void test_short_row_is_kept_filled_and_listed(void **state)
{
    (void)state;
    struct source *src = case_read("a,b,c\n1,2,3\n4,5\n6,7,8\n", NULL);
    char *text = case_text(src->table);
    assert_string_equal(text, "a:int b:int c:int / 1 2 3 / 4 5 · / 6 7 8");
    mem_free(text);
    case_one_reject(src, REJECT_SHORT, 2, 3, 4, -1, "5");
    source_unref(src);
}

static void test_long_row_is_kept_and_its_surplus_listed(void **state)
{
    (void)state;
    struct source *src = case_read("a,b\n1,2\n3,4,\"x,y\",6\n7,8\n", NULL);
    char *text = case_text(src->table);
    assert_string_equal(text, "a:int b:int / 1 2 / 3 4 / 7 8");
    mem_free(text);
    case_one_reject(src, REJECT_LONG, 2, 3, 6, -1, "x,y,6");
    source_unref(src);
}

static void test_delimiter_at_the_end_of_a_line_is_noted(void **state)
{
    (void)state;
    struct source *src = case_read("a,b\n1,2\n3,4,\n5,6\n", NULL);
    assert_int_equal(case_n_rejects(src), 0);
    assert_true(case_has_note(src, "lines that end in a delimiter: 1"));
    source_unref(src);
}

static void test_header_short_of_a_column_gets_one_more(void **state)
{
    (void)state;
    struct source *src = case_read("a,b\nr1,1,2\nr2,3,4\nr3,5,6\n", PAIRS("header", "yes"));
    char *text = case_text(src->table);
    assert_string_equal(text, "a:category b:int column_3:int / r1 1 2 / r2 3 4 / r3 5 6");
    mem_free(text);
    case_one_reject(src, REJECT_SHORT, 0, 1, 4, -1, "b");
    assert_true(case_has_note(src, "line 1 has 2 names, most lines have 3 fields; skip=1"));
    source_unref(src);
}

static void test_text_after_a_closing_quote_is_kept_and_listed(void **state)
{
    (void)state;
    struct source *src = case_read("a,b\n\"x\"y,1\nz,2\n", NULL);
    char *text = case_text(src->table);
    assert_string_equal(text, "a:category b:int / xy 1 / z 2");
    mem_free(text);
    case_one_reject(src, REJECT_QUOTE, 1, 2, 2, 0, "xy");
    source_unref(src);
}

static void test_quote_inside_a_bare_field_is_kept_and_listed(void **state)
{
    (void)state;
    struct source *src = case_read("a,b\n5\" pipe,1\nz,2\n", NULL);
    char *text = case_text(src->table);
    assert_string_equal(text, "a:category b:int / 5\" pipe 1 / z 2");
    mem_free(text);
    case_one_reject(src, REJECT_QUOTE, 1, 2, 1, 0, "5\" pipe");
    source_unref(src);
}

static void test_unclosed_quote_is_an_error_where_it_opened(void **state)
{
    (void)state;
    const char text[] = "a,b\n1,x\n2,\"never\n3,y\n4,z\n";
    struct err err = case_fails(text, sizeof(text) - 1, NULL);
    assert_int_equal(err.code, ERR_PARSE);
    assert_string_equal(err.file, "t.csv");
    assert_int_equal(err.line, 3);
    assert_int_equal(err.col, 3);
    assert_non_null(strstr(err.msg, "never closed"));
    case_is_with(text, PAIRS("quote", "none"), "a:int b:category / 1 x / 2 \"never / 3 y / 4 z");
}

static void test_no_data_is_an_error_and_a_header_alone_is_not(void **state)
{
    (void)state;
    assert_int_equal(case_fails("", 0, NULL).code, ERR_DOMAIN);
    assert_int_equal(case_fails("\xEF\xBB\xBF", 3, NULL).code, ERR_DOMAIN);
    struct err err = case_fails("\n  \n\n", 5, NULL);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_non_null(strstr(err.msg, "no data"));
    case_is("a,b,c\n", "a:text b:text c:text");
    case_is("a,b,c", "a:text b:text c:text");
}

static void test_nul_is_kept_in_the_text_and_listed(void **state)
{
    struct err err = { 0 };
    struct source *src;
    const char text[] = "a,b\n1,x\0y\n2,z\n";

    (void)state;
    assert_int_equal(case_try(&src, text, sizeof(text) - 1, NULL, &err), 0);
    struct span cell = column_span(table_at(src->table, 1), 0);
    assert_int_equal(cell.len, 3);
    assert_memory_equal(cell.at, "x\0y", 3);
    case_one_reject(src, REJECT_ENCODING, 1, 2, 4, 1, "x\\x00y");
    source_unref(src);
}

static void test_invalid_utf8_is_replaced_and_listed(void **state)
{
    (void)state;
    struct source *src = case_read("a,b\n1,caf\xE9\n2,caf\xC3\xA9\n", NULL);
    char *text = case_text(src->table);
    assert_string_equal(text, "a:int b:category / 1 caf\xEF\xBF\xBD / 2 caf\xC3\xA9");
    mem_free(text);
    case_one_reject(src, REJECT_ENCODING, 1, 2, 6, 1, "caf\\xE9");
    source_unref(src);
}

static void test_names_are_made_unique(void **state)
{
    (void)state;
    case_is("a,a,a_2,,a\n1,2,3,4,5\n", "a:int a_3:int a_2:int column_4:int a_4:int / 1 2 3 4 5");
    case_is(" a , \"b c\" ,d\n1,2,3\n", "a:int b c:int d:int / 1 2 3");
    case_is("\"x\ny\",\x01z\n1,2\n", "x_y:int _z:int / 1 2");
    struct source *src = case_read("k,k\n1,2\n", NULL);
    assert_true(case_has_note(src, "column 2 is named k_2; the header says 'k'"));
    source_unref(src);
}

static void test_overlong_name_is_cut_at_a_character(void **state)
{
    char text[1024];

    (void)state;
    for (size_t i = 0; i < 150; i++)
        memcpy(text + 2 * i, "\xC3\xA9", 2);
    memcpy(text + 300, ",b\n1,2\n", sizeof(",b\n1,2\n"));
    struct source *src = case_read(text, NULL);
    assert_int_equal(strlen(table_name(src->table, 0)), 200);
    source_unref(src);
}

static void test_many_equal_names_are_quick(void **state)
{
    struct str text;

    (void)state;
    str_init(&text);
    str_add_repeat(&text, "a,b,", 20000);
    str_add(&text, "c\n");
    str_add_repeat(&text, "1,2,", 20000);
    str_add(&text, "3\n");
    struct source *src = case_read(text.buf, NULL);
    assert_int_equal(src->table->n_cols, 40001);
    assert_string_equal(table_name(src->table, 39999), "b_20000");
    source_unref(src);
    str_release(&text);
}

static void test_delimiter_is_guessed(void **state)
{
    (void)state;
    case_is("a\tb\n1\tx,y\n2\tz\n", "a:int b:category / 1 x,y / 2 z");
    case_is("a;b\n1,5;2\n2,5;3\n", "a:real b:int / 1.5 2 / 2.5 3");
    case_is("a|b|c\n1|x|2\n2|y|3\n", "a:int b:category c:int / 1 x 2 / 2 y 3");
    case_is("a b\n1 2\n3 4\n", "a:int b:int / 1 2 / 3 4");
    case_is("name\nJohn Smith\nMary Jones\n", "name:category / John Smith / Mary Jones");
    case_is("a,b\n39, State gov\n50, Self emp\n",
            "a:int b:category / 39  State gov / 50  Self emp");
    case_is_with("a:b\n1:2\n", PAIRS("delimiter", ":"), "a:int b:int / 1 2");
    case_is_with("a,b;c\n1,2;3\n", PAIRS("delimiter", "comma", "header", "yes"),
                 "a:int b;c:category / 1 2;3");
}

/* A quote too many at the beginning of a field, or quotes that nobody doubled, cost nothing but a
 * word: the cells are where they were. */
static void test_misquoted_fields_keep_their_place(void **state)
{
    struct source *src;

    (void)state;
    case_is_with("a,b,c\n1,\"x,\"p, q\"\n2,y,\"r, s\"\n", PAIRS("header", "yes"),
                 "a:int b:category c:category / 1 \"x p, q / 2 y r, s");
    case_is_with("a,b,c\n1,\"\"p, q\",z\n2,\"r, s\",w\n", PAIRS("header", "yes"),
                 "a:int b:category c:category / 1 \"p, q z / 2 r, s w");
    case_is_with("a,b\n1,\"say \"hi, you\" now\"\n2,\"r, s\"\n", PAIRS("header", "yes"),
                 "a:int b:category / 1 say \"hi, you\" now / 2 r, s");
    src = case_read("a,b\n1,\"\n2,\"r, s\"\n3,t\n", PAIRS("header", "yes"));
    char *got = case_text(src->table);
    assert_string_equal(got, "a:int b:category / 1 \" / 2 r, s / 3 t");
    mem_free(got);
    case_one_reject(src, REJECT_QUOTE, 1, 2, 3, 1, "\"");
    source_unref(src);
}

static void test_header_is_guessed(void **state)
{
    (void)state;
    case_is("1,2\n3,4\n", "column_1:int column_2:int / 1 2 / 3 4");
    case_is("x,1\ny,2\n", "column_1:category column_2:int / x 1 / y 2");
    case_is("a,b\nx,y\nz,w\n", "a:category b:category / x y / z w");
    case_is("x,y\nz,y\nx,w\n", "column_1:category column_2:category / x y / z y / x w");
    case_is("id,2010,2011\ni,TRUE,FALSE\n", "id:category 2010:bool 2011:bool / i true false");
    case_is_with("1,2\n3,4\n", PAIRS("header", "yes"), "1:int 2:int / 3 4");
    case_is_with("a,b\n", PAIRS("header", "no"), "column_1:category column_2:category / a b");
}

static void test_skip_leaves_lines_out_and_lines_keep_their_number(void **state)
{
    (void)state;
    struct source *src = case_read("a title\r\n\"and an open quote\r\nx,y\r\n1,2\r\n",
                                   PAIRS("skip", "2"));
    char *text = case_text(src->table);
    assert_string_equal(text, "x:int y:int / 1 2");
    mem_free(text);
    assert_int_equal(table_line(src->table, 0), 4);
    source_unref(src);
}

static void test_bad_parameters_are_refused(void **state)
{
    (void)state;
    assert_int_equal(case_fails("a,b\n", 4, PAIRS("delimiter", "::")).code, ERR_USAGE);
    assert_int_equal(case_fails("a,b\n", 4, PAIRS("delimiter", "\"", "quote", "\"")).code,
                     ERR_USAGE);
    assert_int_equal(case_fails("a,b\n", 4, PAIRS("quote", "\xC3\xA9")).code, ERR_USAGE);
    assert_int_equal(case_fails("a,b\n", 4, PAIRS("header", "maybe")).code, ERR_USAGE);
    assert_int_equal(case_fails("a,b\n", 4, PAIRS("header", "21")).code, ERR_USAGE);
    assert_int_equal(case_fails("a,b\n", 4, PAIRS("rows", "0")).code, ERR_USAGE);
    assert_int_equal(case_fails("a,b\n", 4, PAIRS("encoding", "klingon-1")).code, ERR_USAGE);
    assert_int_equal(case_fails("a,b\n", 4, PAIRS("decimal", ",", "thousands", ",")).code,
                     ERR_USAGE);
    assert_int_equal(case_fails("a,b\n", 4, PAIRS("types", "z:int")).code, ERR_USAGE);
    assert_int_equal(case_fails("a,b\n", 4, PAIRS("types", "a:integer")).code, ERR_USAGE);
    assert_int_equal(case_fails("a,b\n", 4, PAIRS("types", "a")).code, ERR_USAGE);
}

/* The same table whatever the size of the blocks that come before the end: the scanner on every
 * prefix of a text gives a prefix of the records. */
static void test_a_partial_head_gives_whole_records_only(void **state)
{
    static const char text[] = "a,b\r\n1,\"x\"\"\r\ny\"\r\n2,z\r\n";
    static const struct csv_dialect dialect = { .delimiter = ',', .quote = '"' };
    const size_t ends[] = { 5, 17, 22 }; /* of the records, line end included */

    (void)state;
    for (size_t len = 0; len < sizeof(text); len++) {
        struct csv_record rec = { 0 };
        struct csv_scan scan;
        char *buf = mem_strndup(text, len);
        size_t n = 0, expected = 0;
        csv_scan_init(&scan, buf, len, &dialect, NULL, true);
        while (csv_scan_next(&rec, &scan, NULL) > 0)
            n++;
        for (size_t k = 0; k < 3; k++)
            expected += len >= ends[k];
        assert_int_equal(n, expected);
        csv_record_release(&rec);
        mem_free(buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes_hold_delimiters_line_ends_and_quotes),
        cmocka_unit_test(test_line_ends_are_lf_crlf_cr_or_mixed),
        cmocka_unit_test(test_blank_lines_are_left_out_and_counted),
        cmocka_unit_test(test_byte_order_mark_is_no_part_of_the_name),
        cmocka_unit_test(test_lines_are_counted_through_quoted_line_ends),
        cmocka_unit_test(test_short_row_is_kept_filled_and_listed),
        cmocka_unit_test(test_long_row_is_kept_and_its_surplus_listed),
        cmocka_unit_test(test_delimiter_at_the_end_of_a_line_is_noted),
        cmocka_unit_test(test_header_short_of_a_column_gets_one_more),
        cmocka_unit_test(test_text_after_a_closing_quote_is_kept_and_listed),
        cmocka_unit_test(test_quote_inside_a_bare_field_is_kept_and_listed),
        cmocka_unit_test(test_unclosed_quote_is_an_error_where_it_opened),
        cmocka_unit_test(test_no_data_is_an_error_and_a_header_alone_is_not),
        cmocka_unit_test(test_nul_is_kept_in_the_text_and_listed),
        cmocka_unit_test(test_invalid_utf8_is_replaced_and_listed),
        cmocka_unit_test(test_names_are_made_unique),
        cmocka_unit_test(test_overlong_name_is_cut_at_a_character),
        cmocka_unit_test(test_many_equal_names_are_quick),
        cmocka_unit_test(test_delimiter_is_guessed),
        cmocka_unit_test(test_misquoted_fields_keep_their_place),
        cmocka_unit_test(test_header_is_guessed),
        cmocka_unit_test(test_skip_leaves_lines_out_and_lines_keep_their_number),
        cmocka_unit_test(test_bad_parameters_are_refused),
        cmocka_unit_test(test_a_partial_head_gives_whole_records_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
