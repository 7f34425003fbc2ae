/* dependency.h - values of one column that follow from another, nearly: A -> B with few violations.
 *
 * Rows with one value of A are a group; the value of B that most of them have is its top.  How good
 * the dependency is:
 *
 *   lambda  Goodman and Kruskal's lambda with each row left out: how much better the top of a row's
 *           group, found without the row, predicts B than the commonest value of B does, as a share
 *           of what there is to gain.  Chance groupings give 0 or less however small the groups are.
 *   noise   of the cells that are not their group's top, the share whose value is rare beside the
 *           top.  Errors are scattered over many values; where B really varies with A, the others
 *           have company.
 *
 * Where A determines another column well, and its groups are large, A names things (a flight), and
 * less is asked of what else it determines: copied errors are not scattered.
 *
 * Together they are the trust in one vote.  A cell that is not the top of its group has a vote
 * against it and for the top, and one that is has a vote for it; votes of several A add up as
 * evidence (noisy or), so that a row whose A is wrong is kept by the other columns.
 */
#ifndef PROFILE_DEPENDENCY_H
#define PROFILE_DEPENDENCY_H

#include "profile/coded.h"

/* How often each value of B stands beside each value of A; entries by A, then falling count, then
 * value.  Missing B is not counted. */
struct pair_counts {
    uint32_t n_groups; /* groups 0 (A missing: empty) to n_groups */
    uint32_t *start;   /* (n_groups + 2) */
    uint32_t *value;   /* codes of B */
    uint32_t *count;
};

/* ERR_NOMEM.  Free with pair_counts_release. */
int pair_counts_new(struct pair_counts *out, const struct coded_groups *a, uint32_t n_a,
                    const uint32_t *b, uint32_t n_b, struct err *err);
void pair_counts_release(struct pair_counts *p);

struct dependency {
    double lambda, noise, trust; /* trust 0: not a dependency */
    double trust_of_key;         /* the trust where A is known to name things; 0: none even so */
    size_t n_rows, n_groups;     /* in groups of two and more */
    size_t n_odd;                /* cells that are not their group's top */
};
/* base: the share of B's commonest value among the cells of B that are there. */
struct dependency dependency_measure(const struct pair_counts *p, double base);

/* What group `a` says about a row that has B = b (0: missing). */
struct vote {
    uint32_t value; /* the group's top, 0: no vote */
    double weight;  /* -log of the chance that the vote is mistaken */
};
struct vote dependency_vote(const struct pair_counts *p, double trust, uint32_t a, uint32_t b);

/* The votes about one cell: its value, what they speak for most, and how sure that is. */
struct verdict {
    uint32_t value; /* 0: leave it alone */
    double sure;
};
struct verdict dependency_verdict(const struct vote *votes, size_t n, uint32_t b);

/* Two columns taken together as one A: codes for the pairs of values that occur; missing where
 * either is.  ERR_NOMEM.  *code (n_rows) by mem_big_free. */
int dependency_pair_codes(uint32_t **code, uint32_t *n_values, const struct coded_column *x,
                          const struct coded_column *y, size_t n_rows, struct err *err);

#endif
