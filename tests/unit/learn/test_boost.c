/* Boosting: its fast counting against a plain twin, its divisions against trying all of them, its
 * prediction by striking out against walking, its losses against differences of their values. */
#include "learn_case.h"

#include "base/rng.h"
#include "learn/boost_loss.h"
#include "learn/tree_grow.h"

/* ---- counting ---- */

enum { ROWS = 40000, FEATURES = 17 };

/* Numbers with ties and gaps, so that every code occurs. */
static void make_numbers(struct matrix *x, uint64_t seed)
{
    struct rng rng;

    rng_init(&rng, seed, 0);
    for (size_t j = 0; j < x->p; j++)
        for (size_t i = 0; i < x->n; i++) {
            double v = rng_normal(&rng);
            matrix_col(x, j)[i] = rng_below(&rng, 20) == 0 ? NAN : j % 3 ? v : round(v * 3);
        }
}

static void learn_codes(struct bins *bins, struct coded *codes, const struct matrix *x,
                        struct arena *arena)
{
    struct fit_input in = { .x = x };

    assert_int_equal(bins_learn(bins, &in, 255, 1, arena, NULL), 0);
    assert_int_equal(coded_make(codes, bins, x, NULL), 0);
}

static void test_cuts_tell_values_apart(void **state)
{
    struct matrix x;
    struct bins bins;
    struct coded codes;
    struct arena arena;
    (void)state;

    arena_init(&arena);
    assert_int_equal(matrix_new(&x, ROWS, FEATURES, "test", NULL), 0);
    make_numbers(&x, 5);
    matrix_col(&x, 1)[7] = INFINITY;
    matrix_col(&x, 1)[8] = -INFINITY;
    learn_codes(&bins, &codes, &x, &arena);
    for (size_t j = 0; j < FEATURES; j++) {
        const struct bin_feature *f = &bins.features[j];
        assert_true(f->n_bins >= 10 && f->n_bins <= 255);
        for (size_t i = 0; i < ROWS; i++) {
            double v = matrix_col(&x, j)[i];
            size_t code = codes.cols[j * ROWS + i], want = 0;
            while (want + 1 < f->n_bins && f->cuts[want] < v)
                want++;
            assert_int_equal(code, isnan(v) ? f->n_bins : want);
            assert_int_equal(code, codes.rows[i * codes.stride + j]);
        }
    }
    coded_release(&codes);
    matrix_release(&x);
    arena_release(&arena);
}

static struct hist new_hist(const struct hist_shape *shape)
{
    int64_t *memory = MEM_NEW(int64_t, 3 * shape->n_places);

    return (struct hist){ memory, memory + shape->n_places, memory + 2 * shape->n_places };
}

/* The plain twin: one row and one feature after the other. */
static void count_plainly(struct hist *out, const struct hist_shape *shape,
                          const struct coded *codes, const int64_t *g, const int64_t *h,
                          const uint32_t *rows, size_t n)
{
    memset(out->g, 0, 3 * shape->n_places * sizeof(*out->g));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < shape->p; j++) {
            size_t at = shape->first[j] + codes->cols[j * codes->n + rows[i]];
            out->g[at] += g[rows[i]];
            out->h[at] += h[rows[i]];
            out->c[at] += 1;
        }
}

static void test_counting_equals_its_plain_twin(void **state)
{
    struct matrix x;
    struct bins bins;
    struct coded codes;
    struct gradients gradients;
    struct hist_maker maker;
    struct arena arena;
    struct rng rng;
    size_t n = 0;
    (void)state;

    arena_init(&arena);
    assert_int_equal(matrix_new(&x, ROWS, FEATURES, "test", NULL), 0);
    make_numbers(&x, 6);
    learn_codes(&bins, &codes, &x, &arena);
    size_t *first = ARENA_NEW(&arena, size_t, FEATURES + 1);
    for (size_t j = 0; j < FEATURES; j++)
        first[j + 1] = first[j] + bins.features[j].n_bins + 1;
    const struct hist_shape shape = { FEATURES, first[FEATURES], first };

    float *g = ARENA_NEW(&arena, float, ROWS), *h = ARENA_NEW(&arena, float, ROWS);
    int64_t *g_whole = ARENA_NEW(&arena, int64_t, ROWS),
            *h_whole = ARENA_NEW(&arena, int64_t, ROWS);
    uint32_t *rows = ARENA_NEW(&arena, uint32_t, ROWS);
    rng_init(&rng, 7, 0);
    for (size_t i = 0; i < ROWS; i++) {
        g[i] = (float)(2 * rng_unit(&rng) - 1);
        h[i] = (float)rng_unit(&rng);
        if (rng_below(&rng, 3))
            rows[n++] = (uint32_t)i;
    }
    assert_int_equal(gradients_new(&gradients, ROWS, false, NULL), 0);
    assert_int_equal(gradients_set(&gradients, g, h, NULL, NULL), 0);
    assert_true(gradients.packed);
    for (size_t i = 0; i < ROWS; i++) {
        g_whole[i] = (int16_t)(gradients.word[i] >> 16);
        h_whole[i] = gradients.word[i] & 0xffff;
        assert_close((double)g_whole[i] * gradients.g_unit, g[i], 1e-4, "a rounded gradient");
        assert_close((double)h_whole[i] * gradients.h_unit, h[i], 2e-4, "a rounded derivative");
    }
    struct hist fast = new_hist(&shape), plain = new_hist(&shape);
    count_plainly(&plain, &shape, &codes, g_whole, h_whole, rows, n);
    for (size_t threads = 1; threads <= 3; threads++) {
        parallel_set_threads(threads);
        assert_int_equal(hist_maker_init(&maker, &shape, &codes, NULL), 0);
        hist_make(&fast, &maker, &gradients, rows, n);
        assert_memory_equal(fast.g, plain.g, 3 * shape.n_places * sizeof(int64_t));
        hist_maker_release(&maker);
    }
    parallel_set_threads(0);
    mem_free(fast.g);
    mem_free(plain.g);
    gradients_release(&gradients);
    coded_release(&codes);
    matrix_release(&x);
    arena_release(&arena);
}

/* A gradient that dwarfs the others must not blur them. */
static void test_one_giant_gradient_takes_the_wide_form(void **state)
{
    struct gradients gradients;
    float *g = MEM_NEW(float, ROWS), *h = MEM_NEW(float, ROWS);
    (void)state;

    for (size_t i = 0; i < ROWS; i++) {
        g[i] = 1e-3f * (float)(i % 7);
        h[i] = 1;
    }
    g[11] = 1e6f;
    assert_int_equal(gradients_new(&gradients, ROWS, false, NULL), 0);
    assert_int_equal(gradients_set(&gradients, g, h, NULL, NULL), 0);
    assert_false(gradients.packed);
    for (size_t i = 0; i < 100; i++)
        assert_close((double)gradients.g[i] * gradients.g_unit, g[i], 1e-7, "a small gradient");
    gradients_release(&gradients);
    mem_free(g);
    mem_free(h);
}

/* ---- trees ---- */

static void fit_numbers(struct fit_case *c, size_t n, size_t p, size_t n_classes,
                        const char *params)
{
    struct rng rng;

    case_new(c, n, p, n_classes);
    make_numbers(&c->x, 21);
    rng_init(&rng, 22, 0);
    for (size_t i = 0; i < n; i++) {
        double a = matrix_col(&c->x, 0)[i], b = p > 1 ? matrix_col(&c->x, 1)[i] : 1;
        double score = (isnan(a) ? 1.5 : a * (b > 0 ? 1 : -1)) + 0.3 * rng_normal(&rng);
        c->y[i] = n_classes == 0 ? score : n_classes == 2 ? score > 0 : (score > 0) + (score > 1);
    }
    case_fit_well(c, "boost", params);
}

/* One division of one feature, tried at every place with both sides for the missing. */
static void test_the_first_division_is_the_best(void **state)
{
    struct fit_case c;
    struct matrix out;
    const size_t n = 300;
    double best = -INFINITY, got = 0, mean = 0;
    (void)state;

    fit_numbers(&c, n, 1, 0, "n_estimators=1 learning_rate=1 num_leaves=2 min_child_samples=1");
    const double *x = matrix_col(&c.x, 0);
    assert_int_equal(matrix_new(&out, n, 1, "test", NULL), 0);
    assert_int_equal(c.learner->predict(&out, c.out.state, &c.x, NULL), 0);
    for (size_t i = 0; i < n; i++)
        mean += c.y[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        got -= (c.y[i] - out.x[i]) * (c.y[i] - out.x[i]);
    for (size_t k = 0; k < n; k++)
        for (int side = 0; side < 2; side++) {
            double sum[2] = { 0 }, count[2] = { 0 }, loss = 0;
            for (size_t i = 0; i < n; i++) {
                int to = isnan(x[i]) ? side : x[i] > x[k];
                sum[to] += c.y[i];
                count[to]++;
            }
            if (isnan(x[k]) || count[0] == 0 || count[1] == 0)
                continue;
            for (size_t i = 0; i < n; i++) {
                int to = isnan(x[i]) ? side : x[i] > x[k];
                loss += pow(c.y[i] - sum[to] / count[to], 2);
            }
            best = fmax(best, -loss);
        }
    assert_close(got, best, 1e-6, "what one division leaves");
    matrix_release(&out);
    case_release(&c);
}

/* Trees of more than 64 leaves are walked, others are not; the same trees must say the same. */
static void test_striking_out_equals_walking(void **state)
{
    static const char *const leaves[] = { "num_leaves=20", "num_leaves=60", "num_leaves=90" };
    (void)state;

    for (size_t l = 0; l < 3; l++) {
        struct fit_case c;
        struct matrix out;
        char params[64];

        snprintf(params, sizeof(params), "%s min_child_samples=3 n_estimators=7", leaves[l]);
        fit_numbers(&c, 3000, 4, 0, params);
        assert_int_equal(matrix_new(&out, 3000, 1, "test", NULL), 0);
        assert_int_equal(c.learner->predict(&out, c.out.state, &c.x, NULL), 0);
        const struct trees *t = c.out.state; /* its first member */
        for (size_t i = 0; i < 3000; i++) {
            uint8_t codes[4];
            double sum = t->start[0];
            for (size_t j = 0; j < 4; j++)
                bins_code(&codes[j], &t->bins.features[j], matrix_col(&c.x, j) + i, 1);
            for (size_t k = 0; k < t->n_trees; k++)
                sum += t->trees[k].value[tree_leaf(&t->trees[k], &t->bins, codes, 1)];
            assert_true(sum == out.x[i]);
        }
        matrix_release(&out);
        case_release(&c);
    }
}

/* Levels in an order that says nothing, every other one high: as numbers this takes many
 * divisions, as categories one. */
static void test_categories_are_grouped(void **state)
{
    enum { N = 4000, LEVELS = 40 };
    struct fit_case c;
    struct matrix out;
    struct rng rng;
    uint32_t n_levels[] = { LEVELS };
    (void)state;

    case_new(&c, N, 1, 0);
    rng_init(&rng, 31, 0);
    for (size_t i = 0; i < N; i++) {
        size_t level = rng_below(&rng, LEVELS);
        matrix_col(&c.x, 0)[i] = (double)level;
        c.y[i] = level % 2 ? 10 : 0;
    }
    c.learner = learner_find("boost");
    case_params(&c.params, c.learner, "n_estimators=1 learning_rate=1 num_leaves=2", &c.arena);
    struct fit_input in = { .x = &c.x,
                            .names = c.names,
                            .n_levels = n_levels,
                            .y = c.y,
                            .task = TASK_REGRESS,
                            .params = &c.params };
    c.out = (struct fit_output){ .arena = &c.arena };
    assert_int_equal(c.learner->fit(&c.out, &in, NULL, NULL), 0);
    assert_int_equal(matrix_new(&out, N, 1, "test", NULL), 0);
    assert_int_equal(c.learner->predict(&out, c.out.state, &c.x, NULL), 0);
    for (size_t i = 0; i < N; i++)
        assert_close(out.x[i], c.y[i], 1e-6, "a level's value");
    matrix_release(&out);
    case_release(&c);
}

static void test_fewer_rows_and_features_a_round(void **state)
{
    static const char *const ways[] = { "bagging_fraction=0.5", "feature_fraction=0.5",
                                        "data_sample_strategy=goss", "max_depth=3",
                                        "reg_alpha=1 reg_lambda=2" };
    (void)state;

    for (size_t w = 0; w < 5; w++) {
        struct fit_case c;
        struct matrix out;
        size_t right = 0;

        fit_numbers(&c, 3000, 4, 2, ways[w]);
        assert_int_equal(matrix_new(&out, 3000, 2, "test", NULL), 0);
        assert_int_equal(c.learner->predict(&out, c.out.state, &c.x, NULL), 0);
        for (size_t i = 0; i < 3000; i++)
            right += (matrix_col(&out, 1)[i] > 0.5) == (c.y[i] > 0);
        assert_true(right > 2600);
        matrix_release(&out);
        case_release(&c);
    }
}

/* ---- losses ---- */

static double value_of(int loss, double score, double y, double alpha, double power)
{
    double rest = y - score;

    switch (loss) {
    case LOSS_SQUARED:
        return rest * rest / 2;
    case LOSS_ABSOLUTE:
        return fabs(rest);
    case LOSS_HUBER:
        return fabs(rest) <= alpha ? rest * rest / 2 : alpha * (fabs(rest) - alpha / 2);
    case LOSS_QUANTILE:
        return rest > 0 ? alpha * rest : (alpha - 1) * rest;
    case LOSS_POISSON:
        return exp(score) - y * score;
    default:
        return -y * exp((1 - power) * score) / (1 - power) + exp((2 - power) * score) / (2 - power);
    }
}

static void test_derivatives_are_those_of_the_loss(void **state)
{
    const double step = 1e-5;
    (void)state;

    for (int loss = LOSS_SQUARED; loss <= LOSS_TWEEDIE; loss++)
        for (double score = -1.13; score < 1.3; score += 0.37) {
            double y = 0.8, alpha = 0.7, power = 1.4;
            struct loss_input in = {
                .n = 1, .n_outputs = 1, .y = &y, .score = &score, .alpha = alpha, .power = power
            };
            float g, h;
            boost_loss_for(TASK_REGRESS, loss)->derive(&g, &h, &in, 0, 0, 1);
            double want = (value_of(loss, score + step, y, alpha, power) -
                           value_of(loss, score - step, y, alpha, power)) /
                          (2 * step);
            assert_close(g, want, 1e-5, boost_loss_names[loss]);
            assert_true(h > 0);
        }
}

static void test_each_loss_estimates_its_own(void **state)
{
    static const struct {
        const char *params;
        double want; /* of 0 … 9, of which one feature says nothing */
    } cases[] = { { "loss=squared", 4.5 },
                  { "loss=absolute", 4.5 },
                  { "loss=quantile alpha=0.9", 8.1 },
                  { "loss=poisson", 4.5 },
                  { "loss=tweedie", 4.5 } };
    (void)state;

    for (size_t k = 0; k < 5; k++) {
        struct fit_case c;
        struct matrix out;

        case_new(&c, 1000, 1, 0);
        for (size_t i = 0; i < 1000; i++)
            c.y[i] = (double)(i % 10);
        case_fit_well(&c, "boost", cases[k].params);
        assert_int_equal(matrix_new(&out, 1000, 1, "test", NULL), 0);
        assert_int_equal(c.learner->predict(&out, c.out.state, &c.x, NULL), 0);
        assert_close(out.x[0], cases[k].want, 1e-9, cases[k].params);
        matrix_release(&out);
        case_release(&c);
    }
}

static void test_negative_counts_are_refused(void **state)
{
    struct fit_case c;
    struct err err = { 0 };
    (void)state;

    case_new(&c, 100, 1, 0);
    c.y[3] = -2;
    assert_int_equal(case_fit(&c, "boost", "loss=poisson", NULL, &err), -1);
    assert_string_equal(err.msg, "loss=poisson is for targets that are not negative, and one is "
                                 "-2; take loss=squared");
    case_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts_tell_values_apart),
        cmocka_unit_test(test_counting_equals_its_plain_twin),
        cmocka_unit_test(test_one_giant_gradient_takes_the_wide_form),
        cmocka_unit_test(test_the_first_division_is_the_best),
        cmocka_unit_test(test_striking_out_equals_walking),
        cmocka_unit_test(test_categories_are_grouped),
        cmocka_unit_test(test_fewer_rows_and_features_a_round),
        cmocka_unit_test(test_derivatives_are_those_of_the_loss),
        cmocka_unit_test(test_each_loss_estimates_its_own),
        cmocka_unit_test(test_negative_counts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
