#include "prepare/step.h"

#include <string.h>

#define STEP(id) extern const struct step_kind step_##id;
#include "prepare/steps.def"
#undef STEP

const struct step_kind *const step_table[] = {
#define STEP(id) &step_##id,
#include "prepare/steps.def"
#undef STEP
    NULL
};

const struct step_kind *step_find(const char *name)
{
    for (size_t i = 0; step_table[i]; i++)
        if (strcmp(step_table[i]->name, name) == 0)
            return step_table[i];
    return NULL;
}

/* ---------------------------------------------------------------- roles */

enum role roles_of(const struct roles *roles, const char *column)
{
    for (size_t i = 0; roles && i < roles->n; i++)
        if (strcmp(roles->entries[i].column, column) == 0)
            return roles->entries[i].role;
    return ROLE_FEATURE;
}

const char *roles_column(const struct roles *roles, enum role role)
{
    for (size_t i = 0; roles && i < roles->n; i++)
        if (roles->entries[i].role == role)
            return roles->entries[i].column;
    return NULL;
}

const char *roles_target(const struct roles *roles)
{
    return roles_column(roles, ROLE_TARGET);
}

const char *role_name(enum role role)
{
    static const char *const names[] = {
        [ROLE_FEATURE] = "feature", [ROLE_TARGET] = "target", [ROLE_SPLIT] = "split",
        [ROLE_FOLD] = "fold",       [ROLE_IGNORE] = "ignore", [ROLE_WEIGHT] = "weight",
        [ROLE_GROUP] = "group",
    };

    return names[role];
}
