/* missing_patterns.h - which columns lack values together. */
#ifndef PROFILE_MISSING_PATTERNS_H
#define PROFILE_MISSING_PATTERNS_H

#include <stddef.h>

#include "base/job.h"
#include "table/table.h"

/* Rows with the same columns missing; what these are, `row` tells. */
struct missing_pattern {
    size_t row, count; /* the first that has it */
};

struct missing_patterns {
    size_t n;
    struct missing_pattern *items; /* falling counts, then by first row; mem_big_free */
};

/* Time grows with the missing cells and the rows; memory: 32 bytes a row.  Patterns are told apart by
 * 64 bits of hash.  ERR_NOMEM, ERR_CANCELLED. */
int missing_patterns_of(struct missing_patterns *out, const struct table *t, struct job *job,
                        struct err *err);
void missing_patterns_release(struct missing_patterns *p);

#endif
