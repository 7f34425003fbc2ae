/* glm.h - generalised linear models with a log link: poisson, gamma, tweedie.
 *
 * Minimised is  1/W sum of w d(y, m)/2 + alpha/2 |c|^2  with m = exp(b + x c), W the total weight, d
 * the deviance of the Tweedie family whose variance is m^power: scikit-learn's objective.
 */
#ifndef LEARN_GLM_H
#define LEARN_GLM_H

#include "learn/linear_model.h"

/* Rows of all three learners' tables of parameters. */
#define GLM_PARAMS                                                                                 \
    { .name = "alpha",                                                                             \
      .type = PARAM_REAL,                                                                          \
      .flags = PARAM_LOG,                                                                          \
      .min = 0,                                                                                    \
      .max = INFINITY,                                                                             \
      .fallback = "1.0",                                                                           \
      .help = "weight of the L2 penalty; 0: maximum likelihood, with standard errors" },           \
        { .name = "fit_intercept",                                                                 \
          .type = PARAM_FLAG,                                                                      \
          .fallback = "yes",                                                                       \
          .help = "whether the model has a constant" },                                            \
        { .name = "max_iter",                                                                      \
          .type = PARAM_INT,                                                                       \
          .flags = PARAM_HIDDEN,                                                                   \
          .min = 1,                                                                                \
          .max = 1e6,                                                                              \
          .fallback = "100",                                                                       \
          .help = "most iterations" },                                                             \
    {                                                                                              \
        .name = "tol", .type = PARAM_REAL, .flags = PARAM_HIDDEN | PARAM_OPEN_MIN, .max = 1,       \
        .fallback = "1e-8",                                                                        \
        .help =                                                                                    \
            "stop when no element of the gradient per row, in standardised features and units "    \
            "of the target's mean, is larger"                                                      \
    }

/* ERR_DOMAIN: targets that the family does not have.  ERR_NUMERIC: dependent features, alpha 0. */
int glm_fit(struct fit_output *out, const struct fit_input *in, double power, struct job *job,
            struct err *err);
int glm_predict(struct matrix *out, const void *state, const struct matrix *x, struct err *err);

#endif
