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

const char *task_name(unsigned task)
{
    switch (task) {
    case TASK_BINARY:
        return "binary classification";
    case TASK_MULTICLASS:
        return "classification into several classes";
    case TASK_REGRESS:
        return "regression";
    default:
        return "no task";
    }
}
