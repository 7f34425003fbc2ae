/* grid: every combination, one after the other. */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "tune/sampler.h"
#include "tune/tried.h"

static const struct param_spec grid_params[] = {
    { .name = "points",
      .type = PARAM_INT,
      .min = 1,
      .max = 1000000,
      .fallback = "5",
      .help = "values of a range of real numbers, both ends among them" },
    { .name = NULL },
};

/* Points that were tried, to be found by their hash: open addressing, twice as many places as points. */
struct seen {
    size_t n_axes, mask;
    const double **places;
};

static uint64_t hash_point(const double *point, size_t n)
{
    uint64_t h = 0;

    for (size_t j = 0; j < n; j++) {
        double v = isnan(point[j]) ? INFINITY : point[j] + 0.0; /* every NAN, and -0, alike */
        uint64_t bits;
        memcpy(&bits, &v, sizeof(bits));
        h = hash_mix(h, bits);
    }
    return h;
}

static size_t place_of(const struct seen *s, const double *point)
{
    size_t at = hash_point(point, s->n_axes) & s->mask;

    while (s->places[at] && !same_point(s->places[at], point, s->n_axes))
        at = (at + 1) & s->mask;
    return at;
}

static void seen_init(struct seen *s, const struct history *h, size_t n_axes, struct arena *arena)
{
    size_t size = 16;

    while (size < 2 * h->n)
        size *= 2;
    *s = (struct seen){ .n_axes = n_axes, .mask = size - 1 };
    s->places = ARENA_NEW(arena, const double *, size);
    for (size_t i = 0; i < h->n; i++)
        s->places[place_of(s, h->trials[i]->point)] = h->trials[i]->point;
}

struct grid {
    const struct space *space;
    struct seen seen;
    size_t points;
};

static size_t n_values(const struct grid *g, const struct axis *a)
{
    if (axis_is_fixed(a))
        return 1;
    size_t cells = axis_n_cells(a);
    return cells ? cells : g->points;
}

/* Value k of the axis: its cells, or `points` of equal distance on its scale; a single one in the middle. */
static double value_at(const struct grid *g, const struct axis *a, size_t k)
{
    size_t n = n_values(g, a), cells = axis_n_cells(a);

    if (a->pinned)
        return a->pin;
    if (a->kind == AXIS_CHOICE)
        return (double)k;
    if (cells)
        return fmin(a->low + (double)k * (a->step > 0 ? a->step : 1.0), a->high);
    if (k + 1 == n && n > 1)
        return a->high;
    return axis_from_unit(a, n == 1 ? 0.5 : (double)k / (double)(n - 1));
}

/* The first combination of the axes from `at` on, with those before it as they are, that is new; the last axis
 * changes fastest. */
static bool find_new(double *point, const struct grid *g, size_t at)
{
    const struct space *s = g->space;

    if (at == s->n)
        return space_holds(s, point) && !g->seen.places[place_of(&g->seen, point)];
    if (!space_in_force(s, point, at)) {
        point[at] = NAN;
        return find_new(point, g, at + 1);
    }
    for (size_t k = 0; k < n_values(g, &s->axes[at]); k++) {
        point[at] = value_at(g, &s->axes[at], k);
        if (find_new(point, g, at + 1))
            return true;
    }
    return false;
}

static int grid_suggest(double *point, const struct sampler_input *in, struct arena *scratch,
                        struct err *err)
{
    struct grid g = { .space = in->space, .points = (size_t)params_int(in->params, "points") };
    (void)err;

    seen_init(&g.seen, in->history, in->space->n, scratch);
    return find_new(point, &g, 0) ? 0 : 1;
}

const struct sampler sampler_grid = {
    .name = "grid",
    .help = "every combination of values, one after the other",
    .details =
        "All choices, all whole numbers and steps of a range, and `points` values of a range of "
        "real "
        "numbers with both ends among them, spread evenly or by the logarithm. The last parameter "
        "changes "
        "fastest. Combinations that break a rule, and those that were tried, are passed over; the "
        "search ends when there is none left. Grows so fast with the number of parameters "
        "that it suits few of them.",
    .source = "scikit-learn's GridSearchCV",
    .flags = SAMPLER_SEVERAL | SAMPLER_FINITE,
    .params = grid_params,
    .suggest = grid_suggest,
};
