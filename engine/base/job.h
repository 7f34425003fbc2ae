/* job.h - long work: progress out, cancel in.
 *
 * The worker calls job_tick once per iteration, tree or fold, outside parallel regions; the screen
 * reads the atomics and sets `cancel`.  A NULL job is allowed everywhere.  No clock: who watches
 * knows the time.
 */
#ifndef BASE_JOB_H
#define BASE_JOB_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/err.h"

struct job {
    atomic_size_t done, total;
    atomic_bool cancel;
    _Atomic(const char *) phase; /* a literal: "reading", "fold", "tree" */
    /* Fractions of an outer loop: tick (done, total) is scaled into [from, to) of 1e6 parts. */
    size_t from, to;
    /* The newest loss of what is being trained; iteration 0: there is none.  Written one after another,
     * so that one may be a round older than the other. */
    atomic_size_t iteration;
    _Atomic(double) training, validation; /* NAN: not measured */
    struct job *outer; /* of a job made by job_inner: its cancel counts here, progress here there */
};

void job_init(struct job *job);
void job_phase(struct job *job, const char *phase);
/* -1 with ERR_CANCELLED when cancel was asked for. */
int job_tick(struct job *job, size_t done, size_t total, struct err *err);
/* Tell who watches how training goes: the loss after so many iterations. */
void job_loss(struct job *job, size_t iteration, double training, double validation);
/* Make the ticks that follow cover part `i` of `n` of the range in force; returns the range
 * that was in force, to be put back with job_restore. */
struct job_range {
    size_t from, to;
};
struct job_range job_part(struct job *job, size_t i, size_t n);
void job_restore(struct job *job, struct job_range range);
/* One of n pieces of work that are done beside each other: its ticks move `outer` by their share of
 * the range in force, from any thread, and notice outer's cancel.  Phases stay its own. */
void job_inner(struct job *inner, struct job *outer, size_t n);
double job_fraction(const struct job *job); /* 0 to 1 */
void job_cancel(struct job *job);

#endif
