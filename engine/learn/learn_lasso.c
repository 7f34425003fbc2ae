/* learn_lasso.c - least squares with an L1 penalty, with its path. */
#include <math.h>

#include "learn/elastic.h"

static int lasso_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                     struct err *err)
{
    return elastic_fit(out, in, 1, job, err);
}

static const struct param_spec lasso_params[] = {
    ELASTIC_PARAMS("weight of the penalty; cv: chosen by cross-validation; cv-1se: the largest "
                   "within a standard error of that"),
    { .name = NULL },
};

const struct learner learn_lasso = {
    .name = "lasso",
    .help = "least squares with an L1 penalty: chooses features",
    .details =
        "Minimises half the mean squared error plus alpha times the sum of absolute coefficients, "
        "as scikit-learn's Lasso does; the constant is not penalised. Many coefficients become "
        "exactly 0, so that what is left can be read. The penalty treats all features alike, so "
        "scale them first. Of features that say the same it takes one; elasticnet takes them "
        "together. The whole path of n_alphas models is kept (plot path MODEL); alpha=cv takes the "
        "one with the least mean squared error over folds of the training rows, alpha=cv-1se the "
        "simplest that is no more than a standard error worse. Coefficients are passed over in "
        "turn, then the equations of those that are not 0 are solved: tol matters only where they "
        "depend on each other. Degrees of freedom: how many are not 0.",
    .source = "Friedman, Hastie and Tibshirani 2010, J. Stat. Softw. 33(1); Zou, Hastie and "
              "Tibshirani 2007, Ann. Statist. 35",
    .tasks = TASK_REGRESS,
    .flags = LEARNER_WEIGHTS,
    .params = lasso_params,
    .fit = lasso_fit,
    .predict = linear_model_predict,
    .save = elastic_save,
    .load = elastic_load,
    .coefficients = linear_model_coefficients,
    .path = elastic_path,
};
