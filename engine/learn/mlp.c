/* mlp.c - layers forwards and backwards; see mlp.h. */
#include "learn/mlp.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "num/linalg.h"

enum { LEAST_PART = 32, ANSWER_ROWS = 64 };

size_t mlp_count(const struct mlp_net *net)
{
    size_t n = 0;

    for (size_t l = 0; l < net->n_layers; l++)
        n += (net->width[l] + 1) * net->width[l + 1];
    return n;
}

size_t mlp_widest(const struct mlp_net *net)
{
    size_t most = 1;

    for (size_t l = 0; l <= net->n_layers; l++)
        most = net->width[l] > most ? net->width[l] : most;
    return most;
}

/* ---------------------------------------------------------------- start */

void mlp_start(double *theta, const struct mlp_net *net, const struct matrix *x, uint64_t seed)
{
    for (size_t l = 0; l < net->n_layers; l++) {
        size_t from = net->width[l], to = net->width[l + 1];
        double factor = net->activation == ACTIVATION_LOGISTIC ? 2 : 6;
        double bound = sqrt(factor / (double)(from + to));
        struct rng rng;
        for (size_t j = 0; j <= from; j++) {
            uint64_t stream = (uint64_t)l << 32 | j;
            if (l == 0 && j < from)
                stream = hash_bytes(matrix_col(x, j), x->n * sizeof(double));
            rng_init(&rng, seed, stream);
            for (size_t k = 0; k < to; k++)
                theta[j < from ? k * from + j : from * to + k] = bound * (2 * rng_unit(&rng) - 1);
        }
        theta += (from + 1) * to;
    }
}

/* ---------------------------------------------------------------- activations */

static void activate(double *v, size_t n, enum mlp_activation kind)
{
    for (size_t i = 0; kind == ACTIVATION_RELU && i < n; i++)
        v[i] = v[i] > 0 ? v[i] : 0;
    for (size_t i = 0; kind == ACTIVATION_TANH && i < n; i++)
        v[i] = tanh(v[i]);
    for (size_t i = 0; kind == ACTIVATION_LOGISTIC && i < n; i++)
        v[i] = 1 / (1 + exp(-v[i]));
}

/* delta times the derivative, by the activation's value. */
static void deactivate(double *delta, const double *v, size_t n, enum mlp_activation kind)
{
    for (size_t i = 0; kind == ACTIVATION_RELU && i < n; i++)
        delta[i] = v[i] > 0 ? delta[i] : 0;
    for (size_t i = 0; kind == ACTIVATION_TANH && i < n; i++)
        delta[i] *= 1 - v[i] * v[i];
    for (size_t i = 0; kind == ACTIVATION_LOGISTIC && i < n; i++)
        delta[i] *= v[i] * (1 - v[i]);
}

/* ---------------------------------------------------------------- a part of a batch */

/* Each part's room: gradient, then the values of all layers, two deltas, and what was dropped. */
struct part {
    double *gradient, *value, *delta, *below;
    size_t rows, ld;
};

size_t mlp_room(const struct mlp_net *net, size_t n)
{
    size_t part = (n + MLP_PARTS - 1) / MLP_PARTS, sum = 0;

    part = part > LEAST_PART ? part : LEAST_PART;
    for (size_t l = 0; l <= net->n_layers; l++)
        sum += net->width[l];
    return net->n_theta + part * (sum + 2 * mlp_widest(net));
}

static void gather(double *value, const struct mlp_batch *b, size_t begin, const struct part *p)
{
    for (size_t j = 0; j < b->net->width[0]; j++) {
        const double *x = matrix_col(b->in->x, j);
        for (size_t i = 0; i < p->rows; i++)
            value[j * p->ld + i] = x[b->rows[begin + i]];
    }
}

static void drop(double *v, size_t n, double rate, struct rng *rng)
{
    double keep = 1 / (1 - rate);

    for (size_t i = 0; i < n; i++)
        v[i] = rng_unit(rng) < rate ? 0 : v[i] * keep;
}

/* Scores to the derivative of the loss by them, divided by the weight of the batch; the loss. */
static double derive(double *score, const struct mlp_batch *b, size_t begin, const struct part *p)
{
    size_t n_classes = b->net->n_classes, n_scores = b->net->width[b->net->n_layers];
    double sum = 0;

    for (size_t i = 0; i < p->rows; i++) {
        uint32_t row = b->rows[begin + i];
        double y = b->in->y[row], w = b->in->weights ? b->in->weights[row] : 1, top = score[i];
        if (n_scores == 1) {
            double s = score[i], e = exp(-fabs(s));
            double one = s < 0 ? e / (1 + e) : 1 / (1 + e), r = s - y;
            sum += w * (n_classes ? log1p(e) + (s > 0 ? s : 0) - y * s : r * r / 2);
            score[i] = w * (n_classes ? one - y : r) / b->total;
            continue;
        }
        double total = 0;
        for (size_t k = 1; k < n_scores; k++)
            top = fmax(top, score[k * p->ld + i]);
        for (size_t k = 0; k < n_scores; k++)
            total += exp(score[k * p->ld + i] - top);
        sum += w * (log(total) + top - score[(size_t)y * p->ld + i]);
        for (size_t k = 0; k < n_scores; k++) {
            double *s = &score[k * p->ld + i];
            *s = w * (exp(*s - top) / total - (k == (size_t)y)) / b->total;
        }
    }
    return sum;
}

static double *forwards(const struct mlp_batch *b, const struct part *p, struct rng *rng)
{
    const struct mlp_net *net = b->net;
    const double *theta = b->theta;
    double *from = p->value;

    for (size_t l = 0; l < net->n_layers; l++) {
        size_t n_from = net->width[l], n_to = net->width[l + 1];
        double *to = from + n_from * p->ld;
        for (size_t k = 0; k < n_to; k++)
            for (size_t i = 0; i < p->ld; i++)
                to[k * p->ld + i] = theta[n_from * n_to + k];
        product_block_add(to, p->ld, from, p->ld, theta, p->ld, n_from, n_to);
        if (l + 1 < net->n_layers) {
            activate(to, n_to * p->ld, net->activation);
            if (b->dropout > 0)
                drop(to, n_to * p->ld, b->dropout, rng);
        }
        theta += (n_from + 1) * n_to;
        from = to;
    }
    return from;
}

/* What dropout kept is larger than the activation by 1 / (1 - rate); its derivative, too. */
static void through_layer(double *delta, const double *value, size_t n, const struct mlp_batch *b)
{
    double keep = 1 / (1 - b->dropout);

    if (b->dropout == 0) {
        deactivate(delta, value, n, b->net->activation);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double v = value[i] / keep;
        delta[i] = value[i] == 0 ? 0 : delta[i] * keep;
        deactivate(&delta[i], &v, 1, b->net->activation);
    }
}

/* From the derivatives by the scores, which lie in the last layer's values, down to the first. */
static void backwards(const struct mlp_batch *b, struct part *p, double *score)
{
    const struct mlp_net *net = b->net;
    size_t at = net->n_theta;
    double *delta = score, *value = score;

    for (size_t l = net->n_layers; l-- > 0;) {
        size_t n_from = net->width[l], n_to = net->width[l + 1];
        at -= (n_from + 1) * n_to;
        value -= n_from * p->ld;
        double *gradient = p->gradient + at;
        cross_add(gradient, 1, value, n_from, delta, n_to, p->rows, p->ld);
        for (size_t k = 0; k < n_to; k++)
            for (size_t i = 0; i < p->rows; i++)
                gradient[n_from * n_to + k] += delta[k * p->ld + i];
        if (l == 0)
            return;
        product_block_t(p->below, p->ld, delta, p->ld, b->theta + at, p->rows, n_from, n_to);
        for (size_t j = 0; j < n_from; j++)
            through_layer(p->below + j * p->ld, value + j * p->ld, p->rows, b);
        delta = p->below;
        p->below = p->delta;
        p->delta = delta;
    }
}

struct run {
    struct mlp_batch *b;
    double loss[MLP_PARTS];
};

static void run_part(void *ctx, size_t begin, size_t end, size_t chunk)
{
    struct run *r = ctx;
    const struct mlp_batch *b = r->b;
    const struct mlp_net *net = b->net;
    double *room = b->room + chunk * b->room_part;
    struct part p = { .rows = end - begin, .ld = end - begin };
    struct rng rng;

    p.gradient = room;
    p.delta = room + net->n_theta;
    p.below = p.delta + p.ld * mlp_widest(net);
    p.value = p.below + p.ld * mlp_widest(net);
    memset(p.gradient, 0, net->n_theta * sizeof(double));
    rng_init(&rng, b->seed, UINT64_C(1) << 63 | (b->number * MLP_PARTS + chunk));
    gather(p.value, b, begin, &p);
    double *score = forwards(b, &p, &rng);
    r->loss[chunk] = derive(score, b, begin, &p);
    backwards(b, &p, score);
}

size_t mlp_batch_run(struct mlp_batch *b, double *loss)
{
    struct run r = { .b = b };
    size_t part = (b->n + MLP_PARTS - 1) / MLP_PARTS;

    b->part = part > LEAST_PART ? part : LEAST_PART;
    size_t n_parts = parallel_n_chunks(b->n, b->part);
    parallel_for(b->n, b->part, run_part, &r);
    *loss = 0;
    for (size_t k = 0; k < n_parts; k++)
        *loss += r.loss[k];
    return n_parts;
}

/* ---------------------------------------------------------------- answers */

typedef double lanes __attribute__((vector_size(64)));
enum { VECTORS = ANSWER_ROWS / 8 };

/* One unit for ANSWER_ROWS rows, summed over its inputs in order: a library's product would give
 * a row other bits in another batch. */
FOR_EACH_MACHINE
static void answer_unit(double *out, const double *from, const double *w, double constant, size_t n)
{
    lanes sum[VECTORS];

    for (size_t v = 0; v < VECTORS; v++)
        for (size_t i = 0; i < 8; i++)
            sum[v][i] = constant;
    for (size_t j = 0; j < n; j++) {
        const lanes *x = (const lanes *)__builtin_assume_aligned(from + j * ANSWER_ROWS, 64);
        for (size_t v = 0; v < VECTORS; v++)
            sum[v] += x[v] * w[j];
    }
    memcpy(out, sum, sizeof(sum));
}

struct answering {
    struct matrix *out;
    const struct mlp_net *net;
    const double *theta;
    const struct matrix *x;
};

static void link(struct matrix *out, const struct mlp_net *net, const double *score, size_t begin,
                 size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double top = score[i], sum = 0;
        if (net->n_classes == 0) {
            matrix_col(out, 0)[begin + i] = top;
        } else if (net->n_classes == 2) {
            double e = exp(-fabs(top)), small = e / (1 + e), large = 1 / (1 + e);
            matrix_col(out, 0)[begin + i] = top < 0 ? large : small;
            matrix_col(out, 1)[begin + i] = top < 0 ? small : large;
        } else {
            for (size_t k = 1; k < net->n_classes; k++)
                top = fmax(top, score[k * ANSWER_ROWS + i]);
            for (size_t k = 0; k < net->n_classes; k++)
                sum += matrix_col(out, k)[begin + i] = exp(score[k * ANSWER_ROWS + i] - top);
            for (size_t k = 0; k < net->n_classes; k++)
                matrix_col(out, k)[begin + i] /= sum;
        }
    }
}

static double *aligned_room(double *room)
{
    return (double *)(((uintptr_t)room + MEM_ALIGN - 1) & ~(uintptr_t)(MEM_ALIGN - 1));
}

static void answer_rows(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct answering *a = ctx;
    const struct mlp_net *net = a->net;
    size_t each = mlp_widest(net) * ANSWER_ROWS;
    double *room = MEM_NEW(double, 2 * each + MEM_ALIGN / sizeof(double));
    double *from = aligned_room(room), *to = from + each;
    const double *theta = a->theta;
    (void)chunk;

    for (size_t j = 0; j < net->width[0]; j++)
        memcpy(from + j * ANSWER_ROWS, matrix_col(a->x, j) + begin, (end - begin) * sizeof(double));
    for (size_t l = 0; l < net->n_layers; l++) {
        size_t n_from = net->width[l], n_to = net->width[l + 1];
        for (size_t k = 0; k < n_to; k++)
            answer_unit(to + k * ANSWER_ROWS, from, theta + k * n_from, theta[n_from * n_to + k],
                        n_from);
        if (l + 1 < net->n_layers)
            activate(to, n_to * ANSWER_ROWS, net->activation);
        theta += (n_from + 1) * n_to;
        double *swap = from;
        from = to;
        to = swap;
    }
    link(a->out, net, from, begin, end - begin);
    mem_free(room);
}

void mlp_answer(struct matrix *out, const struct mlp_net *net, const double *theta,
                const struct matrix *x)
{
    struct answering a = { out, net, theta, x };

    parallel_for(x->n, ANSWER_ROWS, answer_rows, &a);
}

int mlp_loss(double *loss, const struct mlp_net *net, const double *theta,
             const struct fit_input *in, struct err *err)
{
    struct matrix out;
    double sum = 0, total = 0;

    if (matrix_new(&out, in->x->n, net->n_classes ? net->n_classes : 1, "the predictions", err))
        return -1;
    mlp_answer(&out, net, theta, in->x);
    for (size_t i = 0; i < in->x->n; i++) {
        double w = in->weights ? in->weights[i] : 1, y = in->y[i];
        double p = matrix_col(&out, net->n_classes ? (size_t)y : 0)[i];
        sum += w * (net->n_classes ? -log(fmax(p, 1e-300)) : (p - y) * (p - y) / 2);
        total += w;
    }
    *loss = total > 0 ? sum / total : 0;
    matrix_release(&out);
    return 0;
}
