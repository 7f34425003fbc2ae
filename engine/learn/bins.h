/* bins.h - features as codes of one byte, for learners that count instead of sorting.
 *
 * A number's code says between which cuts it lies, a category's which group of levels it is in; the
 * last code of a feature is that of missing cells.  Cuts come from the training rows alone and stay
 * with the model, so that rows to be predicted get their codes the same way.
 */
#ifndef LEARN_BINS_H
#define LEARN_BINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/job.h"
#include "base/pack.h"
#include "learn/learner.h"

#define BINS_MOST 255 /* of a feature, without that for missing cells */

struct bin_feature {
    size_t n_bins; /* codes 0 … n_bins - 1; n_bins is a missing cell */
    double *cuts;  /* (n_bins - 1) ascending: code k when cuts[k-1] < x <= cuts[k]; NULL: levels */
    size_t n_levels;        /* of a category */
    uint8_t *code_of_level; /* (n_levels) */
};

struct bins {
    size_t p;
    struct bin_feature *features; /* (p) */
};

/* Cuts so that bins hold about equal weight, at most max_bin of them; a value that is heavier than
 * a bin has one for itself, and few values have one each.  Of more than 200,000 rows as many are
 * looked at, chosen by `seed`.  Rows without weight do not count.  In the arena.  ERR_NOMEM.
 * Source: the greedy equal-frequency rule of LightGBM (Ke et al. 2017). */
int bins_learn(struct bins *out, const struct fit_input *in, size_t max_bin, uint64_t seed,
               struct arena *arena, struct err *err);

/* Codes of one column's values: codes (n). */
void bins_code(uint8_t *codes, const struct bin_feature *f, const double *x, size_t n);

/* All codes, twice: a row's beside each other, which is how they are counted, and a feature's beside
 * each other, which is how rows are divided. */
struct coded {
    size_t n, p, stride;
    uint8_t *rows; /* (n, stride) */
    uint8_t *cols; /* (p, n) */
};
int coded_make(struct coded *out, const struct bins *bins, const struct matrix *x, struct err *err);
void coded_release(struct coded *c);

/* order (p): features in an order that depends on their cuts and not on that of the columns; for
 * choices between features that divide alike, and for draws. */
void bins_order(uint32_t *order, const struct bins *b);

void bins_save(struct str *out, const struct bins *b);
/* Checked against p. */
void bins_load(struct bins *out, struct unpack *u, size_t p, struct arena *arena);

#endif
