/* parzen.h - the density of points as a sum of bumps, one around each observation and a wide one over all.
 *
 * Coordinates are those of the unit interval, of a choice its index.  A bump is a product over the axes of
 * normal densities cut to [0, 1], for axes of cells their mass in the cell, and of weights of the choices; all bumps are equally
 * wide but for the prior.  Source: Bergstra and others 2011 (TPE); Falkner, Klein and Hutter 2018 (BOHB); the
 * widths are those of optuna 3.1, whose densities want the factor 1 / sigma that ours have (as later versions do).
 */
#ifndef TUNE_PARZEN_H
#define TUNE_PARZEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/rng.h"

struct parzen_axis {
    size_t n_choices; /* 0: a number */
    size_t n_cells;   /* of equal width in [0, 1]; 0: any number */
};

struct parzen_options {
    bool prior, magic_clip;
    double prior_weight;
};

struct parzen {
    size_t n, d; /* observations, axes */
    const struct parzen_axis *axes;
    bool prior;
    double *at;         /* (n, d) */
    double *base;       /* (n) log weight less log masses */
    double *cumulated;  /* (n + 1) weights, the prior's last */
    double *sigma;      /* (d) */
    double **cells;     /* (d) of axes of cells: log mass k cells away (n_cells); else NULL */
    double *hit, *miss; /* (d) log weights of a choice that was observed, and of another */
    double prior_base, *prior_mass; /* (d) log mass of the prior in [0, 1] */
};

/* points (n, d), one axis after the other, oldest first: the last 25 weigh fully, those before less.  Without points, or where
 * that is asked for, the prior is in it.  Everything lies in the arena. */
void parzen_fit(struct parzen *p, const struct parzen_axis *axes, size_t d, const double *points,
                size_t n, const struct parzen_options *options, struct arena *arena);
/* Draw one point (d). */
void parzen_draw(double *point, const struct parzen *p, struct rng *rng);
/* Log density at the point; work (n + 1).  O(n d). */
double parzen_log(const struct parzen *p, const double *point, double *work);

#endif
