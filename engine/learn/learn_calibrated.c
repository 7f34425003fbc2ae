/* learn_calibrated.c - a model whose probabilities are made true by what it says out of fold. */
#include <math.h>

#include "base/mem.h"
#include "learn/calibration.h"
#include "learn/members.h"
#include "learn/platt.h"

enum method { PLATT, ISOTONIC, TEMPERATURE };

struct calibrated {
    struct members base; /* one */
    enum method method;
    size_t n_classes, n_maps; /* maps: of the second of two classes, of each of several */
    struct platt *platt;
    struct isotonic *isotonic;
    double temperature, error; /* error: expected calibration error without it, out of fold */
};

static const char *const methods[] = { "platt", "isotonic", "temperature", NULL };

static const struct param_spec calibrated_params[] = {
    { .name = "models",
      .type = PARAM_MODELS,
      .flags = PARAM_WORD | PARAM_HIDDEN,
      .help = "the model or learner to calibrate; its parameters become members=" },
    { .name = "members",
      .type = PARAM_TEXT,
      .flags = PARAM_HIDDEN,
      .help = "the learner with its parameters: \"rf: forest n_estimators=50\"" },
    { .name = "method",
      .type = PARAM_CHOICE,
      .choices = methods,
      .fallback = "platt",
      .help = "platt: a sigmoid; isotonic: any rising line; temperature: one number" },
    OUT_OF_FOLD_PARAMS("folds of the out-of-fold predictions", "random seed of the folds"),
    { .name = NULL },
};

/* The class of map k. */
static size_t class_of(const struct calibrated *c, size_t k)
{
    return c->n_maps == 1 ? 1 : k;
}

/* A sigmoid is of log odds, so that a logistic model's stays one. */
static double log_odds(double p)
{
    double q = fmin(fmax(p, 1e-15), 1 - 1e-15);

    return log(q) - log1p(-q);
}

static int fit_map(struct calibrated *c, size_t k, const struct matrix *oof,
                   const struct fit_input *in, struct arena *arena, struct err *err)
{
    const double *p = matrix_col(oof, class_of(c, k));
    size_t n = oof->n;
    void *block;
    int rc = 0;

    if (mem_big(&block, 2 * n, sizeof(double), "calibration", err))
        return -1;
    double *score = block, *truth = score + n;
    for (size_t i = 0; i < n; i++) {
        score[i] = c->method == PLATT ? log_odds(p[i]) : p[i];
        truth[i] = (size_t)in->y[i] == class_of(c, k);
    }
    if (c->method == PLATT)
        c->platt[k] = platt_fit(score, truth, in->weights, n);
    else
        rc = isotonic_fit(&c->isotonic[k], score, truth, in->weights, n, arena, err);
    mem_big_free(block);
    return rc;
}

static int fit_maps(struct calibrated *c, const struct matrix *oof, const struct fit_input *in,
                    struct arena *arena, struct job *job, struct err *err)
{
    int rc = 0;

    c->error = calibration_error(oof, in->y, in->weights);
    if (c->method == TEMPERATURE)
        c->temperature = temperature_fit(oof, in->y, in->weights);
    for (size_t k = 0; k < c->n_maps && c->method != TEMPERATURE && !rc; k++) {
        rc = fit_map(c, k, oof, in, arena, err);
        if (!rc)
            rc = job_tick(job, k + 1, c->n_maps, err);
    }
    return rc;
}

static void make_maps(struct calibrated *c, size_t n_classes, struct arena *arena)
{
    c->n_classes = n_classes;
    c->n_maps = n_classes == 2 ? 1 : n_classes;
    c->platt = ARENA_NEW(arena, struct platt, c->n_maps);
    c->isotonic = ARENA_NEW(arena, struct isotonic, c->n_maps);
    c->temperature = 1;
}

static int calibrated_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                          struct err *err)
{
    struct calibrated *c = ARENA_NEW(out->arena, struct calibrated, 1);
    struct matrix oof;

    c->method = (enum method)params_choice(in->params, "method");
    make_maps(c, in->n_classes, out->arena);
    if (members_parse(&c->base, params_text(in->params, "members"), in->task, true, out->arena,
                      err) ||
        members_check(&c->base, in->task, err))
        return -1;
    struct job_range whole = job_part(job, 0, 2);
    int rc = members_out_of_fold(&oof, &c->base, in, (size_t)params_int(in->params, "folds"),
                                 (uint64_t)params_int(in->params, "seed"), job, err);
    if (!rc) {
        rc = fit_maps(c, &oof, in, out->arena, job, err);
        matrix_release(&oof);
    }
    job_restore(job, whole);
    whole = job_part(job, 1, 2);
    if (!rc)
        rc = members_fit(&c->base, &out->warning, in, out->arena, job, err);
    job_restore(job, whole);
    out->state = c;
    return rc;
}

/* Row i to sum 1; the same for all where nothing is left. */
static void to_sum_one(struct matrix *out, size_t i)
{
    double sum = 0;

    for (size_t k = 0; k < out->p; k++)
        sum += matrix_col(out, k)[i];
    for (size_t k = 0; k < out->p; k++)
        matrix_col(out, k)[i] = sum > 0 ? matrix_col(out, k)[i] / sum : 1 / (double)out->p;
}

static double map_at(const struct calibrated *c, size_t k, double p)
{
    return c->method == PLATT ? platt_probability(c->platt[k], log_odds(p))
                              : isotonic_at(&c->isotonic[k], p);
}

static void cool(struct matrix *out, size_t i, double temperature)
{
    double most = 0;

    for (size_t k = 0; k < out->p; k++)
        most = fmax(most, matrix_col(out, k)[i]);
    for (size_t k = 0; k < out->p; k++)
        matrix_col(out, k)[i] = pow(fmax(matrix_col(out, k)[i], 1e-15) / fmax(most, 1e-15),
                                    1 / temperature);
    to_sum_one(out, i);
}

static int calibrated_predict(struct matrix *out, const void *state, const struct matrix *x,
                              struct err *err)
{
    const struct calibrated *c = state;

    if (member_predict(out, &c->base.list[0], x, err))
        return -1;
    for (size_t i = 0; i < x->n; i++) {
        if (c->method == TEMPERATURE) {
            cool(out, i, c->temperature);
        } else if (c->n_maps == 1) {
            double p = map_at(c, 0, matrix_col(out, 1)[i]);
            matrix_col(out, 1)[i] = p;
            matrix_col(out, 0)[i] = 1 - p;
        } else {
            for (size_t k = 0; k < c->n_maps; k++)
                matrix_col(out, k)[i] = map_at(c, k, matrix_col(out, k)[i]);
            to_sum_one(out, i);
        }
    }
    return 0;
}

static void calibrated_save(struct str *out, const void *state)
{
    const struct calibrated *c = state;

    members_save(out, &c->base);
    pack_u64(out, c->method);
    pack_real(out, c->temperature);
    pack_real(out, c->error);
    for (size_t k = 0; k < c->n_maps; k++) {
        pack_real(out, c->platt[k].slope);
        pack_real(out, c->platt[k].offset);
        pack_reals(out, c->isotonic[k].x, c->isotonic[k].n);
        pack_reals(out, c->isotonic[k].y, c->isotonic[k].n);
    }
}

static void load_map(struct calibrated *c, size_t k, struct unpack *u)
{
    struct isotonic *iso = &c->isotonic[k];
    size_t n;

    c->platt[k].slope = unpack_real(u);
    c->platt[k].offset = unpack_real(u);
    iso->x = unpack_reals(u, &iso->n);
    iso->y = unpack_reals(u, &n);
    if (!u->failed && (!isfinite(c->platt[k].slope) || !isfinite(c->platt[k].offset) ||
                       n != iso->n || (c->method == ISOTONIC && n == 0)))
        unpack_fail(u, "a map of probabilities");
    for (size_t i = 0; i < n && !u->failed; i++)
        if (!(iso->y[i] >= 0 && iso->y[i] <= 1) || !isfinite(iso->x[i]) ||
            (i && (iso->x[i] <= iso->x[i - 1] || iso->y[i] < iso->y[i - 1])))
            unpack_fail(u, "a line that rises from 0 to 1");
}

static int calibrated_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                           size_t n_classes, struct err *err)
{
    struct calibrated *c = ARENA_NEW(arena, struct calibrated, 1);

    members_load(&c->base, u, arena, p, n_classes, err);
    if (!u->failed && c->base.n != 1)
        unpack_fail(u, "one base learner");
    c->method = (enum method)unpack_count(u, TEMPERATURE);
    make_maps(c, n_classes, arena);
    c->temperature = unpack_real(u);
    c->error = unpack_real(u);
    if (!u->failed && !(c->temperature > 0 && isfinite(c->temperature)))
        unpack_fail(u, "a temperature above 0");
    for (size_t k = 0; k < c->n_maps && !u->failed; k++)
        load_map(c, k, u);
    *state = c;
    return unpack_end(u, err);
}

static size_t calibrated_facts(struct fact **out, const void *state, const char *const *names,
                               struct arena *arena)
{
    const struct calibrated *c = state;
    size_t n = 0;

    (void)names;
    *out = ARENA_NEW(arena, struct fact, 3);
    (*out)[n++] = (struct fact){ "expected calibration error before", c->error };
    if (c->method == TEMPERATURE)
        (*out)[n++] = (struct fact){ "temperature", c->temperature };
    if (c->method == PLATT && c->n_maps == 1) {
        (*out)[n++] = (struct fact){ "slope of log odds", -c->platt[0].slope };
        (*out)[n++] = (struct fact){ "shift of log odds", -c->platt[0].offset };
    }
    return n;
}

const struct learner learn_calibrated = {
    .name = "calibrated",
    .help = "a model whose probabilities are made true out of fold",
    .details =
        "What the base model says of rows that it was not fitted on, recipe included, is compared "
        "with their classes and a map is learned from it; the base is then fitted on all rows. "
        "platt fits a sigmoid of the log odds and wants few rows, isotonic any line that rises and "
        "wants a thousand or more, temperature divides the log probabilities by one number and "
        "leaves the order of classes alone. Several classes are mapped one against the rest and "
        "brought to the sum 1. The error before is that of ten bins of out-of-fold probabilities.",
    .source = "Platt 1999; Zadrozny and Elkan 2002; Guo et al. 2017; scikit-learn's "
              "CalibratedClassifierCV(ensemble=False), where the score is the log odds (platt) or "
              "the probability (isotonic)",
    .tasks = TASK_CLASSIFY,
    .flags = LEARNER_WEIGHTS | LEARNER_MISSING | LEARNER_CATEGORIES | LEARNER_DRAWS,
    .abilities = members_abilities,
    .params = calibrated_params,
    .fit = calibrated_fit,
    .predict = calibrated_predict,
    .save = calibrated_save,
    .load = calibrated_load,
    .facts = calibrated_facts,
};
