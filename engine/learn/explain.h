/* explain.h - a prediction shared out among the features: SHAP values.
 *
 * Trees: what a row's output is beyond the mean over the training rows, shared out exactly as
 * Shapley's axioms ask when a feature that is not known sends a row both ways, by the shares of
 * training rows.  Source: Lundberg, Erion and Lee 2018, "Consistent individualized feature
 * attribution for tree ensembles", algorithm 2.  Linear models: coefficient × (value - mean), exact
 * for features that are independent.
 */
#ifndef LEARN_EXPLAIN_H
#define LEARN_EXPLAIN_H

#include "learn/model.h"
#include "learn/plain_tree.h"

struct explanation {
    size_t n, p, n_outputs; /* outputs: 1 for numbers and two classes (the second), else classes */
    double *phi;            /* (n, n_outputs, p + 1) row-major; the last is the base: they add up */
    enum plain_output output;
    bool is_score; /* of a linear model whose prediction is a function of this sum */
};

static inline const double *explanation_of(const struct explanation *e, size_t row, size_t output)
{
    return e->phi + (row * e->n_outputs + output) * (e->p + 1);
}

/* phi (n, n_outputs, p + 1) is added to.  Rows x (n, p).  ERR_CANCELLED. */
int explain_trees(double *phi, const struct learner *l, const void *state, const struct matrix *x,
                  struct job *job, struct err *err);
/* Rows (n) of a prepared table; `train` (n_train) are the rows whose means a linear model is held
 * against.  Release it.  ERR_USAGE when the learner is neither of trees nor linear; ERR_NOMEM,
 * ERR_CANCELLED.  Cost for trees: rows × leaves × depth². */
int explain_rows(struct explanation *out, const struct model *m, const struct table *t,
                 const uint32_t *rows, size_t n, const uint32_t *train, size_t n_train,
                 struct job *job, struct err *err);
void explanation_release(struct explanation *e);

#endif
