/* recipe.h - an ordered list of steps, and running it.
 *
 * A recipe is immutable and reference-counted; editing gives a new one.  It also holds the roles of
 * columns, since `all` depends on them.
 *
 * Rows take one of two parts in a run: training rows (fitted steps learn from them, rows steps may
 * remove them) and rows to be predicted (steps are applied to them, nothing is learned from them
 * and none is ever removed).  That is the only way rows reach a step, in the workbench, inside the
 * folds of validate and tune, and in predict: leakage is impossible by construction.
 *
 * The sample.  Rows steps that stand before the split and before any fitted step cannot leak (they
 * depend on single rows, or remove copies), so they define the sample: they act on all rows of the
 * workspace, and the split and the folds divide what is left.  `recipe_sample` is where they end.
 * Any other rows step touches training rows only.  Neither is ever applied to new data in predict.
 */
#ifndef PREPARE_RECIPE_H
#define PREPARE_RECIPE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prepare/shared.h"
#include "prepare/step.h"
#include "table/diff.h"

struct recipe {
    atomic_uint refs;
    size_t n_steps;
    const struct step *const *steps; /* shared between versions, see recipe.c */
    struct roles roles;
    size_t split_at; /* number of steps that stood when the rows were split; SIZE_MAX: no split */
    struct shared *const *behind; /* (n_steps) the memory of each step */
    struct arena arena;           /* the arrays and the roles, copied from version to version */
};

/* ---- making: each gives a new recipe (yours) and leaves the old one; r may be NULL: empty ----
 * Removing or moving a step across the split moves split_at along, so that the same steps stand
 * before it. */
struct recipe *recipe_empty(void);
struct recipe *recipe_ref(const struct recipe *r);
void recipe_unref(const struct recipe *r);
struct recipe *recipe_append(const struct recipe *r, const struct step_kind *kind,
                             const struct params *params, const char *text);
struct recipe *recipe_remove(const struct recipe *r, size_t i);
struct recipe *recipe_replace(const struct recipe *r, size_t i, const struct step_kind *kind,
                              const struct params *params, const char *text);
struct recipe *recipe_move(const struct recipe *r, size_t from, size_t to);
struct recipe *recipe_switch(const struct recipe *r, size_t i, bool on);
/* The column takes that role (a new target, weight or group replaces the old one); ROLE_FEATURE clears it. */
struct recipe *recipe_set_role(const struct recipe *r, const char *column, enum role role);
struct recipe *recipe_set_split(const struct recipe *r, size_t split_at);

/* Steps that define the sample (above): those before this index that are rows steps do. */
size_t recipe_sample(const struct recipe *r);

/* ---- fitted recipes: what was learned; immutable, reference-counted ---- */
struct fitted {
    atomic_uint refs;
    struct recipe *recipe;
    void **state;           /* by step; NULL for row-wise, rows and switched-off steps */
    struct shared **behind; /* by step: the memory of its state, shared between runs */
};
struct fitted *fitted_ref(const struct fitted *f);
void fitted_unref(const struct fitted *f);
/* The recipe (kinds, parameters, roles) and the states as bytes, and back.  ERR_PARSE: damaged, or
 * a kind of step this version does not know.  The caller ends the unpacking. */
void fitted_save(struct str *out, const struct fitted *f);
int fitted_load(struct fitted **out, struct unpack *u, struct err *err);
/* Which columns of the raw table (its names and types; rows are not looked at) are needed to make
 * `features`: needed[j] (n_cols).  Found by applying the recipe to no rows of some of them. */
int fitted_needs(bool *needed, const struct fitted *f, const struct table *raw,
                 const char *const *features, size_t p, struct err *err);

/* ---- running ---- */
struct recipe_run {
    atomic_uint refs;
    struct fitted *fitted;
    size_t n_tables;       /* n_steps + 1 */
    struct table **tables; /* [0] the input, [i + 1] after step i */
    /* By table: the part of each row; NULL: all are training rows.  Tables with the same rows share
     * one array. */
    const uint8_t **parts;
    struct buffer **part_buffers; /* behind parts */
    /* By step: uint32 (rows of tables[i]) the row that stands for a removed one, UINT32_MAX for the
     * others; NULL when the step removed none for such a reason. */
    struct buffer **stands_for;
    bool whole_sample;
};
/* Anything but PART_TRAIN is not learned from; PART_VALIDATE says when a learner shall stop; PART_NONE is
 * in no part, since some step had removed the row when the parts were made, and is there for that step
 * to remove it again. */
enum { PART_PREDICT = 0, PART_TRAIN = 1, PART_VALIDATE = 2, PART_NONE = 3 };

/* Fit and apply to `in`.  part[i] is the part of row i (NULL: all are training rows; copied).  When
 * `previous` ran the same steps on the same input with the same parts, its first tables and states
 * are shared (by pointer) as far as nothing changed; its steps remove the rows of PART_NONE again that
 * they removed there.  `whole_sample`: rows steps that define the
 * sample act on every row (the workspace's own run); otherwise on training rows only (folds).
 * Errors are prefixed with the step, counted from 1: "step 3 (scale): …"; when the step ran in
 * `previous` and an edit before it is the cause, with that: "step 3 (scale) no longer applies after
 * step 2 (derive) was removed: …", in the numbers of `previous`, and without a place in the line.  *failed_at (may be NULL) gets
 * its index. */
int recipe_run(struct recipe_run **out, const struct recipe *r, const struct table *in,
               const uint8_t *part, bool whole_sample, const struct recipe_run *previous,
               struct job *job, size_t *failed_at, struct err *err);
/* Apply what was learned to new rows: row-wise and fitted steps; rows steps are left out, and so is
 * what steps do to columns that `in` lacks. */
int fitted_apply(struct table **out, const struct fitted *f, const struct table *in,
                 struct job *job, struct err *err);
/* The same for its steps from..to - 1 only. */
int fitted_apply_some(struct table **out, const struct fitted *f, size_t from, size_t to,
                      const struct table *in, struct job *job, struct err *err);

struct recipe_run *recipe_run_ref(const struct recipe_run *r);
void recipe_run_unref(const struct recipe_run *r);
static inline struct table *recipe_run_result(const struct recipe_run *r)
{
    return r->tables[r->n_tables - 1];
}
/* The part of row i of the last table. */
static inline uint8_t recipe_run_part(const struct recipe_run *r, size_t i)
{
    const uint8_t *part = r->parts[r->n_tables - 1];
    return part ? part[i] : PART_TRAIN;
}
/* What step i did. */
int recipe_run_diff(struct diff **out, const struct recipe_run *r, size_t i, struct err *err);

#endif
