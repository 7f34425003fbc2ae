/* plot_path.c - how the coefficients of a penalised model grow while the penalty falls. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "plot.h"

enum { MOST_LINES = 5 };

static const struct param_spec path_params[] = {
    { .name = "model",
      .type = PARAM_MODEL,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "a model that was taken from a path: lasso, elasticnet" },
    { .name = NULL },
};

static double largest(const struct coefficient_path *path, size_t j)
{
    double most = 0;

    for (size_t k = 0; k < path->n; k++)
        most = fmax(most, fabs(path->coef[k * path->p + j]));
    return most;
}

/* The features whose coefficients become largest, the first first. */
static size_t choose_features(size_t *out, const struct coefficient_path *path)
{
    size_t n = 0;

    for (size_t j = 0; j < path->p; j++) {
        size_t at = n < MOST_LINES ? n++ : MOST_LINES;
        while (at > 0 && largest(path, out[at - 1]) < largest(path, j)) {
            if (at < MOST_LINES)
                out[at] = out[at - 1];
            at--;
        }
        if (at < MOST_LINES)
            out[at] = j;
    }
    return n;
}

static void mark_chosen(struct figure *f, const struct coefficient_path *path, const size_t *list,
                        size_t n)
{
    double alpha = path->points[path->chosen].alpha, low = 0, high = 0;

    for (size_t k = 0; k < path->n; k++)
        for (size_t i = 0; i < n; i++) {
            low = fmin(low, path->coef[k * path->p + list[i]]);
            high = fmax(high, path->coef[k * path->p + list[i]]);
        }
    double x[] = { alpha, alpha }, y[] = { low, high };
    figure_add(f, SERIES_LINE, arena_printf(&f->arena, "alpha %.4g", alpha), 2, x, y)->muted = true;
}

static void draw(struct figure *f, const struct model *m, const struct coefficient_path *path)
{
    size_t list[MOST_LINES], n = choose_features(list, path);
    double *x = MEM_NEW(double, 2 * path->n), *y = x + path->n;

    for (size_t i = 0; i < n; i++) {
        size_t points = 0;
        for (size_t k = 0; k < path->n; k++)
            if (path->points[k].alpha > 0) {
                x[points] = path->points[k].alpha;
                y[points++] = path->coef[k * path->p + list[i]];
            }
        figure_add(f, SERIES_LINE, m->features[list[i]], points, x, y);
    }
    mem_free(x);
    if (path->points[path->chosen].alpha > 0)
        mark_chosen(f, path, list, n);
    if (n < path->p)
        f->note = arena_printf(&f->arena, "the %zu largest of %zu features", n, path->p);
}

static int path_build(struct figure *f, const struct workspace *ws, const struct params *params,
                      struct job *job, struct err *err)
{
    const char *name = params_text(params, "model");
    const struct named_model *named = workspace_model(ws, name, err);

    if (!named || job_tick(job, 0, 1, err))
        return -1;
    const struct coefficient_path *path = model_path(named->model);
    if (!path || path->n < 2)
        return err_set(err, ERR_DOMAIN,
                       "nothing to plot: %s keeps no path; train lasso or elasticnet with n_alphas "
                       "above 1",
                       name);
    draw(f, named->model, path);
    f->title = arena_printf(&f->arena, "path of %s", name);
    f->x = (struct axis){ .label = "alpha", .log = true };
    f->y = (struct axis){ .label = "coefficient" };
    return 0;
}

const struct plot_kind plot_path = {
    .name = "path",
    .help = "coefficients against the weight of the penalty",
    .details = "For a model of lasso or elasticnet: the coefficients of all models of its path, "
               "from the right, where all are 0, to the left; the chosen alpha is marked. The "
               "features whose coefficients become largest are drawn.",
    .example = "plot path la",
    .params = path_params,
    .build = path_build,
};
