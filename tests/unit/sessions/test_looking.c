/* Every looking verb over every odd table: an answer or one clear error, and never a wrong row count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"

static char folder[] = "/tmp/assay-looking-XXXXXX";
static char path[64];

static struct session *load(const char *text)
{
    const struct session_options options = { .gnuplot = "/nowhere/gnuplot" };
    struct err err = { 0 };
    char line[256];
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    struct session *s = session_new(&options, &err);
    assert_non_null(s);
    snprintf(line, sizeof(line),
             "load %s types=a:real,b:int,c:category,d:text,e:date,f:timestamp,g:bool", path);
    if (session_do(s, line, NULL, 0, NULL, &err))
        fail_msg("%s", err.msg);
    return s;
}

/* 0, or -1 with an error that has a message; each link of the report must run and show rows. */
static int run(struct session *s, const char *line)
{
    const struct entry *e = NULL;
    struct err err = { 0 };

    if (session_do(s, line, NULL, 0, &e, &err)) {
        if (!err.msg[0])
            fail_msg("%s: an error without a message", line);
        return -1;
    }
    size_t n = e->report.n_links;
    char **links = calloc(n + 1, sizeof(*links));
    for (size_t k = 0; k < n; k++)
        links[k] = strdup(e->report.links[k].command);
    for (size_t k = 0; k < n; k++) {
        if (strncmp(links[k], "facet", 5) == 0 && session_do(s, links[k], NULL, 0, &e, &err))
            fail_msg("%s of %s: %s", links[k], line, err.msg);
        free(links[k]);
    }
    free(links);
    session_do(s, "facet clear", NULL, 0, NULL, &err);
    return 0;
}

#define HEAD "a,b,c,d,e,f,g\n"

static const char *const tables[] = {
    HEAD,
    HEAD "1.5,2,x,word,2024-01-01,2024-01-01 00:00:00,true\n",
    HEAD ",,,,,,\n,,,,,,\n",
    HEAD
    "1,1,x,y,2024-01-01,2024-01-01 00:00:00,true\n1,1,x,y,2024-01-01,2024-01-01 00:00:00,true\n"
    "1,1,x,y,2024-01-01,2024-01-01 00:00:00,true\n",
    HEAD "nan,1,\"a,b\",it's,2024-02-29,1999-12-31 23:59:59,true\n"
         "inf,-5,東京,Ærø 7,0001-01-01,2024-01-01 00:00:00,false\n"
         "-inf,9223372036854775807,missing,\"two\nlines\",9999-12-31,,\n"
         "1e308,-9223372036854775807,only,,,2024-01-01 00:00:00,true\n"
         "-1e308,0,keep,'quoted',2024-02-29,2024-01-01 00:00:01,true\n",
};

static const char *const always[] = {
    "describe",
    "freq a",
    "freq b",
    "freq c",
    "freq d",
    "freq e",
    "freq f",
    "freq g",
    "freq a bins=yes",
    "freq b bins=yes",
    "freq e bins=yes",
    "freq f bins=yes",
    "freq c g",
    "freq a b c d e f g",
    "missing",
    "correlate",
    "correlate all method=spearman",
    "correlate all method=kendall",
    "correlate all method=mutual",
    "facet a b c d e f g",
    "facet d~a c!=x",
};

static void test_every_verb_over_every_table(void **state)
{
    (void)state;
    for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++) {
        struct session *s = load(tables[t]);
        for (size_t k = 0; k < sizeof(always) / sizeof(*always); k++)
            if (run(s, always[k]))
                fail_msg("table %zu: %s", t, always[k]);
        session_free(s, false);
    }
}

/* Rows that a line's link shows are as many as the line counts. */
static void test_links_show_as_many_rows_as_their_line_says(void **state)
{
    static const char *const lines[] = { "freq c", "freq a", "freq e", "freq g", "missing" };
    struct session *s = load(tables[4]);

    (void)state;
    for (size_t k = 0; k < sizeof(lines) / sizeof(*lines); k++) {
        const struct entry *e = NULL;
        size_t total = 0;
        assert_int_equal(session_do(s, lines[k], NULL, 0, &e, NULL), 0);
        size_t n = e->report.n_links;
        char **links = calloc(n + 1, sizeof(*links));
        for (size_t i = 0; i < n; i++)
            links[i] = strdup(e->report.links[i].command);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(session_do(s, links[i], NULL, 0, &e, NULL), 0);
            if (strstr(links[i], " where ") || strcmp(lines[k], "missing") != 0)
                total += (size_t)json_integer_value(json_object_get(e->report.data, "rows"));
            free(links[i]);
        }
        free(links);
        assert_int_equal(total, 5);
    }
    session_free(s, false);
}

static void test_facet_keep_is_recorded_as_a_filter(void **state)
{
    struct session *s = load(tables[3]);
    struct err err = { 0 };

    (void)state;
    assert_int_equal(session_do(s, "facet keep", NULL, 0, NULL, &err), -1);
    assert_non_null(strstr(err.msg, "no facet leaves rows out"));
    assert_int_equal(session_do(s, "facet c=x @row=2..3", NULL, 0, NULL, &err), 0);
    assert_int_equal(session_do(s, "facet keep", NULL, 0, NULL, &err), 0);
    assert_string_equal(session_last(s)->line,
                        "filter c = 'x' and (row_number() >= 2 and row_number() <= 3)");
    assert_int_equal(workspace_table(session_workspace(s))->n_rows, 2);
    assert_false(selection_restricts(s->selection));
    assert_int_equal(session_undo(s, &err), 0);
    assert_int_equal(session_do(s, "facet @row=1", NULL, 0, NULL, &err), 0);
    assert_int_equal(session_do(s, "facet drop", NULL, 0, NULL, &err), 0);
    assert_int_equal(workspace_table(session_workspace(s))->n_rows, 2);
    session_free(s, false);
}

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/odd.csv", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_verb_over_every_table),
        cmocka_unit_test(test_links_show_as_many_rows_as_their_line_says),
        cmocka_unit_test(test_facet_keep_is_recorded_as_a_filter),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
