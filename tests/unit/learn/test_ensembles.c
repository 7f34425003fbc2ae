/* Voting and stacking: against scikit-learn, and what they promise. */
#include "learn_case.h"

#include "base/rng.h"
#include "learn/blend.h"

/* ---- scikit-learn's values: tests/reference/ensembles.py ---- */

static const struct {
    const char *file, *target;
    double loss; /* log loss; root mean squared error of numbers */
    int n_right; /* hard votes */
} blends[] = {
    { "iris.csv", "species", 0.140950936248, 143 },
    { "wine.csv", "cultivar", 0.0543512367728, 178 },
    { "breast_cancer.csv", "diagnosis", 0.0578876814816, 562 },
    { "penguins.csv", "species", 0.0461858963693, 329 },
    { "diabetes.csv", "progression", 52.1337432312, 0 },
};

static bool row_is_whole(const struct table *t, size_t i)
{
    bool whole = true;

    for (size_t j = 0; j < t->n_cols; j++)
        whole = whole && !column_missing(table_at(t, j), i);
    return whole;
}

/* Numbers of whole rows, mean 0 and variance 1. */
static void standard_case(struct fit_case *c, const char *file, const char *name, bool classes)
{
    char path[256];
    struct target target;
    struct err err = { 0 };
    size_t n = 0, p = 0;

    snprintf(path, sizeof(path), "share/data/%s", file);
    struct source *s = case_read(path);
    const struct table *t = s->table;
    uint32_t *rows = MEM_NEW(uint32_t, t->n_rows);
    for (size_t i = 0; i < t->n_rows; i++)
        if (row_is_whole(t, i))
            rows[n++] = (uint32_t)i;
    case_new(c, n, t->n_cols, 0);
    if (target_detect(&target, t, name, rows, n, classes ? AS_CLASSES : AS_FITS, NULL, &c->arena,
                      &err))
        fail_msg("%s", err.msg);
    c->n_classes = target.n_classes;
    assert_int_equal(target_values(c->y, &target, t, rows, n, false, &err), 0);
    for (size_t j = 0; j < t->n_cols; j++) {
        const struct column *column = table_at(t, j);
        double *x = matrix_col(&c->x, p), mean = 0, square = 0;
        if (!column_is_number(column) || strcmp(table_name(t, j), name) == 0)
            continue;
        for (size_t i = 0; i < n; i++)
            mean += (x[i] = column_number(column, rows[i])) / (double)n;
        for (size_t i = 0; i < n; i++)
            square += (x[i] - mean) * (x[i] - mean) / (double)n;
        for (size_t i = 0; i < n; i++)
            x[i] = (x[i] - mean) / sqrt(square);
        p++;
    }
    c->x.p = p;
    mem_free(rows);
    source_unref(s);
}

static void put_params(struct fit_case *c, const char *learner, const char *const *set)
{
    struct err err = { 0 };

    c->learner = learner_find(learner);
    params_init(&c->params, c->learner->params, &c->arena);
    for (; *set; set += 2)
        if (params_put(&c->params, set[0], set[1], &c->arena, &err))
            fail_msg("%s", err.msg);
    assert_int_equal(params_resolve(&c->params, &c->arena, &err), 0);
}

/* Fit with these parameters and predict the same rows. */
static struct matrix fit_predict(struct fit_case *c, const char *learner, const char *const *set)
{
    struct err err = { 0 };
    struct matrix out;

    put_params(c, learner, set);
    struct fit_input in = { .x = &c->x,
                            .names = c->names,
                            .y = c->y,
                            .n_classes = c->n_classes,
                            .task = c->n_classes == 0   ? TASK_REGRESS
                                    : c->n_classes == 2 ? TASK_BINARY
                                                        : TASK_MULTICLASS,
                            .params = &c->params };
    c->out = (struct fit_output){ .arena = &c->arena };
    if (c->learner->fit(&c->out, &in, NULL, &err))
        fail_msg("%s: %s", learner, err.msg);
    assert_int_equal(matrix_new(&out, c->x.n, c->n_classes ? c->n_classes : 1, "test", NULL), 0);
    assert_int_equal(c->learner->predict(&out, c->out.state, &c->x, &err), 0);
    return out;
}

static double loss_of(const struct fit_case *c, const struct matrix *p)
{
    double sum = 0;

    for (size_t i = 0; i < p->n; i++)
        sum += c->n_classes ? -log(matrix_col(p, (size_t)c->y[i])[i])
                            : pow(matrix_col(p, 0)[i] - c->y[i], 2);
    return c->n_classes ? sum / (double)p->n : sqrt(sum / (double)p->n);
}

static int n_right(const struct fit_case *c, const struct matrix *p)
{
    int n = 0;

    for (size_t i = 0; i < p->n; i++) {
        size_t best = 0;
        for (size_t k = 1; k < p->p; k++)
            best = matrix_col(p, k)[i] > matrix_col(p, best)[i] ? k : best;
        n += best == (size_t)c->y[i];
    }
    return n;
}

static void test_voting_as_sklearn(void **state)
{
    static const char classes[] = "lr: logistic C=0.5 tol=1e-10 max_iter=10000; knn n_neighbors=7";
    (void)state;

    for (size_t i = 0; i < sizeof(blends) / sizeof(blends[0]); i++) {
        bool numbers = strcmp(blends[i].file, "diabetes.csv") == 0;
        struct fit_case c;

        standard_case(&c, blends[i].file, blends[i].target, !numbers);
        struct matrix p = fit_predict(
            &c, "voting",
            (const char *const[]){ "members",
                                   numbers ? "ridge alpha=2; knn n_neighbors=9" : classes,
                                   "weights", numbers ? "3,1" : "2,1", NULL });
        assert_close(loss_of(&c, &p), blends[i].loss, 1e-6, blends[i].file);
        matrix_release(&p);
        if (!numbers) {
            p = fit_predict(&c, "voting",
                            (const char *const[]){ "members", classes, "weights", "2,1", "method",
                                                   "hard", NULL });
            assert_int_equal(n_right(&c, &p), blends[i].n_right);
            matrix_release(&p);
        }
        case_release(&c);
    }
}

/* ---- what they promise ---- */

/* A target that no feature tells anything of, but for the first a little. */
static void noise_case(struct fit_case *c, size_t n)
{
    struct rng rng;

    case_new(c, n, 3, 0);
    rng_init(&rng, 5, 0);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < 3; j++)
            matrix_col(&c->x, j)[i] = rng_normal(&rng);
        c->y[i] = matrix_col(&c->x, 0)[i] + 2 * rng_normal(&rng);
    }
}

/* One neighbour knows every training row by heart: in sample it would get all the weight. */
static void test_knowing_by_heart_gains_nothing(void **state)
{
    struct fit_case c;
    struct coefficient *list;
    struct fact *facts;
    (void)state;

    noise_case(&c, 400);
    struct matrix p = fit_predict(
        &c, "stack", (const char *const[]){ "members", "heart: knn n_neighbors=1; ridge", NULL });
    assert_int_equal(c.learner->coefficients(&list, c.out.state, c.names, NULL, &c.arena), 3);
    assert_true(fabs(list[1].estimate) < 0.15);
    assert_true(list[2].estimate > 0.6);
    assert_string_equal(list[1].name, "heart");
    matrix_release(&p);
    p = fit_predict(&c, "voting",
                    (const char *const[]){ "members", "heart: knn n_neighbors=1; ridge", "weights",
                                           "auto", NULL });
    assert_int_equal(c.learner->facts(&facts, c.out.state, c.names, &c.arena), 2);
    assert_true(facts[0].value < 0.15);
    assert_close(facts[0].value + facts[1].value, 1, 1e-12, "the sum of weights");
    matrix_release(&p);
    case_release(&c);
}

/* At the best shares no model could gain: the mean of its ratio to the mixture is 1 at most, and 1
 * where it has a share (the conditions of Kuhn and Tucker). */
static void test_blend_is_the_best(void **state)
{
    enum { N = 300, M = 3 };
    struct matrix p[M];
    double y[N], share[M];
    struct rng rng;
    (void)state;

    rng_init(&rng, 9, 0);
    for (size_t i = 0; i < N; i++)
        y[i] = (double)rng_below(&rng, 2);
    for (size_t j = 0; j < M; j++) {
        assert_int_equal(matrix_new(&p[j], N, 2, "test", NULL), 0);
        for (size_t i = 0; i < N; i++) {
            double good = 0.4 + 0.1 * (double)j, q = good * y[i] + (1 - good) * rng_unit(&rng);
            matrix_col(&p[j], 1)[i] = q;
            matrix_col(&p[j], 0)[i] = 1 - q;
        }
    }
    assert_int_equal(blend_classes(share, p, M, y, NULL, NULL, NULL), 0);
    for (size_t j = 0; j < M; j++) {
        double ratio = 0;
        for (size_t i = 0; i < N; i++) {
            double mix = 0;
            for (size_t k = 0; k < M; k++)
                mix += share[k] * matrix_col(&p[k], (size_t)y[i])[i];
            ratio += matrix_col(&p[j], (size_t)y[i])[i] / mix / N;
        }
        assert_true(ratio < 1 + 1e-3);
        if (share[j] > 0.01)
            assert_close(ratio, 1, 1e-3, "a model with a share");
    }
    for (size_t j = 0; j < M; j++)
        matrix_release(&p[j]);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *name, *value, *message;
    } wrong[] = {
        { "members", "logistc", "no learner is called 'logistc'; help learners lists them" },
        { "members", "ridge; logistic", "logistic is not for regression; leave it out" },
        { "members", "ridge D=1", "'D' is no parameter of ridge" },
        { "weights", "1,2,3", "weights has 3 numbers for 2 members" },
        { "weights", "1,x",
          "'x' is no weight; weights takes numbers from 0 with commas between "
          "them, or auto" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct fit_case c;
        struct err err = { 0 };

        noise_case(&c, 20);
        put_params(&c, "voting", (const char *const[]){ wrong[i].name, wrong[i].value, NULL });
        struct fit_input in = {
            .x = &c.x, .names = c.names, .y = c.y, .task = TASK_REGRESS, .params = &c.params
        };
        c.out = (struct fit_output){ .arena = &c.arena };
        assert_int_equal(c.learner->fit(&c.out, &in, NULL, &err), -1);
        assert_non_null(strstr(err.msg, wrong[i].message));
        case_release(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_voting_as_sklearn),
        cmocka_unit_test(test_knowing_by_heart_gains_nothing),
        cmocka_unit_test(test_blend_is_the_best),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
