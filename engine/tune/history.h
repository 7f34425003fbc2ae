/* history.h - the trials of a study so far, as samplers and pruners see them. */
#ifndef TUNE_HISTORY_H
#define TUNE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

enum trial_state {
    TRIAL_RUNNING, /* its point is known and nothing else */
    TRIAL_DONE,
    TRIAL_PRUNED, /* stopped early: it has steps but no value that counts */
    TRIAL_FAILED, /* an error, or a value that is no number */
    TRIAL_KILLED, /* by the person */
};
extern const char *const trial_state_names[]; /* "running" ...; ends in NULL */

#define TUNE_MAX_OBJECTIVES 8

/* What came in while it ran: the loss after so much of the resource (folds, iterations). */
struct trial_step {
    double at, value; /* value: smaller is better */
};

struct trial {
    size_t number; /* from 1 */
    enum trial_state state;
    const double *point; /* (n axes) */
    /* Smaller is better: a score that is better when greater stands here with its sign turned. */
    double values[TUNE_MAX_OBJECTIVES];
    const double *folds; /* (n_folds) the first objective by fold; NULL */
    size_t n_folds;
    const struct trial_step *steps; /* (n_steps) ascending `at` */
    size_t n_steps;
    double seconds;
    const char *reason; /* of one that failed; NULL */
};

/* Trials 1 to n, in their order: trials[i] has the number i + 1.  Which of them are there depends on the
 * number of the trial that is asked for alone, not on what ended first (study.h). */
struct history {
    size_t n, n_objectives;
    const struct trial *const *trials;
};

#endif
