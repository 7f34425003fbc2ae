/* projection.h - columns of numbers to fewer: each new one a weighted sum of all; what pca, svd and
 * random-projection share.
 *
 * A row with a cell that is missing or no finite number teaches nothing, and its new cells are
 * missing.  Row i depends on row i alone: sums run over the columns in their order. */
#ifndef PREPARE_PROJECTION_H
#define PREPARE_PROJECTION_H

#include "prepare/step.h"

/* Lives in the arena it was made in. */
struct projection {
    size_t p, k;
    const char **names;     /* (p) columns it is made of */
    const char *prefix;     /* new columns: prefix1 … */
    double *shift;          /* (p) taken off first */
    double *weights;        /* (k, p) row-major */
    double *variance;       /* (k) of the new columns; NAN: not known */
    double *share;          /* (k) of the whole variance; NAN: not known */
    uint64_t n_rows, n_out; /* learned from, and left out */
};

/* Columns, room, prefix from the parameters "columns" and "prefix"; *cols (p) of the table. */
int projection_init(struct projection *s, size_t **cols, const struct step_input *in,
                    struct arena *arena, struct err *err);
/* cross (p, p) upper triangle: sums of products of the columns about their means (about 0 unless
 * `centred`, when shift becomes the means), over the rows to learn from.  ERR_DOMAIN when fewer than
 * 2 rows are whole, ERR_NUMERIC on overflow, ERR_NOMEM, ERR_CANCELLED.  O(n p^2), in parallel. */
int projection_cross(struct projection *s, double *cross, const size_t *cols, bool centred,
                     const struct step_input *in, struct job *job, struct err *err);
/* The k eigenvectors of cross (destroyed) with the largest eigenvalues to weights, each with its
 * weight that is largest in absolute value positive, as scikit-learn does since 1.5; k from `wanted`:
 * from 1 a number, below 1 a share of the sum of eigenvalues.  values (p) all, falling. */
int projection_eigen(struct projection *s, double *values, double *cross, double wanted,
                     struct arena *arena, struct err *err);

int projection_apply(struct table **out, const void *state, const struct step_input *in,
                     struct job *job, struct err *err);
void projection_describe(struct str *out, const void *state);
void projection_save(struct str *out, const void *state);
int projection_load(void **state, struct arena *arena, struct unpack *u, struct err *err);

#endif
