/* step.h - one step of a recipe: what kinds there are and what a step is.
 *
 * Scopes:
 *   row-wise  a row's output depends on that row alone; `apply` without state
 *   fitted    `fit` learns a state from training rows; `apply` uses it on any rows
 *   rows      `keep` says which training rows stay; rows to be predicted are never asked
 *
 * Two kinds of row-wise steps are about the file rather than the row, and say so in their flags:
 * STEP_LOOKS_AROUND and STEP_SOURCE_ONLY.
 *
 * A kind is one file step_NAME.c with one `const struct step_kind step_NAME` and one row in
 * steps.def.  Every kind is also a command of the session language: its parameters' first words
 * stand without names (PARAM_WORD).
 */
#ifndef PREPARE_STEP_H
#define PREPARE_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/job.h"
#include "base/pack.h"
#include "base/param.h"
#include "table/table.h"

enum step_scope { STEP_ROW_WISE, STEP_FITTED, STEP_ROWS };

/* Columns that are no features: `all` and patterns leave them out, models do not see them. */
enum role {
    ROLE_FEATURE,
    ROLE_TARGET,
    ROLE_SPLIT,
    ROLE_FOLD,
    ROLE_IGNORE,
    ROLE_WEIGHT, /* how much each row counts, for learners and metrics; one column at most */
    ROLE_GROUP,  /* rows of one value stay together in splits and folds; one column at most */
};

struct role_entry {
    const char *column;
    enum role role;
};

/* Immutable, in the arena of the recipe that holds them. */
struct roles {
    const struct role_entry *entries;
    size_t n;
};
enum role roles_of(const struct roles *roles, const char *column);
const char *roles_target(const struct roles *roles);                 /* NULL when there is none */
const char *roles_column(const struct roles *roles, enum role role); /* the first; NULL */
const char *role_name(enum role role);

struct step_input {
    const struct table *table;
    const struct params *params;
    const struct roles *roles;
    /* Rows to learn from (fit) or that may be removed (keep); NULL: all of them. */
    const uint32_t *rows;
    size_t n_rows;
    const double
        *weights; /* by table row; NULL: all one.  Room for later: no command gives them yet */
    /* Rows that were not there when the recipe was made (predict): they may lack columns, the
     * target for one, and a step leaves alone what is absent.  What a model needs, the model asks
     * for. */
    bool new_rows;
    /* For keep (NULL: nobody asks): a row removed because another one stands for it has that one's
     * table row here; UINT32_MAX, as all are when it is called, for every other row. */
    uint32_t *stands_for;
    bool in_fold; /* part of validate or tune: the table is not the one that the person saw */
};

enum step_flags {
    /* A row's output depends on the rows around it, in the order of the file: how a table is laid
     * out (fill).  Such a step belongs to the sample: it must stand before the split and before
     * any fitted step, so that what it does is the same in every fold; new rows are looked at
     * alone, in their order. */
    STEP_LOOKS_AROUND = 1,
    /* Acts on rows of the source by their number (edit): never on new rows. */
    STEP_SOURCE_ONLY = 2,
    /* A cell that cannot be converted becomes missing, and the report lists it. */
    STEP_MAY_LOSE = 4,
};

/* What `resolve` may use. */
struct step_resolving {
    const struct step_input *in; /* the table that the step will act on */
    struct arena *arena;         /* of the parameters */
    /* Where a file that the person named is; the path itself when it is nowhere. */
    const char *(*find_file)(const void *ctx, const char *path);
    const void *ctx;
    struct job *job;
};

struct step_kind {
    const char *name; /* "impute"; two words are allowed ("drop missing") */
    const char *help; /* one line */
    const char
        *details; /* a paragraph for the manual; names the method's source where there is one */
    const char *example; /* runnable after loading share/data/penguins-like data: see tests */
    enum step_scope scope;
    unsigned flags; /* enum step_flags */
    const struct param_spec *params;

    /* Before it is recorded: writes into the parameters (params_put) what was found out from the
     * table or read from a file, so that a replay neither guesses nor reads.  Resolved parameters
     * are left as they are.  NULL: nothing to do. */
    int (*resolve)(struct params *params, const struct step_resolving *r, struct err *err);
    /* Fitted: learn.  *state lives in the arena.  Errors name the column. */
    int (*fit)(void **state, struct arena *arena, const struct step_input *in, struct job *job,
               struct err *err);
    /* Row-wise and fitted: a new table with the same rows; `in->rows` is not looked at.  State is
     * NULL for row-wise kinds.  Columns that do not change are shared by pointer. */
    int (*apply)(struct table **out, const void *state, const struct step_input *in,
                 struct job *job, struct err *err);
    /* Rows: keep[i] = 0 removes table row i; only rows listed in `in` may be removed (keep is all
     * one when called). */
    int (*keep)(uint8_t *keep, const struct step_input *in, struct job *job, struct err *err);
    /* Fitted, NULL for most: training rows that are to go after `apply`, as keep does; `in` is what
     * apply got. */
    int (*reject)(uint8_t *keep, const void *state, const struct step_input *in, struct job *job,
                  struct err *err);
    /* What was learned, for people, one line a column: "age: median 28".  May be NULL. */
    void (*describe)(struct str *out, const void *state);
    /* Fitted: the state as bytes and back (pack.h); load checks everything it reads. */
    void (*save)(struct str *out, const void *state);
    int (*load)(void **state, struct arena *arena, struct unpack *u, struct err *err);
};

extern const struct step_kind *const step_table[];   /* steps.def; ends in NULL */
const struct step_kind *step_find(const char *name); /* exact; NULL when unknown */

/* One step as it stands in a recipe.  Immutable; versions of a recipe share it by pointer. */
struct step {
    const struct step_kind *kind;
    struct params params;
    const char *text; /* the command line that made it, for messages and the list */
    bool on;
};

#endif
