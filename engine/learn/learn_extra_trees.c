/* learn_extra_trees.c - extremely randomised trees. */
#include "learn/forest_params.h"

static int extra_trees_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                           struct err *err)
{
    return forest_learner_fit(out, in, true, job, err);
}

static const struct param_spec extra_trees_params[] = { FOREST_PARAMS("no"), { .name = NULL } };

const struct learner learn_extra_trees = {
    .name = "extra-trees",
    .help = "extremely randomised trees: cuts are drawn, not sought",
    .details = "As forest, but each feature that a node asks offers one cut drawn at random, and "
               "every tree sees all rows. Smoother than a forest, often as good, and faster.",
    .source = "Geurts, Ernst and Wehenkel 2006, 'Extremely randomized trees'; parameters as in "
              "scikit-learn's ExtraTreesClassifier and ExtraTreesRegressor",
    .tasks = TASK_CLASSIFY | TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_MISSING | LEARNER_CATEGORIES | LEARNER_DRAWS,
    .params = extra_trees_params,
    .fit = extra_trees_fit,
    .predict = forest_learner_predict,
    .save = forest_learner_save,
    .load = forest_learner_load,
    .importance = forest_learner_importance,
    .plain_forest = forest_learner_plain_forest,
    .plain_tree = forest_learner_plain_tree,
};
