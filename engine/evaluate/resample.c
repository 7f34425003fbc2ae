/* resample.c - refit everything in every fold, predict its held-out rows, score them.
 *
 * Leakage is impossible by construction: a fold's rows reach recipe and learner only through
 * recipe_run, as rows to be predicted.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "evaluate/resample.h"
#include "learn/weighting.h"
#include "num/linalg.h"

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
    for (size_t j = 0; j < n_metrics; j++)
        r->metrics[j] = metrics[j];
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

size_t resample_n_scored(const struct resample_result *r)
{
    size_t n = 0;

    if (r->target.task & TASK_ALONE)
        return r->n_rows;
    for (size_t i = 0; i < r->n_rows; i++)
        n += isnan(r->truth[i]) ? 0 : 1;
    return n;
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
 * must be one.  own (n; NULL: all one): the rows' weights. */
static int scored_init(struct scored *s, const struct target *target, const struct prediction *p,
                       double *truth, const double *own, double **weights, struct err *err)
{
    size_t n_unknown = 0;
    void *block = NULL;

    *s = (struct scored){ .n = p->n,
                          .n_classes = target->n_classes,
                          .positive = target->positive,
                          .truth = truth,
                          .weights = own,
                          .value = &p->value };
    for (size_t i = 0; i < p->n; i++)
        n_unknown += isnan(truth[i]) ? 1 : 0;
    if (!n_unknown || target->task & TASK_ALONE)
        return 0;
    if (mem_big(&block, p->n, sizeof(double), "weights of rows", err))
        return -1;
    *weights = block;
    for (size_t i = 0; i < p->n; i++) {
        (*weights)[i] = isnan(truth[i]) ? 0.0 : own ? own[i] : 1.0;
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
        rc = scored_init(&s, &r->target, &r->oof, r->truth, single->weights, &weights, err);
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

/* Folds run beside each other when their loops are too short to be shared out: up to this many
 * cells of the input, and up to so many in all that are being worked on at a time. */
#define SMALL_CELLS          ((size_t)4 << 20)
#define SMALL_CELLS_TOGETHER ((size_t)32 << 20)

/* One fold of one repeat: its scratch while it runs, and what it leaves behind. */
struct fold {
    size_t repeat, number;
    size_t n_held;
    uint8_t *part;   /* (n_rows) */
    uint32_t *held;  /* (n_held) rows of the fold's last table that are held out */
    double *truth;   /* (n_held) of those */
    double *weights; /* (n_held); NULL: all one */
    struct job job;
    char *warning;   /* NULL: none */
    struct err *err; /* NULL: none */
};

/* Folds write places of their own only: their rows of the result, their column of values. */
struct resampling {
    const struct resample_request *req;
    struct resample_result *result;
    struct table *input; /* the plan's rows, in its order */
    double *values;      /* (n_metrics, n) */
    size_t n;            /* folds times repeats */
    struct fold *folds;  /* (n) */
    struct job *job;
    atomic_size_t failed; /* the first fold that failed, n: none; those after it need not run */
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
                           struct job *job, struct err *err)
{
    const struct resample_plan *plan = req->plan;
    struct resample_result *r = result_new(req->model, req->learner, req->target, req->metrics,
                                           req->n_metrics);
    size_t n_columns = task_outputs(req->target->task, req->target->n_classes);

    *rs = (struct resampling){
        .req = req, .result = r, .n = plan->n_folds * plan->n_repeats, .job = job
    };
    atomic_init(&rs->failed, rs->n);
    r->n_folds = plan->n_folds;
    r->n_repeats = plan->n_repeats;
    r->seed = plan->seed;
    r->plan = plan_digest(plan);
    r->test_train_ratio = 1.0 / (double)(plan->n_folds - 1); /* of the mean sizes */
    rs->values = ARENA_NEW(&r->arena, double, req->n_metrics * rs->n);
    rs->folds = MEM_NEW(struct fold, rs->n);
    if (result_rows(r, plan->rows, plan->n_rows, err) ||
        matrix_new(&r->oof.value, plan->n_rows, n_columns, "out-of-fold predictions", err))
        return -1;
    r->oof.n = plan->n_rows;
    r->oof.n_classes = req->target->n_classes;
    return plan_input(&rs->input, req, err);
}

static void resampling_release(struct resampling *rs)
{
    for (size_t at = 0; at < rs->n; at++) {
        mem_free(rs->folds[at].warning);
        mem_free(rs->folds[at].err);
    }
    mem_free(rs->folds);
    table_unref(rs->input);
}

/* Set the fold's rows aside, and room for what is known of them. */
static int fold_begin(struct fold *f, const struct resample_plan *plan, struct err *err)
{
    const uint32_t *of_row = plan->fold + f->repeat * plan->n_rows;
    void *block = NULL;

    if (mem_big(&block, plan->n_rows, 1, "parts of rows", err))
        return -1;
    f->part = block;
    for (size_t i = 0; i < plan->n_rows; i++) {
        bool held = of_row[i] == f->number;
        f->part[i] = held ? PART_PREDICT : PART_TRAIN;
        f->n_held += held;
    }
    assert(f->n_held > 0 && f->n_held < plan->n_rows);
    if (mem_big(&block, f->n_held, sizeof(*f->held), "held-out rows", err))
        return -1;
    f->held = block;
    if (mem_big(&block, f->n_held, sizeof(*f->truth), "the truth", err))
        return -1;
    f->truth = block;
    return 0;
}

static void fold_end(struct fold *f)
{
    mem_big_free(f->part);
    mem_big_free(f->held);
    mem_big_free(f->truth);
    mem_big_free(f->weights);
}

/* Where the held-out rows stand in the prepared table: all of them, in their order. */
static void fold_held(struct fold *f, const struct recipe_run *run)
{
    size_t n_rows = recipe_run_result(run)->n_rows, n = 0;

    for (size_t i = 0; i < n_rows; i++)
        if (recipe_run_part(run, i) == PART_PREDICT) {
            assert(n < f->n_held);
            f->held[n++] = (uint32_t)i;
        }
    assert(n == f->n_held); /* steps never remove rows to be predicted */
}

/* Keep the predictions in the plan's order of rows. */
static void fold_keep(struct resample_result *r, const struct fold *f, const struct prediction *p)
{
    for (size_t i = 0, j = 0; i < r->n_rows; i++) {
        if (f->part[i] != PART_PREDICT)
            continue;
        r->truth[i] = f->truth[j];
        for (size_t k = 0; k < r->oof.value.p; k++)
            matrix_col(&r->oof.value, k)[i] = matrix_col(&p->value, k)[j];
        j++;
    }
}

static int fold_score(struct resampling *rs, const struct fold *f, const struct prediction *p,
                      const struct matrix *x, struct err *err)
{
    const struct resample_request *req = rs->req;
    double *weights = NULL, *scores = MEM_NEW(double, req->n_metrics);
    struct scored s;

    int rc = scored_init(&s, req->target, p, f->truth, f->weights, &weights, err);
    s.x = x;
    if (req->beside)
        s.positive = req->beside->positive;
    if (!rc)
        rc = metric_scores(scores, req->metrics, req->n_metrics, &s, err);
    for (size_t j = 0; j < req->n_metrics && !rc; j++)
        rs->values[j * rs->n + (size_t)(f - rs->folds)] = scores[j];
    mem_free(scores);
    mem_big_free(weights);
    return rc;
}

/* A learner that put rows of its own aside has a recipe of its own, which the held-out rows go
 * through as new rows do. */
static int held_through(struct table **out, const struct resampling *rs, const struct fold *f,
                        const struct model *m, struct err *err)
{
    struct table *raw;
    uint32_t *rows = MEM_NEW(uint32_t, f->n_held);

    for (size_t i = 0, n = 0; i < rs->input->n_rows; i++)
        if (f->part[i] == PART_PREDICT)
            rows[n++] = (uint32_t)i;
    int rc = table_take(&raw, rs->input, rows, f->n_held, err);
    mem_free(rows);
    if (rc)
        return -1;
    rc = fitted_apply(out, m->fitted, raw, NULL, err);
    table_unref(raw);
    return rc;
}

/* What is known of the held-out rows: the target, or the classes beside a task without one. */
static int fold_truth(struct resampling *rs, struct fold *f, const struct table *prepared,
                      const uint32_t *held, struct err *err)
{
    const struct target *target = rs->req->target;

    /* anomalies are one class of two */
    if (target->task & TASK_ALONE)
        target = rs->req->beside &&
                         (target->task == TASK_CLUSTER || rs->req->beside->n_classes == 2)
                     ? rs->req->beside
                     : NULL;
    if (target)
        return target_values(f->truth, target, prepared, held, f->n_held, true, err);
    for (size_t i = 0; i < f->n_held; i++)
        f->truth[i] = NAN;
    return 0;
}

/* Clusters are judged by where their rows stand. */
static int fold_features(struct matrix *x, const struct model *m, const struct fold *f,
                         const struct table *prepared, const uint32_t *held, struct err *err)
{
    if (!(m->target.task & TASK_ALONE))
        return 0;
    return design_matrix(x, m->features, m->p, model_flags(m), m->levels, prepared, held, f->n_held,
                         true, err);
}

/* Predict and score the held-out rows. */
static int fold_predict(struct resampling *rs, struct fold *f, const struct model *m,
                        const struct recipe_run *run, struct err *err)
{
    struct table *own = NULL;
    struct prediction p = { 0 };
    struct matrix x = { 0 };

    if (m->fitted != run->fitted && held_through(&own, rs, f, m, err))
        return -1;
    const struct table *prepared = own ? own : recipe_run_result(run);
    if (!own)
        fold_held(f, run);
    const uint32_t *held = own ? NULL : f->held;
    int rc = model_predict_prepared(&p, m, prepared, held, f->n_held, &f->job, err);
    if (!rc)
        rc = fold_truth(rs, f, prepared, held, err) || fold_features(&x, m, f, prepared, held, err)
                 ? -1
                 : 0;
    if (!rc)
        rc = weighting_rows(&f->weights, prepared, &rs->req->recipe->roles, held, f->n_held, err);
    if (!rc && f->repeat == 0)
        fold_keep(rs->result, f, &p);
    if (!rc && rs->req->each)
        rc = rs->req->each(rs->req->each_ctx, (size_t)(f - rs->folds), m, prepared, held, f->truth,
                           f->n_held, &f->job, err);
    if (!rc)
        rc = fold_score(rs, f, &p, &x, err);
    matrix_release(&x);
    prediction_release(&p);
    table_unref(own);
    return rc;
}

/* Train on the run's training rows. */
static int fold_model(struct resampling *rs, struct fold *f, const struct recipe_run *run,
                      struct err *err)
{
    const struct resample_request *req = rs->req;
    struct train_request train = { .learner = req->learner,
                                   .params = req->params,
                                   .stages = req->stages,
                                   .n_stages = req->n_stages,
                                   .run = run,
                                   .target = req->target->name,
                                   .fixed = req->target,
                                   .class_weight = req->class_weight,
                                   .in_fold = true };
    struct model *m = NULL;

    struct job_range whole = job_part(&f->job, 1, 3);
    int rc = model_train(&m, &train, &f->job, err);
    job_restore(&f->job, whole);
    if (rc)
        return -1;
    if (m->warning)
        f->warning = mem_strdup(m->warning);
    whole = job_part(&f->job, 2, 3);
    rc = fold_predict(rs, f, m, run, err);
    job_restore(&f->job, whole);
    model_unref(m);
    return rc;
}

static int fold_run(struct resampling *rs, struct fold *f, struct err *err)
{
    struct recipe_run *run = NULL;

    if (job_tick(&f->job, 0, 1, err) || fold_begin(f, rs->req->plan, err))
        return -1;
    struct job_range whole = job_part(&f->job, 0, 3);
    int rc = recipe_run(&run, rs->req->recipe, rs->input, f->part, false, NULL, &f->job, NULL, err);
    job_restore(&f->job, whole);
    if (!rc)
        rc = fold_model(rs, f, run, err);
    recipe_run_unref(run);
    return rc ? -1 : job_tick(&f->job, 1, 1, err);
}

/* The first fold in their order that fails is the one that is told, whoever came first: those
 * before it are never skipped. */
static void fold_failed(struct resampling *rs, struct fold *f, const struct err *err)
{
    size_t at = (size_t)(f - rs->folds), first = atomic_load(&rs->failed);

    f->err = MEM_NEW(struct err, 1);
    *f->err = *err;
    if (err->code != ERR_CANCELLED)
        err_prefix(f->err, "fold %zu of %zu: ", f->number + 1, rs->req->plan->n_folds);
    while (at < first && !atomic_compare_exchange_weak(&rs->failed, &first, at))
        ;
}

static void fold_task(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct resampling *rs = ctx;
    size_t n_folds = rs->req->plan->n_folds;

    (void)chunk;
    for (size_t at = begin; at < end && at < atomic_load(&rs->failed); at++) {
        struct fold *f = &rs->folds[at];
        struct err err = { 0 };

        f->repeat = at / n_folds;
        f->number = at % n_folds;
        job_inner(&f->job, rs->job, rs->n);
        if (fold_run(rs, f, &err))
            fold_failed(rs, f, &err);
        fold_end(f);
    }
}

static bool side_by_side(const struct resampling *rs)
{
    size_t threads = parallel_threads(), together = rs->n < threads ? rs->n : threads;
    size_t cells = rs->input->n_rows * rs->input->n_cols;

    return cells <= SMALL_CELLS && cells * together <= SMALL_CELLS_TOGETHER;
}

static int resampling_folds(struct resampling *rs, struct err *err)
{
    struct resample_result *r = rs->result;

    job_phase(rs->job, "fold");
    if (job_tick(rs->job, 0, rs->n, err))
        return -1;
    if (side_by_side(rs))
        parallel_for(rs->n, 1, fold_task, rs);
    else
        fold_task(rs, 0, rs->n, 0);
    size_t failed = atomic_load(&rs->failed);
    if (failed < rs->n) {
        if (err)
            *err = *rs->folds[failed].err;
        return -1;
    }
    for (size_t at = 0; at < rs->n; at++)
        if (rs->folds[at].warning && r->n_warnings++ == 0)
            r->warning = arena_strdup(&r->arena, rs->folds[at].warning);
    return job_tick(rs->job, rs->n, rs->n, err);
}

int resample_run(struct resample_result **out, const struct resample_request *req, struct job *job,
                 struct err *err)
{
    struct resampling rs;

    num_init(); /* here, where there is one thread */
    int rc = resampling_init(&rs, req, job, err);
    if (!rc)
        rc = resampling_folds(&rs, err);
    for (size_t j = 0; j < req->n_metrics && !rc; j++) {
        struct estimate *e = &rs.result->estimates[j];

        estimate_folds(e, req->metrics[j], rs.values + j * rs.n, rs.n, rs.result->test_train_ratio);
        e->folds = rs.values + j * rs.n;
    }
    resampling_release(&rs);
    if (rc) {
        resample_result_unref(rs.result);
        return -1;
    }
    *out = rs.result;
    return 0;
}
