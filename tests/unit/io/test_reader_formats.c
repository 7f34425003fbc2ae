/* ARFF, libsvm, fixed width and SQLite; and one table from each of its encodings. */
#include "reader_case.h"

#include <sqlite3.h>
#include <unistd.h>

static const char arff[] = "% a comment\n@RELATION r\n@attribute 'a b' numeric\n"
                           "@attribute c {x, 'y z'}\n@attribute s string\n"
                           "@attribute d date yyyy-MM-dd\n@attribute ok {false,true}\n\n@data\n";

static char *with_rows(const char *rows)
{
    struct str text;

    str_init(&text);
    str_addf(&text, "%s%s", arff, rows);
    char *got = str_take(&text);
    str_release(&text);
    return got;
}

static void arff_is(const char *rows, const char *expected)
{
    char *text = with_rows(rows);

    reader_is("arff", text, NULL, expected);
    mem_free(text);
}

static void test_arff_rows(void **state)
{
    (void)state;
    arff_is("1,'y z',\"it's\",2024-01-02,true\n% no row\n\n?,?,?,?,?\r\n2, x , 'a\\'b' ,?,false",
            "a b:int c:category s:text d:date ok:bool / 1 y z it's 2024-01-02 true / · · · · · / 2 "
            "x a'b · false");
    arff_is(
        "{0 1.5, 4 true}\n{1 'y z'}\n{}\n",
        "a b:real c:category s:text d:text ok:bool / 1.5 x · · true / 0 y z · · false / 0 x · · "
        "false");
    arff_is(
        "1,x,t,2024-01-02,true,{2.5}\n{0 3},{2}\n",
        "a b:int c:category s:text d:date ok:bool weight:real / 1 x t 2024-01-02 true 2.5 / 3 x "
        "· · false 2");
    reader_is("arff", "@relation r\n@attribute a integer\n@data\n", NULL, "a:text");
}

static void arff_reject(const char *row, enum reject_kind kind, size_t n, size_t col, int column,
                        const char *shown)
{
    struct str rows;

    str_init(&rows);
    str_addf(&rows, "1,x,t,?,true\n%s\n", row);
    char *text = with_rows(rows.buf);
    reader_one_reject("arff", text, kind, n, 11, col, column, shown);
    mem_free(text);
    str_release(&rows);
}

static void test_arff_mistakes(void **state)
{
    (void)state;
    arff_reject("1,bad,t,?,true", REJECT_VALUE, 2, 3, 1, "bad");
    arff_reject("1,x", REJECT_SHORT, 2, 1, -1, "1,x");
    arff_reject("1,x,t,?,true,9", REJECT_LONG, 2, 1, -1, "1,x,t,?,true,9");
    arff_reject("1,'x", REJECT_SYNTAX, 0, 3, -1, "1,'x");
    arff_reject("{0 1", REJECT_SYNTAX, 0, 2, -1, "{0 1");
    arff_reject("{9 1}", REJECT_SYNTAX, 0, 2, -1, "{9 1}");
    reader_fails("arff", "@relation r\n@attribute a\n", NULL, 2, 13, "type of attribute");
    reader_fails("arff", "@relation r\n@attribute a {x, y\n", NULL, 2, 14, "not closed with }");
    reader_fails("arff", "@relation r\n@attribute a real\n@attribute a real\n", NULL, 3, 12,
                 "another attribute's");
    reader_fails("arff", "@relation r\n@atribute a real\n", NULL, 2, 1, "expected @relation");
    reader_fails("arff", "@relation r\n@attribute a real\n1\n", NULL, 3, 1, "expected @relation");
    reader_fails("arff", "@relation r\n", NULL, 0, 0, "no @data");
    reader_fails("arff", "@relation r\n@data\n1\n", NULL, 2, 1, "no @attribute");
}

static void test_libsvm(void **state)
{
    (void)state;
    reader_is("libsvm", "1 1:0.5 3:2\n-1 2:1 # c\n\n+1\n", NULL,
              "label:int f1:real f2:int f3:int / 1 0.5 0 2 / -1 0 1 0 / 1 0 0 0");
    reader_is("libsvm", "2.5 qid:3 0:1\n1 qid:4 1:2\n", NULL,
              "label:real qid:int f0:int f1:int / 2.5 3 1 0 / 1 4 0 2");
    reader_is("libsvm", "1,3 1:1\n", NULL, "label:category f1:int / 1,3 1");
    reader_is("libsvm", "1 1:1\n", PAIRS("features", "2"), "label:int f1:int f2:int / 1 1 0");
    reader_one_reject("libsvm", "1 1:1\nno 1:2\n", REJECT_SYNTAX, 0, 2, 1, -1, "no 1:2");
    reader_one_reject("libsvm", "1 1:1\n1 3:2 2:1\n", REJECT_SYNTAX, 0, 2, 7, -1, "1 3:2 2:1");
    reader_fails("libsvm", "1 1:1\n1 9999999:2\n", NULL, 0, 0, "indices go up to 9999999");
    reader_fails("libsvm", "a b\n", NULL, 1, 1, "expected LABEL");
    reader_fails("libsvm", "1 5:1\n", PAIRS("features", "2"), 0, 0, "features is 2");
}

static void test_fixed(void **state)
{
    static const char text[] = "name   age city\n------ --- ----\nAnn     23 New York\nBob      7\n"
                               "Carla   NA Rome\n";

    (void)state;
    reader_is("fixed", text, NULL,
              "name:category age:int city:category / Ann 23 New York / Bob 7 · / Carla · Rome");
    reader_is("fixed", "123456\n 34  7\n", PAIRS("widths", "2,3,1"),
              "column_1:int column_2:int column_3:int / 12 345 6 / 3 4 7");
    reader_fails("fixed", "1\n", PAIRS("widths", "2,x"), 0, 0, "'x' is none");
    struct source *src = reader_read("fixed", text, NULL);
    assert_string_equal(params_text(&src->params, "widths"), "7,4,8");
    assert_int_equal(src->rejects.count[REJECT_SHORT], 1);
    source_unref(src);
}

/* ---------------------------------------------------------------- SQLite */

static int sqlite_try(struct source **out, const char *sql, const char *const *pairs,
                      struct err *err)
{
    char path[] = "/tmp/assay-sqlite-XXXXXX.db";
    const struct reader *reader;
    struct params params;
    struct arena arena;
    sqlite3 *db;

    close(mkstemps(path, 3));
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    arena_init(&arena);
    assert_int_equal(reader_find(&reader, path, NULL, err), 0);
    assert_string_equal(reader->name, "sqlite");
    params_init(&params, reader->params, &arena);
    for (; pairs && *pairs; pairs += 2)
        assert_int_equal(params_set(&params, (size_t)param_find(reader->params, pairs[0], false),
                                    pairs[1], &arena, err),
                         0);
    int rc = source_read(out, path, reader, &params, NULL, err);
    arena_release(&arena);
    unlink(path);
    return rc;
}

static const char two_tables[] =
    "create table t(a, ok boolean, s text, d text); create table \"u v\"(x);"
    "insert into t values(1, 1, 'x', '2024-01-02'), (2.5, 0, null, null);";

static void sqlite_is(const char *const *pairs, const char *expected)
{
    struct err err = { 0 };
    struct source *src;

    if (sqlite_try(&src, two_tables, pairs, &err))
        fail_msg("%s", err.msg);
    char *got = case_text(src->table);
    assert_string_equal(got, expected);
    mem_free(got);
    source_unref(src);
}

static void sqlite_fails(const char *const *pairs, const char *part)
{
    struct err err = { 0 };
    struct source *src;

    assert_int_equal(sqlite_try(&src, two_tables, pairs, &err), -1);
    if (!strstr(err.msg, part))
        fail_msg("'%s' lacks '%s'", err.msg, part);
}

static void test_sqlite(void **state)
{
    (void)state;
    sqlite_is(PAIRS("table", "T"),
              "a:real ok:bool s:category d:date / 1 true x 2024-01-02 / 2.5 false · ·");
    sqlite_is(PAIRS("query", "select a, a + 1 as b, a from t order by a desc"),
              "a:real b:real a_2:real / 2.5 3.5 2.5 / 1 2 1");
    sqlite_fails(NULL, "has 2 tables; name one with table=: t, u v");
    sqlite_fails(PAIRS("table", "w"), "no table 'w'; it has t, u v");
    sqlite_fails(PAIRS("query", "attach 'x' as y"), "may only read");
    sqlite_fails(PAIRS("query", "delete from t"), "may only read");
    sqlite_fails(PAIRS("query", "select load_extension('x')"), "not authorized");
    sqlite_fails(PAIRS("query", "select 1; select 2"), "one statement");
    sqlite_fails(PAIRS("query", "pragma writable_schema = 1"), "may only read");
    sqlite_fails(PAIRS("query", "select * frm t"), "syntax error");
    sqlite_fails(PAIRS("table", "t", "query", "select 1"), "give one of them");
}

/* ---------------------------------------------------------------- the same table */

static struct digest digest_of(const char *reader, const char *text)
{
    struct source *src = reader_read(reader, text, NULL);
    struct digest d = table_digest(src->table);

    source_unref(src);
    return d;
}

static void test_one_table_from_each_of_its_encodings(void **state)
{
    struct digest csv = digest_of("csv", "n,x,w,d,ok\n1,1.5,a b,2024-01-02,true\n2,,b,,false\n");
    struct err err = { 0 };
    struct source *src;

    (void)state;
    assert_true(digest_eq(csv, digest_of("csv", "n\tx\tw\td\tok\n1\t1.5\ta b\t2024-01-02\ttrue\n"
                                                "2\t\tb\t\tfalse\n")));
    assert_true(digest_eq(
        csv,
        digest_of("jsonl", "{\"n\":1,\"x\":1.5,\"w\":\"a b\",\"d\":\"2024-01-02\",\"ok\":true}\n"
                           "{\"n\":2,\"x\":null,\"w\":\"b\",\"ok\":false}\n")));
    assert_true(digest_eq(
        csv,
        digest_of("jsonl", "[{\"n\":1,\"x\":1.5,\"w\":\"a b\",\"d\":\"2024-01-02\",\"ok\":true},"
                           "{\"n\":2,\"w\":\"b\",\"ok\":false}]")));
    assert_true(digest_eq(
        csv, digest_of("arff", "@relation r\n@attribute n numeric\n@attribute x real\n"
                               "@attribute w {'a b',b}\n@attribute d date yyyy-MM-dd\n"
                               "@attribute ok {true,false}\n@data\n1,1.5,'a b',2024-01-02,true\n"
                               "2,?,b,?,false\n")));
    src = reader_read("fixed",
                      "n  x   w   d          ok\n1  1.5 a b 2024-01-02 true\n"
                      "2      b              false\n",
                      PAIRS("widths", "3,4,4,11,5"));
    assert_true(digest_eq(csv, table_digest(src->table)));
    source_unref(src);
    assert_int_equal(sqlite_try(&src,
                                "create table t(n int, x real, w text, d text, ok boolean);"
                                "insert into t values(1,1.5,'a b','2024-01-02',1),"
                                "(2,null,'b',null,0)",
                                NULL, &err),
                     0);
    assert_true(digest_eq(csv, table_digest(src->table)));
    source_unref(src);
    assert_true(digest_eq(digest_of("csv", "label,f1,f2\n1,0.5,0\n-1,0,3\n"),
                          digest_of("libsvm", "1 1:0.5\n-1 2:3\n")));
}

static const char *sniffed(const char *text)
{
    const struct reader *reader;
    struct stream *s;
    struct err err = { 0 };

    assert_int_equal(stream_memory(&s, text, strlen(text), "t.txt", NULL, &err), 0);
    if (reader_find_in(&reader, s, NULL, &err))
        fail_msg("%s", err.msg);
    stream_close(s);
    return reader->name;
}

static void test_formats_are_told_by_their_content(void **state)
{
    (void)state;
    assert_string_equal(sniffed("a,b\n1,2\n"), "csv");
    assert_string_equal(sniffed("{\"a\": 1}\n"), "jsonl");
    assert_string_equal(sniffed(" [ {\"a\": 1} ]"), "jsonl");
    assert_string_equal(sniffed("% x\n\n@Relation r\n"), "arff");
    assert_string_equal(sniffed("1 1:2 3:4\n-1 2:1\n"), "libsvm");
    assert_string_equal(sniffed("1 2 3\n4 5 6\n"), "csv");
    assert_string_equal(sniffed("[a],{b}\n1,2\n"), "csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arff_rows),
        cmocka_unit_test(test_arff_mistakes),
        cmocka_unit_test(test_libsvm),
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_sqlite),
        cmocka_unit_test(test_one_table_from_each_of_its_encodings),
        cmocka_unit_test(test_formats_are_told_by_their_content),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
