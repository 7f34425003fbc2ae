/* step_outliers.h - what `outliers` learns; shared by step_outliers.c, outlier_bounds.c (a lowest and
 * a highest value for each column) and outlier_rows.c (rows that are apart in several columns). */
#ifndef PREPARE_STEP_OUTLIERS_H
#define PREPARE_STEP_OUTLIERS_H

#include "num/isolation.h"
#include "num/robust.h"
#include "prepare/bounds.h"
#include "prepare/step.h"

enum outlier_method {
    OUTLIER_IQR,
    OUTLIER_MAD,
    OUTLIER_ZSCORE,
    OUTLIER_QUANTILE,
    OUTLIER_FOREST,
    OUTLIER_MAHALANOBIS
};

struct outlier_column {
    const char *name;
    struct bounds bounds; /* of a column by itself */
    const char *note;     /* why there are none, or what they rest on; NULL: as the method says */
    size_t n_beyond;      /* cells of the training rows */
    /* Methods over several columns: what a missing cell counts as, and the unit for saying which
     * column is most unusual. */
    double median, unit;
};

struct outliers {
    int method, action;
    double threshold;
    const char *flag; /* the name of the added column; its reason is NAME_reason */
    size_t n;
    struct outlier_column *columns;
    size_t n_beyond, n_rows; /* training rows with an outlier, and all of them */
    /* Rows in several columns. */
    double cut; /* beyond it a score or squared distance is outlying */
    struct isolation_forest forest;
    struct robust robust;
};

static inline bool outliers_by_row(const struct outliers *s)
{
    return s->method >= OUTLIER_FOREST;
}

/* Bounds of a column from the rows of `in`. */
int outlier_bounds(struct outlier_column *out, const struct outliers *s,
                   const struct step_input *in, size_t col, struct err *err);

/* The forest or the distances from the rows of `in`; columns s->columns, whose table columns are
 * cols. */
int outlier_rows_learn(struct outliers *s, const struct step_input *in, const size_t *cols,
                       struct arena *arena, struct job *job, struct err *err);
/* score (n_rows of the table) of every row; cols (n). */
int outlier_rows_score(double *score, const struct outliers *s, const struct table *t,
                       const size_t *cols, struct err *err);
/* The column in which row i lies most units off its median. */
size_t outlier_rows_reason(const struct outliers *s, const struct table *t, const size_t *cols,
                           size_t row);

#endif
