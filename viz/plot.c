#include "plot.h"

#include <string.h>

#define PLOT(id) extern const struct plot_kind plot_##id;
#include "plots.def"
#undef PLOT

const struct plot_kind *const plot_table[] = {
#define PLOT(id) &plot_##id,
#include "plots.def"
#undef PLOT
    NULL
};

const struct plot_kind *plot_find(const char *name)
{
    for (size_t i = 0; plot_table[i]; i++)
        if (strcmp(plot_table[i]->name, name) == 0)
            return plot_table[i];
    return NULL;
}
