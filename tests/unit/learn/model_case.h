/* model_case.h - models trained through a recipe, for tests of model.h and for conformance. */
#ifndef TESTS_MODEL_CASE_H
#define TESTS_MODEL_CASE_H

#include "learn_case.h"

#include "../prepare/prepare_make.h"

#include "learn/model.h"

/* Run the recipe (borrowed) and train; `predict` (n_rows) marks rows that are not for training. */
static inline int try_train(struct model **out, const char *learner, const char *params,
                            const struct table *t, const struct recipe *r, const uint8_t *part,
                            struct job *job, struct err *err)
{
    struct recipe_run *run;
    struct fit_case c = { 0 };
    struct params p;

    if (recipe_run(&run, r, t, part, true, NULL, job, NULL, err))
        return -1;
    arena_init(&c.arena);
    const struct learner *l = learner_find(learner);
    assert_non_null(l);
    case_params(&p, l, params, &c.arena);
    struct train_request req = {
        .learner = l, .params = &p, .run = run, .target = roles_target(&r->roles)
    };
    int rc = model_train(out, &req, job, err);
    arena_release(&c.arena);
    recipe_run_unref(run);
    return rc;
}

static inline struct model *train(const char *learner, const char *params, const struct table *t,
                                  const struct recipe *r)
{
    struct err err = { 0 };
    struct model *m;

    if (try_train(&m, learner, params, t, r, NULL, NULL, &err))
        fail_msg("%s: %s", learner, err.msg);
    return m;
}

static inline struct prediction predict(const struct model *m, const struct table *raw)
{
    struct err err = { 0 };
    struct prediction p;

    if (model_predict(&p, m, raw, NULL, &err))
        fail_msg("predict: %s", err.msg);
    return p;
}

static inline void assert_same_prediction(const struct prediction *a, const struct prediction *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->value.p, b->value.p);
    for (size_t k = 0; k < a->value.p; k++)
        assert_memory_equal(matrix_col(&a->value, k), matrix_col(&b->value, k),
                            a->n * sizeof(double));
}

#endif
