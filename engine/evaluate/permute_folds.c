/* permute_folds.c - shuffling features of rows that a model has not seen. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/permute.h"

/* Folds write places of their own. */
struct folds_shuffled {
    const struct resample_request *req;
    const char *const *features;
    size_t p, n_repeats, n_folds;
    uint64_t seed;
    double *drops; /* (p, n_folds) by feature, NAN where the fold has no such feature */
};

static size_t find_feature(const struct model *m, const char *name)
{
    for (size_t j = 0; j < m->p; j++)
        if (strcmp(m->features[j], name) == 0)
            return j;
    return SIZE_MAX;
}

/* Of the held-out rows those whose truth is known. */
static size_t known_rows(uint32_t *rows, double *known, const uint32_t *held, const double *truth,
                         size_t n)
{
    size_t n_known = 0;

    for (size_t i = 0; i < n; i++) {
        if (isnan(truth[i]))
            continue;
        rows[n_known] = held ? held[i] : (uint32_t)i;
        known[n_known++] = truth[i];
    }
    return n_known;
}

static int shuffle_fold(void *ctx, size_t fold, const struct model *m, const struct table *prepared,
                        const uint32_t *held, const double *truth, size_t n, struct job *job,
                        struct err *err)
{
    const struct folds_shuffled *f = ctx;
    uint32_t *rows = MEM_NEW(uint32_t, n + 1);
    double *known = MEM_NEW(double, n + 1), score;
    struct permuted *got = MEM_NEW(struct permuted, m->p + 1);
    const struct permute_request req = { .model = m,
                                         .table = prepared,
                                         .rows = rows,
                                         .truth = known,
                                         .n = known_rows(rows, known, held, truth, n),
                                         .n_repeats = f->n_repeats,
                                         .metric = f->req->metrics[0],
                                         .seed = f->seed + fold };

    int rc = req.n ? permute_features(got, &score, &req, job, err) : 0;
    for (size_t j = 0; j < f->p && !rc && req.n; j++) {
        size_t at = find_feature(m, f->features[j]);
        if (at != SIZE_MAX)
            f->drops[j * f->n_folds + fold] = got[at].mean;
    }
    mem_free(got);
    mem_free(known);
    mem_free(rows);
    return rc;
}

int permute_folds(struct permuted *out, double *score, const struct resample_request *req,
                  const char *const *features, size_t p, size_t n_repeats, uint64_t seed,
                  struct job *job, struct err *err)
{
    const size_t n = req->plan->n_folds * req->plan->n_repeats;
    struct folds_shuffled f = { .req = req,
                                .features = features,
                                .p = p,
                                .n_repeats = n_repeats,
                                .n_folds = n,
                                .seed = seed,
                                .drops = MEM_NEW(double, p *n + 1) };
    struct resample_request each = *req;
    struct resample_result *result = NULL;

    each.each = shuffle_fold;
    each.each_ctx = &f;
    for (size_t k = 0; k < p * n; k++)
        f.drops[k] = NAN;
    int rc = resample_run(&result, &each, job, err);
    for (size_t j = 0; j < p && !rc; j++) {
        struct estimate e;
        estimate_folds(&e, NULL, f.drops + j * n, n, result->test_train_ratio);
        out[j] = (struct permuted){ e.mean, e.low, e.high };
    }
    if (!rc)
        *score = result->estimates[0].mean;
    resample_result_unref(result);
    mem_free(f.drops);
    return rc;
}
