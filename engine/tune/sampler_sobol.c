/* sobol: points that leave no gaps, whatever came before. */
#include "num/sobol.h"
#include "tune/sampler.h"

static const struct param_spec sobol_params[] = { { .name = NULL } };

/* A point that breaks a rule is replaced by another of the sequence, this far behind it, so that no two trials
 * share one. */
#define NEXT_BLOCK  (1u << 20)
#define MOST_BLOCKS 4096u

static int sobol_suggest(double *point, const struct sampler_input *in, struct arena *scratch,
                         struct err *err)
{
    const struct space *s = in->space;
    uint32_t index = (uint32_t)((in->number - 1) % NEXT_BLOCK);
    struct rng rng;
    (void)scratch;

    sampler_rng(&rng, in, 1);
    for (uint32_t block = 0; block < MOST_BLOCKS; block++) {
        for (size_t j = 0; j < s->n; j++) {
            double u = j < SOBOL_MOST ? sobol_unit(index + block * NEXT_BLOCK, j, in->seed)
                                      : rng_unit(&rng);
            point[j] = axis_from_unit(&s->axes[j], u);
        }
        space_settle(s, point);
        if (space_holds(s, point))
            return 0;
    }
    return sample_evenly(point, in, 0, err);
}

const struct sampler sampler_sobol = {
    .name = "sobol",
    .help = "points spread evenly without gaps",
    .details =
        "A scrambled Sobol sequence (Joe and Kuo's direction numbers, nested random flips): as "
        "random, "
        "but a number of trials that is a power of two fills every parameter's range "
        "in equal parts, and pairs of parameters nearly so. Looks at nothing that came before. "
        "A point that breaks a rule is replaced by a later one of the sequence. Parameters behind "
        "the "
        "128th are drawn at random.",
    .source = "Sobol 1967; Joe and Kuo 2008, SIAM Journal on Scientific Computing 30; Owen 1995; "
              "Burley 2020, "
              "Journal of Computer Graphics Techniques 9",
    .flags = SAMPLER_SEVERAL,
    .params = sobol_params,
    .suggest = sobol_suggest,
};
