/* space.h - what a search looks through: named axes, each with its range.
 *
 * A point is an array of doubles, one an axis, in the axis's own units: a choice is its index, an
 * integer a whole number, NAN an axis that is not in force.  Immutable once made: steering makes
 * another space (space_with_axis), with the same axes in the same order.
 */
#ifndef TUNE_SPACE_H
#define TUNE_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum axis_kind { AXIS_REAL, AXIS_INT, AXIS_CHOICE };

#define AXIS_ALWAYS      SIZE_MAX
#define AXIS_MAX_CHOICES 64

struct axis {
    const char *name; /* "learning_rate"; of a step of the recipe "impute.method" */
    enum axis_kind kind;
    bool log;         /* searched by its logarithm; low > 0 */
    bool ordered;     /* a choice whose neighbours are alike: a list of numbers */
    double low, high; /* inclusive; of choices 0 and n_choices - 1 */
    double step;      /* from low in steps of it; 0: any real number; whole numbers: at least 1 */
    size_t n_choices;
    const char *const *choices; /* (n_choices) */
    /* In force only while the axis `parent`, which stands before it, is in force and has one of the
     * choices in `when` (bit k: choice k).  AXIS_ALWAYS: always. */
    size_t parent;
    uint64_t when;
    bool pinned; /* has `pin` for now, whatever its range */
    double pin;
};

/* Rules over several axes: sets keep[i] = 1 for those of n points (point i at points + i * n_axes) that
 * hold them.  Pure. */
typedef void space_rule(uint8_t *keep, const double *points, size_t n, const void *ctx);

struct space {
    size_t n;
    const struct axis *axes; /* (n) */
    space_rule *rule;        /* NULL: there is none */
    const void *rule_ctx;
};

/* ERR_USAGE naming the axis: an empty range, a logarithm of what is not above 0, a parent that stands
 * behind it. */
int space_check(const struct space *s, struct err *err);
/* A copy in the arena in which axis `at` is another one; the old one stays. */
struct space *space_with_axis(const struct space *s, size_t at, const struct axis *axis,
                              struct arena *arena);
/* SIZE_MAX when there is none of that name. */
size_t space_find(const struct space *s, const char *name);

/* Is axis `at` in force at the point?  Of the point only what stands before it is read. */
bool space_in_force(const struct space *s, const double *point, size_t at);
/* Pins, what is not in force, and values cut to their ranges and steps. */
void space_settle(const struct space *s, double *point);
/* Inside all ranges and rules. */
bool space_holds(const struct space *s, const double *point);
/* How many different points there are; SIZE_MAX when they cannot be counted. */
size_t space_size(const struct space *s);

/* ---- the unit interval ---- */

/* Where the value stands in its range, 0 to 1, by the logarithm where the axis says so.  Whole numbers and
 * choices stand in the middle of cells of equal width, so that from_unit(to_unit(v)) is v; of values
 * outside the range the nearest end. */
double axis_to_unit(const struct axis *a, double value);
double axis_from_unit(const struct axis *a, double unit);
/* Cells there are: whole numbers, steps, choices; 0: any real number. */
size_t axis_n_cells(const struct axis *a);
/* Has one value only. */
bool axis_is_fixed(const struct axis *a);

#endif
