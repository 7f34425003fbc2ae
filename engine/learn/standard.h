/* standard.h - features standardised a block of rows at a time: what glm, huber and quantile solve in.
 *
 * Column j is z_j = (x_j - mean_j) * scale_j, with mean 0 and deviation 1 over the weighted rows, then
 * a column of ones where there is a constant.  A coefficient of z is theta; that of x is theta * scale.
 */
#ifndef LEARN_STANDARD_H
#define LEARN_STANDARD_H

#include "learn/linear_model.h"

struct standard {
    const struct fit_input *in;
    size_t n, p, q; /* q: unknowns, the constant last */
    bool intercept;
    double *mean,
        *scale; /* (p); mean 0 without a constant, scale 0 where a feature has one value */
    size_t first_constant; /* a feature of one value; SIZE_MAX: there is none */
    double total;          /* weight */
    size_t n_rows;         /* that have weight */
};

/* ERR_NUMERIC naming a feature too large to be squared. */
int standard_init(struct standard *s, const struct fit_input *in, bool intercept, struct err *err);
void standard_release(struct standard *s);
static inline double standard_weight(const struct standard *s, size_t i)
{
    return s->in->weights ? s->in->weights[i] : 1;
}
/* z (n, q) with REDUCE_BLOCK as leading dimension: rows [begin, begin + n), n at most REDUCE_BLOCK. */
void standard_block(const struct standard *s, double *z, size_t begin, size_t n);
/* out (n) = theta's scores of all rows: in parallel. */
void standard_scores(const struct standard *s, double *out, const double *theta);
/* Coefficients and constant of x from theta (q). */
void standard_keep(const struct standard *s, struct linear_model *m, const double *theta);
/* Standard errors from the covariance (q, q) of theta, times `unit`. */
void standard_errors(const struct standard *s, struct linear_model *m, const double *covariance,
                     double unit);
/* ERR_NUMERIC: column j of z depends on those before it; `or_else` says what to do but dropping it. */
int standard_refuse(const struct standard *s, size_t j, const char *or_else, struct err *err);
/* A sentence about a feature of one value; NULL: there is none. */
const char *standard_warning(const struct standard *s, struct arena *arena);

#endif
