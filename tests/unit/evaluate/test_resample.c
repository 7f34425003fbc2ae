/* Resampling: everything is learned inside the fold, and the numbers are those of doing it by
 * hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/parallel.h"
#include "evaluate_fixture.h"

enum { N = 151, K = 5 };

/* All that a request needs. */
struct setup {
    struct arena arena;
    struct table *table;
    struct recipe *recipe;
    struct params params;
    struct target target;
    struct resample_plan plan;
    const struct metric *metrics[8];
    struct resample_request req;
};

static void setup_init(struct setup *s, const char *target, const char *learner,
                       const struct fixture_set *sets)
{
    memset(s, 0, sizeof(*s));
    arena_init(&s->arena);
    s->table = fixture_table(N, 1);
    s->recipe = fixture_recipe(target);
    const struct learner *l = learner_find(learner);
    fixture_params(&s->params, l->params, &s->arena, sets);
    assert_int_equal(
        target_detect(&s->target, s->table, target, NULL, N, false, NULL, &s->arena, NULL), 0);
    fixture_plan(&s->plan, N, K);
    s->req = (struct resample_request){ .input = s->table,
                                        .recipe = s->recipe,
                                        .learner = l,
                                        .params = &s->params,
                                        .target = &s->target,
                                        .plan = &s->plan,
                                        .metrics = s->metrics,
                                        .n_metrics = metric_defaults(s->metrics, s->target.task) };
}

static void setup_release(struct setup *s)
{
    resample_plan_release(&s->plan);
    recipe_unref(s->recipe);
    table_unref(s->table);
    arena_release(&s->arena);
}

static void add_step(struct setup *s, const char *kind, const char *text,
                     const struct fixture_set *sets)
{
    fixture_step(&s->recipe, kind, text, sets);
    s->req.recipe = s->recipe;
}

static struct resample_result *run(const struct setup *s)
{
    struct resample_result *r;
    struct err err = { 0 };

    if (resample_run(&r, &s->req, NULL, &err))
        fail_msg("%s", err.msg);
    return r;
}

/* ---- the naive twin: a table of the training rows, a model of it, raw held-out rows ---- */
static size_t rows_of(uint32_t *rows, const struct setup *s, size_t fold, bool held)
{
    size_t n = 0;

    for (size_t i = 0; i < s->plan.n_rows; i++)
        if ((s->plan.fold[i] == fold) == held)
            rows[n++] = s->plan.rows[i];
    return n;
}

static void predict_by_hand(struct prediction *out, const struct setup *s, size_t fold)
{
    uint32_t rows[N];
    struct table *training, *held;
    struct recipe_run *prepared;
    struct model *model;

    assert_int_equal(table_take(&training, s->table, rows, rows_of(rows, s, fold, false), NULL), 0);
    assert_int_equal(table_take(&held, s->table, rows, rows_of(rows, s, fold, true), NULL), 0);
    assert_int_equal(recipe_run(&prepared, s->recipe, training, NULL, true, NULL, NULL, NULL, NULL),
                     0);
    struct train_request train = { .learner = s->req.learner,
                                   .params = &s->params,
                                   .run = prepared,
                                   .target = s->target.name,
                                   .fixed = &s->target };
    assert_int_equal(model_train(&model, &train, NULL, NULL), 0);
    assert_int_equal(model_predict(out, model, held, NULL, NULL), 0);
    model_unref(model);
    recipe_run_unref(prepared);
    table_unref(training);
    table_unref(held);
}

static void check_by_hand(const struct setup *s)
{
    struct resample_result *r = run(s);

    for (size_t f = 0; f < K; f++) {
        struct prediction p;

        predict_by_hand(&p, s, f);
        for (size_t i = 0, j = 0; i < r->n_rows; i++) {
            if (s->plan.fold[i] != f)
                continue;
            for (size_t k = 0; k < p.value.p; k++)
                assert_true(matrix_col(&r->oof.value, k)[i] == matrix_col(&p.value, k)[j]);
            j++;
        }
        prediction_release(&p);
    }
    resample_result_unref(r);
}

static void test_equal_to_doing_it_by_hand(void **state)
{
    struct setup s;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    check_by_hand(&s);
    setup_release(&s);
    setup_init(&s, "z", "ridge", FIXTURE_NO_SETS);
    check_by_hand(&s);
    setup_release(&s);
}

/* Rows are removed from training only, whatever the step learned from before. */
static void test_rows_steps_never_remove_held_out_rows(void **state)
{
    struct setup s;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    add_step(&s, "filter", "filter b > 0", FIXTURE_SETS({ "expression", "b > 0" }));
    check_by_hand(&s);
    struct resample_result *r = run(&s);
    assert_int_equal(r->n_rows, N);
    for (size_t i = 0; i < N; i++)
        assert_true(matrix_col(&r->oof.value, 0)[i] > 0);
    resample_result_unref(r);
    setup_release(&s);
}

/* ---- scores ---- */
static void check_scores(const struct setup *s)
{
    struct resample_result *r = run(s);
    struct matrix value;
    double truth[N], scores[8];

    assert_int_equal(matrix_new(&value, N, r->oof.value.p, "a test", NULL), 0);
    for (size_t f = 0; f < K; f++) {
        size_t n = 0;

        for (size_t i = 0; i < N; i++) {
            if (s->plan.fold[i] != f)
                continue;
            truth[n] = r->truth[i];
            for (size_t k = 0; k < value.p; k++)
                matrix_col(&value, k)[n] = matrix_col(&r->oof.value, k)[i];
            n++;
        }
        struct scored scored = { .n = n,
                                 .n_classes = s->target.n_classes,
                                 .positive = s->target.positive,
                                 .truth = truth,
                                 .value = &value };
        assert_int_equal(metric_scores(scores, s->metrics, s->req.n_metrics, &scored, NULL), 0);
        for (size_t j = 0; j < s->req.n_metrics; j++)
            assert_true(r->estimates[j].folds[f] == scores[j]);
    }
    matrix_release(&value);
    resample_result_unref(r);
}

static void test_scores_are_those_of_the_folds(void **state)
{
    struct setup s;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    check_scores(&s);
    setup_release(&s);
    setup_init(&s, "z", "ridge", FIXTURE_NO_SETS);
    check_scores(&s);
    setup_release(&s);
}

static void test_result_tells_what_was_done(void **state)
{
    struct setup s;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    struct resample_result *r = run(&s);
    assert_string_equal(r->model, "logistic");
    assert_string_equal(r->learner, "logistic");
    assert_true(r->n_folds == K && r->n_repeats == 1 && r->test_train_ratio == 0.25);
    assert_string_equal(r->target.classes[1], "yes");
    assert_true(r->n_rows == N && r->rows[N - 1] == N - 1);
    const struct estimate *auc = resample_estimate(r, "roc-auc");
    assert_true(auc->n == K && auc->low < auc->mean && auc->mean < auc->high);
    assert_true(auc->mean > 0.75); /* there is something to learn */
    assert_null(resample_estimate(r, "rmse"));
    resample_result_unref(r);
    s.req.model = "lr";
    r = run(&s);
    assert_string_equal(r->model, "lr");
    resample_result_unref(r);
    setup_release(&s);
}

static void test_equal_plans_have_equal_digests(void **state)
{
    struct setup s;

    (void)state;
    setup_init(&s, "y", "baseline", FIXTURE_NO_SETS);
    struct resample_result *a = run(&s), *b = run(&s);
    s.plan.fold[0] = 1;
    struct resample_result *c = run(&s);
    assert_true(digest_eq(a->plan, b->plan));
    assert_false(digest_eq(a->plan, c->plan));
    resample_result_unref(a);
    resample_result_unref(b);
    resample_result_unref(c);
    setup_release(&s);
}

static void test_repeats_are_further_folds(void **state)
{
    struct setup s;
    void *fold;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    struct resample_result *once = run(&s);
    assert_int_equal(mem_big(&fold, 2 * N, sizeof(uint32_t), "a test", NULL), 0);
    memcpy(fold, s.plan.fold, N * sizeof(uint32_t));
    assert_int_equal(folds_random((uint32_t *)fold + N, N, K, NULL, 0, 3, 1, NULL), 0);
    mem_big_free(s.plan.fold);
    s.plan.fold = fold;
    s.plan.n_repeats = 2;
    struct resample_result *twice = run(&s);
    for (size_t j = 0; j < s.req.n_metrics; j++) {
        assert_int_equal(twice->estimates[j].n, 2 * K);
        assert_memory_equal(twice->estimates[j].folds, once->estimates[j].folds,
                            K * sizeof(double));
        assert_true(twice->estimates[j].folds[K] != once->estimates[j].folds[0]);
    }
    for (size_t i = 0; i < N; i++) /* of the first repeat */
        assert_true(matrix_col(&twice->oof.value, 1)[i] == matrix_col(&once->oof.value, 1)[i]);
    resample_result_unref(once);
    resample_result_unref(twice);
    setup_release(&s);
}

static void test_some_rows_only(void **state)
{
    struct setup s;
    size_t n = 0;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    for (uint32_t i = 0; i < N; i += 2) {
        s.plan.rows[n] = i;
        s.plan.fold[n] = (uint32_t)(n % K);
        n++;
    }
    s.plan.n_rows = n;
    check_by_hand(&s);
    struct resample_result *r = run(&s);
    assert_true(r->n_rows == n && r->rows[3] == 6);
    resample_result_unref(r);
    setup_release(&s);
}

/* ---- rows whose target is missing ---- */
static void blank_targets(struct setup *s, size_t every)
{
    struct column *y;
    struct table *t;

    assert_int_equal(column_take(&y, table_column(s->table, "y", NULL), s->plan.rows, N, NULL), 0);
    for (size_t i = 0; i < N; i += every)
        assert_int_equal(column_set_missing(y, i, NULL), 0);
    column_seal(y);
    assert_int_equal(table_put(&t, s->table, "y", y, NULL), 0);
    table_unref(s->table);
    s->table = t;
    s->req.input = t;
}

static void test_rows_without_a_target_are_not_scored(void **state)
{
    struct setup s;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    blank_targets(&s, 10); /* in folds 0 */
    add_step(&s, "drop missing", "drop missing y", FIXTURE_SETS({ "columns", "y" }));
    struct resample_result *r = run(&s);
    const struct estimate *e = resample_estimate(r, "accuracy");
    size_t n = 0, right = 0;
    for (size_t i = 0; i < N; i += K) {
        if (isnan(r->truth[i]))
            continue;
        n++;
        right += prediction_class(&r->oof, i) == (size_t)r->truth[i];
    }
    assert_int_equal(n, 15); /* 31 rows, 16 blank */
    assert_true(fabs(e->folds[0] - (double)right / (double)n) < 1e-15);
    assert_true(isnan(r->truth[0]) && e->n_undefined == 0);
    resample_result_unref(r);
    setup_release(&s);
}

/* A class of one row is in no training row of its own fold: the other classes are predicted there,
 * the row counts as wrong, and what needs every class in every fold is not defined. */
static void test_class_that_a_fold_never_saw(void **state)
{
    struct setup s;
    struct column_builder b;
    struct column *y;
    struct table *t;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    builder_init(&b, COLUMN_CATEGORY, N);
    for (size_t i = 0; i < N; i++)
        if (i == 7)
            builder_add_text(&b, "rare", 4);
        else
            builder_add_cell(&b, table_column(s.table, "y", NULL), i);
    assert_int_equal(builder_finish(&y, &b, NULL), 0);
    assert_int_equal(table_put(&t, s.table, "y", y, NULL), 0);
    assert_int_equal(target_detect(&s.target, t, "y", NULL, N, false, NULL, &s.arena, NULL), 0);
    s.req.n_metrics = metric_defaults(s.metrics, s.target.task);
    s.req.input = t;
    struct resample_result *r = run(&s);
    assert_int_equal(r->oof.n_classes, 3);
    assert_true(matrix_col(&r->oof.value, 1)[7] == 0); /* no rare yes */
    for (size_t i = 0; i < N; i++)
        assert_true(isfinite(matrix_col(&r->oof.value, 0)[i]));
    assert_int_equal(resample_estimate(r, "roc-auc")->n_undefined, K - 1);
    assert_int_equal(resample_estimate(r, "log-loss")->n_undefined, 0);
    assert_true(resample_estimate(r, "accuracy")->mean > 0.6);
    resample_result_unref(r);
    table_unref(t);
    setup_release(&s);
}

/* ---- no leaks ---- */

/* Held-out rows of fold 0 get absurd values in every column; others stay. */
static struct table *spoiled(const struct setup *s)
{
    struct column_builder b[5];
    struct column *columns[5];
    const char *names[5];
    struct table *t;

    for (size_t j = 0; j < 5; j++) {
        const struct column *c = table_at(s->table, j);

        names[j] = table_name(s->table, j);
        builder_init(&b[j], c->type, N);
        for (size_t i = 0; i < N; i++)
            if (s->plan.fold[i] != 0)
                builder_add_cell(&b[j], c, i);
            else if (c->type == COLUMN_REAL)
                builder_add_real(&b[j], 1e9 * (double)(i + 1));
            else
                builder_add_text(&b[j], i % 2 ? "aardvark" : "yes", i % 2 ? 8 : 3);
        assert_int_equal(builder_finish(&columns[j], &b[j], NULL), 0);
    }
    assert_int_equal(table_new(&t, columns, names, 5, N, NULL, NULL), 0);
    return t;
}

/* What recipe and learner have learned with fold 0 held out. */
static void learned(struct str *recipe, struct digest *model, const struct setup *s,
                    const struct table *t)
{
    uint8_t part[N];
    struct recipe_run *prepared;
    struct model *m;

    for (size_t i = 0; i < N; i++)
        part[i] = s->plan.fold[i] == 0 ? PART_PREDICT : PART_TRAIN;
    assert_int_equal(recipe_run(&prepared, s->recipe, t, part, false, NULL, NULL, NULL, NULL), 0);
    struct train_request train = { .learner = s->req.learner,
                                   .params = &s->params,
                                   .run = prepared,
                                   .target = "y",
                                   .fixed = &s->target };
    assert_int_equal(model_train(&m, &train, NULL, NULL), 0);
    str_init(recipe);
    fitted_save(recipe, m->fitted);
    *model = model_digest(m);
    model_unref(m);
    recipe_run_unref(prepared);
}

static void test_held_out_values_change_no_fitted_number(void **state)
{
    struct setup s;
    struct str a, b;
    struct digest of_a, of_b;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    struct table *other = spoiled(&s);
    learned(&a, &of_a, &s, s.table);
    learned(&b, &of_b, &s, other);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.buf, b.buf, a.len);
    assert_true(digest_eq(of_a, of_b));
    str_release(&a);
    str_release(&b);
    table_unref(other);
    setup_release(&s);
}

/* Rows of a fold change places with each other: their predictions do so too, bit for bit, since
 * what predicts them has not seen them. */
static void test_permuting_held_out_rows_permutes_their_predictions(void **state)
{
    struct setup s;
    uint32_t place[N];
    struct table *turned, *original;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    for (size_t i = 0; i < N; i++) /* the j-th row of fold 0 takes the place of the last but j */
        place[i] = (uint32_t)(i % K == 0 ? (N - 1) - i : i);
    struct resample_result *before = run(&s);
    assert_int_equal(table_take(&turned, s.table, place, N, NULL), 0);
    original = s.table;
    s.req.input = turned;
    struct resample_result *after = run(&s);
    for (size_t i = 0; i < N; i += K)
        for (size_t k = 0; k < 2; k++)
            assert_true(matrix_col(&after->oof.value, k)[i] ==
                        matrix_col(&before->oof.value, k)[place[i]]);
    for (size_t j = 0; j < s.req.n_metrics; j++)
        assert_true(fabs(after->estimates[j].folds[0] - before->estimates[j].folds[0]) < 1e-12);
    resample_result_unref(before);
    resample_result_unref(after);
    table_unref(turned);
    s.table = original;
    setup_release(&s);
}

/* ---- trouble ---- */
static void test_warnings_are_counted(void **state)
{
    struct setup s;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_SETS({ "max_iter", "1" }));
    struct resample_result *r = run(&s);
    assert_int_equal(r->n_warnings, K);
    assert_non_null(strstr(r->warning, "converge"));
    resample_result_unref(r);
    setup_release(&s);
}

static void test_errors_name_the_fold(void **state)
{
    struct setup s;
    struct resample_result *r = NULL;
    struct err err = { 0 };

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    struct recipe *bare = recipe_empty();
    fixture_role(&bare, "y", ROLE_TARGET);
    s.req.recipe = bare;
    assert_int_equal(resample_run(&r, &s.req, NULL, &err), -1);
    assert_null(r);
    assert_int_equal(strncmp(err.msg, "fold 1 of 5: ", 13), 0);
    recipe_unref(bare);
    setup_release(&s);
}

static void test_cancel(void **state)
{
    struct setup s;
    struct resample_result *r = NULL;
    struct err err = { 0 };
    struct job job;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    job_init(&job);
    job_cancel(&job);
    assert_int_equal(resample_run(&r, &s.req, &job, &err), -1);
    assert_int_equal(err.code, ERR_CANCELLED);
    assert_null(r);
    setup_release(&s);
}

static void test_progress_reaches_the_end(void **state)
{
    struct setup s;
    struct job job;
    struct resample_result *r;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    job_init(&job);
    assert_int_equal(resample_run(&r, &s.req, &job, NULL), 0);
    assert_true(job_fraction(&job) == 1);
    resample_result_unref(r);
    setup_release(&s);
}

/* Every large allocation in turn fails: an error, nothing leaks (the sanitizer looks). */
static void test_no_memory_is_an_error(void **state)
{
    struct setup s;
    struct resample_result *r;
    size_t nth = 1;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    s.plan.n_folds = 2;
    for (size_t i = 0; i < N; i++)
        s.plan.fold[i] = i % 2;
    for (;; nth++) {
        struct err err = { 0 };

        mem_big_fail_after(nth);
        if (resample_run(&r, &s.req, NULL, &err) == 0)
            break;
        assert_int_equal(err.code, ERR_NOMEM);
    }
    mem_big_fail_after(0);
    assert_true(nth > 10);
    resample_result_unref(r);
    setup_release(&s);
}

static void check_equal(const struct resample_result *a, const struct resample_result *b)
{
    for (size_t j = 0; j < a->n_metrics; j++) {
        const struct estimate *x = &a->estimates[j], *y = &b->estimates[j];

        assert_memory_equal(x->folds, y->folds, x->n * sizeof(double));
        assert_true(x->mean == y->mean && x->low == y->low && x->high == y->high);
    }
    assert_memory_equal(a->truth, b->truth, a->n_rows * sizeof(double));
    for (size_t k = 0; k < a->oof.value.p; k++)
        assert_memory_equal(matrix_col(&a->oof.value, k), matrix_col(&b->oof.value, k),
                            a->n_rows * sizeof(double));
    assert_int_equal(a->n_warnings, b->n_warnings);
    assert_true(!a->warning == !b->warning && (!a->warning || !strcmp(a->warning, b->warning)));
}

/* The same run with 1, 2 and 4 threads. */
static void check_threads(const struct setup *s)
{
    parallel_set_threads(1);
    struct resample_result *one = run(s);
    for (size_t threads = 2; threads <= 4; threads *= 2) {
        parallel_set_threads(threads);
        struct resample_result *more = run(s);
        check_equal(one, more);
        resample_result_unref(more);
    }
    parallel_set_threads(0);
    resample_result_unref(one);
}

static void test_threads_do_not_matter(void **state)
{
    struct setup s;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_SETS({ "max_iter", "2" })); /* warns */
    check_threads(&s);
    setup_release(&s);
    setup_init(&s, "z", "ridge", FIXTURE_NO_SETS);
    check_threads(&s);
    for (size_t threads = 1; threads <= 4; threads *= 2) {
        parallel_set_threads(threads);
        check_by_hand(&s);
    }
    parallel_set_threads(0);
    setup_release(&s);
}

/* So many cells that folds follow each other, with the threads inside them. */
static void test_folds_of_a_large_table(void **state)
{
    enum { LARGE = 850000 };
    struct setup s;
    struct job job;

    (void)state;
    setup_init(&s, "y", "baseline", FIXTURE_NO_SETS);
    struct table *large = fixture_table(LARGE, 2);
    struct recipe *bare = recipe_empty();
    fixture_role(&bare, "y", ROLE_TARGET);
    resample_plan_release(&s.plan);
    fixture_plan(&s.plan, LARGE, 2);
    s.req.input = large;
    s.req.recipe = bare;
    s.metrics[0] = metric_find("accuracy");
    s.req.n_metrics = 1;
    job_init(&job);
    struct resample_result *r;
    assert_int_equal(resample_run(&r, &s.req, &job, NULL), 0);
    assert_true(job_fraction(&job) == 1 && r->n_rows == LARGE);
    assert_true(fabs(r->estimates[0].mean - 0.6) < 0.05); /* the larger class */
    resample_result_unref(r);
    recipe_unref(bare);
    table_unref(large);
    setup_release(&s);
}

/* All folds fail, at a time; the first is told. */
static void test_first_fold_that_fails_is_told(void **state)
{
    struct setup s;
    struct resample_result *r = NULL;

    (void)state;
    setup_init(&s, "y", "logistic", FIXTURE_NO_SETS);
    struct recipe *bare = recipe_empty();
    fixture_role(&bare, "y", ROLE_TARGET);
    s.req.recipe = bare;
    for (size_t i = 0; i < 200; i++) {
        struct err err = { 0 };

        parallel_set_threads(1 + i % 4);
        assert_int_equal(resample_run(&r, &s.req, NULL, &err), -1);
        assert_int_equal(strncmp(err.msg, "fold 1 of 5: ", 13), 0);
    }
    parallel_set_threads(0);
    recipe_unref(bare);
    setup_release(&s);
}

/* ---- one set of rows ---- */
static void test_single_without_metrics(void **state)
{
    struct setup s;
    struct prediction p;
    struct resample_result *r;
    double truth[N] = { NAN };

    (void)state;
    setup_init(&s, "z", "ridge", FIXTURE_NO_SETS);
    p = (struct prediction){ .n = N };
    assert_int_equal(matrix_new(&p.value, N, 1, "a test", NULL), 0);
    memset(p.value.x, 0, p.value.ld * sizeof(double));
    struct resample_single single = {
        .learner = s.req.learner, .target = &s.target, .rows = s.plan.rows, .truth = truth
    };
    assert_int_equal(resample_single(&r, &single, &p, NULL, NULL), 0);
    assert_true(r->n_metrics == 0 && r->n_rows == N);
    assert_int_equal(resample_n_scored(r), N - 1);
    resample_result_unref(r);
    setup_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_to_doing_it_by_hand),
        cmocka_unit_test(test_rows_steps_never_remove_held_out_rows),
        cmocka_unit_test(test_scores_are_those_of_the_folds),
        cmocka_unit_test(test_result_tells_what_was_done),
        cmocka_unit_test(test_equal_plans_have_equal_digests),
        cmocka_unit_test(test_repeats_are_further_folds),
        cmocka_unit_test(test_some_rows_only),
        cmocka_unit_test(test_rows_without_a_target_are_not_scored),
        cmocka_unit_test(test_class_that_a_fold_never_saw),
        cmocka_unit_test(test_held_out_values_change_no_fitted_number),
        cmocka_unit_test(test_permuting_held_out_rows_permutes_their_predictions),
        cmocka_unit_test(test_warnings_are_counted),
        cmocka_unit_test(test_errors_name_the_fold),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_progress_reaches_the_end),
        cmocka_unit_test(test_no_memory_is_an_error),
        cmocka_unit_test(test_threads_do_not_matter),
        cmocka_unit_test(test_folds_of_a_large_table),
        cmocka_unit_test(test_first_fold_that_fails_is_told),
        cmocka_unit_test(test_single_without_metrics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
