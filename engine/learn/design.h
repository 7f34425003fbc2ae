/* design.h - from a prepared table to what a learner takes: features, target, classes. */
#ifndef LEARN_DESIGN_H
#define LEARN_DESIGN_H

#include "learn/learner.h"
#include "prepare/step.h"
#include "table/table.h"

/* What a model predicts.  Classes are in order: false true; numbers ascending; text in byte order.
 * The last class is the positive one unless `positive` was named.  Of a task without a target the
 * name is the task's, and no column's. */
struct target {
    const char *name;
    unsigned task;
    enum column_type type;
    size_t n_classes;
    const char *const *classes; /* (n_classes) as text; NULL for regression */
    size_t positive;            /* class index, binary only */
};

/* How the target is seen: as its type and values suggest, or as it was declared. */
enum target_as { AS_FITS, AS_CLASSES, AS_NUMBERS };

/* Features of a prepared table, in table order, without columns that have a role. */
struct design {
    size_t p;
    const char **names;  /* (p) */
    struct arena *arena; /* names live here */
};

/* Task and classes from the target column over the given rows (NULL: all): text, category and bool
 * are classes; int with at most 2 distinct values is binary; other numbers are regression.  `as`
 * says otherwise; ERR_USAGE when words are to be numbers.  Missing targets are refused with their number and first rows, a single class by
 * name: ERR_DOMAIN.  `positive` NULL: the last class; ERR_USAGE when it is no class. */
int target_detect(struct target *out, const struct table *t, const char *name, const uint32_t *rows,
                  size_t n, enum target_as as, const char *positive, struct arena *arena,
                  struct err *err);
/* Of a task without a target (TASK_ALONE). */
struct target target_of_task(unsigned task);
/* y (n): class index or value of rows (NULL: all).  A class that target does not know is
 * ERR_DOMAIN, or NAN when `unknown_is_nan`; so is a missing target. */
int target_values(double *y, const struct target *target, const struct table *t,
                  const uint32_t *rows, size_t n, bool unknown_is_nan, struct err *err);

/* Which columns are features: those without a role that are not the target (NULL: there is none).
 * ERR_DOMAIN when there is none, unless the learner is blind. */
int design_features(struct design *out, const struct table *t, const struct roles *roles,
                    const char *target, unsigned learner_flags, struct arena *arena,
                    struct err *err);
/* What the codes of a category stand for, so that another table's cells get the same: the levels
 * that the training rows have.  A level that is not among them counts as missing. */
struct levels {
    bool is_category;
    size_t n;                /* 0 where all training rows are missing, and for numbers */
    const char *const *text; /* (n) in byte order */
};

/* Of features `names` in rows (NULL: all); levels (p) in the arena. */
struct levels *design_levels(const char *const *names, size_t p, const struct table *t,
                             const uint32_t *rows, size_t n, struct arena *arena);
/* Make x (n, p): features `names` of rows (NULL: all).  A blind learner's has no columns.
 * ERR_SHAPE naming the column and the command that mends it when a feature is absent, text or a
 * category the learner cannot take, or a category where training had a number (levels (p); NULL:
 * there are no categories); ERR_DOMAIN naming column, row and line of the first missing
 * value or NaN or infinity ("age is missing in 19 rows, first row 5 (line 6); impute age, or drop
 * missing").  Rows `to_predict` are never dropped, and the advice is another. */
int design_matrix(struct matrix *x, const char *const *names, size_t p, unsigned learner_flags,
                  const struct levels *levels, const struct table *t, const uint32_t *rows,
                  size_t n, bool to_predict, struct err *err);

#endif
