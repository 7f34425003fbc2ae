/* Reference values: tests/reference/pca.py. */
#include "prepare_make.h"

#include <math.h>
#include <stdio.h>

#include "io/reader.h"

struct expected {
    const char *name, *target;
    double share[2], scores[2], whitened[2], svd[2]; /* scores of the first row */
    int n_for_all_but_a_millionth;
};

static const struct expected tables[] = {
    { "iris",
      "species",
      { 0.92461872320173, 0.053066483117068 },
      { -2.6841256259695, 0.3193972465851 },
      { -1.3053378633199, 0.64836931578024 },
      { 5.9127471409544, -2.302033216632 },
      4 },
    { "wine",
      "cultivar",
      { 0.9980912304919, 0.0017359156247058 },
      { 318.56297928794, 21.49213073454 },
      { 1.0114293478841, 1.6362156196118 },
      { 1072.7583609223, 0.96732484077656 },
      10 },
    { "breast_cancer",
      "diagnosis",
      { 0.98204467151066, 0.016176489863511 },
      { 1160.1425737041, -293.9175436374 },
      { 1.7415110191321, -3.4376673439893 },
      { 2241.974276471, -347.71556015049 },
      8 },
    { "diabetes",
      "progression",
      { 0.73249152371579, 0.096212079861373 },
      { -37.015228824316, 18.660758067278 },
      { -0.81631666187056, 1.1355179532073 },
      { 236.85887338513, -24.630419198349 },
      10 },
    { "penguins",
      "species",
      { 0.99989131485531, 8.0117838441617e-05 },
      { -452.02320937596, -13.336636352634 },
      { -0.5635811505825, -1.8576069216489 },
      { 3754.6087560793, 6.4915671052212 },
      4 },
};
enum { N_TABLES = sizeof(tables) / sizeof(tables[0]) };

static struct source *read_table(const char *name)
{
    const struct reader *reader;
    struct source *source;
    struct err err = { 0 };
    char path[512];

    snprintf(path, sizeof(path), "%s/share/data/%s.csv", ASSAY_SOURCE_DIR, name);
    if (reader_find(&reader, path, NULL, &err) ||
        source_read(&source, path, reader, NULL, NULL, &err))
        fail_msg("%s", err.msg);
    return source;
}

/* The table after a step on all features but the target. */
static struct table *apply_to(const struct expected *e, const char *line)
{
    struct source *s = read_table(e->name);
    struct recipe *r = add_step(with_role(recipe_empty(), e->target, ROLE_TARGET), line);
    struct recipe_run *run = run_recipe(r, s->table, NULL, NULL);
    struct table *out = table_ref(recipe_run_result(run));

    recipe_run_unref(run);
    recipe_unref(r);
    source_unref(s);
    return out;
}

static void assert_first_row(const struct expected *e, const char *line, const char *prefix,
                             const double *want)
{
    struct table *t = apply_to(e, line);

    for (size_t k = 0; k < 2; k++) {
        char name[16];
        snprintf(name, sizeof(name), "%s%zu", prefix, k + 1);
        double got = column_reals(col(t, name))[0];
        if (!(fabs(got - want[k]) <= 1e-8 * fmax(1, fabs(want[0]))))
            fail_msg("%s of %s: %s is %.14g, not %.14g", line, e->name, name, got, want[k]);
    }
    table_unref(t);
}

static void test_components_are_scikit_learn_s(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_TABLES; i++) {
        assert_first_row(&tables[i], "pca all n_components=2", "pc", tables[i].scores);
        assert_first_row(&tables[i], "pca all n_components=2 whiten=yes", "pc", tables[i].whitened);
        assert_first_row(&tables[i], "svd all n_components=2", "svd", tables[i].svd);
    }
}

static void test_a_share_of_the_variance(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_TABLES; i++) {
        struct table *t = apply_to(&tables[i], "pca all n_components=0.999999");
        char name[16];
        snprintf(name, sizeof(name), "pc%d", tables[i].n_for_all_but_a_millionth);
        assert_true(table_find(t, name) >= 0);
        snprintf(name, sizeof(name), "pc%d", tables[i].n_for_all_but_a_millionth + 1);
        assert_true(table_find(t, name) < 0);
        table_unref(t);
    }
}

/* Whitened components have variance 1 and are not correlated, whatever was sampled. */
static void test_whitened_components(void **state)
{
    struct table *t = apply_to(&tables[1], "pca all n_components=3 whiten=yes");
    const double *a = column_reals(col(t, "pc1")), *b = column_reals(col(t, "pc2"));
    double aa = 0, ab = 0;

    (void)state;
    for (size_t i = 0; i < t->n_rows; i++) {
        aa += a[i] * a[i];
        ab += a[i] * b[i];
    }
    assert_float_equal(aa / (double)(t->n_rows - 1), 1, 1e-10);
    assert_float_equal(ab / (double)(t->n_rows - 1), 0, 1e-10);
    table_unref(t);
}

static void test_random_projection_is_seeded(void **state)
{
    struct table *t = birds();
    struct table *a = APPLY(t, "random-projection bill_* n_components=1 seed=3");
    struct table *b = APPLY(t, "random-projection bill_* n_components=1 seed=3");
    struct table *c = APPLY(t, "random-projection bill_* n_components=1 seed=4");

    (void)state;
    assert_tables_equal(a, b);
    assert_true(column_reals(col(a, "rp1"))[0] != column_reals(col(c, "rp1"))[0]);
    table_unref(a);
    table_unref(b);
    table_unref(c);
    table_unref(t);
}

static void test_what_is_refused(void **state)
{
    struct table *t = birds();

    (void)state;
    assert_step_refused(t, "pca bill_length_mm bill_depth_mm n_components=3",
                        "n_components=3 is more than there are columns: 2");
    assert_step_refused(t, "pca bill_length_mm bill_depth_mm n_components=1.5",
                        "n_components=1.5 is neither a whole number nor a share below 1");
    assert_step_refused(t, "pca species",
                        "species is a category; this step takes a number (int or real)");
    table_unref(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_components_are_scikit_learn_s),
        cmocka_unit_test(test_a_share_of_the_variance),
        cmocka_unit_test(test_whitened_components),
        cmocka_unit_test(test_random_projection_is_seeded),
        cmocka_unit_test(test_what_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
