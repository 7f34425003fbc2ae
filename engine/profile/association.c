/* association.c - all pairs: products of complete columns by BLAS, the rest pair by pair. */
#include "profile/association.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "num/linalg.h"
#include "num/reduce.h"
#include "profile/association_parts.h"

/* ---------------------------------------------------------------- products */

static void add_products(void *ctx, double *acc, double *scratch, size_t begin, size_t end)
{
    const struct matrix *z = ctx;

    (void)scratch;
    for (size_t at = begin; at < end; at += REDUCE_BLOCK) {
        size_t n = end - at < REDUCE_BLOCK ? end - at : REDUCE_BLOCK;
        gram_add(acc, z->p, z->x + at, n, z->ld);
    }
}

/* gram (m, m), upper triangle: of the first m columns of z. */
static int products(double *gram, const struct matrix *z, size_t m, struct err *err)
{
    struct matrix first = *z;
    struct reducer reducer;

    first.p = m;
    if (reducer_init(&reducer, z->n, m * m, 0, err))
        return -1;
    reducer_run(&reducer, gram, add_products, &first);
    reducer_release(&reducer);
    return 0;
}

/* r and rho of pairs that miss nothing: their columns have norm 1. */
static int correlate_complete(struct associations *out, const struct ready *r, struct err *err)
{
    size_t m = r->n_complete;
    void *block;

    if (m < 2 || r->n < 2)
        return 0;
    if (mem_big(&block, 2 * m * m, sizeof(double), "products of columns", err))
        return -1;
    double *values = block, *ranks = values + m * m;
    num_init();
    int rc = products(values, &r->values, m, err) ? -1 : products(ranks, &r->ranks, m, err);
    for (size_t k = 0; k < out->n_pairs && !rc; k++) {
        struct association *a = &out->pairs[k];
        size_t i = r->place[a->a], j = r->place[a->b];
        if (i == SIZE_MAX || j == SIZE_MAX || r->variables[a->a].constant ||
            r->variables[a->b].constant)
            continue;
        size_t at = (i < j ? i : j) + (i < j ? j : i) * m;
        a->pearson = fmax(-1, fmin(1, values[at]));
        a->spearman = fmax(-1, fmin(1, ranks[at]));
        associate_p_values(a);
    }
    mem_big_free(block);
    return rc;
}

/* ---------------------------------------------------------------- pairs */

struct pairing {
    struct associations *out;
    const struct ready *ready;
    bool kendall;
    size_t first;
    struct err *errs; /* by pair of the stretch */
    int *failed;
};

static void pair_one(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct pairing *p = ctx;

    (void)begin;
    (void)end;
    p->failed[chunk] = associate_pair(&p->out->pairs[p->first + chunk], p->ready, p->kendall,
                                      &p->errs[chunk]);
}

enum { STRETCH = 64 }; /* pairs between two ticks */

static int associate_pairs(struct associations *out, const struct ready *r, bool kendall,
                           struct job *job, struct err *err)
{
    struct err errs[STRETCH] = { { 0 } };
    int failed[STRETCH] = { 0 };
    struct pairing p = {
        .out = out, .ready = r, .kendall = kendall, .errs = errs, .failed = failed
    };

    for (p.first = 0; p.first < out->n_pairs; p.first += STRETCH) {
        size_t n = out->n_pairs - p.first < STRETCH ? out->n_pairs - p.first : STRETCH;
        parallel_for(n, 1, pair_one, &p);
        for (size_t k = 0; k < n; k++) {
            if (!failed[k])
                continue;
            if (err)
                *err = errs[k];
            return -1;
        }
        if (job_tick(job, p.first + n, out->n_pairs, err))
            return -1;
    }
    return 0;
}

static enum association_kind kind_of(enum association_fit a, enum association_fit b)
{
    if (a != b)
        return ASSOCIATION_MIXED;
    return a == ASSOCIATION_NUMBER ? ASSOCIATION_NUMBERS : ASSOCIATION_CATEGORIES;
}

static void list_pairs(struct associations *out, const struct association_request *q)
{
    size_t n = q->n_columns;

    out->pairs = ARENA_NEW(&out->arena, struct association,
                           q->target == SIZE_MAX ? n * (n - (n > 0)) / 2 : n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            if (out->fits[i] == ASSOCIATION_LEFT_OUT || out->fits[j] == ASSOCIATION_LEFT_OUT ||
                (q->target != SIZE_MAX && i != q->target && j != q->target))
                continue;
            out->pairs[out->n_pairs++] = (struct association){
                .a = i,
                .b = j,
                .kind = kind_of(out->fits[i], out->fits[j]),
                .pearson = NAN,
                .pearson_p = NAN,
                .spearman = NAN,
                .spearman_p = NAN,
                .kendall = NAN,
                .kendall_p = NAN,
                .eta = NAN,
                .eta_p = NAN,
                .cramers_v = NAN,
                .cramers_v_corrected = NAN,
                .chi2 = NAN,
                .chi2_p = NAN,
                .mutual = NAN,
            };
        }
    }
}

int associate(struct associations *out, const struct table *t, const struct association_request *q,
              struct job *job, struct err *err)
{
    struct associations all = { .n_columns = q->n_columns };
    struct ready ready;

    if (associate_prepare(&ready, t, q, job, err))
        return -1;
    arena_init(&all.arena);
    size_t *columns = ARENA_NEW(&all.arena, size_t, q->n_columns);
    all.fits = ARENA_NEW(&all.arena, enum association_fit, q->n_columns);
    for (size_t k = 0; k < q->n_columns; k++) {
        columns[k] = q->columns[k];
        all.fits[k] = ready.variables[k].fit;
    }
    all.columns = columns;
    list_pairs(&all, q);
    int rc = associate_pairs(&all, &ready, q->kendall, job, err);
    if (!rc)
        rc = correlate_complete(&all, &ready, err);
    ready_release(&ready);
    if (rc)
        associations_release(&all);
    else
        *out = all;
    return rc;
}

void associations_release(struct associations *a)
{
    arena_release(&a->arena);
    *a = (struct associations){ 0 };
}

/* ---------------------------------------------------------------- reading */

const struct association *associations_find(const struct associations *all, size_t a, size_t b)
{
    size_t low = 0, high = all->n_pairs, first = a < b ? a : b, second = a < b ? b : a;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct association *p = &all->pairs[mid];
        if (p->a < first || (p->a == first && p->b < second))
            low = mid + 1;
        else
            high = mid;
    }
    if (low == all->n_pairs || all->pairs[low].a != first || all->pairs[low].b != second)
        return NULL;
    return &all->pairs[low];
}

double association_strength(const struct association *a, bool ranks)
{
    if (a->kind == ASSOCIATION_NUMBERS)
        return ranks ? a->spearman : a->pearson;
    return a->kind == ASSOCIATION_MIXED ? a->eta : a->cramers_v;
}

double association_p(const struct association *a, bool ranks)
{
    if (a->kind == ASSOCIATION_NUMBERS)
        return ranks ? a->spearman_p : a->pearson_p;
    return a->kind == ASSOCIATION_MIXED ? a->eta_p : a->chi2_p;
}
