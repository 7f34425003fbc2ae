/* The only file with OpenMP in it.  ASSAY_PLAIN_THREADS takes threads made and joined per loop
 * instead: the thread sanitizer understands those and not libgomp's. */
#include "base/parallel.h"

#include <assert.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>
#ifdef ASSAY_PLAIN_THREADS
#include <pthread.h>
#else
#include <omp.h>
#endif

#define PARALLEL_MOST ((size_t)256)

/* File scope on purpose: how many threads to use is a property of the process, like its priority,
 * and no result depends on it.  0: as many as there are processors. */
static atomic_size_t threads_wanted;

struct loop {
    size_t n, chunk_size, n_chunks;
    parallel_body *body;
    void *ctx;
};

size_t parallel_n_chunks(size_t n, size_t chunk_size)
{
    assert(chunk_size > 0);
    return n / chunk_size + (n % chunk_size != 0);
}

static void run_chunk(const struct loop *loop, size_t chunk)
{
    size_t begin = chunk * loop->chunk_size;
    size_t rows = loop->n - begin < loop->chunk_size ? loop->n - begin : loop->chunk_size;

    loop->body(loop->ctx, begin, begin + rows, chunk);
}

static void run_chunks(const struct loop *loop, size_t first, size_t last)
{
    for (size_t chunk = first; chunk < last; chunk++)
        run_chunk(loop, chunk);
}

#ifdef ASSAY_PLAIN_THREADS

/* What omp_in_parallel() tells of the calling thread. */
static _Thread_local bool inside;

struct share {
    const struct loop *loop;
    size_t first, last;
    pthread_t thread;
    bool started;
};

static void *run_share(void *arg)
{
    const struct share *share = arg;

    inside = true;
    run_chunks(share->loop, share->first, share->last);
    return NULL;
}

static bool is_nested(void)
{
    return inside;
}

static void run_team(const struct loop *loop, size_t n_threads)
{
    struct share shares[PARALLEL_MOST];

    for (size_t t = 0; t < n_threads; t++) {
        struct share *s = &shares[t];
        s->loop = loop;
        s->first = loop->n_chunks * t / n_threads;
        s->last = loop->n_chunks * (t + 1) / n_threads;
        s->started = t > 0 && pthread_create(&s->thread, NULL, run_share, s) == 0;
    }
    /* The caller takes the first share and those for which the system gave no thread. */
    for (size_t t = 0; t < n_threads; t++)
        if (!shares[t].started)
            run_share(&shares[t]);
    inside = false;
    for (size_t t = 0; t < n_threads; t++)
        if (shares[t].started)
            pthread_join(shares[t].thread, NULL);
}

#else

static bool is_nested(void)
{
    return omp_in_parallel();
}

static void run_team(const struct loop *loop, size_t n_threads)
{
#pragma omp parallel for schedule(static) num_threads((int)n_threads)
    for (size_t chunk = 0; chunk < loop->n_chunks; chunk++)
        run_chunk(loop, chunk);
}

#endif

void parallel_for(size_t n, size_t chunk_size, parallel_body *body, void *ctx)
{
    struct loop loop = {
        .n = n,
        .chunk_size = chunk_size,
        .n_chunks = parallel_n_chunks(n, chunk_size),
        .body = body,
        .ctx = ctx,
    };
    size_t n_threads = parallel_threads();

    if (n_threads > loop.n_chunks)
        n_threads = loop.n_chunks;
    if (n_threads <= 1 || is_nested())
        run_chunks(&loop, 0, loop.n_chunks);
    else
        run_team(&loop, n_threads);
}

/* Those this process may run on, which a cluster's scheduler makes fewer than there are. */
static size_t processors(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
        return (size_t)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (size_t)online : 1;
}

void parallel_set_threads(size_t n)
{
    if (n == 0)
        n = processors();
    atomic_store(&threads_wanted, n < PARALLEL_MOST ? n : PARALLEL_MOST);
}

size_t parallel_threads(void)
{
    if (atomic_load(&threads_wanted) == 0)
        parallel_set_threads(0);
    return atomic_load(&threads_wanted);
}
