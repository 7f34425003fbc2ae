/* validate: estimate quality by folds of the training rows, everything learned refitted in each. */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "present.h"
#include "training.h"

static const struct param_spec validate_params[] = {
    { .name = "models",
      .type = PARAM_MODELS,
      .flags = PARAM_WORD,
      .help = "models to validate, or learners to train first; without any, all models" },
    { .name = "folds",
      .type = PARAM_TEXT,
      .fallback = "5",
      .help = "number of folds, or a column whose values name them" },
    { .name = "repeats",
      .type = PARAM_INT,
      .min = 1,
      .max = 1000,
      .fallback = "1",
      .help = "how often to deal the folds anew" },
    { .name = "seed",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "random seed" },
    { .name = NULL },
};

static int validate_resolve(struct context *ctx, struct err *err)
{
    size_t models = (size_t)param_find(ctx->args->specs, "models", false);

    if (ctx->args->values[models].set)
        return 0;
    if (ctx->ws->n_models == 0)
        return err_set(err, ERR_DOMAIN, "no model yet; train one first");
    for (size_t i = 0; i < ctx->ws->n_models; i++)
        if (params_set(ctx->args, models, ctx->ws->models[i].name, ctx->arena, err))
            return -1;
    return 0;
}

/* folds= as a number, or NULL in *k and the column's name. */
static int parse_folds(struct context *ctx, size_t *k, const char **column, struct err *err)
{
    const char *text = params_text(ctx->args, "folds");
    int64_t n;

    *column = NULL;
    *k = 0;
    if (!text_parse_int(&n, text, strlen(text))) {
        *column = text;
        return 0;
    }
    if (n < 2)
        return err_set(err, ERR_USAGE,
                       "folds=%s is out of range; folds takes a whole number "
                       "from 2, or a column",
                       text);
    *k = (size_t)n;
    return 0;
}

/* The model's own recipe; a column that names folds is no feature of it. */
static struct recipe *recipe_of(const struct model *m, const char *fold_column)
{
    const struct recipe *r = m->fitted->recipe;

    return fold_column ? recipe_set_role(r, fold_column, ROLE_FOLD) : recipe_ref(r);
}

static size_t all_metrics(const struct metric *out[64], unsigned task)
{
    size_t n = 0;

    for (size_t i = 0; metric_table[i] && n < 64; i++)
        if (metric_table[i]->tasks & task)
            out[n++] = metric_table[i];
    return n;
}

static int validate_one(struct resample_result **out, struct context *ctx,
                        const struct named_model *named, const struct resample_plan *plan,
                        const char *fold_column, struct err *err)
{
    const struct model *m = named->model;
    const struct metric *metrics[64];
    bool alone = m->target.task & TASK_ALONE;
    struct target beside;
    struct recipe *recipe = recipe_of(m, fold_column);
    struct resample_request req = {
        .input = ctx->ws->source->table,
        .recipe = recipe,
        .learner = m->learner,
        .params = &m->params,
        .stages = m->stages,
        .n_stages = m->n_stages,
        .target = &m->target,
        .class_weight = m->class_weight,
        .plan = plan,
        .metrics = metrics,
        .n_metrics = all_metrics(metrics, m->target.task),
    };

    if (alone && workspace_target(ctx->ws)) {
        if (workspace_detect_target(&beside, ctx->ws, ctx->arena, err)) {
            recipe_unref(recipe);
            return -1;
        }
        req.beside = beside.n_classes ? &beside : NULL;
    }
    int rc = resample_run(out, &req, ctx->job, err);
    recipe_unref(recipe);
    return rc ? err_prefix(err, "%s: ", named->name) : 0;
}

static struct workspace *keep_result(struct workspace *ws, const char *name,
                                     const struct resample_result *result)
{
    struct workspace *next = workspace_with_result(ws, name, result, NULL);

    workspace_unref(ws);
    return next;
}

/* From now on the column is no feature, for `train` either. */
static int set_fold_role(struct context *ctx, struct report *r, const char *column, struct err *err)
{
    const struct workspace *ws = ctx->ws;

    if (table_find(workspace_table(ws), column) < 0 ||
        roles_of(&ws->recipe->roles, column) == ROLE_FOLD) {
        ctx->next = workspace_ref(ws);
        return 0;
    }
    struct recipe *recipe = recipe_set_role(ws->recipe, column, ROLE_FOLD);
    int rc = workspace_with_recipe(&ctx->next, ws, recipe, ctx->job, err);
    recipe_unref(recipe);
    if (!rc)
        report_line(r, "%s names the folds: it is no feature from now on", column);
    return rc;
}

static void report_plan(struct report *r, const struct resample_result *result)
{
    size_t n_rows = resample_n_scored(result);

    report_put_int(r, "folds", (int64_t)result->n_folds);
    report_put_int(r, "repeats", (int64_t)result->n_repeats);
    report_put_int(r, "rows", (int64_t)n_rows);
    report_line(r, "%zu folds × %zu repeat%s over %zu training rows; 95 %% intervals",
                result->n_folds, result->n_repeats, result->n_repeats == 1 ? "" : "s", n_rows);
    present_left_out(r, result);
}

/* What became of each model that was to be validated. */
struct validated {
    const char **names; /* (n) of those that have a result */
    struct resample_result **results;
    size_t n;
    const char **failed; /* (n_failed) names, and why */
    struct err *why;
    size_t n_failed;
};

static void validated_release(struct validated *v)
{
    for (size_t i = 0; i < v->n; i++)
        resample_result_unref(v->results[i]);
}

/* One that fails does not end the run: its reason is kept.  Being cancelled does. */
static int validate_all(struct validated *v, struct context *ctx, const struct resample_plan *plan,
                        const char *fold_column, struct err *err)
{
    const struct param_value *models = params_value(ctx->args, "models");

    for (size_t i = 0; i < models->n_list; i++) {
        const char *name = models->list[i];
        struct err why = { 0 };
        struct job_range whole = job_part(ctx->job, i, models->n_list);
        int rc = training_need_model(&ctx->next, ctx, name, &why);
        if (rc && why.code != ERR_USAGE && why.code != ERR_CANCELLED)
            err_prefix(&why, "%s: ", name);
        if (!rc)
            rc = validate_one(&v->results[v->n], ctx, workspace_model(ctx->next, name, &why), plan,
                              fold_column, &why);
        job_restore(ctx->job, whole);
        if (!rc) {
            v->names[v->n++] = name;
            continue;
        }
        if (why.code == ERR_CANCELLED || why.code == ERR_USAGE || models->n_list == 1) {
            *err = why;
            return -1;
        }
        v->failed[v->n_failed] = name;
        v->why[v->n_failed++] = why;
    }
    if (v->n == 0)
        *err = v->why[0];
    return v->n ? 0 : -1;
}

static void report_failed(struct report *r, const struct validated *v)
{
    json_t *list = json_array();

    for (size_t i = 0; i < v->n_failed; i++) {
        json_array_append_new(list,
                              json_pack("{s:s,s:s}", "name", v->failed[i], "error", v->why[i].msg));
        report_line(r, "failed: %s", v->why[i].msg);
    }
    if (v->n_failed)
        report_put(r, "failed", list);
    else
        json_decref(list);
}

static int run_models(struct report *r, struct context *ctx, const struct resample_plan *plan,
                      const char *fold_column, struct err *err)
{
    size_t n = params_value(ctx->args, "models")->n_list;
    struct validated v = {
        .names = ARENA_NEW(ctx->arena, const char *, n),
        .results = ARENA_NEW(ctx->arena, struct resample_result *, n),
        .failed = ARENA_NEW(ctx->arena, const char *, n),
        .why = ARENA_NEW(ctx->arena, struct err, n),
    };

    int rc = validate_all(&v, ctx, plan, fold_column, err);
    if (!rc) {
        present_results(r, v.names, (const struct resample_result *const *)v.results, v.n);
        report_failed(r, &v);
        report_plan(r, v.results[0]);
    }
    for (size_t i = 0; i < v.n && !rc; i++)
        ctx->next = keep_result(ctx->next, v.names[i], v.results[i]);
    validated_release(&v);
    return rc;
}

/* Models that found their clusters without a target are judged without one. */
static int need_target(struct context *ctx, struct err *err)
{
    const struct param_value *models = params_value(ctx->args, "models");
    bool alone = true;

    for (size_t i = 0; i < models->n_list && alone; i++) {
        const struct named_model *m = workspace_model(ctx->ws, models->list[i], NULL);
        const struct learner *l = m ? m->model->learner : learner_find(models->list[i]);
        alone = l && l->tasks & TASK_ALONE;
    }
    return alone ? 0 : present_need_target(ctx, err);
}

static int validate_run(struct report *r, struct context *ctx, struct err *err)
{
    size_t k, repeats = (size_t)params_int(ctx->args, "repeats");
    const char *column;
    struct resample_plan plan;

    if (need_target(ctx, err) || parse_folds(ctx, &k, &column, err) ||
        workspace_plan(&plan, ctx->ws, k, repeats, column, (uint64_t)params_int(ctx->args, "seed"),
                       err))
        return -1;
    int rc = column ? set_fold_role(ctx, r, column, err) : 0;
    if (!rc && !ctx->next)
        ctx->next = workspace_ref(ctx->ws);
    if (!rc)
        rc = run_models(r, ctx, &plan, column, err);
    if (rc) {
        workspace_unref(ctx->next);
        ctx->next = NULL;
    }
    resample_plan_release(&plan);
    return rc;
}

const struct command verb_validate = {
    .name = "validate",
    .stage = "Validate",
    .help = "estimate quality by cross-validation",
    .details =
        "Looks at training rows only. In every fold the whole recipe and the learner are "
        "fitted anew on the other folds, so that nothing learned has seen the rows it is "
        "judged by. A learner's name that no model has is trained first with its defaults. "
        "Of several models one that fails does not end the run; its reason is shown. "
        "Intervals use the corrected variance of Nadeau and Bengio (2003). Random "
        "folds are stratified for classes. Clusters and anomalies, which are found without a "
        "target, are judged in the held-out rows by where these stand, and where the target "
        "has classes by how well they agree with them.",
    .example = "validate lr folds=5 repeats=2 seed=7",
    .params = validate_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_UNDOABLE,
    .run = validate_run,
    .resolve = validate_resolve,
};
