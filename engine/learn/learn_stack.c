/* learn_stack.c - stacking: a last model learns from what the others say out of fold. */
#include <string.h>

#include "base/mem.h"
#include "learn/members.h"

struct stack {
    struct members members;
    struct members final; /* one */
    size_t n_classes;
    size_t q; /* what each member gives: all classes but the first of two; a number */
};

static const struct param_spec stack_params[] = {
    { .name = "models",
      .type = PARAM_MODELS,
      .flags = PARAM_WORD | PARAM_HIDDEN,
      .help = "models or learners to stack; their parameters become members=" },
    { .name = "members",
      .type = PARAM_TEXT,
      .flags = PARAM_HIDDEN,
      .help = "the learners with their parameters: \"lr: logistic C=0.5; forest\"" },
    { .name = "final",
      .type = PARAM_TEXT,
      .flags = PARAM_HIDDEN,
      .help = "learner, with its parameters, that learns from them; without it logistic or ridge" },
    OUT_OF_FOLD_PARAMS("folds of the out-of-fold predictions", "random seed of the folds"),
    { .name = NULL },
};

static const char **final_names(const struct stack *s, const char *const *classes,
                                struct arena *arena)
{
    const char **names = ARENA_NEW(arena, const char *, s->members.n * s->q);
    size_t first = s->n_classes == 2;

    for (size_t j = 0; j < s->members.n; j++)
        for (size_t k = 0; k < s->q; k++)
            names[j * s->q + k] =
                s->n_classes && classes
                    ? arena_printf(arena, "%s: %s", s->members.list[j].name, classes[first + k])
                : s->n_classes ? arena_printf(arena, "%s: %zu", s->members.list[j].name, first + k)
                               : s->members.list[j].name;
    return names;
}

/* Member j's columns of z (n, members * q). */
static void put(struct matrix *z, const struct stack *s, size_t j, const struct matrix *p)
{
    for (size_t k = 0; k < s->q; k++)
        memcpy(matrix_col(z, j * s->q + k), matrix_col(p, k + (s->n_classes == 2)),
               p->n * sizeof(double));
}

static int out_of_fold(struct matrix *z, const struct stack *s, const struct fit_input *in,
                       struct job *job, struct err *err)
{
    size_t n = s->members.n;
    struct matrix *p = MEM_NEW(struct matrix, n);

    int rc = members_out_of_fold(p, &s->members, in, (size_t)params_int(in->params, "folds"),
                                 (uint64_t)params_int(in->params, "seed"), job, err);
    if (!rc) {
        rc = matrix_new(z, in->x->n, n * s->q, "what members say", err);
        for (size_t j = 0; j < n; j++) {
            if (!rc)
                put(z, s, j, &p[j]);
            matrix_release(&p[j]);
        }
    }
    mem_free(p);
    return rc;
}

static int fit_final(struct stack *s, struct fit_output *out, const struct fit_input *in,
                     const struct matrix *z, struct job *job, struct err *err)
{
    struct fit_input last = *in;

    last.x = z;
    last.names = final_names(s, NULL, out->arena);
    last.n_levels = NULL;
    last.apart = NULL;
    return member_fit(&s->final.list[0], &out->warning, &last, out->arena, job, err);
}

static int stack_parse(struct stack *s, const struct fit_input *in, struct arena *arena,
                       struct err *err)
{
    s->n_classes = in->n_classes;
    s->q = in->n_classes == 0 ? 1 : in->n_classes == 2 ? 1 : in->n_classes;
    if (members_parse(&s->members, params_text(in->params, "members"), in->task, false, arena,
                      err) ||
        members_check(&s->members, in->task, err))
        return -1;
    if (members_parse(&s->final, params_text(in->params, "final"), in->task, true, arena, err) ||
        members_check(&s->final, in->task, err))
        return err_prefix(err, "final: ");
    return 0;
}

static int stack_fit(struct fit_output *out, const struct fit_input *in, struct job *job,
                     struct err *err)
{
    struct stack *s = ARENA_NEW(out->arena, struct stack, 1);
    struct matrix z;

    if (stack_parse(s, in, out->arena, err))
        return -1;
    struct job_range whole = job_part(job, 0, 2);
    int rc = out_of_fold(&z, s, in, job, err);
    job_restore(job, whole);
    if (rc)
        return -1;
    rc = fit_final(s, out, in, &z, NULL, err);
    matrix_release(&z);
    whole = job_part(job, 1, 2);
    if (!rc)
        rc = members_fit(&s->members, &out->warning, in, out->arena, job, err);
    job_restore(job, whole);
    out->state = s;
    return rc;
}

static int stack_predict(struct matrix *out, const void *state, const struct matrix *x,
                         struct err *err)
{
    const struct stack *s = state;
    struct matrix z, p;

    if (matrix_new(&z, x->n, s->members.n * s->q, "what members say", err))
        return -1;
    int rc = matrix_new(&p, x->n, out->p, "a member's predictions", err);
    if (!rc) {
        for (size_t j = 0; j < s->members.n && !rc; j++) {
            rc = member_predict(&p, &s->members.list[j], x, err);
            if (!rc)
                put(&z, s, j, &p);
        }
        matrix_release(&p);
    }
    if (!rc)
        rc = member_predict(out, &s->final.list[0], &z, err);
    matrix_release(&z);
    return rc;
}

static void stack_save(struct str *out, const void *state)
{
    const struct stack *s = state;

    members_save(out, &s->members);
    members_save(out, &s->final);
}

static int stack_load(void **state, struct arena *arena, struct unpack *u, size_t p,
                      size_t n_classes, struct err *err)
{
    struct stack *s = ARENA_NEW(arena, struct stack, 1);

    s->n_classes = n_classes;
    s->q = n_classes == 0 ? 1 : n_classes == 2 ? 1 : n_classes;
    members_load(&s->members, u, arena, p, n_classes, err);
    members_load(&s->final, u, arena, s->members.n * s->q, n_classes, err);
    if (!u->failed && s->final.n != 1)
        unpack_fail(u, "one final learner");
    *state = s;
    return unpack_end(u, err);
}

/* Those of the last model, of what each member says. */
static size_t stack_coefficients(struct coefficient **out, const void *state,
                                 const char *const *names, const char *const *classes,
                                 struct arena *arena)
{
    const struct stack *s = state;
    const struct member *last = &s->final.list[0];

    (void)names;
    *out = NULL;
    return last->learner->coefficients
               ? last->learner->coefficients(out, last->state, final_names(s, classes, arena),
                                             classes, arena)
               : 0;
}

const struct learner learn_stack = {
    .name = "stack",
    .help = "a last model learns from what several models say out of fold",
    .details =
        "What each member says of rows that it was not fitted on, recipe included, becomes the "
        "features of the final learner, so that a member that knows its training rows by heart "
        "gains nothing; then the members are fitted on all rows. Probabilities of all classes are "
        "taken, of two classes that of the second. Coefficients shown are those of the final "
        "model. The members share the recipe of the workspace.",
    .source = "Wolpert 1992, Stacked generalization; scikit-learn's StackingClassifier and "
              "StackingRegressor (shuffled folds; the final ridge does not choose its alpha)",
    .tasks = TASK_CLASSIFY | TASK_REGRESS,
    .flags = LEARNER_WEIGHTS | LEARNER_MISSING | LEARNER_CATEGORIES | LEARNER_DRAWS,
    .abilities = members_abilities,
    .params = stack_params,
    .fit = stack_fit,
    .predict = stack_predict,
    .save = stack_save,
    .load = stack_load,
    .coefficients = stack_coefficients,
};
