/* Clusters of values, and the distances behind them.  Jaro-Winkler: Winkler's own table (Census
 * Bureau): MARTHA MARHTA 0.9611, DIXON DICKSONX 0.8133, DWAYNE DUANE 0.8400. */
#include "../table/table_make.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "profile/cluster.h"
#include "profile/cluster_distance.h"

static const struct cluster_options by_fingerprint = { .ngram = 2, .radius = 1, .block = 6 };

/* "Paris 3: Paris 2, paris 1; …" of the clusters. */
static void assert_clusters(const struct column *const *columns, size_t n,
                            const struct cluster_options *o, const char *want)
{
    struct clusters found;
    struct str text;
    struct err err = { 0 };

    assert_int_equal(clusters_find(&found, columns, n, o, NULL, &err), 0);
    str_init(&text);
    for (size_t i = 0; i < found.n; i++) {
        str_addf(&text, "%s%zu:", i ? "; " : "", found.items[i].n_cells);
        for (size_t k = 0; k < found.items[i].n; k++) {
            const struct cluster_member *m = &found.items[i].members[k];
            str_addf(&text, " %.*s*%zu", (int)m->value.len, m->value.at, m->count);
        }
    }
    assert_string_equal(text.buf, want);
    str_release(&text);
    clusters_release(&found);
}

static void test_the_most_frequent_is_proposed(void **state)
{
    struct column *text = MAKE(COLUMN_TEXT, "paris", "Paris", "Paris", NULL, "Rome", "ROME", "Oslo",
                               "-", "?");
    struct column *levels;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(column_cast(&levels, text, COLUMN_CATEGORY, NULL, NULL, 0, &err), 0);
    /* Text or category, and the keys of nothing but punctuation are no keys. */
    assert_clusters((const struct column *[]){ text }, 1, &by_fingerprint,
                    "3: Paris*2 paris*1; 2: ROME*1 Rome*1");
    assert_clusters((const struct column *[]){ levels }, 1, &by_fingerprint,
                    "3: Paris*2 paris*1; 2: ROME*1 Rome*1");
    column_unref(text);
    column_unref(levels);
}

static void test_several_columns_are_one_list(void **state)
{
    struct column *a = MAKE(COLUMN_TEXT, "Smith, A.", "Jones, B", "Wu C.");
    struct column *b = MAKE(COLUMN_CATEGORY, "A. Smith", "Smith, A.", NULL);
    struct column *c = MAKE(COLUMN_TEXT, "B Jones", NULL, "Jones B");

    (void)state;
    assert_clusters((const struct column *[]){ a, b, c }, 3, &by_fingerprint,
                    "3: B Jones*1 Jones B*1 Jones, B*1; 3: Smith, A.*2 A. Smith*1");
    column_unref(a);
    column_unref(b);
    column_unref(c);
}

static void test_neighbours_do_not_chain(void **state)
{
    struct cluster_options o = { .method = CLUSTER_LEVENSHTEIN, .radius = 1, .block = 3 };
    struct column *c = MAKE(COLUMN_TEXT, "Berlin", "Berlin", "Berlin", "Berlim", "Berlims",
                            "Berlims", "Bern", "Oslo", "Olso");
    const struct column *one[] = { c };

    (void)state;
    /* Berlims is near Berlim, which Berlin has taken. */
    assert_clusters(one, 1, &o, "4: Berlin*3 Berlim*1");
    o.radius = 2;
    assert_clusters(one, 1, &o, "7: Berlin*3 Berlims*2 Berlim*1 Bern*1");
    o = (struct cluster_options){ .method = CLUSTER_DAMERAU, .radius = 1, .block = 1 };
    assert_clusters(one, 1, &o, "4: Berlin*3 Berlim*1; 2: Olso*1 Oslo*1");
    o = (struct cluster_options){ .method = CLUSTER_JARO, .radius = 0.07, .block = 3 };
    assert_clusters(one, 1, &o, "4: Berlin*3 Berlim*1");
    column_unref(c);
}

static void test_no_rows_and_only_missing(void **state)
{
    struct column *none = make_column(COLUMN_TEXT, NULL, 0),
                  *missing = MAKE(COLUMN_TEXT, NULL, NULL);

    (void)state;
    for (int m = 0; m < CLUSTER_N_METHODS; m++) {
        struct cluster_options o = { (enum cluster_method)m, 2, 1, 6 };
        assert_clusters((const struct column *[]){ none }, 1, &o, "");
        assert_clusters((const struct column *[]){ missing }, 1, &o, "");
    }
    column_unref(none);
    column_unref(missing);
}

static size_t decode(uint32_t *out, const char *s)
{
    size_t n = 0;

    for (; s[n]; n++)
        out[n] = (unsigned char)s[n];
    return n;
}

static double jaro(const char *a, const char *b)
{
    uint32_t x[32], y[32];
    uint8_t used[64];

    return 1 - cluster_jaro(x, decode(x, a), y, decode(y, b), used);
}

static void test_jaro_winkler(void **state)
{
    (void)state;
    assert_true(fabs(jaro("MARTHA", "MARHTA") - 0.9611) < 5e-5);
    assert_true(fabs(jaro("DIXON", "DICKSONX") - 0.8133) < 5e-5);
    assert_true(fabs(jaro("DWAYNE", "DUANE") - 0.84) < 5e-5);
    assert_true(jaro("same", "same") == 1);
    assert_true(jaro("", "") == 1);
    assert_true(jaro("a", "") == 0);
}

/* The naive twin: the whole table, without a limit. */
static size_t edits(const char *a, size_t n_a, const char *b, size_t n_b)
{
    if (n_a == 0 || n_b == 0)
        return n_a + n_b;
    size_t best = edits(a, n_a - 1, b, n_b - 1) + (a[n_a - 1] != b[n_b - 1]);
    size_t one = edits(a, n_a - 1, b, n_b) + 1, other = edits(a, n_a, b, n_b - 1) + 1;

    best = one < best ? one : best;
    return other < best ? other : best;
}

static void test_edits_are_those_of_the_naive_twin(void **state)
{
    size_t rows[3 * 8];
    struct rng rng;

    (void)state;
    rng_init(&rng, 5, 0);
    for (int round = 0; round < 300; round++) {
        char a[8] = "", b[8] = "";
        uint32_t x[8], y[8];
        for (size_t i = 0; i < rng_below(&rng, 7); i++)
            a[strlen(a)] = (char)('a' + rng_below(&rng, 3));
        for (size_t i = 0; i < rng_below(&rng, 7); i++)
            b[strlen(b)] = (char)('a' + rng_below(&rng, 3));
        size_t n_a = decode(x, a), n_b = decode(y, b), want = edits(a, n_a, b, n_b);
        for (size_t limit = 0; limit < 8; limit++)
            assert_int_equal(cluster_edits(x, n_a, y, n_b, false, limit, rows),
                             want > limit ? limit + 1 : want);
    }
}

static void test_threads_change_nothing(void **state)
{
    struct column_builder b;
    struct column *c;
    struct clusters found[2];
    struct err err = { 0 };

    (void)state;
    builder_init(&b, COLUMN_TEXT, 0);
    for (int i = 0; i < 20000; i++) {
        char text[64];
        int n = snprintf(text, sizeof(text), i % 2 ? "Value %d of it" : "it of VALUE %d", i / 3);
        builder_add_text(&b, text, (size_t)n);
    }
    assert_int_equal(builder_finish(&c, &b, &err), 0);
    for (size_t t = 0; t < 2; t++) {
        parallel_set_threads(t ? 4 : 1);
        assert_int_equal(clusters_find(&found[t], (const struct column *[]){ c }, 1,
                                       &by_fingerprint, NULL, &err),
                         0);
    }
    parallel_set_threads(0);
    assert_int_equal(found[0].n, found[1].n);
    assert_true(found[0].n > 6000);
    for (size_t i = 0; i < found[0].n; i++)
        for (size_t k = 0; k < found[0].items[i].n; k++)
            assert_true(
                span_eq(found[0].items[i].members[k].value, found[1].items[i].members[k].value));
    clusters_release(&found[0]);
    clusters_release(&found[1]);
    column_unref(c);
}

static void test_no_memory_is_an_error(void **state)
{
    struct column *c = MAKE(COLUMN_TEXT, "a", "A", "b");
    struct clusters found;

    (void)state;
    for (int m = 0; m < CLUSTER_N_METHODS; m++) {
        struct cluster_options o = { (enum cluster_method)m, 2, 1, 1 };
        int rc = -1;
        for (size_t n = 1; rc; n++) {
            struct err err = { 0 };
            mem_big_fail_after(n);
            rc = clusters_find(&found, (const struct column *[]){ c }, 1, &o, NULL, &err);
            mem_big_fail_after(0);
            assert_true(rc == 0 || err.code == ERR_NOMEM);
        }
        clusters_release(&found);
    }
    column_unref(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_most_frequent_is_proposed),
        cmocka_unit_test(test_several_columns_are_one_list),
        cmocka_unit_test(test_neighbours_do_not_chain),
        cmocka_unit_test(test_no_rows_and_only_missing),
        cmocka_unit_test(test_jaro_winkler),
        cmocka_unit_test(test_edits_are_those_of_the_naive_twin),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
