/* space.c - ranges, conditions and the unit interval. */
#include "tune/space.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

/* ---------------------------------------------------------------- one axis */
size_t axis_n_cells(const struct axis *a)
{
    if (a->kind == AXIS_CHOICE)
        return a->n_choices;
    if (a->kind == AXIS_REAL && !(a->step > 0))
        return a->low == a->high;
    double step = a->step > 0 ? a->step : 1.0;
    return (size_t)floor((a->high - a->low) / step + 1e-9) + 1;
}

bool axis_is_fixed(const struct axis *a)
{
    return a->pinned || a->low == a->high || axis_n_cells(a) == 1;
}

/* The value of cell k. */
static double cell_value(const struct axis *a, double k)
{
    return a->kind == AXIS_CHOICE ? k : a->low + k * (a->step > 0 ? a->step : 1.0);
}

/* Edges of the scale that cells and reals are laid out on: cells reach half a step beyond the ends. */
static void scale_edges(const struct axis *a, double *from, double *to)
{
    double half = axis_n_cells(a) > 1 ? 0.5 * (a->step > 0 ? a->step : 1.0) : 0.0;
    double low = a->low - half, high = cell_value(a, (double)axis_n_cells(a) - 1) + half;

    if (!axis_n_cells(a))
        high = a->high;
    *from = a->log ? log(low > 0 ? low : 0.5 * a->low) : low;
    *to = a->log ? log(high) : high;
}

/* The nearest value of the axis, inside its range. */
static double axis_nearest(const struct axis *a, double value)
{
    size_t n = axis_n_cells(a);

    value = fmin(fmax(value, a->low), a->high);
    if (!n || a->low == a->high)
        return value;
    double k = round(a->kind == AXIS_CHOICE ? value
                                            : (value - a->low) / (a->step > 0 ? a->step : 1.0));
    return cell_value(a, fmin(fmax(k, 0.0), (double)n - 1));
}

double axis_to_unit(const struct axis *a, double value)
{
    size_t n = axis_n_cells(a);
    double from, to;

    if (a->low == a->high)
        return 0.5;
    value = axis_nearest(a, value);
    if (a->kind == AXIS_CHOICE)
        return (value + 0.5) / (double)n;
    scale_edges(a, &from, &to);
    return fmin(fmax(((a->log ? log(value) : value) - from) / (to - from), 0.0), 1.0);
}

double axis_from_unit(const struct axis *a, double unit)
{
    size_t n = axis_n_cells(a);
    double from, to;

    if (a->low == a->high)
        return a->low;
    unit = fmin(fmax(unit, 0.0), 1.0);
    if (a->kind == AXIS_CHOICE)
        return fmin(floor(unit * (double)n), (double)n - 1);
    scale_edges(a, &from, &to);
    double at = from + unit * (to - from);
    return axis_nearest(a, a->log ? exp(at) : at);
}

/* ---------------------------------------------------------------- the space */
static int check_axis(const struct space *s, size_t at, struct err *err)
{
    const struct axis *a = &s->axes[at];

    if (a->kind == AXIS_CHOICE && (a->n_choices == 0 || a->n_choices > AXIS_MAX_CHOICES))
        return err_set(err, ERR_USAGE, "%s takes 1 to %d choices", a->name, AXIS_MAX_CHOICES);
    if (!(isfinite(a->low) && isfinite(a->high)) || a->low > a->high)
        return err_set(err, ERR_USAGE, "%s has an empty range: %g is above %g", a->name, a->low,
                       a->high);
    if (a->log && a->low <= 0)
        return err_set(err, ERR_USAGE, "%s: a logarithmic range begins above 0, not at %g", a->name,
                       a->low);
    if (a->parent != AXIS_ALWAYS && (a->parent >= at || s->axes[a->parent].kind != AXIS_CHOICE))
        return err_set(err, ERR_USAGE,
                       "%s depends on a parameter that is no choice or stands behind it", a->name);
    return 0;
}

int space_check(const struct space *s, struct err *err)
{
    for (size_t j = 0; j < s->n; j++) {
        if (check_axis(s, j, err))
            return -1;
        for (size_t k = 0; k < j; k++)
            if (strcmp(s->axes[k].name, s->axes[j].name) == 0)
                return err_set(err, ERR_USAGE, "%s is given twice", s->axes[j].name);
    }
    return 0;
}

struct space *space_with_axis(const struct space *s, size_t at, const struct axis *axis,
                              struct arena *arena)
{
    struct space *copy = ARENA_NEW(arena, struct space, 1);
    struct axis *axes = ARENA_NEW(arena, struct axis, s->n);

    memcpy(axes, s->axes, s->n * sizeof(*axes));
    axes[at] = *axis;
    *copy = *s;
    copy->axes = axes;
    return copy;
}

size_t space_find(const struct space *s, const char *name)
{
    for (size_t j = 0; j < s->n; j++)
        if (strcmp(s->axes[j].name, name) == 0)
            return j;
    return SIZE_MAX;
}

bool space_in_force(const struct space *s, const double *point, size_t at)
{
    const struct axis *a = &s->axes[at];

    if (a->parent == AXIS_ALWAYS)
        return true;
    if (!space_in_force(s, point, a->parent) || isnan(point[a->parent]))
        return false;
    return a->when >> (unsigned)point[a->parent] & 1;
}

void space_settle(const struct space *s, double *point)
{
    for (size_t j = 0; j < s->n; j++) {
        const struct axis *a = &s->axes[j];
        if (!space_in_force(s, point, j))
            point[j] = NAN;
        else if (a->pinned)
            point[j] = a->pin;
        else
            point[j] = axis_nearest(a, isnan(point[j]) ? axis_from_unit(a, 0.5) : point[j]);
    }
}

static bool axis_holds(const struct axis *a, double value)
{
    if (a->pinned)
        return value == a->pin;
    return value >= a->low && value <= a->high;
}

bool space_holds(const struct space *s, const double *point)
{
    uint8_t keep = 1;

    for (size_t j = 0; j < s->n; j++)
        if (space_in_force(s, point, j) ? !axis_holds(&s->axes[j], point[j]) : !isnan(point[j]))
            return false;
    if (s->rule)
        s->rule(&keep, point, 1, s->rule_ctx);
    return keep;
}

static bool has_children(const struct space *s, size_t at)
{
    for (size_t j = at + 1; j < s->n; j++)
        if (s->axes[j].parent == at)
            return true;
    return false;
}

/* Points of the axes from `at` on that are in force with the choices made before; rules not counted. */
static size_t count_from(const struct space *s, double *point, size_t at)
{
    if (at == s->n)
        return 1;
    const struct axis *a = &s->axes[at];
    if (!space_in_force(s, point, at)) {
        point[at] = NAN;
        return count_from(s, point, at + 1);
    }
    if (!axis_is_fixed(a) && !axis_n_cells(a))
        return SIZE_MAX;
    size_t total = 0, n = axis_is_fixed(a) ? 1 : axis_n_cells(a);
    size_t kinds = has_children(s, at) ? n : 1; /* only these change what is in force behind them */
    for (size_t k = 0; k < kinds; k++) {
        point[at] = a->pinned ? a->pin : cell_value(a, (double)k);
        size_t rest = count_from(s, point, at + 1), each = n / kinds;
        if (rest == SIZE_MAX || rest > (SIZE_MAX - 1 - total) / each)
            return SIZE_MAX;
        total += rest * each;
    }
    return total;
}

size_t space_size(const struct space *s)
{
    double *point = MEM_NEW(double, s->n + 1);
    size_t n = count_from(s, point, 0);

    mem_free(point);
    return n;
}
