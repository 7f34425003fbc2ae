/* learn_forest.c - random forest. */
#include "learn/forest_params.h"

static int random_forest_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                             struct err *err)
{
    return forest_learner_fit(out, in, false, job, err);
}

static const struct param_spec random_forest_params[] = { FOREST_PARAMS("yes"), { .name = NULL } };

const struct learner learn_forest = {
    .name = "forest",
    .help = "random forest: the mean of many deep trees",
    .details = "Each tree sees rows drawn with replacement and asks random features at each node; "
               "their errors differ, and the mean is better than each. Hard to do badly with: it "
               "needs neither scaling nor tuning, and missing cells go where they fit. More trees "
               "never hurt. Features are looked at in 255 bins; categories as they are, their "
               "levels in the order "
               "of the target's mean (several classes: of the first principal component of their "
               "shares), found once from all training rows.",
    .source = "Breiman 2001, 'Random forests'; parameters as in scikit-learn's "
              "RandomForestClassifier and RandomForestRegressor",
    .tasks = TASK_CLASSIFY | TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_MISSING | LEARNER_CATEGORIES | LEARNER_DRAWS,
    .params = random_forest_params,
    .fit = random_forest_fit,
    .predict = forest_learner_predict,
    .save = forest_learner_save,
    .load = forest_learner_load,
    .importance = forest_learner_importance,
    .plain_forest = forest_learner_plain_forest,
    .plain_tree = forest_learner_plain_tree,
};
