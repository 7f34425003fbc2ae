/* Pruners on histories made by hand: what optuna decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lab.h"

/* Trials with `n_steps` steps each at 1, 2, ...; the last one is the one asked about. */
struct pruning {
    struct arena arena;
    struct trial trials[64];
    const struct trial *known[64];
    struct history history;
    struct params params;
    const struct pruner *pruner;
};

static struct pruning *pruning_new(const char *pruner)
{
    struct pruning *p = MEM_NEW(struct pruning, 1);

    arena_init(&p->arena);
    p->pruner = pruner_find(pruner);
    assert_non_null(p->pruner);
    lab_params(&p->params, p->pruner->params, &p->arena);
    p->history = (struct history){ .n_objectives = 1, .trials = p->known };
    return p;
}

static void pruning_free(struct pruning *p)
{
    arena_release(&p->arena);
    mem_free(p);
}

static void put(struct pruning *p, const char *name, const char *text)
{
    assert_int_equal(params_put(&p->params, name, text, &p->arena, NULL), 0);
}

static struct trial *add(struct pruning *p, enum trial_state state, const double *values, size_t n)
{
    struct trial *t = &p->trials[p->history.n];
    struct trial_step *steps = ARENA_NEW(&p->arena, struct trial_step, n + 1);

    for (size_t i = 0; i < n; i++)
        steps[i] = (struct trial_step){ (double)i + 1, values[i] };
    *t = (struct trial){ .number = p->history.n + 1, .state = state, .steps = steps, .n_steps = n };
    if (n)
        t->values[0] = values[n - 1];
    p->known[p->history.n++] = t;
    return t;
}

/* Is a trial with these steps so far stopped? */
static bool asked(struct pruning *p, double last, const double *values, size_t n)
{
    struct trial *t = add(p, TRIAL_RUNNING, values, n);
    const struct pruner_input in = {
        .history = &p->history, .trial = t, .last = last, .seed = 1, .params = &p->params
    };
    bool stop = p->pruner->prune(&in);

    p->history.n--;
    return stop;
}

#define ASKED(p, last, ...)                                                                        \
    asked(p, last, (const double[]){ __VA_ARGS__ },                                                \
          sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double))
#define DONE(p, ...)                                                                               \
    add(p, TRIAL_DONE, (const double[]){ __VA_ARGS__ },                                            \
        sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double))

static void test_none_never(void **state)
{
    (void)state;
    struct pruning *p = pruning_new("none");

    for (size_t i = 0; i < 9; i++)
        DONE(p, 0, 0, 0);
    assert_false(ASKED(p, 3, 9, 9));
    pruning_free(p);
}

static void test_median(void **state)
{
    (void)state;
    struct pruning *p = pruning_new("median");

    for (size_t i = 0; i < 4; i++)
        DONE(p, (double)i, (double)i, (double)i);
    assert_false(ASKED(p, 3, 9, 9)); /* four have ended, five are wanted */
    DONE(p, 4, 4, 4);
    assert_false(ASKED(p, 3, 2));
    assert_true(ASKED(p, 3, 2.1));
    assert_false(ASKED(p, 3, 1, 9)); /* the best so far counts */
    assert_true(ASKED(p, 3, NAN));
    assert_false(ASKED(p, 3, 9, 9, 9, 9)); /* nobody came so far */
    assert_false(asked(p, 3, NULL, 0));
    put(p, "n_warmup_steps", "2");
    assert_false(ASKED(p, 3, 9));
    assert_true(ASKED(p, 3, 9, 9));
    put(p, "n_warmup_steps", "0");
    put(p, "interval_steps", "2");
    assert_true(ASKED(p, 3, 9));
    assert_true(ASKED(p, 3, 9, 9));     /* 2 begins an interval */
    assert_false(ASKED(p, 3, 9, 9, 9)); /* 3 is in it */
    pruning_free(p);
}

static void test_percentile(void **state)
{
    (void)state;
    struct pruning *p = pruning_new("percentile");

    for (size_t i = 0; i < 5; i++)
        DONE(p, (double)i);
    assert_false(ASKED(p, 1, 1)); /* the best quarter of 0 1 2 3 4 ends at 1 */
    assert_true(ASKED(p, 1, 1.01));
    put(p, "percentile", "75");
    assert_false(ASKED(p, 1, 3));
    assert_true(ASKED(p, 1, 3.01));
    put(p, "n_min_trials", "6");
    assert_false(ASKED(p, 1, 9));
    pruning_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_never),
        cmocka_unit_test(test_median),
        cmocka_unit_test(test_percentile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
