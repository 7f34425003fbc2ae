/* sampler.h - which point to try next.
 *
 * A sampler is one file sampler_NAME.c with one `const struct sampler sampler_NAME` and one row in
 * samplers.def.  A suggestion is a pure function of its input: of the space, the trials that are known, the
 * number and the seed.  That is why a study can be killed, resumed, steered, replayed and run by any number of
 * workers and still has the same trials.  The space may have changed since earlier trials: their points may be outside.
 */
#ifndef TUNE_SAMPLER_H
#define TUNE_SAMPLER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/param.h"
#include "base/rng.h"
#include "tune/history.h"
#include "tune/space.h"

struct sampler_input {
    const struct space *space;
    const struct history *history; /* before this trial; some may be TRIAL_RUNNING */
    size_t number;                 /* of the trial, from 1 */
    uint64_t seed;                 /* of the study: draw from (seed, number) */
    const struct params *params;
    /* Something that the sampler keeps from one call to the next of the same study to be faster (history only
     * grows, except for trials that were running); it must not change what is suggested.  *memo is NULL at first. */
    void **memo;
};

enum sampler_flags {
    SAMPLER_SEVERAL = 1, /* takes more than one objective */
    SAMPLER_FINITE = 2,  /* may say that there is nothing more to try */
};

struct sampler {
    const char *name, *help, *details, *source;
    unsigned flags;
    const struct param_spec *params;
    /* point (n axes) of the space, settled and within its rules; 1 when there is nothing more to try.
     * ERR_DOMAIN when the rules leave nothing that could be found, ERR_NOMEM. */
    int (*suggest)(double *point, const struct sampler_input *in, struct arena *scratch,
                   struct err *err);
    void (*forget)(void *memo); /* NULL: nothing is kept */
};

extern const struct sampler *const sampler_table[];   /* samplers.def; ends in NULL */
const struct sampler *sampler_find(const char *name); /* exact; NULL when unknown */

/* Stream `draw` (below 2^20) of the random numbers of this trial. */
void sampler_rng(struct rng *rng, const struct sampler_input *in, uint64_t draw);
/* A point drawn evenly from the space, within its rules: stream `draw` of the trial's numbers.  ERR_DOMAIN when
 * 10,000 draws held none. */
int sample_evenly(double *point, const struct sampler_input *in, uint64_t draw, struct err *err);

#endif
