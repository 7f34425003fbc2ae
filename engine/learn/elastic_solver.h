/* elastic_solver.h - one model after another down a path; for elastic.c and its cross-validation. */
#ifndef LEARN_ELASTIC_SOLVER_H
#define LEARN_ELASTIC_SOLVER_H

#include "learn/gram.h"
#include "num/enet.h"

struct elastic_solver {
    double l1_ratio;
    const struct gram_set *set; /* of begin; borrowed */
    double *gram, *right;       /* the set's, by weight */
    double *l1, *l2;            /* (p) */
    struct enet enet;
    void *memory;
};

int elastic_solver_init(struct elastic_solver *s, const struct fit_input *in, double l1_ratio,
                        struct err *err);
void elastic_solver_release(struct elastic_solver *s);
/* From all coefficients 0 on these rows. */
void elastic_solver_begin(struct elastic_solver *s, const struct gram_set *g);
/* Coefficients to s->enet.w from where the last point left them; false: it did not converge. */
bool elastic_solver_at(struct elastic_solver *s, double alpha, double *constant);

/* Cross-validated loss of every point (n; alphas are given): mean and standard error over folds of
 * each fold's mean squared error.  Groups stay whole.  `all`: the set of all rows.  ERR_DOMAIN: fewer
 * rows or groups than folds. */
int elastic_validate(struct path_point *points, size_t n, const struct fit_input *in,
                     const struct gram_set *all, struct elastic_solver *s, struct job *job,
                     struct err *err);

#endif
