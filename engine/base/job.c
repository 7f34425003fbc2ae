#include "base/job.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

#define JOB_PARTS 1000000

void job_init(struct job *job)
{
    atomic_init(&job->done, 0);
    atomic_init(&job->total, JOB_PARTS);
    atomic_init(&job->cancel, false);
    atomic_init(&job->phase, NULL);
    job->from = 0;
    job->to = JOB_PARTS;
    job->outer = NULL;
    atomic_init(&job->iteration, 0);
    atomic_init(&job->training, NAN);
    atomic_init(&job->validation, NAN);
}

void job_inner(struct job *inner, struct job *outer, size_t n)
{
    assert(n > 0);
    job_init(inner);
    inner->outer = outer;
    if (outer)
        inner->to = (outer->to - outer->from) / n;
}

void job_phase(struct job *job, const char *phase)
{
    if (job)
        atomic_store(&job->phase, phase);
}

/* The place of `done` of `total` within the range in force. */
static size_t place(const struct job *job, size_t done, size_t total)
{
    if (total == 0)
        return job->from;
    if (done >= total)
        return job->to;
    /* As doubles: bytes of a large file times the parts could overflow. */
    return job->from + (size_t)((double)(job->to - job->from) * ((double)done / (double)total));
}

/* Jobs further out are moved by the difference, which also may be back (modulo SIZE_MAX + 1). */
static void move_to(struct job *job, size_t to)
{
    size_t by = to - atomic_exchange(&job->done, to);

    for (job = job->outer; job && by; job = job->outer)
        atomic_fetch_add(&job->done, by);
}

int job_tick(struct job *job, size_t done, size_t total, struct err *err)
{
    if (!job)
        return 0;
    move_to(job, place(job, done, total));
    for (const struct job *j = job; j; j = j->outer)
        if (atomic_load(&j->cancel))
            return err_set(err, ERR_CANCELLED, "cancelled");
    return 0;
}

void job_loss(struct job *job, size_t iteration, double training, double validation)
{
    if (!job)
        return;
    atomic_store(&job->training, training);
    atomic_store(&job->validation, validation);
    atomic_store(&job->iteration, iteration);
}

struct job_range job_part(struct job *job, size_t i, size_t n)
{
    if (!job)
        return (struct job_range){ 0, JOB_PARTS };
    assert(i < n);
    struct job_range before = { job->from, job->to };
    size_t from = place(job, i, n), to = place(job, i + 1, n);
    job->from = from;
    job->to = to;
    return before;
}

void job_restore(struct job *job, struct job_range range)
{
    if (!job)
        return;
    job->from = range.from;
    job->to = range.to;
}

double job_fraction(const struct job *job)
{
    if (!job)
        return 0;
    return (double)atomic_load(&job->done) / (double)atomic_load(&job->total);
}

void job_cancel(struct job *job)
{
    if (job)
        atomic_store(&job->cancel, true);
}
