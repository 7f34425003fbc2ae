/* learner.h - one learner: what kinds there are, what fitting and predicting take and give.
 *
 * A learner is one file learn_NAME.c with one `const struct learner learn_NAME` and one row in
 * learners.def.  Its parameters have scikit-learn's names, meaning and defaults.
 */
#ifndef LEARN_LEARNER_H
#define LEARN_LEARNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/job.h"
#include "base/pack.h"
#include "base/param.h"
#include "num/matrix.h"

enum {
    TASK_BINARY = 1,
    TASK_MULTICLASS = 2,
    TASK_REGRESS = 4,
    TASK_CLUSTER = 8,  /* without a target: a number from 0 for each row, -1 where there is none */
    TASK_ANOMALY = 16, /* without a target: how far a row is from usual, and is it too far */
};
#define TASK_CLASSIFY (TASK_BINARY | TASK_MULTICLASS)
/* A learner takes either a target or none. */
#define TASK_ALONE (TASK_CLUSTER | TASK_ANOMALY)

/* What a learner can take beyond finite numbers. */
enum {
    LEARNER_MISSING = 1,     /* NaN in x means missing */
    LEARNER_WEIGHTS = 2,     /* uses fit_input.weights */
    LEARNER_CATEGORIES = 4,  /* takes category codes where n_levels > 0 */
    LEARNER_WARM_START = 8,  /* goes on from fit_input.warm_start, and stops at fit_input.until */
    LEARNER_VALIDATION = 16, /* uses fit_input.validation for early stopping; has `validation` */
    LEARNER_DRAWS = 64,      /* draws rows: weights equal repetition in the mean alone */
    LEARNER_POSITIVE = 128,  /* the target is an amount above 0; any other is refused */
    LEARNER_STEEP = 256,     /* costs the square of the rows or more: tests give it few of them */
    LEARNER_BLIND = 32,      /* looks at no feature: takes columns of any type, or none */
};

struct fit_input;
/* What is done with rows that were put aside: `train` the others, `held` those, both with columns of
 * their own (another recipe may make others). */
typedef int fit_apart_use(void *ctx, const struct fit_input *train, const struct fit_input *held,
                          struct job *job, struct err *err);

/* What fitting gets.  Borrowed, for the duration of the call. */
struct fit_input {
    const struct matrix *x;     /* (n, p), finite unless LEARNER_MISSING */
    const char *const *names;   /* (p) features */
    const uint32_t *n_levels;   /* (p) 0: a number, else a category code; NULL: numbers */
    const double *y;            /* (n) target; class index for classification; NULL: none */
    size_t n_classes;           /* 0 for regression */
    const char *const *classes; /* (n_classes) their names, for messages; NULL: not known */
    unsigned task;              /* one of TASK_ */
    const double *weights;      /* (n), >= 0; NULL: all one */
    const int32_t *groups;      /* (n); NULL */
    /* Rows for early stopping: x, y, weights, groups of them, with the same columns and classes;
     * what the rest of the recipe does to them was learned from the rows in x alone.  NULL unless
     * the learner's `validation` asked for them. */
    const struct fit_input *validation;
    /* A state of the same learner that was fitted on these very rows, to go on from; NULL.  It is
     * borrowed and stays as it is.  Going on gives the bits of never having stopped. */
    const void *warm_start;
    size_t
        until; /* stop after so many iterations in all, those of warm_start too; 0: as params say */
    const struct params *params;
    /* Learners made of others: fit the recipe anew without the rows whose aside (n) is not 0, as in a
     * fold of validate, and call `use`.  NULL: there is no recipe, see fit_apart. */
    int (*apart)(const struct fit_input *in, const uint8_t *aside, fit_apart_use *use, void *ctx,
                 struct job *job, struct err *err);
    const void *apart_of; /* for `apart` alone */
};

/* How the loss went: means over rows, after so many iterations. */
struct curve_point {
    size_t iteration;
    double training, validation; /* NAN where it was not measured */
};
struct curve {
    const char *loss; /* its name: "log-loss"; NULL: there is no curve */
    size_t n;
    const struct curve_point *points; /* (n) ascending, from the first iteration on */
    size_t best;                      /* the iteration that predicts; 0: the last */
};

/* What fitting leaves behind. The state and the curve live in the arena. */
struct fit_output {
    struct arena *arena;
    void *state;
    size_t n_iterations; /* 0 when there is nothing to iterate */
    const char *warning; /* NULL, or a sentence: did not converge in 100 iterations; … */
    struct curve curve;  /* of all iterations, also those before warm_start */
};

/* How much of the training rows a learner wants put aside to stop early by. */
struct validation_wish {
    double fraction; /* 0: nothing */
    uint64_t seed;   /* of the choice of rows */
};

struct plain_forest; /* plain_tree.h */
struct plain_tree;

struct coefficient {
    const char *name;           /* feature; "(intercept)"; "class: feature" for several classes */
    double estimate, std_error; /* std_error NaN when theory gives none */
    /* Of the hypothesis that it is 0: estimate / std_error, and how often chance alone takes it as
     * far; NaN when theory gives none. */
    double statistic, p_value;
};

/* A penalised linear model over the weights of its penalty, the largest first. */
struct path_point {
    double alpha;
    double constant;
    double freedom;          /* degrees of freedom, the constant left out; NAN: not known */
    double r2;               /* on the training rows */
    double loss, loss_error; /* cross-validated mean squared error and its standard error; or NAN */
};
struct coefficient_path {
    size_t n, p;
    const struct path_point *points; /* (n) */
    const double *coef;              /* (p, n) in the units of the features */
    size_t chosen;                   /* the point that predicts */
};

/* What a model without a target found, for its report: "inertia", "cluster 0: rows" … */
struct fact {
    const char *name;
    double value;
};

struct learner {
    const char *name, *help;
    const char *details; /* when to use it, what it assumes: a paragraph for help and the manual */
    const char *source;  /* book section or paper */
    unsigned tasks, flags;
    const struct param_spec *params;
    /* Learners made of others: which of `flags` holds with these parameters.  NULL: all. */
    unsigned (*abilities)(const struct params *params);
    /* LEARNER_VALIDATION: what these parameters ask for.  model_train then chooses the rows (classes
     * by their shares, groups whole), fits the recipe anew on the others and hands them over. */
    struct validation_wish (*validation)(const struct params *params);
    const char *rate; /* LEARNER_WARM_START: the parameter that may change on the way; NULL */
    int (*fit)(struct fit_output *out, const struct fit_input *in, struct job *job,
               struct err *err);
    /* Classification: probabilities, out (n, n_classes) column-major; regression: out (n, 1);
     * clusters: out (n, 1), the number; anomalies: out (n, 2), a score that is higher for rows that
     * are further from usual, and 1 where it is too high, else 0.  Row i depends on row i of x alone
     * and not on n: the same bits in any batch. */
    int (*predict)(struct matrix *out, const void *state, const struct matrix *x, struct err *err);
    void (*save)(struct str *out, const void *state);
    /* Checks everything against p and n_classes. */
    int (*load)(void **state, struct arena *arena, struct unpack *u, size_t p, size_t n_classes,
                struct err *err);
    /* Learners of trees: by feature what its divisions gained, as shares of all gains, and how many
     * there are; both (p), zeroed.  Else NULL. */
    void (*importance)(double *gain, double *splits, const void *state);
    /* Learners of trees, else NULL: what their trees come to, and tree `at` as plain nodes; both in
     * the arena, and borrowing from the state.  For showing and explaining. */
    void (*plain_forest)(struct plain_forest *out, const void *state, struct arena *arena);
    void (*plain_tree)(struct plain_tree *out, const void *state, size_t at, struct arena *arena);
    /* Linear learners: how many coefficients, and each; else NULL.  See model_coefficients. */
    size_t (*coefficients)(struct coefficient **out, const void *state, const char *const *names,
                           const char *const *classes, struct arena *arena);
    /* Learners without a target: how many facts, and each; names (p) of features; else NULL. */
    size_t (*facts)(struct fact **out, const void *state, const char *const *names,
                    struct arena *arena);
    /* Learners that keep a path: it, as long as the state; else NULL. */
    const struct coefficient_path *(*path)(const void *state);
};

extern const struct learner *const learner_table[];   /* learners.def; ends in NULL */
const struct learner *learner_find(const char *name); /* exact; NULL when unknown */
/* The flags that hold with these parameters. */
unsigned learner_abilities(const struct learner *l, const struct params *params);
/* What to call class k in a message: its name, or its number. */
const char *learner_class_name(const struct fit_input *in, size_t k, struct arena *arena);
const char *task_name(unsigned task); /* "binary classification" … */
/* Columns of what such a model predicts. */
size_t task_outputs(unsigned task, size_t n_classes);

#endif
