/* Forests: what one tree must do exactly, and that many do as well as scikit-learn's. */
#include "learn_case.h"

#include "base/rng.h"
#include "learn/forest.h"

static struct matrix predicted(const struct fit_case *c)
{
    struct matrix out;

    assert_int_equal(matrix_new(&out, c->x.n, c->n_classes ? c->n_classes : 1, "test", NULL), 0);
    assert_int_equal(c->learner->predict(&out, c->out.state, &c->x, NULL), 0);
    return out;
}

static void make_noise(struct fit_case *c, size_t n, size_t p, size_t n_classes, uint64_t seed)
{
    struct rng rng;

    case_new(c, n, p, n_classes);
    rng_init(&rng, seed, 0);
    for (size_t j = 0; j < p; j++)
        for (size_t i = 0; i < n; i++)
            matrix_col(&c->x, j)[i] = rng_normal(&rng);
    for (size_t i = 0; i < n; i++)
        c->y[i] = n_classes ? (double)rng_below(&rng, n_classes) : 1e200 * rng_normal(&rng);
}

/* A tree of all rows and features that divides until rows are alike knows every one of them, be it
 * noise, several classes or numbers far from 1. */
static void test_a_full_tree_knows_its_rows(void **state)
{
    (void)state;

    for (size_t n_classes = 0; n_classes <= 4; n_classes += 2) {
        struct fit_case c;
        make_noise(&c, 200, 3, n_classes, 3);
        case_fit_well(&c, "forest", "n_estimators=1 bootstrap=no max_features=3");
        struct matrix out = predicted(&c);
        for (size_t i = 0; i < 200; i++) {
            if (n_classes)
                assert_true(matrix_col(&out, (size_t)c.y[i])[i] == 1);
            else
                assert_close(out.x[i] / 1e200, c.y[i] / 1e200, 1e-6, "a row's value");
        }
        matrix_release(&out);
        case_release(&c);
    }
}

/* One division of one feature against all of them, by the Gini impurity. */
static void test_the_first_division_is_the_purest(void **state)
{
    enum { N = 150, K = 3 };
    struct fit_case c;
    double best = INFINITY, got = 0;
    (void)state;

    make_noise(&c, N, 1, K, 5);
    double *x = matrix_col(&c.x, 0);
    for (size_t i = 0; i < N; i++) {
        c.y[i] = x[i] > 0.4 ? 2 : c.y[i];
        x[i] = i % 10 ? x[i] : NAN;
    }
    case_fit_well(&c, "forest", "n_estimators=1 bootstrap=no max_depth=1 min_samples_leaf=7");
    struct matrix out = predicted(&c);
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < K; k++)
            got += matrix_col(&out, k)[i] * (1 - matrix_col(&out, k)[i]);
    for (size_t place = 0; place < N; place++)
        for (int side = 0; side < 2; side++) {
            double n[2] = { 0 }, count[2][K] = { 0 }, impurity = 0;
            for (size_t i = 0; i < N; i++) {
                int to = isnan(x[i]) ? side : x[i] > x[place];
                n[to]++;
                count[to][(size_t)c.y[i]]++;
            }
            for (int to = 0; to < 2; to++)
                for (size_t k = 0; k < K; k++)
                    impurity += count[to][k] * (1 - count[to][k] / n[to]);
            if (!isnan(x[place]) && n[0] >= 7 && n[1] >= 7)
                best = fmin(best, impurity);
        }
    assert_close(got, best, 1e-5, "what one division leaves");
    matrix_release(&out);
    case_release(&c);
}

static void test_importance_names_what_matters(void **state)
{
    struct fit_case c;
    (void)state;

    make_noise(&c, 500, 5, 2, 9);
    for (size_t i = 0; i < 500; i++)
        c.y[i] = matrix_col(&c.x, 2)[i] > 0;
    case_fit_well(&c, "forest", "n_estimators=20");
    const struct forest *f = c.out.state;
    double sum = 0;
    for (size_t j = 0; j < 5; j++)
        sum += f->importance[j];
    assert_close(sum, 1, 1e-12, "all importance");
    assert_true(f->importance[2] > 0.6);
    case_release(&c);
}

/* Levels in an order without sense: one division tells the classes apart all the same, and a level
 * that was never seen goes where missing cells go. */
static void test_levels_are_put_in_order(void **state)
{
    static const uint32_t n_levels[] = { 7 };
    (void)state;

    for (size_t n_classes = 0; n_classes <= 3; n_classes += 1 + (n_classes == 0)) {
        struct fit_case c;
        case_new(&c, 140, 1, n_classes);
        for (size_t i = 0; i < 140; i++) {
            c.x.x[i] = (double)(i % 7);
            c.y[i] = i % 7 == 1 || i % 7 == 4 || i % 7 == 5;
        }
        c.learner = learner_find("forest");
        case_params(&c.params, c.learner, "n_estimators=1 bootstrap=no max_depth=1", &c.arena);
        struct fit_input in = { .x = &c.x,
                                .names = c.names,
                                .n_levels = n_levels,
                                .y = c.y,
                                .n_classes = n_classes,
                                .task = n_classes == 0   ? TASK_REGRESS
                                        : n_classes == 2 ? TASK_BINARY
                                                         : TASK_MULTICLASS,
                                .params = &c.params };
        c.out.arena = &c.arena;
        assert_int_equal(c.learner->fit(&c.out, &in, NULL, NULL), 0);
        c.x.x[0] = NAN;
        c.x.x[7] = 99;
        struct matrix out = predicted(&c);
        double *one = matrix_col(&out, n_classes ? 1 : 0);
        for (size_t i = 8; i < 140; i++)
            assert_close(one[i], c.y[i], 1e-6, "a level");
        assert_true(one[0] == one[7]);
        matrix_release(&out);
        case_release(&c);
    }
}

/* ---- real tables ---- */

/* Share of every fifth row that is predicted well from the others, over the five ways to choose;
 * for numbers the share of the variance. */
static double five_folds(const char *path, const char *target, size_t n_classes,
                         const char *learner)
{
    struct source *s = case_read(path);
    const struct table *t = s->table;
    size_t n = t->n_rows, p = t->n_cols - 1, n_right = 0;
    double rest = 0, all = 0, mean = 0;
    int y = table_find(t, target);

    assert_true(y >= 0);
    for (size_t i = 0; i < n && !n_classes; i++)
        mean += column_number(table_at(t, (size_t)y), i) / (double)n;
    for (size_t fold = 0; fold < 5; fold++) {
        struct fit_case c;
        struct matrix held, out;
        size_t n_held = (n - fold + 4) / 5;
        case_new(&c, n - n_held, p, n_classes);
        assert_int_equal(matrix_new(&held, n_held, p, "test", NULL), 0);
        assert_int_equal(matrix_new(&out, n_held, n_classes ? n_classes : 1, "test", NULL), 0);
        for (size_t i = 0, in = 0, aside = 0; i < n; i++) {
            struct matrix *to = i % 5 == fold ? &held : &c.x;
            size_t row = i % 5 == fold ? aside++ : in++;
            for (size_t j = 0, at = 0; j < t->n_cols; j++)
                if (j != (size_t)y)
                    matrix_col(to, at++)[row] = column_number(table_at(t, j), i);
            if (to == &c.x)
                c.y[row] = column_number(table_at(t, (size_t)y), i);
        }
        case_fit_well(&c, learner, "");
        assert_int_equal(c.learner->predict(&out, c.out.state, &held, NULL), 0);
        for (size_t i = 0; i < n_held; i++) {
            double want = column_number(table_at(t, (size_t)y), i * 5 + fold);
            size_t best = 0;
            for (size_t k = 1; k < n_classes; k++)
                best = matrix_col(&out, k)[i] > matrix_col(&out, best)[i] ? k : best;
            n_right += n_classes && (size_t)want == best;
            rest += pow(want - out.x[i], 2);
            all += pow(want - mean, 2);
        }
        matrix_release(&held);
        matrix_release(&out);
        case_release(&c);
    }
    source_unref(s);
    return n_classes ? (double)n_right / (double)n : 1 - rest / all;
}

/* scikit-learn 1.2.1, same folds, defaults, mean of ten seeds and three of their standard deviations
 * below it (tests/reference/make_forest.py). */
static void test_real_tables_as_well_as_scikit_learn(void **state)
{
    static const struct {
        const char *path, *target;
        size_t n_classes;
        const char *learner;
        double least;
    } cases[] = {
#include "../../reference/forest_least.h"
    };
    (void)state;

    for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
        double got = five_folds(cases[k].path, cases[k].target, cases[k].n_classes,
                                cases[k].learner);
        if (got < cases[k].least)
            fail_msg("%s on %s: %g, below %g", cases[k].learner, cases[k].path, got,
                     cases[k].least);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_tree_knows_its_rows),
        cmocka_unit_test(test_the_first_division_is_the_purest),
        cmocka_unit_test(test_importance_names_what_matters),
        cmocka_unit_test(test_levels_are_put_in_order),
        cmocka_unit_test(test_real_tables_as_well_as_scikit_learn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
