/* Linear models against scikit-learn on five shipped tables: tests/reference/linear_models.py says
 * how they were made. */
#include "learn_case.h"

#include "base/rng.h"
#include "num/moments.h"

static struct source *expected;

static const char *cell(char buf[256], const char *column, size_t row)
{
    return case_text(buf, 256, expected->table, column, row);
}

/* ---- a table's numbers, standardised, without rows that lack one ---- */

static bool is_feature(const struct table *t, size_t j, const char *target)
{
    enum column_type type = table_at(t, j)->type;
    return strcmp(table_name(t, j), target) != 0 && (type == COLUMN_INT || type == COLUMN_REAL);
}

static bool is_complete(const struct table *t, size_t i)
{
    for (size_t j = 0; j < t->n_cols; j++)
        if (table_at(t, j)->type != COLUMN_CATEGORY && table_at(t, j)->type != COLUMN_TEXT &&
            column_missing(table_at(t, j), i))
            return false;
    return true;
}

static void standardise(struct fit_case *c)
{
    double *mean = mem_new(2 * c->x.p, sizeof(*mean));

    column_moments(mean, mean + c->x.p, &c->x, NULL);
    for (size_t j = 0; j < c->x.p; j++)
        for (size_t i = 0; i < c->x.n; i++)
            matrix_col(&c->x, j)[i] = (matrix_col(&c->x, j)[i] - mean[j]) / mean[c->x.p + j];
    mem_free(mean);
}

static void fill(struct fit_case *c, const struct table *t, const struct target *target)
{
    size_t n = 0, p = 0, at = 0;

    for (size_t i = 0; i < t->n_rows; i++)
        n += is_complete(t, i);
    for (size_t j = 0; j < t->n_cols; j++)
        p += is_feature(t, j, target->name);
    case_new(c, n, p, target->n_classes);
    for (size_t j = 0, k = 0; j < t->n_cols; j++)
        if (is_feature(t, j, target->name))
            c->names[k++] = table_name(t, j);
    for (size_t i = 0; i < t->n_rows; i++) {
        if (!is_complete(t, i))
            continue;
        for (size_t k = 0; k < p; k++)
            matrix_col(&c->x, k)[at] = case_number(t, c->names[k], i);
        if (!target->n_classes)
            c->y[at] = case_number(t, target->name, i);
        for (size_t k = 0; k < target->n_classes; k++) {
            char text[64];
            if (strcmp(case_text(text, sizeof(text), t, target->name, i), target->classes[k]) == 0)
                c->y[at] = (double)k;
        }
        at++;
    }
    standardise(c);
}

/* ---- a case: rows of the expected table that agree but for the term ---- */

static bool same_case(size_t a, size_t b)
{
    static const char *const keys[] = { "table", "target", "learner", "params" };
    char u[256], v[256];

    for (size_t k = 0; k < 4; k++)
        if (strcmp(cell(u, keys[k], a), cell(v, keys[k], b)) != 0)
            return false;
    return true;
}

static void compare_term(const struct fit_case *c, const struct coefficient *list, size_t n,
                         const struct matrix *p, size_t row)
{
    char term[256], params[256], what[800], learner[256];
    double wanted = case_number(expected->table, "estimate", row);
    double error = case_number(expected->table, "std_error", row), found = NAN, its_error = NAN;
    size_t i, k;

    cell(term, "term", row);
    snprintf(what, sizeof(what), "%s %s: %s", cell(learner, "learner", row),
             cell(params, "params", row), term);
    if (sscanf(term, "p %zu %zu", &i, &k) == 2)
        found = matrix_col(p, k)[i];
    for (size_t j = 0; j < n; j++)
        if (strcmp(list[j].name, term) == 0) {
            found = list[j].estimate;
            its_error = list[j].std_error;
        }
    (void)c;
    assert_close(found, wanted, 1e-6, what);
    if (!isnan(error))
        assert_close(its_error, error, 1e-5, what);
}

static size_t compare_case(size_t from)
{
    char text[256], path[300], learner[256], params[256], name[256];
    struct fit_case c;
    struct target target;
    struct arena arena;
    struct matrix p;
    struct coefficient *list = NULL;
    size_t n = 0, row = from;

    arena_init(&arena);
    snprintf(path, sizeof(path), "share/data/%s.csv", cell(text, "table", from));
    struct source *source = case_read(path);
    uint32_t *rows = ARENA_NEW(&arena, uint32_t, source->table->n_rows);
    size_t n_rows = 0;
    for (size_t i = 0; i < source->table->n_rows; i++)
        if (is_complete(source->table, i))
            rows[n_rows++] = (uint32_t)i;
    assert_int_equal(target_detect(&target, source->table, cell(name, "target", from), rows, n_rows,
                                   AS_FITS, NULL, &arena, NULL),
                     0);
    fill(&c, source->table, &target);
    case_fit_well(&c, cell(learner, "learner", from), cell(params, "params", from));
    if (c.learner->coefficients)
        list = case_coefficients(&c, target.classes, &n);
    assert_int_equal(matrix_new(&p, c.x.n, target.n_classes ? target.n_classes : 1, "test", NULL),
                     0);
    assert_int_equal(c.learner->predict(&p, c.out.state, &c.x, NULL), 0);
    for (; row < expected->table->n_rows && same_case(from, row); row++)
        compare_term(&c, list, n, &p, row);
    matrix_release(&p);
    case_release(&c);
    source_unref(source);
    arena_release(&arena);
    return row;
}

static void test_scikit_learn(void **state)
{
    (void)state;
    size_t row = 0, n = 0;

    expected = case_read("tests/reference/linear_expected.csv");
    for (; row < expected->table->n_rows; n++)
        row = compare_case(row);
    assert_int_equal(n, 110);
    source_unref(expected);
}

/* ---- paths ---- */

static void regression(struct fit_case *c, size_t n, size_t p)
{
    struct rng rng;

    rng_init(&rng, 3, 0);
    case_new(c, n, p, 0);
    for (size_t i = 0; i < n; i++) {
        c->y[i] = 5 + rng_normal(&rng);
        for (size_t j = 0; j < p; j++) {
            double v = rng_normal(&rng);
            matrix_col(&c->x, j)[i] = v + (double)j;
            c->y[i] += j < 4 ? v * (double)(j + 1) : 0;
        }
    }
}

/* Slope of the loss in each coefficient: alpha where it is not 0, less where it is. */
static void assert_lasso_minimum(const struct fit_case *c, const struct coefficient_path *path,
                                 size_t k)
{
    double alpha = path->points[k].alpha;

    for (size_t j = 0; j < c->x.p; j++) {
        double slope = 0, w = path->coef[k * path->p + j];
        for (size_t i = 0; i < c->x.n; i++) {
            double rest = c->y[i] - path->points[k].constant;
            for (size_t m = 0; m < c->x.p; m++)
                rest -= path->coef[k * path->p + m] * matrix_col(&c->x, m)[i];
            slope += rest * matrix_col(&c->x, j)[i] / (double)c->x.n;
        }
        if (w == 0)
            assert_true(fabs(slope) <= alpha + 1e-9);
        else
            assert_close(slope, w > 0 ? alpha : -alpha, 1e-9, "slope");
    }
}

static void test_every_point_of_a_path_is_a_minimum(void **state)
{
    (void)state;
    static const size_t shapes[][2] = { { 60, 8 }, { 25, 60 } };

    for (size_t s = 0; s < 2; s++) {
        struct fit_case c;
        regression(&c, shapes[s][0], shapes[s][1]);
        case_fit_well(&c, "lasso", "alpha=0.3 n_alphas=20 eps=0.05");
        assert_null(c.out.warning);
        const struct coefficient_path *path = c.learner->path(c.out.state);
        assert_int_equal(path->n, 21);
        assert_close(path->points[path->chosen].alpha, 0.3, 1e-15, "alpha");
        for (size_t k = 0; k < path->n; k++) {
            assert_true(k == 0 || path->points[k].alpha < path->points[k - 1].alpha);
            assert_lasso_minimum(&c, path, k);
        }
        case_release(&c);
    }
}

static void test_cross_validation_chooses_within_the_path(void **state)
{
    (void)state;
    struct fit_case c;

    regression(&c, 80, 20);
    case_fit_well(&c, "lasso", "alpha=cv");
    const struct coefficient_path *path = c.learner->path(c.out.state);
    size_t best = path->chosen;
    for (size_t k = 0; k < path->n; k++)
        assert_true(path->points[k].loss >= path->points[best].loss);
    double limit = path->points[best].loss + path->points[best].loss_error;
    case_fit_well(&c, "lasso", "alpha=cv-1se");
    path = c.learner->path(c.out.state);
    assert_true(path->chosen < best);
    assert_true(path->points[path->chosen].loss <= limit);
    assert_true(path->points[path->chosen - 1].loss > limit);
    case_release(&c);
}

static void test_folds_need_rows(void **state)
{
    (void)state;
    struct fit_case c;
    struct err err = { 0 };

    regression(&c, 4, 2);
    assert_int_equal(case_fit(&c, "lasso", "alpha=cv", NULL, &err), -1);
    assert_string_equal(err.msg, "folds=5 needs as many training rows; there are 4");
    case_release(&c);
}

static void test_what_a_penalty_does_is_told(void **state)
{
    (void)state;
    struct fit_case c;

    regression(&c, 50, 3);
    case_fit_well(&c, "lasso", "alpha=1000");
    assert_non_null(strstr(c.out.warning, "all coefficients are 0"));
    for (size_t i = 0; i < 50; i++)
        matrix_col(&c.x, 1)[i] = 7.7;
    case_fit_well(&c, "elasticnet", "alpha=0.01");
    assert_non_null(strstr(c.out.warning, "x2 has one value only"));
    case_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scikit_learn),
        cmocka_unit_test(test_every_point_of_a_path_is_a_minimum),
        cmocka_unit_test(test_cross_validation_chooses_within_the_path),
        cmocka_unit_test(test_folds_need_rows),
        cmocka_unit_test(test_what_a_penalty_does_is_told),
    };

    num_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
