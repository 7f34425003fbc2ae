/* boost_parts.h - what the files of the learner boost share. */
#ifndef LEARN_BOOST_PARTS_H
#define LEARN_BOOST_PARTS_H

#include "learn/boost_loss.h"
#include "learn/tree_grow.h"
#include "learn/trees.h"

struct boost {
    struct trees trees; /* those that predict: up to the best round */
    size_t n_grown;     /* trees there are, those behind them too, for going on */
    unsigned task;
    int loss; /* index into boost_loss_names; regression */
};

enum { STRATEGY_BAGGING, STRATEGY_GOSS };
extern const struct param_spec boost_params[];

/* Rows that training only looks at: their loss after each round. */
struct watched {
    struct loss_input in;
    double *score;         /* (n, n_outputs) */
    double *y;             /* (n) of the sample of training rows; else borrowed */
    struct coded codes;    /* of validation rows */
    double total;          /* weight */
    void *memory, *chunks; /* sums of chunks */
};

/* The loss after each round, and when to stop. */
struct watch {
    struct watched training, validation; /* training: a sample, its scores looked up */
    size_t step; /* of training rows from one that is looked at to the next */
    struct curve_point *points;
    size_t n, room, best, patience; /* patience 0: never stops early */
    double least;
};

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
    struct watch watch;
    double *score; /* (n, n_outputs) */
    float *g, *h;  /* (n) */
    uint32_t *out; /* (n) rows that this tree does not see */
    size_t n_in, n_out;
    bool *allowed; /* (p) */
    double rate;
    uint64_t seed;
};

/* ---- boost_rows.c: which rows and features a round sees; it depends on seed and round alone ---- */
void boost_choose_rows(struct boosting *b, size_t round);
void boost_sample_features(struct boosting *b, double share, size_t round);

/* ---- boost_watch.c ---- */
int boost_watch_init(struct boosting *b, size_t n_rounds, struct err *err);
void boost_watch_release(struct boosting *b);
/* A tree was added to output k. */
void boost_watch_tree(struct boosting *b, const struct tree *t, size_t k);
/* A round is over. */
void boost_watch_round(struct boosting *b, size_t rounds, struct job *job);
/* Nothing better has come for as many rounds as were to be waited. */
bool boost_watch_stops(const struct boosting *b);
/* Add a tree to scores (n) of rows (NULL: all of the codes). */
void boost_add_tree(double *score, const struct tree *t, const struct bins *bins,
                    const struct coded *codes, const uint32_t *rows, size_t n);

/* ---- boost_constraints.c: from parameters to rules; ERR_USAGE naming the feature ---- */
int boost_constrain(struct boosting *b, struct err *err);

#endif
