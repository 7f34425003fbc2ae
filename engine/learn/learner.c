#include "learn/learner.h"

#include <string.h>

#define LEARNER(id) extern const struct learner learn_##id;
#include "learn/learners.def"
#undef LEARNER

const struct learner *const learner_table[] = {
#define LEARNER(id) &learn_##id,
#include "learn/learners.def"
#undef LEARNER
    NULL
};

const struct learner *learner_find(const char *name)
{
    for (size_t i = 0; learner_table[i]; i++)
        if (strcmp(learner_table[i]->name, name) == 0)
            return learner_table[i];
    return NULL;
}

unsigned learner_abilities(const struct learner *l, const struct params *params)
{
    return l->abilities ? l->abilities(params) : l->flags;
}

const char *learner_class_name(const struct fit_input *in, size_t k, struct arena *arena)
{
    return in->classes ? in->classes[k] : arena_printf(arena, "%zu", k);
}

const char *task_name(unsigned task)
{
    switch (task) {
    case TASK_BINARY:
        return "binary classification";
    case TASK_MULTICLASS:
        return "classification into several classes";
    case TASK_REGRESS:
        return "regression";
    case TASK_CLUSTER:
        return "clusters";
    case TASK_ANOMALY:
        return "anomalies";
    default:
        return "no task";
    }
}

size_t task_outputs(unsigned task, size_t n_classes)
{
    if (task == TASK_ANOMALY)
        return 2;
    return n_classes ? n_classes : 1;
}
