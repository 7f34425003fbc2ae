/* tpe: two densities, of the good trials and of the others; the next point is where the first is highest
 * against the second.
 *
 * Axes that are in force together are one group, whose density is joint.  A point is chosen group
 * by group: candidates are drawn from the good density for the group and all behind it, those that
 * break a rule or were tried are left out, and the best by the group's ratio stays. */
#include "tune/sampler.h"

#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "tune/parzen.h"
#include "tune/tried.h"

#define MOST_GOOD 25 /* of optuna's gamma */
#define DRAWS     40 /* for one candidate that holds the rules */

static const struct param_spec tpe_params[] = {
    { .name = "n_startup_trials",
      .type = PARAM_INT,
      .min = 1,
      .max = 100000,
      .fallback = "10",
      .help = "trials drawn evenly before" },
    { .name = "n_ei_candidates",
      .type = PARAM_INT,
      .min = 1,
      .max = 10000,
      .fallback = "24",
      .help = "candidates drawn from the density of the good trials" },
    { .name = "consider_prior",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "add a bump over the whole range" },
    { .name = "prior_weight",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN,
      .min = 0,
      .max = 1e6,
      .fallback = "1",
      .help = "what it weighs, in trials" },
    { .name = "consider_magic_clip",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "bumps do not get narrower than a hundredth of the range" },
    { .name = "multivariate",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "one density of all parameters, not one each" },
    { .name = "constant_liar",
      .type = PARAM_FLAG,
      .fallback = "yes",
      .help = "trials that still run count as bad, so that others keep away from them" },
    { .name = NULL },
};

struct group {
    size_t n, *axes; /* of the space */
    struct parzen_axis *kinds;
    struct parzen good, rest;
};

struct tpe {
    const struct sampler_input *in;
    struct tried_list tried;
    uint8_t *is_good; /* (tried.n) */
    size_t n_groups, most_bumps;
    struct group *groups;
    struct parzen_options options;
    double *work, *coordinates;
    struct arena *arena;
    struct rng rng;
};

/* ---------------------------------------------------------------- groups */
static bool is_choice(const struct axis *a)
{
    return a->kind == AXIS_CHOICE && !a->ordered;
}

static bool is_together(const struct axis *a, const struct axis *b)
{
    return a->parent == b->parent && (a->parent == AXIS_ALWAYS || a->when == b->when);
}

static void add_axis(struct group *g, const struct space *s, size_t j)
{
    const struct axis *a = &s->axes[j];

    g->kinds[g->n] = (struct parzen_axis){
        .n_choices = is_choice(a) ? a->n_choices : 0,
        .n_cells = a->log || is_choice(a) ? 0 : axis_n_cells(a),
    };
    g->axes[g->n++] = j;
}

static void find_groups(struct tpe *t, bool joint)
{
    const struct space *s = t->in->space;

    t->groups = ARENA_NEW(t->arena, struct group, s->n);
    for (size_t j = 0; j < s->n; j++) {
        size_t g = 0;
        if (axis_is_fixed(&s->axes[j]))
            continue;
        while (g < t->n_groups &&
               !(joint && is_together(&s->axes[t->groups[g].axes[0]], &s->axes[j])))
            g++;
        if (g == t->n_groups) {
            t->n_groups++;
            t->groups[g].axes = ARENA_NEW(t->arena, size_t, s->n);
            t->groups[g].kinds = ARENA_NEW(t->arena, struct parzen_axis, s->n);
        }
        add_axis(&t->groups[g], s, j);
    }
}

static double to_coordinate(const struct axis *a, double value)
{
    return is_choice(a) ? value : axis_to_unit(a, value);
}

/* ---------------------------------------------------------------- densities */
static bool says_of(const struct group *g, const struct trial *trial)
{
    for (size_t k = 0; k < g->n; k++)
        if (isnan(trial->point[g->axes[k]]))
            return false;
    return true;
}

/* The points of good trials, or of the others, in which the group was in force. */
static void fit_side(struct parzen *p, const struct tpe *t, const struct group *g, bool good)
{
    const struct axis *axes = t->in->space->axes;
    size_t n = 0, *rows = ARENA_NEW(t->arena, size_t, t->tried.n + 1);

    for (size_t i = 0; i < t->tried.n; i++)
        if (t->is_good[i] == good && says_of(g, t->tried.items[i].trial))
            rows[n++] = i;
    double *points = ARENA_NEW(t->arena, double, n * g->n + 1);
    for (size_t k = 0; k < g->n; k++)
        for (size_t i = 0; i < n; i++)
            points[k * n + i] = to_coordinate(&axes[g->axes[k]],
                                              t->tried.items[rows[i]].trial->point[g->axes[k]]);
    parzen_fit(p, g->kinds, g->n, points, n, &t->options, t->arena);
}

static void split(struct tpe *t)
{
    size_t *order = tried_order(&t->tried, t->arena);
    size_t n_good = (t->tried.n_finished + 9) / 10; /* a tenth, rounded up */

    t->is_good = ARENA_NEW(t->arena, uint8_t, t->tried.n + 1);
    for (size_t i = 0; i < t->tried.n && i < n_good && i < MOST_GOOD; i++)
        t->is_good[order[i]] = 1;
}

static void drop_running(struct tried_list *list)
{
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].rank != TRIED_RUNNING)
            list->items[n++] = list->items[i];
    list->n = n;
}

/* ---------------------------------------------------------------- candidates */
/* Draw groups from `from` on into the point, where they are in force. */
static void draw_groups(double *point, struct tpe *t, size_t from)
{
    const struct space *s = t->in->space;

    for (size_t g = from; g < t->n_groups; g++) {
        const struct group *group = &t->groups[g];
        parzen_draw(t->coordinates, &group->good, &t->rng);
        for (size_t k = 0; k < group->n; k++) {
            const struct axis *a = &s->axes[group->axes[k]];
            double u = t->coordinates[k];
            point[group->axes[k]] = is_choice(a) ? u : axis_from_unit(a, u);
        }
    }
    space_settle(s, point);
}

static double ratio(struct tpe *t, const struct group *g, const double *point)
{
    const struct axis *axes = t->in->space->axes;

    for (size_t k = 0; k < g->n; k++)
        t->coordinates[k] = to_coordinate(&axes[g->axes[k]], point[g->axes[k]]);
    return parzen_log(&g->good, t->coordinates, t->work) -
           parzen_log(&g->rest, t->coordinates, t->work);
}

/* The best of the candidates for group g into point, which holds the groups before it, and, for all but the first,
 * a candidate already.  False: no candidate held the rules. */
static bool choose(double *point, struct tpe *t, size_t g)
{
    const struct space *s = t->in->space;
    size_t wanted = (size_t)params_int(t->in->params, "n_ei_candidates"), found = 0;
    double *draw = ARENA_NEW(t->arena, double, s->n), *best = ARENA_NEW(t->arena, double, s->n);
    double best_ratio = -INFINITY;
    bool best_is_new = false;

    for (size_t k = 0; found < wanted && k < wanted * DRAWS; k++) {
        memcpy(draw, point, s->n * sizeof(*draw));
        if (k || !g)
            draw_groups(draw, t, g);
        if (!space_holds(s, draw))
            continue;
        bool is_new = !tried_before(t->in->history, draw, s->n);
        double r = ratio(t, &t->groups[g], draw);
        if (!found || is_new > best_is_new || (is_new == best_is_new && r > best_ratio)) {
            memcpy(best, draw, s->n * sizeof(*draw));
            best_ratio = r;
            best_is_new = is_new;
        }
        found++;
    }
    if (found)
        memcpy(point, best, s->n * sizeof(*point));
    return found;
}

static bool in_force(const struct tpe *t, const struct group *g, const double *point)
{
    return space_in_force(t->in->space, point, g->axes[0]);
}

static bool chosen(double *point, struct tpe *t)
{
    size_t n = t->in->space->n;

    for (size_t j = 0; j < n; j++)
        point[j] = NAN;
    space_settle(t->in->space, point);
    for (size_t g = 0; g < t->n_groups; g++) {
        struct group *group = &t->groups[g];
        fit_side(&group->good, t, group, true);
        fit_side(&group->rest, t, group, false);
    }
    for (size_t g = 0; g < t->n_groups; g++)
        if (g == 0 || in_force(t, &t->groups[g], point))
            if (!choose(point, t, g))
                return false;
    return t->n_groups > 0;
}

static int tpe_suggest(double *point, const struct sampler_input *in, struct arena *scratch,
                       struct err *err)
{
    struct tpe t = { .in = in, .arena = scratch };

    t.tried = tried_inside(in->space, in->history, scratch);
    if (t.tried.n_finished < (size_t)params_int(in->params, "n_startup_trials"))
        return sample_evenly(point, in, 0, err);
    if (!params_flag(in->params, "constant_liar"))
        drop_running(&t.tried);
    t.options = (struct parzen_options){
        .prior = params_flag(in->params, "consider_prior"),
        .magic_clip = params_flag(in->params, "consider_magic_clip"),
        .prior_weight = params_real(in->params, "prior_weight"),
    };
    t.work = ARENA_NEW(scratch, double, t.tried.n + 1);
    t.coordinates = ARENA_NEW(scratch, double, in->space->n + 1);
    sampler_rng(&t.rng, in, 1);
    find_groups(&t, params_flag(in->params, "multivariate"));
    split(&t);
    return chosen(point, &t) ? 0 : sample_evenly(point, in, 0, err);
}

const struct sampler sampler_tpe = {
    .name = "tpe",
    .help = "where good trials lie closer together than the others",
    .details =
        "The tree-structured Parzen estimator: the best tenth of the trials, at most 25, and the "
        "others each give a density, a bump around every trial; of 24 points drawn from the "
        "first the one with the highest ratio of the two is tried. Parameters and defaults are "
        "Optuna's, but that the density is joint (multivariate, with parameters that are in "
        "force together in one group) and that trials which still run count as bad. Stopped "
        "trials rank behind the finished ones by how far they came, failed ones last. Trials "
        "outside the "
        "ranges as they are now are left out, and no point is tried twice while there is another. "
        "Takes rules, conditions and every kind of parameter, and is quick with thousands of "
        "trials.",
    .source = "Bergstra, Bardenet, Bengio and Kegl 2011, NIPS 24; Watanabe 2023, arXiv:2304.11127; "
              "Optuna 3.1's TPESampler",
    .params = tpe_params,
    .suggest = tpe_suggest,
};
