/* lab.h - a study in memory: a space, trials one after another, an objective.  For tests and the bench. */
#ifndef TUNE_LAB_H
#define TUNE_LAB_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "tune/pruner.h"
#include "tune/sampler.h"

/* Losses of the point to values (n_objectives). */
typedef void lab_objective(double *values, const double *point, const struct space *s, void *ctx);

struct lab {
    struct arena arena, scratch;
    const struct space *space;
    const struct sampler *sampler;
    struct params params;
    uint64_t seed;
    struct history history;
    struct trial *trials[20000];
    void *memo;
};

static inline void lab_params(struct params *p, const struct param_spec *specs, struct arena *arena)
{
    params_init(p, specs, arena);
    if (params_resolve(p, arena, NULL))
        abort();
}

static inline struct lab *lab_new(const struct space *s, const char *sampler, uint64_t seed)
{
    struct lab *lab = MEM_NEW(struct lab, 1);

    arena_init(&lab->arena);
    arena_init(&lab->scratch);
    lab->space = s;
    lab->sampler = sampler_find(sampler);
    if (!lab->sampler)
        abort();
    lab_params(&lab->params, lab->sampler->params, &lab->arena);
    lab->seed = seed;
    lab->history = (struct history){ .n_objectives = 1,
                                     .trials = (const struct trial *const *)lab->trials };
    return lab;
}

static inline void lab_free(struct lab *lab)
{
    if (lab->sampler->forget && lab->memo)
        lab->sampler->forget(lab->memo);
    arena_release(&lab->arena);
    arena_release(&lab->scratch);
    mem_free(lab);
}

/* What the sampler says next; memo: keep it or begin anew. */
static inline int lab_suggest(double *point, struct lab *lab, void **memo, struct err *err)
{
    struct sampler_input in = {
        .space = lab->space,
        .history = &lab->history,
        .number = lab->history.n + 1,
        .seed = lab->seed,
        .params = &lab->params,
        .memo = memo,
    };
    struct arena_mark mark = arena_mark(&lab->scratch);
    int rc = lab->sampler->suggest(point, &in, &lab->scratch, err);

    arena_rewind(&lab->scratch, mark);
    return rc;
}

static inline struct trial *lab_add(struct lab *lab, const double *point, enum trial_state state)
{
    struct trial *t = ARENA_NEW(&lab->arena, struct trial, 1);
    double *copy = ARENA_NEW(&lab->arena, double, lab->space->n + 1);

    memcpy(copy, point, lab->space->n * sizeof(*copy));
    t->number = lab->history.n + 1;
    t->point = copy;
    t->state = state;
    lab->trials[lab->history.n++] = t;
    return t;
}

/* One trial; what suggest says. */
static inline int lab_step(struct lab *lab, lab_objective *objective, void *ctx)
{
    double *point = ARENA_NEW(&lab->arena, double, lab->space->n + 1);
    int rc = lab_suggest(point, lab, &lab->memo, NULL);

    if (rc == 0) {
        struct trial *t = lab_add(lab, point, TRIAL_DONE);
        objective(t->values, point, lab->space, ctx);
        if (isnan(t->values[0]))
            t->state = TRIAL_FAILED;
    }
    return rc;
}

static inline double lab_best(const struct lab *lab)
{
    double best = INFINITY;

    for (size_t i = 0; i < lab->history.n; i++)
        if (lab->trials[i]->state == TRIAL_DONE)
            best = fmin(best, lab->trials[i]->values[0]);
    return best;
}

#endif
