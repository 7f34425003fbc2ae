/* learn_tree.c - a decision tree. */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "learn/cart.h"
#include "learn/cart_parts.h"

enum { CRITERION_AUTO, CRITERION_LOG_LOSS = 3 };
static const char *const criteria[] = { "auto",          "gini",    "entropy", "log_loss",
                                        "squared_error", "poisson", NULL };

/* Which of them for this target; ERR_USAGE when it does not go with it. */
static int criterion_of(enum cart_criterion *out, const struct fit_input *in, struct err *err)
{
    static const enum cart_criterion kinds[] = { CART_GINI,    CART_GINI,    CART_ENTROPY,
                                                 CART_ENTROPY, CART_SQUARED, CART_POISSON };
    int named = params_choice(in->params, "criterion");
    bool of_classes = named <= CRITERION_LOG_LOSS;

    *out = named == CRITERION_AUTO && !in->n_classes ? CART_SQUARED : kinds[named];
    if (named != CRITERION_AUTO && of_classes != (in->n_classes > 0))
        return err_set(err, ERR_USAGE, "criterion %s is for %s and the target is %s; use %s",
                       criteria[named], of_classes ? "classes" : "numbers",
                       of_classes ? "a number" : "a class",
                       of_classes ? "squared_error or poisson" : "gini or entropy");
    double sum = 0;
    for (size_t i = 0; i < in->x->n && *out == CART_POISSON; i++) {
        sum += in->y[i];
        if (in->y[i] < 0)
            return err_set(err, ERR_DOMAIN,
                           "the target is %g in a training row and criterion poisson takes no "
                           "number below 0; use squared_error",
                           in->y[i]);
    }
    if (*out == CART_POISSON && sum <= 0)
        return err_set(err, ERR_DOMAIN,
                       "the target is 0 in all training rows and criterion poisson "
                       "wants some above 0; use squared_error");
    return 0;
}

static size_t features_asked(double wanted, size_t p)
{
    if (wanted == 0)
        return p;
    return (size_t)fmax(1, fmin(floor(wanted < 1 ? wanted * (double)p : wanted), (double)p));
}

static int tree_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                    struct err *err)
{
    const struct params *p = in->params;
    struct cart *t = ARENA_NEW(out->arena, struct cart, 1);
    struct cart_rules rules = {
        .max_depth = (size_t)params_int(p, "max_depth"),
        .max_leaves = (size_t)params_int(p, "max_leaf_nodes"),
        .min_split = (double)params_int(p, "min_samples_split"),
        .min_leaf = (double)params_int(p, "min_samples_leaf"),
        .min_decrease = params_real(p, "min_impurity_decrease"),
        .alpha = params_real(p, "ccp_alpha"),
        .max_features = features_asked(params_real(p, "max_features"), in->x->p),
        .seed = (uint64_t)params_int(p, "seed"),
    };

    if (criterion_of(&rules.criterion, in, err) || cart_fit(t, in, &rules, out->arena, job, err))
        return -1;
    out->state = t;
    return 0;
}

static void tree_importance(double *gain, double *splits, const void *state)
{
    const struct cart *t = state;
    double total = 0;

    for (size_t i = 0; i < t->n_nodes; i++) {
        if (t->nodes[i].left < 0)
            continue;
        gain[t->nodes[i].feature] += t->nodes[i].gain;
        splits[t->nodes[i].feature]++;
        total += t->nodes[i].gain;
    }
    for (size_t j = 0; j < t->p && total > 0; j++)
        gain[j] /= total;
}

/* ---------------------------------------------------------------- predicting */

struct walking {
    const struct cart *t;
    const struct matrix *x;
    struct matrix *out;
};

static void predict_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct walking *w = ctx;
    const struct cart *t = w->t;
    struct plain_node plain;
    (void)chunk;

    for (size_t i = begin; i < end; i++) {
        size_t at = 0;
        while (t->nodes[at].left >= 0) {
            cart_plain_node(&plain, t, at);
            bool left = plain_goes_left(&plain, matrix_col(w->x, plain.feature)[i]);
            at = (size_t)(left ? plain.left : plain.right);
        }
        for (size_t c = 0; c < t->k; c++)
            matrix_col(w->out, c)[i] = t->values[at * t->k + c];
    }
}

static int tree_predict(struct matrix *out, const void *state, const struct matrix *x,
                        struct err *err)
{
    struct walking w = { .t = state, .x = x, .out = out };

    (void)err;
    parallel_for(x->n, PARALLEL_CHUNK, predict_some, &w);
    return 0;
}

static void tree_plain_forest(struct plain_forest *out, const void *state, struct arena *arena)
{
    const struct cart *t = state;

    *out = (struct plain_forest){ .n_trees = 1,
                                  .n_outputs = t->k == 2 ? 1 : t->k,
                                  .scale = 1,
                                  .start = ARENA_NEW(arena, double, t->k),
                                  .output = t->k > 1 ? PLAIN_SHARES : PLAIN_VALUE };
}

static void tree_plain_tree(struct plain_tree *out, const void *state, size_t at,
                            struct arena *arena)
{
    const struct cart *t = state;
    (void)at;

    *out = (struct plain_tree){ .n_nodes = t->n_nodes,
                                .nodes = ARENA_NEW(arena, struct plain_node, t->n_nodes) };
    for (size_t i = 0; i < t->n_nodes; i++)
        cart_plain_node(&out->nodes[i], t, i);
}

/* ---------------------------------------------------------------- the descriptor */

static const struct param_spec tree_params[] = {
    { .name = "criterion",
      .type = PARAM_CHOICE,
      .choices = criteria,
      .fallback = "auto",
      .help =
          "impurity that divisions lower; auto is gini for classes, squared_error for numbers" },
    { .name = "max_depth",
      .type = PARAM_INT,
      .min = 0,
      .max = 1000,
      .fallback = "0",
      .help = "divisions above a leaf at most; 0 for any number" },
    { .name = "min_samples_split",
      .type = PARAM_INT,
      .flags = PARAM_LOG,
      .min = 2,
      .max = 1e9,
      .fallback = "2",
      .help = "rows, or weight of rows, of a node that is divided at least" },
    { .name = "min_samples_leaf",
      .type = PARAM_INT,
      .flags = PARAM_LOG,
      .min = 1,
      .max = 1e9,
      .fallback = "1",
      .help = "rows, or weight of rows, of a leaf at least" },
    { .name = "max_leaf_nodes",
      .type = PARAM_INT,
      .min = 0,
      .max = 1e9,
      .fallback = "0",
      .help = "leaves at most, the best divisions first; 0 for any number" },
    { .name = "min_impurity_decrease",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = INFINITY,
      .fallback = "0",
      .help = "what a division must lower the impurity by, weighed by its share of rows" },
    { .name = "ccp_alpha",
      .type = PARAM_REAL,
      .flags = PARAM_LOG,
      .min = 0,
      .max = INFINITY,
      .fallback = "0",
      .help = "pruning: impurity that each leaf must be worth" },
    { .name = "max_features",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 1e6,
      .fallback = "0",
      .help = "features asked at a node: a share below 1, or their number; 0 for all" },
    { .name = "seed",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 1e9,
      .fallback = "1",
      .help = "of the features that are drawn when max_features is set" },
    { .name = NULL },
};

const struct learner learn_tree = {
    .name = "tree",
    .help = "a decision tree with exact divisions",
    .details =
        "One tree, to be read: show tree MODEL prints its rules. Keep it "
        "small by max_depth, max_leaf_nodes or ccp_alpha: a full tree knows the training rows by "
        "heart. Every place between two values is tried. Missing cells go to the side that suits "
        "them; categories are divided as they are, at the best of all places in the order of their "
        "means (numbers, two classes), among all divisions of up to 10 levels for several classes, "
        "and of more in the order of each class's share. Of divisions that lower the impurity "
        "alike the first by the features' values is taken, where scikit-learn draws. "
        "criterion absolute_error is not offered.",
    .source = "Breiman, Friedman, Olshen and Stone 1984, 'Classification and regression trees'; "
              "parameters as in scikit-learn's DecisionTreeClassifier and DecisionTreeRegressor",
    .tasks = TASK_CLASSIFY | TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_MISSING | LEARNER_CATEGORIES,
    .params = tree_params,
    .fit = tree_fit,
    .predict = tree_predict,
    .save = cart_save,
    .load = cart_load,
    .importance = tree_importance,
    .plain_forest = tree_plain_forest,
    .plain_tree = tree_plain_tree,
};
