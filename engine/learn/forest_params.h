/* forest_params.h - the parameters that forests share, and what they come to. */
#ifndef LEARN_FOREST_PARAMS_H
#define LEARN_FOREST_PARAMS_H

#include "learn/forest.h"

/* Rows of a parameter table. */
#define FOREST_PARAMS(bootstrap_default)                                                           \
    { .name = "n_estimators",                                                                      \
      .type = PARAM_INT,                                                                           \
      .flags = PARAM_LOG,                                                                          \
      .min = 1,                                                                                    \
      .max = 100000,                                                                               \
      .fallback = "100",                                                                           \
      .help = "trees" },                                                                           \
        { .name = "max_features",                                                                  \
          .type = PARAM_REAL,                                                                      \
          .min = 0,                                                                                \
          .max = 1e6,                                                                              \
          .fallback = "0",                                                                         \
          .help =                                                                                  \
              "features asked at a node: a share below 1, or their number; 0 for the square root " \
              "of all (classes) or all of them (numbers)" },                                       \
        { .name = "max_depth",                                                                     \
          .type = PARAM_INT,                                                                       \
          .min = 0,                                                                                \
          .max = 1000,                                                                             \
          .fallback = "0",                                                                         \
          .help = "divisions above a leaf at most; 0 for any number" },                            \
        { .name = "min_samples_split",                                                             \
          .type = PARAM_INT,                                                                       \
          .flags = PARAM_LOG,                                                                      \
          .min = 2,                                                                                \
          .max = 1e9,                                                                              \
          .fallback = "2",                                                                         \
          .help = "rows of a node that is divided at least" },                                     \
        { .name = "min_samples_leaf",                                                              \
          .type = PARAM_INT,                                                                       \
          .flags = PARAM_LOG,                                                                      \
          .min = 1,                                                                                \
          .max = 1e9,                                                                              \
          .fallback = "1",                                                                         \
          .help = "rows of a leaf at least" },                                                     \
        { .name = "bootstrap",                                                                     \
          .type = PARAM_FLAG,                                                                      \
          .flags = PARAM_HIDDEN,                                                                   \
          .fallback = bootstrap_default,                                                           \
          .help = "whether each tree sees rows drawn with replacement" },                          \
    {                                                                                              \
        .name = "seed", .type = PARAM_INT, .flags = PARAM_HIDDEN, .min = 0, .max = 1e9,            \
        .fallback = "1", .help = "of the rows and features that are drawn"                         \
    }

struct forest_rules forest_rules_of(const struct fit_input *in, bool random_cuts);

/* What every forest's descriptor points to. */
int forest_learner_predict(struct matrix *out, const void *state, const struct matrix *x,
                           struct err *err);
void forest_learner_save(struct str *out, const void *state);
int forest_learner_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                        size_t n_classes, struct err *err);
void forest_learner_plain_forest(struct plain_forest *out, const void *state, struct arena *arena);
void forest_learner_plain_tree(struct plain_tree *out, const void *state, size_t at,
                               struct arena *arena);
void forest_learner_importance(double *gain, double *splits, const void *state);
int forest_learner_fit(struct fit_output *out, const struct fit_input *in, bool random_cuts,
                       struct job *job, struct err *err);

#endif
