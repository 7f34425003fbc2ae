/* Predictions of held-out rows against scikit-learn's; see tests/reference/make_kernels.py. */
#include "learn_case.h"

#include "num/moments.h"

enum { HELD = 12 };

static bool is_feature(const struct table *t, size_t j, const char *target)
{
    enum column_type type = table_at(t, j)->type;
    return (type == COLUMN_INT || type == COLUMN_REAL) && strcmp(table_name(t, j), target) != 0;
}

static bool is_whole(const struct table *t, size_t i)
{
    for (size_t j = 0; j < t->n_cols; j++)
        if (column_missing(table_at(t, j), i))
            return false;
    return true;
}

/* The features of rows that are in the training part, or of the first that are held out. */
static void fill(struct matrix *x, double *y, const struct table *t, const char *target_name,
                 const double *target, bool held)
{
    size_t n = 0, whole = 0;

    for (size_t i = 0; i < t->n_rows && n < x->n; i++) {
        if (!is_whole(t, i) || (whole++ % 5 == 0) != held)
            continue;
        for (size_t j = 0, k = 0; j < t->n_cols; j++)
            if (is_feature(t, j, target_name))
                matrix_col(x, k++)[n] = column_number(table_at(t, j), i);
        if (y)
            y[n] = target[i];
        n++;
    }
    assert_int_equal(n, x->n);
}

static void standardise(struct matrix *x, const double *mean, const double *sd)
{
    for (size_t j = 0; j < x->p; j++)
        for (size_t i = 0; i < x->n; i++)
            matrix_col(x, j)[i] = (matrix_col(x, j)[i] - mean[j]) / sd[j];
}

/* Fitted to the training part; `held` becomes the held-out rows. */
static struct fit_case fit_case_of(struct matrix *held, const char *table, const char *target_name,
                                   const char *learner, const char *params)
{
    char path[128];
    struct arena arena;
    struct target target;
    struct fit_case c;
    size_t p = 0, n = 0;

    snprintf(path, sizeof(path), "share/data/%s.csv", table);
    struct source *source = case_read(path);
    const struct table *t = source->table;
    arena_init(&arena);
    assert_int_equal(target_detect(&target, t, target_name, NULL, 0, false, NULL, &arena, NULL), 0);
    double *y = ARENA_NEW(&arena, double, t->n_rows), *moments = ARENA_NEW(&arena, double, 200);
    assert_int_equal(target_values(y, &target, t, NULL, t->n_rows, false, NULL), 0);
    for (size_t j = 0; j < t->n_cols; j++)
        p += is_feature(t, j, target_name);
    for (size_t i = 0; i < t->n_rows; i++)
        n += is_whole(t, i);
    case_new(&c, n - (n + 4) / 5, p, target.n_classes);
    assert_int_equal(matrix_new(held, HELD, p, "test", NULL), 0);
    fill(&c.x, c.y, t, target_name, y, false);
    fill(held, NULL, t, target_name, y, true);
    column_moments(moments, moments + p, &c.x, NULL);
    standardise(&c.x, moments, moments + p);
    standardise(held, moments, moments + p);
    case_fit_well(&c, learner, params);
    arena_release(&arena);
    source_unref(source);
    return c;
}

static struct matrix run_case(const char *table, const char *target, const char *learner,
                              const char *params)
{
    struct matrix held, out;
    struct fit_case c = fit_case_of(&held, table, target, learner, params);

    assert_int_equal(matrix_new(&out, HELD, c.n_classes ? c.n_classes : 1, "test", NULL), 0);
    assert_int_equal(c.learner->predict(&out, c.out.state, &held, NULL), 0);
    matrix_release(&held);
    case_release(&c);
    return out;
}

static void test_predictions_are_scikit_learn_s(void **state)
{
    struct source *expected = case_read("tests/reference/kernels_sklearn.csv");
    const struct table *e = expected->table;
    struct matrix out = { 0 };
    double current = -1;
    (void)state;

    for (size_t i = 0; i < e->n_rows; i++) {
        char table[64], target[64], learner[64], params[256], what[512];
        case_text(table, sizeof(table), e, "table", i);
        case_text(learner, sizeof(learner), e, "learner", i);
        case_text(params, sizeof(params), e, "params", i);
        if (case_number(e, "case", i) != current) {
            matrix_release(&out);
            current = case_number(e, "case", i);
            out = run_case(table, case_text(target, sizeof(target), e, "target", i), learner,
                           params);
        }
        size_t row = (size_t)case_number(e, "row", i), k = (size_t)case_number(e, "output", i);
        snprintf(what, sizeof(what), "%s %s on %s, held-out row %zu, output %zu", learner, params,
                 table, row, k);
        assert_close(matrix_col(&out, k)[row], case_number(e, "value", i),
                     case_number(e, "tolerance", i), what);
    }
    matrix_release(&out);
    source_unref(expected);
}

static void test_coefficients_are_scikit_learn_s(void **state)
{
    static const char *const classes[] = { "a", "b", "c" };
    struct source *expected = case_read("tests/reference/kernels_coefficients.csv");
    const struct table *e = expected->table;
    struct coefficient *list = NULL;
    struct fit_case c = { 0 };
    struct matrix held = { 0 };
    double current = -1;
    size_t n = 0;
    (void)state;

    for (size_t i = 0; i < e->n_rows; i++) {
        char table[64], target[64], params[256], what[512];
        case_text(table, sizeof(table), e, "table", i);
        case_text(params, sizeof(params), e, "params", i);
        if (case_number(e, "case", i) != current) {
            if (current >= 0)
                case_release(&c);
            matrix_release(&held);
            current = case_number(e, "case", i);
            c = fit_case_of(&held, table, case_text(target, sizeof(target), e, "target", i),
                            "linear-svm", params);
            list = case_coefficients(&c, classes, &n);
        }
        size_t place = (size_t)case_number(e, "place", i);
        assert_true(place < n);
        snprintf(what, sizeof(what), "linear-svm %s on %s, %s", params, table, list[place].name);
        assert_close(list[place].estimate, case_number(e, "value", i),
                     case_number(e, "tolerance", i), what);
    }
    case_release(&c);
    matrix_release(&held);
    source_unref(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_predictions_are_scikit_learn_s),
        cmocka_unit_test(test_coefficients_are_scikit_learn_s),
    };
    num_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
