/* learn_voting.c - a blend: the weighted mean of what several models say, or their votes. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "learn/blend.h"
#include "learn/members.h"

struct voting {
    struct members members;
    double *weights; /* (members.n) their sum is 1 */
    bool hard;
    size_t n_classes;
};

static const char *const methods[] = { "soft", "hard", NULL };

static const struct param_spec voting_params[] = {
    { .name = "models",
      .type = PARAM_MODELS,
      .flags = PARAM_WORD | PARAM_HIDDEN,
      .help = "models or learners that are blended; their parameters become members=" },
    { .name = "members",
      .type = PARAM_TEXT,
      .flags = PARAM_HIDDEN,
      .help = "the learners with their parameters: \"lr: logistic C=0.5; forest\"" },
    { .name = "weights",
      .type = PARAM_TEXT,
      .flags = PARAM_HIDDEN,
      .help = "2,1,1; or auto, by out-of-fold loss; without it all count the same" },
    { .name = "method",
      .type = PARAM_CHOICE,
      .choices = methods,
      .fallback = "soft",
      .help = "soft: mean of probabilities; hard: votes for classes" },
    OUT_OF_FOLD_PARAMS("folds of weights=auto", "random seed of those folds"),
    { .name = NULL },
};

static int read_weights(struct voting *v, const char *text, struct err *err)
{
    size_t n = v->members.n, found = 0;
    double sum = 0;

    for (const char *at = text; *at;) {
        size_t len = strcspn(at, ",");
        double w;
        if (!text_parse_real(&w, at, len) || !(w >= 0) || !isfinite(w))
            return err_set(err, ERR_USAGE,
                           "'%.*s' is no weight; weights takes numbers from 0 with commas between "
                           "them, or auto",
                           (int)len, at);
        if (found < n)
            v->weights[found] = w;
        found++;
        sum += w;
        at += len + (at[len] == ',');
    }
    if (found != n)
        return err_set(err, ERR_USAGE, "weights has %zu numbers for %zu members", found, n);
    if (!(sum > 0))
        return err_set(err, ERR_USAGE, "all weights are 0; give one of them more");
    for (size_t j = 0; j < n; j++)
        v->weights[j] /= sum;
    return 0;
}

static int find_weights(struct voting *v, const struct fit_input *in, struct job *job,
                        struct err *err)
{
    size_t n = v->members.n, folds = (size_t)params_int(in->params, "folds");
    struct matrix *oof = MEM_NEW(struct matrix, n);
    int rc = members_out_of_fold(oof, &v->members, in, folds,
                                 (uint64_t)params_int(in->params, "seed"), job, err);

    if (!rc)
        rc = in->n_classes ? blend_classes(v->weights, oof, n, in->y, in->weights, job, err)
                           : blend_numbers(v->weights, oof, n, in->y, in->weights, job, err);
    for (size_t j = 0; j < n; j++)
        matrix_release(&oof[j]);
    mem_free(oof);
    return rc;
}

static int voting_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                      struct err *err)
{
    struct voting *v = ARENA_NEW(out->arena, struct voting, 1);
    const char *weights = params_text(in->params, "weights");
    bool find = weights && strcmp(weights, "auto") == 0;

    v->hard = params_choice(in->params, "method") == 1;
    v->n_classes = in->n_classes;
    if (v->hard && !in->n_classes)
        return err_set(err, ERR_USAGE,
                       "method=hard votes for classes, and the target holds "
                       "numbers; leave it out");
    if (members_parse(&v->members, params_text(in->params, "members"), in->task, false, out->arena,
                      err) ||
        members_check(&v->members, in->task, err))
        return -1;
    v->weights = ARENA_NEW(out->arena, double, v->members.n);
    for (size_t j = 0; j < v->members.n; j++)
        v->weights[j] = 1.0 / (double)v->members.n;
    if (weights && !find && read_weights(v, weights, err))
        return -1;
    struct job_range whole = job_part(job, 0, 2);
    int rc = find ? find_weights(v, in, job, err) : 0;
    job_restore(job, whole);
    whole = job_part(job, find, 1 + (size_t)find);
    if (!rc)
        rc = members_fit(&v->members, &out->warning, in, out->arena, job, err);
    job_restore(job, whole);
    out->state = v;
    return rc;
}

/* One vote for the class that a row most likely has. */
static void to_votes(struct matrix *p)
{
    for (size_t i = 0; i < p->n; i++) {
        size_t best = 0;
        for (size_t k = 1; k < p->p; k++)
            if (matrix_col(p, k)[i] > matrix_col(p, best)[i])
                best = k;
        for (size_t k = 0; k < p->p; k++)
            matrix_col(p, k)[i] = k == best;
    }
}

static int voting_predict(struct matrix *out, const void *state, const struct matrix *x,
                          struct err *err)
{
    const struct voting *v = state;
    struct matrix p;
    int rc = 0;

    if (matrix_new(&p, x->n, out->p, "a member's predictions", err))
        return -1;
    for (size_t k = 0; k < out->p; k++)
        memset(matrix_col(out, k), 0, x->n * sizeof(double));
    for (size_t j = 0; j < v->members.n && !rc; j++) {
        rc = member_predict(&p, &v->members.list[j], x, err);
        if (v->hard)
            to_votes(&p);
        for (size_t k = 0; k < out->p && !rc; k++)
            for (size_t i = 0; i < x->n; i++)
                matrix_col(out, k)[i] += v->weights[j] * matrix_col(&p, k)[i];
    }
    matrix_release(&p);
    for (size_t k = 0; k < out->p && v->n_classes; k++) /* a sum of weights is 1 but for rounding */
        for (size_t i = 0; i < x->n; i++)
            if (matrix_col(out, k)[i] > 1)
                matrix_col(out, k)[i] = 1;
    return rc;
}

static void voting_save(struct str *out, const void *state)
{
    const struct voting *v = state;

    pack_u64(out, v->hard);
    pack_reals(out, v->weights, v->members.n);
    members_save(out, &v->members);
}

static int voting_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                       size_t n_classes, struct err *err)
{
    struct voting *v = ARENA_NEW(arena, struct voting, 1);
    size_t n;

    v->n_classes = n_classes;
    v->hard = unpack_count(u, 1) == 1;
    const double *weights = unpack_reals(u, &n);
    members_load(&v->members, u, arena, p, n_classes, err);
    if (!u->failed && n != v->members.n)
        unpack_fail(u, "a weight for each member");
    v->weights = ARENA_NEW(arena, double, n);
    for (size_t j = 0; j < n && !u->failed; j++) {
        if (!(weights[j] >= 0 && weights[j] <= 1))
            unpack_fail(u, "weights from 0 to 1");
        v->weights[j] = weights[j];
    }
    *state = v;
    return unpack_end(u, err);
}

static size_t voting_facts(struct fact **out, const void *state, const char *const *names,
                           struct arena *arena)
{
    const struct voting *v = state;

    (void)names;
    *out = ARENA_NEW(arena, struct fact, v->members.n);
    for (size_t j = 0; j < v->members.n; j++)
        (*out)[j] = (struct fact){ arena_printf(arena, "weight of %s", v->members.list[j].name),
                                   v->weights[j] };
    return v->members.n;
}

const struct learner learn_voting = {
    .name = "voting",
    .help = "a blend of several models: mean of their predictions, or votes",
    .details =
        "The members are fitted on the same rows and features and their probabilities, or numbers, "
        "averaged by weight; method=hard counts votes instead. weights=auto chooses weights, none "
        "below 0, that make the log loss, or squared error, of out-of-fold predictions smallest; "
        "the recipe is fitted anew in those folds. Worth it where good models err in different "
        "places. The members share the recipe of the workspace.",
    .source = "scikit-learn's VotingClassifier and VotingRegressor; weights=auto: Breiman 1996, "
              "Stacked regressions, and the EM algorithm for the shares of a mixture",
    .tasks = TASK_CLASSIFY | TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_MISSING | LEARNER_CATEGORIES | LEARNER_DRAWS,
    .abilities = members_abilities,
    .params = voting_params,
    .fit = voting_fit,
    .predict = voting_predict,
    .save = voting_save,
    .load = voting_load,
    .facts = voting_facts,
};
