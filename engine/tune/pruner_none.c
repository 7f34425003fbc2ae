/* none: every trial runs to its end. */
#include "tune/pruner.h"

static const struct param_spec none_params[] = { { .name = NULL } };

static bool never(const struct pruner_input *in)
{
    (void)in;
    return false;
}

const struct pruner pruner_none = {
    .name = "none",
    .help = "every trial runs to its end",
    .details = "Costs the most time, and compares like with like.",
    .params = none_params,
    .prune = never,
};
