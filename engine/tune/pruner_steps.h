/* pruner_steps.h - comparing a trial with others at the same step: what median and percentile share. */
#ifndef TUNE_PRUNER_STEPS_H
#define TUNE_PRUNER_STEPS_H

#include "tune/pruner.h"

/* Rows of a pruner's parameters, Optuna's. */
#define PRUNER_STEPS_PARAMS                                                                        \
    { .name = "n_startup_trials",                                                                  \
      .type = PARAM_INT,                                                                           \
      .min = 0,                                                                                    \
      .max = 1000000,                                                                              \
      .fallback = "5",                                                                             \
      .help = "finished trials before any is stopped" },                                           \
        { .name = "n_warmup_steps",                                                                \
          .type = PARAM_REAL,                                                                      \
          .min = 0,                                                                                \
          .max = 1e9,                                                                              \
          .fallback = "0",                                                                         \
          .help = "no trial is stopped before it came so far" },                                   \
        { .name = "interval_steps",                                                                \
          .type = PARAM_REAL,                                                                      \
          .flags = PARAM_OPEN_MIN,                                                                 \
          .min = 0,                                                                                \
          .max = 1e9,                                                                              \
          .fallback = "1",                                                                         \
          .help = "look once in so many steps" },                                                  \
    {                                                                                              \
        .name = "n_min_trials", .type = PARAM_INT, .min = 1, .max = 1000000, .fallback = "1",      \
        .help = "trials that must have a value at the step"                                        \
    }

/* The best of the steps so far; NAN when none is a number. */
double steps_best(const struct trial *t);
/* The value of the step at `at`; NAN when there is none. */
double steps_value_at(const struct trial *t, double at);
/* Is the last step (there is one) the first of its interval behind the warm-up? */
bool steps_due(const struct trial *t, double warm_up, double interval);
/* Is the trial's best so far not within `percentile` of a hundred of what finished trials had at its last step?
 * Reads the parameters above. */
bool steps_prune(const struct pruner_input *in, double percentile);

#endif
