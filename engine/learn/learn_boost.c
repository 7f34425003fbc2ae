/* learn_boost.c - gradient boosting over histograms: the best leaf first, second-order steps.
 *
 * Each round adds, for each output, a tree of the derivatives of the loss at the scores so far, whose
 * leaves are Newton steps times the learning rate. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "learn/boost_loss.h"
#include "learn/tree_grow.h"
#include "learn/trees.h"
#include "num/stats.h"

struct boost {
    struct trees trees;
    unsigned task;
    int loss; /* index into boost_loss_names; regression */
};

enum { STRATEGY_BAGGING, STRATEGY_GOSS };

/* Everything that lives as long as a fit. */
struct boosting {
    const struct fit_input *in;
    const struct boost_loss *loss;
    struct boost *model;
    struct arena *arena; /* the model's */
    struct grow_rules rules;
    struct coded codes;
    struct gradients gradients;
    struct grower grower;
    struct loss_input loss_in;
    double *score; /* (n, n_outputs) */
    float *g, *h;  /* (n) */
    float *weight; /* of sampled rows over what they have, scratch for goss: keys */
    uint32_t *out; /* (n) rows that this tree does not see */
    size_t n_in, n_out;
    bool *allowed; /* (p) */
    double rate;
    uint64_t seed;
};

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

/* ---------------------------------------------------------------- which rows and features */

/* A share of the rows, each as likely; anew in each round. */
static void sample_rows(struct boosting *b, double share, size_t round)
{
    size_t n = b->in->x->n, want = (size_t)fmax(1, floor(share * (double)n));
    struct rng rng;

    b->n_in = b->n_out = 0;
    rng_init(&rng, b->seed, 2 * round + 1);
    for (size_t i = 0; i < n; i++) {
        /* Source: Knuth, TAOCP 2, algorithm 3.4.2 S. */
        bool take = rng_unit(&rng) * (double)(n - i) < (double)(want - b->n_in);
        if (take)
            b->grower.rows[b->n_in++] = (uint32_t)i;
        else
            b->out[b->n_out++] = (uint32_t)i;
    }
}

static void take_all_rows(struct boosting *b)
{
    for (size_t i = 0; i < b->in->x->n; i++)
        b->grower.rows[i] = (uint32_t)i;
    b->n_in = b->in->x->n;
    b->n_out = 0;
}

/* The rows with the largest gradients, and some of the others that stand for all of them.
 * Source: Ke et al. 2017, algorithm 2. */
static void sample_by_gradient(struct boosting *b, double top, double other, size_t round)
{
    size_t n = b->in->x->n, n_top = (size_t)fmax(1, top * (double)n);
    double *key = MEM_NEW(double, n);
    const double share = other / (1 - top), factor = (1 - top) / other;
    struct rng rng;

    for (size_t i = 0; i < n; i++)
        key[i] = fabs((double)b->g[i]) * b->h[i];
    double least = stats_quantile(key, n, 1 - (double)n_top / (double)n);
    rng_init(&rng, b->seed, 2 * round + 1);
    b->n_in = b->n_out = 0;
    for (size_t i = 0; i < n; i++) {
        if (fabs((double)b->g[i]) * b->h[i] >= least) {
            b->grower.rows[b->n_in++] = (uint32_t)i;
        } else if (rng_unit(&rng) < share) {
            b->g[i] *= (float)factor;
            b->h[i] *= (float)factor;
            b->grower.rows[b->n_in++] = (uint32_t)i;
        } else {
            b->out[b->n_out++] = (uint32_t)i;
        }
    }
    mem_free(key);
}

static void sample_features(struct boosting *b, double share, size_t round)
{
    size_t p = b->in->x->p, want = (size_t)fmax(1, ceil(share * (double)p)), taken = 0;
    struct rng rng;

    rng_init(&rng, b->seed, 2 * round + 2);
    for (size_t j = 0; j < p; j++) {
        b->allowed[j] = rng_unit(&rng) * (double)(p - j) < (double)(want - taken);
        taken += b->allowed[j];
    }
}

static void choose_rows(struct boosting *b, size_t round)
{
    const struct params *p = b->in->params;
    double share = params_real(p, "bagging_fraction");

    if (params_choice(p, "data_sample_strategy") == STRATEGY_GOSS)
        sample_by_gradient(b, params_real(p, "top_rate"), params_real(p, "other_rate"), round);
    else if (share < 1)
        sample_rows(b, share, round);
    else
        take_all_rows(b);
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
    choose_rows(b, round);
    return known ? 0 : gradients_set(&b->gradients, b->g, b->h, b->in->weights, err);
}

struct adding {
    double *score;
    const uint32_t *rows;
    const struct tree *tree;
    const struct boosting *b;
    double value;
};

static void add_leaf(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct adding *a = ctx;
    (void)chunk;

    for (size_t i = begin; i < end; i++)
        a->score[a->rows[i]] += a->value;
}

static void add_unseen(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct adding *a = ctx;
    const struct coded *c = &a->b->codes;
    (void)chunk;

    for (size_t i = begin; i < end; i++)
        a->score[a->rows[i]] += a->tree->value[tree_leaf(a->tree, &a->b->model->trees.bins,
                                                         c->rows + a->rows[i] * c->stride, 1)];
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
    struct adding a = { .score = score, .b = b, .tree = t };

    for (size_t k = 0; k < t->n_leaves; k++) {
        const struct grown_leaf *leaf = &b->grower.leaves[k];
        t->value[k] *= b->rate;
        a.value = t->value[k];
        a.rows = b->grower.rows + leaf->begin;
        parallel_for(leaf->n, PARALLEL_CHUNK, add_leaf, &a);
    }
    a.rows = b->out;
    parallel_for(b->n_out, PARALLEL_CHUNK, add_unseen, &a);
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
    t->n_trees++;
    return 0;
}

static int run_rounds(struct boosting *b, struct job *job, struct err *err)
{
    size_t n_rounds = (size_t)params_int(b->in->params, "n_estimators");
    double share = params_real(b->in->params, "feature_fraction");
    struct trees *t = &b->model->trees;

    t->trees = ARENA_NEW(b->arena, struct tree, n_rounds * t->n_outputs);
    for (size_t round = 0; round < n_rounds; round++) {
        if (share < 1)
            sample_features(b, share, round);
        for (size_t k = 0; k < t->n_outputs; k++)
            if (grow_output(b, round, k, err))
                return -1;
        if (job_tick(job, round + 1, n_rounds, err))
            return -1;
    }
    return 0;
}

/* ---------------------------------------------------------------- fitting */

static int check_target(const struct boosting *b, struct err *err)
{
    if (b->loss->leaf_quantile && b->loss->leaf_quantile(&b->loss_in) >= 1)
        return err_set(err, ERR_USAGE, "alpha=%g is no quantile; loss=quantile takes one below 1",
                       b->loss_in.alpha);
    for (size_t i = 0; b->loss->positive && i < b->in->x->n; i++)
        if (b->in->y[i] < 0)
            return err_set(err, ERR_DOMAIN,
                           "loss=%s is for targets that are not negative, and one is %g; take "
                           "loss=squared",
                           b->loss->name, b->in->y[i]);
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
    t->start = ARENA_NEW(b->arena, double, t->n_outputs);
    b->loss->start(t->start, &b->loss_in);
    for (size_t k = 0; k < t->n_outputs; k++)
        for (size_t i = 0; i < n; i++)
            b->score[k * n + i] = t->start[k];
}

static int prepare(struct boosting *b, struct err *err)
{
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
    if (check_target(b, err) ||
        bins_learn(&t->bins, b->in, (size_t)params_int(b->in->params, "max_bin"), b->seed, b->arena,
                   err) ||
        coded_make(&b->codes, &t->bins, b->in->x, err) || take_memory(b, err) ||
        grower_init(&b->grower, &t->bins, &b->codes, &b->rules, err))
        return -1;
    begin_scores(b);
    return 0;
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

    m->task = in->task;
    m->trees.n_outputs = in->task == TASK_MULTICLASS ? in->n_classes : 1;
    m->loss = params_choice(in->params, "loss");
    b.loss = boost_loss_for(in->task, m->loss);
    job_phase(job, "binning");
    int rc = job_tick(job, 0, 1, err) || prepare(&b, err);
    job_phase(job, "boosting");
    if (!rc)
        rc = run_rounds(&b, job, err);
    coded_release(&b.codes);
    gradients_release(&b.gradients);
    grower_release(&b.grower);
    mem_big_free(b.score);
    mem_big_free(b.g);
    mem_big_free(b.out);
    out->state = m;
    out->n_iterations = m->trees.n_trees / m->trees.n_outputs;
    return rc ? -1 : 0;
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

    pack_u64(out, m->task);
    pack_u64(out, (uint64_t)m->loss);
    trees_save(out, &m->trees);
}

static int boost_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                      size_t n_classes, struct err *err)
{
    struct boost *m = ARENA_NEW(arena, struct boost, 1);
    unsigned task = n_classes == 0 ? TASK_REGRESS : n_classes == 2 ? TASK_BINARY : TASK_MULTICLASS;

    m->task = (unsigned)unpack_count(u, TASK_REGRESS);
    m->loss = (int)unpack_count(u, LOSS_TWEEDIE);
    if (!u->failed && m->task != task)
        unpack_fail(u, "the task of the target");
    if (!u->failed)
        trees_load(&m->trees, u, p, task == TASK_MULTICLASS ? n_classes : 1, arena);
    if (unpack_end(u, err))
        return -1;
    *state = m;
    return 0;
}

static void boost_importance(double *gain, double *splits, const void *state)
{
    trees_importance(gain, splits, &((const struct boost *)state)->trees);
}

/* ---------------------------------------------------------------- the learner */

static const char *const strategies[] = { "bagging", "goss", NULL };

static const struct param_spec boost_params[] = {
    { .name = "n_estimators",
      .type = PARAM_INT,
      .flags = PARAM_LOG,
      .min = 1,
      .max = 100000,
      .fallback = "100",
      .help = "rounds; each adds a tree, for several classes one a class" },
    { .name = "learning_rate",
      .type = PARAM_REAL,
      .flags = PARAM_LOG | PARAM_OPEN_MIN,
      .min = 0,
      .max = 10,
      .fallback = "0.1",
      .help = "how much of each tree's step is taken" },
    { .name = "num_leaves",
      .type = PARAM_INT,
      .flags = PARAM_LOG,
      .min = 2,
      .max = 65536,
      .fallback = "31",
      .help = "leaves of a tree at most" },
    { .name = "max_depth",
      .type = PARAM_INT,
      .min = 0,
      .max = 1000,
      .fallback = "0",
      .help = "divisions above a leaf at most; 0 for any number" },
    { .name = "min_child_samples",
      .type = PARAM_INT,
      .flags = PARAM_LOG,
      .min = 1,
      .max = 1e9,
      .fallback = "20",
      .help = "rows, or weight of rows, of a leaf at least" },
    { .name = "min_child_weight",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = INFINITY,
      .fallback = "0.001",
      .help = "second derivatives of a leaf at least" },
    { .name = "min_split_gain",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = INFINITY,
      .fallback = "0",
      .help = "what a division must gain" },
    { .name = "reg_alpha",
      .type = PARAM_REAL,
      .flags = PARAM_LOG,
      .min = 0,
      .max = INFINITY,
      .fallback = "0",
      .help = "L1 penalty of the leaves' values" },
    { .name = "reg_lambda",
      .type = PARAM_REAL,
      .flags = PARAM_LOG,
      .min = 0,
      .max = INFINITY,
      .fallback = "0",
      .help = "L2 penalty of the leaves' values" },
    { .name = "feature_fraction",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN,
      .min = 0,
      .max = 1,
      .fallback = "1",
      .help = "share of the features that each round may use" },
    { .name = "bagging_fraction",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN,
      .min = 0,
      .max = 1,
      .fallback = "1",
      .help = "share of the rows that each round sees" },
    { .name = "data_sample_strategy",
      .type = PARAM_CHOICE,
      .flags = PARAM_HIDDEN,
      .choices = strategies,
      .fallback = "bagging",
      .help = "goss sees the rows with the largest gradients and some of the others" },
    { .name = "top_rate",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN | PARAM_OPEN_MIN | PARAM_OPEN_MAX,
      .min = 0,
      .max = 1,
      .fallback = "0.2",
      .help = "goss: share of rows with large gradients" },
    { .name = "other_rate",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN | PARAM_OPEN_MIN | PARAM_OPEN_MAX,
      .min = 0,
      .max = 1,
      .fallback = "0.1",
      .help = "goss: share of others" },
    { .name = "max_bin",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 2,
      .max = BINS_MOST,
      .fallback = "255",
      .help = "bins of a feature at most" },
    { .name = "loss",
      .type = PARAM_CHOICE,
      .flags = PARAM_HIDDEN,
      .choices = boost_loss_names,
      .fallback = "squared",
      .help = "what is minimised, for numbers; classes take log-loss" },
    { .name = "alpha",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN | PARAM_OPEN_MIN,
      .min = 0,
      .max = INFINITY,
      .fallback = "0.9",
      .help = "huber: where the loss becomes linear; quantile: which one, below 1" },
    { .name = "tweedie_power",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN | PARAM_OPEN_MIN | PARAM_OPEN_MAX,
      .min = 1,
      .max = 2,
      .fallback = "1.5",
      .help = "tweedie: the variance grows as the mean to this power" },
    { .name = "seed",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 1e9,
      .fallback = "1",
      .help = "of samples of rows and features" },
    { .name = NULL },
};

const struct learner learn_boost = {
    .name = "boost",
    .help = "gradient boosting of decision trees",
    .details =
        "Adds up many small trees, each of which corrects those before it. The first choice "
        "for tables with many rows: it finds interactions and steps by itself and needs no "
        "scaling; missing cells and categories are handled as they are. More rounds with a lower "
        "learning_rate are better and slower; num_leaves says how much a tree may say. "
        "Gradients are rounded to 15 bits where rows are many, sums of them are exact: the "
        "result does not depend on the number of threads.",
    .source = "Friedman 2001, 'Greedy function approximation'; Ke et al. 2017, 'LightGBM', whose "
              "names and defaults the parameters have",
    .tasks = TASK_CLASSIFY | TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_MISSING | LEARNER_CATEGORIES,
    .params = boost_params,
    .fit = boost_fit,
    .predict = boost_predict,
    .save = boost_save,
    .load = boost_load,
    .importance = boost_importance,
};
