/* hist.h - sums of gradients over rows, by feature and code: what split finding looks at.
 *
 * Sums are of whole numbers, so that they are exact: whatever the order and the number of threads,
 * they have the same bits, and the sums of a node less those of one half are those of the other.
 *
 * Two forms of gradients.  Many rows without weights: each row's gradient (15 bits), second
 * derivative (12 bits) and a count stand packed in one word, so that one addition does for three;
 * what rounding takes from a row averages out (Shi et al. 2022, "Quantized training of gradient
 * boosting decision trees").  Few rows, weights, or a few gradients that dwarf the others: three
 * words of 64 bits, of which rounding leaves at least 40 bits.
 */
#ifndef LEARN_HIST_H
#define LEARN_HIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "learn/bins.h"

/* ---- gradients ---- */
struct gradients {
    size_t n;
    bool exact, packed;
    uint32_t *word;                /* (n) packed */
    int64_t *g, *h, *c;            /* (n) not packed; c is the row's weight */
    double g_unit, h_unit, c_unit; /* a sum times its unit is a number */
    void *memory;
};

/* Room for n rows; `exact` asks for the wide form whatever the values are.  ERR_NOMEM. */
int gradients_new(struct gradients *out, size_t n, bool exact, struct err *err);
void gradients_release(struct gradients *g);
/* From first and second derivatives of the loss; weights (n) NULL: one each.  The derivatives hold
 * the weights already.  Which form is used depends on the values alone.  ERR_NOMEM. */
int gradients_set(struct gradients *out, const float *g, const float *h, const double *weights,
                  struct err *err);
/* The same in pieces, for packed gradients whose largest sizes are known: first the sizes, then
 * rows from `begin` on, from any thread. */
void gradients_scale(struct gradients *out, double g_most, double h_most);
void gradients_put(struct gradients *out, const float *g, const float *h, size_t begin, size_t n);

/* ---- histograms ---- */
struct hist_sum {
    int64_t g, h, c;
};

/* Codes of feature j have places first[j] … first[j + 1] - 1, the last for missing cells. */
struct hist_shape {
    size_t p, n_places;
    const size_t *first; /* (p + 1) */
};

struct hist {
    int64_t *g, *h, *c; /* (n_places) each, in one block of memory */
};

/* Scratch for as many threads as may count beside each other. */
struct hist_maker {
    struct hist_shape shape;
    const struct coded *codes;
    size_t n_parts;
    int64_t *sums;    /* (n_parts - 1, 3 n_places) */
    uint64_t *packed; /* (n_parts, group of features, 256) */
};

int hist_maker_init(struct hist_maker *m, const struct hist_shape *shape, const struct coded *codes,
                    struct err *err);
void hist_maker_release(struct hist_maker *m);
/* Count rows[0 … n) for every feature. */
void hist_make(struct hist *out, struct hist_maker *m, const struct gradients *g,
               const uint32_t *rows, size_t n);
/* out = whole - part; out may be whole. */
void hist_subtract(struct hist *out, const struct hist *whole, const struct hist *part,
                   const struct hist_shape *shape);
/* The sums of all rows that were counted: over the places of one feature. */
struct hist_sum hist_total(const struct hist *h, const struct hist_shape *shape);

#endif
