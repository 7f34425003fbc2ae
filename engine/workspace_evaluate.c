/* workspace_evaluate.c - the target, folds and held-out rows of a workspace. */
#include <math.h>

#include "base/mem.h"
#include "learn/weighting.h"
#include "workspace.h"

static const char *need_target(const struct workspace *ws, struct err *err)
{
    if (!workspace_need_table(ws, err))
        return NULL;
    if (!workspace_target(ws))
        err_set(err, ERR_DOMAIN, "no column is the target; name it with target COLUMN");
    return workspace_target(ws);
}

int workspace_detect_target(struct target *out, const struct workspace *ws, struct arena *arena,
                            struct err *err)
{
    const char *name = need_target(ws, err);
    uint32_t *rows;

    if (!name)
        return -1;
    size_t n = workspace_rows(&rows, ws, PART_TRAIN, arena);
    return target_detect(out, workspace_table(ws), name, rows, n, ws->as, ws->positive, arena, err);
}

/* ---- the plan ---- */

/* The sample (recipe.h), of which training rows are to be dealt to folds. */
struct sample {
    const struct table *table, *source;
    size_t n;
    uint32_t *rows; /* (n) of the table; arena */
};

static struct sample sample_of(const struct workspace *ws, struct arena *arena)
{
    size_t at = recipe_sample(ws->recipe);
    const uint8_t *part = ws->run->parts[at];
    struct sample s = { .table = ws->run->tables[at], .source = ws->source->table };

    s.rows = ARENA_NEW(arena, uint32_t, s.table->n_rows);
    for (size_t i = 0; i < s.table->n_rows; i++)
        if (!part || part[i] == PART_TRAIN)
            s.rows[s.n++] = (uint32_t)i;
    return s;
}

static uint32_t sample_source_row(const struct sample *s, size_t i)
{
    return (uint32_t)table_index_of(s->source, table_row_number(s->table, s->rows[i]));
}

/* Strata of the sample's rows from the target as it stands in the last table; rows that a later
 * step removed from training have none and are a stratum of their own. */
static int sample_strata(int32_t **out, size_t *n_strata, const struct workspace *ws,
                         const struct sample *s, const struct target *target, struct arena *arena,
                         struct err *err)
{
    const struct table *last = workspace_table(ws);
    double *y = ARENA_NEW(arena, double, s->n);
    double *by_row = ARENA_NEW(arena, double, last->n_rows);

    if (target_values(by_row, target, last, NULL, last->n_rows, true, err))
        return -1;
    for (size_t i = 0, j = 0; i < s->n; i++) {
        size_t row = table_row_number(s->table, s->rows[i]);

        while (j < last->n_rows && table_row_number(last, j) < row)
            j++;
        y[i] = j < last->n_rows && table_row_number(last, j) == row ? by_row[j] : NAN;
    }
    return strata_of(out, n_strata, target, y, s->n, err);
}

static int plan_random(struct resample_plan *plan, const struct workspace *ws,
                       const struct sample *s, struct arena *arena, struct err *err)
{
    struct target target;
    int32_t *strata = NULL;
    size_t n_strata = 0;
    int rc = 0;

    if (workspace_target(ws) && workspace_detect_target(&target, ws, arena, err))
        return -1;
    if (workspace_target(ws) && target.task != TASK_REGRESS &&
        sample_strata(&strata, &n_strata, ws, s, &target, arena, err))
        return -1;
    for (size_t r = 0; r < plan->n_repeats && !rc; r++)
        rc = folds_random(plan->fold + r * s->n, s->n, plan->n_folds, strata, n_strata, plan->seed,
                          r, err);
    mem_big_free(strata);
    return rc;
}

/* Groups stay together; then classes are not looked at. */
static int plan_grouped(struct resample_plan *plan, const struct workspace *ws,
                        const struct sample *s, struct err *err)
{
    int32_t *groups;
    int rc = weighting_groups(&groups, s->table, &ws->recipe->roles, s->rows, s->n, err);

    for (size_t r = 0; r < plan->n_repeats && !rc; r++)
        rc = folds_groups(plan->fold + r * s->n, s->n, plan->n_folds, groups, plan->seed, r, err);
    if (groups)
        mem_big_free(groups);
    return rc;
}

/* The column as it stands in the sample, or as it was loaded. */
static int plan_by_column(struct resample_plan *plan, const struct workspace *ws,
                          const struct sample *s, const char *name, struct err *err)
{
    const struct table *source = ws->source->table;
    int at = table_find(s->table, name);

    if (at >= 0)
        return folds_by_column(plan->fold, &plan->n_folds, table_at(s->table, (size_t)at), name,
                               s->rows, s->n, err);
    const struct column *c = table_column(source, name, err);
    return c ? folds_by_column(plan->fold, &plan->n_folds, c, name, plan->rows, s->n, err) : -1;
}

static int plan_init(struct resample_plan *plan, const struct sample *s, size_t k, size_t repeats,
                     uint64_t seed, struct err *err)
{
    void *block = NULL;

    *plan =
        (struct resample_plan){ .n_rows = s->n, .n_folds = k, .n_repeats = repeats, .seed = seed };
    if (mem_big(&block, s->n, sizeof(uint32_t), "rows of the plan", err))
        return -1;
    plan->rows = block;
    if (mem_big(&block, s->n * repeats, sizeof(uint32_t), "folds", err))
        return -1;
    plan->fold = block;
    for (size_t i = 0; i < s->n; i++)
        plan->rows[i] = sample_source_row(s, i);
    return 0;
}

int workspace_plan(struct resample_plan *out, const struct workspace *ws, size_t k, size_t repeats,
                   const char *fold_column, uint64_t seed, struct err *err)
{
    struct resample_plan plan = { 0 };
    struct arena arena;

    if (!workspace_need_table(ws, err))
        return -1;
    arena_init(&arena);
    struct sample s = sample_of(ws, &arena);
    int rc = plan_init(&plan, &s, k, fold_column ? 1 : repeats, seed, err);
    if (!rc)
        rc = fold_column ? plan_by_column(&plan, ws, &s, fold_column, err)
             : roles_column(&ws->recipe->roles, ROLE_GROUP)
                 ? plan_grouped(&plan, ws, &s, err)
                 : plan_random(&plan, ws, &s, &arena, err);
    arena_release(&arena);
    if (rc) {
        resample_plan_release(&plan);
        return -1;
    }
    *out = plan;
    return 0;
}

/* ---- the held-out rows ---- */
static int check_split(const struct workspace *ws, const struct named_model *m, struct err *err)
{
    if (!ws->split)
        return err_set(err, ERR_DOMAIN, "no rows are held out; split test=0.25 before training");
    if (!digest_eq(m->split, workspace_split_digest(ws)))
        return err_set(
            err, ERR_DOMAIN,
            "model %s was trained before this split and may have seen its held-out rows; "
            "train it again",
            m->name);
    return 0;
}

/* Original rows - 1 that are held out. */
static size_t held_rows(uint32_t **out, const struct workspace *ws, struct arena *arena)
{
    const uint8_t *split = ws->split->data;
    size_t n_rows = ws->source->table->n_rows, n = 0;

    *out = ARENA_NEW(arena, uint32_t, n_rows);
    for (size_t i = 0; i < n_rows; i++)
        if (split[i] == PART_PREDICT)
            (*out)[n++] = (uint32_t)i;
    return n;
}

/* Through the model's own recipe, as in predict. */
static int predict_held(struct prediction *p, double *truth, double **weights,
                        const struct workspace *ws, const struct model *m, const uint32_t *rows,
                        size_t n, struct job *job, struct err *err)
{
    struct table *raw, *prepared;

    if (table_take(&raw, ws->source->table, rows, n, err))
        return -1;
    int rc = fitted_apply(&prepared, m->fitted, raw, job, err);
    table_unref(raw);
    if (rc)
        return -1;
    rc = target_values(truth, &m->target, prepared, NULL, n, true, err);
    if (!rc)
        rc = weighting_rows(weights, prepared, &m->fitted->recipe->roles, NULL, n, err);
    if (!rc)
        rc = model_predict_prepared(p, m, prepared, NULL, n, job, err);
    table_unref(prepared);
    return rc;
}

int workspace_test(struct resample_result **out, const struct workspace *ws,
                   const struct named_model *model, const struct metric *const *metrics,
                   size_t n_metrics, uint64_t seed, struct job *job, struct err *err)
{
    const struct model *m = model->model;
    struct prediction p = { 0 };
    struct arena arena;
    uint32_t *rows;

    if (!workspace_need_table(ws, err) || check_split(ws, model, err))
        return -1;
    if (m->target.task & TASK_ALONE)
        return err_set(err, ERR_DOMAIN,
                       "%s has no target to be tested by; validate %s judges it by its rows",
                       model->name, model->name);
    arena_init(&arena);
    size_t n = held_rows(&rows, ws, &arena);
    double *truth = ARENA_NEW(&arena, double, n), *weights = NULL;
    int rc = predict_held(&p, truth, &weights, ws, m, rows, n, job, err);
    if (!rc) {
        struct resample_single single = { .model = model->name,
                                          .learner = m->learner,
                                          .target = &m->target,
                                          .metrics = metrics,
                                          .n_metrics = n_metrics,
                                          .rows = rows,
                                          .truth = truth,
                                          .weights = weights,
                                          .seed = seed };
        rc = resample_single(out, &single, &p, job, err);
    }
    mem_big_free(weights);
    arena_release(&arena);
    return rc;
}
