/* plot_scatter.c - one column over another. */
#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "plot.h"
#include "plots/plot_rows.h"

#define MOST_POINTS 20000

static const char *const log_choices[] = { "none", "x", "y", "both", NULL };
enum { LOG_NONE, LOG_X, LOG_Y, LOG_BOTH };

static const struct param_spec scatter_params[] = {
    { .name = "x",
      .type = PARAM_COLUMN,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "column of numbers across" },
    { .name = "y",
      .type = PARAM_COLUMN,
      .flags = PARAM_REQUIRED | PARAM_WORD,
      .help = "column of numbers upwards" },
    { .name = "by",
      .type = PARAM_COLUMN,
      .help = "a colour and mark for each value of this column" },
    { .name = "log",
      .type = PARAM_CHOICE,
      .choices = log_choices,
      .fallback = "none",
      .help = "axes with a logarithmic scale" },
    { .name = NULL },
};

/* Coordinates of the rows that can be shown, in large blocks. */
struct points {
    double *x, *y;
    uint8_t *group;
    size_t n, n_possible, n_rows;
};

static void points_release(struct points *p)
{
    mem_big_free(p->x);
    mem_big_free(p->y);
    mem_big_free(p->group);
}

static int points_new(struct points *p, size_t n, struct err *err)
{
    void *x = NULL, *y = NULL, *group = NULL;

    *p = (struct points){ 0 };
    const int rc = mem_big(&x, n, sizeof(double), "the points of a plot", err) ||
                   mem_big(&y, n, sizeof(double), "the points of a plot", err) ||
                   mem_big(&group, n, 1, "the points of a plot", err);
    p->x = x;
    p->y = y;
    p->group = group;
    return rc ? -1 : 0;
}

static bool can_show(double x, double y, int log)
{
    return isfinite(x) && isfinite(y) && !(x <= 0 && (log == LOG_X || log == LOG_BOTH)) &&
           !(y <= 0 && (log == LOG_Y || log == LOG_BOTH));
}

static size_t count_possible(const struct column *x, const struct column *y, int log)
{
    size_t n = 0;

    for (size_t i = 0; i < x->n_rows; i++)
        n += can_show(plot_value(x, i), plot_value(y, i), log);
    return n;
}

/* All points, or MOST_POINTS of them, each with the same chance.
 * Source: Knuth, TAOCP vol. 2, section 3.4.2, algorithm S. */
static int gather(struct points *p, const struct column *x, const struct column *y,
                  const struct plot_groups *groups, int log, struct err *err)
{
    struct rng rng;
    const size_t possible = count_possible(x, y, log);
    const size_t wanted = possible < MOST_POINTS ? possible : MOST_POINTS;

    rng_init(&rng, 1, 0);
    if (points_new(p, wanted, err))
        return -1;
    p->n_possible = possible;
    p->n_rows = x->n_rows;
    for (size_t i = 0, seen = 0; i < x->n_rows && p->n < wanted; i++) {
        const double xi = plot_value(x, i), yi = plot_value(y, i);
        if (!can_show(xi, yi, log))
            continue;
        if (wanted == possible || rng_below(&rng, possible - seen) < wanted - p->n) {
            p->x[p->n] = xi;
            p->y[p->n] = yi;
            p->group[p->n++] = (uint8_t)plot_group(groups, i);
        }
        seen++;
    }
    return 0;
}

static void add_group(struct figure *f, const struct points *p, size_t group, const char *label)
{
    double *x = MEM_NEW(double, p->n), *y = MEM_NEW(double, p->n);
    size_t n = 0;

    for (size_t i = 0; i < p->n; i++) {
        if (p->group[i] != group)
            continue;
        x[n] = p->x[i];
        y[n++] = p->y[i];
    }
    if (n > 0)
        figure_add(f, SERIES_POINTS, label, n, x, y)->colour = (int)group;
    mem_free(x);
    mem_free(y);
}

static const char *scatter_note(struct figure *f, const struct points *p)
{
    const size_t left_out = p->n_rows - p->n_possible;

    if (p->n < p->n_possible)
        return arena_printf(&f->arena, "%zu of %zu rows, drawn at random%s", p->n, p->n_possible,
                            left_out ? "; rows without a value left out" : "");
    if (left_out)
        return arena_printf(&f->arena, "%zu rows; %zu without a value left out", p->n, left_out);
    return arena_printf(&f->arena, "%zu rows", p->n);
}

static int add_points(struct figure *f, const struct column *x, const struct column *y,
                      const struct plot_groups *groups, int log, struct err *err)
{
    struct points p;
    int rc = gather(&p, x, y, groups, log, err);

    if (rc == 0 && p.n == 0)
        rc = err_set(err, ERR_DOMAIN,
                     "nothing to plot: no row has a finite%s value in both %s and %s",
                     log ? " positive" : "", f->x.label, f->y.label);
    for (size_t g = 0; rc == 0 && g < groups->n; g++)
        add_group(f, &p, g, groups->labels[g]);
    if (rc == 0)
        f->note = scatter_note(f, &p);
    points_release(&p);
    return rc;
}

static int scatter_build(struct figure *f, const struct workspace *ws, const struct params *params,
                         struct job *job, struct err *err)
{
    const char *x_name = params_text(params, "x"), *y_name = params_text(params, "y");
    const char *by = params_text(params, "by");
    const int log = params_choice(params, "log");
    const struct table *t = workspace_need_table(ws, err);
    struct plot_groups groups;

    if (!t || job_tick(job, 0, 1, err))
        return -1;
    const struct column *x = plot_number_column(t, x_name, "a scatter plot", err);
    const struct column *y = x ? plot_number_column(t, y_name, "a scatter plot", err) : NULL;
    if (!y || plot_groups_make(&groups, t, by, &f->arena, err))
        return -1;
    f->title = arena_printf(&f->arena, by ? "%s over %s by %s" : "%s over %s", y_name, x_name, by);
    f->x = (struct axis){ .label = arena_strdup(&f->arena, x_name),
                          .log = log == LOG_X || log == LOG_BOTH };
    f->y = (struct axis){ .label = arena_strdup(&f->arena, y_name),
                          .log = log == LOG_Y || log == LOG_BOTH };
    const int rc = add_points(f, x, y, &groups, log, err);
    plot_groups_release(&groups);
    return rc;
}

const struct plot_kind plot_scatter = {
    .name = "scatter",
    .help = "one column over another, a point for each row",
    .details = "With by= every value of a column has a colour and a mark of its own.  Of more than "
               "20000 rows a random sample of that size is drawn, always the same one.",
    .example = "plot scatter bill_length_mm bill_depth_mm by=species",
    .params = scatter_params,
    .build = scatter_build,
};
