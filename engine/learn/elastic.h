/* elastic.h - what lasso and elasticnet share: a path of models over alpha, and the choice of one.
 *
 * Minimised is  1/(2 W) sum of w (y - b - x c)^2 + alpha (l1_ratio |c|_1 + (1 - l1_ratio)/2 |c|_2^2),
 * W the total weight, b without penalty: scikit-learn's objective.  Everything is done on the Gram
 * matrix: a point of the path costs nothing that grows with the rows, a fold of the cross-validation
 * is a sum of Gram matrices.
 */
#ifndef LEARN_ELASTIC_H
#define LEARN_ELASTIC_H

#include "learn/linear_model.h"

/* Rows of both learners' tables of parameters. */
#define ELASTIC_PARAMS(alpha_help)                                                                 \
    { .name = "alpha",                                                                             \
      .type = PARAM_REAL,                                                                          \
      .flags = PARAM_LOG,                                                                          \
      .min = 0,                                                                                    \
      .max = INFINITY,                                                                             \
      .choices = elastic_words,                                                                    \
      .fallback = "1.0",                                                                           \
      .help = alpha_help },                                                                        \
        { .name = "fit_intercept",                                                                 \
          .type = PARAM_FLAG,                                                                      \
          .fallback = "yes",                                                                       \
          .help = "whether the model has a constant" },                                            \
        { .name = "positive",                                                                      \
          .type = PARAM_FLAG,                                                                      \
          .fallback = "no",                                                                        \
          .help = "whether coefficients must not be negative" },                                   \
        { .name = "n_alphas",                                                                      \
          .type = PARAM_INT,                                                                       \
          .flags = PARAM_HIDDEN,                                                                   \
          .max = 10000,                                                                            \
          .fallback = "100",                                                                       \
          .help = "points of the path; 0: the given alpha alone" },                                \
        { .name = "eps",                                                                           \
          .type = PARAM_REAL,                                                                      \
          .flags = PARAM_HIDDEN | PARAM_OPEN_MIN | PARAM_OPEN_MAX,                                 \
          .max = 1,                                                                                \
          .fallback = "0.001",                                                                     \
          .help = "the smallest alpha of the path, as a part of the largest" },                    \
        { .name = "folds",                                                                         \
          .type = PARAM_INT,                                                                       \
          .flags = PARAM_HIDDEN,                                                                   \
          .min = 2,                                                                                \
          .max = 1000,                                                                             \
          .fallback = "5",                                                                         \
          .help = "parts of the cross-validation that alpha=cv chooses by" },                      \
        { .name = "seed",                                                                          \
          .type = PARAM_INT,                                                                       \
          .flags = PARAM_HIDDEN,                                                                   \
          .max = 1e9,                                                                              \
          .fallback = "1",                                                                         \
          .help = "of the choice of rows for the folds" },                                         \
        { .name = "max_iter",                                                                      \
          .type = PARAM_INT,                                                                       \
          .flags = PARAM_HIDDEN,                                                                   \
          .min = 1,                                                                                \
          .max = 1e7,                                                                              \
          .fallback = "1000",                                                                      \
          .help = "most passes over the coefficients, for each alpha" },                           \
    {                                                                                              \
        .name = "tol", .type = PARAM_REAL, .flags = PARAM_HIDDEN | PARAM_OPEN_MIN, .max = 1,       \
        .fallback = "0.0001",                                                                      \
        .help = "duality gap to end at, in sums of squares of the target, where the equations "    \
                "cannot be solved exactly"                                                         \
    }

extern const char *const elastic_words[]; /* alpha: cv, cv-1se */

int elastic_fit(struct fit_output *out, const struct fit_input *in, double l1_ratio,
                struct job *job, struct err *err);
void elastic_save(struct str *out, const void *state);
int elastic_load(void **state, struct arena *arena, struct unpack *u, size_t p, size_t n_classes,
                 struct err *err);
const struct coefficient_path *elastic_path(const void *state);

#endif
