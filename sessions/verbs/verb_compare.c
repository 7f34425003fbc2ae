/* compare: is the difference between two models more than noise? */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "present.h"

static const struct param_spec compare_params[] = {
    { .name = "models",
      .type = PARAM_MODELS,
      .flags = PARAM_WORD,
      .help = "two or more validated models; without any, all validated ones" },
    { .name = "metric",
      .type = PARAM_TEXT,
      .help = "what to compare by; without it the first for the task" },
    { .name = NULL },
};

struct pair {
    const char *a, *b;
    struct comparison c;
    double adjusted;
};

static int compare_resolve(struct context *ctx, struct err *err)
{
    size_t models = (size_t)param_find(ctx->args->specs, "models", false);
    struct param_value *v = &ctx->args->values[models];
    bool all = !v->given;

    for (size_t i = 0; all && i < ctx->ws->n_models; i++)
        if (ctx->ws->models[i].validated &&
            params_set(ctx->args, models, ctx->ws->models[i].name, ctx->arena, err))
            return -1;
    if (v->n_list < 2)
        return err_set(err, ERR_USAGE, "compare takes at least two validated models, there %s %zu",
                       v->n_list == 1 ? "is" : "are", v->n_list);
    if (params_text(ctx->args, "metric"))
        return 0;
    const struct named_model *first = workspace_model(ctx->ws, v->list[0], err);
    const struct metric *defaults[8];
    if (!first)
        return -1;
    metric_defaults(defaults, first->model->target.task);
    return params_set(ctx->args, (size_t)param_find(ctx->args->specs, "metric", false),
                      defaults[0]->name, ctx->arena, err);
}

static const struct resample_result *validated(struct context *ctx, const char *name,
                                               struct err *err)
{
    const struct named_model *m = workspace_model(ctx->ws, name, err);

    if (m && !m->validated)
        err_set(err, ERR_DOMAIN, "%s was not validated yet; run validate %s first", name, name);
    return m ? m->validated : NULL;
}

static int compare_pair(struct pair *out, struct context *ctx, const char *a, const char *b,
                        const char *metric, struct err *err)
{
    const struct resample_result *x = validated(ctx, a, err);
    const struct resample_result *y = x ? validated(ctx, b, err) : NULL;

    if (!x || !y)
        return -1;
    if (strcmp(x->target.name, y->target.name) != 0 || x->target.task != y->target.task)
        return err_set(err, ERR_DOMAIN,
                       "%s predicts %s (%s) and %s predicts %s (%s); only models of one target and "
                       "task can be compared",
                       a, x->target.name, task_name(x->target.task), b, y->target.name,
                       task_name(y->target.task));
    if (!digest_eq(x->plan, y->plan))
        return err_set(err, ERR_DOMAIN,
                       "%s and %s were validated on different folds; run validate "
                       "%s %s to judge them by the same",
                       a, b, a, b);
    const struct estimate *u = resample_estimate(x, metric), *v = resample_estimate(y, metric);
    if (!u || !v)
        return err_set(err, ERR_USAGE, "%s is no metric for %s; help metrics lists them", metric,
                       task_name(x->target.task));
    *out = (struct pair){ .a = a, .b = b };
    compare_corrected(&out->c, u->folds, v->folds, u->n, x->test_train_ratio);
    return 0;
}

/* NAN, of pairs with fewer than two folds, comes last. */
static int by_p(const void *a, const void *b)
{
    double x = (*(struct pair *const *)a)->c.p, y = (*(struct pair *const *)b)->c.p;

    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

/* Holm 1979: the smallest p times m, the next times m - 1, …, never falling. */
static void adjust(struct pair *pairs, size_t n, struct arena *arena)
{
    struct pair **order = ARENA_NEW(arena, struct pair *, n);
    size_t m = 0;
    double floor = 0;

    for (size_t i = 0; i < n; i++) {
        order[i] = &pairs[i];
        m += isnan(pairs[i].c.p) ? 0 : 1;
    }
    qsort(order, n, sizeof(*order), by_p);
    for (size_t i = 0; i < n; i++) {
        double p = i < m ? order[i]->c.p * (double)(m - i) : NAN;
        floor = p > floor ? p : floor;
        order[i]->adjusted = isnan(p) ? NAN : floor < 1 ? floor : 1;
    }
}

static const char *verdict(double p)
{
    return isnan(p) ? "too few folds" : p < 0.05 ? "more than noise" : "may be noise";
}

static void report_pairs(struct report *r, const struct pair *pairs, size_t n, const char *metric)
{
    json_t *list = json_array();
    struct report_grid g;
    char p[TEXT_REAL_SIZE];
    size_t width = 0;

    for (size_t i = 0; i < n; i++) {
        size_t own = present_mean_width(pairs[i].c.difference, pairs[i].c.low);
        width = own > width ? own : width;
    }
    report_grid_init(&g, "llll");
    report_grid_add(&g, "difference in %s", metric);
    report_grid_add(&g, "mean [95 %% interval]");
    report_grid_add(&g, "p%s", n > 1 ? " (Holm)" : "");
    report_grid_add(&g, "%s", "");
    for (size_t i = 0; i < n; i++) {
        const struct comparison *c = &pairs[i].c;
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "a", pairs[i].a, "b", pairs[i].b,
                            "metric", metric, "difference", report_real(c->difference), "low",
                            report_real(c->low), "high", report_real(c->high), "p",
                            report_real(c->p), "p_adjusted", report_real(pairs[i].adjusted)));
        report_grid_add(&g, "%s − %s", pairs[i].a, pairs[i].b);
        present_interval(&g, c->difference, c->low, c->high, width);
        report_grid_add(&g, "%s", text_real_short(p, pairs[i].adjusted, 3));
        report_grid_add(&g, "%s", verdict(pairs[i].adjusted));
    }
    report_put(r, "pairs", list);
    report_grid_end(r, &g);
}

static int compare_run(struct report *r, struct context *ctx, struct err *err)
{
    const struct param_value *models = params_value(ctx->args, "models");
    const char *metric = params_text(ctx->args, "metric");
    size_t n = models->n_list, k = 0;
    struct pair *pairs = ARENA_NEW(ctx->arena, struct pair, n * (n - 1) / 2);

    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (compare_pair(&pairs[k++], ctx, models->list[i], models->list[j], metric, err))
                return -1;
    adjust(pairs, k, ctx->arena);
    report_pairs(r, pairs, k, metric);
    return 0;
}

const struct command verb_compare = {
    .name = "compare",
    .stage = "Validate",
    .help = "test whether models differ by more than noise",
    .details = "Pairs the models' scores fold by fold and applies the corrected resampled t-test "
               "(Nadeau and Bengio 2003), which allows for the overlap of training rows between "
               "folds; several pairs are corrected by Holm's method. The models must have been "
               "validated on the same folds.",
    .example = "compare lr ridge metric=log-loss",
    .params = compare_params,
    .flags = COMMAND_NEEDS_TABLE,
    .run = compare_run,
    .resolve = compare_resolve,
};
