#include "learn/discriminant.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "num/linalg.h"

static double weight_of(const struct fit_input *in, size_t i)
{
    return in->weights ? in->weights[i] : 1;
}

static int count_classes(struct discriminant *d, const char *learner, struct err *err)
{
    size_t present = 0;

    for (size_t i = 0; i < d->in->x->n; i++)
        d->weight[(size_t)d->in->y[i]] += weight_of(d->in, i);
    for (size_t k = 0; k < d->n_classes; k++) {
        d->total += d->weight[k];
        present += d->weight[k] > 0;
    }
    for (size_t k = 0; k < d->n_classes; k++)
        d->prior[k] = d->weight[k] / d->total;
    return present >= 2 ? 0
                        : err_set(err, ERR_DOMAIN,
                                  "the training rows hold one class only; %s needs two", learner);
}

static int centre_column(struct discriminant *d, size_t j, struct err *err)
{
    const double *v = matrix_col(d->in->x, j);
    double *rest = matrix_col(&d->rest, j), most = 0;

    for (size_t i = 0; i < d->in->x->n; i++)
        d->mean[(size_t)d->in->y[i] * d->p + j] += weight_of(d->in, i) * v[i];
    for (size_t k = 0; k < d->n_classes; k++)
        d->mean[k * d->p + j] /= d->weight[k] > 0 ? d->weight[k] : 1;
    for (size_t i = 0; i < d->in->x->n; i++) {
        rest[i] = (v[i] - d->mean[(size_t)d->in->y[i] * d->p + j]) * sqrt(weight_of(d->in, i));
        most = fmax(most, fabs(rest[i]));
    }
    return isfinite(most * most * (double)d->in->x->n)
               ? 0
               : err_set(err, ERR_NUMERIC, "feature %s is too large to be squared; scale it",
                         d->in->names[j]);
}

int discriminant_init(struct discriminant *d, const struct fit_input *in, const char *learner,
                      struct err *err)
{
    size_t p = in->x->p, k = in->n_classes;

    *d = (struct discriminant){ .in = in, .p = p, .n_classes = k };
    d->prior = MEM_NEW(double, k *(p + 2));
    d->weight = d->prior + k;
    d->mean = d->weight + k;
    int rc = count_classes(d, learner, err) ||
             matrix_new(&d->rest, in->x->n, p, "the centred features", err);
    for (size_t j = 0; j < p && !rc; j++)
        rc = centre_column(d, j, err);
    if (rc)
        discriminant_release(d);
    return rc ? -1 : 0;
}

void discriminant_release(struct discriminant *d)
{
    mem_free(d->prior);
    matrix_release(&d->rest);
    *d = (struct discriminant){ 0 };
}

enum { SCATTER_ROWS = 256 };

void discriminant_scatter(double *cov, const struct discriminant *d, size_t k)
{
    size_t n = d->in->x->n, held = 0;
    double *block = MEM_NEW(double, SCATTER_ROWS * d->p);

    memset(cov, 0, d->p * d->p * sizeof(*cov));
    for (size_t i = 0; i < n; i++) {
        if (k != SIZE_MAX && (size_t)d->in->y[i] != k)
            continue;
        for (size_t j = 0; j < d->p; j++)
            block[j * SCATTER_ROWS + held] = matrix_col(&d->rest, j)[i];
        if (++held == SCATTER_ROWS) {
            gram_add(cov, d->p, block, held, SCATTER_ROWS);
            held = 0;
        }
    }
    if (held > 0)
        gram_add(cov, d->p, block, held, SCATTER_ROWS);
    symmetric_fill(cov, d->p);
    mem_free(block);
}
