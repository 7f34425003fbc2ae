/* estimate.c - how sure a score is, and whether two differ by more than noise. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "evaluate/resample.h"
#include "num/stats.h"

/* Mean of values that are correlated because their training sets overlap, and its standard error:
 * the variance is inflated by n_test / n_train.  Source: Nadeau and Bengio 2003, section 3.1. */
struct corrected {
    size_t n;
    double mean, std_error;
};

static struct corrected corrected_mean(const double *v, size_t n, double test_train_ratio)
{
    struct corrected c = { .n = n, .mean = NAN, .std_error = NAN };

    if (n > 0)
        c.mean = stats_mean(v, n);
    if (n > 1)
        c.std_error = sqrt(stats_variance(v, n, 1) * (1.0 / (double)n + test_train_ratio));
    return c;
}

static double corrected_half_width(const struct corrected *c)
{
    return c->n > 1 ? dist_t_quantile(0.975, (double)(c->n - 1)) * c->std_error : NAN;
}

/* No interval leaves the metric's range.  Comparisons with NAN are false, so that it stays. */
static void estimate_bound(struct estimate *e, const struct metric *m)
{
    if (e->low < m->low)
        e->low = m->low;
    if (e->high > m->high)
        e->high = m->high;
    e->flat = e->low == e->high && (e->low == m->low || e->low == m->high);
}

void estimate_folds(struct estimate *out, const struct metric *metric, const double *values,
                    size_t n, double test_train_ratio)
{
    double *defined = MEM_NEW(double, n);
    size_t n_defined = 0;

    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i]))
            defined[n_defined++] = values[i];
    struct corrected c = corrected_mean(defined, n_defined, test_train_ratio);
    mem_free(defined);
    double half = corrected_half_width(&c);
    *out = (struct estimate){ .mean = c.mean,
                              .low = c.mean - half,
                              .high = c.mean + half,
                              .n = n,
                              .n_undefined = n - n_defined };
    if (metric)
        estimate_bound(out, metric);
}

void estimate_share(struct estimate *out, double hits, double of)
{
    double z = dist_normal_quantile(0.975), z2 = z * z, p = hits / of;
    double centre = (p + z2 / (2 * of)) / (1 + z2 / of);
    double half = z / (1 + z2 / of) * sqrt(p * (1 - p) / of + z2 / (4 * of * of));

    *out = (struct estimate){ .mean = NAN, .low = NAN, .high = NAN, .n = 1 };
    if (of <= 0)
        return;
    out->mean = p;
    out->low = hits == 0 ? 0 : centre - half; /* where rounding leaves a little */
    out->high = hits == of ? 1 : centre + half;
}

void compare_corrected(struct comparison *out, const double *x, const double *y, size_t n,
                       double test_train_ratio)
{
    double *d = MEM_NEW(double, n);
    size_t n_defined = 0;
    bool all_equal = true;

    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]) || isnan(y[i]))
            continue;
        d[n_defined++] = x[i] - y[i];
        all_equal = all_equal && x[i] == y[i];
    }
    struct corrected c = corrected_mean(d, n_defined, test_train_ratio);
    mem_free(d);
    double half = corrected_half_width(&c);
    *out = (struct comparison){ c.mean, c.mean - half, c.mean + half, NAN };
    if (n_defined < 2)
        return;
    out->p = all_equal ? 1.0
                       : 2.0 * dist_t_cdf(-fabs(c.mean) / c.std_error, (double)(n_defined - 1));
}

/* ---- bootstrap ---- */

/* A resample is the same rows with weights: how often each was drawn.  Nothing is gathered, the
 * order of the predictions stays what it was, and all metrics share one drawing. */
struct bootstrap {
    const struct metric *const *metrics; /* those that are not a share of rows */
    size_t n_metrics, n_boot;
    const struct scored *scored; /* ordered */
    uint64_t seed;
    size_t first;    /* number of the round's first resample */
    double *weights; /* (n_chunks, n) */
    double *values;  /* (n_metrics, n_boot) */
};

/* Resamples between two looks at the job. */
enum { BOOTSTRAP_ROUND = 64 };

static void draw_weights(double *weights, const struct scored *s, struct rng *rng)
{
    memset(weights, 0, s->n * sizeof(*weights));
    for (size_t i = 0; i < s->n; i++) {
        size_t row = (size_t)rng_below(rng, s->n);
        weights[row] += scored_weight(s, row);
    }
}

static void bootstrap_chunk(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct bootstrap *b = ctx;
    struct scored resampled = *b->scored;
    double *weights = b->weights + chunk * resampled.n;
    struct rng rng;

    resampled.weights = weights;
    for (size_t i = b->first + begin; i < b->first + end; i++) {
        rng_init(&rng, b->seed, resample_stream(STREAM_BOOTSTRAP, i));
        draw_weights(weights, b->scored, &rng);
        for (size_t j = 0; j < b->n_metrics; j++)
            b->values[j * b->n_boot + i] = b->metrics[j]->score(&resampled);
    }
}

static int bootstrap_rounds(struct bootstrap *b, size_t chunk_size, struct job *job,
                            struct err *err)
{
    for (b->first = 0; b->first < b->n_boot; b->first += BOOTSTRAP_ROUND) {
        size_t left = b->n_boot - b->first;

        if (job_tick(job, b->first, b->n_boot, err))
            return -1;
        parallel_for(left < BOOTSTRAP_ROUND ? left : BOOTSTRAP_ROUND, chunk_size, bootstrap_chunk,
                     b);
    }
    return job_tick(job, b->n_boot, b->n_boot, err);
}

static void bootstrap_summary(struct estimate *out, const struct metric *metric, double *values,
                              size_t n_boot)
{
    size_t n = 0;

    for (size_t i = 0; i < n_boot; i++)
        if (!isnan(values[i]))
            values[n++] = values[i];
    out->n_undefined = n_boot - n;
    if (n < 2)
        return;
    stats_sort(values, n);
    out->low = stats_quantile_sorted(values, n, 0.025);
    out->high = stats_quantile_sorted(values, n, 0.975);
    estimate_bound(out, metric);
}

/* out (b->n_metrics) */
static int bootstrap_ordered(struct estimate *out, struct bootstrap *b, struct job *job,
                             struct err *err)
{
    const struct scored *s = b->scored;
    void *weights = NULL;
    /* One chunk a thread bounds the memory; a resample's result depends on its number alone. */
    size_t chunk_size = BOOTSTRAP_ROUND / parallel_threads() + 1;

    if (mem_big(&weights, parallel_n_chunks(BOOTSTRAP_ROUND, chunk_size) * s->n, sizeof(double),
                "bootstrap weights", err))
        return -1;
    b->weights = weights;
    b->values = MEM_NEW(double, b->n_metrics * b->n_boot);
    int rc = bootstrap_rounds(b, chunk_size, job, err);
    for (size_t j = 0; j < b->n_metrics && !rc; j++) {
        out[j] =
            (struct estimate){ .mean = b->metrics[j]->score(s), .low = NAN, .high = NAN, .n = 1 };
        bootstrap_summary(&out[j], b->metrics[j], b->values + j * b->n_boot, b->n_boot);
    }
    mem_free(b->values);
    mem_big_free(weights);
    return rc;
}

static int bootstrap_run(struct estimate *out, struct bootstrap *b, struct job *job,
                         struct err *err)
{
    struct scored ordered = *b->scored;
    uint32_t *order = NULL;

    if (!ordered.order && metric_any_ranks(b->metrics, b->n_metrics)) {
        if (metric_order(&order, &ordered, err))
            return -1;
        ordered.order = order;
    }
    b->scored = &ordered;
    int rc = bootstrap_ordered(out, b, job, err);
    mem_big_free(order);
    return rc;
}

int estimate_bootstrap(struct estimate *out, const struct metric *const *metrics, size_t n_metrics,
                       const struct scored *s, size_t n_boot, uint64_t seed, struct job *job,
                       struct err *err)
{
    const struct metric **drawn = MEM_NEW(const struct metric *, n_metrics);
    struct estimate *estimates = MEM_NEW(struct estimate, n_metrics);
    struct metric_share share;
    size_t *place = MEM_NEW(size_t, n_metrics);
    struct bootstrap b = { .metrics = drawn, .n_boot = n_boot, .scored = s, .seed = seed };

    for (size_t j = 0; j < n_metrics; j++)
        if (metrics[j]->share && metrics[j]->share(&share, s)) {
            estimate_share(&out[j], share.hits, share.of);
        } else {
            place[b.n_metrics] = j;
            drawn[b.n_metrics++] = metrics[j];
        }
    int rc = b.n_metrics ? bootstrap_run(estimates, &b, job, err) : job_tick(job, 1, 1, err);
    for (size_t j = 0; j < b.n_metrics && !rc; j++)
        out[place[j]] = estimates[j];
    mem_free(drawn);
    mem_free(estimates);
    mem_free(place);
    return rc;
}
