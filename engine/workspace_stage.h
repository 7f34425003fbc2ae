/* workspace_stage.h - a second table: join and append.
 *
 * The decision.  A join or an append acts on the table as it stands, after its steps, and its result is a new source
 * with an empty recipe: rows may be multiplied, left out and added, which no step does, and split, folds
 * and row numbers all count from the source's rows.  What was there before is kept behind the new source
 * (`stage`), so that `where` goes on through it; undo brings it back as it was, and a replay does the commands
 * again.  The columns' roles stay.
 *
 * No leakage: the result depends on row and second table alone, so long as nothing before it has learned from
 * rows.  A fitted step or a split before it is refused.
 *
 * A model trained on such a table cannot be used on raw rows, since they lack the other table's columns:
 * `save model` refuses and says what to do.
 */
#ifndef WORKSPACE_STAGE_H
#define WORKSPACE_STAGE_H

#include "table/table_join.h"
#include "workspace.h"

/* Immutable, reference-counted. */
struct stage {
    atomic_uint refs;
    char *text;                  /* "join rates.csv by=id" */
    struct workspace *before;    /* what it was done to */
    struct source *other;        /* the second table */
    struct buffer *left, *right; /* uint32 by row of the new source: row there, or JOIN_NO_ROW */
    size_t n_names;
    char **names, **was; /* (n_names) columns of the second table: as called now, as called there */
};
struct stage *stage_ref(const struct stage *s); /* NULL is fine */
void stage_unref(const struct stage *s);        /* NULL is fine */

/* ERR_DOMAIN: nothing is loaded, rows are split, a step learns from rows (named). */
int workspace_may_stage(const struct workspace *ws, const char *verb, struct err *err);
/* The joined table as the new source. */
int workspace_join(struct workspace **out, struct join *report, const struct workspace *ws,
                   const struct source *other, const char *const *by, size_t n_by,
                   enum join_how how, const char *text, struct job *job, struct err *err);
int workspace_append(struct workspace **out, const struct workspace *ws, const struct source *other,
                     const char *text, struct job *job, struct err *err);

#endif
