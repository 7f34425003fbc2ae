/* learn_elasticnet.c - least squares with L1 and L2 penalties, with its path. */
#include <math.h>

#include "learn/elastic.h"

static int elasticnet_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                          struct err *err)
{
    return elastic_fit(out, in, params_real(in->params, "l1_ratio"), job, err);
}

static const struct param_spec elasticnet_params[] = {
    ELASTIC_PARAMS("weight of both penalties; cv: chosen by cross-validation; cv-1se: the largest "
                   "within a standard error of that"),
    { .name = "l1_ratio",
      .type = PARAM_REAL,
      .min = 0,
      .max = 1,
      .fallback = "0.5",
      .help = "the L1 penalty's share: 1 is the lasso, 0 ridge regression" },
    { .name = NULL },
};

const struct learner learn_elasticnet = {
    .name = "elasticnet",
    .help = "least squares with L1 and L2 penalties",
    .details =
        "Minimises half the mean squared error plus alpha times (l1_ratio times the sum of "
        "absolute "
        "coefficients plus (1 - l1_ratio)/2 times the sum of squared ones), as scikit-learn's "
        "ElasticNet does; the constant is not penalised. Like the lasso it sets coefficients to 0, "
        "but keeps features that go together. Scale the features first. The path and alpha=cv are "
        "those of lasso: help lasso. Its alpha is not ridge's: that counts the sum, this the mean "
        "of squared errors.",
    .source =
        "Zou and Hastie 2005, J. R. Statist. Soc. B 67; Friedman, Hastie and Tibshirani 2010, "
        "J. Stat. Softw. 33(1)",
    .tasks = TASK_REGRESS,
    .flags = LEARNER_WEIGHTS,
    .params = elasticnet_params,
    .fit = elasticnet_fit,
    .predict = linear_model_predict,
    .save = elastic_save,
    .load = elastic_load,
    .coefficients = linear_model_coefficients,
    .path = elastic_path,
};
