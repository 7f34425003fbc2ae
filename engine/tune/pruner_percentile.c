/* percentile: a trial stops when it is not among the best share at its step. */
#include "tune/pruner_steps.h"

static const struct param_spec percentile_params[] = {
    { .name = "percentile",
      .type = PARAM_REAL,
      .min = 0,
      .max = 100,
      .fallback = "25",
      .help = "keep the trials whose best value so far is among this share of the best" },
    PRUNER_STEPS_PARAMS,
    { .name = NULL },
};

static bool percentile_prune(const struct pruner_input *in)
{
    return steps_prune(in, params_real(in->params, "percentile"));
}

const struct pruner pruner_percentile = {
    .name = "percentile",
    .help = "stop a trial that is not among the best share at its step",
    .details = "Compares the trial's best value so far with those that finished trials had at the "
               "same step, and "
               "stops it when it is not among the best `percentile` of a hundred. Parameters are "
               "Optuna's.",
    .source = "Optuna 3.1's PercentilePruner",
    .params = percentile_params,
    .prune = percentile_prune,
};
