/* step_impute.h - what imputing learns; shared by step_impute.c and the files impute_*.c.
 *
 *   impute_learn.c      one value for a column: mean, median, mode, constant
 *   impute_group.c      the same by group
 *   impute_features.c   the columns that k nearest neighbours and regression look at
 *   impute_knn.c        the values of the nearest rows
 *   impute_iterative.c  regression of each column on the others, in rounds
 *   impute_fill.c       writing the values into a column
 */
#ifndef PREPARE_STEP_IMPUTE_H
#define PREPARE_STEP_IMPUTE_H

#include "num/matrix.h"
#include "prepare/step.h"

enum impute_method {
    IMPUTE_AUTO,
    IMPUTE_MEAN,
    IMPUTE_MEDIAN,
    IMPUTE_MODE,
    IMPUTE_CONSTANT,
    IMPUTE_KNN,
    IMPUTE_ITERATIVE
};
const char *impute_method_name(int method);

struct filling {
    const char *name;
    enum column_type type; /* of the filled column: an int may have become real */
    const char *how;       /* "median", for people */
    bool nothing;          /* no value was there to learn from: the column stays as it is */
    bool indicator;        /* adds NAME_missing */
    /* The value, by type: text and category `text`; real `real`; all others `integer`. */
    const char *text;
    double real;
    int64_t integer;
};

/* ---- what each cell is filled with ---- */
struct filler {
    const struct filling *f; /* the column, and its value where nothing better is known */
    /* By group: of_row (n_rows) the group of each row, -1 for none; groups (n) their values. */
    const int32_t *of_row;
    const struct filling *groups;
    /* By row: values (n_rows), NAN where not known; a category's is an index into levels. */
    const double *values;
    const char *const *levels;
};
/* The column with its missing cells filled; a reference to it when nothing changes.  ERR_SHAPE when
 * its type is not what it was. */
int impute_fill(struct column **out, const struct filler *with, const struct column *c,
                struct err *err);
/* True where a cell is missing. */
int impute_indicator(struct column **out, const struct column *c, struct err *err);

/* ---- one value for a column ---- */
/* Learns from `in`'s rows; `name` and `indicator` are the caller's.  ERR_DOMAIN, ERR_NOMEM. */
int impute_learn(struct filling *f, int method, const struct step_input *in, size_t col,
                 struct arena *arena, struct err *err);
/* Can a column of this type hold the constant? */
bool impute_constant_fits(const char *value, enum column_type type);
void impute_save_filling(struct str *out, const struct filling *f);
void impute_load_filling(struct filling *f, struct unpack *u);
/* The value as people read it. */
void impute_describe_value(struct str *out, const struct filling *f);

/* ---- by group ---- */
struct grouping {
    size_t n_by;
    const char **by; /* (n_by) columns */
    size_t n;
    const char **keys;          /* (n) in byte order */
    struct filling **of_column; /* by filled column: (n) */
};
/* Groups are the different combinations of values in the rows to learn from; a row that misses one
 * is in none.  A group's `nothing` says that the overall value stands for it.  */
int grouping_learn(struct grouping **out, struct filling *columns, const size_t *cols, size_t n,
                   int method, const struct step_input *in, struct arena *arena, struct job *job,
                   struct err *err);
/* of_row (n_rows), -1: in no group that was there.  1 when the rows are new and lack a column. */
int grouping_of_rows(int32_t *of_row, const struct grouping *g, const struct step_input *in,
                     struct err *err);
void grouping_save(struct str *out, const struct grouping *g, size_t n_columns);
struct grouping *grouping_load(struct unpack *u, struct arena *arena, size_t n_columns);

/* ---- the columns that others are filled from ---- */
struct feature {
    const char *name;
    enum column_type type; /* bool, int, real, category */
    size_t n_levels;       /* category: those in the rows that taught */
    const char **levels;
    bool fill; /* is itself to be filled: one of the step's columns */
};
struct features {
    size_t p;
    struct feature *at; /* (p) */
};
/* The step's columns `cols` and those of `from=` (not given: all features), without any that has no
 * value to learn from.
 * Only numbers when `numbers`. */
int features_learn(struct features *out, const struct step_input *in, const size_t *cols, size_t n,
                   bool numbers, struct arena *arena, struct err *err);
/* x (n, p): numbers as they are, bool 0 or 1, a category the index of its level, -1 for one that
 * did not teach; NAN where it is missing or not finite.  rows NULL: all.  1 when the rows are new
 * and lack one of the columns. */
int features_matrix(struct matrix *x, const struct features *f, const struct step_input *in,
                    const uint32_t *rows, size_t n, struct err *err);
void features_save(struct str *out, const struct features *f);
void features_load(struct features *f, struct unpack *u, struct arena *arena);

/* ---- k nearest neighbours, regression ---- */
struct knn;
int knn_learn(struct knn **out, const struct features *f, const struct step_input *in,
              struct arena *arena, struct err *err);
/* x (n, p) of features_matrix; out (n, p): the value for each cell that is NAN in a column that is
 * to be filled, NAN when no row is near. */
int knn_fill(struct matrix *out, const struct knn *k, const struct features *f,
             const struct matrix *x, struct job *job, struct err *err);
void knn_describe(struct str *out, const struct knn *k, const struct features *f);
void knn_save(struct str *out, const struct knn *k, const struct features *f);
struct knn *knn_load(struct unpack *u, struct arena *arena, const struct features *f);

struct iterative;
int iterative_learn(struct iterative **out, const struct features *f, const struct step_input *in,
                    struct arena *arena, struct job *job, struct err *err);
int iterative_fill(struct matrix *out, const struct iterative *s, const struct features *f,
                   const struct matrix *x, struct job *job, struct err *err);
void iterative_describe(struct str *out, const struct iterative *s);
void iterative_save(struct str *out, const struct iterative *s, const struct features *f);
struct iterative *iterative_load(struct unpack *u, struct arena *arena, const struct features *f);

#endif
