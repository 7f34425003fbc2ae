/* pruner.c - the table of pruners. */
#include "tune/pruner.h"

#include <string.h>

#define PRUNER(name) extern const struct pruner pruner_##name;
#include "tune/pruners.def"
#undef PRUNER

const struct pruner *const pruner_table[] = {
#define PRUNER(name) &pruner_##name,
#include "tune/pruners.def"
#undef PRUNER
    NULL
};

const struct pruner *pruner_find(const char *name)
{
    for (size_t i = 0; pruner_table[i]; i++)
        if (strcmp(pruner_table[i]->name, name) == 0)
            return pruner_table[i];
    return NULL;
}
