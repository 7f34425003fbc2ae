/* The snapshot: nothing changes, everything is shared, errors leave no trace; the split holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../evaluate/evaluate_fixture.h"
#include "workspace.h"

enum { N = 60 };

/* A file of N rows: id, a (row 7, 17, … missing), b, c (row 59 as row 58), y, fold. */
static struct source *make_source(void)
{
    static const char *const colours[] = { "red", "green", "blue" };
    char path[] = "/tmp/assay-workspace-XXXXXX.csv";
    const struct reader *reader;
    struct arena arena;
    struct params params;
    struct source *source;
    struct err err = { 0 };
    struct rng rng;

    FILE *f = fdopen(mkstemps(path, 4), "w");
    assert_non_null(f);
    rng_init(&rng, 3, 0);
    fputs("a,b,c,y,fold\n", f);
    for (int i = 0; i < N - 1; i++) {
        double u = rng_normal(&rng), v = rng_normal(&rng);

        if (i % 10 == 7)
            fputs(",", f);
        else
            fprintf(f, "%.6f,", u);
        fprintf(f, "%.6f,%s,%s,f%d\n", v, colours[i % 3],
                u + v + 0.5 * rng_normal(&rng) > 0 ? "yes" : "no", i % 4);
        if (i == N - 2) /* and the same again */
            fprintf(f, "%.6f,%.6f,%s,%s,f%d\n", u, v, colours[i % 3], "no", i % 4);
    }
    fclose(f);
    if (reader_find(&reader, path, NULL, &err))
        fail_msg("%s", err.msg);
    arena_init(&arena);
    params_init(&params, reader->params, &arena);
    if (source_read(&source, path, reader, &params, NULL, &err))
        fail_msg("%s", err.msg);
    arena_release(&arena);
    unlink(path);
    assert_int_equal(source->table->n_rows, N);
    return source;
}

/* *ws becomes `next`. */
static void advance(struct workspace **ws, struct workspace *next)
{
    workspace_unref(*ws);
    *ws = next;
}

static struct workspace *loaded(void)
{
    struct source *source = make_source();
    struct workspace *ws = workspace_empty(), *next;

    assert_int_equal(workspace_with_source(&next, ws, source, NULL), 0);
    source_unref(source);
    advance(&ws, next);
    return ws;
}

static void set_recipe(struct workspace **ws, struct recipe *take)
{
    struct workspace *next;
    struct err err = { 0 };

    if (workspace_with_recipe(&next, *ws, take, NULL, &err))
        fail_msg("%s", err.msg);
    recipe_unref(take);
    advance(ws, next);
}

static void add_step(struct workspace **ws, const char *kind, const char *text,
                     const struct fixture_set *sets)
{
    struct recipe *r = recipe_ref((*ws)->recipe);

    fixture_step(&r, kind, text, sets);
    set_recipe(ws, r);
}

static void set_target(struct workspace **ws, const char *column)
{
    struct workspace *next;

    assert_int_equal(workspace_with_target(&next, *ws, column, AS_FITS, NULL, NULL, NULL), 0);
    advance(ws, next);
}

/* Every third row of the table as it stands is held out. */
static void split_thirds(struct workspace **ws)
{
    struct workspace *next;
    uint8_t part[N];
    struct err err = { 0 };

    for (size_t i = 0; i < workspace_table(*ws)->n_rows; i++)
        part[i] = i % 3 == 2 ? PART_PREDICT : PART_TRAIN;
    if (workspace_with_split(&next, *ws, part, "test=0.33", NULL, &err))
        fail_msg("%s", err.msg);
    advance(ws, next);
}

static size_t count_part(const struct workspace *ws, uint8_t part)
{
    struct arena arena;
    uint32_t *rows;

    arena_init(&arena);
    size_t n = workspace_rows(&rows, ws, part, &arena);
    arena_release(&arena);
    return n;
}

static bool has_row(const struct workspace *ws, size_t number)
{
    const struct table *t = workspace_table(ws);

    for (size_t i = 0; i < t->n_rows; i++)
        if (table_row_number(t, i) == number)
            return true;
    return false;
}

static void step_impute(struct workspace **ws)
{
    add_step(ws, "impute", "impute a method=mean",
             FIXTURE_SETS({ "columns", "a" }, { "method", "mean" }));
}

static void step_filter(struct workspace **ws, const char *text)
{
    add_step(ws, "filter", text, FIXTURE_SETS({ "expression", text + strlen("filter ") }));
}

/* Target y, fold set aside, everything prepared, a third held out. */
static struct workspace *ready(void)
{
    struct workspace *ws = loaded();
    struct recipe *r;

    set_target(&ws, "y");
    r = recipe_ref(ws->recipe);
    fixture_role(&r, "fold", ROLE_FOLD);
    set_recipe(&ws, r);
    step_impute(&ws);
    add_step(&ws, "encode", "encode c", FIXTURE_SETS({ "columns", "c" }));
    add_step(&ws, "scale", "scale all", FIXTURE_NO_SETS);
    split_thirds(&ws);
    return ws;
}

static struct model *train(const struct workspace *ws, const char *learner)
{
    struct arena arena;
    struct params params;
    struct model *m;
    struct err err = { 0 };
    const struct learner *l = learner_find(learner);

    arena_init(&arena);
    fixture_params(&params, l->params, &arena, FIXTURE_NO_SETS);
    struct train_request req = {
        .learner = l, .params = &params, .run = ws->run, .target = workspace_target(ws)
    };
    if (model_train(&m, &req, NULL, &err))
        fail_msg("%s", err.msg);
    arena_release(&arena);
    return m;
}

static void add_model(struct workspace **ws, const char *name, const char *learner)
{
    struct model *m = train(*ws, learner);

    advance(ws, workspace_with_model(*ws, name, m));
    model_unref(m);
}

/* ---- nothing loaded ---- */
static void test_empty(void **state)
{
    struct workspace *ws = workspace_empty();
    struct arena arena;
    struct target target;
    struct err err = { 0 };

    (void)state;
    arena_init(&arena);
    assert_null(workspace_table(ws));
    assert_null(workspace_target(ws));
    assert_null(workspace_need_table(ws, &err));
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_string_equal(err.msg, "nothing is loaded; load FILE first");
    assert_int_equal(count_part(ws, PART_TRAIN), 0);
    err_clear(&err);
    assert_int_equal(workspace_detect_target(&target, ws, &arena, &err), -1);
    assert_string_equal(err.msg, "nothing is loaded; load FILE first");
    arena_release(&arena);
    workspace_unref(ws);
}

static void test_no_target(void **state)
{
    struct workspace *ws = loaded();
    struct arena arena;
    struct target target;
    struct err err = { 0 };

    (void)state;
    arena_init(&arena);
    assert_int_equal(workspace_detect_target(&target, ws, &arena, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_string_equal(err.msg, "no column is the target; name it with target COLUMN");
    arena_release(&arena);
    workspace_unref(ws);
}

/* ---- snapshots ---- */
static void test_old_snapshot_stays_as_it_was(void **state)
{
    struct workspace *before = loaded(), *after = workspace_ref(before);
    const struct digest digest = workspace_digest(before);
    const struct table *table = workspace_table(before);

    (void)state;
    step_impute(&after);
    set_target(&after, "y");
    split_thirds(&after);
    add_model(&after, "m", "baseline");
    assert_true(digest_eq(workspace_digest(before), digest));
    assert_ptr_equal(workspace_table(before), table);
    assert_int_equal(table_at(table, 0)->n_missing, 6);
    assert_true(before->n_models == 0 && !before->split && before->recipe->n_steps == 0);
    workspace_unref(after);
    workspace_unref(before);
}

static void test_what_did_not_change_is_shared(void **state)
{
    struct workspace *before = loaded();

    (void)state;
    step_impute(&before);
    struct workspace *after = workspace_ref(before);
    add_step(&after, "scale", "scale b", FIXTURE_SETS({ "columns", "b" }));
    assert_ptr_equal(after->source, before->source);
    assert_ptr_equal(after->run->tables[1], before->run->tables[1]); /* impute did not run again */
    assert_ptr_equal(table_at(workspace_table(after), 2), table_at(before->source->table, 2));
    assert_ptr_not_equal(table_at(workspace_table(after), 1), table_at(before->source->table, 1));
    workspace_unref(after);
    workspace_unref(before);
}

static void test_digest_tells_states_apart(void **state)
{
    struct workspace *ws = loaded(), *again = loaded();
    struct digest seen[8];
    size_t n = 0;

    (void)state;
    assert_true(digest_eq(workspace_digest(ws), workspace_digest(again)));
    seen[n++] = workspace_digest(ws);
    step_impute(&ws);
    seen[n++] = workspace_digest(ws);
    set_target(&ws, "y");
    seen[n++] = workspace_digest(ws);
    split_thirds(&ws);
    seen[n++] = workspace_digest(ws);
    add_model(&ws, "m", "baseline");
    seen[n++] = workspace_digest(ws);
    add_model(&ws, "other", "baseline");
    seen[n++] = workspace_digest(ws);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            assert_false(digest_eq(seen[i], seen[j]));
    step_impute(&again); /* the same way gives the same digest */
    assert_true(digest_eq(workspace_digest(again), seen[1]));
    workspace_unref(ws);
    workspace_unref(again);
}

static void test_new_source_starts_over(void **state)
{
    struct workspace *ws = ready(), *next;
    struct source *source = make_source();

    (void)state;
    add_model(&ws, "m", "baseline");
    assert_int_equal(workspace_with_source(&next, ws, source, NULL), 0);
    assert_true(next->n_models == 0 && next->recipe->n_steps == 0 && !next->split);
    assert_null(workspace_target(next));
    assert_ptr_equal(workspace_table(next), source->table);
    source_unref(source);
    workspace_unref(next);
    workspace_unref(ws);
}

static void test_error_leaves_no_trace(void **state)
{
    struct workspace *ws = loaded(), *next = NULL;
    const struct digest digest = workspace_digest(ws);
    struct recipe *r = recipe_ref(ws->recipe);
    struct err err = { 0 };

    (void)state;
    fixture_step(&r, "filter", "filter nosuch > 1", FIXTURE_SETS({ "expression", "nosuch > 1" }));
    assert_int_equal(workspace_with_recipe(&next, ws, r, NULL, &err), -1);
    assert_null(next);
    assert_int_equal(strncmp(err.msg, "step 1 (filter)", 15), 0);
    assert_true(digest_eq(workspace_digest(ws), digest) && ws->recipe->n_steps == 0);
    recipe_unref(r);
    workspace_unref(ws);
}

/* ---- the target ---- */
static void test_target_that_is_no_column(void **state)
{
    struct workspace *ws = loaded(), *next = NULL;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(workspace_with_target(&next, ws, "yy", AS_FITS, NULL, NULL, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_null(next);
    workspace_unref(ws);
}

static void test_positive_class(void **state)
{
    struct workspace *ws = loaded(), *next = NULL;
    struct arena arena;
    struct target target;
    struct err err = { 0 };

    (void)state;
    arena_init(&arena);
    assert_int_equal(workspace_with_target(&next, ws, "y", AS_FITS, "nope", NULL, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_null(next);
    assert_int_equal(workspace_with_target(&next, ws, "y", AS_FITS, "no", NULL, NULL), 0);
    assert_int_equal(workspace_detect_target(&target, next, &arena, NULL), 0);
    assert_string_equal(target.classes[target.positive], "no");
    assert_string_equal(workspace_target(next), "y");
    arena_release(&arena);
    workspace_unref(next);
    workspace_unref(ws);
}

/* ---- the split ---- */
static void test_fitted_steps_learn_from_training_rows_only(void **state)
{
    struct workspace *ws = loaded();
    double sum = 0, n = 0;

    (void)state;
    step_impute(&ws);
    split_thirds(&ws);
    const struct column *raw = table_at(ws->source->table, 0);
    const struct column *filled = table_at(workspace_table(ws), 0);
    for (size_t i = 0; i < N; i++)
        if (i % 3 != 2 && !column_missing(raw, i)) {
            sum += column_reals(raw)[i];
            n++;
        }
    for (size_t i = 7; i < N; i += 10)
        assert_true(fabs(column_reals(filled)[i] - sum / n) < 1e-12);
    assert_int_equal(count_part(ws, PART_TRAIN), 40);
    assert_int_equal(count_part(ws, PART_PREDICT), 20);
    assert_string_equal(ws->split_text, "test=0.33");
    workspace_unref(ws);
}

static void test_split_wants_rows_of_both_kinds(void **state)
{
    struct workspace *ws = loaded(), *next = NULL;
    struct err err = { 0 };
    uint8_t part[N] = { 0 };

    (void)state;
    assert_int_equal(workspace_with_split(&next, ws, part, "test=1", NULL, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_null(next);
    workspace_unref(ws);
}

/* What a step before the split removed is still seen as its doing. */
static void test_steps_before_the_split_still_show_what_they_did(void **state)
{
    struct workspace *ws = loaded();
    struct diff *d;

    (void)state;
    step_filter(&ws, "filter b > 0");
    size_t n = workspace_table(ws)->n_rows;
    split_thirds(&ws);
    assert_int_equal(workspace_table(ws)->n_rows, n);
    assert_int_equal(count_part(ws, PART_TRAIN) + count_part(ws, PART_PREDICT), n);
    assert_int_equal(recipe_run_diff(&d, ws->run, 0, NULL), 0);
    assert_int_equal(d->rows_removed, N - n);
    diff_free(d);
    workspace_unref(ws);
}

static void test_rows_removed_after_learning_stay_out_of_the_split(void **state)
{
    struct workspace *ws = loaded();

    (void)state;
    step_impute(&ws);
    step_filter(&ws, "filter b > 0"); /* after a fitted step: no part of the sample */
    size_t n = workspace_table(ws)->n_rows;
    split_thirds(&ws);
    assert_int_equal(workspace_table(ws)->n_rows, n);
    assert_int_equal(count_part(ws, PART_TRAIN) + count_part(ws, PART_PREDICT), n);
    struct workspace *more = workspace_ref(ws); /* a further step runs alone */
    add_step(&more, "scale", "scale b", FIXTURE_SETS({ "columns", "b" }));
    assert_ptr_equal(more->run->tables[2], ws->run->tables[2]);
    assert_int_equal(workspace_table(more)->n_rows, n);
    workspace_unref(more);
    /* and the step is still seen to remove them, after an edit before it as well */
    set_recipe(&ws, recipe_switch(ws->recipe, 0, false));
    struct diff *d;
    assert_int_equal(recipe_run_diff(&d, ws->run, 1, NULL), 0);
    assert_int_equal(d->rows_removed, N - n);
    assert_int_equal(workspace_table(ws)->n_rows, n);
    diff_free(d);
    workspace_unref(ws);
}

static void test_rows_out_of_the_split_do_not_come_back(void **state)
{
    struct workspace *ws = loaded();

    (void)state;
    step_filter(&ws, "filter b > 0");
    size_t n = workspace_table(ws)->n_rows;
    split_thirds(&ws);
    set_recipe(&ws, recipe_switch(ws->recipe, 0, false));
    assert_int_equal(workspace_table(ws)->n_rows, n);
    assert_int_equal(count_part(ws, PART_TRAIN) + count_part(ws, PART_PREDICT), n);
    set_recipe(&ws, recipe_set_split(ws->recipe, SIZE_MAX)); /* until there is no split */
    assert_null(ws->split);
    assert_int_equal(workspace_table(ws)->n_rows, N);
    assert_int_equal(count_part(ws, PART_TRAIN), N);
    workspace_unref(ws);
}

static void test_later_rows_steps_leave_held_out_rows(void **state)
{
    struct workspace *ws = loaded();

    (void)state;
    split_thirds(&ws);
    step_filter(&ws, "filter b > 0");
    assert_int_equal(count_part(ws, PART_PREDICT), 20);
    assert_true(count_part(ws, PART_TRAIN) < 40);
    for (size_t i = 2; i < N; i += 3)
        assert_true(has_row(ws, i + 1));
    workspace_unref(ws);
}

static void test_new_split_replaces_the_old(void **state)
{
    struct workspace *ws = ready(), *next;
    uint8_t part[N];

    (void)state;
    for (size_t i = 0; i < N; i++)
        part[i] = i < 15 ? PART_PREDICT : PART_TRAIN;
    assert_int_equal(workspace_with_split(&next, ws, part, "by=part", NULL, NULL), 0);
    assert_int_equal(count_part(next, PART_PREDICT), 15);
    assert_string_equal(next->split_text, "by=part");
    assert_int_equal(count_part(ws, PART_PREDICT), 20);
    workspace_unref(next);
    workspace_unref(ws);
}

/* ---- models ---- */
static void test_models_by_name(void **state)
{
    struct workspace *ws = ready();
    struct err err = { 0 };

    (void)state;
    assert_null(workspace_model(ws, "rf", &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.msg, "no model 'rf'; train one first");
    add_model(&ws, "base", "baseline");
    add_model(&ws, "lr", "baseline");
    add_model(&ws, "lr", "logistic"); /* replaces */
    assert_int_equal(ws->n_models, 2);
    assert_string_equal(workspace_model(ws, "lr", NULL)->model->learner->name, "logistic");
    assert_null(workspace_model(ws, "bsae", &err));
    assert_string_equal(err.msg, "no model 'bsae'; did you mean base?");
    step_filter(&ws, "filter b > -9"); /* models outlive changes of the recipe */
    assert_non_null(workspace_model(ws, "base", NULL));
    workspace_unref(ws);
}

/* ---- plans ---- */
static void test_plan_of_folds(void **state)
{
    struct workspace *ws = ready();
    struct resample_plan plan;
    size_t yes[5] = { 0 }, least = N, most = 0;

    (void)state;
    const struct column *y = table_column(ws->source->table, "y", NULL);
    assert_int_equal(workspace_plan(&plan, ws, 5, 3, NULL, 7, NULL), 0);
    assert_true(plan.n_rows == 40 && plan.n_folds == 5 && plan.n_repeats == 3 && plan.seed == 7);
    for (size_t i = 0; i < plan.n_rows; i++) {
        assert_true(plan.rows[i] % 3 != 2); /* training rows */
        yes[plan.fold[i]] += span_is(column_span(y, plan.rows[i]), "yes");
    }
    for (size_t f = 0; f < 5; f++) {
        least = yes[f] < least ? yes[f] : least;
        most = yes[f] > most ? yes[f] : most;
    }
    assert_true(most - least <= 1); /* stratified */
    assert_memory_not_equal(plan.fold, plan.fold + 40, 40 * sizeof(uint32_t));
    resample_plan_release(&plan);
    workspace_unref(ws);
}

static void test_plan_by_a_column(void **state)
{
    struct workspace *ws = ready();
    struct resample_plan plan;
    struct err err = { 0 };

    (void)state;
    for (int pass = 0; pass < 2; pass++) {
        assert_int_equal(workspace_plan(&plan, ws, 5, 3, "fold", 7, NULL), 0);
        assert_true(plan.n_rows == 40 && plan.n_folds == 4 && plan.n_repeats == 1);
        for (size_t i = 0; i < plan.n_rows; i++) /* the last row is a copy of the one before it */
            assert_int_equal(plan.fold[i], (plan.rows[i] == N - 1 ? N - 2 : plan.rows[i]) % 4);
        resample_plan_release(&plan);
        if (pass == 0) /* then it is taken as it was loaded */
            add_step(&ws, "drop", "drop fold", FIXTURE_SETS({ "columns", "fold" }));
    }
    assert_int_equal(workspace_plan(&plan, ws, 5, 1, "flod", 7, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    workspace_unref(ws);
}

/* A step after the split removes rows from training; they are still to be predicted. */
static void test_plan_holds_the_whole_sample(void **state)
{
    struct workspace *ws = ready();
    struct resample_plan plan;

    (void)state;
    step_filter(&ws, "filter b > 0");
    assert_true(count_part(ws, PART_TRAIN) < 40);
    assert_int_equal(workspace_plan(&plan, ws, 4, 1, NULL, 7, NULL), 0);
    assert_int_equal(plan.n_rows, 40);
    resample_plan_release(&plan);
    workspace_unref(ws);
}

static void test_plan_with_too_many_folds(void **state)
{
    struct workspace *ws = ready();
    struct resample_plan plan;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(workspace_plan(&plan, ws, 41, 1, NULL, 7, &err), -1);
    assert_string_equal(err.msg, "41 folds were asked for over 40 rows; ask for fewer");
    workspace_unref(ws);
}

/* ---- the held-out rows ---- */
static void test_scores_of_the_held_out_rows(void **state)
{
    struct workspace *ws = ready();
    const struct metric *metric = metric_find("accuracy");
    struct resample_result *r;
    struct prediction p;
    size_t right = 0;

    (void)state;
    add_model(&ws, "lr", "logistic");
    const struct named_model *m = workspace_model(ws, "lr", NULL);
    assert_int_equal(workspace_test(&r, ws, m, &metric, 1, 7, NULL, NULL), 0);
    assert_int_equal(model_predict(&p, m->model, ws->source->table, NULL, NULL), 0);
    const struct column *y = table_column(ws->source->table, "y", NULL);
    for (size_t i = 2; i < N; i += 3)
        right += span_is(column_span(y, i), m->model->target.classes[prediction_class(&p, i)]);
    const struct estimate *e = resample_estimate(r, "accuracy");
    assert_true(fabs(e->mean - (double)right / 20) < 1e-15);
    assert_true(e->low <= e->mean && e->mean <= e->high && e->low < e->high);
    assert_true(r->n_rows == 20 && r->rows[1] == 5 && r->n_folds == 1);
    assert_string_equal(r->model, "lr");
    struct workspace *kept = workspace_with_result(ws, "lr", NULL, r);
    assert_ptr_equal(workspace_model(kept, "lr", NULL)->tested, r);
    assert_null(workspace_model(ws, "lr", NULL)->tested);
    assert_false(digest_eq(workspace_digest(kept), workspace_digest(ws)));
    workspace_unref(kept);
    prediction_release(&p);
    resample_result_unref(r);
    workspace_unref(ws);
}

static void test_without_held_out_rows_there_is_no_test(void **state)
{
    struct workspace *ws = loaded();
    const struct metric *metric = metric_find("accuracy");
    struct resample_result *r;
    struct err err = { 0 };

    (void)state;
    set_target(&ws, "y");
    add_model(&ws, "m", "baseline");
    assert_int_equal(
        workspace_test(&r, ws, workspace_model(ws, "m", NULL), &metric, 1, 7, NULL, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_string_equal(err.msg, "no rows are held out; split test=0.25 before training");
    split_thirds(&ws); /* the model has seen those rows */
    assert_int_equal(
        workspace_test(&r, ws, workspace_model(ws, "m", NULL), &metric, 1, 7, NULL, &err), -1);
    assert_int_equal(err.code, ERR_DOMAIN);
    assert_string_equal(err.msg, "model m was trained before this split and may have seen its "
                                 "held-out rows; train it again");
    workspace_unref(ws);
}

/* ---- no memory ---- */
static void test_no_memory_leaves_no_trace(void **state)
{
    struct workspace *ws = ready(), *next = NULL;
    const struct digest digest = workspace_digest(ws);
    uint8_t part[N];
    size_t nth = 1;

    (void)state;
    for (size_t i = 0; i < N; i++)
        part[i] = i % 2 ? PART_PREDICT : PART_TRAIN;
    for (;; nth++) {
        struct err err = { 0 };

        mem_big_fail_after(nth);
        if (workspace_with_split(&next, ws, part, "by=part", NULL, &err) == 0)
            break;
        assert_int_equal(err.code, ERR_NOMEM);
        assert_null(next);
        assert_true(digest_eq(workspace_digest(ws), digest));
    }
    mem_big_fail_after(0);
    assert_true(nth > 3);
    workspace_unref(next);
    workspace_unref(ws);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_no_target),
        cmocka_unit_test(test_old_snapshot_stays_as_it_was),
        cmocka_unit_test(test_what_did_not_change_is_shared),
        cmocka_unit_test(test_digest_tells_states_apart),
        cmocka_unit_test(test_new_source_starts_over),
        cmocka_unit_test(test_error_leaves_no_trace),
        cmocka_unit_test(test_target_that_is_no_column),
        cmocka_unit_test(test_positive_class),
        cmocka_unit_test(test_fitted_steps_learn_from_training_rows_only),
        cmocka_unit_test(test_split_wants_rows_of_both_kinds),
        cmocka_unit_test(test_steps_before_the_split_still_show_what_they_did),
        cmocka_unit_test(test_rows_removed_after_learning_stay_out_of_the_split),
        cmocka_unit_test(test_rows_out_of_the_split_do_not_come_back),
        cmocka_unit_test(test_later_rows_steps_leave_held_out_rows),
        cmocka_unit_test(test_new_split_replaces_the_old),
        cmocka_unit_test(test_models_by_name),
        cmocka_unit_test(test_plan_of_folds),
        cmocka_unit_test(test_plan_by_a_column),
        cmocka_unit_test(test_plan_holds_the_whole_sample),
        cmocka_unit_test(test_plan_with_too_many_folds),
        cmocka_unit_test(test_scores_of_the_held_out_rows),
        cmocka_unit_test(test_without_held_out_rows_there_is_no_test),
        cmocka_unit_test(test_no_memory_leaves_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
