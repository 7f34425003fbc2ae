/* confident.h - labels that are likely wrong: confident learning.
 * Source: Northcutt, Jiang and Chuang 2021, "Confident learning: estimating uncertainty in dataset
 * labels", Journal of Artificial Intelligence Research 70, section 3; counting and calibration as
 * the authors' cleanlab does them, issues are what lies off the diagonal of the confident joint.
 */
#ifndef EVALUATE_CONFIDENT_H
#define EVALUATE_CONFIDENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "num/matrix.h"

enum confident_rank { RANK_MARGIN, RANK_CONFIDENCE };

struct label_issue {
    size_t at; /* row of the probabilities */
    size_t given, suggested;
    double p_given, p_suggested;
    double margin; /* p_given - the highest of the others, from -1 to 1 */
};

/* All in the arena; k classes. */
struct confident {
    size_t k, n;    /* n: rows with a label */
    size_t *labels; /* (k) rows that have the label */
    double
        *thresholds; /* (k) mean probability of the class among rows that have it; NAN: none has */
    size_t *counts;  /* (k, k) row-major [given][true]: the confident joint */
    double *joint;   /* (k, k) the same calibrated to the number of labels; sums to 1 */
    double *noise;   /* (k, k) [given][true]: p(given | true) */
    double n_errors; /* estimated: what of the joint is off its diagonal, times n */
    size_t n_issues;
    struct label_issue *issues; /* most likely wrong first */
};

/* From out-of-fold probabilities p (n, k) and labels truth (n): class indices, NAN for none.
 * ERR_DOMAIN when no row has a label. */
int confident_learn(struct confident *out, const double *truth, const struct matrix *p,
                    enum confident_rank rank, struct arena *arena, struct err *err);

#endif
