/* SHAP values: against Shapley's sum over all subsets, and that they add up to the prediction. */
#include "learn_case.h"

#include "base/rng.h"
#include "learn/explain.h"

enum { N = 150, P = 4 };

/* Numbers, some of them missing, a category of 5 levels in column 3. */
static void make_case(struct fit_case *c, size_t n_classes)
{
    struct rng rng;

    case_new(c, N, P, n_classes);
    rng_init(&rng, 11, n_classes);
    for (size_t i = 0; i < N; i++) {
        double score = 0.5 * rng_normal(&rng);
        for (size_t j = 0; j < P; j++) {
            double v = j == 3 ? (double)rng_below(&rng, 5) : rng_normal(&rng);
            score += j == 3 ? (v == 1) + (v == 4) : v * (double)(j + 1) / 3;
            matrix_col(&c->x, j)[i] = j == 1 && i % 9 == 0 ? NAN : v;
        }
        c->y[i] = n_classes == 0 ? score : n_classes == 2 ? score > 1 : (score > 0) + (score > 1);
    }
}

static void fit(struct fit_case *c, const char *learner, const char *params)
{
    static const uint32_t levels[P] = { 0, 0, 0, 5 };

    c->learner = learner_find(learner);
    case_params(&c->params, c->learner, params, &c->arena);
    struct fit_input in = { .x = &c->x,
                            .names = c->names,
                            .n_levels = c->learner->flags & LEARNER_CATEGORIES ? levels : NULL,
                            .y = c->y,
                            .n_classes = c->n_classes,
                            .task = c->n_classes == 0   ? TASK_REGRESS
                                    : c->n_classes == 2 ? TASK_BINARY
                                                        : TASK_MULTICLASS,
                            .params = &c->params };
    c->out.arena = &c->arena;
    assert_int_equal(c->learner->fit(&c->out, &in, NULL, NULL), 0);
}

/* What the tree says of a row when only the features in `known` are: other divisions send it both
 * ways. */
static double value_of(const struct plain_tree *t, size_t at, const struct matrix *x, size_t row,
                       unsigned known, size_t output)
{
    const struct plain_node *n = &t->nodes[at];

    if (n->left < 0)
        return n->value[output];
    double left = value_of(t, (size_t)n->left, x, row, known, output);
    double right = value_of(t, (size_t)n->right, x, row, known, output);
    if (known >> n->feature & 1)
        return plain_goes_left(n, matrix_col(x, n->feature)[row]) ? left : right;
    double a = t->nodes[n->left].weight, b = t->nodes[n->right].weight;
    return (a * left + b * right) / (a + b);
}

static double shapley(const struct plain_tree *t, const struct matrix *x, size_t row, size_t j,
                      size_t output)
{
    static const double weight[P] = { 1.0 / 4, 1.0 / 12, 1.0 / 12, 1.0 / 4 };
    double sum = 0;

    for (unsigned s = 0; s < 1u << P; s++)
        if (!(s >> j & 1))
            sum += weight[__builtin_popcount(s)] * (value_of(t, 0, x, row, s | 1u << j, output) -
                                                    value_of(t, 0, x, row, s, output));
    return sum;
}

static double *explained(const struct fit_case *c, size_t k)
{
    double *phi = calloc(N * k * (P + 1), sizeof(*phi));

    assert_int_equal(explain_trees(phi, c->learner, c->out.state, &c->x, NULL, NULL), 0);
    return phi;
}

static void test_a_tree_is_shared_out_as_shapley_says(void **state)
{
    (void)state;

    for (size_t n_classes = 0; n_classes <= 3; n_classes++) {
        struct fit_case c;
        struct plain_tree t;
        size_t k = n_classes > 2 ? n_classes : 1;
        if (n_classes == 1)
            continue;
        make_case(&c, n_classes);
        fit(&c, "tree", "max_depth=7 min_samples_leaf=2");
        c.learner->plain_tree(&t, c.out.state, 0, &c.arena);
        double *phi = explained(&c, k);
        for (size_t i = 0; i < N; i += 7)
            for (size_t o = 0; o < k; o++)
                for (size_t j = 0; j < P; j++)
                    assert_close(phi[(i * k + o) * (P + 1) + j], shapley(&t, &c.x, i, j, o), 1e-9,
                                 "a share");
        free(phi);
        case_release(&c);
    }
}

/* From a prediction back to what the shares add up to. */
static double raw_output(const struct fit_case *c, const struct matrix *out, size_t row, size_t k)
{
    struct plain_forest f;

    c->learner->plain_forest(&f, c->out.state, (struct arena *)&c->arena);
    double p = matrix_col(out, c->n_classes == 2 ? 1 : k)[row];
    if (f.output != PLAIN_LOG_ODDS)
        return p;
    return c->n_classes == 2 ? log(p / (1 - p)) : log(p);
}

static void test_shares_add_up_to_the_prediction(void **state)
{
    static const char *const learners[] = { "tree", "forest", "extra-trees", "boost" };
    (void)state;

    for (size_t l = 0; l < 4; l++)
        for (size_t n_classes = 0; n_classes <= 3; n_classes += 1 + (n_classes == 0)) {
            struct fit_case c;
            struct matrix out;
            size_t k = n_classes > 2 ? n_classes : 1;
            make_case(&c, n_classes);
            fit(&c, learners[l], l ? "n_estimators=7" : "");
            assert_int_equal(matrix_new(&out, N, n_classes ? n_classes : 1, "test", NULL), 0);
            assert_int_equal(c.learner->predict(&out, c.out.state, &c.x, NULL), 0);
            double *phi = explained(&c, k);
            for (size_t i = 0; i < N; i++) {
                double shift = 0; /* log-probabilities are scores less a constant */
                for (size_t o = 0; o < k; o++) {
                    const double *row = phi + (i * k + o) * (P + 1);
                    double sum = 0, want = raw_output(&c, &out, i, o);
                    for (size_t j = 0; j <= P; j++)
                        sum += row[j];
                    if (o == 0 && l == 3 && k > 1)
                        shift = sum - want;
                    assert_close(sum - shift, want, 1e-6, learners[l]);
                }
            }
            free(phi);
            matrix_release(&out);
            case_release(&c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_tree_is_shared_out_as_shapley_says),
        cmocka_unit_test(test_shares_add_up_to_the_prediction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
