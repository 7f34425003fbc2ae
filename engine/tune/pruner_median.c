/* median: a trial stops when half of the others were better at the same step. */
#include "tune/pruner_steps.h"

static const struct param_spec median_params[] = { PRUNER_STEPS_PARAMS, { .name = NULL } };

static bool median_prune(const struct pruner_input *in)
{
    return steps_prune(in, 50);
}

const struct pruner pruner_median = {
    .name = "median",
    .help = "stop a trial that is worse than half of the others at its step",
    .details = "Compares the trial's best value so far with the median of those that finished "
               "trials had at the same "
               "step. Waits for five finished trials. Parameters are Optuna's.",
    .source = "Golovin and others 2017, Google Vizier; Optuna 3.1's MedianPruner",
    .params = median_params,
    .prune = median_prune,
};
