/* learn_tweedie.c - Tweedie regression of amounts that may be 0. */
#include <math.h>

#include "learn/glm.h"

static int tweedie_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                       struct err *err)
{
    return glm_fit(out, in, params_real(in->params, "power"), job, err);
}

static const struct param_spec tweedie_params[] = {
    GLM_PARAMS,
    { .name = "power",
      .type = PARAM_REAL,
      .min = 1,
      .max = 3,
      .fallback = "1.5",
      .help = "how the variance grows with the mean; from 2 on the target must be above 0" },
    { .name = NULL },
};

const struct learner learn_tweedie = {
    .name = "tweedie",
    .help = "Tweedie regression of amounts that may be 0",
    .details =
        "For amounts that are often exactly 0 and else positive: claims, rain. The variance grows "
        "as the mean to the power: 1 is poisson, 2 gamma, between them a sum of a random number of "
        "amounts."
        " Minimises half the mean deviance plus alpha/2 times the sum of squared coefficients, "
        "as scikit-learn does; the constant is not penalised, so scale the features first. "
        "The logarithm of the mean is linear in the features: a coefficient of 0.1 means "
        "about 10 % more for each unit. With alpha=0 standard errors and p values are those "
        "of R's glm.",
    .source = "McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed.",
    .tasks = TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_POSITIVE,
    .params = tweedie_params,
    .fit = tweedie_fit,
    .predict = glm_predict,
    .save = linear_model_save,
    .load = linear_model_load,
    .coefficients = linear_model_coefficients,
};
