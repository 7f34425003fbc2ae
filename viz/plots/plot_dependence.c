/* plot_dependence.c - what a model predicts on average when one feature is given each value in turn. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "num/stats.h"
#include "plot.h"

enum { GRID = 40, CLASSES_MOST = 6, ICE_MOST = 500 };

static const struct param_spec dependence_params[] = {
    { .name = "model",
      .type = PARAM_MODEL,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "a model that is there" },
    { .name = "column",
      .type = PARAM_COLUMN,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "the feature that is varied" },
    { .name = "rows",
      .type = PARAM_INT,
      .min = 1,
      .max = 1e6,
      .fallback = "500",
      .help = "training rows to take the mean over, at most, drawn at random" },
    { .name = "class",
      .type = PARAM_TEXT,
      .help = "the class whose probability is drawn; by default the positive one of two, or all" },
    { .name = "ice",
      .type = PARAM_INT,
      .min = 0,
      .max = ICE_MOST,
      .fallback = "0",
      .help = "so many of the rows have a line of their own (individual conditional expectation)" },
    { .name = "seed",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "random seed" },
    { .name = NULL },
};

/* The rows as the model sees them, and the values that the feature gets. */
struct varying {
    const struct model *m;
    size_t feature, n_grid;
    struct matrix x, out;
    double *grid, *mean; /* (n_grid), (n_classes or 1, n_grid) */
    size_t output;       /* the one that is drawn; SIZE_MAX: all classes */
    size_t n_own;        /* rows with a line of their own, evenly among the others */
    double *own;         /* (n_own, n_grid) */
};

static int find_feature(size_t *out, const struct model *m, const char *model, const char *column,
                        struct err *err)
{
    for (size_t j = 0; j < m->p; j++)
        if (strcmp(m->features[j], column) == 0) {
            *out = j;
            return m->learner->flags & LEARNER_BLIND
                       ? err_set(err, ERR_DOMAIN, "nothing to plot: %s looks at no feature", model)
                       : 0;
        }
    return err_set(err, ERR_DOMAIN, "nothing to plot: %s is no feature of %s", column, model);
}

/* The next step from *at on that is carried out; NULL: none. */
static const char *next_step(const struct recipe *r, size_t *at)
{
    while (*at < r->n_steps && !r->steps[*at]->on)
        ++*at;
    return *at < r->n_steps ? r->steps[(*at)++]->text : NULL;
}

/* The table must be made by the steps that the model was trained behind. */
static int check_steps(const struct model *m, const struct workspace *ws, const char *model,
                       struct err *err)
{
    size_t i = 0, k = 0;

    for (;;) {
        const char *now = next_step(ws->recipe, &i), *then = next_step(m->fitted->recipe, &k);
        if (!now && !then)
            return 0;
        if (!now || !then || strcmp(now, then) != 0)
            return err_set(err, ERR_DOMAIN,
                           "nothing to plot: the steps are no longer those that %s was trained "
                           "with; undo to there, or train it anew",
                           model);
    }
}

/* Every level; or quantiles from 2.5 to 97.5 % of the values that there are, each once. */
static void make_grid(struct varying *v, struct arena *arena)
{
    const struct levels *levels = v->m->levels ? &v->m->levels[v->feature] : NULL;
    const double *x = matrix_col(&v->x, v->feature);
    double *known = MEM_NEW(double, v->x.n);
    size_t n = 0;

    if (levels && levels->is_category) {
        v->grid = ARENA_NEW(arena, double, levels->n);
        for (; v->n_grid < levels->n; v->n_grid++)
            v->grid[v->n_grid] = (double)v->n_grid;
        mem_free(known);
        return;
    }
    for (size_t i = 0; i < v->x.n; i++)
        if (isfinite(x[i]))
            known[n++] = x[i];
    stats_sort(known, n);
    v->grid = ARENA_NEW(arena, double, GRID);
    for (size_t k = 0; k < GRID && n; k++) {
        double at = stats_quantile_sorted(known, n, 0.025 + 0.95 * (double)k / (GRID - 1));
        if (v->n_grid == 0 || at > v->grid[v->n_grid - 1])
            v->grid[v->n_grid++] = at;
    }
    mem_free(known);
}

static int vary(struct varying *v, struct job *job, struct err *err)
{
    double *x = matrix_col(&v->x, v->feature);

    for (size_t k = 0; k < v->n_grid; k++) {
        for (size_t i = 0; i < v->x.n; i++)
            x[i] = v->grid[k];
        if (v->m->learner->predict(&v->out, v->m->state, &v->x, err) ||
            job_tick(job, k + 1, v->n_grid, err))
            return -1;
        for (size_t i = 0; i < v->n_own; i++)
            v->own[i * v->n_grid + k] = matrix_col(&v->out, v->output)[i * v->x.n / v->n_own];
        for (size_t c = 0; c < v->out.p; c++)
            v->mean[c * v->n_grid + k] = stats_mean(matrix_col(&v->out, c), v->x.n);
    }
    return 0;
}

/* Rows' own lines, with gaps between them. */
static void add_own_lines(struct figure *f, const struct varying *v)
{
    const size_t step = v->n_grid + 1;
    double *x = MEM_NEW(double, v->n_own *step), *y = MEM_NEW(double, v->n_own *step);

    for (size_t i = 0; i < v->n_own; i++) {
        memcpy(x + i * step, v->grid, v->n_grid * sizeof(*x));
        memcpy(y + i * step, v->own + i * v->n_grid, v->n_grid * sizeof(*y));
        x[i * step + v->n_grid] = y[i * step + v->n_grid] = NAN;
    }
    figure_add(f, SERIES_LINE, "single rows", v->n_own * step, x, y)->muted = true;
    mem_free(x);
    mem_free(y);
}

static void add_lines(struct figure *f, const struct varying *v)
{
    const struct target *t = &v->m->target;
    enum series_kind kind = f->x.categories ? SERIES_POINTS : SERIES_LINE;

    if (v->n_own)
        add_own_lines(f, v);
    if (v->output != SIZE_MAX) {
        figure_add(f, kind, v->n_own ? "mean" : NULL, v->n_grid, v->grid,
                   v->mean + v->output * v->n_grid);
        return;
    }
    for (size_t c = 0; c < t->n_classes && c < CLASSES_MOST; c++)
        figure_add(f, kind, arena_strdup(&f->arena, t->classes[c]), v->n_grid, v->grid,
                   v->mean + c * v->n_grid);
}

/* Which output is drawn, and how many rows on their own. */
static int choose_output(struct varying *v, const struct params *params, struct err *err)
{
    const struct target *t = &v->m->target;
    const char *class = params_text(params, "class");

    v->n_own = (size_t)params_int(params, "ice");
    v->output = t->n_classes > 2 ? SIZE_MAX : t->n_classes ? t->positive : 0;
    for (size_t k = 0; class && k < t->n_classes; k++)
        if (strcmp(t->classes[k], class) == 0) {
            v->output = k;
            class = NULL;
        }
    if (class)
        return err_set(err, ERR_USAGE, "%s has no class '%s'%s%s", t->name, class,
                       t->n_classes ? "; the first is " : "; it is a number",
                       t->n_classes ? t->classes[0] : "");
    if (v->n_own && v->output == SIZE_MAX)
        return err_set(
            err, ERR_USAGE,
            "rows have a line for each of %zu classes; name one with class=", t->n_classes);
    return 0;
}

static void describe(struct figure *f, const struct varying *v, const char *model)
{
    const struct target *t = &v->m->target;
    const char *name = v->m->features[v->feature];
    const struct levels *levels = v->m->levels ? &v->m->levels[v->feature] : NULL;

    f->title = arena_printf(&f->arena, "%s by %s, as %s predicts it", t->name, name, model);
    f->note = arena_printf(&f->arena, "mean prediction over %zu training rows", v->x.n);
    f->x.label = arena_strdup(&f->arena, name);
    if (levels && levels->is_category) {
        f->x.categories = figure_copy_text(f, levels->text, levels->n);
        f->x.n_categories = levels->n;
    }
    f->y.label = t->n_classes == 0 ? arena_strdup(&f->arena, t->name)
                 : v->output != SIZE_MAX
                     ? arena_printf(&f->arena, "probability of %s", t->classes[v->output])
                     : "probability";
}

static size_t draw_rows(uint32_t **rows, const struct workspace *ws, const struct params *params,
                        struct arena *arena)
{
    size_t n = workspace_rows(rows, ws, PART_TRAIN, arena);
    size_t most = (size_t)params_int(params, "rows");
    struct rng rng;

    if (n <= most)
        return n;
    rng_init(&rng, (uint64_t)params_int(params, "seed"), 0);
    rng_shuffle(&rng, *rows, n);
    return most;
}

static int dependence_build(struct figure *f, const struct workspace *ws,
                            const struct params *params, struct job *job, struct err *err)
{
    const char *name = params_text(params, "model");
    const struct named_model *named = workspace_model(ws, name, err);
    const struct table *t = named ? workspace_need_table(ws, err) : NULL;
    struct varying v = { .m = named ? named->model : NULL };
    uint32_t *rows;

    if (!t || find_feature(&v.feature, v.m, name, params_text(params, "column"), err) ||
        check_steps(v.m, ws, name, err) || choose_output(&v, params, err))
        return -1;
    size_t n_outputs = v.m->target.n_classes ? v.m->target.n_classes : 1;
    size_t n = draw_rows(&rows, ws, params, &f->arena);
    int rc = design_matrix(&v.x, v.m->features, v.m->p, model_flags(v.m), v.m->levels, t, rows, n,
                           true, err) ||
             matrix_new(&v.out, n, n_outputs, "the predictions", err);
    if (!rc) {
        make_grid(&v, &f->arena);
        v.n_own = v.n_own < n ? v.n_own : n;
        v.own = ARENA_NEW(&f->arena, double, v.n_own *v.n_grid + 1);
        v.mean = ARENA_NEW(&f->arena, double, n_outputs *v.n_grid);
        rc = v.n_grid ? vary(&v, job, err)
                      : err_set(err, ERR_DOMAIN, "nothing to plot: %s has no finite value",
                                v.m->features[v.feature]);
    }
    if (!rc) {
        describe(f, &v, name);
        add_lines(f, &v);
    }
    matrix_release(&v.x);
    matrix_release(&v.out);
    return rc ? -1 : 0;
}

const struct plot_kind plot_dependence = {
    .name = "dependence",
    .help = "how a model's prediction depends on one feature",
    .details =
        "Partial dependence (Friedman 2001): every training row gets each value of the "
        "feature in turn, from its 2.5th to its 97.5th percentile, and predictions are "
        "averaged. Where features go together, some of these rows cannot be: read it with "
        "care. ice=50 draws the lines of fifty single rows behind the mean (Goldstein et al. "
        "2015): where they cross, features work together.",
    .example = "plot dependence lr bill_length_mm",
    .params = dependence_params,
    .build = dependence_build,
};
