/* random: every point drawn evenly, whatever came before. */
#include "tune/sampler.h"

static const struct param_spec random_params[] = { { .name = NULL } };

static int random_suggest(double *point, const struct sampler_input *in, struct arena *scratch,
                          struct err *err)
{
    (void)scratch;
    return sample_evenly(point, in, 0, err);
}

const struct sampler sampler_random = {
    .name = "random",
    .help = "points drawn evenly",
    .details = "Looks at nothing that came before. Hard to beat with few trials and many "
               "parameters of which few matter, and the measure of every other sampler.",
    .source = "Bergstra and Bengio 2012, Journal of Machine Learning Research 13",
    .flags = SAMPLER_SEVERAL,
    .params = random_params,
    .suggest = random_suggest,
};
