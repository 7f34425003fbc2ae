/* step_encode.h - what one-hot encoding learns; shared by step_encode.c and encode_apply.c. */
#ifndef PREPARE_STEP_ENCODE_H
#define PREPARE_STEP_ENCODE_H

#include "prepare/step.h"

enum { UNKNOWN_ZERO, UNKNOWN_BUCKET, UNKNOWN_ERROR };

#define ENCODE_NONE (-1) /* a level without a column: dropped, or not seen */

struct encoding {
    const char *name;
    size_t n_levels;
    const char **levels; /* (n_levels) in byte order */
    int32_t *slot;       /* (n_levels) the new column of each level, or ENCODE_NONE */
    size_t n_columns;
    const char **columns; /* (n_columns) their names */
    int32_t other;        /* new column of levels that are rare or were not seen, or ENCODE_NONE */
    int32_t missing;      /* new column of missing cells, or ENCODE_NONE */
    bool saw_missing;
    size_t n_rare;
};

struct encode {
    int unknown; /* UNKNOWN_ */
    size_t n;
    struct encoding *columns;
};

int encode_apply(struct table **out, const void *state, const struct step_input *in,
                 struct job *job, struct err *err);

#endif
