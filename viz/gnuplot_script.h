/* gnuplot_script.h - a figure as gnuplot commands, for a given medium. */
#ifndef VIZ_GNUPLOT_SCRIPT_H
#define VIZ_GNUPLOT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "figure.h"

struct script_medium {
    bool cells;           /* characters: no grid, dashes and marks beside colours, short labels */
    size_t width, height; /* cells, else pixels */
    double text; /* sizes of titles in units of a point, where the terminal has others; 0: 1 */
};

/* How much larger text and lines are than in a picture of 800 × 600; small ones stay readable. */
double script_scale(struct script_medium medium);

/* Everything but terminal and output; data as datablocks, strings in single quotes. */
void gnuplot_script_for(struct str *out, const struct figure *f, struct script_medium medium);

#endif
