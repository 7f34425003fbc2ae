/* parallel.c - a team of threads that waits for loops.
 *
 * Why not OpenMP: its workers spin while they wait, which is fast on a quiet machine and ten times
 * slower than one thread on a busy one.  Here chunks are taken from a counter, so that the caller
 * never waits for a worker that has not woken up: it does the work itself and waits only for chunks
 * that are being computed.  Which thread computes a chunk is left to chance; no result depends on it.
 */
#include "base/parallel.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#define PARALLEL_MOST ((size_t)256)
#define SPINS         2000 /* about 20 µs: a loop is often followed by the next at once */

struct loop {
    size_t n, chunk_size, n_chunks;
    parallel_body *body;
    void *ctx;
};

/* File scope on purpose: threads belong to the process, like its priority, and no result depends on
 * them.  `wanted` 0 means as many as there are processors. */
static atomic_size_t wanted;
static struct {
    pthread_mutex_t busy; /* held by the thread whose loop is running */
    pthread_mutex_t lock; /* guards all below but the atomics */
    pthread_cond_t work, done;
    size_t n_workers;
    size_t n_invited;        /* workers that may join the loop: threads wanted - 1 */
    size_t n_active;         /* workers inside the loop */
    const struct loop *loop; /* NULL between loops */
    atomic_size_t number;    /* of the loop, so that a worker joins each once */
    atomic_size_t next;      /* chunk */
} team = { .busy = PTHREAD_MUTEX_INITIALIZER,
           .lock = PTHREAD_MUTEX_INITIALIZER,
           .work = PTHREAD_COND_INITIALIZER,
           .done = PTHREAD_COND_INITIALIZER };

static _Thread_local bool inside; /* a loop's body: loops called from it stay in their thread */

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

static void run_all(const struct loop *loop)
{
    for (size_t chunk = 0; chunk < loop->n_chunks; chunk++)
        run_chunk(loop, chunk);
}

static void run_shared(const struct loop *loop)
{
    size_t chunk;

    inside = true;
    while ((chunk = atomic_fetch_add(&team.next, 1)) < loop->n_chunks)
        run_chunk(loop, chunk);
    inside = false;
}

/* ---- workers ---- */

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

/* A loop that this worker has not seen and is invited to; with the lock held. */
static bool may_join(size_t id, size_t seen)
{
    return team.loop && id < team.n_invited && atomic_load(&team.number) != seen;
}

static void *worker(void *arg)
{
    size_t id = (size_t)arg, seen = 0;

    for (;;) {
        for (int i = 0; i < SPINS && atomic_load(&team.number) == seen; i++)
            relax();
        pthread_mutex_lock(&team.lock);
        while (!may_join(id, seen))
            pthread_cond_wait(&team.work, &team.lock);
        const struct loop *loop = team.loop;
        seen = atomic_load(&team.number);
        team.n_active++;
        pthread_mutex_unlock(&team.lock);
        run_shared(loop);
        pthread_mutex_lock(&team.lock);
        if (--team.n_active == 0)
            pthread_cond_signal(&team.done);
        pthread_mutex_unlock(&team.lock);
    }
    return NULL;
}

/* Start workers until there are n; as many as the system gives.  With the lock held.  Signals are
 * for the threads that the program made knowingly. */
static void hire(size_t n)
{
    sigset_t all, before;
    pthread_attr_t attr;

    if (team.n_workers >= n)
        return;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    while (team.n_workers < n) {
        pthread_t thread;
        if (pthread_create(&thread, &attr, worker, (void *)team.n_workers))
            break;
        team.n_workers++;
    }
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void run_team(const struct loop *loop, size_t n_threads)
{
    pthread_mutex_lock(&team.lock);
    hire(n_threads - 1);
    team.loop = loop;
    team.n_invited = n_threads - 1;
    atomic_store(&team.next, 0);
    atomic_fetch_add(&team.number, 1);
    pthread_cond_broadcast(&team.work);
    pthread_mutex_unlock(&team.lock);

    run_shared(loop);

    pthread_mutex_lock(&team.lock);
    team.loop = NULL; /* who has not come by now comes too late */
    while (team.n_active)
        pthread_cond_wait(&team.done, &team.lock);
    pthread_mutex_unlock(&team.lock);
}

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
    if (n_threads <= 1 || inside || pthread_mutex_trylock(&team.busy)) {
        run_all(&loop);
        return;
    }
    run_team(&loop, n_threads);
    pthread_mutex_unlock(&team.busy);
}

/* ---- how many ---- */

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
    atomic_store(&wanted, n < PARALLEL_MOST ? n : PARALLEL_MOST);
}

size_t parallel_threads(void)
{
    if (atomic_load(&wanted) == 0)
        parallel_set_threads(0);
    return atomic_load(&wanted);
}
