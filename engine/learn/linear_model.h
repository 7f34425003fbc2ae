/* linear_model.h - what linear, ridge and logistic leave behind: coefficients and their errors. */
#ifndef LEARN_LINEAR_MODEL_H
#define LEARN_LINEAR_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "learn/learner.h"

/* n_outputs scores, each constant + sum over features.  Regression and two classes have one score,
 * more classes one each. */
struct linear_model {
    size_t p, n_outputs;
    bool intercept;
    double *coef, *coef_error;         /* (p, n_outputs) column-major; errors NaN when not known */
    double *constant, *constant_error; /* (n_outputs) */
    /* Degrees of freedom of estimate / error under t; INFINITY: under the normal distribution; 0:
     * errors say nothing about whether a coefficient is 0, as with a penalty. */
    double freedom;
};

/* Coefficients zero, standard errors NaN. */
struct linear_model *linear_model_new(struct arena *arena, size_t p, size_t n_outputs,
                                      bool intercept);

/* out (n, n_outputs) scores of x.  Sums run over the features in order, row by row the same
 * whatever the batch, which a library's gemv does not promise. */
void linear_model_scores(struct matrix *out, const struct linear_model *m, const struct matrix *x);

/* For the learner's table: regression's predict is the score itself. */
int linear_model_predict(struct matrix *out, const void *state, const struct matrix *x,
                         struct err *err);
/* Classes: probabilities of a logistic or softmax model. */
int linear_model_classify(struct matrix *out, const void *state, const struct matrix *x,
                          struct err *err);
void linear_model_save(struct str *out, const void *state);
/* The part of loading that other states begin with: what follows, and unpack_end, is the caller's. */
void linear_model_unpack(struct linear_model *m, struct unpack *u, size_t p, size_t n_classes);
int linear_model_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                      size_t n_classes, struct err *err);
size_t linear_model_coefficients(struct coefficient **out, const void *state,
                                 const char *const *names, const char *const *classes,
                                 struct arena *arena);

#endif
