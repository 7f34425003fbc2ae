/* learn_isolation_forest.c - rows that few random cuts set apart from the others. */
#include <math.h>

#include "base/mem.h"
#include "learn/learner.h"
#include "num/isolation.h"
#include "num/stats.h"

static const struct param_spec isolation_params[] = {
    { .name = "n_estimators",
      .type = PARAM_INT,
      .min = 1,
      .max = 100000,
      .fallback = "100",
      .help = "how many trees" },
    { .name = "max_samples",
      .type = PARAM_INT,
      .min = 2,
      .max = 1000000,
      .fallback = "256",
      .help = "rows that each tree is grown from, at most" },
    { .name = "contamination",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN,
      .min = 0,
      .max = 0.5,
      .help = "share of training rows to flag; without it those that score above 0.5" },
    { .name = "seed",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "random seed" },
    { .name = NULL },
};

struct isolating {
    struct isolation_forest forest;
    double threshold; /* rows above it are flagged */
    double n_flagged; /* of the training rows */
};

static int settle_threshold(struct isolating *s, const struct fit_input *in, struct err *err)
{
    const struct param_value *share = params_value(in->params, "contamination");
    size_t n = in->x->n;
    void *block;

    if (mem_big(&block, 2 * n, sizeof(double), "scores", err))
        return -1;
    double *score = block, *order = score + n;
    isolation_scores(score, &s->forest, in->x);
    for (size_t i = 0; i < n; i++)
        order[i] = score[i];
    s->threshold = share->set ? stats_quantile(order, n, 1 - share->real) : 0.5;
    for (size_t i = 0; i < n; i++)
        s->n_flagged += score[i] > s->threshold;
    mem_big_free(block);
    return 0;
}

static int isolation_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                         struct err *err)
{
    struct isolating *s = ARENA_NEW(out->arena, struct isolating, 1);

    job_phase(job, "tree");
    if (isolation_grow(&s->forest, in->x, (size_t)params_int(in->params, "n_estimators"),
                       (size_t)params_int(in->params, "max_samples"),
                       (uint64_t)params_int(in->params, "seed"), out->arena, job, err) ||
        settle_threshold(s, in, err))
        return -1;
    out->state = s;
    return 0;
}

static int isolation_predict(struct matrix *out, const void *state, const struct matrix *x,
                             struct err *err)
{
    const struct isolating *s = state;
    double *score = matrix_col(out, 0), *flag = matrix_col(out, 1);

    (void)err;
    isolation_scores(score, &s->forest, x);
    for (size_t i = 0; i < x->n; i++)
        flag[i] = score[i] > s->threshold;
    return 0;
}

static size_t isolation_facts(struct fact **out, const void *state, const char *const *names,
                              struct arena *arena)
{
    const struct isolating *s = state;

    (void)names;
    *out = ARENA_NEW(arena, struct fact, 2);
    (*out)[0] = (struct fact){ "score above which a row is flagged", s->threshold };
    (*out)[1] = (struct fact){ "training rows flagged", s->n_flagged };
    return 2;
}

static void isolation_pack(struct str *out, const void *state)
{
    const struct isolating *s = state;

    pack_u64(out, s->forest.p);
    isolation_save(out, &s->forest);
    pack_real(out, s->threshold);
    pack_real(out, s->n_flagged);
}

static int isolation_unpack(void **state, struct arena *arena, struct unpack *u, size_t p,
                            size_t n_classes, struct err *err)
{
    struct isolating *s = ARENA_NEW(arena, struct isolating, 1);

    (void)n_classes;
    if (unpack_count(u, SIZE_MAX) != p)
        unpack_fail(u, "as many features as the model has");
    isolation_load(&s->forest, u, arena, p);
    s->threshold = unpack_real(u);
    s->n_flagged = unpack_real(u);
    if (!isfinite(s->threshold))
        unpack_fail(u, "a finite threshold");
    *state = s;
    return unpack_end(u, err);
}

const struct learner learn_isolation_forest = {
    .name = "isolation-forest",
    .help = "rows that are apart from the others; takes no target",
    .details =
        "Grows trees that cut a sample of rows at random until each stands alone. Rows that few "
        "cuts "
        "set apart score high: about 0.5 is usual, towards 1 is far from the rest; it is minus "
        "scikit-learn's score_samples. A row is flagged above 0.5, or with contamination above the "
        "score that leaves that share of the training rows. predict gives the flag and the score. "
        "Features need no scaling.",
    .source = "Liu, Ting and Zhou 2008, Isolation forest; scikit-learn's IsolationForest",
    .tasks = TASK_ANOMALY,
    .flags = LEARNER_DRAWS,
    .params = isolation_params,
    .fit = isolation_fit,
    .predict = isolation_predict,
    .facts = isolation_facts,
    .save = isolation_pack,
    .load = isolation_unpack,
};
