/* resample.c - refit everything in every fold, predict its held-out rows, score them.
 *
 * Leakage is impossible by construction: a fold's rows reach recipe and learner only through
 * recipe_run, as rows to be predicted.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/resample.h"

void resample_plan_release(struct resample_plan *plan)
{
    mem_big_free(plan->rows);
    mem_big_free(plan->fold);
    *plan = (struct resample_plan){ 0 };
}

/* ---- the result ---- */
static struct target target_copy(const struct target *t, struct arena *arena)
{
    struct target copy = *t;

    copy.name = arena_strdup(arena, t->name);
    if (t->classes) {
        const char **classes = ARENA_NEW(arena, const char *, t->n_classes);
        for (size_t k = 0; k < t->n_classes; k++)
            classes[k] = arena_strdup(arena, t->classes[k]);
        copy.classes = classes;
    }
    return copy;
}

static struct resample_result *result_new(const char *model, const struct learner *learner,
                                          const struct target *target,
                                          const struct metric *const *metrics, size_t n_metrics)
{
    struct resample_result *r = MEM_NEW(struct resample_result, 1);

    atomic_init(&r->refs, 1);
    arena_init(&r->arena);
    r->model = mem_strdup(model ? model : learner->name);
    r->learner = mem_strdup(learner->name);
    r->target = target_copy(target, &r->arena);
    r->n_metrics = n_metrics;
    r->metrics = ARENA_NEW(&r->arena, const struct metric *, n_metrics);
    memcpy(r->metrics, metrics, n_metrics * sizeof(*metrics));
    r->estimates = ARENA_NEW(&r->arena, struct estimate, n_metrics);
    return r;
}

/* Room for the rows' numbers and truth. */
static int result_rows(struct resample_result *r, const uint32_t *rows, size_t n, struct err *err)
{
    void *block = NULL;

    if (mem_big(&block, n, sizeof(uint32_t), "row numbers", err))
        return -1;
    r->rows = block;
    memcpy(r->rows, rows, n * sizeof(*rows));
    if (mem_big(&block, n, sizeof(double), "the truth", err))
        return -1;
    r->truth = block;
    r->n_rows = n;
    return 0;
}

struct resample_result *resample_result_ref(const struct resample_result *r)
{
    struct resample_result *shared = (struct resample_result *)(uintptr_t)r;

    atomic_fetch_add(&shared->refs, 1);
    return shared;
}

void resample_result_unref(const struct resample_result *r)
{
    struct resample_result *shared = (struct resample_result *)(uintptr_t)r;

    if (!shared || atomic_fetch_sub(&shared->refs, 1) != 1)
        return;
    mem_free(shared->model);
    mem_free(shared->learner);
    mem_big_free(shared->rows);
    mem_big_free(shared->truth);
    prediction_release(&shared->oof);
    arena_release(&shared->arena);
    mem_free(shared);
}

const struct estimate *resample_estimate(const struct resample_result *r, const char *metric)
{
    for (size_t j = 0; j < r->n_metrics; j++)
        if (strcmp(r->metrics[j]->name, metric) == 0)
            return &r->estimates[j];
    return NULL;
}

/* ---- scoring ---- */

/* Rows to score: those whose truth is not known get no weight.  truth (n) is changed: a class index
 * must be one. */
static int scored_init(struct scored *s, const struct target *target, const struct prediction *p,
                       double *truth, double **weights, struct err *err)
{
    size_t n_unknown = 0;
    void *block = NULL;

    *s = (struct scored){ .n = p->n,
                          .n_classes = target->n_classes,
                          .positive = target->positive,
                          .truth = truth,
                          .value = &p->value };
    for (size_t i = 0; i < p->n; i++)
        n_unknown += isnan(truth[i]) ? 1 : 0;
    if (!n_unknown)
        return 0;
    if (mem_big(&block, p->n, sizeof(double), "weights of rows", err))
        return -1;
    *weights = block;
    for (size_t i = 0; i < p->n; i++) {
        (*weights)[i] = isnan(truth[i]) ? 0.0 : 1.0;
        if (isnan(truth[i]))
            truth[i] = 0.0;
    }
    s->weights = *weights;
    return 0;
}

int resample_single(struct resample_result **out, const struct resample_single *single,
                    struct prediction *take, struct job *job, struct err *err)
{
    struct resample_result *r = result_new(single->model, single->learner, single->target,
                                           single->metrics, single->n_metrics);
    double *weights = NULL;
    struct scored s;

    r->oof = *take;
    *take = (struct prediction){ 0 };
    r->n_folds = r->n_repeats = 1;
    r->seed = single->seed;
    int rc = result_rows(r, single->rows, r->oof.n, err);
    if (!rc) {
        memcpy(r->truth, single->truth, r->n_rows * sizeof(double));
        rc = scored_init(&s, &r->target, &r->oof, r->truth, &weights, err);
    }
    job_phase(job, "bootstrap");
    if (!rc)
        rc = estimate_bootstrap(r->estimates, r->metrics, r->n_metrics, &s, BOOTSTRAP_RESAMPLES,
                                single->seed, job, err);
    mem_big_free(weights);
    if (rc) {
        resample_result_unref(r);
        return -1;
    }
    memcpy(r->truth, single->truth, r->n_rows * sizeof(double));
    *out = r;
    return 0;
}

/* ---- folds ---- */
struct resampling {
    const struct resample_request *req;
    struct resample_result *result;
    struct table *input; /* the plan's rows, in its order */
    uint8_t *part;       /* (n_rows) of the fold at hand */
    uint32_t *held;      /* (n_rows) rows of the fold's last table that are held out */
    double *truth;       /* (n_rows) of those */
    double *values;      /* (n_metrics, n_folds * n_repeats) */
    double *scores;      /* (n_metrics) */
};

/* The rows of the plan; a reference when they are all the rows there are. */
static int plan_input(struct table **out, const struct resample_request *req, struct err *err)
{
    const struct resample_plan *plan = req->plan;
    bool all = plan->n_rows == req->input->n_rows;

    for (size_t i = 0; i < plan->n_rows && all; i++)
        all = plan->rows[i] == i;
    if (!all)
        return table_take(out, req->input, plan->rows, plan->n_rows, err);
    *out = table_ref(req->input);
    return 0;
}

static struct digest plan_digest(const struct resample_plan *plan)
{
    struct hasher h;

    hasher_init(&h);
    hasher_add_u64(&h, plan->n_rows);
    hasher_add_u64(&h, plan->n_repeats);
    hasher_add(&h, plan->rows, plan->n_rows * sizeof(*plan->rows));
    hasher_add(&h, plan->fold, plan->n_repeats * plan->n_rows * sizeof(*plan->fold));
    return hasher_finish(&h);
}

static int resampling_init(struct resampling *rs, const struct resample_request *req,
                           struct err *err)
{
    const struct resample_plan *plan = req->plan;
    struct resample_result *r = result_new(req->model, req->learner, req->target, req->metrics,
                                           req->n_metrics);
    size_t n_columns = req->target->n_classes ? req->target->n_classes : 1;
    void *block = NULL;

    *rs = (struct resampling){ .req = req, .result = r };
    r->n_folds = plan->n_folds;
    r->n_repeats = plan->n_repeats;
    r->seed = plan->seed;
    r->plan = plan_digest(plan);
    r->test_train_ratio = 1.0 / (double)(plan->n_folds - 1); /* of the mean sizes */
    rs->values = ARENA_NEW(&r->arena, double, req->n_metrics * plan->n_folds * plan->n_repeats);
    rs->scores = ARENA_NEW(&r->arena, double, req->n_metrics);
    if (result_rows(r, plan->rows, plan->n_rows, err) ||
        matrix_new(&r->oof.value, plan->n_rows, n_columns, "out-of-fold predictions", err))
        return -1;
    r->oof.n = plan->n_rows;
    r->oof.n_classes = req->target->n_classes;
    if (mem_big(&block, plan->n_rows, 1, "parts of rows", err))
        return -1;
    rs->part = block;
    if (mem_big(&block, plan->n_rows, sizeof(uint32_t), "held-out rows", err))
        return -1;
    rs->held = block;
    if (mem_big(&block, plan->n_rows, sizeof(double), "the truth", err))
        return -1;
    rs->truth = block;
    return plan_input(&rs->input, req, err);
}

static void resampling_release(struct resampling *rs)
{
    table_unref(rs->input);
    mem_big_free(rs->part);
    mem_big_free(rs->held);
    mem_big_free(rs->truth);
}

/* Set the fold's rows aside; how many they are. */
static size_t fold_parts(struct resampling *rs, size_t repeat, size_t fold)
{
    const struct resample_plan *plan = rs->req->plan;
    const uint32_t *of_row = plan->fold + repeat * plan->n_rows;
    size_t n_held = 0;

    for (size_t i = 0; i < plan->n_rows; i++) {
        bool held = of_row[i] == fold;
        rs->part[i] = held ? PART_PREDICT : PART_TRAIN;
        n_held += held;
    }
    return n_held;
}

/* Where the held-out rows stand in the prepared table: all of them, in their order. */
static void fold_held(struct resampling *rs, const struct recipe_run *run, size_t n_held)
{
    size_t n_rows = recipe_run_result(run)->n_rows, n = 0;

    for (size_t i = 0; i < n_rows; i++)
        if (recipe_run_part(run, i) == PART_PREDICT) {
            assert(n < n_held);
            rs->held[n++] = (uint32_t)i;
        }
    assert(n == n_held); /* steps never remove rows to be predicted */
    (void)n_held;
}

/* Keep the predictions in the plan's order of rows. */
static void fold_keep(struct resampling *rs, const struct prediction *p)
{
    struct resample_result *r = rs->result;

    for (size_t i = 0, j = 0; i < r->n_rows; i++) {
        if (rs->part[i] != PART_PREDICT)
            continue;
        r->truth[i] = rs->truth[j];
        for (size_t k = 0; k < r->oof.value.p; k++)
            matrix_col(&r->oof.value, k)[i] = matrix_col(&p->value, k)[j];
        j++;
    }
}

static void fold_warning(struct resample_result *r, const struct model *m)
{
    if (m->warning && r->n_warnings++ == 0)
        r->warning = arena_strdup(&r->arena, m->warning);
}

static int fold_score(struct resampling *rs, const struct prediction *p, size_t at, struct err *err)
{
    const struct resample_plan *plan = rs->req->plan;
    double *weights = NULL;
    struct scored s;

    int rc = scored_init(&s, rs->req->target, p, rs->truth, &weights, err);
    if (!rc)
        rc = metric_scores(rs->scores, rs->req->metrics, rs->req->n_metrics, &s, err);
    for (size_t j = 0; j < rs->req->n_metrics && !rc; j++)
        rs->values[j * plan->n_folds * plan->n_repeats + at] = rs->scores[j];
    mem_big_free(weights);
    return rc;
}

/* Train on the run's training rows, predict and score the held-out ones. */
static int fold_model(struct resampling *rs, const struct recipe_run *run, size_t n_held, size_t at,
                      struct job *job, struct err *err)
{
    const struct resample_request *req = rs->req;
    struct train_request train = { .learner = req->learner,
                                   .params = req->params,
                                   .run = run,
                                   .target = req->target->name,
                                   .fixed = req->target };
    const struct table *prepared = recipe_run_result(run);
    struct prediction p = { 0 };
    struct model *m = NULL;

    if (model_train(&m, &train, job, err))
        return -1;
    fold_warning(rs->result, m);
    fold_held(rs, run, n_held);
    int rc = model_predict_prepared(&p, m, prepared, rs->held, n_held, job, err);
    if (!rc)
        rc = target_values(rs->truth, req->target, prepared, rs->held, n_held, true, err);
    if (!rc && at < req->plan->n_folds)
        fold_keep(rs, &p);
    if (!rc)
        rc = fold_score(rs, &p, at, err);
    prediction_release(&p);
    model_unref(m);
    return rc;
}

static int fold_run(struct resampling *rs, size_t repeat, size_t fold, struct job *job,
                    struct err *err)
{
    const struct resample_plan *plan = rs->req->plan;
    size_t n_held = fold_parts(rs, repeat, fold);
    struct recipe_run *run = NULL;

    assert(n_held > 0 && n_held < plan->n_rows);
    int rc = recipe_run(&run, rs->req->recipe, rs->input, rs->part, false, NULL, job, NULL, err);
    if (!rc)
        rc = fold_model(rs, run, n_held, repeat * plan->n_folds + fold, job, err);
    recipe_run_unref(run);
    if (rc && !(err && err->code == ERR_CANCELLED))
        err_prefix(err, "fold %zu of %zu: ", fold + 1, plan->n_folds);
    return rc;
}

static int resampling_folds(struct resampling *rs, struct job *job, struct err *err)
{
    size_t n_folds = rs->req->plan->n_folds, n = n_folds * rs->req->plan->n_repeats;

    for (size_t at = 0; at < n; at++) {
        struct job_range outer = job_part(job, at, n);
        job_phase(job, "fold");
        int rc = fold_run(rs, at / n_folds, at % n_folds, job, err);
        job_restore(job, outer);
        if (rc || job_tick(job, at + 1, n, err))
            return -1;
    }
    return 0;
}

int resample_run(struct resample_result **out, const struct resample_request *req, struct job *job,
                 struct err *err)
{
    size_t n = req->plan->n_folds * req->plan->n_repeats;
    struct resampling rs;

    int rc = resampling_init(&rs, req, err);
    if (!rc)
        rc = resampling_folds(&rs, job, err);
    for (size_t j = 0; j < req->n_metrics && !rc; j++) {
        struct estimate *e = &rs.result->estimates[j];

        estimate_folds(e, rs.values + j * n, n, rs.result->test_train_ratio);
        e->folds = rs.values + j * n;
    }
    resampling_release(&rs);
    if (rc) {
        resample_result_unref(rs.result);
        return -1;
    }
    *out = rs.result;
    return 0;
}
