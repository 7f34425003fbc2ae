/* The Gram matrix of a fold's training rows is the sum of those of the other folds. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "learn/elastic_solver.h"

struct folds {
    size_t n, p;
    uint32_t *rows;        /* by fold */
    size_t *begin;         /* (n + 1) */
    struct gram_set *sets; /* (n) */
    double *loss;          /* (points, n) */
};

/* ---- which row is in which fold ---- */

/* Units (rows, or groups of them) shuffled and dealt out. */
static int deal(uint32_t *fold_of, size_t n_units, size_t n_folds, uint64_t seed, struct err *err)
{
    struct rng rng;
    void *order;

    if (mem_big(&order, n_units, sizeof(uint32_t), "the folds", err))
        return -1;
    for (size_t i = 0; i < n_units; i++)
        ((uint32_t *)order)[i] = (uint32_t)i;
    rng_init(&rng, seed, 0);
    rng_shuffle(&rng, order, n_units);
    for (size_t i = 0; i < n_units; i++)
        fold_of[((uint32_t *)order)[i]] = (uint32_t)(i % n_folds);
    mem_big_free(order);
    return 0;
}

static size_t count_units(const struct fit_input *in)
{
    size_t n = in->groups ? 0 : in->x->n;

    for (size_t i = 0; in->groups && i < in->x->n; i++)
        n = (size_t)in->groups[i] + 1 > n ? (size_t)in->groups[i] + 1 : n;
    return n;
}

static int split_rows(struct folds *f, const struct fit_input *in, struct err *err)
{
    size_t n = in->x->n, units = count_units(in);
    void *fold_of;

    if (units < f->n)
        return err_set(err, ERR_DOMAIN, "folds=%zu needs as many %s; there are %zu", f->n,
                       in->groups ? "groups" : "training rows", units);
    if (mem_big(&fold_of, units, sizeof(uint32_t), "the folds", err))
        return -1;
    int rc = deal(fold_of, units, f->n, (uint64_t)params_int(in->params, "seed"), err);
    size_t at = 0;
    for (size_t k = 0; !rc && k < f->n; k++) {
        f->begin[k] = at;
        for (size_t i = 0; i < n; i++)
            if (((uint32_t *)fold_of)[in->groups ? (size_t)in->groups[i] : i] == k)
                f->rows[at++] = (uint32_t)i;
        f->begin[k + 1] = at;
    }
    mem_big_free(fold_of);
    return rc;
}

/* ---- the losses ---- */

static int add_others(struct gram_set *out, const struct folds *f, size_t fold, bool centred,
                      struct err *err)
{
    if (gram_set_new(out, f->p, centred, err))
        return -1;
    for (size_t k = 0; k < f->n; k++)
        if (k != fold)
            gram_set_add(out, &f->sets[k]);
    return 0;
}

static int run_fold(struct folds *f, size_t fold, const struct path_point *points, size_t n,
                    struct elastic_solver *s, struct job *job, struct err *err)
{
    struct gram_set others;

    if (add_others(&others, f, fold, f->sets[fold].centred, err))
        return -1;
    int rc = 0;
    elastic_solver_begin(s, &others);
    for (size_t k = 0; k < n && !rc; k++) {
        double constant;
        rc = job_tick(job, fold * n + k, f->n * n, err);
        if (!rc) {
            elastic_solver_at(s, points[k].alpha, &constant);
            f->loss[k * f->n + fold] = gram_set_loss(&f->sets[fold], constant, s->enet.w);
        }
    }
    gram_set_release(&others);
    return rc;
}

/* A fold without weight has no loss. */
static void average(struct path_point *at, const double *loss, size_t n)
{
    double sum = 0, squares = 0;
    size_t known = 0;

    for (size_t k = 0; k < n; k++)
        if (isfinite(loss[k])) {
            sum += loss[k];
            known++;
        }
    at->loss = sum / (double)known;
    for (size_t k = 0; k < n; k++)
        if (isfinite(loss[k]))
            squares += (loss[k] - at->loss) * (loss[k] - at->loss);
    at->loss_error = sqrt(squares / ((double)known * ((double)known - 1)));
}

static int run_folds(struct folds *f, struct path_point *points, size_t n,
                     const struct fit_input *in, bool centred, struct elastic_solver *s,
                     struct job *job, struct err *err)
{
    int rc = split_rows(f, in, err);

    for (size_t k = 0; k < f->n && !rc; k++) {
        rc = job_tick(job, 0, f->n * n, err);
        if (!rc)
            rc = gram_set_make(&f->sets[k], in, f->rows + f->begin[k],
                               f->begin[k + 1] - f->begin[k], centred, err);
    }
    for (size_t k = 0; k < f->n && !rc; k++)
        rc = run_fold(f, k, points, n, s, job, err);
    for (size_t k = 0; k < n && !rc; k++)
        average(&points[k], f->loss + k * f->n, f->n);
    return rc;
}

int elastic_validate(struct path_point *points, size_t n, const struct fit_input *in,
                     const struct gram_set *all, struct elastic_solver *s, struct job *job,
                     struct err *err)
{
    struct folds f = { .n = (size_t)params_int(in->params, "folds"), .p = in->x->p };
    void *rows;

    if (mem_big(&rows, in->x->n, sizeof(uint32_t), "the folds", err))
        return -1;
    f.rows = rows;
    f.begin = MEM_NEW(size_t, f.n + 1);
    f.sets = MEM_NEW(struct gram_set, f.n);
    f.loss = MEM_NEW(double, f.n *n);
    job_phase(job, "cross-validating");
    int rc = run_folds(&f, points, n, in, all->centred, s, job, err);
    for (size_t k = 0; k < f.n; k++)
        gram_set_release(&f.sets[k]);
    mem_free(f.loss);
    mem_free(f.sets);
    mem_free(f.begin);
    mem_big_free(rows);
    return rc;
}
