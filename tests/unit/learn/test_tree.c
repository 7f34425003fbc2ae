/* Decision trees: scikit-learn's numbers, categories, missing cells, pruning. */
#include "learn_case.h"

#include "learn/cart.h"

static struct matrix predicted(const struct fit_case *c)
{
    struct matrix out;

    assert_int_equal(matrix_new(&out, c->x.n, c->n_classes ? c->n_classes : 1, "test", NULL), 0);
    assert_int_equal(c->learner->predict(&out, c->out.state, &c->x, NULL), 0);
    return out;
}

static size_t leaves_of(const struct fit_case *c)
{
    const struct cart *t = c->out.state;

    return (t->n_nodes + 1) / 2;
}

/* Rows without missing cells; features are the columns of numbers. */
static void read_case(struct fit_case *c, const char *path, const char *target, size_t n_classes)
{
    struct source *s = case_read(path);
    const struct table *t = s->table;
    size_t p = 0, n = 0;

    for (size_t j = 0; j < t->n_cols; j++)
        p += column_is_number(table_at(t, j)) && strcmp(table_name(t, j), target) != 0;
    case_new(c, t->n_rows, p, n_classes);
    for (size_t i = 0; i < t->n_rows; i++) {
        bool whole = true;
        for (size_t j = 0, at = 0; j < t->n_cols; j++) {
            whole &= !column_missing(table_at(t, j), i);
            if (strcmp(table_name(t, j), target) == 0)
                c->y[n] = column_number(table_at(t, j), i);
            else if (column_is_number(table_at(t, j)))
                matrix_col(&c->x, at++)[n] = column_number(table_at(t, j), i);
        }
        n += whole;
    }
    c->x.n = n;
    source_unref(s);
}

static void test_real_tables_give_scikit_learns_trees(void **state)
{
    static const struct {
        const char *path, *target;
        size_t n_classes;
        const char *params;
        size_t n_leaves;
        double sum;
    } cases[] = {
#include "../../reference/tree_expected.h"
    };
    (void)state;

    for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
        struct fit_case c;
        double sum = 0;
        read_case(&c, cases[k].path, cases[k].target, cases[k].n_classes);
        case_fit_well(&c, "tree", cases[k].params);
        struct matrix out = predicted(&c);
        for (size_t j = 0; j < out.p; j++)
            for (size_t i = 0; i < out.n; i++)
                sum += (double)((j + 1) * (1 + i % 7)) * matrix_col(&out, j)[i];
        if (leaves_of(&c) != cases[k].n_leaves || fabs(sum / cases[k].sum - 1) > 1e-8)
            fail_msg("%s %s: %zu leaves and %.9g, not %zu and %.9g", cases[k].path, cases[k].params,
                     leaves_of(&c), sum, cases[k].n_leaves, cases[k].sum);
        matrix_release(&out);
        case_release(&c);
    }
}

/* Levels 0, 2 and 4 are one class, 1, 3 and missing cells the other: one division of the levels. */
static void test_categories_take_one_division(void **state)
{
    uint32_t n_levels[] = { 6 };
    struct fit_case c;
    (void)state;

    for (size_t n_classes = 0; n_classes <= 3; n_classes++) {
        if (n_classes == 1)
            continue;
        case_new(&c, 120, 1, n_classes);
        for (size_t i = 0; i < 120; i++) {
            c.x.x[i] = i % 6 == 5 ? NAN : (double)(i % 6);
            c.y[i] = (double)(i % 6 % 2);
        }
        c.learner = learner_find("tree");
        case_params(&c.params, c.learner, "", &c.arena);
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
        assert_int_equal(leaves_of(&c), 2);
        c.x.x[0] = 5; /* a level that was never seen: as a missing cell */
        struct matrix out = predicted(&c);
        for (size_t i = 1; i < 120; i++)
            assert_close(matrix_col(&out, n_classes ? 1 : 0)[i], c.y[i], 1e-12, "a level");
        assert_close(matrix_col(&out, n_classes ? 1 : 0)[0], 1, 1e-12, "an unseen level");
        matrix_release(&out);
        case_release(&c);
    }
}

static void test_a_criterion_must_go_with_the_target(void **state)
{
    struct fit_case c;
    struct err err = { 0 };
    (void)state;

    case_new(&c, 4, 1, 0);
    for (size_t i = 0; i < 4; i++)
        c.x.x[i] = c.y[i] = (double)i - 1;
    assert_int_equal(case_fit(&c, "tree", "criterion=gini", NULL, &err), -1);
    assert_string_equal(err.msg, "criterion gini is for classes and the target is a number; use "
                                 "squared_error or poisson");
    err_clear(&err);
    assert_int_equal(case_fit(&c, "tree", "criterion=poisson", NULL, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    case_release(&c);
}

/* More alpha, fewer leaves, down to the root. */
static void test_pruning_goes_to_the_root(void **state)
{
    static const char *const alphas[] = { "ccp_alpha=0", "ccp_alpha=20", "ccp_alpha=100",
                                          "ccp_alpha=100000" };
    size_t before = SIZE_MAX;
    struct fit_case c;
    (void)state;

    for (size_t k = 0; k < 4; k++) {
        read_case(&c, "share/data/diabetes.csv", "progression", 0);
        case_fit_well(&c, "tree", alphas[k]);
        assert_true(leaves_of(&c) < before);
        before = leaves_of(&c);
        case_release(&c);
    }
    assert_int_equal(before, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_tables_give_scikit_learns_trees),
        cmocka_unit_test(test_categories_take_one_division),
        cmocka_unit_test(test_a_criterion_must_go_with_the_target),
        cmocka_unit_test(test_pruning_goes_to_the_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
