/* near_rows.h - rows that are nearly the same, found without comparing each with each.
 *
 * A row is the set of its pieces: three letters of a folded text at a time, whole cells, numbers to
 * the tolerance.  Rows whose MinHash signatures agree in a band are compared cell by cell; the most
 * preferred row stays and stands for those that come later and are near it, so that every removed
 * row is near the one that stands for it.
 * Sources: Broder 1997, "On the resemblance and containment of documents" (MinHash); Leskovec,
 * Rajaraman and Ullman, "Mining of massive datasets", section 3.4 (bands).
 */
#ifndef PREPARE_NEAR_ROWS_H
#define PREPARE_NEAR_ROWS_H

#include <stdint.h>

#include "base/job.h"
#include "table/table.h"

struct near_request {
    const struct table *table;
    const size_t *cols; /* (n_cols) compared */
    size_t n_cols;
    const size_t *by; /* (n_by) must agree */
    size_t n_by;
    const uint32_t *order; /* (n) rows, the most preferred first */
    size_t n;
    double near;      /* above 0, up to 1: the mean similarity from which rows are copies */
    double tolerance; /* numbers that differ by no more than that share of the larger are alike */
};

/* keep[row] = 0 and stands_for[row] = the row that stays, for every row of `order` that is near an
 * earlier one; the others are not touched.  Deterministic; time grows with n, not its square: of
 * rows below a similarity of about 0.7 in their pieces some are missed when there are very many.
 * ERR_NOMEM, ERR_CANCELLED. */
int near_rows(uint8_t *keep, uint32_t *stands_for, const struct near_request *req, struct job *job,
              struct err *err);

/* ---- the similarity of two rows, 0 to 1: see near_cells.c ---- */
struct near_column {
    const struct column *column;
    struct column *folded; /* words: the folded text of each row, or of each level; NULL */
    double tolerance;
};
int near_column_init(struct near_column *out, const struct column *c, double tolerance,
                     struct err *err);
void near_column_release(struct near_column *c);
/* The folded text of a cell that is there. */
struct span near_text(const struct near_column *c, size_t row);
/* The mean over columns that one row at least has; a value against none counts a half.  0 when
 * neither has any.  Text: 1 - edits / length up to 64 bytes, else shared pieces of three letters over all;
 * numbers: alike to the tolerance or not; all else: equal or not. */
double near_similarity(const struct near_column *cols, size_t n_cols, size_t a, size_t b);

#endif
