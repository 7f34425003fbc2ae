/* learn_mlp.c - multilayer perceptrons: batches, Adam or gradient descent, and when to stop. */
#include "learn/mlp.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "num/moments.h"

enum { LAYERS_MOST = 10, WIDTH_MOST = 10000, UPDATE_CHUNK = 4096 };
enum { SOLVER_ADAM, SOLVER_SGD };

static const double MOMENTUM = 0.9, BETA1 = 0.9, BETA2 = 0.999, ADAM_EPSILON = 1e-8;
static const double BADLY_SCALED = 100; /* deviations, or means, beyond are warned of */

/* All that going on needs.  n_points epochs have been run. */
struct mlp {
    struct mlp_net net;
    double *theta, *first, *second; /* (n_theta) each: parameters, moments of the gradient */
    double *best;                   /* (n_theta) those of the lowest validation loss; NULL: theta */
    uint64_t n_steps;
    double lowest;        /* loss */
    size_t since, n_best; /* epochs since it was; the epoch it was */
    bool stopped;
    size_t n_points;
    struct curve_point *points;
};

struct training {
    const struct fit_input *in;
    struct mlp *m;
    struct mlp_batch batch;
    uint32_t *order; /* (n) */
    size_t batch_size, patience;
    int solver;
    double rate, alpha, tolerance;
    uint64_t seed;
    size_t n_parts; /* for update */
    double correction1, correction2;
};

/* ---------------------------------------------------------------- layers from text */

static int read_widths(struct mlp_net *net, const struct fit_input *in, struct arena *arena,
                       struct err *err)
{
    const char *text = params_text(in->params, "hidden_layer_sizes"), *at = text;
    size_t *width = ARENA_NEW(arena, size_t, LAYERS_MOST + 2);

    width[net->n_layers++] = in->x->p;
    while (*at) {
        char *end;
        unsigned long n = isdigit((unsigned char)*at) ? strtoul(at, &end, 10) : 0;
        if (n == 0 || n > WIDTH_MOST || (*end && (*end != ',' || !end[1])) ||
            net->n_layers > LAYERS_MOST)
            return err_set(err, ERR_DOMAIN,
                           "hidden_layer_sizes=%s is not a list of 1 to %d numbers from 1 to %d, "
                           "such as 100,50",
                           text, LAYERS_MOST, WIDTH_MOST);
        width[net->n_layers++] = n;
        at = *end ? end + 1 : end;
    }
    width[net->n_layers] = in->n_classes > 2 ? in->n_classes : 1;
    net->width = width;
    net->n_classes = in->n_classes;
    net->activation = (enum mlp_activation)params_choice(in->params, "activation");
    net->n_theta = mlp_count(net);
    return 0;
}

/* ---------------------------------------------------------------- one step */

/* Of parameters [begin, end): the parts' gradients in their order, the penalty, the step. */
static void update(void *ctx, size_t begin, size_t end, size_t chunk)
{
    const struct training *t = ctx;
    struct mlp *m = t->m;
    double *first = m->first, *second = m->second, *theta = m->theta;
    (void)chunk;

    for (size_t i = begin; i < end; i++) {
        double g = 0;
        for (size_t k = 0; k < t->n_parts; k++)
            g += t->batch.room[k * t->batch.room_part + i];
        g += t->batch.room[t->n_parts * t->batch.room_part + i] * theta[i];
        if (t->solver == SOLVER_SGD) {
            first[i] = MOMENTUM * first[i] - t->rate * g;
            theta[i] += MOMENTUM * first[i] - t->rate * g;
            continue;
        }
        first[i] = BETA1 * first[i] + (1 - BETA1) * g;
        second[i] = BETA2 * second[i] + (1 - BETA2) * g * g;
        theta[i] -= t->rate * t->correction2 / t->correction1 * first[i] /
                    (sqrt(second[i]) + ADAM_EPSILON);
    }
}

/* The penalty's factor of each parameter of this batch: none for constants.  Behind the parts. */
static void put_penalty(const struct training *t)
{
    const struct mlp_net *net = &t->m->net;
    double *factor = t->batch.room + t->n_parts * t->batch.room_part;

    for (size_t l = 0; l < net->n_layers; l++) {
        size_t n = net->width[l] * net->width[l + 1];
        for (size_t i = 0; i < n; i++)
            factor[i] = t->alpha / t->batch.total;
        for (size_t i = 0; i < net->width[l + 1]; i++)
            factor[n + i] = 0;
        factor += n + net->width[l + 1];
    }
}

static double batch_weight(const struct training *t, const uint32_t *rows, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += t->in->weights ? t->in->weights[rows[i]] : 1;
    return sum;
}

static double run_batch(struct training *t, size_t from, size_t n)
{
    struct mlp *m = t->m;
    double loss;

    t->batch.rows = t->order + from;
    t->batch.n = n;
    t->batch.total = batch_weight(t, t->batch.rows, n);
    if (t->batch.total <= 0)
        return 0;
    t->batch.number = m->n_steps++;
    t->n_parts = mlp_batch_run(&t->batch, &loss);
    put_penalty(t);
    t->correction1 = 1 - pow(BETA1, (double)m->n_steps);
    t->correction2 = sqrt(1 - pow(BETA2, (double)m->n_steps));
    parallel_for(m->net.n_theta, UPDATE_CHUNK, update, t);
    return loss;
}

/* ---------------------------------------------------------------- epochs */

static double penalty_of(const struct training *t)
{
    const struct mlp_net *net = &t->m->net;
    const double *theta = t->m->theta;
    double sum = 0;

    for (size_t l = 0; l < net->n_layers; l++) {
        size_t n = net->width[l] * net->width[l + 1];
        for (size_t i = 0; i < n; i++)
            sum += theta[i] * theta[i];
        theta += n + net->width[l + 1];
    }
    return t->alpha * sum / 2;
}

static int run_epoch(struct training *t, struct err *err)
{
    struct mlp *m = t->m;
    const struct fit_input *held = t->in->validation;
    struct curve_point point = { .iteration = m->n_points + 1, .validation = NAN };
    size_t n = t->in->x->n;
    struct rng rng;
    double loss = 0, total = batch_weight(t, t->order, n);

    for (size_t i = 0; i < n; i++)
        t->order[i] = (uint32_t)i;
    rng_init(&rng, t->seed, UINT64_C(1) << 62 | m->n_points);
    rng_shuffle(&rng, t->order, n);
    for (size_t from = 0; from < n; from += t->batch_size)
        loss += run_batch(t, from, n - from < t->batch_size ? n - from : t->batch_size);
    loss /= total;
    point.training = loss;
    if (held && mlp_loss(&point.validation, &m->net, m->theta, held, err))
        return -1;
    double watched = held ? point.validation : loss + penalty_of(t) / total;
    if (!isfinite(loss) || !isfinite(watched))
        return err_set(err, ERR_NUMERIC,
                       "the loss is not finite after %zu epochs; scale the features and the "
                       "target, or lower learning_rate_init",
                       m->n_points + 1);
    m->points[m->n_points++] = point;
    m->since = watched > m->lowest - t->tolerance ? m->since + 1 : 0;
    if (watched < m->lowest) {
        m->lowest = watched;
        m->n_best = m->n_points;
        if (held)
            memcpy(m->best, m->theta, m->net.n_theta * sizeof(double));
    }
    m->stopped = m->since > t->patience;
    return 0;
}

static int run_epochs(struct training *t, size_t n_epochs, struct job *job, struct err *err)
{
    struct mlp *m = t->m;

    while (m->n_points < n_epochs && !m->stopped) {
        if (job_tick(job, m->n_points, n_epochs, err) || run_epoch(t, err))
            return -1;
        const struct curve_point *last = &m->points[m->n_points - 1];
        job_loss(job, last->iteration, last->training, last->validation);
    }
    return 0;
}

/* ---------------------------------------------------------------- fitting */

static double *copy_of(struct arena *arena, const double *v, size_t n)
{
    double *copy = ARENA_NEW(arena, double, n);

    if (v)
        memcpy(copy, v, n * sizeof(*v));
    return copy;
}

static int begin(struct mlp *m, const struct fit_input *in, size_t n_epochs, struct arena *arena,
                 struct err *err)
{
    const struct mlp *warm = in->warm_start;
    size_t n;

    if (read_widths(&m->net, in, arena, err))
        return -1;
    n = m->net.n_theta;
    if (mem_expect(4 * n * sizeof(double), "the network", err))
        return -1;
    if (warm && warm->net.n_theta != n)
        return err_set(err, ERR_DOMAIN, "the network to go on from has other layers");
    m->theta = copy_of(arena, warm ? warm->theta : NULL, n);
    m->first = copy_of(arena, warm ? warm->first : NULL, n);
    m->second = copy_of(arena, warm ? warm->second : NULL, n);
    m->best = in->validation ? copy_of(arena, warm ? warm->best : NULL, n) : NULL;
    m->lowest = warm ? warm->lowest : INFINITY;
    m->since = warm ? warm->since : 0;
    m->n_best = warm ? warm->n_best : 0;
    m->stopped = warm && warm->stopped;
    m->n_steps = warm ? warm->n_steps : 0;
    m->n_points = warm ? warm->n_points : 0;
    m->points = ARENA_NEW(arena, struct curve_point, n_epochs + m->n_points);
    if (m->n_points)
        memcpy(m->points, warm->points, m->n_points * sizeof(*m->points));
    if (!warm)
        mlp_start(m->theta, &m->net, in->x, (uint64_t)params_int(in->params, "seed"));
    return 0;
}

static const char *badly_scaled(const struct fit_input *in)
{
    double *mean = MEM_NEW(double, 2 * in->x->p);
    const char *name = NULL;

    column_moments(mean, mean + in->x->p, in->x, in->weights);
    for (size_t j = 0; j < in->x->p && !name; j++)
        if (fabs(mean[j]) > BADLY_SCALED || mean[in->x->p + j] > BADLY_SCALED)
            name = in->names[j];
    mem_free(mean);
    return name;
}

static void finish(struct fit_output *out, const struct training *t, size_t n_epochs)
{
    const struct mlp *m = t->m;
    const char *scaled = badly_scaled(t->in);

    out->n_iterations = m->n_points;
    out->curve = (struct curve){ .loss = m->net.n_classes ? "log-loss" : "half squared error",
                                 .n = m->n_points,
                                 .points = m->points,
                                 .best = m->best ? m->n_best : 0 };
    if (scaled)
        out->warning = arena_printf(out->arena,
                                    "feature %s is of the order of hundreds or more, which slows "
                                    "learning or spoils it; scale the features first",
                                    scaled);
    else if (!m->stopped && !t->in->until)
        out->warning = arena_printf(out->arena,
                                    "the loss still fell after %zu epochs; raise max_iter, or "
                                    "learning_rate_init",
                                    n_epochs);
}

static void set_up(struct training *t, struct mlp *m, const struct fit_input *in)
{
    const struct params *p = in->params;
    size_t size = (size_t)params_int(p, "batch_size");

    *t = (struct training){
        .in = in,
        .m = m,
        .batch_size = size < in->x->n ? size : in->x->n,
        .patience = (size_t)params_int(p, "n_iter_no_change"),
        .solver = params_choice(p, "solver"),
        .rate = params_real(p, "learning_rate_init"),
        .alpha = params_real(p, "alpha"),
        .tolerance = params_real(p, "tol"),
        .seed = (uint64_t)params_int(p, "seed"),
    };
    t->batch = (struct mlp_batch){ .net = &m->net,
                                   .in = in,
                                   .theta = m->theta,
                                   .dropout = params_real(p, "dropout"),
                                   .seed = t->seed };
}

static int mlp_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                   struct err *err)
{
    struct mlp *m = ARENA_NEW(out->arena, struct mlp, 1);
    size_t n_epochs = in->until ? in->until : (size_t)params_int(in->params, "max_iter");
    struct training t;
    void *room, *order;

    if (begin(m, in, n_epochs, out->arena, err))
        return -1;
    set_up(&t, m, in);
    t.batch.room_part = mlp_room(&m->net, t.batch_size);
    if (mem_big(&room, (MLP_PARTS + 1) * t.batch.room_part, sizeof(double), "the batches", err))
        return -1;
    int rc = mem_big(&order, in->x->n, sizeof(uint32_t), "the order of rows", err);
    if (!rc) {
        t.batch.room = room;
        t.order = order;
        for (size_t i = 0; i < in->x->n; i++)
            t.order[i] = (uint32_t)i;
        job_phase(job, "epochs");
        rc = run_epochs(&t, n_epochs, job, err);
        mem_big_free(order);
    }
    mem_big_free(room);
    out->state = m;
    if (!rc)
        finish(out, &t, n_epochs);
    return rc;
}

static struct validation_wish mlp_validation(const struct params *p)
{
    return (struct validation_wish){ params_flag(p, "early_stopping")
                                         ? params_real(p, "validation_fraction")
                                         : 0,
                                     (uint64_t)params_int(p, "seed") };
}

static int mlp_predict(struct matrix *out, const void *state, const struct matrix *x,
                       struct err *err)
{
    const struct mlp *m = state;
    (void)err;

    mlp_answer(out, &m->net, m->best && m->n_best ? m->best : m->theta, x);
    return 0;
}

/* ---------------------------------------------------------------- saving */

static void mlp_save(struct str *out, const void *state)
{
    const struct mlp *m = state;

    pack_u64(out, (uint64_t)m->net.activation);
    pack_u64(out, m->net.n_layers);
    for (size_t l = 1; l < m->net.n_layers; l++)
        pack_u64(out, m->net.width[l]);
    pack_u64(out, m->n_steps);
    pack_real(out, m->lowest);
    pack_u64(out, m->since);
    pack_u64(out, m->n_best);
    pack_u64(out, m->stopped);
    pack_reals(out, m->theta, m->net.n_theta);
    pack_reals(out, m->first, m->net.n_theta);
    pack_reals(out, m->second, m->net.n_theta);
    pack_reals(out, m->best, m->best ? m->net.n_theta : 0);
    pack_u64(out, m->n_points);
    for (size_t i = 0; i < m->n_points; i++) {
        pack_real(out, m->points[i].training);
        pack_real(out, m->points[i].validation);
    }
}

static double *load_theta(struct unpack *u, const struct mlp_net *net, bool may_be_none)
{
    size_t n;
    const double *v = unpack_reals(u, &n);

    if (u->failed || (n == 0 && may_be_none))
        return NULL;
    if (n != net->n_theta)
        unpack_fail(u, "a number for each weight of the network");
    for (size_t i = 0; i < n && !u->failed; i++)
        if (!isfinite(v[i]))
            unpack_fail(u, "finite weights");
    return (double *)v;
}

static void load_points(struct mlp *m, struct arena *arena, struct unpack *u)
{
    m->n_points = unpack_count(u, u->left / 16);
    if (u->failed)
        return;
    m->points = ARENA_NEW(arena, struct curve_point, m->n_points);
    for (size_t i = 0; i < m->n_points; i++) {
        m->points[i].iteration = i + 1;
        m->points[i].training = unpack_real(u);
        m->points[i].validation = unpack_real(u);
    }
}

static int mlp_load(void **state, struct arena *arena, struct unpack *u, size_t p, size_t n_classes,
                    struct err *err)
{
    struct mlp *m = ARENA_NEW(arena, struct mlp, 1);
    size_t *width = ARENA_NEW(arena, size_t, LAYERS_MOST + 2);

    m->net.n_classes = n_classes;
    m->net.activation = (enum mlp_activation)unpack_count(u, ACTIVATION_LOGISTIC);
    m->net.n_layers = unpack_count(u, LAYERS_MOST + 1);
    if (!u->failed && m->net.n_layers == 0)
        unpack_fail(u, "one layer at least");
    width[0] = p;
    for (size_t l = 1; l < m->net.n_layers && !u->failed; l++) {
        width[l] = unpack_count(u, WIDTH_MOST);
        if (width[l] == 0)
            unpack_fail(u, "one unit at least in each layer");
    }
    width[m->net.n_layers] = n_classes > 2 ? n_classes : 1;
    m->net.width = width;
    m->net.n_theta = u->failed ? 0 : mlp_count(&m->net);
    m->n_steps = unpack_u64(u);
    m->lowest = unpack_real(u);
    m->since = unpack_count(u, SIZE_MAX);
    m->n_best = unpack_count(u, SIZE_MAX);
    m->stopped = unpack_count(u, 1) == 1;
    m->theta = load_theta(u, &m->net, false);
    m->first = load_theta(u, &m->net, false);
    m->second = load_theta(u, &m->net, false);
    m->best = load_theta(u, &m->net, true);
    load_points(m, arena, u);
    if (unpack_end(u, err))
        return -1;
    *state = m;
    return 0;
}

/* ---------------------------------------------------------------- the learner */

static const char *const activations[] = { "relu", "tanh", "logistic", NULL };
static const char *const solvers[] = { "adam", "sgd", NULL };

static const struct param_spec mlp_params[] = {
    { .name = "hidden_layer_sizes",
      .type = PARAM_TEXT,
      .flags = PARAM_HIDDEN,
      .fallback = "100",
      .help = "units of each hidden layer, such as 100,50" },
    { .name = "activation",
      .type = PARAM_CHOICE,
      .choices = activations,
      .fallback = "relu",
      .help = "what a hidden unit does with its sum" },
    { .name = "solver",
      .type = PARAM_CHOICE,
      .flags = PARAM_HIDDEN,
      .choices = solvers,
      .fallback = "adam",
      .help = "adam, or gradient descent with Nesterov's momentum of 0.9" },
    { .name = "alpha",
      .type = PARAM_REAL,
      .flags = PARAM_LOG,
      .min = 0,
      .max = 1e6,
      .fallback = "0.0001",
      .help = "weight of the L2 penalty" },
    { .name = "dropout",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MAX,
      .min = 0,
      .max = 1,
      .fallback = "0",
      .help = "share of hidden units that are left out of each row's step" },
    { .name = "batch_size",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 1,
      .max = 1e6,
      .fallback = "200",
      .help = "rows for each step" },
    { .name = "learning_rate_init",
      .type = PARAM_REAL,
      .flags = PARAM_OPEN_MIN | PARAM_LOG,
      .min = 0,
      .max = 10,
      .fallback = "0.001",
      .help = "length of the steps" },
    { .name = "max_iter",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 1,
      .max = 1e5,
      .fallback = "200",
      .help = "most epochs, passes over all rows" },
    { .name = "tol",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 1,
      .fallback = "0.0001",
      .help = "by how much the loss must fall to count as falling" },
    { .name = "n_iter_no_change",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 1,
      .max = 1e5,
      .fallback = "10",
      .help = "stop after more epochs than that in a row without a lower loss" },
    { .name = "early_stopping",
      .type = PARAM_FLAG,
      .flags = PARAM_HIDDEN,
      .fallback = "no",
      .help = "watch the loss of rows put aside, and keep the epoch where it was lowest" },
    { .name = "validation_fraction",
      .type = PARAM_REAL,
      .flags = PARAM_HIDDEN | PARAM_OPEN_MIN | PARAM_OPEN_MAX,
      .min = 0,
      .max = 1,
      .fallback = "0.1",
      .help = "share of the training rows to put aside for early_stopping" },
    { .name = "seed",
      .type = PARAM_INT,
      .flags = PARAM_HIDDEN,
      .min = 0,
      .max = 1e15,
      .fallback = "1",
      .help = "of the first weights, the order of rows, and what is dropped" },
    { .name = NULL },
};

const struct learner learn_mlp = {
    .name = "mlp",
    .help = "multilayer perceptron: a neural network for tables",
    .details =
        "Minimises the mean log loss (half the squared error in regression) plus alpha/2 times "
        "the sum of squared weights divided by the rows of a batch, as scikit-learn's "
        "MLPClassifier and MLPRegressor do, by steps over batches of rows in random order. "
        "Worth a try on many rows of smooth numbers, where trees have to build every slope out "
        "of steps. Scale the features first; in regression scale the target, too. Unlike "
        "scikit-learn, early_stopping watches the loss of the rows put aside and not "
        "their score, and there is dropout. It goes on where it stopped: train pause=, "
        "continue.",
    .source = "ESL 2nd ed., chapter 11; Glorot and Bengio 2010; Kingma and Ba 2015, \"Adam\"; "
              "Srivastava et al. 2014, \"Dropout\"",
    .tasks = TASK_CLASSIFY | TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_DRAWS | LEARNER_WARM_START | LEARNER_VALIDATION,
    .params = mlp_params,
    .validation = mlp_validation,
    .rate = "learning_rate_init",
    .fit = mlp_fit,
    .predict = mlp_predict,
    .save = mlp_save,
    .load = mlp_load,
};
