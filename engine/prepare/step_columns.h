/* step_columns.h - the columns a step's parameter stands for.
 *
 * `all` and patterns mean the features (columns without a role) that the step applies to; a column
 * named outright must apply, or the error names it and its type.
 */
#ifndef PREPARE_STEP_COLUMNS_H
#define PREPARE_STEP_COLUMNS_H

#include "prepare/step.h"

struct column_rule {
    /* NULL: every column. */
    bool (*applies)(const void *ctx, const struct column *c);
    /* What it takes, for messages: "a number (int or real)".  NULL when `applies` is. */
    const char *wanted;
    /* As `applies`, for `all` and patterns alone: what is meant without a name.  NULL: the same. */
    bool (*meant)(const void *ctx, const struct column *c);
    const void *ctx;
    bool learns;     /* the target named outright is refused */
    bool with_roles; /* `all` and patterns mean columns with a role too */
};

/* Indices in table order, each once, in the arena.  For new rows columns that are absent are left
 * out and it is fine when none is left. */
int step_columns(size_t **out, size_t *n_out, const struct step_input *in, const char *param,
                 const struct column_rule *rule, struct arena *arena, struct err *err);
/* Was the column named outright, not by `all` or a pattern? */
bool step_named(const struct step_input *in, const char *param, const char *column);

/* Index of a column that a single PARAM_COLUMN names: 0; 1 when the rows are new and it is absent;
 * -1 with ERR_USAGE. */
int step_column(size_t *out, const struct step_input *in, const char *param, struct err *err);

/* The column a fitted step learned about: as above, but an absent one is ERR_SHAPE. */
int step_learned_column(size_t *out, const struct step_input *in, const char *name,
                        struct err *err);

/* Rows that a fitted step learns from or a rows step may remove: `in->rows`, or all. */
static inline size_t step_n_rows(const struct step_input *in)
{
    return in->rows ? in->n_rows : in->table->n_rows;
}
static inline size_t step_row(const struct step_input *in, size_t i)
{
    return in->rows ? in->rows[i] : i;
}

/* "an int", "a text": the type with its article. */
const char *step_type_words(enum column_type type);

/* Rules shared by several steps. */
bool applies_to_numbers(const void *ctx, const struct column *c); /* int, real */
bool applies_to_text(const void *ctx, const struct column *c);    /* text, category */

#endif
