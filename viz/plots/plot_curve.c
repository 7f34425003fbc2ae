/* plot_curve.c - how the loss went while models were trained. */
#include <math.h>

#include "base/mem.h"
#include "plot.h"

#define MOST_POINTS 2000

static const struct param_spec curve_params[] = {
    { .name = "models",
      .type = PARAM_MODELS,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "models of learners that iterate" },
    { .name = NULL },
};

static const struct curve *curve_of(const struct workspace *ws, const char *name, struct err *err)
{
    const struct named_model *named = workspace_model(ws, name, err);

    if (!named)
        return NULL;
    if (named->model->curve.n)
        return &named->model->curve;
    err_set(err, ERR_DOMAIN,
            "nothing to plot: %s keeps no curve; %s does not say how its loss went", name,
            named->model->learner->name);
    return NULL;
}

/* Every step-th point and the last. */
static void add_line(struct figure *f, const char *label, const struct curve *c, bool validation)
{
    size_t step = (c->n + MOST_POINTS - 1) / MOST_POINTS, n = 0;
    double *x = MEM_NEW(double, 2 * (c->n / step + 2)), *y = x + c->n / step + 2;

    for (size_t k = 0; k < c->n; k++) {
        const struct curve_point *p = &c->points[k];
        if (k % step && k + 1 < c->n)
            continue;
        x[n] = (double)p->iteration;
        y[n++] = validation ? p->validation : p->training;
    }
    figure_add(f, SERIES_LINE, label, n, x, y);
    mem_free(x);
}

static bool was_validated(const struct curve *c)
{
    return isfinite(c->points[c->n - 1].validation);
}

static void add_model(struct figure *f, const char *name, const struct curve *c, bool alone)
{
    const char *of = alone ? "" : arena_printf(&f->arena, "%s ", name);

    add_line(f, arena_printf(&f->arena, "%straining", of), c, false);
    if (was_validated(c))
        add_line(f, arena_printf(&f->arena, "%srows put aside", of), c, true);
    if (alone && c->best) {
        double x[] = { (double)c->best, (double)c->best };
        double y[] = { c->points[c->best - 1].training, c->points[c->best - 1].validation };
        figure_add(f, SERIES_LINE, arena_printf(&f->arena, "best: %zu", c->best), 2, x, y)->muted =
            true;
    }
}

static int curve_build(struct figure *f, const struct workspace *ws, const struct params *params,
                       struct job *job, struct err *err)
{
    const struct param_value *models = params_value(params, "models");
    const bool alone = models->n_list == 1;
    const char *loss = NULL;

    for (size_t i = 0; i < models->n_list; i++) {
        const struct curve *c = curve_of(ws, models->list[i], err);
        if (!c || job_tick(job, i, models->n_list, err))
            return -1;
        loss = loss ? loss : c->loss;
        add_model(f, models->list[i], c, alone);
    }
    f->title = alone ? arena_printf(&f->arena, "training of %s", models->list[0]) : "training";
    f->x = (struct axis){ .label = "iterations", .whole = true };
    f->y = (struct axis){ .label = arena_strdup(&f->arena, loss) };
    return 0;
}

const struct plot_kind plot_curve = {
    .name = "curve",
    .help = "how the loss went while models were trained",
    .details = "The mean loss after each iteration, over training rows (of many, an even sample) "
               "and over those that were put aside to stop early by; with one model the iteration "
               "that was best is marked.",
    .example = "plot curve b",
    .params = curve_params,
    .build = curve_build,
};
