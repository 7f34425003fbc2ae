/* members.h - learners made of other learners: who they are, fitting, predicting and keeping them.
 *
 * Members are written "lr: logistic C=0.5; rf: forest n_estimators=100": a name for people, a learner
 * and those of its parameters that are not its defaults; a backslash stands before a blank, semicolon
 * or backslash of a value.  `train` writes this from the models that were named, so that a session,
 * a bundle and a fold need nothing else.
 *
 * One recipe.  An ensemble has one fitted recipe, that of the workspace when it was trained, and its
 * members are fitted on the features that this recipe makes: all see the same columns.  What they are
 * judged by out of fold (stacking, weights=auto, calibration) comes from fit_apart: recipe and members
 * are fitted anew without those rows, so that nothing leaks, be it an encoding that looks at the target.
 * A member that stops early chooses its rows among those it is given, behind the recipe.
 */
#ifndef LEARN_MEMBERS_H
#define LEARN_MEMBERS_H

#include "learn/learner.h"

#define MEMBERS_MOST 64

struct member {
    const char *name, *text; /* as written, without its name */
    const struct learner *learner;
    struct params params;
    void *state; /* NULL before it is fitted */
};
struct members {
    struct member *list;
    size_t n;
};

/* What text means; NULL: a linear and a forest, or the linear alone when `one`.  ERR_USAGE: what is
 * no learner or parameter of it, nothing, or too many. */
int members_parse(struct members *out, const char *text, unsigned task, bool one,
                  struct arena *arena, struct err *err);
/* "logistic C=0.5" of a learner and its parameters, as members_parse reads it. */
void members_write(struct str *out, const struct learner *l, const struct params *params);
/* What all of them can take, of missing cells, categories and weights. */
unsigned members_abilities(const struct params *params);
/* ERR_DOMAIN naming the first that is not for the task. */
int members_check(const struct members *m, unsigned task, struct err *err);

/* Fit one: its state lives in the arena.  What it warns of goes to *warning with its name.  A member
 * that wants rows to stop early by gets them from those in `in`. */
int member_fit(struct member *m, const char **warning, const struct fit_input *in,
               struct arena *arena, struct job *job, struct err *err);
int members_fit(struct members *m, const char **warning, const struct fit_input *in,
                struct arena *arena, struct job *job, struct err *err);
/* out (n, outputs) as learner.predict; made and owned by the caller. */
int member_predict(struct matrix *out, const struct member *m, const struct matrix *x,
                   struct err *err);
void members_save(struct str *out, const struct members *m);
/* A failure is u's. */
void members_load(struct members *out, struct unpack *u, struct arena *arena, size_t p,
                  size_t n_classes, struct err *err);

/* Rows `aside` (n) put apart: with the recipe fitted anew where there is one (fit_input.apart), else
 * the rows of x as they are. */
int fit_apart(const struct fit_input *in, const uint8_t *aside, fit_apart_use *use, void *ctx,
              struct job *job, struct err *err);
/* Columns that a model of this task predicts. */
size_t members_outputs(const struct fit_input *in);
/* out[j] (n, outputs): what member j says of rows by which it was not fitted, over `folds` folds
 * (classes by their shares, groups whole).  Free each with matrix_release. */
int members_out_of_fold(struct matrix *out, const struct members *m, const struct fit_input *in,
                        size_t folds, uint64_t seed, struct job *job, struct err *err);
/* Its parameters, for the learners that ask for them. */
#define OUT_OF_FOLD_PARAMS(folds_help, seed_help)                                                  \
    { .name = "folds",                                                                             \
      .type = PARAM_INT,                                                                           \
      .min = 2,                                                                                    \
      .max = 100,                                                                                  \
      .fallback = "5",                                                                             \
      .help = folds_help },                                                                        \
    {                                                                                              \
        .name = "seed", .type = PARAM_INT, .min = 0, .max = 1e15, .fallback = "0",                 \
        .flags = PARAM_HIDDEN, .help = seed_help                                                   \
    }
/* Rows `rows` (k) of an input, as an input of its own; release it. */
struct rows_input {
    struct fit_input in;
    struct matrix x;
    double *y, *weights;
    int32_t *groups;
};
int rows_input_make(struct rows_input *out, const struct fit_input *in, const uint32_t *rows,
                    size_t k, struct err *err);
void rows_input_release(struct rows_input *r);

#endif
