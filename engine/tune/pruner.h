/* pruner.h - when to stop a trial that will not win.
 *
 * A pruner is one file pruner_NAME.c with one `const struct pruner pruner_NAME` and one row in pruners.def.  The
 * decision is a pure function of its input.
 */
#ifndef TUNE_PRUNER_H
#define TUNE_PRUNER_H

#include <stdbool.h>

#include "base/param.h"
#include "tune/history.h"

struct pruner_input {
    const struct history *history; /* as in sampler_input */
    const struct trial
        *trial;  /* with its steps so far, the last one just now; folds as far as they are */
    double last; /* `at` of a trial that ran to its end: so much resource there is */
    uint64_t seed;
    const struct params *params;
};

struct pruner {
    const char *name, *help, *details, *source;
    const struct param_spec *params;
    bool (*prune)(const struct pruner_input *in);
};

extern const struct pruner *const pruner_table[];   /* pruners.def; ends in NULL */
const struct pruner *pruner_find(const char *name); /* exact; NULL when unknown */

#endif
