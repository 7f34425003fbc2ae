/* platt.h - from a classifier's score to a probability: 1 / (1 + exp(slope * score + offset)).
 * Source: Platt 1999; fitted by Newton's method as Lin, Lin and Weng 2007, "A note on Platt's
 * probabilistic outputs for support vector machines". */
#ifndef LEARN_PLATT_H
#define LEARN_PLATT_H

#include <stddef.h>

struct platt {
    double slope, offset;
};

/* Of scores (n) of rows that the scorer was not fitted on; is_one (n) 1 or 0; weights (n) or NULL.
 * Targets are a little inside 0 and 1, as Platt has it, so that it is finite for any data. */
struct platt platt_fit(const double *score, const double *is_one, const double *weights, size_t n);
double platt_probability(struct platt p, double score);

#endif
