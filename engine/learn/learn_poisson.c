/* learn_poisson.c - Poisson regression of counts. */
#include <math.h>

#include "learn/glm.h"

static int poisson_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                       struct err *err)
{
    return glm_fit(out, in, 1, job, err);
}

static const struct param_spec poisson_params[] = {
    GLM_PARAMS,
    { .name = NULL },
};

const struct learner learn_poisson = {
    .name = "poisson",
    .help = "Poisson regression of counts",
    .details =
        "For counts and rates: numbers of 0 or more whose variance is about their mean."
        " Minimises half the mean deviance plus alpha/2 times the sum of squared coefficients, "
        "as scikit-learn does; the constant is not penalised, so scale the features first. "
        "The logarithm of the mean is linear in the features: a coefficient of 0.1 means "
        "about 10 % more for each unit. With alpha=0 standard errors and p values are those "
        "of R's glm.",
    .source = "McCullagh and Nelder 1989, Generalized Linear Models, 2nd ed.",
    .tasks = TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_POSITIVE,
    .params = poisson_params,
    .fit = poisson_fit,
    .predict = glm_predict,
    .save = linear_model_save,
    .load = linear_model_load,
    .coefficients = linear_model_coefficients,
};
