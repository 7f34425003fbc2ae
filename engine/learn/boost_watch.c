/* boost_watch.c - the loss after each round of boosting, and when to stop.
 *
 * The loss of training rows is a mean over some of them, evenly spaced, that of validation rows over
 * all; sums are over chunks, added in their order. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "learn/boost_parts.h"

enum { TRAINING_MOST = 10000, LOSS_ROWS = 1024 };

/* ---------------------------------------------------------------- a mean */

struct averaging {
    const struct watched *w;
    const struct boost_loss *loss;
};

static void sum_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct averaging *a = ctx;
    const struct loss_input *in = &a->w->in;
    double sum = 0;

    for (size_t i = begin; i < end; i++)
        sum += (in->weights ? in->weights[i] : 1) * a->loss->value(in, i);
    ((double *)a->w->chunks)[chunk] = sum;
}

static double mean_loss(const struct watched *w, const struct boost_loss *loss)
{
    struct averaging a = { w, loss };
    const double *sums = w->chunks;
    double sum = 0;

    parallel_for(w->in.n, LOSS_ROWS, sum_some, &a);
    for (size_t k = 0; k < parallel_n_chunks(w->in.n, LOSS_ROWS); k++)
        sum += sums[k];
    return w->total > 0 ? sum / w->total : NAN;
}

static int watched_init(struct watched *w, const struct boosting *b, size_t n, bool own_y,
                        struct err *err)
{
    const size_t n_outputs = b->loss_in.n_outputs, n_chunks = parallel_n_chunks(n, LOSS_ROWS);

    if (mem_big(&w->memory, n, (n_outputs + (own_y ? 2 : 0)) * sizeof(double),
                "the scores of watched rows", err) ||
        mem_big(&w->chunks, n_chunks, sizeof(double), "the sums of a loss", err))
        return -1;
    w->in = b->loss_in;
    w->in.n = n;
    w->in.score = w->score = w->memory;
    w->y = w->score + n_outputs * n;
    return 0;
}

static void weigh_all(struct watched *w)
{
    w->total = 0;
    for (size_t i = 0; i < w->in.n; i++)
        w->total += w->in.weights ? w->in.weights[i] : 1;
}

/* ---------------------------------------------------------------- life */

static int sample_training(struct boosting *b, struct err *err)
{
    struct watch *w = &b->watch;
    size_t n = b->in->x->n;

    w->step = (n + TRAINING_MOST - 1) / TRAINING_MOST;
    size_t m = (n + w->step - 1) / w->step;
    if (watched_init(&w->training, b, m, true, err))
        return -1;
    double *y = w->training.y, *weights = y + m;
    for (size_t i = 0; i < m; i++) {
        y[i] = b->in->y[i * w->step];
        weights[i] = b->in->weights ? b->in->weights[i * w->step] : 1;
    }
    w->training.in.y = y;
    w->training.in.weights = b->in->weights ? weights : NULL;
    weigh_all(&w->training);
    return 0;
}

static int take_validation(struct boosting *b, struct err *err)
{
    const struct fit_input *in = b->in->validation;
    const struct trees *t = &b->model->trees;
    struct watched *w = &b->watch.validation;
    size_t n = in->x->n;

    if (watched_init(w, b, n, false, err) || coded_make(&w->codes, &t->bins, in->x, err))
        return -1;
    w->in.y = in->y;
    w->in.weights = in->weights;
    for (size_t k = 0; k < t->n_outputs; k++)
        for (size_t i = 0; i < n; i++)
            w->score[k * n + i] = t->start[k];
    weigh_all(w);
    return 0;
}

int boost_watch_init(struct boosting *b, size_t n_rounds, struct err *err)
{
    struct watch *w = &b->watch;
    size_t grown = b->model->n_grown / b->model->trees.n_outputs;

    w->room = n_rounds > grown ? n_rounds : grown;
    w->points = ARENA_NEW(b->arena, struct curve_point, w->room);
    w->least = INFINITY;
    w->patience = b->in->validation ? (size_t)params_int(b->in->params, "early_stopping_rounds")
                                    : 0;
    if (sample_training(b, err))
        return -1;
    return b->in->validation ? take_validation(b, err) : 0;
}

void boost_watch_release(struct boosting *b)
{
    struct watched *both[] = { &b->watch.training, &b->watch.validation };

    for (size_t i = 0; i < 2; i++) {
        mem_big_free(both[i]->memory);
        mem_big_free(both[i]->chunks);
        coded_release(&both[i]->codes);
    }
}

/* ---------------------------------------------------------------- rounds */

struct walking {
    double *score;
    const struct tree *tree;
    const struct bins *bins;
    const struct coded *codes;
    const uint32_t *rows;
};

static void add_some(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct walking *w = ctx;
    const struct coded *c = w->codes;
    (void)chunk;

    for (size_t i = begin; i < end; i++) {
        size_t row = w->rows ? w->rows[i] : i;
        w->score[row] += w->tree->value[tree_leaf(w->tree, w->bins, c->rows + row * c->stride, 1)];
    }
}

void boost_add_tree(double *score, const struct tree *t, const struct bins *bins,
                    const struct coded *codes, const uint32_t *rows, size_t n)
{
    struct walking w = { score, t, bins, codes, rows };

    parallel_for(n, PARALLEL_CHUNK, add_some, &w);
}

void boost_watch_tree(struct boosting *b, const struct tree *t, size_t k)
{
    struct watched *w = &b->watch.validation;

    if (b->in->validation)
        boost_add_tree(w->score + k * w->in.n, t, &b->model->trees.bins, &w->codes, NULL, w->in.n);
}

static double training_loss(struct boosting *b)
{
    struct watched *w = &b->watch.training;
    size_t n = b->in->x->n;

    for (size_t k = 0; k < w->in.n_outputs; k++)
        for (size_t i = 0; i < w->in.n; i++)
            w->score[k * w->in.n + i] = b->score[k * n + i * b->watch.step];
    return mean_loss(w, b->loss);
}

void boost_watch_round(struct boosting *b, size_t rounds, struct job *job)
{
    struct watch *w = &b->watch;
    struct curve_point point = { rounds, training_loss(b), NAN };

    if (b->in->validation)
        point.validation = mean_loss(&w->validation, b->loss);
    w->points[w->n++] = point;
    if (point.validation < w->least || !w->best) {
        w->least = isnan(point.validation) ? INFINITY : point.validation;
        w->best = rounds;
    }
    job_loss(job, rounds, point.training, point.validation);
}

bool boost_watch_stops(const struct boosting *b)
{
    const struct watch *w = &b->watch;

    return w->patience && w->n && w->points[w->n - 1].iteration - w->best >= w->patience;
}
