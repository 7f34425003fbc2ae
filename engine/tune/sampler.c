/* sampler.c - the table of samplers, and drawing evenly. */
#include "tune/sampler.h"

#include <string.h>

#define SAMPLER(name) extern const struct sampler sampler_##name;
#include "tune/samplers.def"
#undef SAMPLER

const struct sampler *const sampler_table[] = {
#define SAMPLER(name) &sampler_##name,
#include "tune/samplers.def"
#undef SAMPLER
    NULL
};

const char *const trial_state_names[] = { "running", "done", "pruned", "failed", "killed", NULL };

const struct sampler *sampler_find(const char *name)
{
    for (size_t i = 0; sampler_table[i]; i++)
        if (strcmp(sampler_table[i]->name, name) == 0)
            return sampler_table[i];
    return NULL;
}

void sampler_rng(struct rng *rng, const struct sampler_input *in, uint64_t draw)
{
    rng_init(rng, in->seed, (uint64_t)in->number << 20 | (draw & 0xfffff));
}

#define MAX_DRAWS 10000

int sample_evenly(double *point, const struct sampler_input *in, uint64_t draw, struct err *err)
{
    const struct space *s = in->space;
    struct rng rng;

    sampler_rng(&rng, in, draw);
    for (size_t k = 0; k < MAX_DRAWS; k++) {
        for (size_t j = 0; j < s->n; j++)
            point[j] = axis_from_unit(&s->axes[j], rng_unit(&rng));
        space_settle(s, point);
        if (space_holds(s, point))
            return 0;
    }
    return err_set(err, ERR_DOMAIN,
                   "none of %d points drawn from the space holds its rules; widen a range or "
                   "loosen a rule",
                   MAX_DRAWS);
}
