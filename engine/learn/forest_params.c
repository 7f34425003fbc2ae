#include "learn/forest_params.h"

#include <math.h>
#include <string.h>

/* Zero, a share or a number, as the parameter's help says. */
static size_t count_features(double wanted, const struct fit_input *in)
{
    double p = (double)in->x->p;

    if (wanted == 0)
        wanted = in->n_classes ? sqrt(p) : p;
    else if (wanted < 1)
        wanted *= p;
    return (size_t)fmax(1, fmin(floor(wanted), p));
}

struct forest_rules forest_rules_of(const struct fit_input *in, bool random_cuts)
{
    const struct params *p = in->params;

    return (struct forest_rules){
        .n_trees = (size_t)params_int(p, "n_estimators"),
        .max_features = count_features(params_real(p, "max_features"), in),
        .max_depth = (size_t)params_int(p, "max_depth"),
        .min_split = (double)params_int(p, "min_samples_split"),
        .min_leaf = (double)params_int(p, "min_samples_leaf"),
        .bootstrap = params_flag(p, "bootstrap"),
        .random_cuts = random_cuts,
        .seed = (uint64_t)params_int(p, "seed"),
    };
}

int forest_learner_fit(struct fit_output *out, const struct fit_input *in, bool random_cuts,
                       struct job *job, struct err *err)
{
    struct forest *f = ARENA_NEW(out->arena, struct forest, 1);
    const struct forest_rules rules = forest_rules_of(in, random_cuts);

    if (forest_fit(f, in, &rules, out->arena, job, err))
        return -1;
    out->state = f;
    return 0;
}

int forest_learner_predict(struct matrix *out, const void *state, const struct matrix *x,
                           struct err *err)
{
    return forest_predict(out, state, x, err);
}

void forest_learner_importance(double *gain, double *splits, const void *state)
{
    const struct forest *f = state;

    memcpy(gain, f->importance, f->bins.p * sizeof(*gain));
    for (size_t k = 0; k < f->n_trees; k++)
        for (size_t i = 0; i < f->trees[k].n_nodes; i++)
            if (!(f->trees[k].nodes[i].flags & FOREST_LEAF))
                splits[f->trees[k].nodes[i].feature]++;
}

void forest_learner_save(struct str *out, const void *state)
{
    forest_save(out, state);
}

int forest_learner_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                        size_t n_classes, struct err *err)
{
    struct forest *f = ARENA_NEW(arena, struct forest, 1);

    forest_load(f, u, p, n_classes, arena);
    if (unpack_end(u, err))
        return -1;
    *state = f;
    return 0;
}
