#include "learn/elastic_solver.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

int elastic_solver_init(struct elastic_solver *s, const struct fit_input *in, double l1_ratio,
                        struct err *err)
{
    size_t p = in->x->p, n = p * p + 5 * p;
    void *memory;

    if (mem_big(&memory, n + enet_work(p), sizeof(double), "the path", err))
        return -1;
    memset(memory, 0, n * sizeof(double));
    *s = (struct elastic_solver){ .l1_ratio = l1_ratio, .memory = memory };
    s->gram = memory;
    s->right = s->gram + p * p;
    s->l1 = s->right + p;
    s->l2 = s->l1 + p;
    s->enet = (struct enet){ .p = p,
                             .gram = s->gram,
                             .right = s->right,
                             .l1 = s->l1,
                             .l2 = s->l2,
                             .positive = params_flag(in->params, "positive"),
                             .tol = params_real(in->params, "tol"),
                             .max_iter = (size_t)params_int(in->params, "max_iter"),
                             .w = s->l2 + p,
                             .gradient = s->l2 + 2 * p,
                             .memory = s->l2 + 3 * p };
    return 0;
}

void elastic_solver_release(struct elastic_solver *s)
{
    mem_big_free(s->memory);
}

void elastic_solver_begin(struct elastic_solver *s, const struct gram_set *g)
{
    size_t p = g->p;
    double each = 1 / g->weight;

    s->set = g;
    for (size_t i = 0; i < p * p; i++)
        s->gram[i] = g->gram[i] * each;
    for (size_t j = 0; j < p; j++)
        s->right[j] = g->right[j] * each;
    s->enet.yy = g->yy * each;
    memset(s->enet.w, 0, p * sizeof(double));
    enet_start(&s->enet);
}

bool elastic_solver_at(struct elastic_solver *s, double alpha, double *constant)
{
    const struct gram_set *g = s->set;

    for (size_t j = 0; j < g->p; j++) {
        s->l1[j] = alpha * s->l1_ratio;
        s->l2[j] = alpha * (1 - s->l1_ratio);
    }
    bool done = enet_solve(&s->enet);
    *constant = g->centred ? g->y_mean : 0;
    for (size_t j = 0; j < g->p; j++)
        *constant -= g->mean[j] * s->enet.w[j];
    return done;
}
