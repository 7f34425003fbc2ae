/* explain_permute.c - explaining by shuffling features. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate/permute.h"
#include "explaining.h"
#include "present.h"

static int by_size(const void *a, const void *b)
{
    const struct feature_share *x = a, *y = b;
    double u = fabs(x->value), v = fabs(y->value);

    if (u != v)
        return u > v ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Of importances: below zero is less than nothing. */
static int by_value(const void *a, const void *b)
{
    const struct feature_share *x = a, *y = b;

    if (x->value != y->value)
        return isnan(y->value) || x->value > y->value ? -1 : 1;
    return strcmp(x->name, y->name);
}

void explaining_sort(struct feature_share *list, size_t p)
{
    qsort(list, p, sizeof(*list), by_size);
}

void explaining_tell(struct report *r, struct feature_share *list, size_t p, const char *what)
{
    json_t *all = json_array();
    struct report_grid g;

    qsort(list, p, sizeof(*list), by_value);
    report_grid_init(&g, "lrl");
    report_grid_add(&g, "feature");
    report_grid_add(&g, "%s", what);
    report_grid_add(&g, "%s", isnan(list[0].low) ? "" : "95 % interval");
    for (size_t j = 0; j < p; j++) {
        json_array_append_new(all,
                              json_pack("{s:s,s:o,s:o,s:o}", "name", list[j].name, "importance",
                                        report_real(list[j].value), "low", report_real(list[j].low),
                                        "high", report_real(list[j].high)));
        if (j >= FEATURES_SHOWN)
            continue;
        report_grid_add(&g, "%s", list[j].name);
        report_grid_add(&g, "%.4g", list[j].value);
        if (isnan(list[j].low))
            report_grid_add(&g, "%s", "");
        else
            report_grid_add(&g, "[%.4g, %.4g]", list[j].low, list[j].high);
    }
    report_put(r, "features", all);
    report_grid_end(r, &g);
    if (p > FEATURES_SHOWN)
        report_line(r, "  … and %zu more", p - FEATURES_SHOWN);
}

static const struct metric *metric_wanted(const struct explaining *e, const char *name,
                                          struct err *err)
{
    const struct metric *defaults[8];
    const struct metric *m = name ? metric_find(name) : NULL;

    if (!name) {
        metric_defaults(defaults, e->m->target.task);
        return defaults[0];
    }
    if (!m)
        err_set(err, ERR_USAGE, "'%s' is no metric; help metrics lists them", name);
    else if (!(m->tasks & e->m->target.task)) {
        err_set(err, ERR_USAGE, "metric %s is not for %s", name, task_name(e->m->target.task));
        m = NULL;
    }
    return m;
}

static int permute_own(struct report *r, struct context *ctx, struct explaining *e,
                       const struct metric *metric, struct err *err)
{
    size_t p = e->m->p, n = 0;
    double *truth = ARENA_NEW(ctx->arena, double, e->n), score;
    uint32_t *rows = ARENA_NEW(ctx->arena, uint32_t, e->n);
    struct permuted *got = ARENA_NEW(ctx->arena, struct permuted, p);
    struct feature_share *list = ARENA_NEW(ctx->arena, struct feature_share, p);

    if (target_values(truth, &e->m->target, e->t, e->rows, e->n, true, err))
        return -1;
    for (size_t i = 0; i < e->n; i++)
        if (!isnan(truth[i])) {
            rows[n] = e->rows[i];
            truth[n++] = truth[i];
        }
    const struct permute_request req = { .model = e->m,
                                         .table = e->t,
                                         .rows = rows,
                                         .truth = truth,
                                         .n = n,
                                         .n_repeats = (size_t)params_int(ctx->args, "repeats"),
                                         .metric = metric,
                                         .seed = (uint64_t)params_int(ctx->args, "seed") };
    if (permute_features(got, &score, &req, ctx->job, err))
        return -1;
    for (size_t j = 0; j < p; j++)
        list[j] = (struct feature_share){ e->m->features[j], got[j].mean, got[j].low, got[j].high,
                                          j };
    report_put_real(r, "score", score);
    report_line(r,
                "%s: %s is %.4g on %zu rows that it was trained on; how much worse it gets with a "
                "feature shuffled, %zu times each",
                e->name, metric->name, score, n, req.n_repeats);
    explaining_tell(r, list, p, "worse by");
    return 0;
}

/* By folds of the training rows. */
static int permute_by_folds(struct report *r, struct context *ctx, struct explaining *e,
                            const struct metric *metric, size_t folds, struct err *err)
{
    const struct model *m = e->m;
    const size_t repeats = (size_t)params_int(ctx->args, "repeats");
    const uint64_t seed = (uint64_t)params_int(ctx->args, "seed");
    struct permuted *got = ARENA_NEW(ctx->arena, struct permuted, m->p);
    struct feature_share *list = ARENA_NEW(ctx->arena, struct feature_share, m->p);
    struct resample_plan plan;
    struct resample_request req = { .input = ctx->ws->source->table,
                                    .recipe = m->fitted->recipe,
                                    .learner = m->learner,
                                    .params = &m->params,
                                    .stages = m->stages,
                                    .n_stages = m->n_stages,
                                    .target = &m->target,
                                    .class_weight = m->class_weight,
                                    .plan = &plan,
                                    .metrics = &metric,
                                    .n_metrics = 1 };
    double score;

    if (workspace_plan(&plan, ctx->ws, folds, 1, NULL, seed, err))
        return -1;
    int rc = permute_folds(got, &score, &req, m->features, m->p, repeats, seed, ctx->job, err);
    resample_plan_release(&plan);
    if (rc)
        return -1;
    for (size_t j = 0; j < m->p; j++)
        list[j] = (struct feature_share){ m->features[j], got[j].mean, got[j].low, got[j].high, j };
    report_put_real(r, "score", score);
    report_line(r,
                "%s: %s is %.4g in %zu folds, by models that have not seen them; how much worse it "
                "gets with a feature shuffled, %s each",
                e->name, metric->name, score, folds, present_count(ctx, repeats, "time"));
    explaining_tell(r, list, m->p, "worse by");
    return 0;
}

int explaining_permute(struct report *r, struct context *ctx, struct explaining *e, struct err *err)
{
    const struct metric *metric = metric_wanted(e, params_text(ctx->args, "metric"), err);
    const size_t folds = (size_t)params_int(ctx->args, "folds");

    if (!metric)
        return -1;
    if (folds == 1)
        return err_set(err, ERR_USAGE,
                       "folds=1 leaves nothing to train on; folds takes 0, or a "
                       "whole number from 2");
    report_put_text(r, "metric", metric->name);
    report_put_int(r, "folds", (int64_t)folds);
    return folds ? permute_by_folds(r, ctx, e, metric, folds, err)
                 : permute_own(r, ctx, e, metric, err);
}
