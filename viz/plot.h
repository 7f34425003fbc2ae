/* plot.h - the kinds of plots: plots.def, one file plots/plot_NAME.c each. */
#ifndef VIZ_PLOT_H
#define VIZ_PLOT_H

#include "base/param.h"
#include "figure.h"
#include "workspace.h"

struct plot_kind {
    const char *name, *help;
    const char *details, *example;
    /* PARAM_COLUMNS or PARAM_MODELS words first, then options.  The verb adds to=, width= and
     * height=. */
    const struct param_spec *params;
    /* From a workspace to a figure (initialised by the caller).  ERR_DOMAIN "nothing to plot: …"
     * says why. */
    int (*build)(struct figure *out, const struct workspace *ws, const struct params *params,
                 struct job *job, struct err *err);
};

extern const struct plot_kind *const plot_table[]; /* ends in NULL */
const struct plot_kind *plot_find(const char *name);

#endif
