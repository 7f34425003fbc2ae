/* scale.h - from an axis and its data to a range and ticks; the same for gnuplot and plain text. */
#ifndef VIZ_SCALE_H
#define VIZ_SCALE_H

#include <stdbool.h>
#include <stddef.h>

#include "figure.h"

/* Invariants: low and high are finite and differ (low > high on a y axis of categories, which runs
 * from the top); ticks are `first + i * step`, or first * 10^(i * step) when log. */
struct scale {
    double low, high;
    bool log;
    double first, step;
    size_t n_ticks;
    char format[16]; /* of a tick's label, for printf and gnuplot alike; "" for categories */
};

/* Ranges and at most that many ticks (at least two ends are kept) for a figure that is not empty.
 * */
void scale_figure(struct scale *x, struct scale *y, const struct figure *f, size_t max_x_ticks,
                  size_t max_y_ticks);
double scale_tick(const struct scale *s, size_t i);
/* Where v stands between low (0) and high (1); NaN where it has no place on a log axis. */
double scale_at(const struct scale *s, double v);
/* The label of tick i, at most `size` - 1 bytes; returns buf. */
char *scale_label(char *buf, size_t size, const struct scale *s, size_t i);

#endif
