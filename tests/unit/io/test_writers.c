/* Every writer: what it writes reads back as the same table, and nothing is left behind when it fails. */
#include "csv_case.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/writer.h"

static char dir[] = "/tmp/assay-writers-XXXXXX";

static struct table *table_of(const char *csv)
{
    struct source *src = case_read(csv, NULL);
    struct table *t = table_ref(src->table);

    source_unref(src);
    return t;
}

static const char *path_for(const struct writer *w)
{
    static char path[128];
    size_t len = strcspn(w->suffixes, " ");

    snprintf(path, sizeof(path), "%s/t%.*s", dir, (int)len, w->suffixes);
    return path;
}

static void assert_round_trip(const struct writer *w, const struct table *t)
{
    const char *path = path_for(w);
    const struct reader *reader;
    struct err err = { 0 };
    struct source *src;

    if (w->write(t, path, NULL, NULL, &err) || reader_find(&reader, path, NULL, &err) ||
        source_read(&src, path, reader, NULL, NULL, &err))
        fail_msg("%s: %s", w->name, err.msg);
    assert_string_equal(reader->name, w->name);
    if (!digest_eq(table_digest(t), table_digest(src->table))) {
        char *a = case_text(t), *b = case_text(src->table);
        fail_msg("%s:\n%s\n%s", w->name, a, b);
    }
    source_unref(src);
    unlink(path);
}

static void test_what_is_written_reads_back(void **state)
{
    static const char *const tables[] = {
        "a,b,c\n1,2.5,x\n,,\n-3,1e300,y\n",
        "d,t,ok\n2024-02-29,2024-02-29T12:30:00.25Z,true\n,,false\n0001-01-01,1969-12-31T23:59:59Z,"
        "\n",
        "x,y\nnan,1\ninf,2\n-inf,3\n5.0,4\n",
        "a b,\"c,d\",\"q\"\"x\",é\n\"\"\"\",\"x, y\",'it''s' {%},ü\n\"line\nend\",\"\\n\",\" b "
        "\",\"\"\n",
        "n\n9223372036854775807\n-9223372036854775808\n",
        "w\n\"NA\"\n\"\"\nnull\nx\n",
        "one\nx\n",
    };

    (void)state;
    for (size_t k = 0; k < sizeof(tables) / sizeof(*tables); k++) {
        struct table *t = table_of(tables[k]);
        for (size_t i = 0; writer_table[i]; i++)
            assert_round_trip(writer_table[i], t);
        table_unref(t);
    }
}

static void test_a_failed_write_leaves_what_was_there(void **state)
{
    struct table *t = table_of("a\n1\n2\n");
    struct job job;

    (void)state;
    for (size_t i = 0; writer_table[i]; i++) {
        const char *path = path_for(writer_table[i]);
        struct err err = { 0 };
        struct stat st;
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs("old", f);
        fclose(f);
        job_init(&job);
        job_cancel(&job);
        assert_int_equal(writer_table[i]->write(t, path, NULL, &job, &err), -1);
        assert_int_equal(err.code, ERR_CANCELLED);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_size, 3);
        unlink(path);
        assert_int_equal(writer_table[i]->write(t, "/nonexistent/t", NULL, NULL, &err), -1);
    }
    table_unref(t);
    assert_int_equal(rmdir(dir), 0); /* no temporary file is left */
}

static void test_formulas_are_escaped_when_asked(void **state)
{
    struct table *t = table_of("a,b\n=1+1,-3\n@x,4\nplain,5\n");
    const struct writer *csv = writer_table[0];
    char path[] = "/tmp/assay-formula-XXXXXX", text[64] = "";
    struct arena arena;
    struct params p;
    struct err err = { 0 };

    (void)state;
    arena_init(&arena);
    params_init(&p, csv->params, &arena);
    assert_int_equal(
        params_set(&p, (size_t)param_find(csv->params, "formulas", false), "escape", &arena, &err),
        0);
    close(mkstemp(path));
    assert_int_equal(csv->write(t, path, &p, NULL, &err), 0);
    FILE *f = fopen(path, "r");
    assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
    fclose(f);
    assert_string_equal(text, "a,b\n'=1+1,-3\n'@x,4\nplain,5\n");
    unlink(path);
    arena_release(&arena);
    table_unref(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_reads_back),
        cmocka_unit_test(test_formulas_are_escaped_when_asked),
        cmocka_unit_test(test_a_failed_write_leaves_what_was_there),
    };

    if (!mkdtemp(dir))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
