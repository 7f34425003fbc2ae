/* association.h - how strongly columns hang together, numbers and categories in one list.
 *
 *   numbers (int, real, date, timestamp)   Pearson's r, Spearman's rho, on request Kendall's tau-b
 *   categories (category, bool, text)      Cramér's V, plain and corrected for bias (Bergsma 2013)
 *   a number and a category                the correlation ratio eta
 *   any two                                mutual information in nats, plug-in, numbers cut into bins
 *                                          of equal frequency: sqrt(n / 5) of them, 2 to 32
 *
 * Pairs are complete: rows where either cell is missing (or a real is NaN or infinite) are left out,
 * and n tells how many stay.  p values: Student's t for r and rho, the normal distribution for tau,
 * chi-square for V, Fisher's F for eta; they are of each pair alone.
 */
#ifndef PROFILE_ASSOCIATION_H
#define PROFILE_ASSOCIATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/job.h"
#include "table/table.h"

/* Categories of more levels are names, not kinds: the column is left out. */
enum { ASSOCIATION_MOST_LEVELS = 1000 };

enum association_kind { ASSOCIATION_NUMBERS, ASSOCIATION_MIXED, ASSOCIATION_CATEGORIES };

/* What does not belong to the kind, or is not defined (a constant column), is NAN. */
struct association {
    size_t a, b; /* places in the list of columns, a < b */
    enum association_kind kind;
    size_t n;
    double pearson, pearson_p, spearman, spearman_p, kendall, kendall_p;
    double eta, eta_p;
    double cramers_v, cramers_v_corrected, chi2, chi2_p;
    double mutual;
};

enum association_fit { ASSOCIATION_NUMBER, ASSOCIATION_CATEGORY, ASSOCIATION_LEFT_OUT };

struct associations {
    size_t n_columns;
    const size_t *columns;      /* of the table, as they were given */
    enum association_fit *fits; /* (n_columns) how each was taken */
    size_t n_pairs;
    struct association *pairs; /* by a, then b; those of columns left out are not there */
    struct arena arena;
};

struct association_request {
    const size_t *columns;
    size_t n_columns;
    size_t target;           /* place in columns: only its pairs; SIZE_MAX: all */
    bool target_is_category; /* a number that stands for classes */
    bool kendall;
    const uint32_t *rows; /* NULL: all */
    size_t n_rows;
};

/* O(columns² × rows), through BLAS where nothing is missing; the same for any number of threads.
 * ERR_NOMEM, ERR_CANCELLED. */
int associate(struct associations *out, const struct table *t, const struct association_request *q,
              struct job *job, struct err *err);
void associations_release(struct associations *a);
/* The pair of two places, in either order; NULL when there is none. */
const struct association *associations_find(const struct associations *all, size_t a, size_t b);
/* The figure that stands for a pair beside others: signed Pearson (or Spearman), eta, V. */
double association_strength(const struct association *a, bool ranks);
double association_p(const struct association *a, bool ranks);

#endif
