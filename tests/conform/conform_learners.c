/* What every learner must do, whatever it is: one list of checks, run over every row of
 * learners.def for every task the learner takes.  After scikit-learn's check_estimator.  A new
 * learner gets all of them by standing in the table. */
#include "../unit/learn/model_case.h"

#include <unistd.h>

#include "base/rng.h"

enum { ROWS = 120, FEATURES = 4, PREDICTED = 57 };

typedef void check(const struct learner *l, unsigned task);

/* ---- data ---- */

static size_t classes_of(unsigned task)
{
    return task == TASK_REGRESS || task & TASK_ALONE ? 0 : task == TASK_BINARY ? 2 : 3;
}

/* Of the learner whose turn it is: LEARNER_POSITIVE. */
static bool positive_target;

/* Numbers of unlike scale, a target that depends on two of them, and noise. */
static void make_case(struct fit_case *c, size_t n, size_t p, unsigned task)
{
    struct rng rng;

    rng_init(&rng, 2024, task);
    case_new(c, n, p, classes_of(task));
    c->alone = task & TASK_ALONE;
    for (size_t i = 0; i < n; i++) {
        double score = 0.7 * rng_normal(&rng);
        for (size_t j = 0; j < p; j++) {
            double v = rng_normal(&rng);
            score += j < 2 ? v : 0;
            matrix_col(&c->x, j)[i] = v * (double)(1 + j * j) + (double)j;
        }
        c->y[i] = classes_of(task) == 0 ? (positive_target ? exp(score / 2) : score)
                  : task == TASK_BINARY ? score > 0
                                        : (double)(score > 0.6) + (double)(score > -0.6);
    }
    /* every class has rows, however few there are */
    for (size_t k = 0; k < c->n_classes && k < n; k++)
        c->y[k] = (double)k;
}

static struct matrix predicted(const struct fit_case *c, const struct matrix *x)
{
    struct matrix out;

    assert_int_equal(matrix_new(&out, x->n, task_outputs(c->alone, c->n_classes), "test", NULL), 0);
    assert_int_equal(c->learner->predict(&out, c->out.state, x, NULL), 0);
    return out;
}

/* Fit and predict the first rows of the training data. */
static struct matrix fit_predict(struct fit_case *c, const struct learner *l)
{
    struct matrix head = c->x;

    case_fit_well(c, l->name, "");
    head.n = c->x.n < PREDICTED ? c->x.n : PREDICTED;
    return predicted(c, &head);
}

static void assert_matrices(const struct matrix *a, const struct matrix *b, double tolerance,
                            const char *what)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->p, b->p);
    for (size_t j = 0; j < a->p; j++)
        for (size_t i = 0; i < a->n; i++) {
            double u = matrix_col(a, j)[i], v = matrix_col(b, j)[i];
            if (!(fabs(u - v) <= tolerance * fmax(1, fabs(v))))
                fail_msg("%s: row %zu is %.17g in one and %.17g in the other", what, i, u, v);
        }
}

static void assert_finite(const struct matrix *m, const char *what)
{
    for (size_t j = 0; j < m->p; j++)
        for (size_t i = 0; i < m->n; i++)
            if (!isfinite(matrix_col(m, j)[i]))
                fail_msg("%s: row %zu is %g", what, i, matrix_col(m, j)[i]);
}

/* Fitting is allowed to refuse such data in a sentence, but not to give nonsense. */
static void fit_or_refuse(struct fit_case *c, const struct learner *l, const char *what)
{
    struct err err = { 0 };

    if (case_fit(c, l->name, "", NULL, &err)) {
        assert_true(err.code == ERR_NUMERIC || err.code == ERR_DOMAIN);
        assert_true(strlen(err.msg) > 10);
        return;
    }
    struct matrix out = predicted(c, &c->x);
    assert_finite(&out, what);
    matrix_release(&out);
}

/* ---- checks ---- */

static void check_descriptor(const struct learner *l, unsigned task)
{
    struct err err = { 0 };
    (void)task;

    assert_non_null(l->help);
    assert_non_null(l->details);
    assert_non_null(l->source);
    assert_true(l->help[strlen(l->help) - 1] != '.');
    assert_ptr_equal(learner_find(l->name), l);
    if (param_check_specs(l->params, &err))
        fail_msg("%s: %s", l->name, err.msg);
    assert_non_null(l->fit);
    assert_non_null(l->predict);
    assert_non_null(l->save);
    assert_non_null(l->load);
}

static void check_probabilities(const struct learner *l, unsigned task)
{
    struct fit_case c;

    make_case(&c, ROWS, FEATURES, task);
    struct matrix out = fit_predict(&c, l);
    assert_finite(&out, l->name);
    for (size_t i = 0; i < out.n && classes_of(task); i++) {
        double sum = 0;
        for (size_t k = 0; k < out.p; k++) {
            assert_true(matrix_col(&out, k)[i] >= 0 && matrix_col(&out, k)[i] <= 1);
            sum += matrix_col(&out, k)[i];
        }
        assert_close(sum, 1, 1e-12, "sum of probabilities");
    }
    matrix_release(&out);
    case_release(&c);
}

static void check_fit_twice(const struct learner *l, unsigned task)
{
    struct fit_case c;

    make_case(&c, ROWS, FEATURES, task);
    struct matrix first = fit_predict(&c, l), second = fit_predict(&c, l);
    assert_matrices(&first, &second, 0, "fitted twice");
    matrix_release(&first);
    matrix_release(&second);
    case_release(&c);
}

/* More rows than one chunk of a parallel loop. */
static void check_threads(const struct learner *l, unsigned task)
{
#ifdef __SANITIZE_THREAD__ /* twenty times slower, and it sees a race with any two */
    static const size_t counts[] = { 3 };
#else
    static const size_t counts[] = { 2, 3, 8 };
#endif
    struct fit_case c;

    make_case(&c, l->flags & LEARNER_STEEP ? 300 : PARALLEL_CHUNK + 1000, FEATURES, task);
    parallel_set_threads(1);
    struct matrix one = fit_predict(&c, l);
    for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
        parallel_set_threads(counts[k]);
        struct matrix more = fit_predict(&c, l);
        assert_matrices(&one, &more, 0, "with more threads");
        matrix_release(&more);
    }
    parallel_set_threads(0);
    matrix_release(&one);
    case_release(&c);
}

static void check_input_is_left_alone(const struct learner *l, unsigned task)
{
    struct fit_case c;

    make_case(&c, ROWS, FEATURES, task);
    size_t size = c.x.ld * c.x.p * sizeof(double);
    double *x = malloc(size), *y = malloc(ROWS * sizeof(double));
    memcpy(x, c.x.x, size);
    memcpy(y, c.y, ROWS * sizeof(double));
    struct matrix out = fit_predict(&c, l);
    assert_memory_equal(x, c.x.x, size);
    assert_memory_equal(y, c.y, ROWS * sizeof(double));
    free(x);
    free(y);
    matrix_release(&out);
    case_release(&c);
}

static void check_batch_is_row_by_row(const struct learner *l, unsigned task)
{
    struct fit_case c;
    struct matrix one;

    make_case(&c, ROWS, FEATURES, task);
    struct matrix all = fit_predict(&c, l);
    assert_int_equal(matrix_new(&one, 1, FEATURES, "test", NULL), 0);
    for (size_t i = 0; i < all.n; i++) {
        for (size_t j = 0; j < FEATURES; j++)
            matrix_col(&one, j)[0] = matrix_col(&c.x, j)[i];
        struct matrix out = predicted(&c, &one);
        for (size_t k = 0; k < all.p; k++)
            assert_true(matrix_col(&out, k)[0] == matrix_col(&all, k)[i]);
        matrix_release(&out);
    }
    one.n = 0;
    struct matrix none = predicted(&c, &one);
    matrix_release(&none);
    matrix_release(&one);
    matrix_release(&all);
    case_release(&c);
}

static void check_rows_keep_their_order(const struct learner *l, unsigned task)
{
    struct fit_case c;
    struct matrix reversed;

    make_case(&c, ROWS, FEATURES, task);
    case_fit_well(&c, l->name, "");
    assert_int_equal(matrix_new(&reversed, ROWS, FEATURES, "test", NULL), 0);
    for (size_t j = 0; j < FEATURES; j++)
        for (size_t i = 0; i < ROWS; i++)
            matrix_col(&reversed, j)[i] = matrix_col(&c.x, j)[ROWS - 1 - i];
    struct matrix a = predicted(&c, &c.x), b = predicted(&c, &reversed);
    for (size_t k = 0; k < a.p; k++)
        for (size_t i = 0; i < ROWS; i++)
            assert_true(matrix_col(&a, k)[i] == matrix_col(&b, k)[ROWS - 1 - i]);
    matrix_release(&a);
    matrix_release(&b);
    matrix_release(&reversed);
    case_release(&c);
}

static void check_feature_order_does_not_matter(const struct learner *l, unsigned task)
{
    struct fit_case a, b;

    /* Which feature a cut is drawn for depends on their order. */
    if (task == TASK_ANOMALY && l->flags & LEARNER_DRAWS)
        return;
    make_case(&a, ROWS, FEATURES, task);
    make_case(&b, ROWS, FEATURES, task);
    for (size_t j = 0; j < FEATURES; j++)
        memcpy(matrix_col(&b.x, j), matrix_col(&a.x, FEATURES - 1 - j), ROWS * sizeof(double));
    struct matrix u = fit_predict(&a, l), v = fit_predict(&b, l);
    assert_matrices(&u, &v, 1e-8, "features in another order");
    matrix_release(&u);
    matrix_release(&v);
    case_release(&a);
    case_release(&b);
}

static void check_save_and_load(const struct learner *l, unsigned task)
{
    struct fit_case c;
    struct str bytes;
    struct unpack u;
    struct err err = { 0 };
    void *state;

    make_case(&c, ROWS, FEATURES, task);
    struct matrix before = fit_predict(&c, l), head = c.x;
    str_init(&bytes);
    l->save(&bytes, c.out.state);
    unpack_init(&u, bytes.buf, bytes.len, &c.arena);
    if (l->load(&state, &c.arena, &u, FEATURES, c.n_classes, &err))
        fail_msg("%s: %s", l->name, err.msg);
    c.out.state = state;
    head.n = before.n;
    struct matrix after = predicted(&c, &head);
    assert_matrices(&before, &after, 0, "saved and loaded");

    /* Cut anywhere; a long state at a thousand places, since each try reads all before it. */
    for (size_t len = 0; len < bytes.len; len += 1 + bytes.len / 1009) {
        struct arena_mark mark = arena_mark(&c.arena);
        unpack_init(&u, bytes.buf, len, &c.arena);
        err_clear(&err);
        assert_int_equal(l->load(&state, &c.arena, &u, FEATURES, c.n_classes, &err), -1);
        assert_int_equal(err.code, ERR_PARSE);
        arena_rewind(&c.arena, mark);
    }
    if (!(l->flags & LEARNER_BLIND)) {
        unpack_init(&u, bytes.buf, bytes.len, &c.arena);
        assert_int_equal(l->load(&state, &c.arena, &u, FEATURES + 1, c.n_classes, &err), -1);
    }
    str_release(&bytes);
    matrix_release(&before);
    matrix_release(&after);
    case_release(&c);
}

/* Weights 0, 1, 2 are the same as leaving out, keeping and repeating rows. */
static void check_weights_are_repetition(const struct learner *l, unsigned task)
{
    struct fit_case weighted, repeated;
    size_t n = 0;

    /* Which rows are drawn depends on how many there are. */
    if (!(l->flags & LEARNER_WEIGHTS) || l->flags & LEARNER_DRAWS)
        return;
    make_case(&weighted, ROWS, FEATURES, task);
    weighted.weights = ARENA_NEW(&weighted.arena, double, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        weighted.weights[i] = (double)(i % 3);
        n += i % 3;
    }
    case_new(&repeated, n, FEATURES, weighted.n_classes);
    for (size_t i = 0, at = 0; i < ROWS; i++)
        for (size_t k = 0; k < i % 3; k++, at++) {
            repeated.y[at] = weighted.y[i];
            for (size_t j = 0; j < FEATURES; j++)
                matrix_col(&repeated.x, j)[at] = matrix_col(&weighted.x, j)[i];
        }
    case_fit_well(&weighted, l->name, "");
    case_fit_well(&repeated, l->name, "");
    struct matrix a = predicted(&weighted, &weighted.x), b = predicted(&repeated, &weighted.x);
    assert_matrices(&a, &b, 1e-8, "weights and repetition");
    matrix_release(&a);
    matrix_release(&b);
    case_release(&weighted);
    case_release(&repeated);
}

static void check_weights_of_one_are_none(const struct learner *l, unsigned task)
{
    struct fit_case c;

    if (!(l->flags & LEARNER_WEIGHTS))
        return;
    make_case(&c, ROWS, FEATURES, task);
    struct matrix none = fit_predict(&c, l);
    c.weights = ARENA_NEW(&c.arena, double, ROWS);
    for (size_t i = 0; i < ROWS; i++)
        c.weights[i] = 1;
    struct matrix ones = fit_predict(&c, l);
    assert_matrices(&none, &ones, 1e-10, "weights of one");
    matrix_release(&none);
    matrix_release(&ones);
    case_release(&c);
}

static void check_cancel(const struct learner *l, unsigned task)
{
    struct fit_case c;
    struct job job;
    struct err err = { 0 };

    make_case(&c, ROWS, FEATURES, task);
    job_init(&job);
    job_cancel(&job);
    assert_int_equal(case_fit(&c, l->name, "", &job, &err), -1);
    assert_int_equal(err.code, ERR_CANCELLED);
    case_release(&c);
}

/* Every large allocation fails once: an error that says so, and nothing is leaked. */
static void check_out_of_memory(const struct learner *l, unsigned task)
{
    struct fit_case c;
    struct err err = { 0 };
    size_t n = 1;

    make_case(&c, ROWS, FEATURES, task);
    /* a forest takes memory for each tree: the later ones are all alike */
    for (; n < 1000; n += 1 + n / 8) {
        mem_big_fail_after(n);
        err_clear(&err);
        int rc = case_fit(&c, l->name, "", NULL, &err);
        mem_big_fail_after(0);
        if (rc == 0)
            break;
        assert_int_equal(err.code, ERR_NOMEM);
    }
    assert_true(n < 1000);
    case_release(&c);
}

/* ---- data that break the mathematics ---- */

static void check_constant_column(const struct learner *l, unsigned task)
{
    struct fit_case c;

    make_case(&c, ROWS, FEATURES, task);
    for (size_t i = 0; i < ROWS; i++)
        matrix_col(&c.x, 1)[i] = 3.3;
    case_fit_well(&c, l->name, "");
    struct matrix out = predicted(&c, &c.x);
    assert_finite(&out, "a constant column");
    matrix_release(&out);
    case_release(&c);
}

static void check_equal_columns(const struct learner *l, unsigned task)
{
    struct fit_case c;

    make_case(&c, ROWS, FEATURES, task);
    memcpy(matrix_col(&c.x, 2), matrix_col(&c.x, 0), ROWS * sizeof(double));
    fit_or_refuse(&c, l, "two equal columns");
    case_release(&c);
}

static void check_more_columns_than_rows(const struct learner *l, unsigned task)
{
    struct fit_case c;

    make_case(&c, 10, 30, task);
    fit_or_refuse(&c, l, "more columns than rows");
    case_release(&c);
}

static void check_few_rows(const struct learner *l, unsigned task)
{
    struct fit_case c;

    make_case(&c, 3, 1, task);
    fit_or_refuse(&c, l, "three rows");
    case_release(&c);
}

static void check_extreme_values(const struct learner *l, unsigned task)
{
    static const double scales[] = { 1e-300, 1e-150, 1e150, 1e307 };

    for (size_t s = 0; s < 4; s++) {
        struct fit_case c;
        make_case(&c, ROWS, FEATURES, task);
        for (size_t i = 0; i < ROWS; i++)
            matrix_col(&c.x, 1)[i] *= scales[s];
        fit_or_refuse(&c, l, "extreme values");
        case_release(&c);
    }
}

static void check_separable(const struct learner *l, unsigned task)
{
    struct fit_case c;

    make_case(&c, ROWS, FEATURES, task);
    for (size_t i = 0; i < ROWS && classes_of(task); i++)
        matrix_col(&c.x, 0)[i] = 100 * c.y[i];
    fit_or_refuse(&c, l, "separable classes");
    case_release(&c);
}

/* ---- through a recipe and a model ---- */

static const char *target_name(unsigned task)
{
    return task == TASK_REGRESS ? "progression" : task == TASK_BINARY ? "diagnosis" : "species";
}

static struct source *target_source(unsigned task)
{
    return case_read(task == TASK_REGRESS  ? "share/data/diabetes.csv"
                     : task == TASK_BINARY ? "share/data/breast_cancer.csv"
                                           : "share/data/iris.csv");
}

static void check_model_on_raw_data(const struct learner *l, unsigned task)
{
    struct source *source = target_source(task);
    struct recipe *r = with_role(recipe_empty(), target_name(task), ROLE_TARGET);
    struct err err = { 0 };
    struct model *m, *loaded;
    char path[64];

    r = add_step(r, "scale all");
    m = train(l->name, "", source->table, r);
    assert_int_equal(m->target.task, task);
    snprintf(path, sizeof(path), "/tmp/assay_conform_%d.model", (int)getpid());
    if (model_save(m, path, &err) || model_load(&loaded, path, &err))
        fail_msg("%s: %s", l->name, err.msg);
    struct prediction a = predict(m, source->table), b = predict(loaded, source->table);
    assert_same_prediction(&a, &b);
    assert_true(digest_eq(model_digest(m), model_digest(loaded)));
    prediction_release(&a);
    prediction_release(&b);
    model_unref(m);
    model_unref(loaded);
    recipe_unref(r);
    source_unref(source);
    remove(path);
}

static void refuse_cell(const struct learner *l, unsigned task, double cell)
{
    struct source *source = target_source(task);
    struct recipe *r = with_role(recipe_empty(), target_name(task), ROLE_TARGET);
    struct column *c;
    struct table *t;
    struct model *m;
    struct err err = { 0 };

    assert_int_equal(column_new(&c, COLUMN_REAL, source->table->n_rows, NULL, NULL), 0);
    column_reals_mut(c)[5] = cell;
    if (cell == 0)
        assert_int_equal(column_set_missing(c, 5, NULL), 0);
    column_seal(c);
    assert_int_equal(table_put(&t, source->table, "holes", c, NULL), 0);
    assert_int_equal(try_train(&m, l->name, "", t, r, NULL, NULL, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_non_null(strstr(err.msg, "holes is"));
    assert_non_null(strstr(err.msg, "first row 6"));
    table_unref(t);
    recipe_unref(r);
    source_unref(source);
}

static void check_missing_and_infinite_are_refused(const struct learner *l, unsigned task)
{
    if (l->flags & (LEARNER_BLIND | LEARNER_MISSING))
        return;
    refuse_cell(l, task, 0);
    refuse_cell(l, task, NAN);
    refuse_cell(l, task, INFINITY);
}

static void check_one_class_is_refused(const struct learner *l, unsigned task)
{
    struct model *m;
    struct err err = { 0 };

    if (!classes_of(task))
        return;
    struct source *source = target_source(task);
    struct recipe *r = with_role(recipe_empty(), target_name(task), ROLE_TARGET);
    uint8_t *part = calloc(source->table->n_rows, 1);
    part[0] = part[1] = part[2] = PART_TRAIN; /* of one class in each of the tables */
    assert_int_equal(try_train(&m, l->name, "", source->table, r, part, NULL, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_non_null(strstr(err.msg, "one class only"));
    free(part);
    recipe_unref(r);
    source_unref(source);
}

/* ---- the loop ---- */

static const struct {
    const char *name;
    check *run;
} checks[] = {
    { "descriptor", check_descriptor },
    { "probabilities", check_probabilities },
    { "fit twice", check_fit_twice },
    { "threads", check_threads },
    { "input is left alone", check_input_is_left_alone },
    { "batch is row by row", check_batch_is_row_by_row },
    { "rows keep their order", check_rows_keep_their_order },
    { "feature order does not matter", check_feature_order_does_not_matter },
    { "save and load", check_save_and_load },
    { "weights are repetition", check_weights_are_repetition },
    { "weights of one are none", check_weights_of_one_are_none },
    { "cancel", check_cancel },
    { "out of memory", check_out_of_memory },
    { "constant column", check_constant_column },
    { "equal columns", check_equal_columns },
    { "more columns than rows", check_more_columns_than_rows },
    { "few rows", check_few_rows },
    { "extreme values", check_extreme_values },
    { "separable", check_separable },
    { "model on raw data", check_model_on_raw_data },
    { "missing and infinite are refused", check_missing_and_infinite_are_refused },
    { "one class is refused", check_one_class_is_refused },
};
enum { N_CHECKS = sizeof(checks) / sizeof(checks[0]), N_TASKS = 5 };

struct one_check {
    const struct learner *learner;
    unsigned task;
    check *run;
    char name[128];
};

static void run_check(void **state)
{
    const struct one_check *one = *state;
    positive_target = one->learner->flags & LEARNER_POSITIVE;
    one->run(one->learner, one->task);
}

/* conform_learners [LEARNER [PATTERN]]: one learner's checks alone (one test each for ctest, side
 * by side), and of these the ones whose names match. */
int main(int argc, char **argv)
{
    static const unsigned tasks[] = { TASK_BINARY, TASK_MULTICLASS, TASK_REGRESS, TASK_CLUSTER,
                                      TASK_ANOMALY };
    static const char *const task_names[] = { "binary", "multiclass", "regression", "cluster",
                                              "anomaly" };
    size_t n_learners = 0, n = 0;

    num_init();
    while (learner_table[n_learners])
        n_learners++;
    struct one_check *all = calloc(n_learners * N_TASKS * N_CHECKS, sizeof(*all));
    struct CMUnitTest *tests = calloc(n_learners * N_TASKS * N_CHECKS, sizeof(*tests));
    for (size_t l = 0; l < n_learners; l++) {
        if (argc > 1 && strcmp(argv[1], learner_table[l]->name) != 0)
            continue;
        for (size_t t = 0; t < N_TASKS; t++)
            for (size_t k = 0; k < N_CHECKS && (learner_table[l]->tasks & tasks[t]); k++, n++) {
                all[n].learner = learner_table[l];
                all[n].task = tasks[t];
                all[n].run = checks[k].run;
                snprintf(all[n].name, sizeof(all[n].name), "%s %s: %s", learner_table[l]->name,
                         task_names[t], checks[k].name);
                tests[n] = (struct CMUnitTest){ .name = all[n].name,
                                                .test_func = run_check,
                                                .initial_state = &all[n] };
            }
    }
    if (n == 0) {
        fprintf(stderr, "no learner is called %s\n", argv[1]);
        return 1;
    }
    if (argc > 2)
        cmocka_set_test_filter(argv[2]);
    int rc = _cmocka_run_group_tests("learners", tests, n, NULL, NULL);
    free(all);
    free(tests);
    return rc;
}
