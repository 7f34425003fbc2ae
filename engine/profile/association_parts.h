/* association_parts.h - what the files of association.h share: the columns made ready. */
#ifndef PROFILE_ASSOCIATION_PARTS_H
#define PROFILE_ASSOCIATION_PARTS_H

#include "num/matrix.h"
#include "profile/association.h"

/* One column over the n rows asked for. */
struct variable {
    enum association_fit fit;
    bool complete;
    bool constant;   /* numbers: nothing to correlate */
    double *values;  /* numbers (n): centred, of norm 1 over the rows present; NAN where absent */
    double *ranks;   /* numbers (n): likewise of the average ranks; only when complete */
    uint32_t *dense; /* numbers (n): place among the distinct values; anything where absent */
    uint16_t *codes; /* (n) level or bin; ABSENT */
    size_t n_codes, n_present, n_distinct;
};
enum { ABSENT = 0xFFFF };

struct ready {
    size_t n; /* rows */
    struct variable *variables;
    size_t n_variables;
    struct matrix values, ranks; /* behind the variables', complete columns first */
    size_t n_complete;
    size_t *place; /* of a complete number column in the matrices, else SIZE_MAX */
    void *codes, *places;
    struct arena arena;
};

/* ERR_NOMEM, ERR_CANCELLED. */
int associate_prepare(struct ready *out, const struct table *t, const struct association_request *q,
                      struct job *job, struct err *err);
void ready_release(struct ready *r);

/* Two columns whose fits are known, all figures but r and rho of complete pairs.  ERR_NOMEM. */
int associate_pair(struct association *out, const struct ready *r, bool kendall, struct err *err);

/* p values of r and rho from n. */
void associate_p_values(struct association *a);

/* Kendall's tau-b of n pairs of ranks (whole numbers from 0), by merging: O(n log n); work (3 n) uint64.
 * p by the normal distribution, with ties.  Source: Knight 1966; variance: Kendall 1970, ch. 4. */
void kendall_tau(double *tau, double *p, const uint32_t *a, const uint32_t *b, size_t n,
                 uint64_t *work);

#endif
