/* The gradient of a network against differences of its loss; stopping and going on; bad layers. */
#include "learn_case.h"

#include "base/rng.h"
#include "learn/mlp.h"

enum { ROWS = 90, FEATURES = 3 };

static void make(struct fit_case *c, size_t n_classes)
{
    struct rng rng;

    rng_init(&rng, 3, n_classes);
    case_new(c, ROWS, FEATURES, n_classes);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < FEATURES; j++)
            matrix_col(&c->x, j)[i] = rng_normal(&rng);
        double s = matrix_col(&c->x, 0)[i] * matrix_col(&c->x, 1)[i] + 0.1 * rng_normal(&rng);
        c->y[i] = n_classes == 0   ? s
                  : n_classes == 2 ? s > 0
                                   : (double)(s > 0.3) + (double)(s > -0.3);
    }
}

/* The batch's mean loss at theta; gradient (n_theta) or NULL. */
static double loss_at(const struct fit_case *c, const struct mlp_net *net, const double *theta,
                      double *gradient)
{
    struct fit_input in = { .x = &c->x, .y = c->y, .n_classes = c->n_classes };
    uint32_t rows[ROWS];
    double loss;

    for (size_t i = 0; i < ROWS; i++)
        rows[i] = (uint32_t)i;
    struct mlp_batch b = { .net = net,
                           .in = &in,
                           .theta = theta,
                           .rows = rows,
                           .n = ROWS,
                           .total = ROWS,
                           .room_part = mlp_room(net, ROWS) };
    b.room = mem_new(MLP_PARTS * b.room_part, sizeof(double));
    size_t n_parts = mlp_batch_run(&b, &loss);
    assert_true(n_parts > 1);
    for (size_t i = 0; gradient && i < net->n_theta; i++) {
        gradient[i] = 0;
        for (size_t k = 0; k < n_parts; k++)
            gradient[i] += b.room[k * b.room_part + i];
    }
    mem_free(b.room);
    return loss / ROWS;
}

static void check_gradient(size_t n_classes, enum mlp_activation activation)
{
    const size_t width[] = { FEATURES, 5, 4, n_classes > 2 ? n_classes : 1 };
    struct mlp_net net = {
        .n_classes = n_classes, .n_layers = 3, .width = width, .activation = activation
    };
    struct fit_case c;

    make(&c, n_classes);
    net.n_theta = mlp_count(&net);
    double *theta = mem_new(net.n_theta, sizeof(double)), *g = mem_new(net.n_theta, sizeof(double));
    mlp_start(theta, &net, &c.x, 7);
    loss_at(&c, &net, theta, g);
    for (size_t i = 0; i < net.n_theta; i++) {
        double at = theta[i], h = 1e-6;
        theta[i] = at + h;
        double above = loss_at(&c, &net, theta, NULL);
        theta[i] = at - h;
        double below = loss_at(&c, &net, theta, NULL);
        theta[i] = at;
        assert_close(g[i], (above - below) / (2 * h), 1e-6, "gradient");
    }
    mem_free(theta);
    mem_free(g);
    case_release(&c);
}

static void test_gradient(void **state)
{
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        check_gradient((size_t[]){ 0, 2, 3 }[k], ACTIVATION_TANH);
        check_gradient((size_t[]){ 0, 2, 3 }[k], ACTIVATION_LOGISTIC);
        check_gradient((size_t[]){ 0, 2, 3 }[k], ACTIVATION_RELU);
    }
}

/* Fit with until and warm_start; the prediction of row 0. */
static double fit_some(struct fit_case *c, size_t until, const void *warm, bool held)
{
    struct matrix out;
    struct err err = { 0 };

    case_params(&c->params, c->learner,
                "hidden_layer_sizes=6,4 batch_size=16 dropout=0.2 max_iter=10", &c->arena);
    struct fit_input in = { .x = &c->x,
                            .names = c->names,
                            .y = c->y,
                            .n_classes = 2,
                            .task = TASK_BINARY,
                            .params = &c->params,
                            .until = until,
                            .warm_start = warm },
                     rows = in;
    in.validation = held ? &rows : NULL;
    c->out = (struct fit_output){ .arena = &c->arena };
    if (c->learner->fit(&c->out, &in, NULL, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(matrix_new(&out, c->x.n, 2, "test", NULL), 0);
    assert_int_equal(c->learner->predict(&out, c->out.state, &c->x, NULL), 0);
    double p = matrix_col(&out, 1)[0];
    matrix_release(&out);
    return p;
}

static void test_going_on_gives_the_bits_of_never_stopping(void **state)
{
    struct fit_case c;
    (void)state;

    make(&c, 2);
    c.learner = learner_find("mlp");
    for (int held = 0; held < 2; held++) {
        double straight = fit_some(&c, 0, NULL, held);
        assert_int_equal(c.out.n_iterations, 10);
        fit_some(&c, 4, NULL, held);
        assert_int_equal(c.out.n_iterations, 4);
        assert_int_equal(c.out.curve.n, 4);
        assert_true(fit_some(&c, 10, c.out.state, held) == straight);
        assert_int_equal(c.out.curve.n, 10);
        assert_true(isnan(c.out.curve.points[9].validation) == !held);
        assert_true(c.out.curve.points[9].training < c.out.curve.points[0].training);
    }
    case_release(&c);
}

static void test_it_learns_what_no_line_can(void **state)
{
    struct fit_case c;
    struct matrix out;
    size_t right = 0;
    (void)state;

    make(&c, 2);
    case_fit_well(&c, "mlp", "learning_rate_init=0.01 max_iter=300 activation=tanh");
    assert_int_equal(matrix_new(&out, ROWS, 2, "test", NULL), 0);
    assert_int_equal(c.learner->predict(&out, c.out.state, &c.x, NULL), 0);
    for (size_t i = 0; i < ROWS; i++)
        right += (matrix_col(&out, 1)[i] > 0.5) == (c.y[i] > 0);
    assert_true(right > ROWS * 95 / 100);
    matrix_release(&out);
    case_release(&c);
}

static void test_what_is_refused_and_warned_of(void **state)
{
    static const char *const bad[] = { "0", "100,", ",5", "ten", "5,,5", "-3", "20000" };
    struct fit_case c;
    struct err err = { 0 };
    (void)state;

    make(&c, 0);
    for (size_t k = 0; k < sizeof(bad) / sizeof(*bad); k++) {
        char params[64];
        snprintf(params, sizeof(params), "hidden_layer_sizes=%s", bad[k]);
        err_clear(&err);
        assert_int_equal(case_fit(&c, "mlp", params, NULL, &err), -1);
        assert_non_null(strstr(err.msg, "is not a list of 1 to 10 numbers"));
    }
    case_fit_well(&c, "mlp", "max_iter=2");
    assert_non_null(strstr(c.out.warning, "the loss still fell after 2 epochs"));
    matrix_col(&c.x, 1)[0] = 1e4;
    case_fit_well(&c, "mlp", "max_iter=2");
    assert_non_null(strstr(c.out.warning, "feature x2 is of the order of hundreds"));
    case_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradient),
        cmocka_unit_test(test_going_on_gives_the_bits_of_never_stopping),
        cmocka_unit_test(test_it_learns_what_no_line_can),
        cmocka_unit_test(test_what_is_refused_and_warned_of),
    };
    num_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
