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
    double bic[4];              /* of mixtures: full, tied, diag, spherical */
    double n_dense, n_noise;    /* dbscan, eps half the root of the features: clusters, noise */
    double dense_sum, isolated; /* sum of cluster times row; mean score of isolation forests */
};

static const struct expected tables[] = {
    { "share/data/iris.csv",
      "species",
      3,
      139.8204964,
      140.032752774,
      0.463042036293,
      0.832416213091,
      241.426323494,
      0.592332622185,
      0.642658317652,
      { 801.530078, 853.654503, 965.322831, 1226.83601 },
      2,
      3,
      9508,
      0.4723 },
    { "share/data/wine.csv",
      "cultivar",
      3,
      1277.928489,
      1279.7311231,
      0.282836718467,
      1.38999660965,
      70.7168287888,
      0.863598792013,
      0.847289647186,
      { 5773.18323, 5569.02596, 5556.82003, 5708.76381 },
      7,
      115,
      5073,
      0.4492 },
    { "share/data/breast_cancer.csv",
      "diagnosis",
      2,
      11595.46147,
      11595.6833128,
      0.344734434661,
      1.30928873404,
      267.680435718,
      0.676504895634,
      0.562020936206,
      { 6094.03787, 11290.4124, 37876.7889, 40561.3068 },
      1,
      176,
      -48890,
      0.4277 },
    { "share/data/diabetes.csv",
      "progression",
      4,
      2640.460978,
      2671.93521083,
      0.149556994075,
      1.92963617268,
      95.5178322383,
      NAN,
      NAN,
      { 8254.51799, 9077.63593, 11468.6073, 11560.5409 },
      4,
      204,
      -16311,
      0.4570 },
    { "share/data/penguins.csv",
      "species",
      3,
      370.7661435,
      370.770248211,
      0.44701051914,
      0.940134682081,
      427.766008223,
      0.805914301946,
      0.794143905025,
      { 2495.21921, 2456.19905, 2817.85987, 2854.42591 },
      2,
      1,
      32442,
      0.4668 },
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

/* How far a mixture's BIC may be from the reference: to digits where k-means begins both with the same
 * clusters, else as far as one local maximum is from the next. */
static double mixture_tolerance(struct fit_case *c, const struct expected *e)
{
    struct fact *facts;
    char params[64];

    snprintf(params, sizeof(params), "n_clusters=%zu n_init=20", e->k);
    case_fit_well(c, "kmeans", params);
    c->learner->facts(&facts, c->out.state, c->names, &c->arena);
    return facts[0].value < e->best * (1 + 1e-8) && e->k < 4 ? 1e-6 : 0.02;
}

/* Expectation and maximisation from the clusters of k-means to the end. */
static void test_mixtures(void **state)
{
    static const char *const types[] = { "full", "tied", "diag", "spherical" };

    (void)state;
    for (size_t i = 0; i < N_TABLES; i++)
        for (size_t t = 0; t < 4; t++) {
            struct fit_case c;
            struct fact *facts;
            char params[160];

            case_table(&c, &tables[i]);
            snprintf(params, sizeof(params),
                     "n_components=%zu covariance_type=%s tol=1e-9 max_iter=5000 n_init=20",
                     tables[i].k, types[t]);
            case_fit_well(&c, "gmm", params);
            assert_null(c.out.warning);
            c.learner->facts(&facts, c.out.state, c.names, &c.arena);
            assert_string_equal(facts[1].name, "BIC");
            double bic = facts[1].value;
            assert_close(bic, tables[i].bic[t], mixture_tolerance(&c, &tables[i]), tables[i].file);
            case_release(&c);
        }
}

static void test_dense_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_TABLES; i++) {
        struct fit_case c;
        struct fact *facts;
        struct matrix label;
        char params[64];
        double sum = 0;

        case_table(&c, &tables[i]);
        snprintf(params, sizeof(params), "eps=%.17g", 0.5 * sqrt((double)c.x.p));
        case_fit_well(&c, "dbscan", params);
        c.learner->facts(&facts, c.out.state, c.names, &c.arena);
        assert_true(facts[0].value == tables[i].n_dense);
        assert_true(facts[2].value == tables[i].n_noise);
        assert_int_equal(matrix_new(&label, c.x.n, 1, "test", NULL), 0);
        assert_int_equal(c.learner->predict(&label, c.out.state, &c.x, NULL), 0);
        for (size_t r = 0; r < c.x.n; r++)
            sum += matrix_col(&label, 0)[r] * (double)(r + 1);
        assert_true(sum == tables[i].dense_sum);
        matrix_release(&label);
        case_release(&c);
    }
}

/* By chance, so only about: and the share to be flagged is flagged. */
static void test_isolated_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_TABLES; i++) {
        struct fit_case c;
        struct matrix out;
        double mean = 0, flagged = 0;

        case_table(&c, &tables[i]);
        c.alone = TASK_ANOMALY;
        case_fit_well(&c, "isolation-forest", "contamination=0.1");
        assert_int_equal(matrix_new(&out, c.x.n, 2, "test", NULL), 0);
        assert_int_equal(c.learner->predict(&out, c.out.state, &c.x, NULL), 0);
        for (size_t r = 0; r < c.x.n; r++) {
            mean += matrix_col(&out, 0)[r] / (double)c.x.n;
            flagged += matrix_col(&out, 1)[r] / (double)c.x.n;
        }
        assert_true(fabs(mean - tables[i].isolated) < 0.015);
        assert_true(fabs(flagged - 0.1) < 0.01);
        matrix_release(&out);
        case_release(&c);
    }
}

/* Scores of the training rows as new ones: mean, highest; and how many training flags.  Where rows are
 * at equal distances (penguins), which are the nearest is a matter of order. */
static void test_local_outliers(void **state)
{
    static const double want[N_TABLES][3] = { { 1.08418768944, 1.99195300014, 6 },
                                              { 1.06254873807, 1.73912382394, 6 },
                                              { 1.12870627996, 2.78740169014, 31 },
                                              { 1.05972453074, 1.45435525039, 0 },
                                              { 1.05353908936, 2.09288161803, 3 } };

    (void)state;
    for (size_t i = 0; i < N_TABLES; i++) {
        struct fit_case c;
        struct fact *facts;
        struct matrix out;
        double mean = 0, most = 0;

        case_table(&c, &tables[i]);
        c.alone = TASK_ANOMALY;
        case_fit_well(&c, "lof", "");
        c.learner->facts(&facts, c.out.state, c.names, &c.arena);
        assert_true(facts[1].value == want[i][2]);
        assert_int_equal(matrix_new(&out, c.x.n, 2, "test", NULL), 0);
        assert_int_equal(c.learner->predict(&out, c.out.state, &c.x, NULL), 0);
        for (size_t r = 0; r < c.x.n; r++) {
            mean += matrix_col(&out, 0)[r] / (double)c.x.n;
            most = fmax(most, matrix_col(&out, 0)[r]);
        }
        assert_close(mean, want[i][0], i == N_TABLES - 1 ? 1e-4 : 1e-9, tables[i].file);
        assert_close(most, want[i][1], i == N_TABLES - 1 ? 1e-4 : 1e-9, tables[i].file);
        matrix_release(&out);
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
        cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_dense_rows),
        cmocka_unit_test(test_isolated_rows),
        cmocka_unit_test(test_local_outliers),
        cmocka_unit_test(test_fewer_places_than_clusters),
        cmocka_unit_test(test_more_clusters_than_rows_is_refused),
    };

    num_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
