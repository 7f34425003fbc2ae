/* Coefficients and standard errors against scikit-learn, numpy and R on the shipped tables; see
 * tests/reference/make_reference.py and .R. */
#include "learn_case.h"

#include "base/rng.h"
#include "num/moments.h"

/* ---- scikit-learn: standardised features, five folds and all rows ---- */

struct pipeline {
    const char *name, *target, *learner, *params;
};
static const struct pipeline pipelines[] = {
    { "breast_cancer", "diagnosis", "logistic", "C=1" },
    { "wine", "cultivar", "logistic", "C=1" },
    { "diabetes", "progression", "ridge", "alpha=1" },
};

/* Rows that are not in the fold, standardised as StandardScaler does. */
static void fill(struct fit_case *c, const struct table *t, const struct target *target, int fold)
{
    size_t n = 0, p = t->n_cols - 1, k = 0;
    double *y = mem_new(t->n_rows, sizeof(*y)), *mean = mem_new(2 * p, sizeof(*mean));

    for (size_t i = 0; i < t->n_rows; i++)
        n += (int)(i % 5) != fold;
    case_new(c, n, p, target->n_classes);
    assert_int_equal(target_values(y, target, t, NULL, t->n_rows, false, NULL), 0);
    for (size_t i = 0; i < t->n_rows; i++) {
        if ((int)(i % 5) == fold)
            continue;
        for (size_t j = 0; j < p; j++)
            matrix_col(&c->x, j)[k] = column_number(table_at(t, j), i);
        c->y[k++] = y[i];
    }
    column_moments(mean, mean + p, &c->x, NULL);
    for (size_t j = 0; j < p; j++) {
        c->names[j] = table_name(t, j);
        for (size_t i = 0; i < n; i++)
            matrix_col(&c->x, j)[i] = (matrix_col(&c->x, j)[i] - mean[j]) / mean[p + j];
    }
    mem_free(y);
    mem_free(mean);
}

static size_t compare_fold(const struct pipeline *pipe, const struct table *t,
                           const struct target *target, const struct table *expected, int fold)
{
    struct fit_case c;
    char text[64], what[256];
    size_t n, k = 0;

    fill(&c, t, target, fold);
    case_fit_well(&c, pipe->learner, pipe->params);
    assert_null(c.out.warning);
    const struct coefficient *list = case_coefficients(&c, target->classes, &n);
    for (size_t i = 0; i < expected->n_rows; i++) {
        if (strcmp(case_text(text, sizeof(text), expected, "case", i), pipe->name) != 0 ||
            case_number(expected, "fold", i) != fold)
            continue;
        assert_true(k < n);
        snprintf(what, sizeof(what), "%s fold %d %s", pipe->name, fold, list[k].name);
        assert_close(list[k].estimate, case_number(expected, "estimate", i), 1e-9, what);
        double error = case_number(expected, "std_error", i);
        if (!isnan(error))
            assert_close(list[k].std_error, error, 1e-7, what);
        k++;
    }
    assert_int_equal(k, n);
    case_release(&c);
    return k;
}

static void test_scikit_learn_coefficients(void **state)
{
    (void)state;
    struct source *expected = case_read("tests/reference/sklearn_coefficients.csv");

    for (size_t i = 0; i < 3; i++) {
        char path[64];
        struct arena arena;
        struct target target;
        snprintf(path, sizeof(path), "share/data/%s.csv", pipelines[i].name);
        struct source *source = case_read(path);
        arena_init(&arena);
        assert_int_equal(target_detect(&target, source->table, pipelines[i].target, NULL, 0, false,
                                       NULL, &arena, NULL),
                         0);
        for (int fold = -1; fold < 5; fold++)
            assert_true(compare_fold(&pipelines[i], source->table, &target, expected->table, fold) >
                        0);
        arena_release(&arena);
        source_unref(source);
    }
    source_unref(expected);
}

/* ---- R: glm and lm on raw features, with weights ---- */

struct r_case {
    const char *name, *learner, *params;
    const char *features[12];
    bool weights;
};
static const struct r_case r_cases[] = {
    { "glm", "logistic", "penalty=none", { "bmi", "blood_pressure", "hdl", "age" }, false },
    { "glm_weights", "logistic", "penalty=none", { "bmi", "hdl" }, true },
    { "glm_no_intercept", "logistic", "penalty=none fit_intercept=no", { "bmi", "hdl" }, false },
    { "lm",
      "linear",
      "",
      { "age", "sex", "bmi", "blood_pressure", "total_cholesterol", "ldl", "hdl",
        "cholesterol_ratio", "log_triglycerides", "glucose" },
      false },
    { "lm_weights", "linear", "", { "bmi", "hdl" }, true },
};

static void fill_r(struct fit_case *c, const struct r_case *r, const struct table *t)
{
    size_t p = 0;
    bool classes = strcmp(r->learner, "logistic") == 0;

    while (p < 12 && r->features[p])
        p++;
    case_new(c, t->n_rows, p, classes ? 2 : 0);
    if (r->weights)
        c->weights = ARENA_NEW(&c->arena, double, t->n_rows);
    for (size_t i = 0; i < t->n_rows; i++) {
        double y = case_number(t, "progression", i);
        c->y[i] = classes ? y > 140 : y;
        if (r->weights)
            c->weights[i] = 1 + (double)(i % 3);
        for (size_t j = 0; j < p; j++)
            matrix_col(&c->x, j)[i] = case_number(t, r->features[j], i);
    }
}

static void test_r_coefficients(void **state)
{
    (void)state;
    struct source *expected = case_read("tests/reference/r_coefficients.csv");
    struct source *source = case_read("share/data/diabetes.csv");
    char text[64];

    for (size_t r = 0; r < sizeof(r_cases) / sizeof(r_cases[0]); r++) {
        struct fit_case c;
        size_t n, k = 0;
        fill_r(&c, &r_cases[r], source->table);
        case_fit_well(&c, r_cases[r].learner, r_cases[r].params);
        const struct coefficient *list = case_coefficients(&c, NULL, &n);
        for (size_t i = 0; i < expected->table->n_rows; i++) {
            if (strcmp(case_text(text, sizeof(text), expected->table, "case", i),
                       r_cases[r].name) != 0)
                continue;
            assert_true(k < n);
            assert_close(list[k].estimate, case_number(expected->table, "estimate", i), 1e-9,
                         r_cases[r].name);
            assert_close(list[k].std_error, case_number(expected->table, "std_error", i), 1e-7,
                         r_cases[r].name);
            k++;
        }
        assert_int_equal(k, n);
        case_release(&c);
    }
    source_unref(expected);
    source_unref(source);
}

/* ---- methods agree ---- */

static void test_dual_ridge_is_the_same_minimum(void **state)
{
    (void)state;
    /* more features than rows: at the minimum X'(y - Xc - b) = alpha c, residuals sum to 0 */
    struct fit_case c;
    struct rng rng;
    size_t n, p = 40;

    rng_init(&rng, 5, 0);
    case_new(&c, 12, p, 0);
    for (size_t i = 0; i < 12; i++) {
        c.y[i] = rng_normal(&rng);
        for (size_t j = 0; j < p; j++)
            matrix_col(&c.x, j)[i] = 3 + rng_normal(&rng);
    }
    case_fit_well(&c, "ridge", "alpha=0.7");
    const struct coefficient *list = case_coefficients(&c, NULL, &n);
    double rest[12], sum = 0;
    for (size_t i = 0; i < 12; i++) {
        rest[i] = c.y[i] - list[0].estimate;
        for (size_t j = 0; j < p; j++)
            rest[i] -= list[j + 1].estimate * matrix_col(&c.x, j)[i];
        sum += rest[i];
    }
    assert_close(sum, 0, 1e-11, "sum of residuals");
    for (size_t j = 0; j < p; j++) {
        double gradient = -0.7 * list[j + 1].estimate;
        for (size_t i = 0; i < 12; i++)
            gradient += rest[i] * matrix_col(&c.x, j)[i];
        assert_close(gradient, 0, 1e-10, "gradient");
    }
    case_release(&c);
}

static void random_classes(struct fit_case *c, size_t n, size_t p, size_t n_classes)
{
    struct rng rng;

    rng_init(&rng, 11, 0);
    case_new(c, n, p, n_classes);
    for (size_t i = 0; i < n; i++) {
        double score = rng_normal(&rng);
        for (size_t j = 0; j < p; j++) {
            double v = rng_normal(&rng);
            matrix_col(&c->x, j)[i] = v;
            score += j < 3 ? v : 0;
        }
        c->y[i] = n_classes == 2 ? score > 0 : (double)(score > 1) + (double)(score > -1);
    }
}

static void test_many_parameters_reach_the_optimum(void **state)
{
    (void)state;
    /* 250 features and three classes are more than Newton takes: at the optimum the gradient of
     * C * loss + |w|^2 / 2 vanishes */
    struct fit_case c;
    size_t n, p = 250, rows = 400;

    random_classes(&c, rows, p, 3);
    case_fit_well(&c, "logistic", "C=0.5");
    assert_null(c.out.warning);
    assert_true(c.out.n_iterations > 3);
    const char *const classes[] = { "a", "b", "c" };
    const struct coefficient *list = case_coefficients(&c, classes, &n);
    struct matrix prob;
    assert_int_equal(matrix_new(&prob, rows, 3, "test", NULL), 0);
    assert_int_equal(c.learner->predict(&prob, c.out.state, &c.x, NULL), 0);
    for (size_t k = 0; k < 3; k++)
        for (size_t j = 0; j < p; j++) {
            double gradient = list[k * (p + 1) + j + 1].estimate;
            for (size_t i = 0; i < rows; i++)
                gradient += 0.5 * (matrix_col(&prob, k)[i] - (c.y[i] == (double)k)) *
                            matrix_col(&c.x, j)[i];
            assert_close(gradient, 0, 1e-5, "gradient");
        }
    matrix_release(&prob);
    case_release(&c);
}

/* ---- what cannot be fitted ---- */

static void test_dependent_feature_is_named(void **state)
{
    (void)state;
    struct fit_case c;
    struct err err = { 0 };

    random_classes(&c, 50, 4, 2);
    for (size_t i = 0; i < 50; i++)
        matrix_col(&c.x, 2)[i] = matrix_col(&c.x, 0)[i] - 2 * matrix_col(&c.x, 1)[i] + 1;
    c.n_classes = 0;
    assert_int_equal(case_fit(&c, "linear", "", NULL, &err), -1);
    assert_int_equal(err.code, ERR_NUMERIC);
    assert_string_equal(err.msg, "feature x3 is a combination of those before it; drop it, or "
                                 "train ridge");
    assert_int_equal(case_fit(&c, "ridge", "alpha=0", NULL, &err), -1);
    assert_string_equal(err.msg, "feature x3 is a combination of those before it, or too large to "
                                 "be squared; drop it, scale it, or raise alpha");
    case_fit_well(&c, "ridge", "alpha=0.1");
    c.n_classes = 2;
    assert_int_equal(case_fit(&c, "logistic", "penalty=none", NULL, &err), -1);
    assert_string_equal(err.msg, "feature x3 is a combination of the others; drop it, or use "
                                 "penalty=l2");
    case_fit_well(&c, "logistic", "C=1e9");
    case_release(&c);
}

static void test_too_few_rows_for_least_squares(void **state)
{
    (void)state;
    struct fit_case c;
    struct err err = { 0 };

    random_classes(&c, 4, 6, 2);
    c.n_classes = 0;
    assert_int_equal(case_fit(&c, "linear", "", NULL, &err), -1);
    assert_string_equal(err.msg, "4 training rows cannot tell 7 coefficients apart; use fewer "
                                 "features, or train ridge");
    case_release(&c);
}

static void test_separable_classes_stop_with_a_warning(void **state)
{
    (void)state;
    struct fit_case c;
    size_t n;

    random_classes(&c, 60, 2, 2);
    for (size_t i = 0; i < 60; i++)
        c.y[i] = matrix_col(&c.x, 0)[i] > 0;
    case_fit_well(&c, "logistic", "penalty=none");
    assert_non_null(c.out.warning);
    assert_non_null(strstr(c.out.warning, "can be told apart without error"));
    const struct coefficient *list = case_coefficients(&c, NULL, &n);
    for (size_t k = 0; k < n; k++)
        assert_true(isfinite(list[k].estimate));
    case_fit_well(&c, "logistic", "");
    assert_null(c.out.warning);
    case_release(&c);
}

static void test_iteration_limit_is_told(void **state)
{
    (void)state;
    struct fit_case c;

    random_classes(&c, 200, 3, 2);
    case_fit_well(&c, "logistic", "max_iter=2");
    assert_string_equal(c.out.warning,
                        "did not converge in 2 iterations; scale the features, raise "
                        "max_iter, or lower C");
    case_release(&c);
}

static void test_class_without_rows_gets_no_probability(void **state)
{
    (void)state;
    struct fit_case c;
    struct matrix prob;

    random_classes(&c, 100, 3, 3);
    c.n_classes = 4; /* 0 has none */
    for (size_t i = 0; i < 100; i++)
        c.y[i] += 1;
    case_fit_well(&c, "logistic", "");
    assert_int_equal(matrix_new(&prob, 100, 4, "test", NULL), 0);
    assert_int_equal(c.learner->predict(&prob, c.out.state, &c.x, NULL), 0);
    for (size_t i = 0; i < 100; i++) {
        double sum = 0;
        for (size_t k = 0; k < 4; k++)
            sum += matrix_col(&prob, k)[i];
        assert_close(sum, 1, 1e-14, "sum of probabilities");
        assert_true(matrix_col(&prob, 0)[i] == 0);
    }
    matrix_release(&prob);
    case_release(&c);
}

static void test_constant_feature_gets_no_weight(void **state)
{
    (void)state;
    static const char *const learners[] = { "linear", "ridge", "logistic" };

    for (size_t l = 0; l < 3; l++) {
        struct fit_case c;
        size_t n;
        random_classes(&c, 50, 3, 2);
        for (size_t i = 0; i < 50; i++)
            matrix_col(&c.x, 1)[i] = 0.1;
        c.n_classes = l == 2 ? 2 : 0;
        case_fit_well(&c, learners[l], "");
        const struct coefficient *list = case_coefficients(&c, NULL, &n);
        assert_true(fabs(list[2].estimate) < 1e-12);
        assert_true(fabs(list[1].estimate) > 0.01);
        if (l == 0)
            assert_string_equal(c.out.warning, "x2 has one value only in the training rows: its "
                                               "coefficient is 0");
        case_release(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scikit_learn_coefficients),
        cmocka_unit_test(test_r_coefficients),
        cmocka_unit_test(test_dual_ridge_is_the_same_minimum),
        cmocka_unit_test(test_many_parameters_reach_the_optimum),
        cmocka_unit_test(test_dependent_feature_is_named),
        cmocka_unit_test(test_too_few_rows_for_least_squares),
        cmocka_unit_test(test_separable_classes_stop_with_a_warning),
        cmocka_unit_test(test_iteration_limit_is_told),
        cmocka_unit_test(test_class_without_rows_gets_no_probability),
        cmocka_unit_test(test_constant_feature_gets_no_weight),
    };

    num_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
