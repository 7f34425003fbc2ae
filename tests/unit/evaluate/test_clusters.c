/* Models without a target, against scikit-learn 1.2.1: tests/reference/clusters.py. */
#include "../learn/learn_case.h"

#include "evaluate/metric.h"
#include "num/kmeans.h"
#include "num/stats.h"

struct expected {
    const char *file, *target;
    size_t k;
    double best, first; /* inertia: the best known, and beginning with the first k rows */
    double silhouette, davies_bouldin, calinski_harabasz, adjusted_rand, nmi; /* of the latter */
};

static const struct expected tables[] = {
    { "share/data/iris.csv", "species", 3, 139.8204964, 140.032752774, 0.463042036293,
      0.832416213091, 241.426323494, 0.592332622185, 0.642658317652 },
    { "share/data/wine.csv", "cultivar", 3, 1277.928489, 1279.7311231, 0.282836718467,
      1.38999660965, 70.7168287888, 0.863598792013, 0.847289647186 },
    { "share/data/breast_cancer.csv", "diagnosis", 2, 11595.46147, 11595.6833128, 0.344734434661,
      1.30928873404, 267.680435718, 0.676504895634, 0.562020936206 },
    { "share/data/diabetes.csv", "progression", 4, 2640.460978, 2671.93521083, 0.149556994075,
      1.92963617268, 95.5178322383, NAN, NAN },
    { "share/data/penguins.csv", "species", 3, 370.7661435, 370.770248211, 0.44701051914,
      0.940134682081, 427.766008223, 0.805914301946, 0.794143905025 },
};
enum { N_TABLES = sizeof(tables) / sizeof(tables[0]) };

/* Rows without a missing cell; numbers brought to mean 0 and deviation 1; y: classes by number. */
static void case_table(struct fit_case *c, const struct expected *e)
{
    struct source *s = case_read(e->file);
    const struct table *t = s->table;
    const char *names[64];
    size_t n = 0, p = 0;
    bool *whole = calloc(t->n_rows, 1);

    for (size_t i = 0; i < t->n_rows; i++) {
        whole[i] = true;
        for (size_t j = 0; j < t->n_cols; j++)
            whole[i] = whole[i] && !column_missing(table_at(t, j), i);
        n += whole[i];
    }
    for (size_t j = 0; j < t->n_cols; j++)
        if (!column_is_text(table_at(t, j)) && strcmp(table_name(t, j), e->target) != 0)
            names[p++] = table_name(t, j);
    case_new(c, n, p, 0);
    c->alone = TASK_CLUSTER;
    for (size_t i = 0, at = 0; i < t->n_rows; i++) {
        if (!whole[i])
            continue;
        for (size_t j = 0; j < p; j++)
            matrix_col(&c->x, j)[at] = case_number(t, names[j], i);
        const struct column *y = table_at(t, (size_t)table_find(t, e->target));
        c->y[at++] = y->type == COLUMN_CATEGORY ? (double)column_codes(y)[i] : NAN;
    }
    for (size_t j = 0; j < p; j++) {
        double *v = matrix_col(&c->x, j), mean = stats_mean(v, n),
               sd = sqrt(stats_variance(v, n, 0));
        for (size_t i = 0; i < n; i++)
            v[i] = (v[i] - mean) / sd;
    }
    free(whole);
    source_unref(s);
}

static void test_kmeans_finds_the_best_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_TABLES; i++) {
        struct fit_case c;
        struct fact *facts;
        char params[64];

        case_table(&c, &tables[i]);
        snprintf(params, sizeof(params), "n_clusters=%zu", tables[i].k);
        case_fit_well(&c, "kmeans", params);
        c.learner->facts(&facts, c.out.state, c.names, &c.arena);
        assert_string_equal(facts[0].name, "inertia");
        assert_true(facts[0].value < tables[i].best * 1.002);
        assert_true(facts[0].value > tables[i].best * (1 - 1e-9));
        case_release(&c);
    }
}

/* The first k rows as centres, and Lloyd's steps to the end: no chance in it. */
static void test_kmeans_from_given_centres(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_TABLES; i++) {
        const struct expected *e = &tables[i];
        struct kmeans_options o = { .k = e->k, .n_init = 1, .max_iter = 1000 };
        struct fit_case c;
        struct kmeans km;
        struct matrix label;

        case_table(&c, e);
        double *centres = ARENA_NEW(&c.arena, double, e->k *c.x.p);
        for (size_t k = 0; k < e->k; k++)
            for (size_t j = 0; j < c.x.p; j++)
                centres[k * c.x.p + j] = matrix_col(&c.x, j)[k];
        assert_int_equal(kmeans_fit_from(&km, &c.x, centres, &o, &c.arena, NULL, NULL), 0);
        assert_true(km.converged);
        assert_close(km.inertia, e->first, 1e-9, e->file);
        assert_int_equal(matrix_new(&label, c.x.n, 1, "test", NULL), 0);
        kmeans_assign(matrix_col(&label, 0), &km, &c.x);

        struct scored s = { .n = c.x.n, .truth = c.y, .value = &label, .x = &c.x };
        static const char *const names[] = { "silhouette", "davies-bouldin", "calinski-harabasz",
                                             "adjusted-rand", "nmi" };
        const double want[] = { e->silhouette, e->davies_bouldin, e->calinski_harabasz,
                                e->adjusted_rand, e->nmi };
        for (size_t m = 0; m < 5; m++) {
            double got = metric_find(names[m])->score(&s);
            if (isnan(want[m]))
                assert_true(isnan(got));
            else
                assert_close(got, want[m], 1e-9, names[m]);
        }
        matrix_release(&label);
        case_release(&c);
    }
}

static void test_fewer_places_than_clusters(void **state)
{
    struct fit_case c;

    (void)state;
    case_new(&c, 20, 2, 0);
    c.alone = TASK_CLUSTER;
    for (size_t i = 0; i < 20; i++)
        matrix_col(&c.x, 0)[i] = (double)(i % 3);
    case_fit_well(&c, "kmeans", "n_clusters=5");
    assert_non_null(strstr(c.out.warning, "2 of 5 clusters have no row"));
    case_release(&c);
}

static void test_more_clusters_than_rows_is_refused(void **state)
{
    struct fit_case c;
    struct err err = { 0 };

    (void)state;
    case_new(&c, 4, 2, 0);
    c.alone = TASK_CLUSTER;
    assert_int_equal(case_fit(&c, "kmeans", "n_clusters=5", NULL, &err), -1);
    assert_string_equal(err.msg, "5 clusters want as many rows at least, and there are 4");
    case_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kmeans_finds_the_best_known),
        cmocka_unit_test(test_kmeans_from_given_centres),
        cmocka_unit_test(test_fewer_places_than_clusters),
        cmocka_unit_test(test_more_clusters_than_rows_is_refused),
    };

    num_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
