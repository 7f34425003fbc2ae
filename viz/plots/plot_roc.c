/* plot_roc.c - receiver operating characteristics of validated models. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "plot.h"
#include "plots/plot_models.h"
#include "plots/roc_curve.h"

#define MOST_POINTS 2000
#define MACRO_GRID  501

static const struct param_spec roc_params[] = {
    { .name = "models",
      .type = PARAM_MODELS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "validated models of classes" },
    { .name = "class",
      .type = PARAM_TEXT,
      .help = "the class to tell from all others; by default the positive one, or every class" },
    { .name = NULL },
};

/* The rows of a result whose truth is known, as scores of one class. */
struct class_scores {
    double *score;
    bool *positive;
    size_t n;
};

static void scores_release(struct class_scores *s)
{
    mem_big_free(s->score);
    mem_big_free(s->positive);
}

static int scores_new(struct class_scores *s, const struct resample_result *r, size_t class_index,
                      struct err *err)
{
    void *score = NULL, *positive = NULL;
    const bool failed = mem_big(&score, r->n_rows, sizeof(double), "the scores of a class", err) ||
                        mem_big(&positive, r->n_rows, sizeof(bool), "the scores of a class", err);

    *s = (struct class_scores){ score, positive, 0 };
    if (failed) {
        scores_release(s);
        return -1;
    }
    const double *p = matrix_col(&r->oof.value, class_index);
    for (size_t i = 0; i < r->n_rows; i++) {
        if (isnan(r->truth[i]) || isnan(p[i]))
            continue;
        s->score[s->n] = p[i];
        s->positive[s->n++] = (size_t)r->truth[i] == class_index;
    }
    return 0;
}

static int class_curve(struct roc_curve *out, const struct resample_result *r, size_t class_index,
                       struct err *err)
{
    struct class_scores s;

    if (scores_new(&s, r, class_index, err))
        return -1;
    const int rc = roc_curve_make(out, s.score, s.positive, s.n, err);
    scores_release(&s);
    if (rc)
        err_prefix(err, "class %s: ", r->target.classes[class_index]);
    return rc;
}

static void add_curve(struct figure *f, const char *name, double auc, size_t n, const double *fpr,
                      const double *tpr)
{
    figure_add(f, SERIES_LINE, arena_printf(&f->arena, "%s  AUC %.3f", name, auc), n, fpr, tpr);
}

static int add_class(struct figure *f, const char *name, const struct resample_result *r,
                     size_t class_index, struct err *err)
{
    struct roc_curve c;

    if (class_curve(&c, r, class_index, err))
        return -1;
    roc_curve_thin(&c, MOST_POINTS);
    add_curve(f, name, c.auc, c.n, c.fpr, c.tpr);
    roc_curve_release(&c);
    return 0;
}

/* The mean over classes of each against the others, height by height. */
static int add_macro(struct figure *f, const char *name, const struct resample_result *r,
                     struct err *err)
{
    const size_t n_classes = r->target.n_classes;
    double fpr[MACRO_GRID + 1], tpr[MACRO_GRID + 1] = { 0 }, auc = 0;

    fpr[0] = 0; /* one point more at the foot: curves rise from (0, 0) */
    for (size_t i = 0; i < MACRO_GRID; i++)
        fpr[i + 1] = (double)i / (MACRO_GRID - 1);
    for (size_t k = 0; k < n_classes; k++) {
        struct roc_curve c;
        if (class_curve(&c, r, k, err))
            return -1;
        for (size_t i = 1; i <= MACRO_GRID; i++)
            tpr[i] += roc_curve_at(&c, fpr[i]) / (double)n_classes;
        auc += c.auc / (double)n_classes;
        roc_curve_release(&c);
    }
    add_curve(f, name, auc, MACRO_GRID + 1, fpr, tpr);
    return 0;
}

static int find_class(size_t *out, const struct target *t, const char *name, struct err *err)
{
    struct str list;

    for (size_t k = 0; k < t->n_classes; k++) {
        if (strcmp(t->classes[k], name) == 0) {
            *out = k;
            return 0;
        }
    }
    str_init(&list);
    for (size_t k = 0; k < t->n_classes && k < 20; k++)
        str_addf(&list, " %s", t->classes[k]);
    err_set(err, ERR_USAGE, "%s has no class '%s'; it has%s", t->name, name, list.buf);
    str_release(&list);
    return -1;
}

static int add_model(struct figure *f, const char *model, const struct resample_result *r,
                     const char *class_name, bool alone, struct err *err)
{
    const struct target *t = &r->target;
    size_t k;

    if (class_name) {
        if (find_class(&k, t, class_name, err))
            return -1;
        return add_class(f, model, r, k, err);
    }
    if (t->n_classes == 2)
        return add_class(f, model, r, t->positive, err);
    if (!alone)
        return add_macro(f, model, r, err);
    if (add_macro(f, "mean of classes", r, err))
        return -1;
    for (k = 0; k < t->n_classes && k < 7; k++)
        if (add_class(f, t->classes[k], r, k, err))
            return -1;
    return 0;
}

static void describe(struct figure *f, const struct resample_result *r,
                     const struct param_value *models, const char *class_name)
{
    const char *base = plot_validated_note(r, &f->arena);
    const char *tail = class_name                 ? class_name
                       : r->target.n_classes == 2 ? r->target.classes[r->target.positive]
                                                  : NULL;

    f->title = models->n_list == 1 ? arena_printf(&f->arena, "ROC of %s", models->list[0]) : "ROC";
    f->note = tail ? arena_printf(&f->arena, "%s; positive is %s", base, tail)
                   : arena_printf(&f->arena, "%s; each class against the others", base);
    f->x = (struct axis){ .label = "false positive rate", .low = 0, .high = 1 };
    f->y = (struct axis){ .label = "true positive rate", .low = 0, .high = 1 };
    f->square = true;
    f->key = FIGURE_KEY_LOWER_RIGHT;
}

static int roc_build(struct figure *f, const struct workspace *ws, const struct params *params,
                     struct job *job, struct err *err)
{
    const struct param_value *models = params_value(params, "models");
    const char *class_name = params_text(params, "class");
    static const double ends[] = { 0, 1 };

    for (size_t i = 0; i < models->n_list; i++) {
        const struct resample_result *r = plot_validated(ws, models->list[i], "roc", err);
        if (!r || job_tick(job, i, models->n_list, err) ||
            add_model(f, models->list[i], r, class_name, models->n_list == 1, err))
            return -1;
        if (i == 0)
            describe(f, r, models, class_name);
    }
    figure_add(f, SERIES_LINE, "chance", 2, ends, ends)->muted = true;
    return 0;
}

const struct plot_kind plot_roc = {
    .name = "roc",
    .help = "true against false positives of validated models",
    .details = "Made of the out-of-fold predictions of validate, so every row is scored by a model "
               "that did not see it.  With more than two classes one model shows each class "
               "against the others and their mean; several models show their means.",
    .example = "plot roc lr rf",
    .params = roc_params,
    .build = roc_build,
};
