/* learn_gamma.c - Gamma regression of positive amounts. */
#include <math.h>

#include "learn/glm.h"

static int gamma_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                     struct err *err)
{
    return glm_fit(out, in, 2, job, err);
}

static const struct param_spec gamma_params[] = {
    GLM_PARAMS,
    { .name = NULL },
};

const struct learner learn_gamma = {
    .name = "gamma",
    .help = "Gamma regression of positive amounts",
    .details =
        "For amounts above 0 whose deviation grows as their mean: costs, durations."
        " Minimises half the mean deviance plus alpha/2 times the sum of squared coefficients, "
        "as scikit-learn does; the constant is not penalised, so scale the features first. "
        "The logarithm of the mean is linear in the features: a coefficient of 0.1 means "
        "about 10 % more for each unit. With alpha=0 standard errors and p values are those "
        "of R's glm.",
    .source = "McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed.",
    .tasks = TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_POSITIVE,
    .params = gamma_params,
    .fit = gamma_fit,
    .predict = glm_predict,
    .save = linear_model_save,
    .load = linear_model_load,
    .coefficients = linear_model_coefficients,
};
