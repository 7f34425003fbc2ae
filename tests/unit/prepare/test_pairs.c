#include "prepare_make.h"

#include <stdio.h>
#include <unistd.h>

#include "prepare/pairs.h"

static void assert_refused_map(const char *text, const char *want)
{
    struct arena arena;
    struct pairs p;
    struct err err = { 0 };

    arena_init(&arena);
    assert_int_equal(pairs_parse(&p, text, &arena, &err), -1);
    assert_string_equal(err.msg, want);
    arena_release(&arena);
}

static void test_what_is_written_is_read(void **state)
{
    static const char *const texts[] = { "plain", "a,b",       "a=b",  "back\\slash",
                                         "",      " \t\n\x7f", "é\xff" };
    struct arena arena;
    struct pairs p;
    struct str out;

    (void)state;
    arena_init(&arena);
    str_init(&out);
    for (size_t i = 0; i < COUNT(texts); i++)
        pairs_add(&out, span_of(texts[i]), span_of(texts[(i + 1) % COUNT(texts)]));
    assert_int_equal(pairs_parse(&p, out.buf, &arena, NULL), 0);
    assert_int_equal(p.n, COUNT(texts));
    for (size_t i = 0; i < COUNT(texts); i++) {
        const struct pair *pair = pairs_find(&p, span_of(texts[i]));
        assert_non_null(pair);
        assert_true(span_is(pair->to, texts[(i + 1) % COUNT(texts)]));
        assert_int_equal(pair->to_missing, pair->to.len == 0);
    }
    assert_null(pairs_find(&p, span_of("other")));
    str_release(&out);
    arena_release(&arena);
}

static void test_what_is_no_map_is_refused(void **state)
{
    (void)state;
    assert_refused_map("", "the map is empty; write from=to,from=to");
    assert_refused_map("a=b,c",
                       "'c' is no pair; a map is written from=to,from=to (with \\, and \\= "
                       "for a comma and an equals sign of the text)");
    assert_refused_map("a\\q=b",
                       "'\\q' is no escape in a map; a backslash stands before a comma, =, "
                       "another backslash or xNN");
    assert_refused_map("a=b,a=c", "'a' is mapped to 'b' and to 'c'; keep one");
    assert_refused_map("a=b\\", "'\\' is no escape in a map; a backslash stands before a comma, =, "
                                "another backslash or xNN");
}

/* A map's file with that text, read. */
static int read_map(struct str *out, char digest[17], const char *bytes, struct err *err)
{
    char path[] = "/tmp/assay_map_XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
    close(fd);
    str_init(out);
    int rc = pairs_read_file(out, digest, path, NULL, err);
    unlink(path);
    return rc;
}

static void test_a_file_is_read_as_text(void **state)
{
    struct str out;
    char digest[17];
    struct err err = { 0 };

    (void)state;
    assert_int_equal(read_map(&out, digest, "from,to\n007,7.0\nNA,\n\"a, b\",N/A\n", &err), 0);
    assert_string_equal(out.buf, "007=7.0,NA=,a\\, b=N/A");
    assert_int_equal(strlen(digest), 16);
    str_release(&out);
    assert_int_equal(read_map(&out, digest, "a,b,c\n1,2,3\n", &err), -1);
    assert_non_null(strstr(err.msg, " has 3 columns; a map has two"));
    str_release(&out);
    assert_int_equal(read_map(&out, digest, "from,to\nx,y\n,z\n", &err), -1);
    assert_non_null(strstr(err.msg, ":3: there is no text to replace"));
    str_release(&out);
}

static void test_pairs_replace_all_at_once(void **state)
{
    struct column *c[] = { MAKE(COLUMN_TEXT, "a", "b", "c", NULL, "d"),
                           MAKE(COLUMN_CATEGORY, "a", "b", "x", NULL, "b") };
    struct table *t = make_table((const char *const[]){ "t", "k" }, c, 2);
    struct table *out = APPLY(t, "replace t k pairs=a=b,b=a,c=");

    (void)state;
    assert_cells(col(out, "t"), "b a · · d");
    assert_cells(col(out, "k"), "b a x · a");
    table_unref(out);
    out = APPLY(t, "merge all pairs=a=b");
    assert_cells(col(out, "k"), "b b x · b");
    assert_int_equal(col(out, "k")->levels->n_rows, 2);
    table_unref(out);
    assert_step_refused(t, "replace t pairs=a=b from=a",
                        "a map replaces whole cells as it says; leave from=, to=, to_missing= and "
                        "match= out, or write two steps");
    assert_step_refused(t, "replace t to=a",
                        "replace takes from= with to= or to_missing=yes, or map=FILE");
    table_unref(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_what_is_no_map_is_refused),
        cmocka_unit_test(test_a_file_is_read_as_text),
        cmocka_unit_test(test_pairs_replace_all_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
