/* mlp.h - a multilayer perceptron: its layers, its loss and gradient over a batch, its answers.
 *
 * Layer l takes width[l] numbers and gives width[l + 1]; the last one gives scores, which become
 * probabilities (one score and a logistic for two classes, a softmax for more) or are the value.
 * Parameters lie in one array, layer by layer: weights (width[l], width[l + 1]) column-major, then
 * constants (width[l + 1]).
 */
#ifndef LEARN_MLP_H
#define LEARN_MLP_H

#include <stdint.h>

#include "learn/learner.h"

enum mlp_activation { ACTIVATION_RELU, ACTIVATION_TANH, ACTIVATION_LOGISTIC };

struct mlp_net {
    size_t n_classes; /* 0: regression */
    size_t n_layers;
    const size_t *width; /* (n_layers + 1) */
    enum mlp_activation activation;
    size_t n_theta;
};

size_t mlp_count(const struct mlp_net *net); /* parameters */
size_t mlp_widest(const struct mlp_net *net);

/* Glorot and Bengio 2010; a feature's weights depend on seed and on its values, not on its place. */
void mlp_start(double *theta, const struct mlp_net *net, const struct matrix *x, uint64_t seed);

/* A batch is cut into parts whose number depends on its size alone. */
#define MLP_PARTS 8

struct mlp_batch {
    const struct mlp_net *net;
    const struct fit_input *in;
    const double *theta;
    const uint32_t *rows; /* (n) of in->x */
    size_t n, part;       /* rows, rows in a part */
    double total;         /* weight of the rows */
    double dropout;
    uint64_t seed, number; /* of the rows that are dropped: seed, number of the batch */
    double *room;          /* MLP_PARTS times mlp_room */
    size_t room_part;
};

/* Doubles that each part of batches of at most n rows works in. */
size_t mlp_room(const struct mlp_net *net, size_t n);
/* Sum of the losses, and to room of each part the gradient of theirs: its first n_theta numbers.
 * How many parts there are. */
size_t mlp_batch_run(struct mlp_batch *b, double *loss);

/* out (n, classes or 1) of the rows of x: each row's bits are its own, whatever the batch. */
void mlp_answer(struct matrix *out, const struct mlp_net *net, const double *theta,
                const struct matrix *x);
/* The mean loss of rows, weighted; as mlp_answer.  ERR_NOMEM. */
int mlp_loss(double *loss, const struct mlp_net *net, const double *theta,
             const struct fit_input *in, struct err *err);

#endif
