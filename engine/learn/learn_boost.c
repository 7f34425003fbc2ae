/* learn_boost.c - gradient boosting over histograms: the best leaf first, second-order steps.
 *
 * Each round adds, for each output, a tree of the derivatives of the loss at the scores so far, whose
 * leaves are Newton steps times the learning rate. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "learn/boost_parts.h"

/* ---------------------------------------------------------------- rules */

static void make_rules(struct boosting *b)
{
    const struct params *p = b->in->params;
    size_t n_features = b->in->x->p;
    bool *is_category = ARENA_NEW(b->arena, bool, n_features);
    bool any = false;

    for (size_t j = 0; j < n_features; j++) {
        is_category[j] = b->in->n_levels && b->in->n_levels[j] > 0;
        any |= is_category[j];
    }
    /* Memory is taken for as many leaves as there can be. */
    size_t n_leaves = (size_t)params_int(p, "num_leaves");
    size_t possible = b->in->x->n / (size_t)params_int(p, "min_child_samples") + 2;

    b->rules = (struct grow_rules){
        .n_leaves = b->in->weights || n_leaves < possible ? n_leaves : possible,
        .max_depth = (size_t)params_int(p, "max_depth"),
        .split = {
            .reg_alpha = params_real(p, "reg_alpha"),
            .reg_lambda = params_real(p, "reg_lambda"),
            .min_gain = params_real(p, "min_split_gain"),
            .min_samples = (double)params_int(p, "min_child_samples"),
            .min_weight = params_real(p, "min_child_weight"),
            .cat_smooth = 10,
            .cat_l2 = 10,
            .cat_one = 4,
            .cat_most = 32,
            .is_category = any ? is_category : NULL,
            .unit = &b->gradients,
        },
    };
}

/* ---------------------------------------------------------------- scores */

struct deriving {
    struct boosting *b;
    size_t output;
};

static void derive_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct deriving *d = ctx;
    (void)chunk;

    d->b->loss->derive(d->b->g + begin, d->b->h + begin, &d->b->loss_in, d->output, begin, end);
}

/* Where the sizes of derivatives are known beforehand, they need not be kept. */
static void derive_packed(void *ctx, size_t begin, size_t end, size_t chunk)
{
    enum { AT_ONCE = 1024 };
    const struct deriving *d = ctx;
    float g[AT_ONCE], h[AT_ONCE];
    (void)chunk;

    for (size_t at = begin; at < end; at += AT_ONCE) {
        size_t n = end - at < AT_ONCE ? end - at : AT_ONCE;
        d->b->loss->derive(g, h, &d->b->loss_in, d->output, at, at + n);
        gradients_put(&d->b->gradients, g, h, at, n);
    }
}

static bool sizes_are_known(const struct boosting *b)
{
    return b->gradients.packed && b->loss->g_most > 0 &&
           params_choice(b->in->params, "data_sample_strategy") != STRATEGY_GOSS;
}

static int derive(struct boosting *b, size_t round, size_t k, struct err *err)
{
    struct deriving d = { .b = b, .output = k };
    bool known = sizes_are_known(b);

    if (known)
        gradients_scale(&b->gradients, b->loss->g_most, b->loss->h_most);
    parallel_for(b->in->x->n, PARALLEL_CHUNK, known ? derive_packed : derive_some, &d);
    boost_choose_rows(b, round);
    return known ? 0 : gradients_set(&b->gradients, b->g, b->h, b->in->weights, err);
}

struct adding {
    double *score;
    const uint32_t *rows;
    double value;
};

static void add_leaf(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct adding *a = ctx;
    (void)chunk;

    for (size_t i = begin; i < end; i++)
        a->score[a->rows[i]] += a->value;
}

/* The value that is best for the loss itself, where derivatives say only which way to go. */
static void renew_leaves(struct boosting *b, struct tree *t, const double *score, double q)
{
    const double *weights = b->in->weights;

    for (size_t k = 0; k < t->n_leaves; k++) {
        const struct grown_leaf *leaf = &b->grower.leaves[k];
        double *rest = MEM_NEW(double, 2 * leaf->n), *weight = rest + leaf->n;
        for (size_t i = 0; i < leaf->n; i++) {
            size_t row = b->grower.rows[leaf->begin + i];
            rest[i] = b->in->y[row] - score[row];
            weight[i] = weights ? weights[row] : 1;
        }
        t->value[k] = leaf->n ? boost_loss_quantile(rest, weights ? weight : NULL, leaf->n, q) : 0;
        mem_free(rest);
    }
}

static void add_tree(struct boosting *b, struct tree *t, double *score)
{
    struct adding a = { .score = score };

    for (size_t k = 0; k < t->n_leaves; k++) {
        const struct grown_leaf *leaf = &b->grower.leaves[k];
        t->value[k] *= b->rate;
        a.value = t->value[k];
        a.rows = b->grower.rows + leaf->begin;
        parallel_for(leaf->n, PARALLEL_CHUNK, add_leaf, &a);
    }
    boost_add_tree(score, t, &b->model->trees.bins, &b->codes, b->out, b->n_out);
}

/* ---------------------------------------------------------------- rounds */

static int grow_output(struct boosting *b, size_t round, size_t k, struct err *err)
{
    struct trees *t = &b->model->trees;
    struct tree *tree = &t->trees[t->n_trees];
    double *score = b->score + k * b->in->x->n;

    if (derive(b, round, k, err))
        return -1;
    grower_run(tree, &b->grower, &b->gradients, b->n_in, b->allowed, b->arena);
    if (b->loss->leaf_quantile)
        renew_leaves(b, tree, score, b->loss->leaf_quantile(&b->loss_in));
    add_tree(b, tree, score);
    boost_watch_tree(b, tree, k);
    t->n_trees++;
    return 0;
}

/* Trees that were grown before: as if they just had been. */
static int replay(struct boosting *b, struct job *job, struct err *err)
{
    struct trees *t = &b->model->trees;
    size_t n = b->in->x->n, n_rounds = b->model->n_grown / t->n_outputs;

    for (size_t round = 0; round < n_rounds; round++) {
        for (size_t k = 0; k < t->n_outputs; k++) {
            const struct tree *tree = &t->trees[t->n_trees++];
            boost_add_tree(b->score + k * n, tree, &t->bins, &b->codes, NULL, n);
            boost_watch_tree(b, tree, k);
        }
        boost_watch_round(b, round + 1, job);
        if (job_tick(job, 0, 1, err))
            return -1;
    }
    return 0;
}

static int run_rounds(struct boosting *b, size_t n_rounds, struct job *job, struct err *err)
{
    double share = params_real(b->in->params, "feature_fraction");
    struct trees *t = &b->model->trees;

    for (size_t round = t->n_trees / t->n_outputs; round < n_rounds && !boost_watch_stops(b);
         round++) {
        if (share < 1)
            boost_sample_features(b, share, round);
        for (size_t k = 0; k < t->n_outputs; k++)
            if (grow_output(b, round, k, err))
                return -1;
        boost_watch_round(b, round + 1, job);
        if (job_tick(job, round + 1, n_rounds, err))
            return -1;
    }
    b->model->n_grown = t->n_trees;
    if (b->watch.patience)
        t->n_trees = b->watch.best * t->n_outputs;
    return 0;
}

/* ---------------------------------------------------------------- fitting */

static int check_target(const struct boosting *b, const struct fit_input *in, struct err *err)
{
    bool zero = b->loss->range == RANGE_NOT_NEGATIVE;

    if (b->loss->leaf_quantile && b->loss->leaf_quantile(&b->loss_in) >= 1)
        return err_set(err, ERR_USAGE, "alpha=%g is no quantile; loss=quantile takes one below 1",
                       b->loss_in.alpha);
    for (size_t i = 0; b->loss->range != RANGE_ANY && i < in->x->n; i++)
        if (in->y[i] < 0 || (in->y[i] == 0 && !zero))
            return err_set(err, ERR_DOMAIN,
                           "loss=%s is for targets that are %s, and one is %g; take loss=%s",
                           b->loss->name, zero ? "not negative" : "above 0", in->y[i],
                           in->y[i] == 0 ? "tweedie" : "squared");
    return 0;
}

static int take_memory(struct boosting *b, struct err *err)
{
    size_t n = b->in->x->n, n_outputs = b->model->trees.n_outputs;
    void *score, *derivatives, *out;

    if (mem_big(&score, n, n_outputs * sizeof(double), "the scores", err))
        return -1;
    b->score = score;
    if (gradients_new(&b->gradients, n, b->in->weights != NULL, err))
        return -1;
    if (!sizes_are_known(b)) {
        if (mem_big(&derivatives, n, 2 * sizeof(float), "the derivatives", err))
            return -1;
        b->g = derivatives;
        b->h = b->g + n;
    }
    if (mem_big(&out, n, sizeof(uint32_t), "row numbers", err))
        return -1;
    b->out = out;
    return 0;
}

static void begin_scores(struct boosting *b)
{
    struct trees *t = &b->model->trees;
    size_t n = b->in->x->n;

    b->loss_in.score = b->score;
    if (!b->in->warm_start) {
        t->start = ARENA_NEW(b->arena, double, t->n_outputs);
        b->loss->start(t->start, &b->loss_in);
    }
    for (size_t k = 0; k < t->n_outputs; k++)
        for (size_t i = 0; i < n; i++)
            b->score[k * n + i] = t->start[k];
}

/* The trees that are there already, and room for more; cuts, which stay as they are. */
static int begin_trees(struct boosting *b, size_t n_rounds, struct err *err)
{
    const struct boost *warm = b->in->warm_start;
    struct boost *m = b->model;
    struct trees *t = &m->trees, old;

    if (!warm) {
        t->trees = ARENA_NEW(b->arena, struct tree, n_rounds * t->n_outputs);
        return bins_learn(&t->bins, b->in, (size_t)params_int(b->in->params, "max_bin"), b->seed,
                          b->arena, err);
    }
    old = warm->trees;
    old.n_trees = m->n_grown = warm->n_grown;
    size_t room = n_rounds * t->n_outputs > m->n_grown ? n_rounds * t->n_outputs : m->n_grown;
    trees_copy(t, &old, b->arena);
    struct tree *trees = ARENA_NEW(b->arena, struct tree, room);
    if (m->n_grown)
        memcpy(trees, t->trees, m->n_grown * sizeof(*trees));
    t->trees = trees;
    t->n_trees = 0;
    return 0;
}

static int prepare(struct boosting *b, size_t n_rounds, struct err *err)
{
    const struct fit_input *validation = b->in->validation;
    struct trees *t = &b->model->trees;

    b->allowed = ARENA_NEW(b->arena, bool, b->in->x->p);
    memset(b->allowed, true, b->in->x->p);
    b->loss_in = (struct loss_input){ .n = b->in->x->n,
                                      .n_outputs = t->n_outputs,
                                      .y = b->in->y,
                                      .weights = b->in->weights,
                                      .alpha = params_real(b->in->params, "alpha"),
                                      .power = params_real(b->in->params, "tweedie_power") };
    make_rules(b);
    if (boost_constrain(b, err) || check_target(b, b->in, err) ||
        (validation && check_target(b, validation, err)) || begin_trees(b, n_rounds, err) ||
        coded_make(&b->codes, &t->bins, b->in->x, err) || take_memory(b, err) ||
        grower_init(&b->grower, &t->bins, &b->codes, &b->rules, err))
        return -1;
    begin_scores(b);
    return boost_watch_init(b, n_rounds, err);
}

static void release(struct boosting *b)
{
    coded_release(&b->codes);
    gradients_release(&b->gradients);
    grower_release(&b->grower);
    boost_watch_release(b);
    mem_big_free(b->score);
    mem_big_free(b->g);
    mem_big_free(b->out);
}

static void put_curve(struct curve *out, const struct boosting *b)
{
    const struct watch *w = &b->watch;

    *out = (struct curve){
        .loss = b->loss->curve, .n = w->n, .points = w->points, .best = w->patience ? w->best : 0
    };
}

static int boost_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                     struct err *err)
{
    struct boost *m = ARENA_NEW(out->arena, struct boost, 1);
    struct boosting b = { .in = in,
                          .model = m,
                          .arena = out->arena,
                          .rate = params_real(in->params, "learning_rate"),
                          .seed = (uint64_t)params_int(in->params, "seed") };
    size_t n_rounds = in->until ? in->until : (size_t)params_int(in->params, "n_estimators");

    m->task = in->task;
    m->trees.n_outputs = in->task == TASK_MULTICLASS ? in->n_classes : 1;
    m->loss = params_choice(in->params, "loss");
    b.loss = boost_loss_for(in->task, m->loss);
    job_phase(job, "binning");
    int rc = job_tick(job, 0, 1, err) || prepare(&b, n_rounds, err);
    job_phase(job, "boosting");
    if (!rc)
        rc = replay(&b, job, err) || run_rounds(&b, n_rounds, job, err);
    release(&b);
    out->state = m;
    out->n_iterations = m->n_grown / m->trees.n_outputs;
    put_curve(&out->curve, &b);
    return rc ? -1 : 0;
}

static struct validation_wish boost_validation(const struct params *p)
{
    bool early = params_int(p, "early_stopping_rounds") > 0;

    return (struct validation_wish){ early ? params_real(p, "validation_fraction") : 0,
                                     (uint64_t)params_int(p, "seed") };
}

/* ---------------------------------------------------------------- predicting */

static int boost_predict(struct matrix *out, const void *state, const struct matrix *x,
                         struct err *err)
{
    const struct boost *m = state;

    if (trees_predict(out->x, out->ld, &m->trees, x, err))
        return -1;
    boost_loss_for(m->task, m->loss)->predict(out);
    return 0;
}

static void boost_save(struct str *out, const void *state)
{
    const struct boost *m = state;
    struct trees grown = m->trees;

    grown.n_trees = m->n_grown;
    pack_u64(out, m->task);
    pack_u64(out, (uint64_t)m->loss);
    trees_save(out, &grown);
    pack_u64(out, m->trees.n_trees);
}

static int boost_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                      size_t n_classes, struct err *err)
{
    struct boost *m = ARENA_NEW(arena, struct boost, 1);
    unsigned task = n_classes == 0 ? TASK_REGRESS : n_classes == 2 ? TASK_BINARY : TASK_MULTICLASS;

    m->task = (unsigned)unpack_count(u, TASK_REGRESS);
    m->loss = (int)unpack_count(u, LOSS_GAMMA);
    if (!u->failed && m->task != task)
        unpack_fail(u, "the task of the target");
    if (!u->failed)
        trees_load(&m->trees, u, p, task == TASK_MULTICLASS ? n_classes : 1, arena);
    m->n_grown = m->trees.n_trees;
    m->trees.n_trees = unpack_count(u, m->n_grown);
    if (!u->failed && m->trees.n_trees % m->trees.n_outputs)
        unpack_fail(u, "whole rounds");
    if (unpack_end(u, err))
        return -1;
    *state = m;
    return 0;
}

static void boost_importance(double *gain, double *splits, const void *state)
{
    trees_importance(gain, splits, &((const struct boost *)state)->trees);
}

static void boost_plain_forest(struct plain_forest *out, const void *state, struct arena *arena)
{
    const struct boost *m = state;
    bool log_mean = m->loss == LOSS_POISSON || m->loss == LOSS_TWEEDIE || m->loss == LOSS_GAMMA;

    *out = (struct plain_forest){ .n_trees = m->trees.n_trees,
                                  .n_outputs = m->trees.n_outputs,
                                  .in_turn = true,
                                  .scale = 1,
                                  .start = ARENA_NEW(arena, double, m->trees.n_outputs),
                                  .output = m->task != TASK_REGRESS ? PLAIN_LOG_ODDS
                                            : log_mean              ? PLAIN_LOG_MEAN
                                                                    : PLAIN_VALUE };
    memcpy(out->start, m->trees.start, m->trees.n_outputs * sizeof(*out->start));
}

static void boost_plain_tree(struct plain_tree *out, const void *state, size_t at,
                             struct arena *arena)
{
    trees_plain(out, &((const struct boost *)state)->trees, at, arena);
}

/* ---------------------------------------------------------------- the learner */

const struct learner learn_boost = {
    .name = "boost",
    .help = "gradient boosting of decision trees",
    .details =
        "Adds up many small trees, each of which corrects those before it. The first choice "
        "for tables with many rows: it finds interactions and steps by itself and needs no "
        "scaling; missing cells and categories are handled as they are. More rounds with a lower "
        "learning_rate are better and slower; num_leaves says how much a tree may say. "
        "With early_stopping_rounds a part of the training rows is put aside (classes by their "
        "shares, groups whole), goes through the steps as fitted on the others, and says when to "
        "stop; the best round predicts. train … pause=50 and continue go step by step, plot curve "
        "shows how the loss went. Losses and their derivatives are LightGBM's; monotone features "
        "keep both sides of a division apart at the middle of their values, its basic method. "
        "Gradients are rounded to 15 bits where rows are many, sums of them are exact: the "
        "result does not depend on the number of threads.",
    .source = "Friedman 2001, 'Greedy function approximation'; Ke et al. 2017, 'LightGBM', whose "
              "names and defaults the parameters have",
    .tasks = TASK_CLASSIFY | TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_MISSING | LEARNER_CATEGORIES | LEARNER_WARM_START |
             LEARNER_VALIDATION,
    .params = boost_params,
    .validation = boost_validation,
    .rate = "learning_rate",
    .fit = boost_fit,
    .predict = boost_predict,
    .save = boost_save,
    .load = boost_load,
    .importance = boost_importance,
    .plain_forest = boost_plain_forest,
    .plain_tree = boost_plain_tree,
};
