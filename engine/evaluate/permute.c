#include "evaluate/permute.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "num/stats.h"

struct permuting {
    const struct permute_request *req;
    struct matrix x, value;
    double *kept;    /* (n) a column as it was */
    uint32_t *order; /* (n) */
};

static int score_now(double *out, struct permuting *p, struct err *err)
{
    const struct permute_request *req = p->req;
    const struct model *m = req->model;
    const struct scored s = { .n = req->n,
                              .n_classes = m->target.n_classes,
                              .positive = m->target.positive,
                              .truth = req->truth,
                              .value = &p->value };

    if (m->learner->predict(&p->value, m->state, &p->x, err))
        return -1;
    return metric_scores(out, &req->metric, 1, &s, err);
}

static int shuffle_feature(double *drops, double whole, struct permuting *p, size_t j,
                           struct job *job, struct err *err)
{
    const struct permute_request *req = p->req;
    double *x = matrix_col(&p->x, j), score;
    int rc = 0;

    memcpy(p->kept, x, req->n * sizeof(*x));
    for (size_t r = 0; r < req->n_repeats && !rc; r++) {
        struct rng rng;
        rng_init(&rng, req->seed, j * req->n_repeats + r);
        for (size_t i = 0; i < req->n; i++)
            p->order[i] = (uint32_t)i;
        rng_shuffle(&rng, p->order, req->n);
        for (size_t i = 0; i < req->n; i++)
            x[i] = p->kept[p->order[i]];
        rc = score_now(&score, p, err) ||
             job_tick(job, j * req->n_repeats + r + 1, p->x.p * req->n_repeats, err);
        if (!rc)
            drops[r] = req->metric->greater_is_better ? whole - score : score - whole;
    }
    memcpy(x, p->kept, req->n * sizeof(*x));
    return rc;
}

static struct permuted summary(const double *drops, size_t n)
{
    struct permuted out = { .mean = stats_mean(drops, n), .low = NAN, .high = NAN };

    if (n < 2)
        return out;
    double half = dist_t_quantile(0.975, (double)(n - 1)) *
                  sqrt(stats_variance(drops, n, 1) / (double)n);
    out.low = out.mean - half;
    out.high = out.mean + half;
    return out;
}

static int permuting_init(struct permuting *p, const struct permute_request *req, struct err *err)
{
    const struct model *m = req->model;
    void *memory;

    *p = (struct permuting){ .req = req };
    if (design_matrix(&p->x, m->features, m->p, model_flags(m), m->levels, req->table, req->rows,
                      req->n, true, err))
        return -1;
    if (matrix_new(&p->value, req->n, m->target.n_classes ? m->target.n_classes : 1,
                   "the predictions", err))
        return -1;
    if (mem_big(&memory, req->n, sizeof(double) + sizeof(uint32_t), "a shuffled column", err))
        return -1;
    p->kept = memory;
    p->order = (uint32_t *)(p->kept + req->n);
    return 0;
}

int permute_features(struct permuted *out, double *score, const struct permute_request *req,
                     struct job *job, struct err *err)
{
    struct permuting p;
    double *drops = MEM_NEW(double, req->n_repeats);

    int rc = permuting_init(&p, req, err) || score_now(score, &p, err);
    for (size_t j = 0; j < req->model->p && !rc; j++) {
        rc = shuffle_feature(drops, *score, &p, j, job, err);
        if (!rc)
            out[j] = summary(drops, req->n_repeats);
    }
    matrix_release(&p.x);
    matrix_release(&p.value);
    mem_big_free(p.kept);
    mem_free(drops);
    return rc ? -1 : 0;
}
