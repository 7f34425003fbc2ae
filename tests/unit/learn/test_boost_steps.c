/* Boosting step by step: going on equals never having stopped; when it stops early; what constraints
 * promise; leaf values that can be worked out by hand. */
#include "model_case.h"

#include <unistd.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "learn/boost_loss.h"
#include "learn/early_part.h"
#include "learn/row_split.h"
#include "learn/trees.h"

enum { N = 600, HELD = 200, P = 3 };

struct steps_case {
    struct fit_case c, held;
    struct fit_input in, validation;
};

static void fill(struct fit_case *c, size_t n, size_t n_classes, uint64_t seed)
{
    struct rng rng;

    case_new(c, n, P, n_classes);
    rng_init(&rng, seed, 0);
    for (size_t i = 0; i < n; i++) {
        double score = rng_normal(&rng);
        for (size_t j = 0; j < P; j++) {
            matrix_col(&c->x, j)[i] = rng_normal(&rng);
            score += matrix_col(&c->x, j)[i] * (double)j;
        }
        c->y[i] = n_classes == 0   ? exp(score / 4)
                  : n_classes == 2 ? score > 0
                                   : (score > -1) + (score > 1);
    }
}

static void steps_new(struct steps_case *s, size_t n_classes, const char *params)
{
    fill(&s->c, N, n_classes, 5);
    fill(&s->held, HELD, n_classes, 6);
    s->c.learner = learner_find("boost");
    case_params(&s->c.params, s->c.learner, params, &s->c.arena);
    s->in = (struct fit_input){ .x = &s->c.x,
                                .names = s->c.names,
                                .y = s->c.y,
                                .n_classes = n_classes,
                                .task = n_classes == 0   ? TASK_REGRESS
                                        : n_classes == 2 ? TASK_BINARY
                                                         : TASK_MULTICLASS,
                                .params = &s->c.params };
    s->validation = s->in;
    s->validation.x = &s->held.x;
    s->validation.y = s->held.y;
}

static void steps_release(struct steps_case *s)
{
    case_release(&s->c);
    case_release(&s->held);
}

static struct fit_output steps_fit(struct steps_case *s, const void *warm, size_t until)
{
    struct fit_output out = { .arena = &s->c.arena };
    struct err err = { 0 };

    s->in.warm_start = warm;
    s->in.until = until;
    if (s->c.learner->fit(&out, &s->in, NULL, &err))
        fail_msg("%s", err.msg);
    return out;
}

static void assert_same_fit(const struct steps_case *s, const struct fit_output *a,
                            const struct fit_output *b)
{
    struct str x, y;

    str_init(&x);
    str_init(&y);
    s->c.learner->save(&x, a->state);
    s->c.learner->save(&y, b->state);
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.buf, y.buf, x.len);
    assert_int_equal(a->n_iterations, b->n_iterations);
    assert_int_equal(a->curve.n, b->curve.n);
    assert_int_equal(a->curve.best, b->curve.best);
    for (size_t k = 0; k < a->curve.n; k++)
        assert_memory_equal(&a->curve.points[k], &b->curve.points[k], sizeof(*a->curve.points));
    str_release(&x);
    str_release(&y);
}

static void test_going_on_equals_never_having_stopped(void **state)
{
    static const struct {
        size_t n_classes;
        const char *params;
    } cases[] = {
        { 2, "n_estimators=14" },
        { 2, "n_estimators=14 bagging_fraction=0.6 feature_fraction=0.5" },
        { 2, "n_estimators=14 data_sample_strategy=goss" },
        { 3, "n_estimators=14 bagging_fraction=0.6" },
        { 0, "n_estimators=14 loss=absolute bagging_fraction=0.6" },
        { 0, "n_estimators=14 loss=gamma" },
    };
    (void)state;

    for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++)
        for (int held = 0; held < 2; held++) {
            struct steps_case s;
            steps_new(&s, cases[k].n_classes, cases[k].params);
            s.in.validation = held ? &s.validation : NULL;
            struct fit_output whole = steps_fit(&s, NULL, 0);
            struct fit_output some = steps_fit(&s, NULL, 5), more = steps_fit(&s, some.state, 9);
            struct fit_output all = steps_fit(&s, more.state, 0);
            assert_int_equal(more.n_iterations, 9);
            assert_same_fit(&s, &whole, &all);
            steps_release(&s);
        }
}

static void test_it_stops_at_the_best_round(void **state)
{
    struct steps_case s;
    (void)state;

    steps_new(&s, 2, "n_estimators=500 early_stopping_rounds=7 learning_rate=0.5");
    s.in.validation = &s.validation;
    struct fit_output out = steps_fit(&s, NULL, 0);
    size_t best = 0;
    for (size_t k = 1; k < out.curve.n; k++)
        best = out.curve.points[k].validation < out.curve.points[best].validation ? k : best;
    assert_int_equal(out.curve.best, best + 1);
    assert_int_equal(out.n_iterations, best + 1 + 7);
    const struct trees *t = out.state;
    assert_int_equal(t->n_trees, out.curve.best);
    steps_release(&s);
}

/* The curve is the loss of what the model predicts, with its weights. */
static void test_the_curve_is_the_loss(void **state)
{
    struct steps_case s;
    struct matrix p;
    double w[HELD], sum = 0, total = 0;
    (void)state;

    steps_new(&s, 2, "n_estimators=9");
    for (size_t i = 0; i < HELD; i++)
        w[i] = (double)(i % 4);
    s.validation.weights = w;
    s.in.validation = &s.validation;
    struct fit_output out = steps_fit(&s, NULL, 0);
    assert_int_equal(out.curve.n, 9);
    assert_int_equal(out.curve.best, 0);
    assert_int_equal(matrix_new(&p, HELD, 2, "test", NULL), 0);
    assert_int_equal(s.c.learner->predict(&p, out.state, &s.held.x, NULL), 0);
    for (size_t i = 0; i < HELD; i++) {
        sum -= w[i] * log(matrix_col(&p, (size_t)s.held.y[i])[i]);
        total += w[i];
    }
    assert_close(out.curve.points[8].validation, sum / total, 1e-12, "the loss of held rows");
    matrix_release(&p);
    steps_release(&s);
}

/* The same bits with any number of threads, curves too. */
static void test_threads_do_not_matter(void **state)
{
    const size_t before = parallel_threads();
    struct steps_case s;
    (void)state;

    steps_new(&s, 3, "n_estimators=30 early_stopping_rounds=4 bagging_fraction=0.7");
    s.in.validation = &s.validation;
    parallel_set_threads(1);
    struct fit_output one = steps_fit(&s, NULL, 0);
    for (size_t n = 2; n <= 8; n += 3) {
        parallel_set_threads(n);
        struct fit_output many = steps_fit(&s, NULL, 0);
        assert_same_fit(&s, &one, &many);
    }
    parallel_set_threads(before);
    steps_release(&s);
}

/* ---- constraints ---- */

static void test_a_monotone_feature_never_turns(void **state)
{
    static const struct {
        size_t n_classes;
        const char *params;
    } cases[] = { { 0, "monotone_constraints=x2:1,x3:-1 num_leaves=20 min_child_samples=5" },
                  { 2, "monotone_constraints=x3:-1,x2:1 reg_alpha=0.1" },
                  { 0, "monotone_constraints=x2:1,x3:-1 loss=poisson" } };
    struct rng rng;
    (void)state;

    for (size_t k = 0; k < 3; k++) {
        struct steps_case s;
        struct matrix grid, p;
        steps_new(&s, cases[k].n_classes, cases[k].params);
        struct fit_output out = steps_fit(&s, NULL, 0);
        assert_int_equal(matrix_new(&grid, 50, P, "test", NULL), 0);
        assert_int_equal(matrix_new(&p, 50, cases[k].n_classes ? 2 : 1, "test", NULL), 0);
        rng_init(&rng, 9, k);
        for (size_t round = 0; round < 40; round++) {
            size_t moved = 1 + round % 2;
            for (size_t j = 0; j < P; j++) {
                double v = rng_normal(&rng);
                for (size_t i = 0; i < 50; i++)
                    matrix_col(&grid, j)[i] = j == moved ? (double)i / 8 - 3 : v;
            }
            assert_int_equal(s.c.learner->predict(&p, out.state, &grid, NULL), 0);
            const double *v = matrix_col(&p, p.p - 1);
            for (size_t i = 1; i < 50; i++)
                assert_true(moved == 1 ? v[i] >= v[i - 1] : v[i] <= v[i - 1]);
        }
        matrix_release(&grid);
        matrix_release(&p);
        steps_release(&s);
    }
}

/* features[k]: those above node k, as bits. */
static void test_features_act_together_in_groups_only(void **state)
{
    struct steps_case s;
    uint64_t above[64];
    bool both = false;
    (void)state;

    steps_new(&s, 0, "interaction_constraints=[x1,x3] num_leaves=20 min_child_samples=3");
    struct fit_output out = steps_fit(&s, NULL, 0);
    const struct trees *t = out.state;
    for (size_t m = 0; m < t->n_trees; m++) {
        const struct tree *tree = &t->trees[m];
        memset(above, 0, sizeof(above));
        for (size_t k = 0; k + 1 < tree->n_leaves; k++) {
            const struct tree_node *n = &tree->nodes[k];
            uint64_t path = above[k] | (uint64_t)1 << n->feature;
            assert_true(path == 2 || !(path & 2)); /* the one in the middle is alone */
            both |= path == 5;
            if (n->left >= 0)
                above[n->left] = path;
            if (n->right >= 0)
                above[n->right] = path;
        }
    }
    assert_true(both);
    steps_release(&s);
}

/* ---- by hand ---- */

/* Two leaves of four rows: what they are worth is -G / (H + lambda) at the start. */
static void test_leaves_worked_out_by_hand(void **state)
{
    static const double y[] = { 1, 2, 1, 4, 5, 9, 6, 8 }, bits[] = { 0, 0, 0, 1, 1, 1, 1, 1 };
    static const struct {
        const char *loss;
        size_t n_classes;
    } cases[] = { { "squared", 0 }, { "poisson", 0 }, { "gamma", 0 }, { "squared", 2 } };
    (void)state;

    for (size_t k = 0; k < 4; k++) {
        struct fit_case c;
        char params[128];
        double g[2] = { 0 }, h[2] = { 0 };
        case_new(&c, 8, 1, cases[k].n_classes);
        snprintf(params, sizeof(params),
                 "loss=%s n_estimators=1 learning_rate=1 num_leaves=2 min_child_samples=4 "
                 "reg_lambda=0.5",
                 cases[k].loss);
        for (size_t i = 0; i < 8; i++) {
            matrix_col(&c.x, 0)[i] = (double)i;
            c.y[i] = cases[k].n_classes ? bits[i] : y[i];
        }
        case_fit_well(&c, "boost", params);
        const struct trees *t = c.out.state;
        double s = k == 0 ? 4.5 : k < 3 ? log(4.5) : log(5.0 / 3), mean = exp(s);
        assert_close(t->start[0], s, 1e-12, "the start");
        for (size_t i = 0; i < 8; i++) {
            double p = 1 / (1 + exp(-s));
            g[i / 4] += k == 0   ? s - y[i]
                        : k == 1 ? mean - y[i]
                        : k == 2 ? 1 - y[i] / mean
                                 : p - bits[i];
            h[i / 4] += k == 0 ? 1 : k == 1 ? mean * exp(0.7) : k == 2 ? y[i] / mean : p * (1 - p);
        }
        assert_int_equal(t->trees[0].n_leaves, 2);
        for (size_t side = 0; side < 2; side++)
            assert_close(t->trees[0].value[side], -g[side] / (h[side] + 0.5), 1e-6, params);
        case_release(&c);
    }
}

static void test_curve_values_and_derivatives_agree(void **state)
{
    const double step = 1e-5;
    (void)state;

    for (int loss = LOSS_SQUARED; loss <= LOSS_GAMMA; loss++)
        for (double at = -1.13; at < 1.3; at += 0.37) {
            double y = 0.8, score = at, twice = loss == LOSS_SQUARED ? 2 : 1;
            const struct boost_loss *l = boost_loss_for(TASK_REGRESS, loss);
            struct loss_input in = {
                .n = 1, .n_outputs = 1, .y = &y, .score = &score, .alpha = 0.7, .power = 1.4
            };
            float g, h;
            l->derive(&g, &h, &in, 0, 0, 1);
            score = at + step;
            double up = l->value(&in, 0);
            score = at - step;
            double down = l->value(&in, 0);
            assert_close(g * twice, (up - down) / (2 * step), 1e-5, l->name);
        }
}

/* ---- rows put aside ---- */

static struct table *table_of(const double *v, const double *y, size_t n)
{
    struct column *columns[2];
    const char *names[] = { "v", "y" };

    for (size_t j = 0; j < 2; j++) {
        assert_int_equal(column_new(&columns[j], COLUMN_REAL, n, NULL, NULL), 0);
        memcpy(column_reals_mut(columns[j]), j ? y : v, n * sizeof(double));
        column_seal(columns[j]);
    }
    return make_table(names, columns, 2);
}

/* A step that learns sees the training rows that are left, and no others. */
static void test_rows_put_aside_teach_nothing(void **state)
{
    enum { ROWS = 60 };
    double v[ROWS], y[ROWS], mean = 0;
    uint8_t part[ROWS];
    struct recipe_run *run, *inner;
    struct err err = { 0 };
    (void)state;

    for (size_t i = 0; i < ROWS; i++) {
        v[i] = (double)(i * i % 37);
        y[i] = (double)(i % 2);
        part[i] = i % 5 == 0 ? PART_VALIDATE : PART_TRAIN;
    }
    struct table *t = table_of(v, y, ROWS);
    struct recipe *r = RECIPE("scale v");
    assert_int_equal(recipe_run(&run, r, t, NULL, true, NULL, NULL, NULL, &err), 0);
    assert_int_equal(early_part_run(&inner, run, NULL, ROWS, part, NULL, &err), 0);
    const struct column *scaled = table_at(recipe_run_result(inner), 0);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(recipe_run_part(inner, i), part[i]);
        mean += part[i] == PART_TRAIN ? column_reals(scaled)[i] : 0;
    }
    assert_true(fabs(mean) < 1e-9);
    recipe_run_unref(inner);
    recipe_run_unref(run);
    recipe_unref(r);
    table_unref(t);
}

/* Classes give their shares, one of a single row none, and groups stay together. */
static void test_which_rows_are_put_aside(void **state)
{
    enum { ROWS = 101 };
    const struct target classes = { .name = "y", .task = TASK_MULTICLASS, .n_classes = 3 };
    double y[ROWS];
    int32_t groups[ROWS];
    uint8_t part[ROWS];
    size_t n[3] = { 0 }, taken = 0;
    (void)state;

    for (size_t i = 0; i < ROWS; i++) {
        y[i] = i == 100 ? 2 : i < 80 ? 0 : 1;
        groups[i] = (int32_t)(i / 7);
    }
    assert_int_equal(split_validation(part, ROWS, 0.2, &classes, y, NULL, 4, NULL), 0);
    for (size_t i = 0; i < ROWS; i++)
        n[(size_t)y[i]] += part[i] == PART_VALIDATE;
    assert_int_equal(n[0], 16);
    assert_int_equal(n[1], 4);
    assert_int_equal(n[2], 0);
    assert_int_equal(split_validation(part, ROWS, 0.2, &classes, y, groups, 4, NULL), 0);
    for (size_t i = 0; i < ROWS; i++) {
        taken += part[i] == PART_VALIDATE;
        assert_int_equal(part[i], part[i / 7 * 7]);
    }
    assert_true(taken >= 20 && taken <= 27);
}

/* Stages, curve and the best round are kept in a bundle. */
static void test_a_bundle_keeps_the_curve(void **state)
{
    enum { ROWS = 300 };
    double v[ROWS], y[ROWS];
    struct rng rng;
    struct err err = { 0 };
    struct model *loaded;
    char path[64];
    (void)state;

    rng_init(&rng, 3, 0);
    for (size_t i = 0; i < ROWS; i++) {
        v[i] = rng_normal(&rng);
        y[i] = v[i] + rng_normal(&rng);
    }
    struct table *t = table_of(v, y, ROWS);
    struct recipe *r = with_role(RECIPE("scale v"), "y", ROLE_TARGET);
    struct model *m = train("boost", "early_stopping_rounds=3 validation_fraction=0.25", t, r);
    assert_int_equal(m->n_validation, 75);
    assert_int_equal(m->n_rows, 225);
    assert_true(m->curve.best > 0 && m->curve.best + 3 == m->curve.n);
    snprintf(path, sizeof(path), "/tmp/assay_test_curve_%d.model", (int)getpid());
    if (model_save(m, path, &err) || model_load(&loaded, path, &err))
        fail_msg("%s", err.msg);
    unlink(path);
    assert_int_equal(loaded->n_validation, 75);
    assert_string_equal(loaded->curve.loss, "squared error");
    assert_int_equal(loaded->curve.best, m->curve.best);
    assert_int_equal(loaded->curve.n, m->curve.n);
    assert_memory_equal(loaded->curve.points, m->curve.points,
                        m->curve.n * sizeof(*m->curve.points));
    struct prediction a = predict(m, t), b = predict(loaded, t);
    assert_same_prediction(&a, &b);
    prediction_release(&a);
    prediction_release(&b);
    model_unref(loaded);
    model_unref(m);
    recipe_unref(r);
    table_unref(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_going_on_equals_never_having_stopped),
        cmocka_unit_test(test_it_stops_at_the_best_round),
        cmocka_unit_test(test_the_curve_is_the_loss),
        cmocka_unit_test(test_threads_do_not_matter),
        cmocka_unit_test(test_a_monotone_feature_never_turns),
        cmocka_unit_test(test_features_act_together_in_groups_only),
        cmocka_unit_test(test_leaves_worked_out_by_hand),
        cmocka_unit_test(test_curve_values_and_derivatives_agree),
        cmocka_unit_test(test_rows_put_aside_teach_nothing),
        cmocka_unit_test(test_which_rows_are_put_aside),
        cmocka_unit_test(test_a_bundle_keeps_the_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
