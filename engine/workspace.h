/* workspace.h - the snapshot: everything a command starts from and leaves behind.
 *
 * Immutable and reference-counted.  A function here takes a workspace and gives a new one that
 * shares what did not change; on error there is no new one and the old one is as it was.  Undo,
 * redo, before and after, background work and crash safety follow from that. */
#ifndef WORKSPACE_H
#define WORKSPACE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "evaluate/resample.h"
#include "io/reader.h"
#include "learn/model.h"
#include "prepare/recipe.h"
#include "profile/audit.h"
#include "profile/expect.h"

struct named_model {
    char *name;
    struct model *model;
    struct digest split;               /* the split in force when it came; zero: none */
    struct resample_result *validated; /* NULL */
    struct resample_result *tested;    /* NULL; one "fold", the held-out rows */
};

struct stage;

struct workspace {
    atomic_uint refs;
    struct source *source; /* NULL before load */
    struct recipe *recipe; /* never NULL */
    /* The rows the split put aside: by row of the source's table; NULL: no split. PART_ values, PART_NONE for
     * rows that were not in the sample when it was made. */
    struct buffer *split;
    char *split_text; /* "test=0.25 stratify=species seed=7", NULL */
    /* NULL before load; of the source's table, or of its rows that are in the split. */
    struct recipe_run *run;
    struct expectations *expectations; /* what must hold; NULL: nothing was stated */
    enum target_as as;                 /* what the target was declared to be */
    char *positive;                    /* NULL */
    size_t n_models;
    struct named_model *models;
    /* Behind a joined table (workspace_stage.h): what it was made of; NULL. */
    struct stage *stage;
    struct lessons *lessons; /* what the person answered to the audit; NULL: nothing yet */
};

/* For workspace_stage.c: of a workspace that nobody else has seen.  What the target was declared to be comes from
 * `before`. */
void workspace_set_stage(struct workspace *fresh, const struct stage *stage,
                         const struct workspace *before);
struct workspace *workspace_empty(void);
struct workspace *workspace_ref(const struct workspace *ws);
void workspace_unref(const struct workspace *ws);

/* The table as it stands; NULL before load. */
const struct table *workspace_table(const struct workspace *ws);
/* The same, or ERR_DOMAIN: "nothing is loaded; load FILE first". */
const struct table *workspace_need_table(const struct workspace *ws, struct err *err);
const char *workspace_target(const struct workspace *ws); /* NULL */
/* Of the parts of the split; zero without one. */
/* Of source, recipe, table, split, models and their results; made when it is asked for. */
struct digest workspace_digest(const struct workspace *ws);
struct digest workspace_split_digest(const struct workspace *ws);
/* Rows of the table that are training rows, or that are held out; arena. */
size_t workspace_rows(uint32_t **out, const struct workspace *ws, uint8_t part,
                      struct arena *arena);

/* A new source: the recipe, split and models are gone.  Takes a reference. */
int workspace_with_source(struct workspace **out, const struct workspace *ws, struct source *source,
                          struct err *err);
/* Another recipe: runs what changed.  Models stay (they carry their own recipe).  A recipe without
 * a split (split_at SIZE_MAX) lets the split go. */
int workspace_with_recipe(struct workspace **out, const struct workspace *ws,
                          const struct recipe *recipe, struct job *job, struct err *err);
/* The target's column and how to see it.  ERR_USAGE when there is no such
 * column or, unless targets are missing as yet, no such positive class. */
int workspace_with_target(struct workspace **out, const struct workspace *ws, const char *column,
                          enum target_as as, const char *positive, struct job *job,
                          struct err *err);
/* Divide the rows of the table as it stands; part (n_rows of the table).  From then on fitted steps
 * learn from the training rows only.  A row that a step has removed by now never comes back while
 * the split stands.  ERR_DOMAIN when either part is empty. */
int workspace_with_split(struct workspace **out, const struct workspace *ws, const uint8_t *part,
                         const char *text, struct job *job, struct err *err);
/* Other expectations; takes a reference.  With another recipe each stays behind the step that it was
 * stated after. */
struct workspace *workspace_with_expectations(const struct workspace *ws,
                                              const struct expectations *l);
/* The expectations as they stand in the recipe of a model (yours): each behind the last of its steps
 * that the model has too. */
struct expectations *workspace_expectations_for(const struct workspace *ws, const struct model *m);
/* The table that expectation i is about. */
const struct table *workspace_expected(const struct workspace *ws, size_t i);
/* Add or replace a named model; takes a reference to the model. */
struct workspace *workspace_with_model(const struct workspace *ws, const char *name,
                                       const struct model *model);
/* Results of a model that is there (asserted); NULL keeps what there was. */
struct workspace *workspace_with_result(const struct workspace *ws, const char *name,
                                        const struct resample_result *validated,
                                        const struct resample_result *tested);
/* NULL, or ERR_USAGE: "no model 'rff'; did you mean rf?" */
const struct named_model *workspace_model(const struct workspace *ws, const char *name,
                                          struct err *err);
/* What is wrong with the table as it stands: audit_run with what the workspace knows besides it (the
 * target, the split, cells that were rejected when the file was read, the answers so far).
 * sensitivity 0 to 1.  Free with audit_release.  ERR_NOMEM, ERR_CANCELLED. */
int workspace_audit(struct audit *out, const struct workspace *ws, double sensitivity,
                    struct job *job, struct err *err);
/* One more answer to the audit. */
struct workspace *workspace_with_lesson(const struct workspace *ws, const struct lesson *lesson);
/* The target as classes and type over the training rows.  ERR_DOMAIN when none is set. */
int workspace_detect_target(struct target *out, const struct workspace *ws, struct arena *arena,
                            struct err *err);
/* The plan for resampling the sample's training rows; release it.  Rows that a later step removes
 * from training (recipe.h) are part of it, since they are to be predicted all the same.
 * `fold_column` names the folds, NULL: k random folds, stratified for classes.  The column is
 * looked for in the table, then in the source. */
int workspace_plan(struct resample_plan *out, const struct workspace *ws, size_t k, size_t repeats,
                   const char *fold_column, uint64_t seed, struct err *err);
/* Score a model on the held-out rows: bootstrap intervals.  ERR_DOMAIN without a split, and when
 * the model was trained under another split, or none: its training rows may be held out. */
int workspace_test(struct resample_result **out, const struct workspace *ws,
                   const struct named_model *model, const struct metric *const *metrics,
                   size_t n_metrics, uint64_t seed, struct job *job, struct err *err);

#endif
