/* repair_votes.h - the values that follow from other columns, learned from rows: repair by majority.
 *
 * For each determinant (one column, or several together) how often each value of the repaired column
 * stands beside each of its values.  A cell is changed when the votes (dependency.h) of all of them
 * against it are at least `sure`; a missing one takes the value they speak for.
 */
#ifndef PREPARE_REPAIR_VOTES_H
#define PREPARE_REPAIR_VOTES_H

#include "base/arena.h"
#include "base/job.h"
#include "base/pack.h"
#include "profile/dependency.h"
#include "table/table.h"

struct texts {
    size_t n;
    const char **at; /* (n) in byte order, each once */
};

struct repair_from {
    size_t n_names;
    const char **names; /* (n_names) columns that stand together */
    double trust;
    struct texts values;
    struct pair_counts counts; /* in the arena of the state */
};

struct repair_votes {
    const char *name; /* the repaired column */
    struct texts values;
    double sure;
    size_t n_from;
    struct repair_from *from;
};

/* Learn column `col` from columns by (n_by), each alone or all `together`, in the rows given (NULL:
 * all). ERR_NOMEM, ERR_CANCELLED. */
int repair_votes_learn(struct repair_votes *out, const struct table *t, size_t col,
                       const size_t *by, size_t n_by, bool together, double sure,
                       const uint32_t *rows, size_t n_rows, struct arena *arena, struct job *job,
                       struct err *err);
/* Column `col` with its cells repaired; a reference to it when none changes.  Determinants that the
 * table lacks do not vote. */
int repair_votes_apply(struct column **out, const struct repair_votes *v, const struct table *t,
                       size_t col, struct job *job, struct err *err);
void repair_votes_describe(struct str *out, const struct repair_votes *v);
void repair_votes_save(struct str *out, const struct repair_votes *v);
/* Checks what it reads; the error is the unpacker's. */
void repair_votes_load(struct repair_votes *out, struct unpack *u, struct arena *arena);

#endif
