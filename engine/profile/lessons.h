/* lessons.h - what a person answered to the audit's findings: which were right and which not.
 *
 * Immutable and reference-counted, part of the workspace.  A refused proposal never comes back; each
 * answer also moves how much the audit believes findings like it: a Beta distribution over the share
 * of findings of one kind that are right, its prior worth LESSONS_PRIOR answers, updated with the
 * answers about the same kind and column in full and those about the same kind elsewhere in part.
 */
#ifndef PROFILE_LESSONS_H
#define PROFILE_LESSONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

#define LESSONS_PRIOR     4.0
#define LESSONS_ELSEWHERE 0.25

struct lesson {
    /* column: the one whose cells are spoken of; of a whole finding all its columns, with commas,
     * that one last */
    const char *kind, *column;
    size_t row;                   /* original row from 1; 0: the whole finding */
    const char *value, *proposal; /* of the cell; NULL: whatever */
    bool right;
};

struct lessons {
    atomic_uint refs;
    size_t n;
    struct lesson *items;
};

/* A new list with one more; `l` may be NULL: none yet.  Texts are copied. */
struct lessons *lessons_add(const struct lessons *l, const struct lesson *lesson);
struct lessons *lessons_ref(const struct lessons *l); /* NULL is fine */
void lessons_unref(const struct lessons *l);          /* NULL is fine */
void lessons_hash(struct hasher *h, const struct lessons *l);

/* How sure a detector is, `sure` (0 to 1) before any answer, after them. */
double lessons_update(const struct lessons *l, const char *kind, const char *column, double sure);
/* Was this very cell, or this replacement in this column, or the whole finding refused? */
bool lessons_refuse(const struct lessons *l, const char *kind, const char *column, size_t row,
                    const char *value, const char *proposal);
/* Was this cell, or this replacement, said to be right? */
bool lessons_accept(const struct lessons *l, const char *kind, const char *column, size_t row,
                    const char *value, const char *proposal);

#endif
