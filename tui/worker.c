/* worker.c - a thread with a queue of one. */
#include "worker.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"

struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct task *task;  /* the screen's: what was given and not yet taken */
    struct task *given; /* under the lock, as those below */
    bool done, end;
    int fd;
};

static void *work(void *ctx)
{
    struct worker *w = ctx;
    const uint64_t one = 1;

    pthread_mutex_lock(&w->lock);
    while (!w->end) {
        struct task *t = w->given;
        if (!t) {
            pthread_cond_wait(&w->wake, &w->lock);
            continue;
        }
        w->given = NULL;
        pthread_mutex_unlock(&w->lock);
        task_run(t);
        pthread_mutex_lock(&w->lock);
        w->done = true;
        if (write(w->fd, &one, sizeof(one)) < 0)
            break; /* cannot happen: the counter is far from full */
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

struct worker *worker_new(void)
{
    struct worker *w = MEM_NEW(struct worker, 1);
    sigset_t all, before;

    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, NULL);
    w->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals belong to the screen's thread */
    pthread_create(&w->thread, NULL, work, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return w;
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    assert(!w->task);
    pthread_mutex_lock(&w->lock);
    w->end = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    close(w->fd);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    mem_free(w);
}

int worker_fd(const struct worker *w)
{
    return w->fd;
}

void worker_start(struct worker *w, struct task *t)
{
    assert(!w->task);
    w->task = t;
    pthread_mutex_lock(&w->lock);
    w->given = t;
    w->done = false;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

struct task *worker_task(const struct worker *w)
{
    return w->task;
}

struct task *worker_take(struct worker *w)
{
    uint64_t count;

    pthread_mutex_lock(&w->lock);
    bool done = w->task && w->done;
    if (done)
        w->done = false;
    pthread_mutex_unlock(&w->lock);
    if (!done)
        return NULL;
    while (read(w->fd, &count, sizeof(count)) > 0)
        ;
    struct task *t = w->task;
    w->task = NULL;
    return t;
}
