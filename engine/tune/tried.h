/* tried.h - what earlier trials say, in one form for every sampler. */
#ifndef TUNE_TRIED_H
#define TUNE_TRIED_H

#include <stdbool.h>

#include "base/arena.h"
#include "tune/history.h"
#include "tune/space.h"

enum tried_rank {
    TRIED_DONE,    /* a loss that counts */
    TRIED_STOPPED, /* pruned or killed: the loss of its last step, less sure */
    TRIED_BAD,     /* failed: worse than any other */
    TRIED_RUNNING, /* not known yet */
};

struct tried {
    const struct trial *trial;
    enum tried_rank rank;
    double
        loss; /* of the first objective; infinite it may be, NAN never; bad and running: INFINITY */
    double at; /* TRIED_STOPPED: how far it came */
};

struct tried_list {
    size_t n, n_finished; /* n_finished: done and stopped */
    struct tried *items;  /* (n) by number of the trial */
};

/* Trials that say something of the space as it is now: those with a point inside it, or all.  A pinned
 * axis does not count for inside; a trial that was killed before its first step says nothing. */
struct tried_list tried_inside(const struct space *s, const struct history *h, struct arena *arena);
struct tried_list tried_all(const struct space *s, const struct history *h, struct arena *arena);
/* Indices (n) of items from the best to the worst: done by loss; stopped, those that came farther
 * first, then by loss; bad; running; ties by number.  Optuna's order. */
size_t *tried_order(const struct tried_list *list, struct arena *arena);

/* Has this very point been given to a trial? */
bool tried_before(const struct history *h, const double *point, size_t n_axes);
/* Same values on every axis; what is not in force is equal to itself. */
bool same_point(const double *a, const double *b, size_t n_axes);

#endif
