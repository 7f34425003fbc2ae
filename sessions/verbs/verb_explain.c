/* explain: what a model's predictions come from. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"
#include "explaining.h"
#include "learn/explain.h"
#include "present.h"
#include "table/cell.h"
#include "training.h"

enum { METHOD_AUTO, METHOD_SHAP, METHOD_PERMUTATION };
static const char *const explain_methods[] = { "auto", "shap", "permutation", NULL };

static const struct param_spec explain_params[] = {
    { .name = "model",
      .type = PARAM_MODEL,
      .flags = PARAM_WORD | PARAM_REQUIRED,
      .help = "a model that is there" },
    { .name = "row",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e15,
      .help = "explain the prediction of one training row, by its number" },
    { .name = "method",
      .type = PARAM_CHOICE,
      .choices = explain_methods,
      .fallback = "auto",
      .help =
          "shap for trees and linear models, permutation for any; auto takes shap where it can" },
    { .name = "class",
      .type = PARAM_TEXT,
      .help =
          "the class whose score is explained; by default the positive one, or that predicted" },
    { .name = "folds",
      .type = PARAM_INT,
      .min = 0,
      .max = 1000,
      .fallback = "5",
      .help = "permutation: folds of the training rows, each judged by a model trained on the "
              "others; 0: the model itself on its own rows" },
    { .name = "rows",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e9,
      .fallback = "1000",
      .help = "training rows that are looked at, at most, drawn at random" },
    { .name = "repeats",
      .type = PARAM_INT,
      .min = 1,
      .max = 1000,
      .fallback = "5",
      .help = "permutation: how often each feature is shuffled" },
    { .name = "metric",
      .type = PARAM_TEXT,
      .help = "permutation: what gets worse; by default what models are ranked by" },
    { .name = "seed",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "random seed" },
    { .name = NULL },
};

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* ---------------------------------------------------------------- what is explained */

static int find_class(struct explaining *e, const char *class, struct err *err)
{
    const struct target *target = &e->m->target;

    e->class = SIZE_MAX;
    if (!class)
        return 0;
    for (size_t k = 0; k < target->n_classes; k++)
        if (strcmp(target->classes[k], class) == 0)
            e->class = k;
    if (e->class == SIZE_MAX)
        return err_set(err, ERR_USAGE, "%s has no class '%s'%s%s", target->name, class,
                       target->n_classes ? "; the first is " : "; it is a number",
                       target->n_classes ? target->classes[0] : "");
    return 0;
}

static int find_row(struct explaining *e, size_t number, struct err *err)
{
    for (size_t i = 0; i < e->n_train; i++)
        if (table_row_number(e->t, e->train[i]) == number) {
            e->rows = &e->train[i];
            e->n = 1;
            return 0;
        }
    return err_set(
        err, ERR_DOMAIN,
        "row %zu is no training row: it was removed by a step, is held out for the test, "
        "or is not there",
        number);
}

static void draw_rows(struct explaining *e, struct context *ctx)
{
    size_t most = (size_t)params_int(ctx->args, "rows");
    struct rng rng;

    e->rows = e->train;
    e->n = e->n_train;
    if (e->n <= most)
        return;
    e->rows = ARENA_NEW(ctx->arena, uint32_t, e->n);
    memcpy(e->rows, e->train, e->n * sizeof(*e->rows));
    rng_init(&rng, (uint64_t)params_int(ctx->args, "seed"), 0);
    rng_shuffle(&rng, e->rows, e->n);
    e->n = most;
    qsort(e->rows, e->n, sizeof(*e->rows), by_number);
}

static int open_model(struct explaining *e, struct context *ctx, struct err *err)
{
    const struct named_model *named = workspace_model(ctx->ws, params_text(ctx->args, "model"),
                                                      err);
    struct err other = { 0 };

    if (!named)
        return -1;
    e->name = named->name;
    e->m = named->model;
    e->t = workspace_table(ctx->ws);
    if (e->m->p == 0 || e->m->learner->flags & LEARNER_BLIND)
        return err_set(err, ERR_USAGE,
                       "%s looks at no feature, so that there is nothing to explain", e->name);
    if (training_check_same(ctx->ws, e->name, e->m, ctx->arena, &other))
        return err_set(err, ERR_DOMAIN,
                       "data, steps, split or target are no longer those that %s was trained with; "
                       "undo to there, or train it anew",
                       e->name);
    e->n_train = workspace_rows(&e->train, ctx->ws, PART_TRAIN, ctx->arena);
    return find_class(e, params_text(ctx->args, "class"), err);
}

/* ---------------------------------------------------------------- one row */

/* Of two classes the second has the score; the first's shares are the same with the other sign. */
struct output {
    size_t at, class;
    double sign;
};

static struct output output_of(const struct explaining *e, const struct explanation *s, size_t row)
{
    const struct target *target = &e->m->target;
    struct output o = { .sign = 1, .class = e->class };

    if (target->n_classes == 0)
        return o;
    if (o.class == SIZE_MAX && target->n_classes == 2)
        o.class = target->positive;
    for (size_t k = 0, best = 0; e->class == SIZE_MAX && s->n_outputs > 1 && k < s->n_outputs;
         k++) {
        double sum[2] = { 0, 0 };
        for (size_t j = 0; j <= s->p; j++) {
            sum[0] += explanation_of(s, row, best)[j];
            sum[1] += explanation_of(s, row, k)[j];
        }
        best = sum[1] > sum[0] ? k : best;
        o.class = best;
    }
    o.at = s->n_outputs > 1 ? o.class : 0;
    o.sign = s->n_outputs == 1 && o.class == 0 ? -1 : 1;
    return o;
}

static const char *output_name(struct context *ctx, const struct explaining *e,
                               const struct explanation *s, const struct output *o)
{
    const struct target *target = &e->m->target;

    if (target->n_classes == 0)
        return s->output == PLAIN_LOG_MEAN ? arena_printf(ctx->arena, "log of %s", target->name)
               : s->is_score ? arena_printf(ctx->arena, "linear score of %s", target->name)
                             : target->name;
    const char *what = s->output == PLAIN_SHARES         ? "probability"
                       : s->is_score || s->n_outputs > 1 ? "score"
                                                         : "log-odds";
    return arena_printf(ctx->arena, "%s of %s", what, target->classes[o->class]);
}

static const char *cell_words(struct context *ctx, const struct explaining *e, size_t feature,
                              uint32_t row)
{
    int at = table_find(e->t, e->m->features[feature]);
    const struct column *c = at < 0 ? NULL : table_at(e->t, (size_t)at);
    char number[TEXT_REAL_SIZE];

    if (!c || column_missing(c, row))
        return "missing";
    if (column_is_number(c))
        return arena_strdup(ctx->arena, text_real_short(number, column_number(c, row), 6));
    struct span s = column_span(c, row);
    return arena_printf(ctx->arena, "%.*s", (int)s.len, s.at);
}

static int tell_row(struct report *r, struct context *ctx, struct explaining *e,
                    const struct explanation *s)
{
    const struct output o = output_of(e, s, 0);
    const double *phi = explanation_of(s, 0, o.at);
    struct feature_share *list = ARENA_NEW(ctx->arena, struct feature_share, s->p);
    double base = o.sign < 0 && s->output == PLAIN_SHARES ? 1 - phi[s->p] : o.sign * phi[s->p];
    double sum = base;
    json_t *all = json_array();
    struct report_grid g;

    for (size_t j = 0; j < s->p; j++) {
        list[j] = (struct feature_share){ e->m->features[j], o.sign * phi[j] + 0.0, NAN, NAN, j };
        sum += list[j].value;
    }
    explaining_sort(list, s->p);
    report_put_text(r, "output", output_name(ctx, e, s, &o));
    report_put_real(r, "base", base);
    report_put_real(r, "sum", sum);
    report_line(r, "%s: row %zu, %s is %.4g; the mean is %.4g", e->name,
                table_row_number(e->t, e->rows[0]), output_name(ctx, e, s, &o), sum, base);
    report_grid_init(&g, "llr");
    for (size_t j = 0; j < s->p; j++) {
        const char *words = cell_words(ctx, e, list[j].feature, e->rows[0]);
        json_array_append_new(all, json_pack("{s:s,s:s,s:o}", "name", list[j].name, "cell", words,
                                             "share", report_real(list[j].value)));
        if (j >= FEATURES_SHOWN)
            continue;
        report_grid_add(&g, "%s", list[j].name);
        report_grid_add(&g, "%s", words);
        report_grid_add(&g, "%+.4g", list[j].value);
    }
    report_put(r, "features", all);
    report_grid_end(r, &g);
    if (s->p > FEATURES_SHOWN)
        report_line(r, "  … and %zu more", s->p - FEATURES_SHOWN);
    return 0;
}

/* ---------------------------------------------------------------- all rows */

/* Mean size of a feature's shares; of several classes all are added unless one was named. */
static int tell_shares(struct report *r, struct context *ctx, struct explaining *e,
                       const struct explanation *s)
{
    struct feature_share *list = ARENA_NEW(ctx->arena, struct feature_share, s->p);
    bool one = e->class != SIZE_MAX && s->n_outputs > 1;

    for (size_t j = 0; j < s->p; j++)
        list[j] = (struct feature_share){ e->m->features[j], 0, NAN, NAN, j };
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->n_outputs; k++)
            for (size_t j = 0; j < s->p && (!one || k == e->class); j++)
                list[j].value += fabs(explanation_of(s, i, k)[j]) / (double)s->n;
    report_line(r, "%s: mean size of the features' shares over %zu training rows%s%s", e->name,
                s->n, one ? ", " : "", one ? e->m->target.classes[e->class] : "");
    explaining_tell(r, list, s->p, "mean |share|");
    return 0;
}

static int run_shap(struct report *r, struct context *ctx, struct explaining *e, struct err *err)
{
    struct explanation s;

    if (explain_rows(&s, e->m, e->t, e->rows, e->n, e->train, e->n_train, ctx->job, err))
        return -1;
    int rc = params_value(ctx->args, "row")->set ? tell_row(r, ctx, e, &s)
                                                 : tell_shares(r, ctx, e, &s);
    explanation_release(&s);
    return rc;
}

/* ---------------------------------------------------------------- the verb */

static int explain_run(struct report *r, struct context *ctx, struct err *err)
{
    int method = params_choice(ctx->args, "method");
    struct explaining e = { .name = NULL };
    bool row = params_value(ctx->args, "row")->set;

    if (open_model(&e, ctx, err))
        return -1;
    if (row && method == METHOD_PERMUTATION)
        return err_set(err, ERR_USAGE,
                       "permutation says nothing of one row; leave row= or method= "
                       "out");
    if (method == METHOD_AUTO)
        method = row || e.m->learner->plain_tree || e.m->learner->coefficients ? METHOD_SHAP
                                                                               : METHOD_PERMUTATION;
    if (row && find_row(&e, (size_t)params_int(ctx->args, "row"), err))
        return -1;
    if (!row)
        draw_rows(&e, ctx);
    report_put_text(r, "model", e.name);
    report_put_text(r, "method", explain_methods[method]);
    report_put_int(r, "rows", (int64_t)e.n);
    return method == METHOD_SHAP ? run_shap(r, ctx, &e, err) : explaining_permute(r, ctx, &e, err);
}

const struct command verb_explain = {
    .name = "explain",
    .stage = "Validate",
    .help = "what a model's predictions come from",
    .details =
        "method=shap shares a prediction out among the features: the shares and the mean add up to "
        "it (SHAP values, exact). For trees, forests and boosting by the shares of training rows "
        "on "
        "each path (Lundberg, Erion and Lee 2018); for linear models coefficient times distance "
        "from "
        "the mean. Boosting and classes of linear models are explained as log-odds or scores, "
        "forests as probabilities. With row= one row's prediction, without it the mean size of the "
        "shares. method=permutation works for any model: how much worse the metric gets when a "
        "feature's cells are shuffled. It is trained anew without each fold in turn and judged "
        "by that fold, with the interval over folds; folds=0 judges the model itself on the rows "
        "that it was trained on, which makes features that it overfits look important. Rows held "
        "out for the test are never looked at. Deep forests take long: rows= limits the work of "
        "shares and of folds=0.",
    .example = "explain lr",
    .params = explain_params,
    .flags = COMMAND_NEEDS_TABLE | COMMAND_VOLATILE,
    .run = explain_run,
};
